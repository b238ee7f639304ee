"""Imports a file in one go: read, compare, apply, for whoever does not show the difference first."""

from collections.abc import Iterable

from sqlmodel import Session

from cycle.organisation.applying import Import, apply_leaders, apply_units
from cycle.organisation.leader_comparison import NO_CHOICES, leaders_difference
from cycle.organisation.leader_difference import LeadersDifference
from cycle.organisation.leader_file import look_into_leaders
from cycle.organisation.meetings import MeetingChange, apply_meetings, meetings_difference
from cycle.organisation.people import Choices
from cycle.organisation.unit_difference import UnitsDifference, units_difference
from cycle.organisation.unit_file import read_units
from cycle.plan.meetings import MeetingDay


def import_units(session: Session, given: Import) -> UnitsDifference:
    """Makes the store's units as the file has them; gives what was changed. Raises ImportInvalid."""
    file = read_units(given.data, language=given.language)
    difference = units_difference(session, file, today=given.today, language=given.language)
    apply_units(session, difference, given)
    return difference


def import_leaders(session: Session, given: Import, choices: Choices = NO_CHOICES) -> LeadersDifference:
    """Makes the store's leaders as the file has them; gives what was changed. Raises ImportInvalid."""
    file = look_into_leaders(given.data, language=given.language)
    difference = leaders_difference(
        session, file, today=given.today, choices=choices, language=given.language
    )
    apply_leaders(session, difference, given)
    return difference


def import_meetings(
    session: Session, root_id: str, meetings: Iterable[MeetingDay], given: Import
) -> tuple[MeetingChange, ...]:
    """Keeps the meetings of a municipality's bodies as the calendar has them; gives what was changed."""
    changes = meetings_difference(session, root_id, meetings, today=given.today)
    apply_meetings(session, changes, given)
    return changes
