"""Drafts and answers. Web pages and mail replies both come in here."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.roles import KnownBy
from cycle.errors import AnswerInvalid, Conflict, NotNow
from cycle.messages.tables import MessageKind
from cycle.store import in_pieces, table_of
from cycle.tasks.calendars import calendar_of
from cycle.tasks.forms import PARTICIPANTS, Form
from cycle.tasks.given_dates import LATER_STEPS, check_given_dates
from cycle.tasks.letters import write_to_post
from cycle.tasks.measures import UNIT_GOALS, faults
from cycle.tasks.moves import check_move, get_occurrence, get_task, move, wake_stages
from cycle.tasks.records import record_task
from cycle.tasks.standing import asked_anew
from cycle.tasks.states import TASK_MOVES, Actor, Channel, OccurrenceState, SubmissionKind, TaskKind, TaskVerb
from cycle.tasks.tables import Draft, FormVersion, Occurrence, Submission, Task
from cycle.tasks.wishes import lapse

ACTED_ON = frozenset({LATER_STEPS, PARTICIPANTS})
"""Rows whose answer the flow takes over: the dates of later steps, who was at a meeting."""

# Made once: 2,000 leaders answer in the last minute, and making a statement costs more than its rows.
_BY_ACT = sa.select(Submission).where(col(Submission.once) == sa.bindparam("once"))
_OF_TASK = col(Submission.task_id) == sa.bindparam("task_id")
_STANDS = col(Submission.withdrawn_at).is_(None)
_NEWEST = sa.select(Submission).where(_OF_TASK, _STANDS).order_by(col(Submission.version).desc()).limit(1)
_NEWEST_VERSION = sa.select(sa.func.max(col(Submission.version))).where(_OF_TASK)
_DELETE_DRAFT = sa.delete(table_of(Draft)).where(col(Draft.task_id) == sa.bindparam("its_id"))


def save_draft(
    session: Session,
    task_id: int,
    *,
    answers: Mapping[str, Any],
    by: str,
    now: datetime,
    edition: int | None = None,
    typed: Mapping[str, Any] | None = None,
) -> Draft:
    """Keeps an unfinished answer; there is one draft per task.

    `typed`, by place, is what cannot be read as an answer yet (None: what the draft has of it stays).
    `edition` is the draft's edition the writer started from (None: overwrite). Raises Conflict when
    another tab has saved since, NotNow when the task no longer takes an answer.
    """
    task = get_task(session, task_id)
    occurrence = get_occurrence(session, task.occurrence_id)
    _refuse_when_over(session, task, occurrence, received_at=now)
    check_move(task, TaskVerb.SUBMIT, Actor.HOLDER)
    draft = session.get(Draft, task_id)
    if draft is None:
        draft = Draft(task_id=task_id, answers={}, edition=0, by=by, at=now)
    elif edition is not None and draft.edition != edition:
        raise Conflict("draft", task_id, f"edition {draft.edition}")
    draft.answers, draft.by, draft.at = dict(answers), by, now
    if typed is not None:
        draft.typed = dict(typed)
    draft.form_version_id, draft.edition = task.form_version_id, draft.edition + 1
    session.add(draft)
    session.flush()
    return draft


def submit(
    session: Session,
    task_id: int,
    *,
    answers: Mapping[str, Any],
    kind: SubmissionKind,
    channel: Channel,
    by: str,
    received_at: datetime,
    now: datetime,
    once: str,
    actor: Actor = Actor.HOLDER,
    known_by: KnownBy | None = None,
) -> Submission:
    """Takes an answer: a new immutable version, its receipt and its history in one go.

    `answers` are canonical (from `cycle.tasks.answers.read_answers`). `received_at` is when our server
    got it and decides timeliness; `once` names the act (a page's token, a Message-ID), so that the same
    POST or mail twice is one submission. Raises NotNow when the task is not open to answers, AnswerInvalid
    for dates that no step can be given and for an own goal that is measured and has no target.
    """
    before: Submission | None = session.execute(_BY_ACT, {"once": once}).scalars().first()
    if before is not None:
        return before
    task = get_task(session, task_id)
    occurrence = get_occurrence(session, task.occurrence_id)
    _refuse_when_over(session, task, occurrence, received_at=received_at)
    if LATER_STEPS in task.prefill:
        _check_dates(session, task, occurrence, answers, received_at=received_at)
    if UNIT_GOALS in task.prefill:
        _check_measures(session, task, answers)
    move(session, task, TaskVerb.SUBMIT, actor=actor, level=0, **_mark(task, received_at))
    submission = Submission(
        task_id=task_id,
        version=_next_version(session, task_id),
        kind=kind,
        answers=dict(answers),
        form_version_id=task.form_version_id,
        channel=channel,
        known_by=known_by,
        by=by,
        received_at=received_at,
        after_close=received_at >= occurrence.closes_at,
        once=once,
    )
    session.add(submission)
    session.connection().execute(_DELETE_DRAFT, {"its_id": task_id})
    lapse(session, task_id, now=now)
    session.flush()
    _tell(session, task, occurrence, submission, now=now)
    return submission


def _check_dates(
    session: Session,
    task: Task,
    occurrence: Occurrence,
    answers: Mapping[str, Any],
    *,
    received_at: datetime,
) -> None:
    """The answer gives other steps their dates: they are refused here, where whoever wrote them is told."""
    version = session.get(FormVersion, task.form_version_id) if task.form_version_id else None
    if version is not None:
        today = calendar_of(session, occurrence).local_date(received_at)
        check_given_dates(Form.model_validate_json(version.spec), answers, today=today)


def _check_measures(session: Session, task: Task, answers: Mapping[str, Any]) -> None:
    """A number that a measure lacks is demanded where the form asks for it."""
    lacking = faults(answers)
    if not lacking or task.form_version_id is None:
        return
    form = Form.model_validate_json(session.get_one(FormVersion, task.form_version_id).spec)
    asked = {(group.id, inner.id) for group in form.fields for inner in group.fields}
    places = {problem: problem.where.split(".") for problem in lacking}
    if found := [problem for problem, (group, _, name) in places.items() if (group, name) in asked]:
        raise AnswerInvalid(found)


def _mark(task: Task, received_at: datetime) -> dict[str, Any]:
    """When the answer that counts for timeliness came, and the deadline then: the first one's stay."""
    if task.received_at is not None:
        return {"received_at": task.received_at, "due_when_received": task.due_when_received}
    return {"received_at": received_at, "due_when_received": task.due_on}


def latest_submission(session: Session, task_id: int) -> Submission | None:
    """The newest version of the task's answer, if any."""
    return session.execute(_NEWEST, {"task_id": task_id}).scalars().first()


def latest_submissions(session: Session, task_ids: Iterable[int]) -> dict[int, Submission]:
    """The newest version of each task's answer, by task."""
    found: dict[int, Submission] = {}
    for piece in in_pieces(task_ids):
        newest = (
            sa.select(sa.func.max(col(Submission.id)))
            .where(col(Submission.task_id).in_(piece), _STANDS)
            .group_by(col(Submission.task_id))
        )
        rows = session.exec(select(Submission).where(col(Submission.id).in_(newest)))
        found |= {row.task_id: row for row in rows}
    return found


def takes_answer(session: Session, task: Task, occurrence: Occurrence, *, received_at: datetime) -> bool:
    """Whether an answer received then would be taken.

    Answers are taken while the occurrence is open, and by their time of receipt after that. Only a
    task in a state that allows it (not approved, waived or cancelled) takes one.
    """
    if (task.state, TaskVerb.SUBMIT) not in TASK_MOVES:
        return False
    return not _over(session, task, occurrence, received_at=received_at)


def _over(session: Session, task: Task, occurrence: Occurrence, *, received_at: datetime) -> bool:
    if occurrence.state is OccurrenceState.OPEN:
        return False
    if occurrence.state is not OccurrenceState.CLOSED:
        return True
    if asked_anew(task, occurrence.closes_at):
        return False
    extended_to = calendar_of(session, occurrence).end_of(task.due_on)
    return received_at >= max(occurrence.closes_at, extended_to)


def _refuse_when_over(session: Session, task: Task, occurrence: Occurrence, *, received_at: datetime) -> None:
    if _over(session, task, occurrence, received_at=received_at):
        raise NotNow("occurrence", occurrence.id, occurrence.state.value, TaskVerb.SUBMIT.value)


def _next_version(session: Session, task_id: int) -> int:
    newest: int | None = session.execute(_NEWEST_VERSION, {"task_id": task_id}).scalar()
    return (newest or 0) + 1


def receipt_key(submission_id: int) -> str:
    """The outbox key of an answer's receipt."""
    return f"receipt:{submission_id}"


def _tell(
    session: Session, task: Task, occurrence: Occurrence, submission: Submission, *, now: datetime
) -> None:
    data = {
        "submission": submission.id,
        "version": submission.version,
        "kind": submission.kind.value,
        "channel": submission.channel.value,
        "received_at": submission.received_at.isoformat(),
    }
    record_task(session, occurrence, task, "submit", by=submission.by, now=now, data=data)
    write_to_post(
        session,
        task,
        root_id=occurrence.root_id,
        kind=MessageKind.RECEIPT,
        key=receipt_key(submission.id or 0),
        context={"submission": submission.id},
        now=now,
    )
    waited_for = task.levels or occurrence.stage_due or not ACTED_ON.isdisjoint(task.prefill)
    if waited_for or task.kind is not TaskKind.ANSWER:
        assert occurrence.id is not None
        wake_stages(session, occurrence.id, at=now)
