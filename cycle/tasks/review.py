"""A superior's verdict on an answer: approved at one level, or sent back with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlmodel import Session, select

from cycle.calendar import WorkingCalendar
from cycle.errors import AnswerInvalid, NotAllowed, NotNow, Problem
from cycle.messages.tables import MessageKind
from cycle.plan.model import Activity
from cycle.tasks.approval import takes_verdict
from cycle.tasks.calendars import calendar_of
from cycle.tasks.letters import write_to_post
from cycle.tasks.moves import get_occurrence, get_task, move, wake_stages
from cycle.tasks.new_dates import due_after_return, not_before_today, too_far
from cycle.tasks.records import record_task
from cycle.tasks.states import Actor, OccurrenceState, TaskVerb, Verdict
from cycle.tasks.submit import latest_submission
from cycle.tasks.tables import Occurrence, Review, Submission, Task


def approve(
    session: Session, task_id: int, *, by: str, now: datetime, actor: Actor = Actor.SUPERIOR
) -> Review:
    """Approves the task's newest answer at the next level of its chain.

    Raises NotNow when there is nothing to approve or every level has been given, NotAllowed when `by`
    gave one of the answer's levels already, Conflict when the answer was corrected or returned meanwhile.
    """
    case = _case(session, task_id, TaskVerb.APPROVE, now=now)
    task = case.task
    if task.level >= max(task.levels, 1):
        raise NotNow("task", task.id, task.state.value, TaskVerb.APPROVE.value)
    if by in approvers(session, case.submission):
        raise NotAllowed(TaskVerb.APPROVE.value, f"task {task.id}")
    move(session, task, TaskVerb.APPROVE, actor=actor, level=task.level + 1)
    return _keep(session, case, Verdict.APPROVED, by=by, now=now)


def return_for_changes(
    session: Session,
    task_id: int,
    *,
    reason: str,
    by: str,
    now: datetime,
    field_reasons: Mapping[str, str] | None = None,
    due_on: date | None = None,
    actor: Actor = Actor.SUPERIOR,
    after_close: bool = False,
) -> Review:
    """Sends the newest answer back with a reason and a new date, which has its own reminders.

    The date defaults to the activity's `return_days` working days from today, or the task's own
    deadline when that is later. The first answer's on-time mark stays. `after_close`: also when the
    occurrence is closed; the new date then reopens this task alone, as an extension does. Raises
    AnswerInvalid without a reason, or with a date before today or more than two years ahead.
    """
    case = _case(session, task_id, TaskVerb.RETURN, now=now, after_close=after_close)
    calendar = calendar_of(session, case.occurrence)
    today = calendar.local_date(now)
    due = due_on or _usual_due(case, today, calendar)
    _check_return(reason, due, today)
    dates = {"due_on": due, "due_since": now, "next_reminder_at": calendar.instant(today, time(6))}
    move(session, case.task, TaskVerb.RETURN, actor=actor, level=0, **dates)
    remarks = {name: text for name, text in (field_reasons or {}).items() if text.strip()}
    review = _keep(session, case, Verdict.RETURNED, by=by, now=now, reason=reason, remarks=remarks)
    _tell_returned(session, case, review, now=now)
    return review


def approvers(session: Session, submission: Submission | None) -> frozenset[str]:
    """Who has approved the answer, at any level: nobody gives two."""
    if submission is None:
        return frozenset()
    given = select(Review.by).where(Review.submission_id == submission.id, Review.verdict == Verdict.APPROVED)
    return frozenset(session.exec(given))


@dataclass(frozen=True)
class _Case:
    """What is judged: a task's newest answer."""

    task: Task
    occurrence: Occurrence
    submission: Submission


def _case(
    session: Session, task_id: int, verb: TaskVerb, *, now: datetime, after_close: bool = False
) -> _Case:
    task = get_task(session, task_id)
    occurrence = get_occurrence(session, task.occurrence_id)
    submission = latest_submission(session, task_id)
    calendar = calendar_of(session, occurrence)
    on = calendar.local_date(now)
    reopens = after_close and occurrence.state is OccurrenceState.CLOSED
    if submission is None or not (reopens or takes_verdict(occurrence, task, submission, calendar, on=on)):
        raise NotNow("task", task.id, task.state.value, verb.value)
    return _Case(task, occurrence, submission)


def _usual_due(case: _Case, today: date, calendar: WorkingCalendar) -> date:
    days = Activity.model_validate_json(case.occurrence.activity).return_days
    return due_after_return(case.task.due_on, today=today, return_days=days, calendar=calendar)


def _check_return(reason: str, due: date, today: date) -> None:
    problems = []
    if not reason.strip():
        problems.append(
            Problem(
                "reason", "Der mangler en begrundelse.", "Skriv, hvad der skal rettes, så lederen ved det."
            )
        )
    problems += not_before_today(due, "due_on", today=today)
    problems += too_far(due, "due_on", today=today)
    if problems:
        raise AnswerInvalid(problems)


def _keep(
    session: Session,
    case: _Case,
    verdict: Verdict,
    *,
    by: str,
    now: datetime,
    reason: str = "",
    remarks: Mapping[str, str] | None = None,
) -> Review:
    assert case.submission.id is not None and case.occurrence.id is not None
    review = Review(
        submission_id=case.submission.id,
        level=case.task.level,
        verdict=verdict,
        reason=reason.strip(),
        field_reasons=dict(remarks or {}),
        by=by,
        at=now,
    )
    session.add(review)
    session.flush()
    data = {"submission": case.submission.id, "review": review.id, "level": case.task.level}
    record_task(session, case.occurrence, case.task, verdict.value, by=by, now=now, data=data)
    wake_stages(session, case.occurrence.id, at=now)
    return review


def _tell_returned(session: Session, case: _Case, review: Review, *, now: datetime) -> None:
    write_to_post(
        session,
        case.task,
        root_id=case.occurrence.root_id,
        kind=MessageKind.RETURNED,
        key=f"return:{review.id}",
        context={"review": review.id, "due_on": case.task.due_on.isoformat()},
        now=now,
    )
