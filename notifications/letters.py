"""What a mail says, as frozen data: everything a template needs, and nothing else."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from cycle.gatherings.states import Told
from cycle.messages.placeholders import Texts
from cycle.messages.tables import MessageKind
from cycle.tasks.states import TaskKind

BLANK = "•••"
"""What stands in the place of a secret in texts that are kept or shown."""

NO_TEXTS = Texts()


class Group(StrEnum):
    """The parts of the daily mail, in the order they are read. `HANDED`: somebody else was asked before."""

    HANDED = "handed"
    NEW = "new"
    REMINDER = "reminder"
    OVERDUE = "overdue"
    REVIEW = "review"
    MISSING = "missing"


@dataclass(frozen=True)
class Item:
    """One task in a mail. `due_on` is local and inclusive; `days_left` is negative when it has passed.

    `url` and `reply_to` are empty where the reader cannot act (another post's task, no reply domain).
    `figures` are (label, amount as shown). Of a task that a reply may answer, `questions` are the lines that
    ask (none: too many for a mail, or `one_text`: the reply is the answer) and `letter` is what names the
    task in a mail about several.
    `printed_due` is how the source has a deadline that cannot be decided; `drafted` who began a draft;
    `wished_on` the deadline (local, inclusive) that a leader asks for.
    """

    group: Group
    kind: TaskKind
    title: str
    unit: str
    due_on: date
    days_left: int
    url: str = ""
    reply_to: str = ""
    text: str = ""
    figures: tuple[tuple[str, str], ...] = ()
    person: str = ""
    nil_allowed: bool = False
    letter: str = ""
    questions: tuple[str, ...] = ()
    one_text: bool = False
    old_due_on: date | None = None
    printed_due: str = ""
    drafted: str = ""
    wished_on: date | None = None


@dataclass(frozen=True)
class Post:
    """A post that has passed to the reader, and what is known there: `before` are those who were asked.

    `answered` are (title, when) of this year's answers. `agreement` is the period in force ("2026–2027").
    """

    unit: str
    role: str
    before: tuple[str, ...]
    answered: tuple[tuple[str, datetime], ...] = ()
    agreement: str = ""


@dataclass(frozen=True)
class Invitation:
    """What a mail says of a meeting. The instants are aware; `calendar` is the mail's iCalendar part.

    `url` is the participant's own page, empty for one who is no longer invited.
    """

    told: Told
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    link: str
    agenda: tuple[str, ...]
    url: str
    calendar: str

    @property
    def method(self) -> str:
        """What calendars do with it (RFC 5546)."""
        return "CANCEL" if self.told is Told.CANCELLED else "REQUEST"


@dataclass(frozen=True)
class HandedOver:
    """The reader's own post, in whose hands it is and to which local date; at `url` it is taken back."""

    unit: str
    role: str
    to: str
    last_day: date | None
    url: str


@dataclass(frozen=True)
class Letter:
    """One mail before it becomes words.

    `note` is the reason or the secretariat's own text; `remarks` are (question, what is wrong with it),
    `answers` (question, answer as shown). `reasons_why` tell the reader why the mail came. `tokens` are
    the secrets in its links, to be blanked in what is kept. A letter about a `meeting` has no items. `by` is
    who sent the answer back, or who `refused` (the kind of step) the agreement of the unit `whose`.
    `unplaced` is what a reply said besides answers, `files` (name, why it was not kept) of its attachments;
    `asks_which`: it did not say which task it is about. `handed` are posts that have passed to the
    reader. `deadlines` is the iCalendar file that goes along, if any, and `calendar_url` the page on
    which the reader's own calendar feed is found. `texts` are the secretariat's own, with their
    placeholders; a `trial` shows their writer how the mail reads. `code` is what one signs in with. A
    letter about a post that was `handed_over` has no items.
    """

    kind: MessageKind
    language: str
    to_name: str
    sender_name: str
    contact: str
    items: tuple[Item, ...]
    reasons_why: tuple[str, ...] = ()
    demo: bool = False
    overview_url: str = ""
    note: str = ""
    by: str = ""
    whose: str = ""
    refused: TaskKind | None = None
    remarks: tuple[tuple[str, str], ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    received_at: datetime | None = None
    version: int = 1
    nil: bool = False
    meeting: Invitation | None = None
    after_close: bool = False
    foreign: bool = False
    """A mail that may not be the reader's: who wrote it is not known for the post, or not vouched for."""
    unplaced: str = ""
    files: tuple[tuple[str, str], ...] = ()
    asks_which: bool = False
    handed: tuple[Post, ...] = ()
    deadlines: str = ""
    calendar_url: str = ""
    tokens: frozenset[str] = field(default_factory=frozenset)
    texts: Texts = NO_TEXTS
    trial: bool = False
    code: str = ""
    handed_over: HandedOver | None = None

    @property
    def asks_only(self) -> bool:
        """Whether what was read of a reply is only to be confirmed: no question's answer is wrong."""
        about_the_whole = bool(self.remarks) and not any(question for question, _ in self.remarks)
        return about_the_whole and bool(self.answers) and len(self.items) == 1 and not self.foreign

    @cached_property
    def groups(self) -> list[tuple[str, list[Item]]]:
        """The groups that have items, in reading order."""
        found = [(group.value, [item for item in self.items if item.group is group]) for group in Group]
        return [(name, items) for name, items in found if items]

    @property
    def own(self) -> list[Item]:
        """The items the reader has to do something about."""
        return [item for item in self.items if item.group is not Group.MISSING]

    @property
    def first(self) -> Item:
        """Of the reader's own items (of all, when none is), the one due first."""
        return min(self.own or self.items, key=lambda item: item.due_on)

    @property
    def one_title(self) -> str:
        """The title that those items share; empty when they have several, too many for a subject line."""
        titles = {item.title for item in self.own or self.items}
        return titles.pop() if len(titles) == 1 else ""

    @property
    def one_deadline(self) -> bool:
        """Whether all of those are due on one day."""
        return len({item.due_on for item in self.own or self.items}) == 1
