"""Forms by their version."""

from sqlmodel import Session

from cycle.tasks.forms import FREE_FORM, Form
from cycle.tasks.tables import FormVersion


def form_of(session: Session, form_version_id: int | None) -> Form:
    """The form in that version, or the free form when there is none."""
    version = session.get(FormVersion, form_version_id) if form_version_id else None
    return Form.model_validate_json(version.spec) if version else FREE_FORM
