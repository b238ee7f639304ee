"""What the fields of a plan are called where two plans are held beside each other."""

import re
from collections import defaultdict
from collections.abc import Mapping

from cycle.plan.difference import ActivityChange, FieldChange
from cycle.plan.model import Plan
from cycle.plan.relations import Point
from cycle.plan.words import in_danish
from web.words import Pair

PARTS: Mapping[str, Pair] = {
    "title": ("titel", "title"),
    "title_en": ("titel på engelsk", "title in English"),
    "text": ("indledning i mails og på opgavens side", "introduction in mails and on the task's page"),
    "flow": ("forløb", "flow"),
    "ring": ("ring", "ring"),
    "concerns": ("vedrører", "concerns"),
    "window": ("", ""),
    "opens": ("åbner", "opens"),
    "due": ("frist", "due"),
    "closes": ("lukker", "closes"),
    "date": ("", ""),
    "move": ("på en lukkedag", "on a closed day"),
    "confidence": ("hvor sikker", "how certain"),
    "printed": ("trykt som", "printed as"),
    "audience": ("hvem svarer", "who answers"),
    "members": ("deltagerkreds", "members"),
    "kinds": ("enhedernes art", "kinds of units"),
    "unit_kinds": ("enhedernes art", "kinds of units"),
    "areas": ("områder", "areas"),
    "ownership": ("ejerform", "ownership"),
    "units": ("enheder", "units"),
    "except_units": ("undtagne enheder", "units left out"),
    "role": ("rolle", "role"),
    "form": ("skema", "form"),
    "approval": ("godkendes af", "approved by"),
    "review_days": ("dage til godkendelse", "days for approval"),
    "return_days": ("dage til rettelse", "days for correction"),
    "stages": ("skridt efter svarene", "steps after the answers"),
    "reminders": ("påmindelser", "reminders"),
    "kind": ("slags", "kind"),
    "offset": ("dage", "days"),
    "working_days": ("arbejdsdage", "working days"),
    "every": ("gentages hver", "repeated every"),
    "at_most": ("højst", "at most"),
    "figures": ("tal fra fil", "figures from a file"),
    "beside": ("ved spørgsmålene", "beside the questions"),
    "field": ("spørgsmål", "question"),
    "columns": ("kolonner", "columns"),
    "unit": ("tæller", "counts"),
    "preparation": ("forberedelse", "preparation"),
    "erased": ("slettes", "erased"),
    "period": ("periode", "period"),
    "confidential": ("fortrolig", "confidential"),
    "kle": ("KLE", "KLE"),
    "case_number": ("sagsnummer", "case number"),
    "body": ("udvalg", "body"),
    "source": ("kilde", "source"),
    "track": ("spor", "track"),
    "tracks": ("spor", "tracks"),
    "work": ("aktiviteter eller dagsorden", "activities or agenda"),
    "results": ("resultater", "results"),
    "participants": ("deltagere", "participants"),
    "responsible": ("ansvarlige", "responsible"),
    "planned_in": ("planlægges i", "planned in"),
    "prepared_in": ("forberedes i", "prepared in"),
    "place": ("sted", "place"),
    "meetings": ("møder", "meetings"),
    "purpose": ("formål", "purpose"),
    "starts": ("første måned", "first month"),
    "later": ("senere skridt", "later steps"),
    "across": ("på tværs", "across all"),
    "call": ("indkaldes ved åbningen", "called at the opening"),
    "count": ("antal", "how many"),
    "begins": ("begynder", "begins"),
    "ends": ("slutter", "ends"),
    "seats": ("pladser", "seats"),
    "homework": ("hjemmeopgave", "homework"),
    "years": ("år", "years"),
    "first": ("første periode", "first period"),
    "costs": ("udgifters fortegn", "sign of costs"),
    "budget": ("kolonne med budget", "column of the budget"),
    "expected": ("kolonne med forventet", "column of the expected"),
    "above": ("over (procent)", "above (per cent)"),
    "days": ("dage", "days"),
    "by": ("af", "by"),
    "at": ("hvor", "where"),
}
"""A part of a field's place in the plan ("window.due.date") by its name; a part without words is left out."""


VALUES: Mapping[object, Pair] = {
    "keep": ("flyttes ikke", "stays"),
    "earlier": ("flyttes til dagen før", "moves to the day before"),
    "later": ("flyttes til dagen efter", "moves to the day after"),
    "certain": ("sikker", "certain"),
    "inferred": ("udledt", "inferred"),
    "uncertain": ("usikker", "uncertain"),
    True: ("ja", "yes"),
    False: ("nej", "no"),
}
CHOSEN = frozenset({"move", "confidence"})
"""The fields whose values are words of ours; what the municipality writes stands as it is written."""


Titles = Mapping[str, Pair]
"""What the steps after an activity's answers are called, by their ids."""
NO_TITLES: Titles = {}
POINTS: Mapping[str, Pair] = {point: PARTS[point] for point in map(str, Point)}
FIXED_DAY = re.compile(r"\d{1,2}\. \w+")
"""Words of a plan that say no more than a date does: "24. august", and not "uge 39"."""


def stage_titles(*plans: Plan) -> Mapping[str, Titles]:
    """The titles in each activity by its id, those of the last plan where several have a step."""
    found: dict[str, dict[str, Pair]] = defaultdict(dict)
    for each in (activity for plan in plans for activity in plan.activities):
        found[each.id].update({step.id: (step.title, step.title_en or step.title) for step in each.stages})
    return found


def date_words(name: str, titles: Titles = NO_TITLES) -> Pair:
    """What one of an activity's dates is called, Danish and English."""
    return POINTS.get(name) or titles.get(name, (name, name))


def beside_dates(change: ActivityChange) -> list[FieldChange]:
    """The fields without those days of the calendar that the change's dates tell, once and with the year."""
    told = {str(each.name) for each in change.dates if each.before and each.after}
    return [each for each in change.fields if not (_date_of(each.field) in told and _is_day(each))]


def _date_of(field: str) -> str:
    """Which date the field says: "window.due.date" the deadline, "stages.distrikt.due.date" that step's."""
    found = re.fullmatch(r"window\.(\w+)\.date|stages\.([\w-]+)\.due\.date", field)
    return (found[1] or found[2]) if found else ""


def _is_day(change: FieldChange) -> bool:
    return all(FIXED_DAY.fullmatch(str(each)) for each in (change.before, change.after))


def value_words(field: str, value: object, titles: Titles = NO_TITLES) -> Pair:
    """How a field's value reads, Danish and English."""
    if value is None:
        return "–", "–"
    if isinstance(value, bool) or (field.rpartition(".")[2] in CHOSEN and value in VALUES):
        return VALUES[value]
    if field == "stages" and isinstance(value, list):
        pairs = [titles.get(each, (each, each)) for each in value]
        return ", ".join(danish for danish, _ in pairs), ", ".join(english for _, english in pairs)
    said = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return (in_danish(said), said) if field.rpartition(".")[2] == "date" else (said, said)


def field_words(field: str, titles: Titles = NO_TITLES) -> Pair:
    """What a field is called, Danish and English; a key of the municipality's own stands as it is written."""
    parts = field.split(".")
    of_step = parts[1] if parts[0] == "stages" and len(parts) > 1 else ""
    pairs = [titles[part] if part == of_step in titles else PARTS.get(part, (part, part)) for part in parts]
    danish, english = (": ".join(filter(None, words)) for words in zip(*pairs, strict=True))
    return danish[:1].upper() + danish[1:], english[:1].upper() + english[1:]


SAID_WITH = {
    "beside_dates": beside_dates,
    "date_words": date_words,
    "field_words": field_words,
    "value_words": value_words,
}
"""What a page that shows two plans beside each other says it with."""
