"""Pydantic's errors as Danish sentences: what is wrong, and what to write instead."""

import difflib
import re
from collections.abc import Iterable
from typing import Any

from cycle.plan.gatherings import CLOCK

BOUNDS = {
    "greater_than_equal": ("mindst", "ge"),
    "greater_than": ("større end", "gt"),
    "less_than_equal": ("højst", "le"),
    "less_than": ("mindre end", "lt"),
}
TYPES = {
    "int_parsing": ("et helt tal", "fx 5"),
    "int_type": ("et helt tal", "fx 5"),
    "int_from_float": ("et helt tal", "fx 5"),
    "float_parsing": ("et tal", "fx 12.5"),
    "float_type": ("et tal", "fx 12.5"),
    "bool_parsing": ("ja eller nej", "true eller false"),
    "bool_type": ("ja eller nej", "true eller false"),
    "string_type": ("en tekst", "på én linje, evt. i anførselstegn"),
    "tuple_type": ("en liste", "med én linje pr. punkt, som begynder med »- «"),
    "model_type": ("en gruppe af nøgler", "med »nøgle: værdi« på hver sin linje, rykket ind"),
    "model_attributes_type": ("en gruppe af nøgler", "med »nøgle: værdi« på hver sin linje, rykket ind"),
    "dict_type": ("en gruppe af nøgler", "med »nøgle: værdi« på hver sin linje, rykket ind"),
    "date_from_datetime_parsing": ("en dato", "fx 2027-04-20"),
    "date_parsing": ("en dato", "fx 2027-04-20"),
    "date_type": ("en dato", "fx 2027-04-20"),
}


def sentence(detail: dict[str, Any]) -> tuple[str, str]:
    """(what, cure) in Danish for one entry of pydantic's `errors()`."""
    kind, context = str(detail["type"]), detail.get("ctx") or {}
    if kind in TYPES:
        expected, example = TYPES[kind]
        return f"{_shown(detail['input'])} er ikke {expected}.", f"Skriv {expected}, {example}."
    if kind in BOUNDS:
        word, key = BOUNDS[kind]
        return (
            f"{_shown(detail['input'])} er uden for det tilladte.",
            f"Skriv et tal, der er {word} {context[key]}.",
        )
    if kind in ("literal_error", "enum"):
        return f"{_shown(detail['input'])} kan ikke bruges her.", _of_choices(detail["input"], context)
    return _of_text(kind, context, detail)


def _of_choices(given: object, context: dict[str, Any]) -> str:
    expected = str(context["expected"])
    words = re.findall("'([^']*)'", expected)
    if not words:
        return f"Skriv {expected.replace(' or ', ' eller ')}."
    return nearest(str(given), words)


def _of_text(kind: str, context: dict[str, Any], detail: dict[str, Any]) -> tuple[str, str]:
    if kind == "string_pattern_mismatch" and context.get("pattern") == CLOCK:
        return f"{_shown(detail['input'])} er ikke et klokkeslæt.", "Skriv fx 9.00 eller 15.30."
    if kind == "string_pattern_mismatch":
        return (
            f"{_shown(detail['input'])} kan ikke bruges som id.",
            "Brug små bogstaver, tal, bindestreg, punktum og understreg, og begynd med et bogstav eller tal.",
        )
    if kind in ("string_too_short", "too_short"):
        return "Værdien er for kort.", f"Der skal mindst være {context['min_length']}."
    if kind in ("string_too_long", "too_long"):
        return "Værdien er for lang.", f"Der må højst være {context['max_length']}."
    if kind == "value_error":
        return str(context["error"]), ""
    return f"{_shown(detail['input'])} kan ikke bruges her ({detail['msg']}).", ""


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "En gruppe af nøgler"
    if isinstance(value, list | tuple):
        return "En liste"
    text = str(value)
    return f"»{text if len(text) <= 60 else text[:57] + '…'}«"


def nearest(word: str, known: Iterable[str]) -> str:
    """The cure for an unknown word: the known one it resembles, else all of them when they are few."""
    known = sorted(set(known))
    if not known:
        return ""
    lowered = {each.lower(): each for each in known}
    match = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    if match:
        return f"Mente du »{lowered[match[0]]}«?"
    if len(known) > 12:
        return ""
    *first, last = [f"»{each}«" for each in known]
    return f"Skriv {', '.join(first)} eller {last}." if first else f"Skriv {last}."
