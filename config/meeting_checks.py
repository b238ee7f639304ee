"""What must agree where a step holds meetings: times, forms, and that no guessed date calls anybody."""

from collections.abc import Iterator, Mapping

from config.agreement_checks import Fault
from config.sentences import nearest
from cycle.plan.certain import due_certainty
from cycle.plan.model import Activity, Confidence, FlowName, Plan, Step
from cycle.tasks.forms import PARTICIPANTS, Form

HOLDS_MEETINGS = (FlowName.MEETING_SERIES, FlowName.PROCESS_STEP)


def meeting_faults(step: Step, plan: Plan, forms: Mapping[str, Form | None]) -> Iterator[Fault]:
    """Every fault, each at the place of the value that has to change."""
    meetings = step.meetings
    if meetings is None:
        return
    if step.flow not in HOLDS_MEETINGS:
        cure = "Brug den i flow meeting_series eller process_step."
        yield ("meetings",), f"»meetings« kan ikke bruges i »{step.id}«.", cure
    begins, ends = meetings.from_to
    if ends <= begins:
        what = f"Mødet slutter kl. {meetings.ends}, før det begynder kl. {meetings.begins}."
        yield ("meetings", "ends"), what, "Ret et af klokkeslættene."
    if meetings.homework is not None and meetings.homework not in forms:
        what = f"Skemaet »{meetings.homework}« findes ikke i mappen forms."
        yield ("meetings", "homework"), what, nearest(meetings.homework, forms)
    yield from _called_at_once(step, plan)
    yield from _one_to_record(step, forms)


def _called_at_once(step: Step, plan: Plan) -> Iterator[Fault]:
    meetings = step.meetings
    if meetings is None or not meetings.call:
        return
    place, what = ("meetings", "call"), f"Der kan ikke indkaldes til »{step.id}« af sig selv."
    if meetings.count > 1:
        yield place, what, "Planen siger kun dagen for ét møde. Slet »call«, og indkald på mødernes sider."
    if isinstance(step, Activity) and due_certainty(plan, step) is not Confidence.CERTAIN:
        yield place, what, "Datoen er ikke sikker. Slet »call«, og indkald på mødets side."


def _one_to_record(step: Step, forms: Mapping[str, Form | None]) -> Iterator[Fault]:
    form = forms.get(step.form) if step.form else None
    rows = form is not None and any(field.rows_from == PARTICIPANTS for field in form.fields)
    if rows and step.meetings is not None and step.meetings.count > 1:
        what = f"Skemaet »{step.form}« kan kun skrive op, hvem der mødte til ét møde."
        yield ("meetings", "count"), what, "Brug et andet skema, og skriv det op på mødernes sider."
