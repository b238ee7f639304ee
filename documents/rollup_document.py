"""The roll-up as values for its templates: nobody is left out, nothing is empty without saying so.

What a unit wrote to its superior alone (free text that is no light's comment) is not for the committee and
stays out; so are files.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cycle.tasks.answers import label, show_answer
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.rollup import Line, Outcome, Rollup, Section
from documents.charts import Pen, svg
from documents.rollup_charts import counted_values, figure_values, goal_values, light_name
from documents.rollup_facts import Facts, Place
from documents.rollup_lights import Key, Lights, figures_in, lights_in, lights_of
from documents.rollup_words import outcome_name


@dataclass(frozen=True)
class Standing:
    """What the document is: its title, the version that was released (0: a draft), and words about when."""

    municipality: str
    title: str
    version: int
    dated: str
    mark: str = ""


def rollup_values(
    rollup: Rollup, facts: Facts, standing: Standing, language: str, pen: Pen = svg
) -> dict[str, Any]:
    """Everything a template may show. Lists hold mappings; every text is plain, every chart as of the pen."""
    goals = lights_in(rollup.lines, facts, language)
    areas = areas_of(rollup.lines, facts, language)
    return {
        "municipality": standing.municipality,
        "mark": standing.mark,
        "draft": standing.version == 0,
        "title": standing.title,
        "year": rollup.concerns_year,
        "version": standing.version,
        "dated": standing.dated,
        "total": len(rollup.lines),
        "counts": counts_of(rollup.counts(), language),
        "goals": sorted(
            [
                *(goal_values(goal, areas, language, pen) for goal in goals.values()),
                *(counted_values(goal, language) for goal in rollup.counted),
            ],
            key=lambda goal: goal["code"] or "~",
        ),
        "figures": [
            figure_values(one, areas, language, pen) for one in figures_in(rollup.lines, facts, language)
        ],
        "branches": [_branch(path, rollup, facts, goals, language) for path in _paths(rollup, facts)],
    }


def within(whole: Rollup, paths: Sequence[str]) -> Rollup:
    """Only what lies in or below the paths, and the sections of whom that concerns.

    What is counted of all is not told of a part.
    """
    inside = tuple(paths)
    lines = tuple(line for line in whole.lines if line.path.startswith(inside))
    sections = tuple(section for section in whole.sections if section.path.startswith(inside))
    counted = whole.counted if len(lines) == len(whole.lines) else ()
    return replace(whole, lines=lines, sections=sections, counted=counted)


def above(path: str) -> list[str]:
    """The paths of the units above, the root first."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[:n]) + "/" for n in range(1, len(parts))]


def counts_of(counts: Mapping[Outcome, int], language: str) -> list[dict[str, Any]]:
    return [
        {"outcome": outcome.value, "name": outcome_name(outcome, language), "count": count}
        for outcome, count in counts.items()
        if count
    ]


def areas_of(lines: Iterable[Line], facts: Facts, language: str) -> list[tuple[str, list[Line]]]:
    """The lines by area, in the order of the tree; those of none under a name that says so."""
    other = "Others" if language == "en" else "Øvrige"
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.area or other, []).append(line)
    return list(found.items())


def homes_of(lines: Iterable[Line], facts: Facts) -> list[tuple[str, list[Line]]]:
    """The lines by the unit that they lie directly under, in the order of the tree."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(_home(line), []).append(line)
    return [(facts.places[path].name if path in facts.places else "", some) for path, some in found.items()]


def _paths(rollup: Rollup, facts: Facts) -> list[str]:
    """The units above the answering ones, from the top down, without tops that have nothing of their own."""
    own = {section.path for section in rollup.sections} | {_home(line) for line in rollup.lines}
    every = own | {path for line in own for path in above(line)}
    return [path for path in sorted(every) if path in facts.places and (path in own or path.count("/") > 3)]


def _home(line: Line) -> str:
    tops = above(line.path)
    return tops[-1] if tops else line.path


def _branch(
    path: str, rollup: Rollup, facts: Facts, goals: Mapping[Key, Lights], language: str
) -> dict[str, Any]:
    place: Place = facts.places[path]
    lines = [line for line in rollup.lines if _home(line) == path]
    asked = [key for key in goals if any(line.task_id in goals[key].given for line in lines)]
    counts = rollup.counts(path)
    return {
        "name": place.name,
        "kind": place.kind,
        "level": min(max(path.count("/") - 3, 1), 4),
        "total": sum(counts.values()),
        "counts": counts_of(counts, language),
        "written": [
            _written(section, facts, language) for section in rollup.sections if section.path == path
        ],
        "codes": [goals[key].code or goals[key].title for key in asked],
        "units": [_unit(line, asked, facts, language) for line in lines],
        "remarks": [remark for line in lines for remark in _remarks(line, facts, language)],
    }


def _unit(line: Line, asked: Sequence[Key], facts: Facts, language: str) -> dict[str, Any]:
    given: dict[Key, list[str]] = {}
    for light in lights_of(line, facts, language):
        given.setdefault(light.key, []).append(light.light)
    return {
        "name": line.unit,
        "kind": line.kind,
        "outcome": line.outcome.value,
        "outcome_name": outcome_name(line.outcome, language),
        "lights": [given.get(key, []) for key in asked],
    }


def _remarks(line: Line, facts: Facts, language: str) -> list[dict[str, str]]:
    return [
        {"unit": line.unit, "goal": light.code or light.title, "light": light.light, "text": light.comment}
        for light in lights_of(line, facts, language)
        if light.comment
    ]


def _written(section: Section, facts: Facts, language: str) -> dict[str, Any]:
    form = facts.forms.get(section.form_version_id or 0)
    answers = section.answers
    said = "unwritten" if answers is None else "answered" if answers else "nil"
    return {
        "title": section.title,
        "state": said,
        "answers": _answers(form, answers, language) if form and answers else [],
    }


def _answers(form: Form, answers: Mapping[str, Any], language: str) -> list[dict[str, str]]:
    return [
        _answer(one, answers[one.id], language)
        for one in form.fields
        if one.id in answers and one.type not in (FieldType.FILE, FieldType.CONFIRM)
    ]


def _answer(one: Field, value: Any, language: str) -> dict[str, str]:
    if one.type is FieldType.TRAFFIC_LIGHT:
        text, light = str(value.get("comment", "")), str(value["light"])
        return {
            "label": label(one, language),
            "light": light,
            "name": light_name(light, language),
            "text": text,
        }
    return {"label": label(one, language), "light": "", "name": "", "text": show_answer(one, value, language)}
