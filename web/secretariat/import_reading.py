"""A waiting file compared with the store: what it is read as, what it would change, what is wrong with it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sqlmodel import Session

from cycle.errors import ImportInvalid, Problem
from cycle.organisation.applying import Import, apply_leaders, apply_units, hold
from cycle.organisation.faults import Faults
from cycle.organisation.import_drafts import COLUMNS, ListKind, answers_of, chosen_of, town_of
from cycle.organisation.leader_comparison import leaders_difference
from cycle.organisation.leader_difference import LeaderChange, LeadersDifference
from cycle.organisation.leader_file import look_into_leaders
from cycle.organisation.people import Question
from cycle.organisation.reading import FileRows, Heading, look_at_headings
from cycle.organisation.snapshot import Post
from cycle.organisation.tables import ImportDraft
from cycle.organisation.unit_difference import UnitChange, UnitsDifference, units_difference
from cycle.organisation.unit_file import read_units

FOREIGN = {
    "da": ("Filen er om en anden kommune: {}.", "Vælg den rigtige fil, eller ret den øverste enhed."),
    "en": ("The file is about another municipality: {}.", "Choose the right file, or correct the top unit."),
}
Difference = UnitsDifference | LeadersDifference


@dataclass(frozen=True)
class Compared:
    """What a file would do. `difference` is None while something is wrong with the file."""

    headings: Sequence[Heading] = ()
    how: FileRows | None = None
    difference: Difference | None = None
    problems: Sequence[Problem] = ()
    today: date = field(default=date.min)

    @property
    def questions(self) -> Sequence[Question]:
        """Who is who, while nobody has said so."""
        return self.difference.questions if isinstance(self.difference, LeadersDifference) else ()

    @property
    def notes(self) -> Sequence[Problem]:
        """What deserves a look and hinders nothing."""
        return self.difference.notes if isinstance(self.difference, LeadersDifference) else ()

    @property
    def new_kinds(self) -> Mapping[str, int]:
        """Kinds of unit the municipality does not have: perhaps a slip of the pen."""
        return self.difference.new_kinds if isinstance(self.difference, UnitsDifference) else {}

    @property
    def ends(self) -> tuple[int, int]:
        """How many units or appointments it ends, of how many."""
        if isinstance(self.difference, UnitsDifference):
            return self.difference.closes, self.difference.open_units
        return (self.difference.ends, self.difference.in_force) if self.difference else (0, 0)

    @property
    def sorts(self) -> dict[StrEnum, list[UnitChange | LeaderChange]]:
        """The changes by their sort."""
        sorts: dict[StrEnum, list[UnitChange | LeaderChange]] = {}
        for change in self.difference.changes if self.difference else ():
            sorts.setdefault(change.what, []).append(change)
        return sorts

    @property
    def digest(self) -> str:
        """Another text as soon as the file would do anything else."""
        found = self.difference
        said = repr((self.today, tuple(found.changes), tuple(self.questions))) if found else ""
        return hashlib.sha256(said.encode()).hexdigest()[:24]


def compare(session: Session, draft: ImportDraft, *, today: date, language: str) -> Compared:
    """Reads the draft as its headings were chosen and compares it with the store on a local date."""
    headings: Sequence[Heading] = ()
    how = None
    try:
        kind, chosen = ListKind(draft.kind), chosen_of(draft)
        headings = look_at_headings(draft.content, COLUMNS[kind], Faults(language), chosen)
        difference: Difference
        if kind is ListKind.UNITS:
            town = town_of(session, draft.root_id)
            units = read_units(draft.content, language=language, chosen=chosen, town=town)
            how, difference = units.how, units_difference(session, units, today=today, language=language)
        else:
            leaders = look_into_leaders(draft.content, language=language, chosen=chosen)
            how, choices = leaders.how, answers_of(draft)
            difference = leaders_difference(
                session, leaders, today=today, choices=choices, language=language, root_id=draft.root_id
            )
        _check_own(difference.roots, draft, language)
    except ImportInvalid as error:
        return Compared(headings, how, problems=error.of_file(draft.file_name).problems, today=today)
    return Compared(headings, how, difference, today=today)


def apply(session: Session, compared: Compared, given: Import) -> frozenset[Post]:
    """Makes the store as the file has it; gives the posts concerned. Raises ImportInvalid."""
    if isinstance(compared.difference, UnitsDifference):
        return apply_units(session, compared.difference, given)
    assert compared.difference is not None
    return apply_leaders(session, compared.difference, given)


def keep_others_out(session: Session, draft: ImportDraft) -> None:
    """Nothing else is imported for the municipality until the transaction ends."""
    hold(session, [draft.root_id])


def _check_own(roots: Sequence[str], draft: ImportDraft, language: str) -> None:
    others = sorted(set(roots) - {draft.root_id})
    if others:
        what, cure = FOREIGN["en" if language == "en" else "da"]
        raise ImportInvalid([Problem("filen", what.format(", ".join(others)), cure)])
