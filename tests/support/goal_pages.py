"""A goal tree with an agreement that holds one of its goals, in the small municipality."""

from datetime import date

from cycle.goals.tables import Agreement, AgreementState, AgreementVersion, GoalLevel
from cycle.goals.tree import GoalText, goals_of_year, keep_goals
from cycle.plan.model import FlowName
from cycle.store import transaction
from cycle.tasks.tables import Cycle, Occurrence
from tests.support import municipality
from tests.support.house import House
from tests.support.municipality import ROOT
from tests.support.negotiating import GIVEN

YEAR = 2028
TREE = (
    GoalText(GoalLevel.THEME, "1", "Trivsel i hele barnets liv", key="trivsel"),
    GoalText(GoalLevel.COMMON, "A", "Sygefravær", parent_key="trivsel", description="Vi er på arbejde."),
    GoalText(GoalLevel.COMMON, "B", "Budgettet holder", parent_key="trivsel"),
    GoalText(GoalLevel.AREA, "D", "Planlagte timer", area="Skoler", parent_key="A"),
)


def goal_pages(house: House) -> dict[str, int]:
    """The ids of the tree's goals by key. A is in one agreement that is in force, B in none."""
    at = house.site.clock.at
    with transaction(house.engine) as session:
        keep_goals(session, TREE, root_id=ROOT, year=YEAR, by="cli", now=at)
        cycle = session.get_one(Cycle, session.get_one(Occurrence, house.occurrence_id).cycle_id)
        occurrence = municipality.add_occurrence(
            session, house.town, cycle, "aftaler", title="Udviklingsaftaler", flow=FlowName.AGREEMENT_SIGNING,
            concerns=1,
        )  # fmt: skip
        agreement = Agreement(
            root_id=ROOT, occurrence_id=occurrence.id or 0, unit_id=house.town.units[0], year=YEAR,
            period_from=date(YEAR, 1, 1), period_to=date(YEAR, 12, 31), state=AgreementState.IN_FORCE,
            version=1, in_force_version=1,
        )  # fmt: skip
        session.add(agreement)
        session.flush()
        text = AgreementVersion(agreement_id=agreement.id, no=1, digest="1" * 64, by="engine", at=at)
        text.content = {"given_goals": GIVEN, "own_codes": ["G"], "own": {}}
        session.add(text)
        return {goal.key: goal.id or 0 for goal in goals_of_year(session, ROOT, YEAR, levels=set(GoalLevel))}
