"""What must agree within a form: every field has what its type needs and nothing that it cannot use."""

from collections.abc import Iterator, Sequence

from config.agreement_checks import Fault
from config.plan_checks import duplicates
from config.preparation_checks import confidential_faults
from config.sentences import nearest
from config.yaml_source import Document, Place
from cycle.errors import Problem
from cycle.tasks.answer_values import LIGHTS
from cycle.tasks.forms import Field, FieldType, Form

NUMBERS = frozenset({FieldType.NUMBER, FieldType.AMOUNT, FieldType.PERCENT})
TEXTS = frozenset({FieldType.TEXT, FieldType.LONG_TEXT, FieldType.TRAFFIC_LIGHT})
OWN_KEYS = (
    ("choices", frozenset({FieldType.CHOICE})),
    ("choices_from", frozenset({FieldType.CHOICE})),
    ("fields", frozenset({FieldType.REPEAT})),
    ("rows", frozenset({FieldType.REPEAT})),
    ("rows_from", frozenset({FieldType.REPEAT})),
    ("unit", frozenset({FieldType.NUMBER})),
    ("minimum", NUMBERS),
    ("maximum", NUMBERS),
    ("max_length", TEXTS),
)


def form_problems(document: Document, form: Form) -> list[Problem]:
    """Every fault of the form, each at the line of the value that has to change."""
    found = list(_group(form.fields, ("fields",)))
    found += confidential_faults(form)
    if not form.fields:
        found.append((("fields",), "Skemaet har ingen felter.", "Skriv mindst ét felt."))
    return [document.problem(place, what, cure) for place, what, cure in found]


def _group(fields: Sequence[Field], place: Place) -> Iterator[Fault]:
    yield from duplicates(place, [field.id for field in fields], "felt")
    for index, field in enumerate(fields):
        here = (*place, index)
        yield from _own_keys(field, here)
        yield from _needs(field, here)
        yield from _only_when(field, fields[:index], here)
        if field.only_rows and "fields" not in place[1:]:
            what = f"»only_rows« i »{field.id}« hører til i en gentaget gruppe."
            yield (*here, "only_rows"), what, "Slet den, eller flyt feltet ind i gruppen."
        if field.type is FieldType.REPEAT:
            yield from _repeat(field, here)


def _own_keys(field: Field, place: Place) -> Iterator[Fault]:
    for key, types in OWN_KEYS:
        if key in field.model_fields_set and field.type not in types:
            names = " eller ".join(sorted(f"»{each.value}«" for each in types))
            yield (
                (*place, key),
                f"»{key}« kan kun bruges, når type er {names}.",
                "Fjern den, eller ret typen.",
            )


def _needs(field: Field, place: Place) -> Iterator[Fault]:
    low, high = field.minimum, field.maximum
    if low is not None and high is not None and low > high:
        yield (*place, "minimum"), f"Feltet »{field.id}« har minimum over maximum.", "Byt dem om."
    if field.type is FieldType.CHOICE:
        if field.choices and field.choices_from:
            what = f"»choices« og »choices_from« i »{field.id}« udelukker hinanden."
            yield (*place, "choices_from"), what, "Slet den ene."
        if len(field.choices) < 2 and not field.choices_from:
            yield place, f"Feltet »{field.id}« har ikke to valgmuligheder.", "Tilføj dem under »choices«."
        values = [choice.value for choice in field.choices]
        yield from _same_values(values, (*place, "choices"))


def _repeat(field: Field, place: Place) -> Iterator[Fault]:
    if not field.fields:
        yield place, f"Gruppen »{field.id}« har ingen felter.", "Tilføj dem under »fields«."
    if bool(field.rows) == bool(field.rows_from):
        what = f"Gruppen »{field.id}« skal have enten »rows« eller »rows_from«."
        yield place, what, "Skriv rækkerne under »rows«, eller »rows_from: goals«."
    yield from _same_values([row.value for row in field.rows], (*place, "rows"))
    yield from _group(field.fields, (*place, "fields"))
    for index, inner in enumerate(field.fields):
        if inner.only_rows and not field.rows_from:
            what = f"»only_rows« i »{inner.id}« kan ikke vide noget om skemaets egne rækker."
            yield (*place, "fields", index, "only_rows"), what, "Slet den, eller brug »rows_from: goals«."
        if inner.type is FieldType.REPEAT:
            what = "En gentaget gruppe kan ikke ligge i en anden."
            yield (*place, "fields", index, "type"), what, "Læg dem efter hinanden."


def _same_values(values: Sequence[str], place: Place) -> Iterator[Fault]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield (*place, index, "value"), f"»{value}« står der to gange.", "Giv den ene en anden value."


def _only_when(field: Field, before: Sequence[Field], place: Place) -> Iterator[Fault]:
    if not field.only_when:
        return
    name, sign, wanted = (part.strip() for part in field.only_when.partition("="))
    here = (*place, "only_when")
    if not sign or not wanted:
        yield here, f"»{field.only_when}« er ikke en betingelse.", "Skriv fx »only_when: holdt=ja«."
        return
    other = next((each for each in before if each.id == name), None)
    if other is None:
        cure = nearest(name, [each.id for each in before]) or "Stil det felt, der spørges til, først."
        yield here, f"Feltet »{name}« står ikke over »{field.id}« i samme gruppe.", cure
        return
    possible = _possible(other)
    if wanted not in possible:
        yield here, f"Feltet »{name}« kan ikke have svaret »{wanted}«.", nearest(wanted, possible)


def _possible(field: Field) -> Sequence[str]:
    if field.type is FieldType.CHOICE:
        return [choice.value for choice in field.choices]
    return {FieldType.TRAFFIC_LIGHT: LIGHTS, FieldType.CONFIRM: ("ja",)}.get(field.type, ())
