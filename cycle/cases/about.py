"""One activity, and who its documents come from and go to."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlmodel import Session

from cycle.cases.model import Case, Direction, Item, ItemKind, Party, in_order
from cycle.organisation.tables import Unit
from cycle.plan.model import Activity, FlowName
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Occurrence, Task


class TaskRow(NamedTuple):
    """What a document says of a task, where thousands are read."""

    id: int
    kind: TaskKind
    role: str
    title: str


class UnitRow(NamedTuple):
    """What a document says of a unit."""

    id: str
    name: str


class About:
    """One activity, and who its documents come from and go to."""

    def __init__(self, occurrence: Occurrence, activity: Activity, town: Unit) -> None:
        self.occurrence, self.activity, self.town = occurrence, activity, town
        self.municipality = Party(town.name)
        self.request_key = f"request:{occurrence.id}"

    @classmethod
    def of(cls, session: Session, occurrence: Occurrence) -> "About":
        """Reads the municipality it belongs to."""
        activity = Activity.model_validate_json(occurrence.activity)
        return cls(occurrence, activity, session.get_one(Unit, occurrence.root_id))

    def case(self, name: str, title: str, items: Iterable[Item]) -> Case:
        """The items in the order in which they came about."""
        inside = in_order(items)
        activity, town = self.activity, self.town
        return Case(town.id, town.name, name, title, activity.kle, activity.case_number, inside)

    def item(self, key: str, kind: ItemKind, row_id: int, **facts: Any) -> Item:
        """A document of this activity."""
        confidential = self.activity.confidential
        assert self.occurrence.id is not None
        return Item(key, kind, row_id, self.occurrence.id, confidential=confidential, **facts)

    def request(self) -> list[Item]:
        """What all were asked, once it was."""
        it = self.occurrence
        if it.opened_at is None:
            return []
        return [
            self.item(
                self.request_key,
                ItemKind.REQUEST,
                it.id or 0,
                title=f"Anmodning: {it.title} {it.concerns_year}",
                direction=Direction.OUTGOING,
                at=it.opened_at,
                sender=self.municipality,
                receiver=Party("Enhedernes ledere", role=self.activity.audience.role),
            )
        ]

    def letters(self, tasks: Sequence[tuple[Task | TaskRow, Unit | UnitRow]]) -> list[Item]:
        """The budget call's letter to each unit."""
        it = self.occurrence
        if it.opened_at is None or it.flow != FlowName.BUDGET_CALL.value:
            return []
        return [
            self.item(
                f"letter:{task.id}",
                ItemKind.LETTER,
                task.id or 0,
                title=f"Budgetbrev {it.concerns_year}: {unit.name}",
                direction=Direction.OUTGOING,
                at=it.opened_at,
                sender=self.municipality,
                receiver=post(task, unit),
                unit_id=unit.id,
            )
            for task, unit in tasks
            if task.kind is TaskKind.ANSWER
        ]


def post(task: Task | TaskRow, unit: Unit | UnitRow, name: str = "") -> Party:
    """The post that owes a task, under its holder's name when that is known."""
    return Party(name or f"{task.role}, {unit.name}", unit.id, unit.name, task.role)
