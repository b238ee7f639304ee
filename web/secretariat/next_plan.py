"""Another plan for next year than this year's: written on the page, checked, and seen before it starts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlmodel import Session

from cycle.errors import PlanInvalid, Problem
from cycle.foresight.mails import foresee
from cycle.foresight.owed import Known, known
from cycle.goals.next_year import NextYear
from cycle.tasks.cycles import Draft, newest_forms, start_cycle
from cycle.tasks.tables import Cycle
from web.secretariat.plan_reading import Year, year_of


def next_plan(session: Session, cycle: Cycle) -> Year:
    """The plan in force, to be checked against next year's calendar and the newest forms."""
    year = year_of(session, cycle)
    forms = newest_forms(session, cycle.root_id)
    return replace(year, beside=replace(year.beside, year=cycle.year + 1, forms=forms))


def next_draft(session: Session, cycle: Cycle, text: str) -> Draft:
    """What next year would be by this text. Raises PlanInvalid, also when it is another wheel's plan."""
    year = next_plan(session, cycle)
    draft = year.draft(text)
    plan = draft.plan
    if (plan.municipality, plan.id, plan.kind) != (cycle.root_id, cycle.plan_id, cycle.kind):
        what = "Det er en anden plan: kommune, id og kind skal være dem, årshjulet har."
        cure = f"Skriv municipality: {cycle.root_id} og id: {cycle.plan_id}."
        raise PlanInvalid([Problem(year.name, what, cure)])
    return draft


def started_in(session: Session, found: NextYear, *, now: datetime) -> Known:
    """Starts the year in a session that will be rolled back (`cycle.store.tried`); gives what is owed then.

    Raises PlanInvalid.
    """
    start_cycle(session, found.draft, year=found.year, by="", now=now, why="")
    session.flush()
    return known(session, found.draft.plan.municipality, now=now, until=ends(found.year))


def weeks_of(owed: Known, year: int) -> Sequence[tuple[int, int]]:
    """How many mails leave in each week of the year if nobody answers. Uses what is owed up."""
    weeks = Counter(mail.on.isocalendar()[:2] for mail in foresee(owed, until=ends(year)))
    return [(week, number) for (of, week), number in sorted(weeks.items()) if of == year]


def ends(year: int) -> datetime:
    """After the last week that is counted as the year's."""
    return datetime(year + 1, 1, 8, tzinfo=UTC)
