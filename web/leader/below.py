"""What came from below, for whoever puts it together or releases it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from cycle.tasks.rollup import Outcome, Rollup, roll_up
from cycle.tasks.states import TaskKind
from web.forms import form_of
from web.leader.link import Holding
from web.shown import Shown, shown_answers
from web.words import OUTCOMES, Word


@dataclass(frozen=True)
class Part:
    """One unit's answer, or what a district or area wrote."""

    name: str
    word: Word
    shown: Sequence[Shown]


@dataclass(frozen=True)
class Below:
    """Counts of all units below, their answers (for a district or area), and the sections written."""

    counts: list[tuple[Word, int]]
    units: list[Part]
    sections: list[Part]


def below(session: Session, holding: Holding, language: str, *, now: datetime) -> Below | None:
    """What stands below the task's unit; None for a task that is not about others' answers.

    A release counts all units and shows the sections: the answers are in them.
    """
    kind = holding.task.kind
    if kind not in (TaskKind.CONSOLIDATE, TaskKind.RELEASE):
        return None
    rollup = roll_up(session, holding.task.occurrence_id, now=now)
    counts = rollup.counts(holding.unit.path)
    return Below(
        counts=[(OUTCOMES[outcome], number) for outcome, number in counts.items() if number],
        units=_units(session, rollup, holding, language) if kind is TaskKind.CONSOLIDATE else [],
        sections=_sections(session, rollup, holding, language),
    )


def answers_below(session: Session, holding: Holding, *, now: datetime) -> list[dict[str, Any]]:
    """Every answer and section that `below` shows."""
    kind = holding.task.kind
    if kind not in (TaskKind.CONSOLIDATE, TaskKind.RELEASE):
        return []
    rollup = roll_up(session, holding.task.occurrence_id, now=now)
    lines = [(line.path, line.answers) for line in rollup.lines if kind is TaskKind.CONSOLIDATE]
    sections = [(section.path, section.answers or {}) for section in rollup.sections]
    return [answers for path, answers in lines + sections if path.startswith(holding.unit.path)]


def _units(session: Session, rollup: Rollup, holding: Holding, language: str) -> list[Part]:
    return [
        Part(
            line.unit,
            OUTCOMES[line.outcome],
            shown_answers(form_of(session, line.form_version_id), line.answers, {}, language),
        )
        for line in rollup.lines
        if line.path.startswith(holding.unit.path)
    ]


def _sections(session: Session, rollup: Rollup, holding: Holding, language: str) -> list[Part]:
    found = []
    for section in rollup.sections:
        inside = section.path.startswith(holding.unit.path) and section.path != holding.unit.path
        if inside and section.answers is not None:
            form = form_of(session, section.form_version_id)
            shown = shown_answers(form, section.answers, {}, language)
            found.append(Part(section.unit, OUTCOMES[Outcome.ANSWERED], shown))
    return found
