"""Data against a model: every fault as a Danish sentence with its line."""

from collections.abc import Mapping
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from config.key_guide import GUIDE
from config.sentences import nearest, sentence
from config.yaml_source import Document, Place
from cycle.errors import Problem

Model = TypeVar("Model", bound=BaseModel)


def validated(document: Document, data: Any, model: type[Model]) -> tuple[Model | None, list[Problem]]:
    """The model made of `data` (the document's data, expanded), or None and what is wrong."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, [_problem(document, model, dict(detail)) for detail in error.errors()]


def _problem(document: Document, model: type[BaseModel], detail: dict[str, Any]) -> Problem:
    place: Place = detail["loc"]
    if detail["type"] == "missing":
        what = f"Nøglen »{place[-1]}« mangler{_near(document.data, place[:-1])}."
        return document.problem(place, what, f"Tilføj »{place[-1]}: …«{_meaning(model, place)}.")
    if detail["type"] == "extra_forbidden":
        known = model_at(model, place[:-1])
        cure = nearest(str(place[-1]), known.model_fields if known else ())
        return document.problem(place, f"Nøglen »{place[-1]}« kendes ikke her.", cure)
    what, cure = sentence(detail)
    return document.problem(place, f"{_key(place)}{what}", cure)


def _meaning(model: type[BaseModel], place: Place) -> str:
    owner = model_at(model, place[:-1])
    text = GUIDE.get(owner.__name__, {}).get(str(place[-1]), "") if owner else ""
    return f" ({text.rstrip('.')})" if text else ""


def _key(place: Place) -> str:
    named = [part for part in place if isinstance(part, str)]
    return f"{named[-1]}: " if named else ""


def _near(data: Any, place: Place) -> str:
    """ " i »kvartalsrapport-1«": the id of what the place lies in, when it has one."""
    found = ""
    for part in place:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            break
        found = str(data["id"]) if isinstance(data, Mapping) and "id" in data else found
    return f" i »{found}«" if found else ""


def model_at(model: type[BaseModel], place: Place) -> type[BaseModel] | None:
    """The model of the value at `place`, None when it is no model."""
    annotation: Any = model
    for part in place:
        annotation = _inside(annotation, part)
    return _model_in(annotation)


def _inside(annotation: Any, part: str | int) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(str(part))
        return field.annotation if field else None
    parts = get_args(annotation)
    if get_origin(annotation) in (dict, tuple):
        return parts[1] if get_origin(annotation) is dict else parts[0]
    return next((inner for each in parts if (inner := _inside(each, part)) is not None), None)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
