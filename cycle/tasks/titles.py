"""What an activity and a year are called in the reader's language: the plan's English, else its Danish."""

import json
from functools import lru_cache
from typing import Any

from sqlmodel import Session, col, select

from cycle.tasks.tables import Cycle, CycleRevision, Occurrence, Task


def occurrence_title(occurrence: Occurrence, language: str) -> str:
    """The activity's title in the language ("da", "en")."""
    return (_english(occurrence.activity) if language == "en" else "") or occurrence.title


def own_title(task: Task, occurrence: Occurrence) -> str:
    """What the task alone is called; empty when it is called as the activity is."""
    return task.title if task.title != occurrence.title else ""


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


@lru_cache(maxsize=256)
def _english(activity: str) -> str:
    title: str = json.loads(activity).get("title_en", "")
    return title
