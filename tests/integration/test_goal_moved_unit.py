"""A unit changes area while a report is open: its answer is booked on the goals it was asked about."""

from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.goals.by_unit import asked_goals
from cycle.goals.goal_rows import as_rows
from cycle.goals.small_numbers import hidden_places, without_hidden
from cycle.goals.statuses import keep_statuses
from cycle.goals.tables import Goal, GoalLevel, GoalStatus
from cycle.goals.told_rollup import told_rollup
from cycle.goals.tree import GoalText, keep_goals
from cycle.organisation.tables import Unit
from cycle.store import reading, transaction
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.states import Channel, SubmissionKind
from cycle.tasks.submit import submit
from cycle.tasks.tables import Task
from tests.support import municipality
from tests.support.municipality import ROOT, instant

NOW = instant(2027, 4, 10)
SCHOOLS, DAYCARE = "Skoler", "Institutioner"
TREE = (
    GoalText(GoalLevel.AREA, "D", "Planlagte timer", area=SCHOOLS, hide_small=True),
    GoalText(GoalLevel.AREA, "D", "Læreplaner", area=DAYCARE),
)
REPORT = Form(
    id="kvartalsrapport",
    title="Kvartalsrapport",
    fields=(
        Field(
            id="goals",
            type=FieldType.REPEAT,
            label="Status på mål",
            rows_from="goals",
            fields=(Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status"),),
        ),
    ),
)
ANSWERS = {"goals": [{"row": "D", "status": {"light": "gul", "comment": "Opdigtet"}}]}


def moved(engine: Engine) -> tuple[int, str, int]:
    """(occurrence, unit, task): a school answered about D and is counted among the day-care since."""
    with transaction(engine) as session:
        town = municipality.build(session)
        keep_goals(session, TREE, root_id=ROOT, year=2027, by="cli", now=NOW)
        cycle = municipality.start_cycle(session, town, 2027, form=REPORT)
        occurrence = municipality.add_occurrence(session, town, cycle)
        unit = session.get_one(Unit, town.units[0])
        assert unit.area == SCHOOLS
        tasks = municipality.add_tasks(session, town, occurrence, units=[unit.id])
        asked = select(Goal).where(Goal.area == SCHOOLS)
        tasks[0].prefill = {"goals": as_rows(session.exec(asked))}
        session.add(tasks[0])
        session.flush()
        submit(
            session,
            tasks[0].id or 0,
            answers=ANSWERS,
            kind=SubmissionKind.COMPLETE,
            channel=Channel.WEB,
            by="person:1",
            received_at=NOW,
            once="moved",
            now=NOW,
        )
        unit.area = DAYCARE
        session.add(unit)
        return occurrence.id or 0, unit.id, tasks[0].id or 0


def test_the_status_is_on_the_goal_that_was_asked_about(engine: Engine) -> None:
    occurrence_id, unit_id, _ = moved(engine)
    with transaction(engine) as session:
        assert keep_statuses(session, occurrence_id) == 1
        (found,) = session.exec(select(Goal, GoalStatus).join(GoalStatus, col(GoalStatus.goal_id) == Goal.id))
        goal, status = found
        assert (goal.title, status.status, status.unit_id) == ("Planlagte timer", "gul", unit_id)
        assert keep_statuses(session, occurrence_id) == 0


def test_a_hidden_goal_stays_hidden_where_it_is_not_of_the_units_area_any_more(engine: Engine) -> None:
    occurrence_id, unit_id, task_id = moved(engine)
    with reading(engine) as session:
        found = told_rollup(session, occurrence_id, now=NOW)
        assert [line.answers for line in found.lines] == [{"goals": []}]
        hidden = hidden_places(session, ROOT, 2027)
        answers = session.get_one(Task, task_id).prefill
        assert without_hidden(
            answers,
            hidden,
            groups=["goals"],
            area=DAYCARE,
            unit_id=unit_id,
            asked=asked_goals(session, occurrence_id)[task_id],
        ) == {"goals": []}
