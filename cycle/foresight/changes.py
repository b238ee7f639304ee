"""What a revision of a running year would change in the mails of the coming months, before it is saved."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.foresight.mails import Line, Mail, foresee
from cycle.foresight.owed import Known, known
from cycle.messages.tables import Message, MessageKind
from cycle.organisation.tables import Person
from cycle.tasks.cycles import Draft
from cycle.tasks.revise import Revised, revise_cycle


@dataclass(frozen=True)
class Outlook:
    """What is owed before and after a revision that was tried.

    `told` are the names of those who are written to at once because a date they were told has changed.
    """

    before: Known
    after: Known
    revised: Revised
    told: Sequence[str]
    until: datetime


@dataclass(frozen=True)
class OfDay:
    """How many mails leave on a local date, as it is now and as it would be."""

    on: date
    before: int
    after: int


@dataclass(frozen=True)
class Moved:
    """One mailbox's mail that leaves on another day, or says something else (then the day is the same)."""

    before: Mail
    after: Mail

    @property
    def added(self) -> list[Line]:
        """What the mail says that it did not."""
        return [line for line in self.after.lines if line.step not in self.before.steps]

    @property
    def dropped(self) -> list[Line]:
        """What it no longer says."""
        return [line for line in self.before.lines if line.step not in self.after.steps]


@dataclass(frozen=True)
class Changes:
    """The mails that disappear, come, move to another day, or stay and say something else; each by day."""

    days: Sequence[OfDay]
    gone: Sequence[Mail]
    come: Sequence[Mail]
    moved: Sequence[Moved]
    altered: Sequence[Moved]

    def __bool__(self) -> bool:
        return bool(self.gone or self.come or self.moved or self.altered)


def try_revision(session: Session, draft: Draft, *, year: int, now: datetime, until: datetime) -> Outlook:
    """Makes the revision in a session that will be rolled back (`cycle.store.tried`), and looks at both.

    Raises PlanInvalid as `revise_cycle` does.
    """
    root_id = draft.plan.municipality
    before = known(session, root_id, now=now, until=until)
    newest = session.scalar(sa.select(sa.func.max(col(Message.id)))) or 0
    revised = revise_cycle(session, draft, year=year, by="", now=now, why="")
    session.flush()
    after = known(session, root_id, now=now, until=until)
    return Outlook(before, after, revised, _told(session, newest), until)


def changes(outlook: Outlook) -> Changes:
    """What differs between the mails foreseen without the revision and with it. Uses the outlook up."""
    before = foresee(outlook.before, until=outlook.until)
    return compared(before, foresee(outlook.after, until=outlook.until))


def compared(before: Sequence[Mail], after: Sequence[Mail]) -> Changes:
    """The mails of two futures side by side; a mail is known by its mailbox and its day."""
    old, new = ({(mail.address, mail.on): mail for mail in mails} for mails in (before, after))
    gone = [mail for key, mail in old.items() if key not in new]
    come = [mail for key, mail in new.items() if key not in old]
    moved = _pairs(gone, come)
    left, taken = {id(pair.before) for pair in moved}, {id(pair.after) for pair in moved}
    return Changes(
        days=_days(before, after),
        gone=[mail for mail in gone if id(mail) not in left],
        come=[mail for mail in come if id(mail) not in taken],
        moved=moved,
        altered=[
            Moved(mail, new[key]) for key, mail in old.items() if key in new and new[key].steps != mail.steps
        ],
    )


def _pairs(gone: Iterable[Mail], come: Iterable[Mail]) -> list[Moved]:
    """A mail that goes and one that comes to the same mailbox and say something in common are one, moved."""
    candidates: dict[str, list[Mail]] = defaultdict(list)
    for mail in come:
        candidates[mail.address].append(mail)
    found = []
    for mail in gone:
        alike = [each for each in candidates[mail.address] if each.steps & mail.steps]
        if alike:
            best = max(alike, key=lambda each: len(each.steps & mail.steps))
            candidates[mail.address].remove(best)
            found.append(Moved(mail, best))
    return found


def _days(before: Iterable[Mail], after: Iterable[Mail]) -> list[OfDay]:
    """The days on which the number or the receivers differ."""
    old, new = (_receivers(mails) for mails in (before, after))
    return [OfDay(day, len(old[day]), len(new[day])) for day in sorted({*old, *new}) if old[day] != new[day]]


def _receivers(mails: Iterable[Mail]) -> defaultdict[date, Counter[str]]:
    found: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for mail in mails:
        found[mail.on][mail.address] += 1
    return found


def _told(session: Session, newest: int) -> list[str]:
    query = (
        sa.select(col(Person.name))
        .join(Message, col(Message.person_id) == col(Person.id))
        .where(col(Message.id) > newest, col(Message.kind) == MessageKind.DEADLINE_CHANGED)
        .order_by(col(Message.id))
    )
    return list(session.scalars(query))
