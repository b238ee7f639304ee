"""What the secretariat is writing: a goal of the tree, or a new one in a year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select
from starlette.datastructures import FormData

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import AnswerInvalid, NotFound, Problem
from cycle.goals.goal_edits import goal_digest, keys_of, owner_of
from cycle.goals.rolling import text_of_goal
from cycle.goals.scheme import scheme_of
from cycle.goals.strategy_tree import free_key
from cycle.goals.tables import Goal, GoalLevel
from cycle.goals.tree import GIVEN, GoalText, goals_of_year
from cycle.organisation.tables import Unit
from web.faults import Fault, Refused
from web.secretariat.goal_fields import Typed, faults_of, fields_as_text
from web.secretariat.typed import text_of
from web.session import require

TREE = tuple(level for level in GoalLevel if level is not GoalLevel.UNIT)
"""The levels that are written here; a unit writes its own goals in its agreement."""
_ELSEWHERE = ("Målet rettes et andet sted", "The goal is changed elsewhere")
OWNED: Mapping[str, Fault] = {
    "unit": Fault(
        409,
        _ELSEWHERE,
        ("Enheden har selv skrevet målet i sin aftale.", "The unit wrote the goal in its agreement."),
        ("Det ændres, når aftalen ændres.", "It changes when the agreement does."),
    ),
    "strategy": Fault(
        409,
        _ELSEWHERE,
        ("Målet er vedtaget i en strategirevision.", "The goal was adopted in a revision of the strategy."),
        (
            "Skriv det nye i forslaget til strategiens næste udgave.",
            "Write what is new in the proposal for the strategy's next version.",
        ),
    ),
}


@dataclass(frozen=True)
class Sheet:
    """A goal with its tree, or (`goal` is None) a new one; `like` is what is there to begin with."""

    root_id: str
    year: int
    like: GoalText
    tree: Sequence[Goal]
    goal: Goal | None = None

    @property
    def address(self) -> str:
        """Where the form is sent."""
        return f"/maal/{self.goal.id}/ret" if self.goal else "/maal/ny"

    @property
    def back(self) -> str:
        """The page it was opened from."""
        above = next((each.id for each in self.tree if each.key == self.like.parent_key), None)
        here = self.goal.id if self.goal else above
        return f"/maal/{here}" if here else f"/maal?aar={self.year}"

    @property
    def seen(self) -> str:
        """What the person who writes has read."""
        return goal_digest(self.goal) if self.goal else ""

    @property
    def titles(self) -> dict[str, str]:
        """The goals of the tree by key."""
        return {each.key: f"{each.code} {each.title}".strip() for each in self.tree}

    def above(self) -> list[Goal]:
        """The goals that this one can stand under; a new one, whose level is not settled, under any."""
        levels = list(GoalLevel)
        highest = levels.index(self.like.level) if self.goal else len(levels)
        return [each for each in self.tree if levels.index(each.level) < highest]


def sheet_of(session: Session, actor: SignedIn, goal_id: int) -> Sheet:
    """A goal of the tree that the account may change. Raises NotFound, NotAllowed, Refused."""
    goal = session.get(Goal, goal_id)
    if goal is None:
        raise NotFound("goal", goal_id)
    require(actor, Verb.EDIT_GOAL, f"/{goal.root_id}/")
    if owner := owner_of(session, goal):
        raise Refused(OWNED[owner])
    return Sheet(goal.root_id, goal.year, text_of_goal(goal), _tree(session, goal.root_id, goal.year), goal)


def new_sheet(session: Session, actor: SignedIn, root_id: str, year: int, under: int | None) -> Sheet:
    """A new goal in the year, under a goal of that year where one is named. Raises NotFound, NotAllowed."""
    require(actor, Verb.EDIT_GOAL, f"/{root_id}/")
    tree = _tree(session, root_id, year)
    above = next((each for each in tree if each.id == under), None)
    if under and above is None:
        raise NotFound("goal", under)
    level = GoalLevel.AREA if above and above.level is GoalLevel.COMMON else GoalLevel.COMMON
    area = above.area if above else ""
    like = GoalText(level, _free_slot(session, tree, root_id, year, level, area), "", area=area)
    return Sheet(root_id, year, replace(like, parent_key=above.key if above else ""), tree)


def placed(session: Session, sheet: Sheet, sent: FormData) -> Sheet:
    """The new goal on the level, and in the area, that were chosen. Raises AnswerInvalid."""
    if sheet.goal is not None:
        return sheet
    level, area = text_of(sent, "level"), text_of(sent, "area")
    if level not in TREE:
        raise AnswerInvalid([Problem("level", "Niveauet mangler.", "Vælg et niveau.")])
    if level == GoalLevel.AREA and area not in areas(session, sheet.root_id):
        raise AnswerInvalid([Problem("area", "Et områdemål hører til et område.", "Vælg området.")])
    like = GoalText(GoalLevel(level), "", "", area=area if level == GoalLevel.AREA else "")
    return replace(sheet, like=like)


def checked(session: Session, sheet: Sheet, typed: Typed) -> GoalText:
    """The goal as it was typed, with the key of a new one. Raises AnswerInvalid with every fault."""
    text = fields_as_text(typed, sheet.like)
    if sheet.goal is None:
        text = _named(session, sheet, text)
    if problems := faults_of(session, text, sheet.goal, root_id=sheet.root_id, year=sheet.year):
        raise AnswerInvalid(problems)
    return text


def areas(session: Session, root_id: str) -> list[str]:
    """The areas that the municipality's units have."""
    query = select(Unit.area).where(Unit.root_id == root_id, col(Unit.area) != "").distinct()
    return list(session.exec(query.order_by(col(Unit.area))))


def _named(session: Session, sheet: Sheet, text: GoalText) -> GoalText:
    """The new goal with its number, and a key that no goal has had: another letter C is another goal."""
    beside = [each for each in sheet.tree if (each.level, each.parent_key) == (text.level, text.parent_key)]
    if any((each.title, each.area) == (text.title, text.area) for each in beside):
        raise AnswerInvalid(
            [Problem("title", "Målet står der allerede.", "Giv det andre ord, eller ret det.")]
        )
    taken = keys_of(session, sheet.root_id)
    if text.level in GIVEN:
        return replace(
            text, key=text.identity if text.identity not in taken else free_key(text.identity, taken)
        )
    if text.level is GoalLevel.THEME:
        return replace(text, code=str(len(beside) + 1), key=free_key("tema", taken))
    above = next((each for each in sheet.tree if each.key == text.parent_key), None)
    if above is None or above.level is not GoalLevel.THEME:
        what = "Et politisk mål hører under et tema."
        raise AnswerInvalid([Problem("parent_key", what, "Vælg temaet.")])
    return replace(text, code=f"{above.code}.{len(beside) + 1}", key=free_key(above.key, taken))


def _tree(session: Session, root_id: str, year: int) -> Sequence[Goal]:
    return goals_of_year(session, root_id, year, levels=TREE)


def _free_slot(
    session: Session, tree: Sequence[Goal], root_id: str, year: int, level: GoalLevel, area: str
) -> str:
    """The first letter of the level that no goal has; empty when all are taken."""
    taken = {each.code for each in tree if each.level is level and each.area == area}
    return next(
        (slot for slot in scheme_of(session, root_id, year).level(level).slots if slot not in taken), ""
    )
