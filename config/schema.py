"""JSON Schemas of the files a municipality writes, so that editors complete and underline.

They accept what the loader accepts, short forms included (`config.shorthand`).
"""

import json
from typing import Any

from pydantic import BaseModel

from config.frames_file import FramesFile
from config.goal_words import ROWS, TYPES
from config.goals_file import GoalsFile
from config.key_guide import GUIDE
from config.shorthand import KINDS
from config.strategy_file import StrategyFile
from cycle.calendar import WorkingCalendar
from cycle.plan.model import Plan
from cycle.tasks.forms import Form

LONGEST_TEXT = 2000
"""Characters of one activity's text."""

MODELS: dict[str, type[BaseModel]] = {
    "plan": Plan,
    "form": Form,
    "calendar": WorkingCalendar,
    "goals": GoalsFile,
    "strategy": StrategyFile,
    "frames": FramesFile,
}
NAMES = (*MODELS, "texts")
"""The kinds of file there is a schema for."""

TEXTS = {
    "type": "object",
    "title": "Texts",
    "description": "Aktivitetens id og de sætninger, der indleder den.",
    "additionalProperties": {"type": "string", "maxLength": LONGEST_TEXT},
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"
STEP = "14 dage, 5 arbejdsdage, eller 2 arbejdsdage, hver 5., højst 3"


def schema_text(name: str) -> str:
    """The schema as JSON text. Raises KeyError for a kind of file that has none."""
    return json.dumps(schema(name), ensure_ascii=False, indent=1) + "\n"


def schema(name: str) -> dict[str, Any]:
    """The schema of one kind of file (`NAMES`). Raises KeyError for any other."""
    if name == "texts":
        return {"$schema": DIALECT, **TEXTS}
    made = MODELS[name].model_json_schema()
    parts: dict[str, Any] = made.setdefault("$defs", {})
    for title, part in [(MODELS[name].__name__, made), *parts.items()]:
        _describe(title, part)
    if name == "plan":
        _accept_short_forms(parts)
    if name in ("goals", "strategy"):
        _accept_rows(parts)
        _by_other_names(made["properties"])
    return {"$schema": DIALECT, **made}


def _describe(title: str, part: dict[str, Any]) -> None:
    part.pop("description", None)
    for key, value in part.get("properties", {}).items():
        value.pop("title", None)
        if text := GUIDE.get(title, {}).get(key):
            value["description"] = text


def _accept_short_forms(parts: dict[str, Any]) -> None:
    date = {"type": "string", "minLength": 1, "description": GUIDE["When"]["date"]}
    parts["When"] = {"anyOf": [date, parts["When"]]}
    rule = parts["ReminderRule"]
    parts["ReminderRule"] = {"anyOf": [*(_short_rule(kind, rule) for kind in KINDS), rule]}
    for key in ("units", "except_units"):
        parts["Audience"]["properties"][key]["items"] = {"type": ["string", "integer"]}


def _accept_rows(parts: dict[str, Any]) -> None:
    """A goal may be written with the words of a goal table's rows; a political one as its title alone."""
    for title in parts.keys() & {"WrittenGoal", "WrittenTheme", "WrittenPolitical"}:
        properties, required = parts[title]["properties"], parts[title]["required"]
        _by_other_names(properties)
        if title == "WrittenPolitical":
            sentence = {"type": "string", "description": GUIDE[title]["title"]}
            parts[title] = {"anyOf": [sentence, parts[title]]}
        required.remove("title")
    _by_other_names(parts["Background"]["properties"])


def _by_other_names(properties: dict[str, Any]) -> None:
    for written, key in ROWS.items():
        if key in properties:
            properties[written.capitalize()] = {**properties[key]}
            if key == "type":
                words = {"enum": [*TYPES, *(word.capitalize() for word in TYPES)]}
                either = {"anyOf": [*properties[key]["anyOf"], words]}
                properties[written.capitalize()] = {**either, "description": properties[key]["description"]}
            properties[written.capitalize()].pop("default", None)


def _short_rule(kind: str, rule: dict[str, Any]) -> dict[str, Any]:
    step: dict[str, Any] = {"type": "string", "description": STEP}
    if kind == "on":
        step = {"enum": ["opening", "åbning", "due", "fristen"]}
    known = {key: {**rule["properties"][key]} for key in ("id", "move")}
    known["move"].pop("default")
    return {
        "type": "object",
        "properties": {kind: step, **known},
        "required": [kind],
        "additionalProperties": False,
    }
