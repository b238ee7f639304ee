"""What an agreement needs so that no unit's agreement can get stuck on its way to the signatures."""

from collections.abc import Iterator, Mapping

from config.yaml_source import Place
from cycle.plan.model import FlowName, Stage, StageKind, Step
from cycle.tasks.forms import FieldType, Form

Fault = tuple[Place, str, str]
"""Where in the document, what, cure."""

IN_TURN = (StageKind.NEGOTIATE, StageKind.APPROVE, StageKind.SIGN)
PER_UNIT = frozenset(IN_TURN)
DECISION, AGREED, NAME = "beslutning", "enig", "navn"
"""The fields that the signing flow reads: the decision with its value for yes, and the signer's name."""


def agreement_faults(activity: Step, forms: Mapping[str, Form | None]) -> Iterator[Fault]:
    """Negotiation, approval and signature stand in that order, and their forms ask what is read."""
    steps = [(index, stage) for index, stage in enumerate(activity.stages) if stage.kind in PER_UNIT]
    if activity.flow is not FlowName.AGREEMENT_SIGNING:
        if "period" in activity.model_fields_set:
            what = f"»period« kan ikke bruges i »{activity.id}«."
            yield ("period",), what, "Den hører kun til i flow agreement_signing."
        for index, stage in steps:
            what = f"Trinnet »{stage.id}« hører kun til i flow agreement_signing."
            yield ("stages", index), what, "Brug kind: consolidate eller release."
        return
    turns = [IN_TURN.index(stage.kind) for _, stage in steps]
    if set(turns) != set(range(len(IN_TURN))) or turns != sorted(turns):
        what = f"»{activity.id}« har ikke forhandling, godkendelse og underskrift i den rækkefølge."
        yield ("stages",), what, "Skriv trin med kind: negotiate, approve og sign."
    for index, stage in steps:
        yield from _form(stage, forms, ("stages", index))


def _form(stage: Stage, forms: Mapping[str, Form | None], place: Place) -> Iterator[Fault]:
    if stage.form is None:
        yield place, f"Trinnet »{stage.id}« har intet skema.", "Tilføj »form: …«."
        return
    form = forms.get(stage.form)
    if form is None:
        return
    if stage.kind is StageKind.SIGN:
        if not any(field.id == NAME and field.type is FieldType.TEXT for field in form.fields):
            what = f"Skemaet »{form.id}« spørger ikke om underskriverens navn."
            yield (*place, "form"), what, f"Giv skemaet et felt med id {NAME} og type text."
    elif not any(field.id == DECISION and AGREED in _values(form, field.id) for field in form.fields):
        what = f"Skemaet »{form.id}« spørger ikke, om der er enighed."
        yield (
            (*place, "form"),
            what,
            f"Giv skemaet et felt med id {DECISION} og en mulighed med value {AGREED}.",
        )


def _values(form: Form, field_id: str) -> list[str]:
    return [choice.value for choice in form.field(field_id).choices]
