"""Which year `aarshjul plan roll` starts from, and what it would write."""

from sqlmodel import Session, col, select

from cli.municipality_choice import only_municipality
from cli.roll_words import tell
from config.loader import LoadedPlan
from cycle.errors import Invalid, Problem
from cycle.goals.next_year import NextYear, next_year
from cycle.plan.model import PlanKind
from cycle.tasks.tables import Cycle


def rolled(session: Session, year: int, loaded: LoadedPlan | None, municipality: str | None) -> NextYear:
    """What rolling on to `year` would write. Raises Invalid, also when a date does not resolve."""
    if loaded is None:
        root_id = only_municipality(session, municipality, "--municipality")
        return next_year(session, _cycle(session, root_id, year - 1, None))
    cycle = _cycle(session, loaded.plan.municipality, year - 1, loaded)
    with loaded.naming_lines():
        return next_year(session, cycle, draft=loaded.draft)


def _cycle(session: Session, root_id: str, year: int, loaded: LoadedPlan | None) -> Cycle:
    if loaded and loaded.plan.kind is PlanKind.PROCESS:
        raise Invalid([Problem(loaded.plan.id, tell("is process"))])
    query = select(Cycle).where(Cycle.root_id == root_id, Cycle.year == year, Cycle.kind == PlanKind.WHEEL)
    found = session.exec(query.order_by(col(Cycle.plan_id))).all()
    if loaded:
        found = [each for each in found if each.plan_id == loaded.plan.id]
    if not found:
        raise Invalid([Problem("--to", tell("no wheel", year=year), tell("start it", year=year))])
    if len(found) > 1:
        names = ", ".join(each.plan_id for each in found)
        raise Invalid([Problem("--to", tell("several wheels", names=names), tell("name it"))])
    return found[0]
