"""What was fetched from OS2mo, compared and applied like a file that somebody gives us."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from cycle.organisation.applying import Import, apply_leaders, apply_units, hold
from cycle.organisation.leader_comparison import NO_CHOICES, leaders_difference
from cycle.organisation.leader_difference import LeadersDifference
from cycle.organisation.leader_file import look_into_leaders
from cycle.organisation.os2mo import Lists
from cycle.organisation.people import Choices
from cycle.organisation.snapshot import Post
from cycle.organisation.tables import FetchedOrganisation
from cycle.organisation.unit_difference import UnitsDifference, units_difference
from cycle.organisation.unit_file import read_units

SOURCE = "OS2mo"


@dataclass(frozen=True)
class Difference:
    """What the fetched organisation would change: units first, then leaders."""

    units: UnitsDifference
    leaders: LeadersDifference

    @property
    def count(self) -> int:
        """How many changes there are."""
        return len(self.units.changes) + len(self.leaders.changes)

    @property
    def waits(self) -> bool:
        """Whether somebody has to look at it, however little it is."""
        confirm = self.units.needs_confirmation or self.leaders.needs_confirmation
        return confirm or bool(self.leaders.questions)


def difference_of(
    session: Session, lists: Lists, *, today: date, choices: Choices = NO_CHOICES, language: str = "da"
) -> Difference:
    """Compares with the store; leaders of units that are new are compared as if the units were there.

    Nothing is written. Raises ImportInvalid.
    """
    units = units_difference(
        session, read_units(lists.units, language=language), today=today, language=language
    )
    leaders = _leaders(session, lists, today, choices, language, units)
    return Difference(units, leaders)


def apply_fetched(
    session: Session, lists: Lists, given: Import, *, choices: Choices = NO_CHOICES
) -> frozenset[Post]:
    """Makes units and leaders as they were fetched, all in the caller's transaction.

    Gives the posts whose tasks have to be looked at again. Raises ImportInvalid, also where something has to
    be decided or confirmed first.
    """
    file = read_units(lists.units, language=given.language)
    hold(session, sorted({row.root_id for row in file.rows}))
    units = units_difference(session, file, today=given.today, language=given.language)
    posts = apply_units(session, units, given)
    leaders = _leaders(session, lists, given.today, choices, given.language, units)
    return posts | apply_leaders(session, leaders, given)


def keep_fetched(session: Session, root_id: str, lists: Lists, changes: int, *, now: datetime) -> None:
    """Keeps what was fetched, in place of what was before, with how much of it waits for somebody."""
    row = session.get(FetchedOrganisation, root_id) or FetchedOrganisation(root_id=root_id)
    row.units, row.leaders, row.changes = lists.units.decode(), lists.leaders.decode(), changes
    row.fetched_at, row.failing_since, row.error = now, None, ""
    session.add(row)


def note_failure(session: Session, root_id: str, error: str, *, now: datetime) -> None:
    """Keeps since when, and how, it cannot be fetched; what was fetched last stays."""
    row = session.get(FetchedOrganisation, root_id) or FetchedOrganisation(root_id=root_id)
    row.failing_since, row.error = row.failing_since or now, error[:200]
    session.add(row)


def lists_of_row(row: FetchedOrganisation) -> Lists:
    """The lists as they were kept."""
    return Lists(row.units.encode(), row.leaders.encode())


def heads_of(setting: str) -> Sequence[str]:
    """The kinds of managers that the setting names."""
    return [part for part in (each.strip() for each in setting.split(",")) if part]


def _leaders(
    session: Session, lists: Lists, today: date, choices: Choices, language: str, units: UnitsDifference
) -> LeadersDifference:
    file = look_into_leaders(lists.leaders, language=language)
    return leaders_difference(
        session, file, today=today, choices=choices, language=language, units=units.units
    )
