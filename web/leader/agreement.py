"""The text of the agreement that a task speaks of, as it stood in that version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from config.english import problem_in_english
from cycle.errors import Problem
from cycle.files.store import named
from cycle.files.tables import File
from cycle.goals.agreement_terms import TERMS
from cycle.goals.agreements import of_units, version_of
from cycle.goals.given_goals import GIVEN, GIVEN_BEFORE
from cycle.goals.parties import Statement, statements
from cycle.goals.sealed import document_of
from cycle.goals.tables import Agreement
from cycle.history import history_of
from cycle.tasks.measures import doubts
from documents.agreement_text import Chapter, given_chapters, period
from web.agreement_changes import ChangedEntry, changes
from web.agreement_versions import text_of
from web.leader.link import Holding


@dataclass(frozen=True)
class AgreementShown:
    """The whole text, its terms, the digest of exactly that, and what is other than in the version before.

    `before` is that version's number, 0 when there is none: the one in force, where one is.
    """

    version: int
    digest: str
    terms: Mapping[str, Any]
    period: str
    chapters: Sequence[Chapter]
    before: int
    changes: Sequence[ChangedEntry]
    sent_back: str
    statements: Sequence[Statement]
    doubts: Sequence[tuple[str, Problem]]


def agreement_shown(session: Session, holding: Holding, language: str) -> AgreementShown | None:
    """The agreement's version that the task was opened with; None when it speaks of none."""
    agreement, no = _named(session, holding)
    version = version_of(session, agreement, no) if agreement else None
    if agreement is None or version is None:
        return None
    text = text_of(session, agreement, version, language)
    before = version_of(session, agreement, agreement.in_force_version or version.no - 1)
    differs = changes(text_of(session, agreement, before, language), text) if before else []
    return AgreementShown(
        version.no,
        version.digest,
        version.content.get(TERMS, {}),
        period(agreement, language),
        text,
        before.no if before else 0,
        differs,
        _sent_back(session, agreement),
        statements(session, agreement, version.no),
        doubtful(version.content.get("own", {}), language),
    )


def annexed(session: Session, holding: Holding) -> dict[str, str]:
    """The names, by digest, of the files that came with the signatures of the task's agreement."""
    agreement, no = _named(session, holding)
    made = statements(session, agreement, no) if agreement else ()
    return named([each.file for each in made if each.file])


def _named(session: Session, holding: Holding) -> tuple[Agreement | None, int]:
    """The agreement and the number of the version that the task was opened with."""
    named = holding.task.prefill.get("agreement")
    if not isinstance(named, Mapping):
        return None, 0
    return session.get(Agreement, named["id"]), named["version"]


def _sent_back(session: Session, agreement: Agreement) -> str:
    """Why the agreement last went back to its draft; empty when it never did."""
    rows = history_of(session, f"agreement:{agreement.id}")
    return next((row.why for row in reversed(rows) if row.why), "")


def given_shown(prefill: Mapping[str, Any], language: str) -> Sequence[Chapter]:
    """The goals given from above that the draft of an agreement came with."""
    given = prefill.get(GIVEN)
    return given_chapters(given, language) if isinstance(given, list) else ()


def given_changes(prefill: Mapping[str, Any], language: str) -> Sequence[ChangedEntry]:
    """What those goals say otherwise than when the unit last wrote its own."""
    before = prefill.get(GIVEN_BEFORE)
    return changes(given_chapters(before, language), given_shown(prefill, language)) if before else ()


def doubtful(answers: Mapping[str, Any], language: str) -> list[tuple[str, Problem]]:
    """(the goal's letter, what is odd about its target) of the unit's own goals in an answer."""
    return [
        (odd.where.split(".")[1], problem_in_english(odd) if language == "en" else odd)
        for odd in doubts(answers)
    ]


def sealed_document(session: Session, holding: Holding) -> tuple[File, str] | None:
    """The sealed PDF of the agreement that the task is a step of, and its name, when all have signed."""
    unit_id = holding.task.subject.partition(":")[2] or holding.task.unit_id
    agreement = of_units(session, holding.occurrence.id or 0, [unit_id]).get(unit_id)
    found = document_of(session, agreement.id or 0) if agreement else None
    return (found[1], found[0].name) if found else None
