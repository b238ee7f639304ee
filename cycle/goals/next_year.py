"""Next year from this year: the plan with its dates and the goals that go on, seen first, then written."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from cycle.calendar import WorkingCalendar
from cycle.goals.rolling import GoalRoll, goals_rolled, roll_goals
from cycle.plan.difference import DoubtfulDate, PlanDifference, doubtful_dates, plan_difference
from cycle.plan.model import Plan
from cycle.plan.resolve import resolve
from cycle.plan.resolved import ResolvedActivity
from cycle.tasks.cycles import Draft, find_cycle, meetings_of, newest_forms, newest_revision, start_cycle
from cycle.tasks.tables import Cycle


@dataclass(frozen=True)
class NextYear:
    """Everything to be approved. `difference` is what next year's plan changes in this year's.

    `number` is the revision that this year's plan is in. `started` is next year's cycle when there is one;
    then `draft` is what was started, and only goals are left to write.
    """

    year: int
    draft: Draft
    number: int
    difference: PlanDifference
    before: dict[str, ResolvedActivity]
    after: dict[str, ResolvedActivity]
    doubts: Sequence[DoubtfulDate]
    goals: GoalRoll
    started: Cycle | None

    @property
    def done(self) -> bool:
        """Whether nothing is left to write."""
        return self.started is not None and not self.goals

    @property
    def digest(self) -> str:
        """What was shown, in short: the same as long as neither plan, dates nor tree have changed since."""
        plan = [self.draft.plan.model_dump_json(), self.number, self.started is None]
        days = [
            (key, str(each.opens_on), str(each.due_on), str(each.closes_on))
            for key, each in self.after.items()
        ]
        goals = [goal.columns() for goal in self.goals.copied]
        stand = (*self.goals.there, *self.goals.fresh, *self.goals.ended)
        others = [[goal.key, goal.title] for goal in stand]
        return hashlib.sha256(json.dumps([plan, days, goals, others]).encode()).hexdigest()


def next_year(session: Session, cycle: Cycle, *, draft: Draft | None = None) -> NextYear:
    """What the year after this cycle would be; with `draft` by that plan, else by the one in force now.

    Raises PlanInvalid when a date does not resolve in it.
    """
    year, revision = cycle.year + 1, newest_revision(session, cycle.id or 0)
    present, calendar = Plan.model_validate_json(revision.plan), WorkingCalendar.from_json(revision.calendar)
    started = find_cycle(session, draft.plan if draft else present, year)
    if draft is None and started is not None:
        draft = _running(session, started)
    draft = draft or Draft(present, newest_forms(session, cycle.root_id), calendar, revision.sources)
    meetings = meetings_of(session, cycle.root_id)
    after = resolve(draft.plan, year, draft.calendar, meetings)
    return NextYear(
        year=year,
        draft=draft,
        number=revision.no,
        difference=plan_difference(present, draft.plan),
        before=resolve(present, cycle.year, calendar, meetings),
        after=after,
        doubts=list(doubtful_dates(draft.plan, after, draft.calendar)),
        goals=goals_rolled(session, cycle.root_id, year=year),
        started=started,
    )


def write_next_year(
    session: Session, found: NextYear, *, without: Collection[str] = (), by: str, now: datetime, why: str
) -> None:
    """Starts the year unless it is, and takes on its goals but those `without` (by key). Safe to repeat."""
    if found.started is None:
        start_cycle(session, found.draft, year=found.year, by=by, now=now, why=why)
    root_id = found.draft.plan.municipality
    roll_goals(session, root_id, year=found.year, without=without, by=by, now=now)


def _running(session: Session, cycle: Cycle) -> Draft:
    """What the year was started by, as it is planned now."""
    revision = newest_revision(session, cycle.id or 0)
    plan, calendar = Plan.model_validate_json(revision.plan), WorkingCalendar.from_json(revision.calendar)
    return Draft(plan, newest_forms(session, cycle.root_id), calendar, revision.sources)
