"""A hearing in numbers, theme by theme and area by area, and one page of what was said: for pages.

What `heard.gathered` makes of every answer, for documents, is counted here without making it: thousands of
units have tens of thousands of voices.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cycle.goals.heard import rows_asked
from cycle.goals.hearing import (
    ELSEWHERE,
    Area,
    Group,
    Hearing,
    area_name,
    choices_made,
    fields_asked,
    gather,
    group_name,
)
from cycle.organisation.tables import Unit
from cycle.tasks.answers import label, show_answer
from cycle.tasks.fates import Asked, count_fates
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.rollup import Outcome, own_work, roll_up_some
from cycle.tasks.rollup_counts import outcome_of_fate
from cycle.tasks.states import TaskState
from cycle.tasks.tables import FormVersion, Submission, Task

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Tone:
    """What was said of one theme, goal or question: so many said something, so many of them in words."""

    name: str
    title: str
    counts: Sequence[tuple[str, int]]
    spoken: int
    told: int


@dataclass(frozen=True)
class Part:
    """One area: how many of its units have answered how."""

    name: str
    title: str
    counts: Mapping[Outcome, int]


@dataclass(frozen=True)
class Overview:
    """A hearing in numbers. `total` units were asked; groups and areas stand as in `hearing.Hearing`."""

    total: int
    counts: Mapping[Outcome, int]
    groups: Sequence[Tone]
    areas: Sequence[Part]


@dataclass(frozen=True)
class Voices:
    """One page (from 1) of what was said in one group, or by one area's units: one of the two is there."""

    name: str
    title: str
    group: Group | None
    area: Area | None
    total: int
    page: int
    pages: int


class Heard:
    """One hearing, as far as the reader sees the units that were asked."""

    def __init__(self, session: Session, asked: Asked, language: str) -> None:
        self._session, self._asked, self._language = session, asked, language
        self._rows = rows_asked(session, asked.occurrence)
        self._forms = _forms(session, asked)

    def overview(self, *, by_area: bool) -> Overview:
        """The numbers of everything; the groups are left out where it is looked at area by area."""
        parts: dict[str, Counter[Outcome]] = {}
        for area, fate, number in count_fates(self._session, self._asked, col(Unit.area)):
            parts.setdefault(area or ELSEWHERE, Counter())[outcome_of_fate(fate)] += number
        together = sum(parts.values(), Counter[Outcome]())
        areas = _areas_in_order(self._session, self._asked)
        return Overview(
            total=together.total(),
            counts={outcome: together[outcome] for outcome in Outcome},
            groups=[] if by_area else list(self._tones()),
            areas=[Part(area_name(area), area, parts[area]) for area in areas],
        )

    def names(self) -> Sequence[str]:
        """The groups and areas there are, as notes are written on them, in their order."""
        return list(self._titles())

    def voices(self, name: str, *, page: int, size: int, now: datetime) -> Voices | None:
        """One page of a group, of those who wrote something, or of an area, of all its units; None: there is
        no such one."""
        title = self._titles().get(name)
        if title is None:
            return None
        ids = self._of_area(name) if name.startswith("area:") else self._of_group(name)
        pages = max(1, -(-len(ids) // size))
        at = min(page, pages)
        hearing = self._gathered(ids[(at - 1) * size : at * size], now)
        group = next((each for each in hearing.groups if each.name == name), None)
        area = next((each for each in hearing.areas if each.name == name), None)
        return Voices(name, title, group, area, len(ids), at, pages)

    def whole(self, now: datetime) -> Hearing:
        """Everything that was said, where few were asked."""
        return self._gathered(self._session.scalars(self._tasks).all(), now)

    @property
    def _tasks(self) -> sa.Select[Any]:
        return own_work(self._asked.occurrence.id or 0, self._asked.paths)

    def _titles(self) -> dict[str, str]:
        groups = {group_name(field, row): title for field, row, title in self._places()}
        return groups | {area_name(area): area for area in _areas_in_order(self._session, self._asked)}

    def _gathered(self, task_ids: Sequence[int], now: datetime) -> Hearing:
        found = roll_up_some(self._session, self._asked.occurrence.id or 0, task_ids, now=now)
        return gather(found, self._forms, self._rows, self._language)

    def _of_area(self, name: str) -> list[int]:
        area = name.partition(":")[2]
        at = col(Unit.area).in_([area, ""] if area == ELSEWHERE else [area])
        return list(self._session.scalars(self._tasks.where(at)))

    def _of_group(self, name: str) -> list[int]:
        field, row, _ = next(each for each in self._places() if group_name(*each[:2]) == name)
        wrote = _wrote(field, row)
        return [task_id for task_id, answers in _answers(self._session, self._asked) if wrote(answers)]

    def _places(self) -> Iterator[tuple[Field, Mapping[str, str] | None, str]]:
        """Every group: its question, the row of it, and what it is called."""
        for field in fields_asked(self._forms):
            if field.type is not FieldType.REPEAT:
                yield field, None, label(field, self._language)
            else:
                yield from ((field, row, row["label"]) for row in self._rows.get(field.rows_from, ()))

    def _tones(self) -> Iterator[Tone]:
        answers = [each for _, each in _answers(self._session, self._asked)]
        known: dict[str, dict[str, Counter[tuple[str, bool]]]] = {}
        for field, row, title in self._places():
            name = group_name(field, row)
            if row is None:
                spoken = sum(each.get(field.id) not in (None, "") for each in answers)
                yield Tone(name, title, (), spoken, spoken)
                continue
            if field.id not in known:
                known[field.id] = _by_row(field, answers, self._language)
            said = known[field.id].get(row["row"], Counter())
            made: Counter[str] = Counter()
            for (choice, _), number in said.items():
                made[choice] += number
            del made[""]
            told = sum(number for (_, words), number in said.items() if words)
            yield Tone(name, title, choices_made(field, made, self._language), said.total(), told)


def _by_row(field: Field, answers: Sequence[Answers], language: str) -> dict[str, Counter[tuple[str, bool]]]:
    """By row: how many made which choice, as people read it, with words (True) and without; without those who
    said nothing."""
    choices = [one for one in field.fields if one.type is FieldType.CHOICE]
    ids, words = [one.id for one in choices], _words_in(field)
    said: Counter[tuple[Any, ...]] = Counter()
    for each in answers:
        for row in each.get(field.id) or ():
            told = [name for name in words if row.get(name) not in _NOTHING]
            said[str(row["row"]), bool(told), *map(row.get, ids)] += 1
    found: dict[str, Counter[tuple[str, bool]]] = {}
    for (name, told, *made), number in said.items():
        given = [(one, value) for one, value in zip(choices, made, strict=True) if value not in _NOTHING]
        if given or told:
            choice = ", ".join(show_answer(one, value, language) for one, value in given)
            found.setdefault(name, Counter())[choice, told] += number
    return found


_NOTHING = (None, "")


def _words_in(field: Field) -> list[str]:
    return [one.id for one in field.fields if one.type is not FieldType.CHOICE]


def _wrote(field: Field, row: Mapping[str, str] | None) -> Callable[[Answers], bool]:
    """Whether an answer has words in that place."""
    if row is None:
        return lambda answers: answers.get(field.id) not in _NOTHING
    words, number = _words_in(field), row["row"]
    return lambda answers: any(
        str(given["row"]) == number and any(given.get(name) not in _NOTHING for name in words)
        for given in answers.get(field.id) or ()
    )


_newer = aliased(Submission)
_NEWEST = sa.and_(
    col(Submission.withdrawn_at).is_(None),
    ~sa.exists().where(
        col(_newer.task_id) == col(Submission.task_id),
        col(_newer.id) > col(Submission.id),
        col(_newer.withdrawn_at).is_(None),
    ),
)
_SAYS_NOTHING = (TaskState.WAIVED, TaskState.CANCELLED, TaskState.RETURNED)
"""Where an answer, if there is one, counts in nothing (`rollup.outcome_of`)."""


def _answers(session: Session, asked: Asked) -> Sequence[tuple[int, Answers]]:
    """Every answer that counts, by task, in the order of the tree."""
    query = (
        sa.select(col(Task.id), col(Submission.answers))
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .join(Submission, sa.and_(col(Submission.task_id) == col(Task.id), _NEWEST))
        .where(*asked.conditions, col(Task.state).not_in(_SAYS_NOTHING))
        .order_by(col(Unit.path), col(Task.id))
    )
    found: Any = session.connection().execute(query).all()
    return found  # type: ignore[no-any-return]  # rows are pairs


def _areas_in_order(session: Session, asked: Asked) -> list[str]:
    """The areas as their first units stand in the tree."""
    first = sa.func.min(col(Unit.path))
    query = sa.select(col(Unit.area)).select_from(Task).join(Unit, col(Unit.id) == col(Task.unit_id))
    found = session.scalars(query.where(*asked.conditions).group_by(col(Unit.area)).order_by(first))
    return list(dict.fromkeys(area or ELSEWHERE for area in found))


def _forms(session: Session, asked: Asked) -> dict[int, Form]:
    """The forms that were answered, and the one that is asked now, by version."""
    used = (
        sa.select(col(Submission.form_version_id))
        .join(Task, col(Task.id) == col(Submission.task_id))
        .where(col(Task.occurrence_id) == asked.occurrence.id, col(Submission.withdrawn_at).is_(None))
        .distinct()
    )
    wanted = sa.or_(col(FormVersion.id).in_(used), col(FormVersion.id) == asked.occurrence.form_version_id)
    rows = session.exec(select(FormVersion).where(wanted))
    return {row.id or 0: Form.model_validate_json(row.spec) for row in rows}
