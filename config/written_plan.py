"""A plan written on a page: checked as a file is, and changed in one activity with its comments kept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from config.checking import validated
from config.date_checks import date_problems, problems_of_years
from config.loader import PLAN_FILE
from config.mending import Mended, mended
from config.plan_checks import Surroundings, plan_problems
from config.shorthand import expand
from config.yaml_source import Document, parse_yaml
from cycle.calendar import WorkingCalendar
from cycle.danish import format_count
from cycle.errors import PlanInvalid, Problem
from cycle.plan.figure_rules import FieldFigures
from cycle.plan.meetings import MeetingDay
from cycle.plan.model import Activity, Plan, ReminderRule, Step
from cycle.tasks.forms import Form

LONGEST_PLAN = 400_000
FOLDERS = ("forms/", "texts/")
POINTS = ("opens", "due", "closes")
LISTED = ("approval",)
_PLACE = re.compile(r"([^(]*?)\s*(?:\((.*)\))?")
WORDS = ("title", "title_en", "text", "form")


@dataclass(frozen=True)
class Beside:
    """What a plan is checked against: the year, forms, calendar, meetings, and the organisation's words."""

    year: int
    forms: Mapping[str, Form]
    calendar: WorkingCalendar
    meetings: Mapping[str, Sequence[MeetingDay]]
    around: Surroundings
    sources: Mapping[str, str]


def plan_name(sources: Mapping[str, str]) -> str:
    """What the plan's own file is called among the files kept with a revision."""
    own = (name for name in sources if not name.startswith(FOLDERS) and name != "calendar.yaml")
    return next(own, PLAN_FILE)


def check_written(text: str, name: str, beside: Beside) -> Plan:
    """The plan that the text is. Raises PlanInvalid with every fault, each as "file:line"."""
    if len(text) > LONGEST_PLAN:
        what = f"Planen er for lang: højst {format_count(LONGEST_PLAN)} tegn."
        raise PlanInvalid([Problem(name, what, "Gør den kortere.")])
    if not text.strip():
        raise PlanInvalid([Problem(name, "Planen er tom.", "Skriv planen i feltet, eller vælg en fil.")])
    problems: list[Problem] = []
    document = parse_yaml(text, name, problems)
    data, faults = expand(document)
    plan, wrong = validated(document, data, Plan)
    seen = Mended(plan) if plan is not None else mended(data)
    problems += [*faults, *wrong]
    if seen is not None:
        problems += plan_problems(document, seen, replace(beside.around, forms=beside.forms))
        problems += _dates(document, seen, beside)
    if problems or plan is None:
        raise PlanInvalid(list(dict.fromkeys(problems)))
    return _with_texts(plan, beside.sources)


def in_force(plan: Plan, sources: Mapping[str, str]) -> str:
    """The text of the plan in force: its file, with the reminders that were changed on the pages."""
    name = plan_name(sources)
    if name not in sources:
        return _dumped(_plain(plan))
    told = _reminders_of(sources[name], name)
    changed = [each for each in plan.activities if each.id in told and told[each.id] != each.reminders]
    if not changed:
        return sources[name]
    data = _editor().load(sources[name])
    for each in changed:
        _find(data, each.id)["reminders"] = [rule.model_dump(mode="json") for rule in each.reminders or ()]
    return _dumped(data)


@lru_cache(maxsize=16)
def _reminders_of(text: str, name: str) -> Mapping[str, tuple[ReminderRule, ...] | None]:
    """The reminders of each activity as the file writes them; none of a file that is no plan any more.

    Reading YAML takes longer than all else on the plan's pages, and a text always says the same.
    """
    problems: list[Problem] = []
    document = parse_yaml(text, name, problems)
    data, faults = expand(document)
    plan, wrong = validated(document, data, Plan)
    if plan is None or problems or faults or wrong:
        return {}
    return {each.id: each.reminders for each in plan.activities}


def with_fields(text: str, activity_id: str, fields: Mapping[str, str]) -> str:
    """The YAML with one activity's words and dates changed; an empty one is taken out. Comments stay.

    `fields` are of WORDS, POINTS, LISTED (separated by commas), `kinds` of the audience, or `beside`: which
    figures stand at which question, a line each: "sygefravaer (%): Sygefravær i fjor; Sygefravær nu".
    """
    data = _editor().load(text)
    activity = _find(data, activity_id)
    for name, value in fields.items():
        if name in POINTS:
            _set_date(activity["window"], name, value)
        elif name == "kinds":
            _set(activity["audience"], name, _list(value))
        elif name == "beside":
            _set_beside(activity, value)
        else:
            _set(activity, name, _list(value) if name in LISTED else value)
    return _dumped(data)


def fields_of(activity: Activity) -> dict[str, str]:
    """What `with_fields` can change, as it stands."""
    window = activity.window
    dates = {"opens": window.opens.date, "due": window.due.date}
    return {
        **{name: getattr(activity, name) or "" for name in WORDS},
        **dates,
        "closes": window.closes.date if window.closes else "",
        "kinds": ", ".join(activity.audience.kinds),
        "approval": ", ".join(activity.approval),
        "beside": "\n".join(map(_beside_line, activity.figures.beside if activity.figures else ())),
    }


def _dates(document: Document, seen: Mended, beside: Beside) -> list[Problem]:
    if not seen.has_all_names:
        return []
    problems = date_problems(document, seen)
    if problems or not seen.has_all_dates:
        return problems
    return problems_of_years(document, seen.plan, [beside.year], beside.calendar, beside.meetings)


def _with_texts(plan: Plan, sources: Mapping[str, str]) -> Plan:
    """The plan with the introductions that lie in the folder texts/, where it has none of its own."""
    told: dict[str, str] = {}
    for name, text in sources.items():
        found = parse_yaml(text, name).data if name.startswith("texts/") else {}
        told |= found if isinstance(found, dict) else {}

    def said(each: Any) -> Any:
        return each if each.text else each.model_copy(update={"text": told.get(each.id, "")})

    steps: dict[str, tuple[Step, ...]] = {
        "activities": tuple(map(said, plan.activities)),
        "later": tuple(map(said, plan.later)),
    }
    return plan.model_copy(update=steps)


def _find(data: Any, activity_id: str) -> Any:
    return next(each for each in data["activities"] if str(each.get("id")) == activity_id)


def _set(place: Any, name: str, value: Any) -> None:
    if value:
        place[name] = value
    else:
        place.pop(name, None)


def _set_date(window: Any, name: str, value: str) -> None:
    """The phrase, beside how it moves and how sure it is; a source's own wording no longer holds."""
    if value and isinstance(window.get(name), dict):
        window[name]["date"] = value
    else:
        _set(window, name, value)


def _beside_line(each: FieldFigures) -> str:
    counted = f" ({each.unit})" if each.unit else ""
    return f"{each.field}{counted}: {'; '.join(each.columns)}"


def _set_beside(activity: Any, value: str) -> None:
    """What does not look like a line is kept as a field's name, so that the check says which it is."""
    made = []
    for line in filter(None, map(str.strip, value.splitlines())):
        place, _, columns = line.partition(":")
        found = _PLACE.fullmatch(place.strip())
        entry = {"field": found[1] if found else place.strip()}
        entry |= {"columns": [word for part in columns.split(";") if (word := part.strip())]}
        made.append(entry | ({"unit": found[2]} if found and found[2] else {}))
    rules = activity.setdefault("figures", {}) if made else activity.get("figures", {})
    _set(rules, "beside", made)
    if not rules:
        activity.pop("figures", None)


def _list(value: str) -> list[str]:
    return [word for part in value.split(",") if (word := part.strip())]


def _plain(plan: Plan) -> Any:
    return plan.model_dump(mode="json", exclude_defaults=True) | {"kind": plan.kind.value}


def _editor() -> YAML:
    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 4096
    editor.indent(mapping=2, sequence=4, offset=2)
    return editor


def _dumped(data: Any) -> str:
    written = StringIO()
    _editor().dump(data, written)
    return written.getvalue()
