"""A small invented municipality, its year and its answers, built with few statements.

    town = municipality.build(session)                       # 2 areas, 4 districts, 12 units, leaders
    cycle = municipality.start_cycle(session, town, 2027)
    occurrence = municipality.add_occurrence(session, town, cycle, "kvartalsrapport-1")
    tasks = municipality.add_tasks(session, town, occurrence)
    municipality.answer(session, tasks[0], at=instant(2027, 4, 12))

Persons and addresses are invented; ids are given by the store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.calendar import WorkingCalendar
from cycle.organisation.tables import Address, Appointment, Ownership, Person, Unit
from cycle.plan.model import Activity, Audience, FlowName, Plan, Ring, When, Window
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.states import Channel, OccurrenceState, SubmissionKind, TaskKind, TaskState
from cycle.tasks.tables import Cycle, CycleRevision, FormVersion, Occurrence, Submission, Task

ROOT = "BY"
COPENHAGEN = ZoneInfo("Europe/Copenhagen")
SINCE = date(2026, 8, 1)

FORM = Form(
    id="kort-rapport",
    title="Kort rapport",
    nil_allowed=True,
    fields=(
        Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status"),
        Field(id="beloeb", type=FieldType.AMOUNT, label="Forventet resultat"),
        Field(id="bemaerkning", type=FieldType.LONG_TEXT, label="Bemærkninger", required=False),
    ),
)

ANSWERS: dict[str, Any] = {
    "status": {"light": "gul", "comment": "Sygefraværet er steget."},
    "beloeb": "14500000.00",
    "bemaerkning": "Vi følger op i maj.",
}


@dataclass
class Town:
    """What `build` made. `units` are the units that answer, in order of path."""

    root_id: str
    units: list[str] = field(default_factory=list)
    districts: list[str] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    leaders: dict[str, int] = field(default_factory=dict)


def instant(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A local time of the municipality as an instant."""
    return datetime(year, month, day, hour, minute, tzinfo=COPENHAGEN).astimezone(UTC)


def opening(day: date) -> datetime:
    """06:00 local."""
    return datetime.combine(day, time(6), COPENHAGEN).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first instant of the next local day."""
    return datetime.combine(day + timedelta(days=1), time(0), COPENHAGEN).astimezone(UTC)


def build(session: Session, *, root_id: str = ROOT, units_per_district: int = 3, districts: int = 2) -> Town:
    """Two areas (Skoler, Institutioner) with `districts` districts each and units under them, all led."""
    town = Town(root_id)
    rows = [_unit(root_id, None, f"/{root_id}/", "Byby Kommune", "kommune")]
    office = f"{root_id}-BU"
    rows.append(
        _unit(root_id, root_id, f"/{root_id}/{office}/", "Børn og unge", "forvaltning", unit_id=office)
    )
    for area, kind in (("Skoler", "skole"), ("Institutioner", "daginstitution")):
        area_id = f"{root_id}-{area[:2].upper()}"
        area_path = f"/{root_id}/{office}/{area_id}/"
        town.areas.append(area_id)
        rows.append(_unit(root_id, office, area_path, area, "område", unit_id=area_id, area=area))
        for d in range(1, districts + 1):
            district_id, name = f"{area_id}-D{d}", f"Distrikt {d}"
            path = f"{area_path}{district_id}/"
            town.districts.append(district_id)
            title = f"{area} · {name}"
            rows.append(_unit(root_id, area_id, path, title, "distrikt", unit_id=district_id, area=area))
            for n in range(1, units_per_district + 1):
                unit_id = f"{district_id}-{n:03d}"
                town.units.append(unit_id)
                title = f"{kind.capitalize()} {d}.{n} Ærø"
                leaf = _unit(
                    root_id, district_id, f"{path}{unit_id}/", title, kind, unit_id=unit_id, area=area
                )
                rows.append({**leaf, "district": name, "ownership": Ownership.MUNICIPAL})
    session.execute(sa.insert(Unit), rows)
    roles = {"kommune": "kommunaldirektør", "forvaltning": "direktør", "område": "områdechef"}
    roles["distrikt"] = "distriktschef"
    appoint(session, town, {row["id"]: roles.get(row["kind"], "leder") for row in rows})
    return town


def appoint(session: Session, town: Town, posts: Mapping[str, str]) -> None:
    """Gives each post (unit -> role) a holder with an address."""
    people = [
        {"root_id": town.root_id, "key": f"{u}/{role}", "name": f"Leder af {u}"} for u, role in posts.items()
    ]
    session.execute(sa.insert(Person), people)
    keys = select(Person.key, Person.id).where(Person.root_id == town.root_id)
    ids = {key.split("/")[0]: int(person_id or 0) for key, person_id in session.exec(keys)}
    town.leaders.update({unit: ids[unit] for unit in posts})
    session.execute(
        sa.insert(Appointment),
        [{"unit_id": u, "role": r, "person_id": ids[u], "valid_from": SINCE} for u, r in posts.items()],
    )
    session.execute(
        sa.insert(Address),
        [
            {"person_id": ids[u], "email": f"{u.lower()}@{town.root_id.lower()}.example", "valid_from": SINCE}
            for u in posts
        ],
    )


def start_cycle(session: Session, town: Town, year: int = 2027, *, form: Form = FORM) -> Cycle:
    """A cycle with one revision and one form version."""
    cycle = Cycle(root_id=town.root_id, plan_id="hjul", year=year, title=f"Årshjul {year}")
    session.add(cycle)
    session.flush()
    plan = Plan(kind="wheel", id="hjul", title="Styringsårshjul", municipality=town.root_id, activities=())
    session.add(
        CycleRevision(
            cycle_id=_id(cycle.id),
            no=1,
            plan=plan.model_dump_json(),
            calendar=WorkingCalendar().to_json(),
            by="cli",
            at=opening(SINCE),
            why="Første udgave",
        )
    )
    known = select(FormVersion).where(FormVersion.root_id == town.root_id, FormVersion.form_id == form.id)
    if session.exec(known).first() is None:
        spec = form.model_dump_json()
        session.add(FormVersion(root_id=town.root_id, form_id=form.id, version=1, spec=spec))
    session.flush()
    return cycle


def add_occurrence(
    session: Session,
    town: Town,
    cycle: Cycle,
    activity_id: str = "kvartalsrapport-1",
    *,
    title: str = "Kvartalsrapport 1",
    flow: FlowName = FlowName.QUARTERLY_REPORT,
    ring: Ring = Ring.FOLLOW_UP,
    concerns: Literal[-1, 0, 1] = 0,
    opens_on: date = date(2027, 4, 1),
    due_on: date = date(2027, 4, 20),
    closes_on: date = date(2027, 4, 30),
    state: OccurrenceState = OccurrenceState.OPEN,
    activity: Activity | None = None,
) -> Occurrence:
    """An activity of the cycle with real dates."""
    activity = activity or Activity(
        id=activity_id,
        title=title,
        flow=flow,
        ring=ring,
        concerns=concerns,
        window=Window(opens=When(date="1. april"), due=When(date="20. april"), closes=When(date="30. april")),
        audience=Audience(kinds=("skole", "daginstitution")),
        form=FORM.id,
    )
    revision = session.exec(select(CycleRevision).where(CycleRevision.cycle_id == cycle.id)).one()
    form = session.exec(select(FormVersion).where(FormVersion.root_id == town.root_id)).first()
    occurrence = Occurrence(
        root_id=town.root_id,
        cycle_id=_id(cycle.id),
        revision_id=_id(revision.id),
        activity_id=activity.id,
        flow=activity.flow.value,
        title=activity.title,
        concerns_year=cycle.year + activity.concerns,
        opens_at=opening(opens_on),
        due_on=due_on,
        closes_at=end_of(closes_on),
        state=state,
        form_version_id=form.id if form else None,
        activity=activity.model_dump_json(),
        opened_at=opening(opens_on) if state is not OccurrenceState.PLANNED else None,
        closed_at=end_of(closes_on) if state is OccurrenceState.CLOSED else None,
    )
    session.add(occurrence)
    session.flush()
    return occurrence


def add_tasks(
    session: Session,
    town: Town,
    occurrence: Occurrence,
    *,
    units: Sequence[str] | None = None,
    kind: TaskKind = TaskKind.ANSWER,
    role: str = "leder",
    state: TaskState = TaskState.OPEN,
) -> list[Task]:
    """One task for each unit (all that answer, when none are named), in order of unit."""
    rows: list[dict[str, Any]] = [
        {
            "occurrence_id": occurrence.id,
            "unit_id": unit,
            "role": role,
            "subject": "" if kind is TaskKind.ANSWER else kind.value,
            "kind": kind,
            "title": occurrence.title,
            "state": state,
            "opened_at": occurrence.opens_at,
            "due_on": occurrence.due_on,
            "original_due_on": occurrence.due_on,
            "form_version_id": occurrence.form_version_id,
            "prefill": {},
        }
        for unit in (town.units if units is None else units)
    ]
    session.execute(sa.insert(Task), rows)
    found = select(Task).where(Task.occurrence_id == occurrence.id, Task.kind == kind).order_by(Task.unit_id)
    return list(session.exec(found))


def answer(
    session: Session,
    task: Task,
    *,
    at: datetime,
    answers: Mapping[str, Any] | None = None,
    kind: SubmissionKind = SubmissionKind.COMPLETE,
    state: TaskState = TaskState.SUBMITTED,
    version: int = 1,
) -> Submission:
    """An answer as the store would hold it after a submit (and a review, when `state` says so)."""
    given = {} if kind is SubmissionKind.NIL else dict(ANSWERS if answers is None else answers)
    submission = Submission(
        task_id=_id(task.id),
        version=version,
        kind=kind,
        answers=given,
        form_version_id=task.form_version_id,
        channel=Channel.WEB,
        by=f"unit:{task.unit_id}",
        received_at=at,
        once=f"{task.id}:{version}",
    )
    session.add(submission)
    session.flush()
    session.execute(
        sa.update(Task)
        .where(col(Task.id) == task.id)
        .values(
            state=state,
            received_at=task.received_at or at,
            due_when_received=task.due_when_received or task.due_on,
        )
        .execution_options(synchronize_session=False)
    )
    session.refresh(task)
    return submission


def _unit(
    root_id: str,
    parent_id: str | None,
    path: str,
    name: str,
    kind: str,
    *,
    unit_id: str | None = None,
    area: str = "",
) -> dict[str, Any]:
    return {
        "id": unit_id or root_id,
        "parent_id": parent_id,
        "root_id": root_id,
        "path": path,
        "name": name,
        "kind": kind,
        "area": area,
        "ownership": Ownership.NONE,
        "district": "",
        "postal_code": "",
    }


def _id(value: int | None) -> int:
    assert value is not None
    return value
