"""The JSON Schemas: they accept what the loader accepts, refuse what it refuses, and are up to date."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

from config.key_guide import GUIDE
from config.schema import MODELS, NAMES, schema, schema_text

CONFIG = Path(__file__).parents[2] / "config"
EXAMPLES = sorted(path for path in (CONFIG / "examples").rglob("*.yaml"))


def plain(value: Any) -> Any:
    """What an editor sees: dates are text."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def read(path: Path) -> Any:
    return plain(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))


def refused(name: str, data: Any) -> bool:
    return not jsonschema.Draft202012Validator(schema(name)).is_valid(data)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(CONFIG)))
def test_every_example_names_its_schema_and_fits_it(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    file = (path.parent / first.partition("$schema=")[2]).resolve()
    jsonschema.validate(read(path), json.loads(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_files_are_what_the_models_say_now(name: str) -> None:
    """If this fails: aarshjul plan schema NAME > config/schemas/NAME.json"""
    assert (CONFIG / "schemas" / f"{name}.json").read_text(encoding="utf-8") == schema_text(name)
    jsonschema.Draft202012Validator.check_schema(schema(name))


def test_the_plan_schema_knows_short_and_long_forms_and_refuses_others() -> None:
    wheel = read(CONFIG / "examples" / "koebenhavn" / "wheel.yaml")
    activity = wheel["activities"][0]
    assert not refused("plan", {**wheel, "reminders": [{"before": "14 dage"}, {"on": "due", "move": "keep"}]})
    assert not refused("plan", {**wheel, "reminders": [{"id": "a", "kind": "before", "offset": 3}]})
    assert refused("plan", {**wheel, "reminders": [{"before": "14 dage", "after": "2 dage"}]})
    assert refused("plan", {**wheel, "reminders": [{"on": "mandag"}]})
    assert refused("plan", {**wheel, "titel": "x"})
    assert refused("plan", {**wheel, "activities": [{**activity, "flow": "raport"}]})
    assert not refused("plan", {**wheel, "activities": [{**activity, "audience": {"units": [101001]}}]})
    window = {"opens": "1. april", "due": {"date": "20. april", "move": "earlier"}}
    assert not refused("plan", {**wheel, "activities": [{**activity, "window": window}]})


def test_every_key_a_municipality_can_write_is_explained() -> None:
    def models(name: str) -> dict[str, dict[str, Any]]:
        made = schema(name)
        parts = {MODELS[name].__name__: made, **made.get("$defs", {})}
        return {title: part for title, part in parts.items() if "properties" in part}

    for name in MODELS:
        for title, part in models(name).items():
            missing = [key for key, value in part["properties"].items() if not value.get("description")]
            assert not missing, (title, missing)


def test_every_explanation_is_of_a_key_that_exists() -> None:
    def known(model: type[BaseModel]) -> None:
        found[model.__name__] = set(model.model_fields)

    found: dict[str, set[str]] = {}
    from config import frames_file, goals_file, strategy_file, written_goals
    from cycle import calendar
    from cycle.plan import figure_rules
    from cycle.plan import model as plan_model
    from cycle.tasks import forms

    models = (
        plan_model,
        figure_rules,
        forms,
        frames_file,
        goals_file,
        strategy_file,
        written_goals,
        calendar,
    )
    for module in models:
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, BaseModel):
                known(each)
    for title, keys in GUIDE.items():
        assert set(keys) == found[title], title


def test_an_unknown_kind_of_file_has_no_schema() -> None:
    with pytest.raises(KeyError):
        schema("andet")
