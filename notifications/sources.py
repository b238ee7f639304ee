"""Everything a batch of mails speaks of, read from the store in a fixed number of queries."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from cycle.access.tables import Account, SignInCode
from cycle.gatherings.homework import GIVEN
from cycle.gatherings.tables import Gathering, GatheringParticipant
from cycle.goals.remark_tables import GoalRemark
from cycle.messages.placeholders import Texts
from cycle.messages.tables import Inbound, InboundTask, Message, MessageKind
from cycle.messages.texts import TextKey, texts_in_force
from cycle.organisation.directory import Capacity
from cycle.organisation.tables import Appointment, Person, Substitute, Unit
from cycle.reminders.tables import ReminderDecision
from cycle.tasks.forms import Form
from cycle.tasks.ledger import actor_names
from cycle.tasks.reopened import Reopened, reopened_in
from cycle.tasks.states import AGREEMENT_STEPS, Channel, TaskKind
from cycle.tasks.tables import Extension, FormVersion, Occurrence, Review, Submission, Task
from cycle.tasks.wish_tables import ExtensionWish
from notifications.handover import Handed, read_handed
from notifications.samples import Asked, sample

Post = tuple[str, str]
Row = TypeVar("Row", bound=SQLModel)


@dataclass
class Rows:
    """The rows by id. `holders` are the holders of the tasks' posts; `acting` (post, person) how they act.

    `names` are of those who sent an answer back or refused an agreement, by "person:12" or "account:5".
    """

    today: date
    decisions: dict[int, list[ReminderDecision]] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    occurrences: dict[int, Occurrence] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    forms: dict[int, Form] = field(default_factory=dict)
    holders: dict[Post, int] = field(default_factory=dict)
    acting: dict[tuple[Post, int], Capacity] = field(default_factory=dict)
    submissions: dict[int, Submission] = field(default_factory=dict)
    reviews: dict[int, Review] = field(default_factory=dict)
    extensions: dict[int, Extension] = field(default_factory=dict)
    wishes: dict[int, ExtensionWish] = field(default_factory=dict)
    reopened: dict[int, Reopened] = field(default_factory=dict)
    inbound: dict[int, Inbound] = field(default_factory=dict)
    readings: list[InboundTask] = field(default_factory=list)
    gatherings: dict[int, Gathering] = field(default_factory=dict)
    participants: dict[int, GatheringParticipant] = field(default_factory=dict)
    remarks: dict[int, GoalRemark] = field(default_factory=dict)
    codes: dict[int, SignInCode] = field(default_factory=dict)
    accounts: dict[int, Account] = field(default_factory=dict)
    substitutes: dict[int, Substitute] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    handed: Handed = field(default_factory=Handed)
    texts: Mapping[TextKey, Texts] = field(default_factory=dict)
    trials: dict[int, "Trial | None"] = field(default_factory=dict)

    def form_of(self, version_id: int | None) -> Form | None:
        """The form of a version, if it is known."""
        return self.forms.get(version_id) if version_id is not None else None

    def text_of(self, occurrence: Occurrence, task: Task) -> str:
        """What introduces the task: the text the plan gives the activity, or the homework's own.

        An activity of agreements speaks to whoever drafts them, not to those who negotiate and sign.
        """
        if task.kind is TaskKind.FOLLOW_UP or task.kind in AGREEMENT_STEPS:
            return ""
        if task.kind is TaskKind.HOMEWORK:
            return str(task.prefill.get(GIVEN, ""))
        return _text(occurrence.activity)

    def capacity(self, post: Post, person_id: int | None) -> Capacity:
        """In which capacity the person gets the post's mail: whoever is neither, is the superior."""
        return self.acting.get((post, person_id or 0), Capacity.SUPERIOR)


@dataclass(frozen=True)
class Trial:
    """A mail shown to whoever writes its texts: the message it is shown with, and what that speaks of."""

    message: Message
    rows: Rows
    language: str


def trial(session: Session, asked: Asked, today: date) -> Trial | None:
    """What is needed to show a mail's texts with a leader's own tasks; None when there is nothing."""
    found = sample(session, asked, today)
    if found is None:
        return None
    rows = read(session, [found.message], today, imagined={0: found.decisions})
    rows.texts = {**rows.texts, asked.key: asked.texts}
    return Trial(found.message, rows, asked.key.language)


def read(
    session: Session,
    messages: Sequence[Message],
    today: date,
    *,
    imagined: Mapping[int, list[ReminderDecision]] | None = None,
) -> Rows:
    """Reads what these messages speak of, as it is on the local date `today`.

    `imagined` are the decisions of daily mails that are not in the store, by message id.
    """
    rows = Rows(today)
    rows.decisions = dict(imagined) if imagined is not None else _decisions(session, messages)
    trials = [message for message in messages if message.kind is MessageKind.TRIAL]
    rows.trials = {message.id or 0: trial(session, Asked.by(message), today) for message in trials}
    rows.texts = texts_in_force(session, {message.root_id for message in messages})
    rows.reviews = _by_id(session, Review, _context_ids(messages, "review"))
    wanted = [*_context_ids(messages, "submission"), *(r.submission_id for r in rows.reviews.values())]
    rows.submissions = _by_id(session, Submission, wanted)
    _read_terms(session, messages, rows)
    rows.gatherings = _by_id(session, Gathering, _context_ids(messages, "gathering"))
    rows.participants = _by_id(session, GatheringParticipant, _context_ids(messages, "participant"))
    rows.remarks = _by_id(session, GoalRemark, _several(messages, "remarks"))
    _read_access(session, messages, rows)
    _read_replies(session, messages, rows)
    rows.tasks = _by_id(session, Task, _task_ids(messages, rows))
    tasks = rows.tasks.values()
    decided = [each for found in rows.decisions.values() for each in found]
    rows.handed = read_handed(session, decided, rows.tasks, today)
    rows.occurrences = _by_id(session, Occurrence, [task.occurrence_id for task in tasks])
    refusals = [submission for submission in rows.submissions.values() if submission.id in _refused(messages)]
    rows.names = _names(
        session, [*(review.by for review in rows.reviews.values()), *(each.by for each in refusals)]
    )
    named = {rows.tasks[each.task_id].subject.partition(":")[2] for each in refusals}
    rows.units = _units(session, rows, named)
    _read_forms(session, rows)
    _read_posts(session, rows)
    rows.people = _by_id(session, Person, _people_ids(messages, rows))
    return rows


def _read_access(session: Session, messages: Sequence[Message], rows: Rows) -> None:
    """The codes that were asked for, and the accounts whose access was changed."""
    rows.codes = _by_id(session, SignInCode, _context_ids(messages, "code"))
    rows.accounts = _by_id(session, Account, _context_ids(messages, "account"))


def _read_terms(session: Session, messages: Sequence[Message], rows: Rows) -> None:
    """The later deadlines that were given and those that were asked for, and who stands in until when."""
    rows.substitutes = _by_id(session, Substitute, _context_ids(messages, "substitute"))
    rows.extensions = _by_id(session, Extension, _context_ids(messages, "extension"))
    wished = [*_context_ids(messages, "wish"), *_several(messages, "wishes")]
    rows.wishes = _by_id(session, ExtensionWish, wished)


def _read_replies(session: Session, messages: Sequence[Message], rows: Rows) -> None:
    """The mails that were answers, or were not, and how they were read."""
    mailed = [each.id for each in rows.submissions.values() if each.channel is Channel.MAIL]
    named = _context_ids(messages, "inbound")
    if not mailed and not named:
        return
    which = sa.or_(col(InboundTask.submission_id).in_(mailed), col(InboundTask.inbound_id).in_(named))
    rows.readings = list(session.exec(select(InboundTask).where(which).order_by(col(InboundTask.id))))
    rows.inbound = _by_id(session, Inbound, [*named, *(each.inbound_id for each in rows.readings)])


def _units(session: Session, rows: Rows, named: set[str]) -> dict[str, Unit]:
    """The units of the tasks and of who takes part in the meetings, and those that are `named` beside."""
    owing = {task.unit_id for task in rows.tasks.values()}
    handed = {each.unit_id for each in rows.substitutes.values()}
    wanted = owing | named | handed | {each.unit_id for each in rows.participants.values()}
    return {unit.id: unit for unit in session.exec(select(Unit).where(col(Unit.id).in_(wanted)))}


def _refused(messages: Sequence[Message]) -> list[int]:
    """The answers by which agreements were refused."""
    return _context_ids([each for each in messages if each.kind is MessageKind.DECLINED], "submission")


def _names(session: Session, actors: Sequence[str]) -> dict[str, str]:
    return actor_names(session, actors) if actors else {}


def _decisions(session: Session, messages: Sequence[Message]) -> dict[int, list[ReminderDecision]]:
    ids = [message.id for message in messages]
    found: dict[int, list[ReminderDecision]] = defaultdict(list)
    query = select(ReminderDecision).where(col(ReminderDecision.message_id).in_(ids))
    for decision in session.exec(query.order_by(col(ReminderDecision.id))):
        found[decision.message_id or 0].append(decision)
    return found


def _task_ids(messages: Sequence[Message], rows: Rows) -> list[int]:
    ids = [message.task_id for message in messages if message.task_id is not None]
    ids += _several(messages, "tasks")
    ids += [submission.task_id for submission in rows.submissions.values()]
    return ids + [decision.task_id for found in rows.decisions.values() for decision in found]


def _people_ids(messages: Sequence[Message], rows: Rows) -> list[int]:
    written_to = [message.person_id for message in messages if message.person_id is not None]
    return [*written_to, *rows.holders.values(), *(each.person_id for each in rows.substitutes.values())]


def _context_ids(messages: Sequence[Message], name: str) -> list[int]:
    return [int(message.context[name]) for message in messages if message.context.get(name) is not None]


def _several(messages: Sequence[Message], name: str) -> list[int]:
    return [int(id_) for message in messages for id_ in message.context.get(name, ())]


def _by_id(session: Session, table: type[Row], ids: Iterable[int]) -> dict[int, Row]:
    wanted = set(ids)
    if not wanted:
        return {}
    key: Any = table.id  # type: ignore[attr-defined]  # every table here has an integer id
    return {row.id: row for row in session.exec(select(table).where(key.in_(wanted)))}  # type: ignore[attr-defined]  # as above


def _read_forms(session: Session, rows: Rows) -> None:
    """The forms of the tasks and answers, and which of a form's questions were sent back."""
    ids = [task.form_version_id for task in rows.tasks.values()]
    ids += [submission.form_version_id for submission in rows.submissions.values()]
    versions = _by_id(session, FormVersion, [each for each in ids if each is not None])
    rows.forms = {version_id: _form(version.spec) for version_id, version in versions.items()}
    rows.reopened = reopened_in(session, rows.tasks.values(), rows.forms)


def _read_posts(session: Session, rows: Rows) -> None:
    """Who holds and who stands in for the posts of the tasks on the day."""
    units = {task.unit_id for task in rows.tasks.values()}
    for table, capacity in ((Appointment, Capacity.HOLDER), (Substitute, Capacity.SUBSTITUTE)):
        query = sa.select(table.unit_id, table.role, table.person_id).where(  # type: ignore[call-overload]  # columns
            col(table.unit_id).in_(units),
            col(table.valid_from) <= rows.today,
            sa.or_(col(table.valid_to).is_(None), col(table.valid_to) >= rows.today),
        )
        for unit_id, role, person_id in session.execute(query.order_by(col(table.valid_from))):
            rows.acting[(unit_id, role), person_id] = capacity
            if capacity is Capacity.HOLDER:
                rows.holders[unit_id, role] = person_id


@lru_cache(maxsize=256)
def _form(spec: str) -> Form:
    return Form.model_validate_json(spec)


@lru_cache(maxsize=256)
def _text(activity: str) -> str:
    return str(json.loads(activity).get("text", "")).strip()
