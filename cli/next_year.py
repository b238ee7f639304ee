"""Which year `aarshjul plan roll` starts from, and what it would write."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from cli.municipality_choice import only_municipality
from cli.roll_words import tell
from config.loader import LoadedPlan
from cycle.errors import Invalid, Problem
from cycle.goals.next_year import NextYear, next_year
from cycle.goals.tree import GoalText
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


def left_out(found: NextYear, keys: Collection[str]) -> list[GoalText]:
    """The goals with these keys, which are not to go on.

    Raises Invalid when one does not go on anyway, or has goals below it that would.
    """
    going = {goal.identity: goal for goal in found.goals.copied}
    wrong = [_unknown(found, key, going) for key in keys if key not in going]
    wrong += [
        Problem(
            f"--without {goal.identity}",
            tell("above left out", title=going[goal.parent_key].title),
            tell("leave out too"),
        )
        for goal in found.goals.without(keys).left
        if not wrong and goal.parent_key in keys
    ]
    if wrong:
        raise Invalid(wrong)
    return [goal for key, goal in going.items() if key in keys]


def _unknown(found: NextYear, key: str, going: Collection[str]) -> Problem:
    if key in found.after:
        return Problem(f"--without {key}", tell("an activity"))
    cure = tell("which goals", keys=", ".join(going) or "–")
    return Problem(f"--without {key}", tell("no such goal", wanted=key, year=found.year), cure)


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
