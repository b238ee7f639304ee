"""Differences as lines for people and as data for scripts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from cli.organisation_words import tell
from cli.wording import english, language
from cycle.danish import format_date
from cycle.organisation.columns import UNITS
from cycle.organisation.leader_difference import LeaderChange, LeaderChanged
from cycle.organisation.meetings import MeetingChange
from cycle.organisation.people import Asked, Question
from cycle.organisation.reading import FileRows
from cycle.organisation.unit_difference import UnitChange, UnitChanged

SHOWN = 25
"""So many lines of each sort are shown to people."""

ONE_NAME = frozenset(
    {
        LeaderChanged.ADDED,
        LeaderChanged.ENDED,
        LeaderChanged.DATES_CHANGED,
        LeaderChanged.SUBSTITUTE_CHANGED,
        LeaderChanged.SUBSTITUTE_ADDED,
        LeaderChanged.SUBSTITUTE_ENDED,
    }
)

COLUMN_NAMES = {column.id: column.names for column in UNITS}
DAYS = frozenset({"opened_on", "closed_on"})


class Change(Protocol):
    """What every change has."""

    @property
    def what(self) -> StrEnum: ...


C = TypeVar("C", bound=Change)


def how_read(how: FileRows) -> list[str]:
    """What the file was taken for, and which of its columns were passed over."""
    mark = {"\t": "tab"}.get(how.separator, how.separator)
    separator = tell("separated", mark=mark) if mark else ""
    lines = [tell("read as", encoding=how.encoding, separator=separator, rows=len(how.rows))]
    return [*lines, tell("unused", names=", ".join(how.unused))] if how.unused else lines


def grouped(prefix: str, changes: Iterable[C], line: Callable[[C], str]) -> list[str]:
    """The changes sort by sort, each with its number."""
    sorts: dict[StrEnum, list[C]] = {}
    for change in changes:
        sorts.setdefault(change.what, []).append(change)
    lines = []
    for what, found in sorts.items():
        lines.append(f"{tell(f'{prefix} {what.value}')} ({len(found)})")
        lines += [f"  {line(change)}" for change in found[:SHOWN]]
        if len(found) > SHOWN:
            lines.append(tell("more", count=len(found) - SHOWN))
    return lines or [tell("nothing")]


def unit_line(change: UnitChange) -> str:
    """ "101001 Havneskolen: navn A → B"; a fact has the name that its column has in a file."""
    unit = f"{change.unit_id} {change.name}"
    if change.what is UnitChanged.ADDED or (change.what is UnitChanged.CLOSED and not change.field):
        return unit
    fact = change.field or "parent_id"
    before, after = (_day_of(text) if fact in DAYS else text for text in (change.before, change.after))
    return f"{unit}: {COLUMN_NAMES[fact][english()]} {_arrow(before, after)}"


def leader_line(change: LeaderChange) -> str:
    """ "101001 leder: Ida → Ole fra 1. juli 2027"."""
    who = _arrow(change.before, change.after)
    if change.what in ONE_NAME:
        who = change.before or change.after
    period = [tell(key, day=_day(day)) for key, day in _period(change) if day]
    return " ".join([f"{' '.join(change.post)}: {who}", *period])


def meeting_line(change: MeetingChange) -> str:
    """ "BUU 12. maj 2027"."""
    meeting = change.meeting
    return " ".join(filter(None, (meeting.body, _day(meeting.held_on), meeting.title)))


def question_line(question: Question) -> str:
    """ "række 7: 101001 leder, Ida: a@by.example → b@by.example", or "…, a@by.example: Ida → Ole"."""
    row = f"row {question.row}" if english() else f"række {question.row}"
    post = " ".join(question.post)
    if question.asked is Asked.CHANGED_ADDRESS:
        return f"{row}: {post}, {question.name}: {_arrow(question.old, question.new)}"
    known = f"{post}, {question.old}" if question.asked is Asked.CHANGED_NAME else post
    return f"{row}: {known}: {_arrow(question.name, question.new)}"


def as_data(changes: Sequence[Any]) -> list[dict[str, Any]]:
    """Changes or questions for scripts: plain values, ISO dates."""
    return [_plain(each._asdict() if hasattr(each, "_asdict") else asdict(each)) for each in changes]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(found) for key, found in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(found) for found in value]
    return value.isoformat() if isinstance(value, date) else value


def _period(change: LeaderChange) -> tuple[tuple[str, date | None], ...]:
    return ("from", change.valid_from), ("to", change.valid_to)


def _arrow(before: str, after: str) -> str:
    return f"{before or tell('none')} → {after or tell('none')}"


def _day_of(text: str) -> str:
    return _day(date.fromisoformat(text)) if text else ""


def _day(day: date) -> str:
    return format_date(day, language())
