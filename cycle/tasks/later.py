"""The dates that a step's answer gives to the steps after it become the plan's, as a revision."""

from datetime import datetime

from sqlmodel import Session, col, select

from cycle.calendar import WorkingCalendar
from cycle.plan.later import Given, planned_by, with_dates
from cycle.plan.model import Plan
from cycle.tasks.cycles import Draft, newest_revision
from cycle.tasks.forms import Form
from cycle.tasks.given_dates import LATER_STEPS, given_dates
from cycle.tasks.revise import Revised, revise_cycle
from cycle.tasks.states import SubmissionKind, TaskState
from cycle.tasks.submit import latest_submissions
from cycle.tasks.tables import Cycle, FormVersion, Occurrence, Submission, Task


def plan_of(session: Session, cycle_id: int) -> Plan:
    """The plan in force: that of the cycle's newest revision."""
    return Plan.model_validate_json(newest_revision(session, cycle_id).plan)


def later_rows(plan: Plan, activity_id: str) -> list[dict[str, str]]:
    """The prefilled rows of the step's form: one for each step whose dates it gives."""
    return [{"row": step.id, "label": step.title} for step in planned_by(plan, activity_id)]


def give_dates(session: Session, occurrence: Occurrence, *, now: datetime) -> Revised | None:
    """Makes the dates in the step's final answers the plan's; None when nothing is new.

    An answer that waits for approval gives none. Safe to repeat. Raises PlanInvalid as `revise_cycle`.
    """
    plan, answers = plan_of(session, occurrence.cycle_id), _final_answers(session, occurrence)
    steps = {step.id for step in planned_by(plan, occurrence.activity_id)}
    dates: dict[str, Given] = {}
    for form, answer in answers:
        dates |= {step: given for step, given in given_dates(form, answer.answers).items() if step in steps}
    wanted = with_dates(plan, dates)
    if wanted == plan:
        return None
    cycle = session.get_one(Cycle, occurrence.cycle_id)
    revision = newest_revision(session, occurrence.cycle_id)
    calendar = WorkingCalendar.from_json(revision.calendar)
    draft = Draft(wanted, _forms(session, cycle, wanted), calendar, revision.sources)
    by, why = answers[-1][1].by, f"Datoerne er fastlagt i {occurrence.title}"
    return revise_cycle(session, draft, year=cycle.year, by=by, now=now, why=why)


def _final_answers(session: Session, occurrence: Occurrence) -> list[tuple[Form, Submission]]:
    """The answers that nobody has to approve any more, the newest last, each with its form."""
    tasks = session.exec(select(Task).where(Task.occurrence_id == occurrence.id)).all()
    newest = latest_submissions(session, [task.id or 0 for task in tasks if _is_final(task)])
    given = sorted(newest.values(), key=lambda each: each.received_at)
    return [
        (Form.model_validate_json(session.get_one(FormVersion, each.form_version_id).spec), each)
        for each in given
        if each.kind is SubmissionKind.COMPLETE and each.form_version_id is not None
    ]


def _is_final(task: Task) -> bool:
    answered = task.state in (TaskState.SUBMITTED, TaskState.APPROVED)
    return answered and task.level >= task.levels and LATER_STEPS in task.prefill


def _forms(session: Session, cycle: Cycle, plan: Plan) -> dict[str, Form]:
    """The newest version of each form that the plan names."""
    steps = (*plan.activities, *plan.later)
    named = {step.form for step in steps} | {stage.form for step in steps for stage in step.stages}
    named |= {step.meetings.homework for step in steps if step.meetings}
    rows = session.exec(
        select(FormVersion)
        .where(FormVersion.root_id == cycle.root_id, col(FormVersion.form_id).in_(named - {None}))
        .order_by(col(FormVersion.version))
    )
    return {row.form_id: Form.model_validate_json(row.spec) for row in rows}
