"""What a preparation needs so that nothing of it can be seen by anybody but its two parties."""

from collections.abc import Iterator, Mapping

from config.agreement_checks import Fault
from config.sentences import nearest
from cycle.plan.model import FlowName, Step
from cycle.tasks.forms import FieldType, Form

KEPT_ELSEWHERE = {
    FieldType.FILE: ("type", "Filer kan ikke vedhæftes i et skema med »confidential: parties«."),
    FieldType.REPEAT: ("type", "Gentagne grupper kan ikke bruges i et skema med »confidential: parties«."),
}
"""Kinds of question whose answer would lie in another table, or whose rows come with a task."""


def preparation_faults(step: Step, forms: Mapping[str, Form | None]) -> Iterator[Fault]:
    """A preparation belongs to a results dialogue and has a form that is for its parties alone."""
    rules = step.preparation
    if rules is None:
        return
    if step.flow is not FlowName.RESULTS_DIALOGUE:
        what = f"»preparation« kan ikke bruges i »{step.id}«."
        yield ("preparation",), what, "Brug den i flow results_dialogue."
    place = ("preparation", "form")
    if rules.form not in forms:
        what = f"Skemaet »{rules.form}« findes ikke i mappen forms."
        yield place, what, nearest(rules.form, forms)
        return
    form = forms[rules.form]
    if form is not None and not form.confidential:
        what = f"Skemaet »{rules.form}« er ikke kun for en samtales to parter."
        yield place, what, "Skriv »confidential: parties« i skemaet."


def confidential_faults(form: Form) -> Iterator[Fault]:
    """A form for two parties asks for nothing that is kept outside their own table."""
    if not form.confidential:
        return
    if form.nil_allowed:
        yield ("nil_allowed",), _not_here("nil_allowed"), "Fjern den; ingen skylder at forberede sig."
    for index, field in enumerate(form.fields):
        if field.type in KEPT_ELSEWHERE:
            key, what = KEPT_ELSEWHERE[field.type]
            yield ("fields", index, key), what, "Brug et tekstfelt."
        if field.same_as_last:
            place = ("fields", index, "same_as_last")
            yield place, _not_here("same_as_last"), "Fjern den; intet huskes fra år til år."


def _not_here(key: str) -> str:
    return f"»{key}« kan ikke bruges i et skema med »confidential: parties«."
