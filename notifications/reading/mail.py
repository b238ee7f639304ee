"""What a received mail says, once it has been read."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from cycle.messages.verdicts import InboundVerdict


@dataclass(frozen=True)
class Attached:
    """A file in a mail, as the sender declared it: `name` and `type` are claims, never to be trusted."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    name: str
    type: str
    content: bytes


@dataclass(frozen=True)
class FailedAddress:
    """An address that a mail could not be delivered to.

    `status` is the enhanced status code (RFC 3463, "5.1.1"), empty when the report gives none. `hard`: the
    report calls the failure final. `diagnostic` are the words of the mail system, for people. `delayed`: it
    is still being tried (RFC 3464, 2.3.3).
    """

    address: str
    status: str = ""
    hard: bool = True
    diagnostic: str = ""
    delayed: bool = False


@dataclass(frozen=True)
class CalendarReply:
    """One answer to an invitation (RFC 5546, METHOD:REPLY): `partstat` is ACCEPTED, DECLINED, TENTATIVE …"""

    uid: str
    partstat: str
    attendee: str = ""
    sequence: int = 0


@dataclass(frozen=True)
class Mail:
    """What a mail says.

    `verdict` None: a person wrote it. Else what it is instead, and `reason` says so in Danish. `text` is
    all of its plain text (of the HTML when it has no other), quoted lines marked by ">"; `own_text` is what
    its author wrote, `own_above` what of it stands above the first quoted line; `below` what ends one of
    these and stands below the author's farewell and name. `files` are what was attached, without the
    pictures of signatures; `files_left_out` counts those beyond the bounds.
    `authentication` are the Authentication-Results headers, the topmost first; `references` the ids of In-
    Reply-To, then References.
    """

    message_id: str
    sender: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    own_text: str = ""
    own_above: str = ""
    below: tuple[str, ...] = ()
    verdict: InboundVerdict | None = None
    reason: str = ""
    files: tuple[Attached, ...] = ()
    files_left_out: int = 0
    authentication: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    failed: tuple[FailedAddress, ...] = ()
    calendar: CalendarReply | None = None

    @property
    def attachments(self) -> int:
        """How many files were attached."""
        return len(self.files) + self.files_left_out
