"""The text of an agreement in one of its versions."""

from collections.abc import Sequence

from sqlmodel import Session

from cycle.goals.tables import Agreement, AgreementVersion
from cycle.tasks.tables import Occurrence
from documents.agreement_text import Chapter, chapters
from web.forms import form_of


def text_of(
    session: Session, agreement: Agreement, version: AgreementVersion, language: str
) -> Sequence[Chapter]:
    """Its chapters, with the questions as they stood in the form that the unit answered."""
    occurrence = session.get_one(Occurrence, agreement.occurrence_id)
    form = form_of(session, version.content.get("form") or occurrence.form_version_id)
    return chapters(version.content, form, language)
