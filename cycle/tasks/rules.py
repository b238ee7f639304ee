"""One activity's reminder rules changed in a running year: the draft of the revision that does it."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from cycle.calendar import WorkingCalendar
from cycle.errors import AnswerInvalid, NotFound, Problem
from cycle.plan.model import Activity, Plan, ReminderRule
from cycle.tasks.cycles import RULES, Draft, newest_forms, newest_revision
from cycle.tasks.forms import Form
from cycle.tasks.tables import Cycle, FormVersion, Occurrence

BOUNDS = {"offset": (0, 365), "every": (0, 365), "at_most": (1, 20)}
"""What each number of a rule may be, as `ReminderRule` has it."""


def rules_in_force(occurrence: Occurrence) -> Sequence[ReminderRule]:
    """The rules the occurrence runs by."""
    return RULES.validate_json(occurrence.rules)


def with_rules(session: Session, occurrence: Occurrence, rules: Sequence[ReminderRule]) -> Draft:
    """The plan in force with these rules for the occurrence's activity, forms and calendar as they are.

    Raises AnswerInvalid, at the rule's id and the number's name, when a number is out of bounds, and NotFound
    when the activity has left the plan.
    """
    problems = [problem for rule in rules for problem in _problems(rule)]
    if problems:
        raise AnswerInvalid(problems)
    revision = newest_revision(session, occurrence.cycle_id)
    plan = Plan.model_validate_json(revision.plan)
    if all(each.id != occurrence.activity_id for each in plan.activities):
        raise NotFound("activity", occurrence.activity_id)
    activities = tuple(
        _changed(each, rules) if _is_to_change(plan, each, occurrence.activity_id, rules) else each
        for each in plan.activities
    )
    return Draft(
        plan.model_copy(update={"activities": activities}),
        forms_of_cycle(session, session.get_one(Cycle, occurrence.cycle_id)),
        WorkingCalendar.from_json(revision.calendar),
        revision.sources,
    )


def _is_to_change(plan: Plan, activity: Activity, activity_id: str, rules: Sequence[ReminderRule]) -> bool:
    """An activity that has the plan's rules keeps having them when nothing is changed."""
    return activity.id == activity_id and tuple(rules) != plan.rules_for(activity)


def _changed(activity: Activity, rules: Sequence[ReminderRule]) -> Activity:
    return activity.model_copy(update={"reminders": tuple(rules)})


def _problems(rule: ReminderRule) -> list[Problem]:
    found = []
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(rule, name) <= most:
            what = f"Tallet skal være mellem {least} og {most}."
            found.append(Problem(f"{rule.id}.{name}", what, "Ret tallet."))
    if rule.at_most > 1 and not rule.every:
        what = "Der står flere gange, men ikke hvor længe der skal gå imellem."
        found.append(Problem(f"{rule.id}.every", what, "Skriv antallet af dage, eller skriv én gang."))
    return found


def forms_of_cycle(session: Session, cycle: Cycle) -> dict[str, Form]:
    """The forms that this cycle asks with; those it does not ask with yet, in their newest version."""
    rows = session.exec(select(Occurrence).where(Occurrence.cycle_id == cycle.id))
    used = {
        version for row in rows for version in (row.form_version_id, *row.stage_forms.values()) if version
    }
    versions = session.exec(
        select(FormVersion).where(col(FormVersion.id).in_(used)).order_by(col(FormVersion.version))
    )
    own = {row.form_id: Form.model_validate_json(row.spec) for row in versions}
    return {**newest_forms(session, cycle.root_id), **own}
