"""What must agree within a plan, and between the plan, its forms and the organisation beside it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from config.agreement_checks import PER_UNIT, Fault, agreement_faults
from config.meeting_checks import meeting_faults
from config.mending import Mended
from config.preparation_checks import preparation_faults
from config.process_checks import process_faults
from config.sentences import nearest
from config.yaml_source import Document, Place
from cycle.errors import Problem
from cycle.plan.figure_rules import FigureRules
from cycle.plan.model import Audience, FlowName, Plan, Stage, StageKind, Step
from cycle.tasks.approval import NEAREST_SUPERIOR
from cycle.tasks.forms import Form

WITHOUT_FORM = frozenset({FlowName.MEETING_SERIES, FlowName.PROCESS_STEP})


@dataclass(frozen=True)
class Surroundings:
    """What lies beside the plan: its forms (None for one that is faulty itself), and the words of the
    organisation when units.csv and leaders.csv lie there, too."""

    forms: Mapping[str, Form | None]
    unit_ids: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    kind_of: Mapping[str, str] = field(default_factory=dict)
    units_file: str = "units.csv"
    leaders_file: str = "leaders.csv"


def plan_problems(document: Document, seen: Mended, around: Surroundings) -> list[Problem]:
    """Every disagreement, each at the line of the value that has to change."""
    return [
        document.problem(place, what, cure)
        for place, what, cure in _faults(seen.plan, around)
        if seen.tells(place)
    ]


def _faults(plan: Plan, around: Surroundings) -> Iterator[Fault]:
    yield from duplicates(("activities",), [activity.id for activity in plan.activities], "aktivitet")
    yield from duplicates(("reminders",), [rule.id for rule in plan.reminders], "påmindelse")
    if not plan.activities:
        yield ("activities",), "Planen har ingen aktiviteter.", "Skriv mindst én aktivitet."
    if around.unit_ids and plan.municipality not in around.unit_ids:
        cure = nearest(plan.municipality, around.unit_ids)
        yield ("municipality",), f"Enheden »{plan.municipality}« findes ikke i {around.units_file}.", cure
    for index, activity in enumerate(plan.activities):
        for place, what, cure in _activity(activity, plan, around):
            yield ("activities", index, *place), what, cure
    for index, later in enumerate(plan.later):
        for place, what, cure in _activity(later, plan, around):
            yield ("later", index, *place), what, cure
    yield from process_faults(plan, around.forms)
    yield from _preparations(plan)


def _preparations(plan: Plan) -> Iterator[Fault]:
    known = [activity.id for activity in plan.activities]
    for index, activity in enumerate(plan.activities):
        where = activity.prepared_in
        if where is not None and (where not in known or where == activity.id):
            what = f"Revisionen »{activity.id}« forberedes i »{where}«, som ikke findes i planen."
            yield ("activities", index, "prepared_in"), what, nearest(where, set(known) - {activity.id})


def _activity(activity: Step, plan: Plan, around: Surroundings) -> Iterator[Fault]:
    yield from _form(activity.form, ("form",), around)
    if activity.form is None and activity.flow not in WITHOUT_FORM:
        what = f"Aktiviteten »{activity.id}« har intet skema."
        yield (), what, f"Tilføj »form: …«. {nearest('', around.forms)}".strip()
    yield from _audience(activity.audience, ("audience",), around)
    if activity.members is not None:
        yield from _audience(activity.members, ("members",), around)
    for index, role in enumerate(activity.approval):
        yield from _role(role, ("approval", index), around)
    yield from duplicates(("reminders",), [rule.id for rule in activity.reminders or ()], "påmindelse")
    yield from agreement_faults(activity, around.forms)
    yield from meeting_faults(activity, plan, around.forms)
    yield from _figures(activity, around)
    yield from preparation_faults(activity, around.forms)
    yield from duplicates(("stages",), [stage.id for stage in activity.stages], "trin")
    for index, stage in enumerate(activity.stages):
        faults = [*_stage(stage, around), *_taking_in(stage, activity.flow)]
        for place, what, cure in faults:
            yield ("stages", index, *place), what, cure


def _taking_in(stage: Stage, flow: FlowName) -> Iterator[Fault]:
    if stage.kind is not StageKind.TAKE_IN:
        return
    if flow is not FlowName.STRATEGY_REVISION:
        what = f"Trinnet »{stage.id}« hører kun til i flow strategy_revision."
        yield ("kind",), what, "Brug kind: consolidate eller release."
    if stage.form is not None:
        what = f"Trinnet »{stage.id}« kan ikke have et skema: det er klaret, når målene er i måltræet."
        yield ("form",), what, "Slet »form«."


def _figures(activity: Step, around: Surroundings) -> Iterator[Fault]:
    rules = activity.figures
    if rules is None:
        return
    if activity.flow is not FlowName.BUDGET_CALL:
        for key in ("budget", "expected", "above", "form"):
            if getattr(rules, key) not in (None, ""):
                what = f"»{key}« kan ikke bruges i »{activity.id}«."
                yield ("figures", key), what, "Merforbrug forklares kun i flow budget_call."
    yield from _form(rules.form, ("figures", "form"), around)
    yield from _beside(activity, rules, around)
    needed = {"budget": rules.budget, "expected": rules.expected, "form": rules.form}
    lacking = [key for key, value in needed.items() if not value]
    if rules.above is not None and lacking:
        what = f"»above« kan ikke bruges uden {' og '.join(lacking)}."
        yield ("figures", "above"), what, "Skriv dem, eller slet »above«."


def _beside(activity: Step, rules: FigureRules, around: Surroundings) -> Iterator[Fault]:
    form = around.forms.get(activity.form or "")
    for index, each in enumerate(rules.beside):
        known = {field.id for field in form.fields} if form else {each.field}
        if each.field not in known:
            what = f"Skemaet »{activity.form}« har ikke spørgsmålet »{each.field}«."
            yield ("figures", "beside", index, "field"), what, nearest(each.field, known)


def _stage(stage: Stage, around: Surroundings) -> Iterator[Fault]:
    yield from _form(stage.form, ("form",), around)
    if stage.kind in PER_UNIT:
        if not stage.by:
            yield (
                (),
                f"Trinnet »{stage.id}« siger ikke hvem.",
                "Tilføj fx »by: leder« eller »by: nærmeste leder«.",
            )
        if stage.audience is not None:
            yield ("audience",), f"Trinnet »{stage.id}« skylder hver enhed én gang.", "Brug »by« i stedet."
        yield from _role(stage.by, ("by",), around)
        return
    if stage.by:
        yield ("by",), f"»by« kan ikke bruges i trinnet »{stage.id}«.", "Brug »audience« i stedet."
    if stage.audience is None:
        yield (), f"Trinnet »{stage.id}« siger ikke hvem.", "Tilføj »audience: …«."
    else:
        yield from _audience(stage.audience, ("audience",), around)


def _form(form: str | None, place: Place, around: Surroundings) -> Iterator[Fault]:
    if form is None:
        return
    if form not in around.forms:
        yield place, f"Skemaet »{form}« findes ikke i mappen forms.", nearest(form, around.forms)
        return
    found = around.forms[form]
    if found is not None and found.confidential:
        what = f"Skemaet »{form}« er kun for en samtales to parter."
        yield place, what, "Brug det under »preparation«, eller slet »confidential« i skemaet."


def _audience(audience: Audience, place: Place, around: Surroundings) -> Iterator[Fault]:
    listed = (
        ("units", audience.units, around.unit_ids, "Enheden"),
        ("except_units", audience.except_units, around.unit_ids, "Enheden"),
        ("kinds", audience.kinds, around.kinds, "Arten"),
        ("areas", audience.areas, around.areas, "Området"),
    )
    for key, words, known, name in listed:
        for index, word in enumerate(words):
            if known and word not in known:
                what = f"{name} »{word}« findes ikke i {around.units_file}."
                yield (*place, key, index), what, nearest(word, known)
    yield from _role(audience.role, (*place, "role"), around)


def _role(role: str, place: Place, around: Surroundings) -> Iterator[Fault]:
    known = around.roles | {NEAREST_SUPERIOR}
    if role and around.roles and role not in known:
        yield place, f"Rollen »{role}« findes ikke i {around.leaders_file}.", nearest(role, known)


def duplicates(place: Place, ids: Iterable[str], name: str) -> Iterator[Fault]:
    """A fault at the second of two with the same id."""
    seen: set[str] = set()
    for index, each in enumerate(ids):
        if each in seen:
            yield (*place, index, "id"), f"Der er to af id »{each}« ({name}).", "Giv den ene et andet id."
        seen.add(each)
