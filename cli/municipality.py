"""A municipality's whole folder into a store: what the import commands do one by one.

Used by the demo, by `simulate` and by tests. Files that are not there are left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, select

from cli.given_file import naming, read_given
from cli.goals_view import keep_file
from cli.wording import language
from config.frames_file import load_frames
from config.goals_file import load_goals
from config.loader import LoadedPlan, load_plan
from config.organisation_words import NO_FILES
from config.plan_checks import Surroundings
from config.strategy_file import load_strategy
from cycle.goals.frame_import import keep_frames
from cycle.goals.strategies import keep_first_version
from cycle.goals.strategy_tree import link_goals
from cycle.organisation.applying import Import
from cycle.organisation.importing import import_leaders, import_meetings, import_units
from cycle.organisation.leader_file import look_into_leaders
from cycle.organisation.tables import Appointment, Unit
from cycle.plan.meeting_files import read_meetings
from cycle.plan.model import FlowName
from cycle.tasks.cycles import start_cycle
from cycle.tasks.figure_file import read_figures
from cycle.tasks.figures import keep_figures, plain_columns
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Cycle, Occurrence

BY = "cli"


@dataclass(frozen=True)
class Folder:
    """Where a municipality's files lie; each may be given a place of its own."""

    plan: Path
    units: Path
    leaders: Path | None = None

    @classmethod
    def at(cls, path: Path) -> "Folder":
        """The usual names in one folder."""
        leaders = path / "leaders.csv"
        return cls(plan=path, units=path / "units.csv", leaders=leaders if leaders.exists() else None)

    @property
    def beside(self) -> Path:
        """The folder of the plan, where goals, strategy, meetings and figures lie."""
        return self.plan if self.plan.is_dir() else self.plan.parent


def load_municipality(session: Session, folder: Folder, *, now: datetime) -> LoadedPlan:
    """Imports units, leaders, meetings, goals, frames and the strategy. Raises Invalid with every fault."""
    loaded = load_organisation(session, folder, now=now)
    load_surroundings(session, folder.beside, loaded, now=now)
    return loaded


def load_organisation(session: Session, folder: Folder, *, now: datetime) -> LoadedPlan:
    """Imports units and leaders alone. Raises Invalid with every fault.

    The plan is checked against these units and leaders, wherever they lie; units without the plan's
    municipality are a bare list, which no plan was written for.
    """
    is_usual = folder == replace(Folder.at(folder.beside), plan=folder.plan)
    loaded = load_plan(folder.plan, organisation=None if is_usual else NO_FILES)
    with naming(folder.units):
        import_units(session, _import(folder.units, loaded, now))
    if folder.leaders is not None:
        with naming(folder.leaders):
            import_leaders(session, _import(folder.leaders, loaded, now))
    if not is_usual and session.get(Unit, loaded.plan.municipality) is not None:
        loaded.check_words(_words(session, folder, loaded))
    return loaded


def _words(session: Session, folder: Folder, loaded: LoadedPlan) -> Surroundings:
    """What the imported organisation knows. Roles are those of the leaders' file, if there is one."""
    units = session.exec(select(Unit).where(Unit.root_id == loaded.plan.municipality)).all()
    roles: set[str] = set()
    if folder.leaders is not None:
        named = look_into_leaders(read_given(folder.leaders)).rows
        roles = {row.role for row in named if row.role} | set(session.exec(select(Appointment.role)).all())
    return Surroundings(
        forms=loaded.forms,
        unit_ids=frozenset(unit.id for unit in units),
        kinds=frozenset(unit.kind for unit in units),
        areas=frozenset(unit.area for unit in units if unit.area),
        roles=frozenset(roles),
        kind_of={unit.id: unit.kind for unit in units},
        units_file=folder.units.name,
        leaders_file=folder.leaders.name if folder.leaders else "leaders.csv",
    )


def load_surroundings(session: Session, beside: Path, loaded: LoadedPlan, *, now: datetime) -> None:
    """Meetings, goals, frames and strategy, as far as there are files for them."""
    root_id = loaded.plan.municipality
    if (file := beside / "meetings.csv").exists():
        with naming(file):
            given = _import(file, loaded, now)
            import_meetings(session, root_id, read_meetings(given.data), given)
    if (file := beside / "goals.yaml").exists():
        keep_file(session, load_goals(file), root_id=root_id, by=BY, now=now)
    if (file := beside / "frames.yaml").exists():
        frames = load_frames(file)
        approved = frames.decision()
        keep_frames(session, frames.texts(), root_id=root_id, approved=approved, by=BY, now=now)
    if (file := beside / "strategy.yaml").exists():
        strategy = load_strategy(file).text()
        keep_first_version(session, strategy, root_id=root_id, by=BY, now=now)
        link_goals(session, root_id)


def start_years(
    session: Session, loaded: LoadedPlan, years: Iterable[int], beside: Path | None, *, now: datetime
) -> list[Cycle]:
    """Starts the plan's cycles with the figures that lie in the folder `beside`.

    `budget.csv` is for every budget call, `figures/ACTIVITY.csv` for the activity of that id.
    """
    cycles = [start_cycle(session, loaded.draft, year=year, by=BY, now=now) for year in years]
    if beside is None:
        return cycles
    planned = select(Occurrence).where(
        Occurrence.root_id == loaded.plan.municipality, Occurrence.state == OccurrenceState.PLANNED
    )
    for occurrence in session.exec(planned).all():
        is_call = occurrence.flow == FlowName.BUDGET_CALL.value
        file = beside / ("budget.csv" if is_call else f"figures/{occurrence.activity_id}.csv")
        if file.exists():
            _keep_figures_of(session, occurrence, file, now)
    return cycles


def _keep_figures_of(session: Session, occurrence: Occurrence, file: Path, now: datetime) -> None:
    with naming(file):
        plain = plain_columns(occurrence)
        sheet = read_figures(read_given(file), plain=plain, language=language())
        keep_figures(session, occurrence, sheet, by=BY, now=now)


def _import(file: Path, loaded: LoadedPlan, now: datetime) -> Import:
    return Import(
        file_name=file.name,
        data=read_given(file),
        by=BY,
        now=now,
        today=loaded.calendar.local_date(now),
        confirmed=True,
        language=language(),
    )
