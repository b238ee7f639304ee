"""Who writes the mails of an installation, and the addresses and links in them."""

from dataclasses import dataclass, fields

from config.mail_settings import ANY_DOMAIN
from config.settings import Settings
from cycle.access.links import task_token
from notifications.letters import BLANK
from notifications.mime import split_sender

REPLY_LOCAL, RETURN_LOCAL = "svar", "retur"
TASK, REPLY, MEETING, RETURN, CALENDAR = "task", "reply", "meeting", "return", "calendar"
SEVERAL = "several"
"""A reply address of a mail about several tasks; the other purposes are about one thing."""


@dataclass(frozen=True)
class Office:
    """What every mail of an installation has in common. No `reply_domain`: replies are not offered.

    `authserv_id` is how our own mail server names itself where it says whether a sender is authentic.
    `return_paths`: each mail has a return path of its own (VERP), so that what comes back names it.
    `plain_domains` are those to which mail may go unencrypted.
    """

    base_url: str
    reply_domain: str
    sender: str
    contact: str
    secret: bytes
    demo: bool = False
    authserv_id: str = ""
    return_paths: bool = True
    plain_domains: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> "Office":
        """The office that the settings describe."""
        return cls(
            base_url=settings.base_url,
            reply_domain=settings.reply_domain,
            sender=settings.mail_from,
            contact=settings.contact or split_sender(settings.mail_from)[1],
            secret=settings.secret,
            demo=settings.demo,
            authserv_id=settings.imap_authserv_id,
            return_paths=settings.smtp_return_paths,
            plain_domains=settings.plain_domains,
        )

    @property
    def sender_name(self) -> str:
        """The name mails are signed with."""
        name, address = split_sender(self.sender)
        return name or address

    @property
    def sender_address(self) -> str:
        """The address mails come from."""
        return split_sender(self.sender)[1]

    @property
    def organiser(self) -> tuple[str, str]:
        """(name, address) as calendars have it."""
        return self.sender_name, self.sender_address

    @property
    def message_domain(self) -> str:
        """The right-hand side of every Message-ID: the sender's domain."""
        return split_sender(self.sender)[1].rpartition("@")[2]

    def token(self, purpose: str, task_id: int, person_id: int, generation: int) -> str:
        """The derived token: the same at every try."""
        return task_token(
            self.secret, purpose=purpose, task_id=task_id, person_id=person_id, generation=generation
        )

    def page(self, token: str) -> str:
        """The address of a task's page."""
        return f"{self.base_url}/opgave/{token}"

    def meeting_page(self, token: str) -> str:
        """The address of a meeting's page for one participant."""
        return f"{self.base_url}/indkaldelse/{token}"

    def calendar_feed(self, person_id: int, generation: int) -> str:
        """The address of a person's own calendar feed."""
        return f"{self.base_url}/kalender/{self.token(CALENDAR, 0, person_id, generation)}.ics"

    def reply_address(self, token: str) -> str:
        """Where a mail with the answer goes; empty when replies are not offered."""
        return f"{REPLY_LOCAL}+{token}@{self.reply_domain}" if self.reply_domain else ""

    def return_address(self, message_id: int, resent: int = 0, unsure: int = 0) -> str:
        """Where a mail that cannot be delivered comes back to (RFC 5321's return path), made for this one
        message: a report sent there is about it and cannot be forged. Empty without `reply_domain`.

        `resent` and `unsure` are the message's as it goes: they change when a mail that may have been taken
        goes again, so that a report names its try. They stay while a mail is only put off: a server that puts
        off whom it does not know (greylisting) knows us by this address at the next try.
        """
        token = self.token(RETURN, message_id, resent, unsure)
        return f"{RETURN_LOCAL}+{token}@{self.reply_domain}" if self.reply_domain else ""

    def return_path(self, message_id: int, resent: int = 0, unsure: int = 0) -> str:
        """The return path a message is sent with: its own, where there is one, else the sender's address."""
        own = self.return_address(message_id, resent, unsure) if self.return_paths else ""
        return own or self.sender_address

    def must_be_encrypted(self, address: str) -> bool:
        """Whether mail to the address may go no way but encrypted."""
        return not self.plain_domains & {address.rpartition("@")[2].lower(), ANY_DOMAIN}

    @property
    def own_tasks(self) -> str:
        """The page on which somebody known by a mailed code sees the own posts' tasks."""
        return f"{self.base_url}/mine"

    @property
    def overview(self) -> str:
        """The page on which a superior sees the units below."""
        return f"{self.base_url}/mine-enheder"

    @property
    def wishes(self) -> str:
        """The page on which a superior decides wishes for a later deadline."""
        return f"{self.overview}/frister"


class Linkless(Office):
    """The same office for a mail that is only shown: no token is made, no reply is offered."""

    @classmethod
    def of_office(cls, office: Office) -> "Linkless":
        """The office without its links."""
        return cls(**{field.name: getattr(office, field.name) for field in fields(office)})

    def token(self, purpose: str, task_id: int, person_id: int, generation: int) -> str:
        """Dots in the place of a secret."""
        return BLANK

    def reply_address(self, token: str) -> str:
        """None: an answer to a trial would be nobody's."""
        return ""
