"""The settings of mail that comes in: a mailbox that is read, or a place where mail is handed to us."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

LOOPBACK = ("127.0.0.1", "::1", "localhost")
Security = Literal["starttls", "tls", "none"]

_PLACE = re.compile(
    r"(?P<protocol>lmtp|smtp):"
    r"(?:(?P<host>127\.0\.0\.1|localhost|\[::1\]):(?P<port>[1-9]\d{0,4})|(?P<path>/[^\0]{1,100}))"
)


@dataclass(frozen=True)
class DoorPlace:
    """Where mail is handed to us on this machine: a port of loopback, or a Unix socket (`path`)."""

    protocol: Literal["lmtp", "smtp"]
    host: str = ""
    port: int = 0
    path: str = ""

    @classmethod
    def read(cls, text: str) -> "DoorPlace | None":
        """The place that `lmtp:127.0.0.1:8324` or `lmtp:/run/aarshjul/lmtp` names; None for other texts."""
        found = _PLACE.fullmatch(text)
        if found is None or int(found["port"] or 0) > 65535:
            return None
        protocol: Literal["lmtp", "smtp"] = "lmtp" if found["protocol"] == "lmtp" else "smtp"
        return cls(protocol, (found["host"] or "").strip("[]"), int(found["port"] or 0), found["path"] or "")


class IncomingSettings(BaseSettings):
    """Where answers by e-mail come from."""

    reply_domain: str = Field(
        default="",
        description="Domain of the reply addresses svar+…@domain. Their mail must end in the mailbox "
        "imap_user. Empty: answers by e-mail are not offered.",
    )
    imap_host: str = Field(
        default="", description="Mail server with the mailbox of the replies. Empty: no mailbox is read."
    )
    imap_port: int = Field(default=993, ge=1, le=65535, description="Port of the mailbox's server.")
    imap_security: Security = Field(
        default="tls",
        description="tls (usually port 993), starttls (143) or none (a server on this machine).",
    )
    imap_user: str = Field(default="", description="Login of the mailbox.")
    imap_password: SecretStr = Field(
        default=SecretStr(""), description="Password of the mailbox, or AARSHJUL_IMAP_PASSWORD_FILE."
    )
    imap_folder: str = Field(default="INBOX", description="Folder of the mailbox that replies arrive in.")
    imap_authserv_id: str = Field(
        default="",
        description="Our mail server's name in Authentication-Results. A reply that it does not vouch for "
        "becomes a draft that the leader confirms. Empty: that header is not read.",
    )
    imap_idle: bool = Field(
        default=True,
        description="Whether `serve` keeps watch at the mailbox (IMAP IDLE), so that a mail is read within "
        "seconds. It is read every two minutes in any case.",
    )
    inbox_dir: Path | None = Field(
        default=None,
        description="Folder of .eml files to read as the mailbox of the replies when there is no imap_host.",
    )
    inbox_keep_days: int = Field(
        default=90,
        ge=1,
        le=3650,
        description="Days after which the files of mails that have been read are removed from the folder "
        "laest under inbox_dir. The mails themselves are in the store.",
    )
    mail_listen: str = Field(
        default="",
        description="Where a mail server on this machine hands us the replies, in place of a mailbox: "
        "lmtp:127.0.0.1:8324 or lmtp:/run/aarshjul/lmtp (smtp:… for a server without LMTP). They lie in "
        "inbox_dir until they are read.",
    )
    received_by: str = Field(
        default="",
        description="The municipality's own mail server that takes mail from outside, as it names itself "
        "in Received lines: a mail counts from when that server took it. Empty: from when it reached the "
        "mailbox.",
    )

    @field_validator("mail_listen")
    @classmethod
    def _on_this_machine(cls, text: str, others: ValidationInfo) -> str:
        if text and DoorPlace.read(text) is None:
            raise ValueError(f"»{text}« er ikke et sted på denne maskine. Skriv fx lmtp:127.0.0.1:8324.")
        if text and others.data.get("imap_host"):
            raise ValueError("Der hentes også mail med AARSHJUL_IMAP_HOST. Behold kun den ene.")
        if text and not (others.data.get("inbox_dir") and others.data.get("reply_domain")):
            raise ValueError(
                "Mailen skal have mappe og domæne. Sæt også AARSHJUL_INBOX_DIR og AARSHJUL_REPLY_DOMAIN."
            )
        return text

    @property
    def reads_mail(self) -> bool:
        """Whether there is a mailbox in which replies arrive."""
        return bool(self.imap_host) or self.inbox_dir is not None

    @property
    def door(self) -> DoorPlace | None:
        """Where a mail server hands us mail, if it does."""
        return DoorPlace.read(self.mail_listen)

    @property
    def watches_mail(self) -> bool:
        """Whether a process of its own keeps watch at the mailbox, or takes mail in."""
        return bool(self.mail_listen) or bool(self.imap_host and self.imap_idle)
