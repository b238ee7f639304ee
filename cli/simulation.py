"""A dry run of a year on a store in memory: no mail leaves, no Prefect, the same rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, select

from cli.demo.direct import DirectDriver
from cli.demo.play import Player, Progress
from cli.given_file import read_given
from cli.invented_leaders import gather_under, invent_figures, invent_leaders
from cli.municipality import Folder, load_organisation, load_surroundings, start_years
from cli.simulated_people import SimulatedPeople
from cli.simulation_report import Report, report
from cli.simulation_words import tell
from config.loader import LoadedPlan
from config.settings import Settings, load_settings
from cycle.errors import Invalid, Problem
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Unit
from cycle.organisation.unit_file import read_units
from cycle.store import make_engine, reading, transaction
from cycle.tables import METADATA
from cycle.tasks.tables import Occurrence
from flows.due_work import first_sweep
from flows.runtime import DemoClock, Runtime

SETTINGS = {"data_dir": Path("/nonexistent"), "smtp_host": "localhost", "mail_from": "simulation@localhost"}


@dataclass(frozen=True)
class Options:
    """What is simulated. `answers`: invented leaders answer at realistic rates, else nobody does."""

    folder: Folder
    year: int
    answers: bool = True
    most_deadlines_a_week: int = 3


def simulate(options: Options, progress: Progress | None = None) -> Report:
    """Plays the activities that open in `options.year` to their end. Raises Invalid for wrong files,
    and when no unit has anything to do."""
    settings = load_settings(**SETTINGS)
    engine = make_engine("sqlite://")
    METADATA.create_all(engine)
    begin = datetime(options.year, 1, 1, 4, tzinfo=settings.zone)
    with transaction(engine) as session:
        loaded = _load(session, options, begin)
    with reading(engine) as session:
        last = session.exec(select(sa.func.max(Occurrence.closes_at))).one()
        sweeps = _sweeps(session, loaded, settings, begin)
    player = _player(options, loaded, DemoClock(begin), engine, settings, sweeps)
    player.play(last + timedelta(days=1), progress)
    with reading(engine) as session:
        told = report(
            session,
            loaded,
            year=options.year,
            units=_count(options.folder.units),
            most_deadlines_a_week=options.most_deadlines_a_week,
            answers=player.people.answered if player.people else 0,
        )
    if not told.tasks:
        name = options.folder.units.name
        raise Invalid([Problem(name, tell("no tasks", file=name), tell("mend units"))])
    return told


def _count(units: Path) -> int:
    """The units of the file, without municipalities that a flat file only names."""
    return sum(1 for row in read_units(read_given(units)).rows if row.number)


def _load(session: Session, options: Options, begin: datetime) -> LoadedPlan:
    """The municipality and its year. A bare list of units gets a root, leaders and figures."""
    folder = options.folder
    loaded = load_organisation(session, folder, now=begin)
    root_id = loaded.plan.municipality
    if session.get(Unit, root_id) is None:
        gather_under(session, root_id, loaded.plan.title)
    is_bare = folder.leaders is None
    if is_bare:
        invent_leaders(session, root_id, since=begin.date())
    load_surroundings(session, folder.beside, loaded, now=begin)
    start_years(session, loaded, [options.year], None if is_bare else folder.beside, now=begin)
    if is_bare:
        invent_figures(session, root_id)
    return loaded


def _sweeps(session: Session, loaded: LoadedPlan, settings: Settings, begin: datetime) -> list[datetime]:
    """When the engine's morning sweep finds a post with somebody else in it (UTC): a handover takes effect
    on the first weekday from its date. On the other mornings a sweep finds nothing where all goes right."""
    directory = Directory.load(session, loaded.plan.municipality, begin.date())
    mornings = {first_sweep(day, settings.zone) for day in directory.changes()}
    return sorted(morning for morning in mornings if morning > begin)


def _player(
    options: Options,
    loaded: LoadedPlan,
    clock: DemoClock,
    engine: sa.Engine,
    settings: Settings,
    sweeps: Sequence[datetime],
) -> Player:
    runtime = Runtime(engine, settings, clock, still={}, makes_documents=False)
    people = None
    if options.answers:
        people = SimulatedPeople(
            engine, loaded.plan.municipality, loaded.calendar, organisation_stands_still=True
        )
    driver = DirectDriver(runtime, {loaded.plan.municipality: sweeps})
    return Player(engine, settings, clock, driver, people, stops=sweeps)
