"""Goals put right again: agreements to be signed anew would say once more what all have signed already."""

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.goals.agreement_terms import agreed_alike
from cycle.goals.agreements import present_contents, signed_versions
from cycle.goals.changed_goals import Made
from cycle.goals.given_goals import GIVEN
from cycle.goals.given_now import GivenNow, Said
from cycle.goals.tables import Agreement
from cycle.organisation.tables import Unit
from cycle.store import in_pieces


def put_right(
    session: Session, those: Collection[Made], said: Mapping[int, Said], *, root_id: str
) -> set[Made]:
    """Those of the agreements that nobody would have to sign again if the years' goals said this."""
    anew = _anew(session, [made.id for made in those if made.in_force])
    found: set[int] = set()
    for year in {agreement.year for agreement, _ in anew}:
        found |= _as_signed(session, [each for each in anew if each[0].year == year], said, root_id, year)
    return {made for made in those if made.id in found}


def _anew(session: Session, ids: Iterable[int]) -> list[tuple[Agreement, Unit]]:
    """Those that do not stand at the version in force, with their units."""
    found: list[tuple[Agreement, Unit]] = []
    for piece in in_pieces(ids):
        query = sa.select(Agreement, Unit).join(Unit, col(Unit.id) == col(Agreement.unit_id))
        rows = session.execute(
            query.where(
                col(Agreement.id).in_(piece), col(Agreement.version) != col(Agreement.in_force_version)
            )
        )
        found += [(agreement, unit) for agreement, unit in rows]
    return found


def _as_signed(
    session: Session,
    anew: Collection[tuple[Agreement, Unit]],
    said: Mapping[int, Said],
    root_id: str,
    year: int,
) -> set[int]:
    """The ids of those made of the year's goals that would say what all have signed."""
    those = [agreement for agreement, _ in anew]
    until = max(agreement.period_to.year for agreement in those)
    given = GivenNow.load(session, root_id, year, until=until, said=said)
    contents, signed = present_contents(session, those), signed_versions(session, those)
    found = set()
    for agreement, unit in anew:
        if version := signed.get(agreement.id or 0):
            content = contents[agreement.id or 0]
            fresh = {**content, GIVEN: given.of(unit, content[GIVEN])}
            if agreed_alike(fresh, version.content):
                found.add(version.agreement_id)
    return found
