"""The text of the agreement that a task speaks of, as it stood in that version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from cycle.files.tables import File
from cycle.goals.agreements import of_units
from cycle.goals.sealed import document_of
from cycle.goals.tables import AgreementVersion
from documents.agreement_text import Chapter, chapters, given_chapters
from web.forms import form_of
from web.leader.answering import GIVEN
from web.leader.link import Holding


@dataclass(frozen=True)
class AgreementShown:
    """The whole text, and the digest of exactly it."""

    version: int
    digest: str
    chapters: Sequence[Chapter]


def agreement_shown(session: Session, holding: Holding, language: str) -> AgreementShown | None:
    """The agreement's version that the task was opened with; None when it speaks of none."""
    named = holding.task.prefill.get("agreement")
    if not isinstance(named, Mapping):
        return None
    version = session.exec(
        select(AgreementVersion).where(
            AgreementVersion.agreement_id == named["id"], AgreementVersion.no == named["version"]
        )
    ).first()
    if version is None:
        return None
    form = form_of(session, version.content.get("form") or holding.occurrence.form_version_id)
    return AgreementShown(version.no, version.digest, chapters(version.content, form, language))


def given_shown(prefill: Mapping[str, Any], language: str) -> Sequence[Chapter]:
    """The goals given from above that the draft of an agreement came with."""
    given = prefill.get(GIVEN)
    return given_chapters(given, language) if isinstance(given, list) else ()


def sealed_document(session: Session, holding: Holding) -> File | None:
    """The sealed PDF of the agreement that the task is a step of, when all have signed."""
    unit_id = holding.task.subject.partition(":")[2] or holding.task.unit_id
    agreement = of_units(session, holding.occurrence.id or 0, [unit_id]).get(unit_id)
    found = document_of(session, agreement.id or 0) if agreement else None
    return found[1] if found else None
