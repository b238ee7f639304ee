"""Next year from this year, as it would be: the plan with its dates, and the goals that go on."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from cli.municipality_choice import only_municipality
from cli.roll_words import tell
from config.loader import LoadedPlan
from cycle.calendar import WorkingCalendar
from cycle.errors import Invalid, Problem
from cycle.goals.rolling import GoalRoll, goals_rolled
from cycle.plan.difference import DoubtfulDate, PlanDifference, doubtful_dates, plan_difference
from cycle.plan.model import Plan, PlanKind
from cycle.plan.resolve import resolve
from cycle.plan.resolved import ResolvedActivity
from cycle.tasks.cycles import Draft, find_cycle, meetings_of, newest_forms, newest_revision
from cycle.tasks.tables import Cycle


@dataclass(frozen=True)
class Roll:
    """Everything to be approved. `difference` is what next year's plan changes in this year's."""

    year: int
    draft: Draft
    number: int
    from_files: bool
    difference: PlanDifference
    before: dict[str, ResolvedActivity]
    after: dict[str, ResolvedActivity]
    doubts: Sequence[DoubtfulDate]
    goals: GoalRoll
    started: bool

    @property
    def done(self) -> bool:
        """Whether nothing is left to write."""
        return self.started and not self.goals


def rolled(session: Session, year: int, loaded: LoadedPlan | None, municipality: str | None) -> Roll:
    """What rolling on to `year` would write. Raises Invalid, also when a date does not resolve."""
    root_id = (
        loaded.plan.municipality if loaded else only_municipality(session, municipality, "--municipality")
    )
    cycle = _cycle(session, root_id, year - 1, loaded)
    revision = newest_revision(session, cycle.id or 0)
    present, calendar = Plan.model_validate_json(revision.plan), WorkingCalendar.from_json(revision.calendar)
    draft = (
        loaded.draft if loaded else Draft(present, newest_forms(session, root_id), calendar, revision.sources)
    )
    meetings = meetings_of(session, root_id)
    if loaded:
        with loaded.naming_lines():
            after = resolve(draft.plan, year, draft.calendar, meetings)
    else:
        after = resolve(draft.plan, year, draft.calendar, meetings)
    return Roll(
        year=year,
        draft=draft,
        number=revision.no,
        from_files=loaded is not None,
        difference=plan_difference(present, draft.plan),
        before=resolve(present, year - 1, calendar, meetings),
        after=after,
        doubts=list(doubtful_dates(draft.plan, after, draft.calendar)),
        goals=goals_rolled(session, root_id, year=year),
        started=find_cycle(session, draft.plan, year) is not None,
    )


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
