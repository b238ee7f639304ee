"""Starting a year: the plan becomes a revision with dated occurrences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from cycle import history
from cycle.calendar import WorkingCalendar
from cycle.danish import format_date
from cycle.errors import PlanInvalid, Problem
from cycle.organisation.tables import Meeting, Unit
from cycle.plan.certain import marked
from cycle.plan.meetings import MeetingDay
from cycle.plan.model import Activity, Plan, PlanKind, ReminderRule
from cycle.plan.resolve import resolve
from cycle.plan.resolved import ResolvedActivity
from cycle.tasks.forms import HOMEWORK, Form
from cycle.tasks.overspend import OVERSPEND
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Cycle, CycleRevision, FormVersion, Occurrence

RULES = TypeAdapter(tuple[ReminderRule, ...])
PREPARATION = "preparation/form"
"""The place of the confidential preparation's form among an occurrence's forms; no stage can have this id."""


@dataclass(frozen=True)
class Draft:
    """What the files in `config/` say, loaded and checked: the input of `start_cycle` and `revise_cycle`.

    `sources` holds the files' texts by name, kept with the revision for reading.
    """

    plan: Plan
    forms: Mapping[str, Form]
    calendar: WorkingCalendar
    sources: Mapping[str, str] = field(default_factory=dict)


def start_cycle(session: Session, draft: Draft, *, year: int, by: str, now: datetime, why: str = "") -> Cycle:
    """Starts the plan's year: revision 1 and one occurrence per activity.

    `year` is the calendar year activities open in (a school year's first). An activity whose deadline
    was over before today is kept as cancelled with a note: nobody is asked for what is late from the
    start. One that should be open already, and is not due yet, opens at once.
    Raises PlanInvalid when the municipality is unknown, the year (or the process, which runs once) was
    started already, a date does not resolve, or every deadline is over.
    """
    plan = draft.plan
    _check_start(session, plan, year)
    resolved = resolve(plan, year, draft.calendar, meetings_of(session, plan.municipality))
    cycle = Cycle(
        root_id=plan.municipality,
        plan_id=plan.id,
        year=year,
        title=_year_title(plan, year),
        kind=plan.kind,
    )
    session.add(cycle)
    session.flush()
    revision = new_revision(session, cycle, draft, by=by, now=now, why=why)
    versions = keep_forms(session, cycle.root_id, draft.forms)
    planned = [
        plan_occurrence(
            cycle,
            revision,
            activity,
            occurrence_values(activity, resolved[activity.id], draft, versions),
            draft.calendar,
            now,
        )
        for activity in plan.activities
    ]
    _check_something_left(plan, planned)
    session.add_all(planned)
    session.flush()
    _record(session, cycle, revision, verb="start", by=by, now=now, why=why)
    return cycle


def _check_start(session: Session, plan: Plan, year: int) -> None:
    if session.get(Unit, plan.municipality) is None:
        what = f"Enheden {plan.municipality} findes ikke."
        raise PlanInvalid(
            [Problem("municipality", what, "Indlæs enhederne først: aarshjul import units FIL.")]
        )
    started = find_cycle(session, plan, year) or _same_process(session, plan)
    if started is not None:
        title = plan.title if plan.kind is PlanKind.PROCESS else f"{plan.title} {year}"
        what = f"{title} er allerede startet."
        cure = f"Ændr det med aarshjul cycle revise {started.year} --plan MAPPE --why GRUND."
        raise PlanInvalid([Problem(plan.id, what, cure)])


def _same_process(session: Session, plan: Plan) -> Cycle | None:
    """A process runs once, whatever year it is started under."""
    same = select(Cycle).where(Cycle.root_id == plan.municipality, Cycle.plan_id == plan.id)
    return session.exec(same).first() if plan.kind is PlanKind.PROCESS else None


def _check_something_left(plan: Plan, planned: Sequence[Occurrence]) -> None:
    if planned and all(row.state is OccurrenceState.CANCELLED for row in planned):
        last = format_date(max(row.due_on for row in planned))
        what = f"Alle frister i planen er gået; den sidste var {last}."
        cure = "Ret datoerne i planen, eller start et senere år."
        raise PlanInvalid([Problem(plan.id, what, cure)])


def find_cycle(session: Session, plan: Plan, year: int) -> Cycle | None:
    """The plan's cycle of that year, if it was started."""
    return session.exec(
        select(Cycle).where(Cycle.root_id == plan.municipality, Cycle.plan_id == plan.id, Cycle.year == year)
    ).first()


def meetings_of(session: Session, root_id: str) -> dict[str, list[MeetingDay]]:
    """The meetings of every body of the municipality, in order of date."""
    days: dict[str, list[MeetingDay]] = {}
    for row in session.exec(select(Meeting).where(Meeting.root_id == root_id).order_by(col(Meeting.held_on))):
        day = MeetingDay(
            body=row.body, held_on=row.held_on, agenda_deadline_on=row.agenda_deadline_on, title=row.title
        )
        days.setdefault(row.body, []).append(day)
    return days


def new_revision(
    session: Session, cycle: Cycle, draft: Draft, *, by: str, now: datetime, why: str
) -> CycleRevision:
    """Writes the next numbered revision of the cycle."""
    assert cycle.id is not None
    newest = session.exec(
        select(CycleRevision.no)
        .where(CycleRevision.cycle_id == cycle.id)
        .order_by(col(CycleRevision.no).desc())
        .limit(1)
    ).first()
    revision = CycleRevision(
        cycle_id=cycle.id,
        no=(newest or 0) + 1,
        plan=draft.plan.model_dump_json(),
        sources=dict(draft.sources),
        calendar=draft.calendar.to_json(),
        by=by,
        at=now,
        why=why,
    )
    session.add(revision)
    session.flush()
    return revision


def newest_revision(session: Session, cycle_id: int) -> CycleRevision:
    """What the year is planned to be now. Raises NoResultFound for an unknown cycle."""
    revisions = select(CycleRevision).where(CycleRevision.cycle_id == cycle_id)
    return session.exec(revisions.order_by(col(CycleRevision.no).desc()).limit(1)).one()


def keep_forms(session: Session, root_id: str, forms: Mapping[str, Form]) -> dict[str, int]:
    """The version id of each form: the newest stored one when it is the same, else a new version."""
    versions: dict[str, int] = {}
    for form_id, form in sorted(forms.items()):
        spec = form.model_dump_json()
        newest = session.exec(
            select(FormVersion)
            .where(FormVersion.root_id == root_id, FormVersion.form_id == form_id)
            .order_by(col(FormVersion.version).desc())
            .limit(1)
        ).first()
        if newest is None or newest.spec != spec:
            version = newest.version + 1 if newest else 1
            newest = FormVersion(root_id=root_id, form_id=form_id, version=version, spec=spec)
            session.add(newest)
            session.flush()
        assert newest.id is not None
        versions[form_id] = newest.id
    return versions


def newest_forms(session: Session, root_id: str) -> dict[str, Form]:
    """The newest version of every form of the municipality."""
    rows = session.exec(
        select(FormVersion).where(FormVersion.root_id == root_id).order_by(col(FormVersion.version))
    )
    return {row.form_id: Form.model_validate_json(row.spec) for row in rows}


def occurrence_values(
    activity: Activity, dates: ResolvedActivity, draft: Draft, versions: Mapping[str, int]
) -> dict[str, object]:
    """The columns of an occurrence that follow from the plan: dates, texts, rules, form."""
    calendar = draft.calendar
    rules = RULES.dump_json(draft.plan.rules_for(activity)).decode()
    return {
        "title": activity.title,
        "flow": activity.flow.value,
        "concerns_year": dates.concerns_year,
        "opens_at": calendar.opening(dates.opens_on),
        "due_on": dates.due_on,
        "closes_at": calendar.end_of(dates.closes_on),
        "stage_due": {stage: due.isoformat() for stage, due in dates.stage_due.items()},
        "form_version_id": versions.get(activity.form) if activity.form else None,
        "stage_forms": _other_forms(activity, versions),
        "erase_at": calendar.opening(dates.erased_on) if dates.erased_on else None,
        "activity": marked(activity, dates).model_dump_json(),
        "rules": rules,
        "note": "; ".join(dates.notes),
    }


def _other_forms(activity: Activity, versions: Mapping[str, int]) -> dict[str, int]:
    """The form versions of the stages, of the follow-up on figures, of homework, and of the preparation."""
    named = {stage.id: stage.form for stage in activity.stages}
    named[OVERSPEND] = activity.figures.form if activity.figures else None
    named[HOMEWORK] = activity.meetings.homework if activity.meetings else None
    named[PREPARATION] = activity.preparation.form if activity.preparation else None
    return {place: versions[form] for place, form in named.items() if form}


def _year_title(plan: Plan, year: int) -> str:
    """ "Styringsårshjul for BUF 2027"; a process has fixed dates, and a school year two calendar years."""
    if plan.kind is PlanKind.PROCESS:
        return plan.title
    return f"{plan.title} {year}" if plan.starts == 1 else f"{plan.title} {year}/{(year + 1) % 100:02d}"


def plan_occurrence(
    cycle: Cycle,
    revision: CycleRevision,
    activity: Activity,
    values: Mapping[str, object],
    calendar: WorkingCalendar,
    now: datetime,
) -> Occurrence:
    """The row of an activity not yet open; cancelled with a note when its deadline is over already."""
    occurrence = Occurrence(
        root_id=cycle.root_id,
        cycle_id=cycle.id or 0,
        revision_id=revision.id or 0,
        activity_id=activity.id,
        **values,  # type: ignore[arg-type]  # columns by name, checked by the table
    )
    today = calendar.local_date(now)
    if occurrence.due_on < today:
        occurrence.state = OccurrenceState.CANCELLED
        what = "årshjulet blev startet" if revision.no == 1 else "aktiviteten kom med i planen"
        occurrence.note = f"Fristen var gået, da {what} {format_date(today)}"
    return occurrence


def _record(
    session: Session, cycle: Cycle, revision: CycleRevision, *, verb: str, by: str, now: datetime, why: str
) -> None:
    history.record(
        session,
        root_id=cycle.root_id,
        at=now,
        actor=by,
        verb=verb,
        thing=f"cycle:{cycle.id}",
        why=why,
        data={"revision": revision.no, "year": cycle.year},
    )
