"""What must agree within a process: its tracks, and the steps that get their dates from another step."""

from collections.abc import Iterator, Mapping

from config.agreement_checks import Fault
from config.sentences import nearest
from config.yaml_source import Place
from cycle.plan.model import FlowName, Plan, Step
from cycle.tasks.forms import FieldType, Form
from cycle.tasks.given_dates import DUE, LATER_STEPS, OPENS


def process_faults(plan: Plan, forms: Mapping[str, Form | None]) -> Iterator[Fault]:
    """Every fault, each at the place of the value that has to change."""
    for key, steps in (("activities", plan.activities), ("later", plan.later)):
        for index, step in enumerate(steps):
            yield from _step(step, (key, index), plan, forms)
    yield from _same_ids(plan)


def _step(step: Step, place: Place, plan: Plan, forms: Mapping[str, Form | None]) -> Iterator[Fault]:
    tracks = [track.id for track in plan.tracks]
    if step.track is not None and step.track not in tracks:
        what = f"Sporet »{step.track}« findes ikke i planen."
        yield (*place, "track"), what, nearest(step.track, tracks) or "Skriv det under »tracks«."
    if step.planned_in is None:
        return
    here, steps = (*place, "planned_in"), {each.id: each for each in plan.activities}
    giver = steps.get(step.planned_in)
    if giver is None:
        what = f"Trinnet »{step.planned_in}« findes ikke blandt dem med datoer."
        yield here, what, nearest(step.planned_in, steps)
    elif not _gives_dates(giver, forms):
        what = f"Trinnet »{giver.id}« kan ikke give datoer."
        yield here, what, f"Giv det flow: process_step og et skema med rows_from: {LATER_STEPS}."


def _gives_dates(step: Step, forms: Mapping[str, Form | None]) -> bool:
    """A faulty or missing form is told of elsewhere."""
    if step.flow is not FlowName.PROCESS_STEP or step.form is None:
        return False
    form = forms.get(step.form)
    if form is None:
        return True
    return any(
        {OPENS, DUE} <= {each.id for each in field.fields if each.type is FieldType.DATE}
        for field in form.fields
        if field.rows_from == LATER_STEPS
    )


def _same_ids(plan: Plan) -> Iterator[Fault]:
    """A later step with the id of an activity or of another later step; two tracks with one id."""
    dated = [activity.id for activity in plan.activities]
    for key, before, ids in (
        ("later", dated, [step.id for step in plan.later]),
        ("tracks", [], [track.id for track in plan.tracks]),
    ):
        for index, each in enumerate(ids):
            if each in before or each in ids[:index]:
                yield (key, index, "id"), f"Id »{each}« bruges to gange.", "Giv den ene et andet id."
