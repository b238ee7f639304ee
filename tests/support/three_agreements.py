"""Three units' agreements in Copenhagen, a school's, another school's and a day-care's, step by step."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.goals.tables import Agreement
from cycle.plan.model import Activity, Audience
from cycle.plan.period import Period
from cycle.store import reading, transaction
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Task
from tests.support.koebenhavn import Year
from tests.support.municipality import instant

SCHOOL, OTHER_SCHOOL, DAYCARE = "101003", "101005", "G10432"
UNITS = (SCHOOL, OTHER_SCHOOL, DAYCARE)
ONE_YEAR = Period()
DRAFT = {"enhedsmaal": {"G": {"titel": "Flere fælles timer", "beskrivelse": "To om ugen"}}}
YES = {"beslutning": "enig"}
SIGN = {**YES, "navn": "Ida Engsø", "bekraeft": "ja"}
STEPS = (
    (TaskKind.DRAFT, DRAFT),
    (TaskKind.NEGOTIATE, YES),
    (TaskKind.APPROVE, YES),
    (TaskKind.SIGN, SIGN),
    (TaskKind.SIGN, SIGN),
)


def begun(engine: Engine, tmp_path: Path, period: Period = ONE_YEAR) -> Year:
    """The agreements of three units alone, drafted."""
    with transaction(engine) as session:
        query = select(Occurrence).where(Occurrence.activity_id == "udviklingsaftaler")
        occurrence = session.exec(query).one()
        activity = Activity.model_validate_json(occurrence.activity)
        only = activity.model_copy(update={"audience": Audience(units=UNITS), "period": period})
        occurrence.activity = only.model_dump_json()
        session.add(occurrence)
    year = Year(engine, tmp_path, instant(2027, 11, 30))
    year.only("udviklingsaftaler")
    year.until(instant(2027, 12, 6, 10))
    return year


def open_step(year: Year, kind: TaskKind, unit_id: str) -> Task:
    waiting = (TaskState.OPEN, TaskState.RETURNED)
    (task,) = [
        task
        for task in year.tasks(year.occurrence("udviklingsaftaler").id, kind)
        if task.state in waiting and (task.subject.partition(":")[2] or task.unit_id) == unit_id
    ]
    return task


def take(year: Year, *steps: tuple[TaskKind, dict[str, object]], units: tuple[str, ...] = UNITS) -> None:
    """These units' open steps are answered one after the other, half a day each."""
    for kind, raw in steps:
        for unit_id in units:
            year.answer(open_step(year, kind, unit_id), raw)
        year.until(year.now + timedelta(hours=12))


def agreements(year: Year) -> dict[str, Agreement]:
    with reading(year.engine) as session:
        rows = session.exec(select(Agreement).where(col(Agreement.unit_id).in_(UNITS))).all()
    return {row.unit_id: row for row in rows}
