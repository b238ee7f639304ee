"""What a person sent with a form, as the nested mapping that `cycle.tasks.answers.read_answers` takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData, UploadFile

from cycle.tasks.answer_model import asked_rows
from cycle.tasks.answer_values import blank
from cycle.tasks.forms import Field, FieldType, Form

Attachment = Mapping[str, Any]
"""sha256, name and size of a kept file."""


@dataclass(frozen=True)
class Sender:
    """The sent fields, the task's prefill, and how files are kept and recognised."""

    sent: FormData
    prefill: Mapping[str, Any]
    keep: Callable[[UploadFile], Attachment]
    recognise: Callable[[str], Attachment | None]

    def text(self, name: str) -> str:
        """A text field; empty when it was not sent."""
        value = self.sent.get(name, "")
        return value if isinstance(value, str) else ""


def typed_form(form: Form, sender: Sender) -> dict[str, Any]:
    """Everything typed, by field; unknown names that were sent are left alone."""
    return _group(form.fields, sender, "")


def wrote_anything(form: Form, typed: Mapping[str, Any]) -> bool:
    """Whether anything was typed at all."""
    return any(not blank(typed.get(field.id)) for field in form.fields)


def uploads(sent: FormData) -> list[UploadFile]:
    """The files that were chosen."""
    return [value for value in sent.values() if isinstance(value, UploadFile) and value.filename]


def _group(fields: Sequence[Field], sender: Sender, prefix: str) -> dict[str, Any]:
    return {field.id: _field(field, sender, f"{prefix}{field.id}") for field in fields}


def _field(field: Field, sender: Sender, name: str) -> Any:
    if field.type is FieldType.REPEAT:
        return {
            key: _group(asked, sender, f"{name}.{key}.") for key, asked in asked_rows(field, sender.prefill)
        }
    return _value(field, sender, name)


def _value(field: Field, sender: Sender, name: str) -> Any:
    if field.type is FieldType.TRAFFIC_LIGHT:
        return {"light": sender.text(f"{name}.light"), "comment": sender.text(f"{name}.comment")}
    if field.type is FieldType.FILE:
        return _file(sender, name)
    return sender.text(name)


def _file(sender: Sender, name: str) -> Attachment | None:
    upload = sender.sent.get(name)
    if isinstance(upload, UploadFile) and upload.filename:
        return sender.keep(upload)
    return None if sender.text(f"{name}.remove") else sender.recognise(sender.text(f"{name}.kept"))
