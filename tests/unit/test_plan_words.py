"""Whoever compares two plans on a page reads words and no keys."""

from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel

from cycle.plan.model import Plan
from web.secretariat.plan_words import PARTS, field_words, value_words

NOT_COMPARED = {"id", "municipality", "activities"}


def keys(model: type[BaseModel], seen: set[type] | None = None) -> Iterator[str]:
    """The names of all fields of the model and of the models in it."""
    seen = seen if seen is not None else set()
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        yield name
        for each in models(field.annotation):
            yield from keys(each, seen)


def models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)


def test_every_field_of_a_plan_has_words():
    assert sorted(set(keys(Plan)) - PARTS.keys() - NOT_COMPARED) == []


def test_a_field_reads_as_words_and_the_municipalitys_own_keys_as_written():
    assert field_words("window.due.date") == ("Frist", "Due")
    assert field_words("window.closes.move") == ("Lukker: på en lukkedag", "Closes: on a closed day")
    assert field_words("audience.kinds") == ("Hvem svarer: enhedernes art", "Who answers: kinds of units")
    assert field_words("reminders.rykker.offset") == ("Påmindelser: rykker: dage", "Reminders: rykker: days")
    assert value_words("window.due.move", "later") == ("flyttes til dagen efter", "moves to the day after")
    assert value_words("confidential", True) == ("ja", "yes")
    assert value_words("audience.kinds", ["skole", "klub"]) == ("skole, klub", "skole, klub")
    assert value_words("title", "later") == ("later", "later") and value_words("text", None) == ("–", "–")
