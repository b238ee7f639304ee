"""What has not been journalised yet: activity by activity, and agreement by agreement within one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from cycle.cases.gathering import case_of_occurrence
from cycle.cases.journal import marks
from cycle.cases.model import Case, Item, ItemKind
from cycle.goals.tables import Agreement
from cycle.organisation.tables import Unit
from cycle.plan.model import FlowName
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence, Submission, Task


@dataclass(frozen=True)
class Waiting:
    """A case, and those of its documents that wait, oldest first. `number`: of its activity or agreement."""

    kind: str
    number: int
    case: Case
    total: int
    items: tuple[Item, ...]

    @property
    def since(self) -> datetime | None:
        """When the oldest that waits was sent or received (aware); None when nothing waits."""
        return self.items[0].at if self.items else None

    def older(self, than: datetime) -> tuple[Item, ...]:
        """Those that have waited since before that instant."""
        return tuple(item for item in self.items if item.at < than)


def opened(
    session: Session, root_id: str, *, year: int | None = None, activity_id: str | None = None
) -> Sequence[int]:
    """The activities that have a case, in the order they opened; `year` is the one they concern."""
    query = select(Occurrence.id).where(
        Occurrence.root_id == root_id,
        col(Occurrence.state).in_([OccurrenceState.OPEN, OccurrenceState.CLOSED]),
    )
    if year is not None:
        query = query.where(Occurrence.concerns_year == year)
    if activity_id is not None:
        query = query.where(Occurrence.activity_id == activity_id)
    found = session.exec(query.order_by(col(Occurrence.opens_at), col(Occurrence.id)))
    return [number for number in found if number is not None]


def years_of(session: Session, root_id: str) -> list[int]:
    """The years that activities with a case concern, the newest first."""
    query = select(Occurrence.concerns_year).where(
        Occurrence.root_id == root_id, col(Occurrence.opened_at).is_not(None)
    )
    return sorted(set(session.exec(query.distinct())), reverse=True)


def by_activity(session: Session, root_id: str, *, year: int | None = None) -> list[Waiting]:
    """Every activity that has opened, also one of which all is filed."""
    return [of_activity(session, number) for number in opened(session, root_id, year=year)]


def of_activity(session: Session, occurrence_id: int) -> Waiting:
    """One activity. Raises NotFound."""
    case = case_of_occurrence(session, occurrence_id)
    filed = marks(session, case.root_id, [item.key for item in case.items])
    wait = tuple(item for item in case.items if item.key not in filed)
    return Waiting("aktivitet", occurrence_id, case, len(case.items), wait)


def by_agreement(session: Session, root_id: str, *, year: int | None = None) -> Iterator[Waiting]:
    """Every agreement with its documents, in the order of the organisation."""
    signing = FlowName.AGREEMENT_SIGNING.value
    for number in opened(session, root_id, year=year):
        if session.get_one(Occurrence, number).flow == signing:
            yield from _agreements(session, of_activity(session, number))


def _agreements(session: Session, activity: Waiting) -> Iterator[Waiting]:
    unit_of, wait = _units(session, activity.number), {item.key for item in activity.items}
    by_unit: dict[str, list[Item]] = {}
    for item in activity.case.items:
        about = item.answers if item.kind is ItemKind.REVIEW else item.key
        by_unit.setdefault(unit_of.get(about, item.unit_id), []).append(item)
    query = select(Agreement, Unit).join(Unit, col(Unit.id) == col(Agreement.unit_id))
    found = session.exec(query.where(Agreement.occurrence_id == activity.number).order_by(col(Unit.path)))
    for agreement, unit in found:
        items = by_unit.get(unit.id, [])
        case = replace(activity.case, title=f"{activity.case.title}: {unit.name}", items=tuple(items))
        left = tuple(item for item in items if item.key in wait)
        yield Waiting("aftale", agreement.id or 0, case, len(items), left)


def _units(session: Session, occurrence_id: int) -> dict[str, str]:
    """Whose agreement each answer is about: a superior's step names the unit."""
    query = select(Submission.id, Task.subject, Task.unit_id)
    query = query.join(Task, col(Task.id) == col(Submission.task_id))
    rows = session.exec(query.where(Task.occurrence_id == occurrence_id))
    return {f"submission:{id_}": subject.partition(":")[2] or unit_id for id_, subject, unit_id in rows}
