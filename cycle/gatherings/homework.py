"""Homework: what participants are given to do becomes a task of each post, with a deadline and reminders."""

from collections.abc import Collection
from datetime import date, datetime

from sqlmodel import Session

from cycle.calendar import WorkingCalendar
from cycle.errors import AnswerInvalid, NotNow, Problem
from cycle.gatherings.changing import change, record
from cycle.gatherings.reading import of_occurrence, participants_of
from cycle.gatherings.states import GatheringState
from cycle.gatherings.tables import Gathering, GatheringHomework, GatheringParticipant
from cycle.tasks.calendars import calendar_of
from cycle.tasks.change import RUNNING
from cycle.tasks.forms import HOMEWORK
from cycle.tasks.moves import get_occurrence
from cycle.tasks.new_dates import not_before_today, too_far
from cycle.tasks.opening import NewTask, open_tasks
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Occurrence

GIVEN = "homework"
"""What the text is called in the task's prefill."""


def give_homework(
    session: Session,
    gathering: Gathering,
    *,
    text: str,
    due_on: date,
    keys: Collection[str],
    seen: int,
    by: str,
    now: datetime,
) -> GatheringHomework:
    """Gives the participants with these keys something to do by `due_on` (local, inclusive).

    Their posts owe a task each from now on. Raises AnswerInvalid without a text, a post or a date to come,
    NotNow when the meeting is cancelled or its step not open, Conflict when it was changed since `seen`.
    """
    occurrence = get_occurrence(session, gathering.occurrence_id)
    if gathering.state is GatheringState.CANCELLED or occurrence.state not in RUNNING:
        raise NotNow("gathering", gathering.id, gathering.state.value, HOMEWORK)
    posts = [
        each for each in participants_of(session, gathering.id or 0) if each.key in keys and each.unit_id
    ]
    _check(text, due_on, posts, today=calendar_of(session, occurrence).local_date(now))
    change(session, gathering, seen=seen)
    homework = GatheringHomework(
        gathering_id=gathering.id or 0, text=text.strip(), due_on=due_on, by=by, at=now
    )
    session.add(homework)
    session.flush()
    tasks = [_task(occurrence, gathering, homework, each) for each in posts]
    open_tasks(session, occurrence, tasks, now=now)
    data = {"homework": homework.id, "due_on": due_on.isoformat(), "tasks": len(tasks)}
    record(session, gathering, "give_homework", by=by, now=now, data=data)
    return homework


def suggested_deadline(
    session: Session, gathering: Gathering, *, today: date, calendar: WorkingCalendar
) -> date:
    """A week before the step's next meeting, else ten working days from today (local)."""
    later = [g.starts_at for g in of_occurrence(session, gathering.occurrence_id)]
    to_come = [at for at in later if at > gathering.starts_at]
    wanted = calendar.add_working_days(calendar.local_date(min(to_come)), -5) if to_come else today
    return wanted if wanted > today else calendar.add_working_days(today, 10)


def _task(
    occurrence: Occurrence,
    gathering: Gathering,
    homework: GatheringHomework,
    participant: GatheringParticipant,
) -> NewTask:
    return NewTask(
        unit_id=participant.unit_id or "",
        role=participant.role,
        due_on=homework.due_on,
        subject=homework.subject,
        kind=TaskKind.HOMEWORK,
        title=_title(occurrence, gathering),
        form_version_id=occurrence.stage_forms.get(HOMEWORK),
        prefill={"gathering": gathering.id, GIVEN: homework.text},
    )


def _title(occurrence: Occurrence, gathering: Gathering) -> str:
    """Mails put the step's title before it, which an only meeting has too."""
    return "Hjemmeopgave" + ("" if gathering.title == occurrence.title else f" fra {gathering.title}")


def _check(text: str, due_on: date, posts: Collection[GatheringParticipant], *, today: date) -> None:
    problems = [*not_before_today(due_on, "due_on", today=today), *too_far(due_on, "due_on", today=today)]
    if not text.strip():
        problems.append(Problem("text", "Hjemmeopgaven mangler.", "Skriv, hvad der skal gøres."))
    if not posts:
        what = "Ingen post er valgt."
        problems.append(Problem("who", what, "Vælg mindst én. Personer uden post kan ikke få en opgave."))
    if problems:
        raise AnswerInvalid(problems)
