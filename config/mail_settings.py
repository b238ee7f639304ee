"""Settings of mail on its way out: the server it is handed to, and how."""

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from config.incoming_settings import Security

ANY_DOMAIN = "*"


class MailSettings(BaseSettings):
    """The part of `config.settings.Settings` that says how mail leaves."""

    smtp_host: str = Field(
        default="", description="Mail server that mail is handed to. Empty: mail waits in the outbox."
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Security = Field(
        default="starttls",
        description="starttls (usually port 587), tls (usually 465) or none (a server on this machine).",
    )
    smtp_user: str = Field(default="", description="Login at the mail server. Empty: no login.")
    smtp_password: SecretStr = Field(
        default=SecretStr(""), description="Password at the mail server, or AARSHJUL_SMTP_PASSWORD_FILE."
    )
    smtp_timeout: float = Field(
        default=30, gt=0, le=600, description="Seconds to wait for the mail server before trying again later."
    )
    smtp_connections: int = Field(
        default=3,
        ge=1,
        le=16,
        description="Connections to the mail server used at the same time. Exchange Online lets a mailbox "
        "have three.",
    )
    smtp_workers: int = Field(
        default=1,
        ge=1,
        le=8,
        description="Runs that send a municipality's mail at the same time when much waits, each over its "
        "own smtp_connections. More than one needs as many free workers.",
    )
    smtp_per_minute: str = Field(
        default="",
        description="Most mails a minute to the addresses of a domain: gmail.com=60, *=600 (* is any other "
        "domain, each by itself). What is over waits without holding up the rest. Empty: no limit.",
    )
    smtp_plain_domains: str = Field(
        default="",
        description="Domains to which mail may also go unencrypted: by.example, skole.example; * is all. "
        "To others it goes encrypted or waits, see decision 0025.",
    )
    smtp_return_paths: bool = Field(
        default=True,
        description="Whether each mail has a return path of its own at reply_domain, so that what comes back "
        "names the mail. Switch it off for a mail server that takes the sender's address only.",
    )

    smtp_dkim_selector: str = Field(
        default="",
        description="Selector under which the mail server signs (DKIM): `doctor` then looks up the key. "
        "It signs with or without this.",
    )

    @field_validator("smtp_per_minute")
    @classmethod
    def _limits(cls, text: str) -> str:
        for piece in _listed(text):
            domain, _, number = piece.partition("=")
            if not domain.strip() or not number.strip().isdecimal() or int(number) < 1:
                raise ValueError(f"»{piece}« er ikke en grænse. Skriv fx gmail.com=60, *=600.")
        return text

    @property
    def mail_limits(self) -> dict[str, int]:
        """`smtp_per_minute` by domain."""
        pairs = (piece.partition("=") for piece in _listed(self.smtp_per_minute))
        return {domain.strip().lower(): int(number) for domain, _, number in pairs}

    @property
    def plain_domains(self) -> frozenset[str]:
        """`smtp_plain_domains`, each."""
        return frozenset(domain.lower() for domain in _listed(self.smtp_plain_domains))


def _listed(text: str) -> list[str]:
    """What stands between the commas."""
    return [piece.strip() for piece in text.split(",") if piece.strip()]
