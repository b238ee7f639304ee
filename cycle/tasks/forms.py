"""A form as frozen data: what is asked, in which order, with which bounds."""

from enum import StrEnum
from typing import Literal

from pydantic import Field as PydanticField

from cycle.plan.frozen import Frozen, Slug

PARTICIPANTS = "participants"
"""What a meeting's participants are called as rows in a task's prefill and in a form's `rows_from`."""


HOMEWORK = "hjemmeopgave"
"""The place of the form for a meeting's homework among the forms of its occurrence."""


class FieldType(StrEnum):
    """What a field holds, and (in brackets) how its value stands in `Submission.answers`."""

    TEXT = "text"  # (str) one line
    LONG_TEXT = "long_text"  # (str) several lines
    NUMBER = "number"  # (str) decimal in canonical form "12.5", with `unit` shown behind it
    AMOUNT = "amount"  # (str) DKK in canonical decimal form "14500000.00"
    PERCENT = "percent"  # (str) decimal in canonical form
    DATE = "date"  # (str) ISO date
    CHOICE = "choice"  # (str) one of `choices`
    TRAFFIC_LIGHT = "traffic_light"  # ({"light": "grøn|gul|rød", "comment": str}); comment unless grøn
    REPEAT = "repeat"  # (list of {"row": key, field id: value}) one row per entry of `rows` or prefill
    FILE = "file"  # ({"sha256", "name", "size"})
    CONFIRM = "confirm"  # (bool) true


class Choice(Frozen):
    """One possible value of a choice field."""

    value: str
    label: str
    label_en: str = ""


class Field(Frozen):
    """One question. `guidance` stands above the input; `same_as_last` offers last period's answer.

    A repeated group has `fields`, asked once per row. The rows are the form's own (`rows`), or what the
    task was prefilled with under the name `rows_from` ("goals", "proposals" …).
    """

    id: Slug
    type: FieldType
    label: str
    label_en: str = ""
    guidance: str = ""
    guidance_en: str = ""
    required: bool = True
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    max_length: int = PydanticField(default=4000, ge=1, le=50_000)
    choices: tuple[Choice, ...] = ()
    choices_from: str = ""
    """The choices are the rows that the task came with under this name: `given_goals`."""
    same_as_last: bool = False
    hide_small: bool = False
    """The answer of a single unit leaves in no export: in a small one it would be somebody's (sick leave)."""
    sensitive: bool = False
    """The answer stands in no mail: mails are copied, forwarded and read by others."""
    rows_from: str = ""
    rows: tuple[Choice, ...] = ()
    fields: tuple["Field", ...] = ()
    also: tuple[str, ...] = ()
    """Other wordings of the question that a reply by mail may use; "…" stands for any words."""
    more: bool = False
    """Seldom needed: folded away under "Flere oplysninger" at the end of its group."""
    only_rows: str = ""
    """Asked only in rows that came with something under this name: `indicator`, where a goal is measured."""
    only_when: str = ""
    """"other-field=value": asked (and required) only then. The other field stands before it, same group."""


class Form(Frozen):
    """A form. `nil_allowed` offers "intet at bemærke".

    One with `confidential: parties` is no answer to anybody: it is what the two parties of a results
    dialogue write for each other (`cycle.preparations`).
    """

    id: Slug
    title: str
    title_en: str = ""
    guidance: str = ""
    guidance_en: str = ""
    nil_allowed: bool = False
    confidential: Literal["", "parties"] = ""
    fields: tuple[Field, ...]

    def field(self, field_id: str) -> Field:
        """The field with this id. Raises KeyError."""
        for field in self.fields:
            if field.id == field_id:
                return field
        raise KeyError(field_id)


FREE_FORM = Form(
    id="frit-svar",
    title="Svar",
    title_en="Answer",
    nil_allowed=True,
    fields=(Field(id="svar", type=FieldType.LONG_TEXT, label="Jeres svar", label_en="Your answer"),),
)
"""What is asked when the plan names no form."""
