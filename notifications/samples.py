"""A mail to show a text with: one that a chosen leader has had, or would get for what waits now."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.messages.placeholders import Part, Texts
from cycle.messages.tables import Message, MessageKind
from cycle.messages.texts import TextKey
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Appointment, Person, Substitute, Unit
from cycle.plan.model import ReminderKind
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.tasks.states import WAITING_FOR_HOLDER, OccurrenceState
from cycle.tasks.tables import Occurrence, Task

IMAGINED = frozenset(
    {
        MessageKind.DAILY,
        MessageKind.NUDGE,
        MessageKind.NEW_LINK,
        MessageKind.WAIVED,
        MessageKind.DEADLINE_CHANGED,
        MessageKind.STILL_HOLDS,
    }
)
"""Kinds that can be shown for a task that waits; the others need a mail of their kind that was written."""

NO_SAMPLE = "Ikke sendt: der er ikke længere noget at vise mailen med."
A_WEEK = timedelta(days=7)
_ITS_OCCURRENCE = col(Occurrence.id) == col(Task.occurrence_id)


@dataclass(frozen=True)
class Asked:
    """Which mail is to be shown, with which (perhaps unsaved) texts, as which person would read it."""

    key: TextKey
    person_id: int
    texts: Texts

    def context(self) -> dict[str, Any]:
        """What a message of the kind `trial` carries."""
        return {
            "of": self.key.kind.value,
            "language": self.key.language,
            "activity": self.key.activity_id,
            "person": self.person_id,
            "texts": asdict(self.texts),
        }

    @classmethod
    def by(cls, message: Message) -> "Asked":
        """What a message of the kind `trial` asks for."""
        said: Mapping[str, Any] = message.context
        key = TextKey(message.root_id, MessageKind(said["of"]), said["language"], said["activity"])
        return cls(key, int(said["person"]), Texts(**{part: said["texts"][part] for part in Part}))


@dataclass(frozen=True)
class Sample:
    """The message that is shown; it is not in the outbox. `decisions` are what a daily mail says."""

    message: Message
    decisions: list[ReminderDecision]


def sample(session: Session, asked: Asked, today: date) -> Sample | None:
    """The mail on the local date `today`; None when that leader has nothing to show it with."""
    tasks = _tasks(session, asked, today)
    last = None if asked.key.kind is MessageKind.DAILY else _last(session, asked)
    if last is not None:
        return Sample(_message(asked, last.task_id, dict(last.context), last.created_at), [])
    if asked.key.kind not in IMAGINED or not tasks:
        return None
    if asked.key.kind is MessageKind.DAILY:
        return Sample(
            _message(asked, None, {}, tasks[0].opened_at),
            [_decision(task, asked.person_id, today) for task in tasks],
        )
    context = {
        "tasks": [tasks[0].id],
        "old_due_on": (tasks[0].due_on - A_WEEK).isoformat(),
        "text": "…",
    }
    return Sample(_message(asked, tasks[0].id, context, tasks[0].opened_at), [])


def may_show(session: Session, key: TextKey, person_id: int, today: date) -> bool:
    """Whether the person is among the `leaders`."""
    return person_id in _names(session, key, today)


def leaders(
    session: Session, key: TextKey, today: date, *, wanted: str = "", most: int = 100
) -> tuple[list[tuple[int, str]], int]:
    """(id, "name, unit") of those whose mail can be shown: they have tasks, or have had such a mail.

    In the order of their names, the first `most` of those in whose name or unit `wanted` stands; and how many
    there are of those.
    """
    known = _names(session, key, today)
    text = wanted.casefold()
    units = _units(session, key.root_id, today) if text else {}
    found = [
        id_
        for id_, name in sorted(known.items(), key=lambda each: each[1])
        if text in f"{name}\n{units.get(id_, '')}".casefold()
    ]
    shown = found[:most]
    units = units or _units(session, key.root_id, today, only=shown)
    return [(id_, ", ".join(filter(None, (known[id_], units.get(id_))))) for id_ in shown], len(found)


def _names(session: Session, key: TextKey, today: date) -> dict[int, str]:
    """The names of those whose mail can be shown, by id."""
    ids = _reached(session, key, today) if key.kind in IMAGINED else set()
    had = sa.select(col(Message.person_id)).where(
        col(Message.root_id) == key.root_id,
        col(Message.kind) == key.kind,
        col(Message.person_id).is_not(None),
    )
    if key.kind is not MessageKind.DAILY and not key.activity_id:
        ids |= set(session.scalars(had.distinct()))
    named = sa.select(col(Person.id), col(Person.name)).where(col(Person.root_id) == key.root_id)
    return {id_: name for id_, name in session.execute(named) if id_ in ids}


def _units(session: Session, root_id: str, today: date, only: Sequence[int] = ()) -> Mapping[int, str]:
    """The unit at which each person (of those named) holds a post today; of several the first, and how many
    more.
    """
    query = (
        sa.select(col(Appointment.person_id), col(Unit.name))
        .join(Unit, col(Unit.id) == col(Appointment.unit_id))
        .join(Person, col(Person.id) == col(Appointment.person_id))
        .where(col(Person.root_id) == root_id, *_in_force(Appointment, today))
        .order_by(col(Unit.name))
    )
    if only:
        query = query.where(col(Appointment.person_id).in_(only))
    held: dict[int, list[str]] = {}
    for person_id, name in session.execute(query):
        held.setdefault(person_id, []).append(name)
    return {id_: names[0] + (f" (+{len(names) - 1})" if names[1:] else "") for id_, names in held.items()}


def _in_force(table: type[Appointment] | type[Substitute], today: date) -> list[sa.ColumnElement[bool]]:
    ends = col(table.valid_to)
    return [col(table.valid_from) <= today, sa.or_(ends.is_(None), ends >= today)]


def _reached(session: Session, key: TextKey, today: date) -> set[int]:
    """Those whom `_posts` names. Only the vacant posts' way up is looked for in the organisation."""
    waiting = {(unit_id, role): path for unit_id, role, path in session.execute(_waiting_posts(key))}
    acting: dict[tuple[str, str], int] = {}
    for table in (Appointment, Substitute):  # whoever stands in goes before the holder
        terms = sa.select(col(table.unit_id), col(table.role), col(table.person_id))
        terms = terms.join(Unit, col(Unit.id) == col(table.unit_id)).where(col(Unit.root_id) == key.root_id)
        terms = terms.where(*_in_force(table, today)).order_by(col(table.valid_from), col(table.id))
        acting |= {(unit_id, role): person_id for unit_id, role, person_id in session.execute(terms)}
    vacant = {post: path for post, path in waiting.items() if post not in acting}
    directory = Directory.for_units(session, key.root_id, vacant.values(), today)
    above = (directory.recipient(*post) for post in vacant)
    return {acting[post] for post in waiting if post in acting} | {each.person_id for each in above if each}


def _posts(session: Session, key: TextKey, today: date) -> dict[int, set[tuple[str, str]]]:
    """The posts (unit, role) at which a task waits, by the person their mail goes to."""
    directory = Directory.load(session, key.root_id, today)
    found: dict[int, set[tuple[str, str]]] = {}
    for unit_id, role, _ in session.execute(_waiting_posts(key)):
        recipient = directory.recipient(unit_id, role) if unit_id in directory.units else None
        if recipient is not None:
            found.setdefault(recipient.person_id, set()).add((unit_id, role))
    return found


def _waiting_posts(key: TextKey) -> sa.Select[str, str, str]:
    """Unit, role and the unit's path of the posts at which a task waits."""
    query = sa.select(col(Task.unit_id), col(Task.role), col(Unit.path)).join(Occurrence, _ITS_OCCURRENCE)
    return query.join(Unit, col(Unit.id) == col(Task.unit_id)).where(*_waiting(key)).distinct()


def _tasks(session: Session, asked: Asked, today: date) -> list[Task]:
    """The tasks that wait for the person, the first due first."""
    posts = _posts(session, asked.key, today).get(asked.person_id, set())
    units = col(Task.unit_id).in_({unit_id for unit_id, _ in posts})
    query = select(Task).join(Occurrence, _ITS_OCCURRENCE).where(*_waiting(asked.key), units)
    rows = session.exec(query.order_by(col(Task.due_on), col(Task.id)))
    return [task for task in rows if (task.unit_id, task.role) in posts]


def _waiting(key: TextKey) -> list[sa.ColumnElement[bool]]:
    """That a task of an open activity (of that one, when the text is for one) waits for its holder."""
    found: list[sa.ColumnElement[bool]] = [
        col(Occurrence.root_id) == key.root_id,
        col(Occurrence.state) == OccurrenceState.OPEN,
        col(Task.state).in_(list(WAITING_FOR_HOLDER)),
    ]
    return [*found, col(Occurrence.activity_id) == key.activity_id] if key.activity_id else found


def _last(session: Session, asked: Asked) -> Message | None:
    """The newest mail of the kind to that person; of the activity, when the text is for one."""
    query = select(Message).where(
        Message.root_id == asked.key.root_id,
        Message.kind == asked.key.kind,
        Message.person_id == asked.person_id,
    )
    if asked.key.activity_id:
        query = (
            query.join(Task, col(Task.id) == col(Message.task_id))
            .join(Occurrence, _ITS_OCCURRENCE)
            .where(Occurrence.activity_id == asked.key.activity_id)
        )
    return session.exec(query.order_by(col(Message.id).desc()).limit(1)).first()


def _message(asked: Asked, task_id: int | None, context: dict[str, Any], at: datetime) -> Message:
    return Message(
        root_id=asked.key.root_id,
        key="sample",
        kind=asked.key.kind,
        person_id=asked.person_id,
        address="",
        task_id=task_id,
        context=context,
        created_at=at,
        next_at=at,
    )


def _decision(task: Task, person_id: int, today: date) -> ReminderDecision:
    opened = task.opened_at.date() == today
    kind = ReminderKind.OPENS if opened else ReminderKind.BEFORE
    return ReminderDecision(
        task_id=task.id or 0,
        rule_id="sample",
        rule_kind=kind.value,
        deadline=task.due_on,
        ordinal=1,
        nominal_on=today,
        decided_at=task.opened_at,
        verdict=Decided.SENT,
        reason="",
        person_id=person_id,
    )
