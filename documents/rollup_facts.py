"""What a roll-up's document needs beside the roll-up: the tree it stands in, its forms, its goals' names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from cycle.goals.by_unit import GoalsByUnit, asked_in
from cycle.goals.tables import Goal
from cycle.organisation.tables import Unit
from cycle.tasks.forms import Form
from cycle.tasks.rollup import Rollup
from cycle.tasks.tables import FormVersion, Task

CHUNK = 500

Id = TypeVar("Id", int, str)


@dataclass(frozen=True)
class Place:
    """A unit that stands above others."""

    unit_id: str
    name: str
    kind: str


@dataclass(frozen=True)
class Facts:
    """`places` by path, `forms` by version id, `rows` by task id: what its form was prefilled with."""

    places: Mapping[str, Place]
    forms: Mapping[int, Form]
    rows: Mapping[int, Mapping[str, Any]]


def facts_for(session: Session, root_id: str, rollup: Rollup) -> Facts:
    """Reads them. Goals have the names under which the units were asked."""
    places = session.exec(select(Unit.path, Unit.id, Unit.name, Unit.kind).where(Unit.root_id == root_id))
    return Facts(
        {path: Place(unit_id, name, kind) for path, unit_id, name, kind in places},
        _forms(session, rollup),
        dict(_prefills(session, rollup)),
    )


def goals_by_task(session: Session, root_id: str, rollup: Rollup) -> Mapping[int, Sequence[Goal]]:
    """The goals of the year that each task was asked about; those of its unit where it does not say."""
    goals = GoalsByUnit.load(session, root_id, rollup.concerns_year)
    by_key = {goal.key: goal for goal in goals.all}
    units: dict[str, Unit] = {}
    for piece in _chunks(sorted({line.unit_id for line in rollup.lines})):
        units |= {unit.id: unit for unit in session.exec(select(Unit).where(col(Unit.id).in_(piece)))}
    asked = {id_: asked_in(prefill) for id_, prefill in _prefills(session, rollup)}
    return {
        line.task_id: [by_key[key] for key in asked.get(line.task_id, {}).values() if key in by_key]
        or goals.of(units[line.unit_id])
        for line in rollup.lines
    }


def _prefills(session: Session, rollup: Rollup) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """What each task was prefilled with."""
    for some in _chunks([line.task_id for line in rollup.lines]):
        found = session.exec(select(Task.id, Task.prefill).where(col(Task.id).in_(some)))
        yield from ((task_id or 0, prefill) for task_id, prefill in found)


def _forms(session: Session, rollup: Rollup) -> dict[int, Form]:
    ids = {line.form_version_id for line in rollup.lines}
    ids |= {section.form_version_id for section in rollup.sections}
    found = session.exec(select(FormVersion).where(col(FormVersion.id).in_([id_ for id_ in ids if id_])))
    return {row.id or 0: Form.model_validate_json(row.spec) for row in found}


def _chunks(ids: Sequence[Id]) -> list[Sequence[Id]]:
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
