"""What a superior sees and may judge: units at and below the grants, and whose turn a verdict is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.roles import Role
from cycle.access.rules import Thing, Verb, allowed, visible_paths, within
from cycle.access.sessions import SignedIn
from cycle.calendar import WorkingCalendar
from cycle.errors import NotAllowed, NotFound
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Unit
from cycle.plan.model import Activity
from cycle.tasks.approval import (
    NEAREST_SUPERIOR,
    awaits_verdict,
    awaits_verdict_in,
    judging_units,
    reviewer_of,
    takes_verdict,
    verdicts_run,
)
from cycle.tasks.calendars import calendar_of
from cycle.tasks.forms import Form
from cycle.tasks.new_dates import due_after_return
from cycle.tasks.parts import Part, at_units
from cycle.tasks.review import approvers
from cycle.tasks.standing import timeliness
from cycle.tasks.states import OccurrenceState, TaskKind, TaskState, Timeliness, Verdict
from cycle.tasks.submit import latest_submission, latest_submissions
from cycle.tasks.tables import Occurrence, Review, Submission, Task
from web.forms import form_of
from web.session import grant

ANSWERED = (TaskState.SUBMITTED, TaskState.APPROVED)
OWED = (TaskState.OPEN, TaskState.RETURNED)
ANSWER_KINDS = (TaskKind.ANSWER, TaskKind.DRAFT)
LOOKED_THROUGH = 25
A_YEAR = 12
"""Activities on a page: about as many as a year has."""
WHOLE = 2
"""The slashes of a municipality's path ("/KBH/")."""


@dataclass(frozen=True)
class Standing:
    """How one occurrence stands among the actor's units."""

    occurrence: Occurrence
    to_judge: int
    owed: int


@dataclass(frozen=True)
class Case:
    """One unit's task as its superior sees it."""

    task: Task
    occurrence: Occurrence
    activity: Activity
    unit: Unit
    form: Form
    submission: Submission | None
    reviews: Sequence[Review]
    calendar: WorkingCalendar
    timeliness: Timeliness
    is_judge: bool
    takes_verdict: bool
    approved_by: frozenset[str]
    actor: str
    today: date

    @property
    def may_judge(self) -> bool:
        """Whether the actor may send the answer back now."""
        return self.is_judge and self.takes_verdict

    @property
    def may_approve(self) -> bool:
        """Whether the next level lies with the actor, who gave none of the answer's levels yet."""
        lacks = self.task.level < max(self.task.levels, 1)
        return self.may_judge and lacks and self.actor not in self.approved_by

    @property
    def last_verdict(self) -> Review | None:
        """The newest verdict on the newest answer."""
        of_it = (review for review in self.reviews if review.submission_id == self.newest_id)
        return next(of_it, None)

    @property
    def newest_id(self) -> int | None:
        """The newest answer's id."""
        return self.submission.id if self.submission else None

    @property
    def task_id(self) -> int:
        """The task's id."""
        assert self.task.id is not None
        return self.task.id

    @property
    def default_due(self) -> date:
        """The date a returned answer is due when no other is chosen."""
        days = self.activity.return_days
        return due_after_return(self.task.due_on, today=self.today, return_days=days, calendar=self.calendar)


def thing_of(activity: Activity) -> Thing:
    """In which condition the activity's answers are, for the access table."""
    return Thing.CONFIDENTIAL if activity.confidential else Thing.ORDINARY


def activity_of(occurrence: Occurrence) -> Activity:
    """The activity as it was planned."""
    return Activity.model_validate_json(occurrence.activity)


def standings(
    session: Session, actor: SignedIn, page: int, *, now: datetime
) -> tuple[list[Standing], int, int]:
    """One page (from 1) of the open and closed occurrences that owe something among the actor's units, which
    page it is, and how many there are: first the open ones, the next due first, then the closed ones, the
    newest first.
    """
    paths = visible_paths(actor.grants, Verb.SEE_UNIT)
    rows = session.exec(
        select(Occurrence)
        .where(
            col(Occurrence.state).in_([OccurrenceState.OPEN, OccurrenceState.CLOSED]),
            col(Occurrence.root_id).in_({path.split("/")[1] for path in paths}),
            sa.exists().where(col(Task.occurrence_id) == col(Occurrence.id), *_own_answers(paths)),
        )
        .order_by(col(Occurrence.due_on), col(Occurrence.id))
    )
    found = [occurrence for occurrence in rows if _in_sight(actor, activity_of(occurrence))]
    running = [occurrence for occurrence in found if is_open(occurrence)]
    ordered = running + [occurrence for occurrence in reversed(found) if not is_open(occurrence)]
    pages = max(1, -(-len(ordered) // A_YEAR))
    at = min(page, pages)
    shown = ordered[(at - 1) * A_YEAR : at * A_YEAR]
    counts = _counts(session, paths, shown, now=now)
    return [Standing(each, *counts.get(each.id or 0, (0, 0))) for each in shown], at, pages


def open_case(session: Session, actor: SignedIn, task_id: int, *, now: datetime, lock: bool = False) -> Case:
    """One task with its newest answer. Raises NotFound, NotAllowed.

    With `lock` no new version can come before the caller's transaction ends.
    """
    task = session.get(Task, task_id, with_for_update=True if lock else None)
    if task is None:
        raise NotFound("task", task_id)
    occurrence, unit = session.get_one(Occurrence, task.occurrence_id), session.get_one(Unit, task.unit_id)
    activity = activity_of(occurrence)
    if not allowed(actor.grants, Verb.SEE_UNIT, thing_of(activity), unit.path):
        raise NotAllowed(Verb.SEE_UNIT.value, f"task {task_id}")
    grant(actor, Verb.SEE_UNIT.value)
    calendar = calendar_of(session, occurrence)
    today = calendar.local_date(now)
    submission = latest_submission(session, task_id)
    given = submission if task.state in ANSWERED else None
    takes = given is not None and takes_verdict(occurrence, task, given, calendar, on=today)
    return Case(
        task=task,
        occurrence=occurrence,
        activity=activity,
        unit=unit,
        form=form_of(session, submission.form_version_id if submission else task.form_version_id),
        submission=submission,
        reviews=_reviews(session, task_id),
        calendar=calendar,
        timeliness=timeliness(task, occurrence, today=today, calendar=calendar),
        is_judge=_is_judge(session, actor, task, activity, today),
        takes_verdict=takes,
        approved_by=approvers(session, submission),
        actor=actor.by,
        today=today,
    )


def is_open(occurrence: Occurrence) -> bool:
    """Whether the activity runs."""
    return occurrence.state is OccurrenceState.OPEN


def next_case(session: Session, actor: SignedIn, case: Case) -> tuple[int, str] | None:
    """(task, unit) of the next answer in the same activity that waits for this actor's verdict."""
    paths = visible_paths(actor.grants, Verb.SEE_UNIT, thing_of(case.activity))
    waiting = session.execute(
        sa.select(Task, col(Unit.name))
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .where(*awaits_verdict(case.occurrence, case.calendar, on=case.today))
        .where(col(Task.kind).in_(ANSWER_KINDS))
        .where(within(col(Unit.path), paths), col(Task.id) != case.task_id)
        .order_by(col(Unit.path), col(Task.id))
        .limit(LOOKED_THROUGH)
    )
    for task, unit in waiting:
        if _is_judge(session, actor, task, case.activity, case.today):
            return task.id, unit
    return None


def awaiting_verdict(
    session: Session, occurrence: Occurrence, calendar: WorkingCalendar, *, on: date
) -> set[int]:
    """The ids of the occurrence's answers that lack an approval and can be given one."""
    waits = awaits_verdict(occurrence, calendar, on=on)
    answers = select(Task.id).where(*waits, col(Task.kind).in_(ANSWER_KINDS))
    return {task_id for task_id in session.exec(answers) if task_id is not None}


def own_turn(
    session: Session, actor: SignedIn, occurrence: Occurrence, waiting: Collection[int], *, now: datetime
) -> set[int]:
    """Of the answers that lack an approval those whose next one lies with the actor, who gave none yet."""
    if not waiting or not any(visible_paths(actor.grants, Verb.REVIEW, thing) for thing in Thing):
        return set()
    activity = activity_of(occurrence)
    given = select(Submission.task_id).join(Review, col(Review.submission_id) == col(Submission.id))
    own = given.where(Review.by == actor.by, Review.verdict == Verdict.APPROVED)
    newest = latest_submissions(session, session.exec(own.where(col(Submission.task_id).in_(waiting))))
    gave = {task_id for task_id, each in newest.items() if actor.by in approvers(session, each)}
    mine = select(Task, Unit.path).join(Unit, col(Unit.id) == col(Task.unit_id))
    rows = session.exec(mine.where(col(Task.id).in_(set(waiting) - gave))).all()
    on = calendar_of(session, occurrence).local_date(now)
    directory = Directory.for_units(session, occurrence.root_id, [path for _, path in rows], on)
    return {task.id or 0 for task, _ in rows if _judges(directory, actor, task, activity)}


def _is_judge(session: Session, actor: SignedIn, task: Task, activity: Activity, today: date) -> bool:
    """As `_judges`, of one task."""
    return _judges(Directory.for_post(session, task.unit_id, today), actor, task, activity)


def _judges(directory: Directory, actor: SignedIn, task: Task, activity: Activity) -> bool:
    """Whether the next verdict lies with the actor: with an account over the unit of the reviewing post
    itself, with one further up only while nobody has that post, and always with the secretariat.
    """
    if task.kind is not TaskKind.ANSWER:
        return False
    chain = activity.approval or (NEAREST_SUPERIOR,)
    post = reviewer_of(directory, task.unit_id, chain, min(task.level, len(chain) - 1))
    if post is None:
        return False
    stands_in = judging_units(directory, post)
    grants = [
        grant for grant in actor.grants if grant.role is not Role.SUPERIOR or grant.unit_id in stands_in
    ]
    return allowed(grants, Verb.REVIEW, thing_of(activity), directory.units[post[0]].path)


def _in_sight(actor: SignedIn, activity: Activity) -> bool:
    return bool(visible_paths(actor.grants, Verb.SEE_UNIT, thing_of(activity)))


def _counts(
    session: Session, paths: Sequence[str], shown: Sequence[Occurrence], *, now: datetime
) -> dict[int, tuple[int, int]]:
    """By activity: how many answers lack a verdict, and how many are owed."""
    ids = [occurrence.id or 0 for occurrence in shown]
    days = [(it, calendar_of(session, it)) for it in shown]
    running = [it.id or 0 for it, each in days if verdicts_run(it, each, on=each.local_date(now))]
    owed, waits = col(Task.state).in_(OWED), awaits_verdict_in(running)
    part = Part(ids, paths)
    rows = session.execute(
        sa.select(
            col(Task.occurrence_id),
            *(sa.func.sum(sa.case((condition, 1), else_=0)) for condition in (waits, owed)),
        )
        .where(col(Task.occurrence_id).in_(ids), col(Task.kind).in_(ANSWER_KINDS), *at_units(session, part))
        .group_by(col(Task.occurrence_id))
    )
    return {id_: (to_judge, owed) for id_, to_judge, owed in rows}


def _own_answers(paths: Sequence[str]) -> list[sa.ColumnElement[bool]]:
    """On `Task` with an `Occurrence` of the paths' municipalities: what units below the paths answer.

    Whoever may see whole municipalities may see every task of their occurrences.
    """
    answers = col(Task.kind).in_(ANSWER_KINDS)
    if all(path.count("/") == WHOLE for path in paths):
        return [answers]
    units = sa.select(col(Unit.id)).where(within(sa.type_coerce(col(Unit.path), sa.String), paths))
    return [answers, col(Task.unit_id).in_(units)]


def _reviews(session: Session, task_id: int) -> Sequence[Review]:
    return session.exec(
        select(Review)
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(Submission.task_id == task_id)
        .order_by(col(Review.id).desc())
    ).all()
