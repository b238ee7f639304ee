"""The roll-up as it may be told: of a goal with hidden small numbers no unit's own status is in it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cycle.goals.by_unit import asked_goals
from cycle.goals.small_numbers import Places, told, without_hidden
from cycle.goals.tables import Goal
from cycle.plan.model import FlowName
from cycle.tasks.answer_values import LIGHTS
from cycle.tasks.forms import Form
from cycle.tasks.moves import get_occurrence
from cycle.tasks.rollup import Counted, Line, Rollup, roll_up
from cycle.tasks.tables import FormVersion

FOLLOWING_GOALS = (FlowName.QUARTERLY_REPORT, FlowName.ANNUAL_ACCOUNTS)
"""The reports in which every goal is followed up."""


def told_rollup(session: Session, occurrence_id: int, *, now: datetime) -> Rollup:
    """The occurrence as it stands at `now`, for pages, documents and releases. Raises NotFound.

    A hidden goal is counted over all units, and not at all for a part of them: the rest could be reckoned.
    """
    whole = roll_up(session, occurrence_id, now=now)
    root_id = get_occurrence(session, occurrence_id).root_id
    query = select(Goal).where(Goal.root_id == root_id, Goal.year == whole.concerns_year)
    goals = session.exec(query.where(col(Goal.hide_small)).order_by(col(Goal.code), col(Goal.id))).all()
    if not goals:
        return replace(whole, lines=tuple(_without(line, frozenset(), {}, {}) for line in whole.lines))
    groups = _goal_groups(session, whole.lines)
    hidden: Places = frozenset((goal.area, goal.unit_id, goal.code, goal.key) for goal in goals)
    asked = asked_goals(session, occurrence_id)
    return replace(
        whole,
        lines=tuple(_without(line, hidden, groups, asked[line.task_id]) for line in whole.lines),
        counted=tuple(_counted(goal, whole.lines, groups, asked) for goal in goals if not goal.unit_id),
    )


def _goal_groups(session: Session, lines: Sequence[Line]) -> Mapping[int, frozenset[str]]:
    """By form version the fields whose rows are goals."""
    used = {line.form_version_id for line in lines} - {None}
    rows = session.exec(select(FormVersion).where(col(FormVersion.id).in_(used)))
    forms = {row.id or 0: Form.model_validate_json(row.spec) for row in rows}
    return {
        id_: frozenset(field.id for field in form.fields if field.rows_from == "goals")
        for id_, form in forms.items()
    }


def _without(
    line: Line, hidden: Places, groups: Mapping[int, frozenset[str]], asked: Mapping[str, str]
) -> Line:
    own = groups.get(line.form_version_id or 0, frozenset())
    place = {"area": line.area, "unit_id": line.unit_id}
    left = without_hidden(line.answers, hidden, groups=own, asked=asked, **place)
    return replace(line, answers=left)


def _counted(
    goal: Goal,
    lines: Sequence[Line],
    groups: Mapping[int, frozenset[str]],
    asked: Mapping[int, Mapping[str, str]],
) -> Counted:
    found = Counter(
        light
        for line in lines
        if _is_about(goal, line, asked[line.task_id])
        for light in _lights(line, goal.code, groups.get(line.form_version_id or 0, frozenset()))
    )
    return Counted(goal.code, goal.title, told({light: found[light] for light in LIGHTS}))


def _is_about(goal: Goal, line: Line, asked: Mapping[str, str]) -> bool:
    return asked.get(goal.code) == goal.key if asked else goal.area in ("", line.area)


def _lights(line: Line, code: str, groups: frozenset[str]) -> Iterator[str]:
    rows: Iterator[Mapping[str, Any]] = (row for name in groups for row in line.answers.get(name) or ())
    for row in rows:
        if row.get("row") == code:
            yield from (part["light"] for part in row.values() if isinstance(part, dict) and "light" in part)
