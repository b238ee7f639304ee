"""Who came by which link, to which task: everything a leader's page knows, read once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fastapi import Request
from sqlmodel import Session, col, select

from cycle.access.links import LinkClaims
from cycle.access.roles import KnownBy
from cycle.calendar import WorkingCalendar
from cycle.errors import LinkInvalid
from cycle.organisation.directory import Capacity, Directory, Recipient
from cycle.organisation.snapshot import UnitRow
from cycle.organisation.tables import Person
from cycle.plan.model import Activity
from cycle.tasks.approval import verdicts_run, verdicts_until
from cycle.tasks.calendars import calendar_of
from cycle.tasks.choices import with_choices
from cycle.tasks.doubt import printed_due
from cycle.tasks.forms import Form
from cycle.tasks.reopened import Reopened, reopened
from cycle.tasks.states import DONE_ELSEWHERE, WAITING_FOR_HOLDER, TaskKind, TaskState
from cycle.tasks.submit import latest_submission, takes_answer
from cycle.tasks.tables import Draft, Occurrence, Review, Submission, Task
from notifications.office import TASK
from web import context, faults
from web.forms import form_of
from web.preparation import prepares_with
from web.signing_in import visits
from web.signing_in.person import known_as, person_of
from web.signing_in.visits import Arrival
from web.viewing import is_looking


@dataclass(frozen=True)
class Holding:
    """A task in the hands of somebody who may act on it today."""

    task: Task
    occurrence: Occurrence
    unit: UnitRow
    above: tuple[UnitRow, ...]
    person: Person
    capacity: Capacity
    calendar: WorkingCalendar
    form: Form
    draft: Draft | None
    submission: Submission | None
    returned: Review | None
    reopened: Reopened | None
    takes_answer: bool
    today: date
    known_by: KnownBy = KnownBy.LINK
    prepares_with: Recipient | None = None
    """The other party of the dialogue this task is about, when this person may prepare it."""

    @property
    def task_id(self) -> int:
        """The task's id."""
        assert self.task.id is not None
        return self.task.id

    @property
    def by(self) -> str:
        """How the person is named in `by` columns and history."""
        return f"person:{self.person.id}"

    @property
    def may_hand_over(self) -> bool:
        """Whether the post is the person's own, and the task waits: who stands in names nobody further."""
        return self.capacity is Capacity.HOLDER and self.task.state in WAITING_FOR_HOLDER

    @property
    def is_done_elsewhere(self) -> bool:
        """Whether the task is done on another page, by whoever signs in there, and not by a form."""
        return self.task.kind in DONE_ELSEWHERE

    @property
    def days_left(self) -> int:
        """Days to the deadline; 0 on the day, negative after."""
        return (self.task.due_on - self.today).days

    @property
    def verdicts_until(self) -> date:
        """The last day on which what waits for the post's approval can be approved."""
        return verdicts_until(self.occurrence, self.calendar)

    @property
    def is_review_over(self) -> bool:
        """Whether a review was left: nothing of it can be approved any more."""
        runs = verdicts_run(self.occurrence, self.calendar, on=self.today)
        return not runs and self.task.due_on <= self.verdicts_until

    @property
    def activity(self) -> Activity:
        """The activity as it was planned."""
        return Activity.model_validate_json(self.occurrence.activity)

    @property
    def printed_due(self) -> str:
        """How the source prints the deadline, when it cannot be decided."""
        return printed_due(self.task, self.occurrence)

    @property
    def closes_on(self) -> date:
        """The last local day on which answers are taken."""
        return self.calendar.local_date(self.occurrence.closes_at - timedelta(seconds=1))


def open_link(session: Session, request: Request, token: str, *, ended: bool = False) -> Holding:
    """Reads what the link opens, of whoever has opened it in this browser. Only reads.

    `token` is the task's number in the address. Where it is the mailed link's own token, everything is
    checked and then LinkOpened raised: the browser comes again with a visit, and the token is out of sight.
    `ended`: a visit that ran out a short while ago will do.

    Raises LinkInvalid when the token is not genuine or was revoked, LinkNeeded and LinkEnded when it has to
    be opened (again), Refused when the person no longer acts for the post or the task was cancelled.
    """
    arrival = _arrival(session, request, token, ended=ended)
    claims = arrival.claims
    task, person = session.get(Task, claims.task_id), session.get(Person, claims.person_id)
    if task is None or person is None:
        raise LinkInvalid("revoked")
    claims.require_generation(task.link_generation)
    request.state.language = person.language
    occurrence = session.get_one(Occurrence, task.occurrence_id)
    calendar, now = calendar_of(session, occurrence), context.now(request)
    directory = Directory.for_post(session, task.unit_id, calendar.local_date(now))
    _require_acting(directory, task, claims.person_id)
    visits.begin(request, arrival, token)
    known_by = known_as(session, request, claims.person_id)
    return _holding(
        session,
        task,
        occurrence,
        person,
        directory,
        calendar,
        now,
        is_viewed=arrival.is_viewed,
        known_by=known_by,
    )


def _arrival(session: Session, request: Request, token: str, *, ended: bool) -> Arrival:
    """By the link, else as a person known by the mailbox who acts for the task's post today."""
    try:
        if not is_looking(request):
            return visits.arrival(request, token, TASK, ended=ended)
        raise visits.LinkNeeded
    except (visits.LinkNeeded, visits.LinkEnded):
        own, task = person_of(session, request), session.get(Task, int(token))
        if own is None or task is None:
            raise
        occurrence = session.get_one(Occurrence, task.occurrence_id)
        on = calendar_of(session, occurrence).local_date(context.now(request))
        directory = Directory.for_post(session, task.unit_id, on)
        for person_id in own.ids:
            if directory.may_act(task.unit_id, task.role, person_id):
                claims = LinkClaims(int(token), person_id, task.link_generation)
                return Arrival(claims, is_viewed=own.is_viewed)
        raise


def _require_acting(directory: Directory, task: Task, person_id: int) -> None:
    if not directory.may_act(task.unit_id, task.role, person_id):
        raise faults.Refused(faults.PASSED_ON)
    if task.kind is TaskKind.SIGN and not directory.may_sign(task.unit_id, task.role, person_id):
        raise faults.Refused(faults.VACANT_SIGNER)
    if task.state is TaskState.CANCELLED:
        raise faults.Refused(faults.CANCELLED)


def _holding(
    session: Session,
    task: Task,
    occurrence: Occurrence,
    person: Person,
    directory: Directory,
    calendar: WorkingCalendar,
    now: datetime,
    *,
    is_viewed: bool,
    known_by: KnownBy,
) -> Holding:
    assert task.id is not None and person.id is not None
    submission = latest_submission(session, task.id)
    form = with_choices(form_of(session, task.form_version_id), task.prefill)
    returned = _return_of(session, submission) if task.state is TaskState.RETURNED else None
    above = [directory.units[unit_id] for unit_id in directory.ancestors(task.unit_id)]
    return Holding(
        task=task,
        occurrence=occurrence,
        unit=directory.units[task.unit_id],
        above=tuple(unit for unit in above if unit.kind != "forvaltning"),
        person=person,
        capacity=_capacity(directory, task, person.id),
        calendar=calendar,
        form=form,
        draft=None if is_viewed else session.get(Draft, task.id),
        submission=submission,
        returned=returned,
        reopened=reopened(form, task, submission, returned),
        takes_answer=takes_answer(session, task, occurrence, received_at=now),
        today=calendar.local_date(now),
        known_by=known_by,
        prepares_with=prepares_with(directory, task, occurrence, person.id, now=now),
    )


def _capacity(directory: Directory, task: Task, person_id: int) -> Capacity:
    for found in (
        directory.holder(task.unit_id, task.role),
        directory.substitute(task.unit_id, task.role),
    ):
        if found is not None and found.person_id == person_id:
            return found.capacity
    return Capacity.SUPERIOR


def _return_of(session: Session, submission: Submission | None) -> Review | None:
    if submission is None:
        return None
    return session.exec(
        select(Review).where(Review.submission_id == submission.id).order_by(col(Review.id).desc()).limit(1)
    ).first()
