"""A strategy with a proposal for its next version and a hearing about it, in the small municipality."""

from dataclasses import replace

from cycle.goals.strategies import StrategyText, begin_draft, keep_first_version, write_draft
from cycle.goals.tables import GoalLevel
from cycle.goals.tree import GoalText
from cycle.plan.model import FlowName
from cycle.store import transaction
from cycle.tasks.tables import Cycle, Occurrence
from tests.support import municipality
from tests.support.house import House
from tests.support.municipality import ROOT

THEME = GoalText(GoalLevel.THEME, "1", "Helhed", description="Sammenhæng i barnets liv", key="helhed")
GOAL = GoalText(GoalLevel.POLITICAL, "1.1", "Ét mål", key="helhed.1", parent_key="helhed")
TEXT = StrategyText("grundlag", "Vores grundlag", {"perspective": "0-18 år"}, (THEME, GOAL))


def strategy_pages(house: House) -> list[str]:
    """The addresses of everything there is to see of it."""
    at = house.site.clock.at
    with transaction(house.engine) as session:
        cycle = session.get_one(Cycle, session.get_one(Occurrence, house.occurrence_id).cycle_id)
        occurrence = municipality.add_occurrence(
            session,
            house.town,
            cycle,
            "strategirevision",
            title="Strategirevision",
            flow=FlowName.STRATEGY_REVISION,
            concerns=1,
        )
        municipality.add_tasks(session, house.town, occurrence)
        first = keep_first_version(session, TEXT, root_id=ROOT, by="cli", now=at)
        number = occurrence.id or 0
        draft = begin_draft(session, first, occurrence_id=number, first_year=2028, by="cli", now=at)
        new = replace(GOAL, code="1.2", title="Et nyt mål", key="helhed.2")
        proposed = replace(TEXT, goals=(replace(THEME, title="Hele livet"), GOAL, new))
        write_draft(session, draft, proposed, seen=1, by="cli", now=at)
        versions = [first.id, draft.id]
    return [
        *(f"/strategi/{row}" for row in versions),
        f"/strategi/{versions[1]}/forslag",
        f"/hoering/{number}",
        f"/hoering/{number}?efter=omraade",
        f"/hoering/{number}/svar",
        f"/hoering/{number}/svar?om=area:Skoler",
    ]
