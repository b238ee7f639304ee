"""What a person typed in one field, read into the canonical value that is stored.

Each reader takes the field and the raw value and gives the value, or raises `Wrong(kind, …)`. The kinds
are the keys of `cycle.tasks.answer_sentences.SENTENCES`.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from cycle.danish import format_amount, format_decimal, has_doubtful_point, parse_date, parse_decimal
from cycle.files.taken import NotTaken
from cycle.tasks.forms import Field, FieldType

LIGHTS = ("grøn", "gul", "rød")
LIGHT_WORDS = {
    **{light: light for light in LIGHTS},
    **dict(zip(("groen", "gul", "roed"), LIGHTS, strict=True)),
    **dict(zip(("green", "yellow", "red"), LIGHTS, strict=True)),
    **dict(zip(("grønt", "gult", "rødt"), LIGHTS, strict=True)),
}
YES = frozenset({"true", "on", "1", "ja", "yes", "x", "bekræftet", "confirmed"})
NO = frozenset({"false", "off", "0", "nej", "no"})
LARGEST = Decimal(10) ** 15
DECIMALS = 6
YEARS = range(1900, 2101)
_UNSEEN = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class Wrong(ValueError):
    """A value that cannot be taken. `kind` and `facts` give its sentence in the reader's language."""

    def __init__(self, kind: str, **facts: str | int) -> None:
        super().__init__(kind)
        self.kind, self.facts = kind, facts


def clean_text(raw: object) -> str:
    """Text with unix line ends, in Unicode's composed form, without control and direction signs."""
    if not isinstance(raw, str | int | float | Decimal) or isinstance(raw, bool):
        raise Wrong("not_text")
    text = str(raw).replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text)).strip()


def _text(field: Field, raw: object) -> str:
    text = clean_text(raw)
    if field.type is FieldType.TEXT:
        text = " ".join(text.split("\n"))
    if len(text) > field.max_length:
        raise Wrong("too_long", length=len(text), longest=field.max_length)
    return text


def _given(field: Field, raw: object) -> Decimal:
    """The number that a person typed, or that a program gave: only what was typed has Danish points."""
    text = clean_text(raw)
    typed = isinstance(raw, str)
    if typed and field.type is FieldType.AMOUNT and has_doubtful_point(text):
        raise Wrong("which_point", text=text[:60])
    if typed and field.unit and text.lower().endswith(field.unit.lower()):
        text = text[: -len(field.unit)].strip()
    try:
        value = parse_decimal(text) if typed else Decimal(text)
    except (ValueError, ArithmeticError) as error:
        raise Wrong("not_number", text=text[:60]) from error
    if not value.is_finite():
        raise Wrong("not_number", text=text[:60])
    return value


def _decimal(field: Field, raw: object) -> Decimal:
    value = _given(field, raw)
    if abs(value) >= LARGEST:
        raise Wrong("too_great")
    low, high = field.minimum, field.maximum
    if low is not None and value < Decimal(str(low)):
        raise Wrong("too_small", bound=show_number(field, Decimal(str(low))))
    if high is not None and value > Decimal(str(high)):
        raise Wrong("too_large", bound=show_number(field, Decimal(str(high))))
    return value


def _number(field: Field, raw: object) -> str:
    value = _decimal(field, raw)
    if value != round(value, DECIMALS):
        raise Wrong("too_fine", places=DECIMALS)
    plain = f"{value:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return plain if plain.strip("-0.") else "0"


def _amount(field: Field, raw: object) -> str:
    value = _decimal(field, raw)
    if value != round(value, 2):
        raise Wrong("too_fine", places=2)
    return f"{value if value else abs(value):.2f}"


def _date(field: Field, raw: object) -> str:
    text = clean_text(raw)
    found = parse_date(text)
    if found is None or found.year not in YEARS:
        raise Wrong("not_date", text=text[:60])
    return found.isoformat()


def _choice(field: Field, raw: object) -> str:
    text = clean_text(raw)
    for choice in field.choices:
        if text.casefold() in (choice.value.casefold(), choice.label.casefold(), choice.label_en.casefold()):
            return choice.value
    labels = ", ".join(f"»{choice.label}«" for choice in field.choices)
    raise Wrong("not_choice", text=text[:60], choices=labels)


def _light(field: Field, raw: object) -> dict[str, str]:
    """A mapping of light and comment, or the short form of a mail: "gul: vi er bagud"."""
    if isinstance(raw, Mapping):
        word, comment = clean_text(raw.get("light") or ""), clean_text(raw.get("comment") or "")
    else:
        word, _, comment = re.sub(r"^(\w+)[\s:,.–-]+", r"\1:", clean_text(raw)).partition(":")
    light = LIGHT_WORDS.get(word.casefold())
    if light is None:
        raise Wrong("no_light" if not word else "not_light", text=word[:60])
    if light != LIGHTS[0] and not comment:
        raise Wrong("no_comment", light=light)
    if len(comment) > field.max_length:
        raise Wrong("too_long", length=len(comment), longest=field.max_length)
    return {"light": light, "comment": comment}


def _file(field: Field, raw: object) -> dict[str, Any]:
    given = raw if isinstance(raw, Mapping) else {}
    if given.get("why") in set(NotTaken):
        raise Wrong(str(given["why"]), name=str(given.get("name", ""))[:60])
    digest, name, size = (str(given.get(part, "")) for part in ("sha256", "name", "size"))
    if not re.fullmatch(r"[0-9a-f]{64}", digest) or not size.isdecimal():
        raise Wrong("not_file")
    return {"sha256": digest, "name": _text(field, name), "size": int(size)}


def _confirm(field: Field, raw: object) -> bool | None:
    word = str(raw).strip().casefold()
    if word not in YES | NO:
        raise Wrong("not_confirm", text=word[:60])
    return True if word in YES else None


READERS: Mapping[FieldType, Callable[[Field, object], Any]] = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _text,
    FieldType.NUMBER: _number,
    FieldType.PERCENT: _number,
    FieldType.AMOUNT: _amount,
    FieldType.DATE: _date,
    FieldType.CHOICE: _choice,
    FieldType.TRAFFIC_LIGHT: _light,
    FieldType.FILE: _file,
    FieldType.CONFIRM: _confirm,
}


def show_number(field: Field, value: Decimal, language: str = "da") -> str:
    """A number as people read it, with its unit: "1.250.000 kr.", "12,5 %", "4 dage"."""
    if field.type is FieldType.AMOUNT:
        return format_amount(value, language)
    unit = "%" if field.type is FieldType.PERCENT else field.unit
    return f"{format_decimal(value, language=language)} {unit}".strip()


def blank(raw: object) -> bool:
    """Whether nothing was typed: empty text, or a group in which every part is blank."""
    if raw is None or raw is False:
        return True
    if isinstance(raw, str):
        return not clean_text(raw)
    if isinstance(raw, Mapping):
        return all(blank(part) for name, part in raw.items() if name != "row")
    return isinstance(raw, list | tuple) and all(blank(part) for part in raw)
