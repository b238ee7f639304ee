"""The text of the agreement that a task speaks of, as it stood in that version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from cycle.files.tables import File
from cycle.goals.agreements import of_units
from cycle.goals.sealed import document_of
from cycle.goals.tables import AgreementVersion
from web.leader.link import Holding


@dataclass(frozen=True)
class AgreementShown:
    """Goals given from above, the unit's own answers, and the digest of exactly this text."""

    version: int
    digest: str
    given: list[Mapping[str, Any]]
    own: list[tuple[str, str]]


def agreement_shown(session: Session, prefill: Mapping[str, Any]) -> AgreementShown | None:
    """The agreement's version that the task was opened with; None when it speaks of none."""
    named = prefill.get("agreement")
    if not isinstance(named, Mapping):
        return None
    version = session.exec(
        select(AgreementVersion).where(
            AgreementVersion.agreement_id == named["id"], AgreementVersion.no == named["version"]
        )
    ).first()
    if version is None:
        return None
    given = version.content.get("given_goals") or []
    return AgreementShown(version.no, version.digest, list(given), _own(version.content.get("own") or {}))


def sealed_document(session: Session, holding: Holding) -> File | None:
    """The sealed PDF of the agreement that the task is a step of, when all have signed."""
    unit_id = holding.task.subject.partition(":")[2] or holding.task.unit_id
    agreement = of_units(session, holding.occurrence.id or 0, [unit_id]).get(unit_id)
    found = document_of(session, agreement.id or 0) if agreement else None
    return found[1] if found else None


def _own(answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(what, text) of the unit's own part: its goals row by row, and what else it wrote."""
    found: list[tuple[str, str]] = []
    for name, value in answers.items():
        if isinstance(value, list):
            rows = [row for row in value if isinstance(row, Mapping)]
            found += [(str(row.get("row", "")), _text(row)) for row in rows]
        elif value not in (None, ""):
            found.append((name, str(value)))
    return found


def _text(row: Mapping[str, Any]) -> str:
    return "\n".join(str(value) for name, value in row.items() if name != "row" and value not in (None, ""))
