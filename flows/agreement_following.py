"""What follows from many steps of agreements, to be written at once."""

from dataclasses import dataclass, field

from sqlmodel import Session

from cycle.goals.agreement_terms import digest_of
from cycle.goals.tables import Agreement
from cycle.tasks.opening import NewTask
from cycle.tasks.tables import FormVersion


@dataclass
class Following:
    """Tasks to open, and agreements that are in force now."""

    tasks: list[NewTask] = field(default_factory=list)
    in_force: list[Agreement] = field(default_factory=list)
    _questions: dict[int | None, str] = field(default_factory=dict)

    def questions(self, session: Session, form_version_id: int | None) -> str:
        """The digest of the form that units wrote in, read once for all of them; "" when there is none."""
        if form_version_id not in self._questions:
            found = session.get(FormVersion, form_version_id) if form_version_id else None
            self._questions[form_version_id] = digest_of(found.spec) if found else ""
        return self._questions[form_version_id]
