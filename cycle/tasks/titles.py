"""What an activity and a year are called in the reader's language: the plan's English, else its Danish."""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.store import in_pieces
from cycle.tasks.tables import Cycle, CycleRevision, Occurrence, Task


def occurrence_title(occurrence: Occurrence, language: str) -> str:
    """The activity's title in the language ("da", "en")."""
    return (_english(occurrence.activity) if language == "en" else "") or occurrence.title


def english_titles(session: Session, occurrence_ids: Iterable[int]) -> dict[int, str]:
    """What occurrences are called in English, by id; without those that have no English title."""
    found: dict[int, str] = {}
    for piece in in_pieces(set(occurrence_ids)):
        rows = sa.select(col(Occurrence.id), col(Occurrence.activity)).where(col(Occurrence.id).in_(piece))
        found |= {id_: title for id_, activity in session.execute(rows) if (title := _english(activity))}
    return found


def own_title(task: Task, occurrence: Occurrence, language: str = "da") -> str:
    """What the task alone is called in the language; empty when it is called as the activity is."""
    return "" if task.title == occurrence.title else title_in(language, task.title, occurrence)


def title_in(language: str, title: str, occurrence: Occurrence) -> str:
    """The title of a task or a stage in the language.

    In English a stage is called as the plan has it, and what the engine itself calls a task is translated.
    """
    return _own_english(title, occurrence.activity) if language == "en" else title


def stage_titles(activity: str) -> dict[str, str]:
    """The English titles of an activity's stages, as far as it has them, by the Danish ones."""
    stages = json.loads(activity).get("stages", ())
    return {stage["title"]: stage["title_en"] for stage in stages if stage.get("title_en")}


def cycle_title(session: Session, cycle: Cycle, language: str) -> str:
    """The year's title in the language, with the year behind it as the Danish one has it."""
    if language != "en":
        return cycle.title
    plan = _plan(session, cycle)
    english, danish = plan.get("title_en", ""), plan.get("title", "")
    if not english or not cycle.title.startswith(danish):
        return cycle.title
    return f"{english}{cycle.title.removeprefix(danish)}"


def cycle_purpose(session: Session, cycle: Cycle) -> list[str]:
    """What the plan in force says that it is there for, as its source has it."""
    purpose: list[str] = _plan(session, cycle).get("purpose", [])
    return purpose


def _plan(session: Session, cycle: Cycle) -> dict[str, Any]:
    newest = (
        select(CycleRevision.plan)
        .where(CycleRevision.cycle_id == cycle.id)
        .order_by(col(CycleRevision.no).desc())
        .limit(1)
    )
    plan: dict[str, Any] = json.loads(session.exec(newest).first() or "{}")
    return plan


_ENGINES = {
    " efter ændrede mål": " after changed goals",
    "Hjemmeopgave fra ": "Homework from ",
    "Hjemmeopgave": "Homework",
    "Opfølgning på merforbrug": "Follow-up on overspending",
}
"""What the engine puts into a task's title."""


@lru_cache(maxsize=4096)
def _own_english(title: str, activity: str) -> str:
    for danish, english in {**stage_titles(activity), **_ENGINES}.items():
        title = title.replace(danish, english)
    return title


@lru_cache(maxsize=256)
def _english(activity: str) -> str:
    title: str = json.loads(activity).get("title_en", "")
    return title
