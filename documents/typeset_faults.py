"""What is wrong with a template, in words: which file and line, and how to mend it."""

import difflib
import re
from collections.abc import Mapping
from typing import Any

from cycle.errors import Problem

_PLACE = re.compile(r"([\w.\- ]+\.typ):(\d+)")
_UNKNOWN_NAME = re.compile(r'does not contain key "([^"]*)"')
_ELSEWHERE = re.compile(r"file not found|escape the project root")
_PACKAGE = re.compile(r"package|download", re.IGNORECASE)


def fault_of(said: Mapping[str, Any], template: str, values: Mapping[str, Any], language: str) -> Problem:
    """Typst's error as a fault with the template's name, its line where it has one, and a cure."""
    place = _PLACE.search(said["diagnostic"])
    where = f"{place[1]}:{place[2]}" if place else template
    name = _UNKNOWN_NAME.search(said["message"])
    if name:
        return Problem(where, *unknown_name(name[1], values, language))
    hints = " ".join(str(hint) for hint in said["hints"])
    words = said["message"] if not hints else f"{said['message']} ({hints})"
    if _PACKAGE.search(said["message"]):
        return Problem(where, *_no_packages(words, language))
    if _ELSEWHERE.search(said["message"]):
        return Problem(where, *_no_files(language))
    if language == "en":
        return Problem(where, f"The template cannot be set: {words}.", _OURS_EN)
    return Problem(where, f"Skabelonen kan ikke sættes: {words}.", _OURS_DA)


def stopped_fault(template: str, seconds: float, slow: bool, language: str) -> Problem:
    """The template had to be stopped, or its process ended by itself."""
    return _too_slow(template, seconds, language) if slow else _gone(template, language)


def _too_slow(template: str, seconds: float, language: str) -> Problem:
    if language == "en":
        return Problem(
            template,
            f"The template was stopped: it was not done after {seconds:g} seconds.",
            "Look for a loop that never ends. " + _OURS_EN,
        )
    return Problem(
        template,
        f"Skabelonen blev stoppet: den var ikke færdig efter {seconds:g} sekunder.",
        "Se efter en løkke, der aldrig slutter. " + _OURS_DA,
    )


def _gone(template: str, language: str) -> Problem:
    if language == "en":
        return Problem(
            template,
            "The template was stopped: it used more memory than it may.",
            "Look for a loop that never ends, or use smaller pictures. " + _OURS_EN,
        )
    return Problem(
        template,
        "Skabelonen blev stoppet: den brugte mere hukommelse, end den må.",
        "Se efter en løkke, der aldrig slutter, eller brug mindre billeder. " + _OURS_DA,
    )


_OURS_DA = "Fjern filen fra mappen templates for at bruge den medfølgende."
_OURS_EN = "Remove the file from the folder templates to use the one that comes with the product."


def unknown_name(name: str, values: Mapping[str, Any], language: str) -> tuple[str, str]:
    """(what is wrong, the cure) of a placeholder that the document has no value for."""
    known = sorted(values)
    near = difflib.get_close_matches(name, known, n=1)
    if language == "en":
        cure = f"Did you mean »{near[0]}«?" if near else f"There are: {', '.join(known)}."
        return f"The template asks for »{name}«, which this document does not have.", cure
    cure = f"Mente du »{near[0]}«?" if near else f"Der findes: {', '.join(known)}."
    return f"Skabelonen beder om »{name}«, som dokumentet ikke har.", cure


def _no_packages(words: str, language: str) -> tuple[str, str]:
    if language == "en":
        return (
            f"The template asks for a package ({words}).",
            "Documents fetch nothing: put its files in the folder.",
        )
    return (
        f"Skabelonen beder om en pakke ({words}).",
        "Dokumenter henter intet udefra: læg pakkens filer i mappen.",
    )


def _no_files(language: str) -> tuple[str, str]:
    if language == "en":
        return (
            "The template reads a file that is not beside it.",
            "A template reads nothing outside its folder: put the file in the folder templates.",
        )
    return (
        "Skabelonen læser en fil, der ikke ligger ved siden af den.",
        "En skabelon læser intet uden for sin mappe: læg filen i mappen templates.",
    )
