"""Forms by their version."""

from sqlmodel import Session

from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.tables import FormVersion

FREE_FORM = Form(
    id="frit-svar",
    title="Svar",
    title_en="Answer",
    nil_allowed=True,
    fields=(Field(id="svar", type=FieldType.LONG_TEXT, label="Jeres svar", label_en="Your answer"),),
)
"""What is asked when the plan names no form."""


def form_of(session: Session, form_version_id: int | None) -> Form:
    """The form in that version, or the free form when there is none."""
    version = session.get(FormVersion, form_version_id) if form_version_id else None
    return Form.model_validate_json(version.spec) if version else FREE_FORM
