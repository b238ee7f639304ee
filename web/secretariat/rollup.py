"""The roll-up of an activity: every unit counted, every section shown, written or not."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from cycle.access.rules import Thing, Verb
from cycle.errors import NotFound
from cycle.goals.told_rollup import FOLLOWING_GOALS
from cycle.organisation.tables import Unit
from cycle.tasks.calendars import calendar_of
from cycle.tasks.fates import Asked
from cycle.tasks.forms import Form
from cycle.tasks.releases import versions
from cycle.tasks.rollup import Outcome, Section
from cycle.tasks.rollup_counts import Counts, Named, counts_by_home, lines_of, sections_of
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import FormVersion, Release
from cycle.tasks.titles import title_in
from documents.rollup_document import above
from web import context, render
from web.plain import Id, readable
from web.secretariat.pages import show
from web.secretariat.reach import Reach, reach_released, title_of
from web.session import CurrentActor
from web.shown import Shown, shown_answers

router = APIRouter()
MOST = 500
"""Units that are all shown on one page; of more, those of one place at a time."""


@dataclass(frozen=True)
class Written:
    """What one level wrote; `shown` is empty when nothing is written yet."""

    section: Section
    shown: tuple[Shown, ...]


@dataclass(frozen=True)
class Branch:
    """A unit that has others below it, with its counts, what it wrote, and its own answering units.

    `own` is how many it has; `lines` are empty where there are too many on the page to show them unasked.
    """

    unit: Unit
    depth: int
    counts: Mapping[Outcome, int]
    written: Sequence[Written]
    own: int
    lines: Sequence[Named]

    @property
    def total(self) -> int:
        """How many units are counted here."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Told:
    """A roll-up in numbers: the units right below each path (`homes`), and what was written above them.

    `lines` gives those right below these paths.
    """

    homes: Counts
    sections: Sequence[Section]
    lines: Callable[[Sequence[str]], Sequence[Named]]

    def counts(self, below: str = "/") -> dict[Outcome, int]:
        """Units by outcome, below a unit path; every outcome is a key."""
        found: Counter[Outcome] = Counter()
        for home, counts in self.homes.items():
            if home.startswith(below):
                found.update(counts)
        return {outcome: found[outcome] for outcome in Outcome}


@router.get("/afrapportering/{occurrence_id}")
def rollup(
    request: Request, actor: CurrentActor, occurrence_id: Id, udgave: int | None = None, enheder: str = ""
) -> Response:
    """The roll-up as it stands, or one released version of it; `enheder` is a unit whose own are shown."""
    with context.reading(request) as session:
        found = reach_released(session, actor, occurrence_id)
        released = versions(session, occurrence_id)
        version = chosen_version(released, udgave, must=found.thing is Thing.RELEASED)
        paths, wanted = found.paths_for(Verb.SEE_UNIT), readable(enheder)
        told = _released(version, paths) if version else _as_it_stands(session, request, found, paths)
        return show(
            request,
            "rollup.html",
            it=found.occurrence,
            title=title_of(found.activity, render.language_of(request)),
            stage=lambda title: title_in(render.language_of(request), title, found.occurrence),
            concerns=version.content["concerns_year"] if version else found.occurrence.concerns_year,
            branches=_branches(session, request, found, told, wanted),
            asked=wanted,
            counts=(counts := told.counts()),
            total=sum(counts.values()),
            outcomes=list(Outcome),
            version=version,
            nothing=version is None and _is_called_off(found, told),
            versions=released,
            partial=paths != (found.root_path,),
            ordinary=found.thing is not Thing.RELEASED,
            export=bool(found.paths_for(Verb.EXPORT)),
            goals=found.activity.flow in FOLLOWING_GOALS,
        )


def _as_it_stands(session: Session, request: Request, found: Reach, paths: tuple[str, ...]) -> Told:
    calendar = calendar_of(session, found.occurrence)
    asked = Asked(found.occurrence, paths, calendar.local_date(context.now(request)), calendar)
    homes, sections = counts_by_home(session, asked), sections_of(session, asked)
    return Told(homes, sections, lambda homes: lines_of(session, asked, homes))


def _is_called_off(found: Reach, told: Told) -> bool:
    """Whether the activity is cancelled and nobody had answered or written anything."""
    replied = any(number for outcome, number in told.counts().items() if outcome is not Outcome.WAIVED)
    written = any(section.answers is not None for section in told.sections)
    return found.occurrence.state is OccurrenceState.CANCELLED and not replied and not written


def _released(version: Release, paths: tuple[str, ...]) -> Told:
    """What was released, of units below the paths."""
    homes: dict[str, list[Named]] = {}
    for line in version.content["lines"]:
        if line["path"].startswith(paths):
            home = (above(line["path"]) or [line["path"]])[-1]
            named = Named(line["task_id"], line["unit"], home, Outcome(line["outcome"]))
            homes.setdefault(home, []).append(named)
    sections = (Section(**each) for each in version.content["sections"])
    return Told(
        {home: Counter(line.outcome for line in lines) for home, lines in homes.items()},
        [each for each in sections if each.path.startswith(paths)],
        lambda wanted: [line for home in wanted for line in homes.get(home, ())],
    )


def chosen_version(released: Sequence[Release], wanted: int | None, *, must: bool) -> Release | None:
    """The version that was asked for; without a wish none, or the newest when it `must` be a released one."""
    if wanted is None:
        return released[-1] if must else None
    chosen = next((release for release in released if release.version == wanted), None)
    if chosen is None:
        raise NotFound("release", wanted)
    return chosen


def _branches(session: Session, request: Request, found: Reach, told: Told, asked: str) -> list[Branch]:
    """The tree above the answering units, from the municipality down; nobody is left out."""
    needed = {section.path for section in told.sections}
    for home in told.homes:
        needed |= {*above(home), home}
    query = select(Unit).where(Unit.root_id == found.occurrence.root_id, col(Unit.path).in_(needed))
    units = {unit.path: unit for unit in session.exec(query)}
    shown = [home for home in told.homes if home in units and units[home].id == asked]
    every = sum(told.counts().values()) <= MOST
    lines: dict[str, list[Named]] = {}
    for line in told.lines(list(told.homes) if every else shown):
        lines.setdefault(line.home, []).append(line)
    written = _by_path(request, told.sections, _forms(session, told.sections))
    return [
        Branch(
            unit=units[path],
            depth=path.count("/") - 2,
            counts=told.counts(path),
            written=written.get(path, []),
            own=sum(told.homes.get(path, {}).values()),
            lines=lines.get(path, []),
        )
        for path in sorted(needed)
        if path in units and len(found.root_path) <= len(path)
    ]


def _by_path(
    request: Request, sections: Sequence[Section], forms: Mapping[int, Form]
) -> dict[str, list[Written]]:
    language = render.language_of(request)
    found: dict[str, list[Written]] = {}
    for section in sections:
        form = forms.get(section.form_version_id or 0)
        shown = shown_answers(form, section.answers, {}, language) if form and section.answers else ()
        found.setdefault(section.path, []).append(Written(section, shown))
    return found


def _forms(session: Session, sections: Sequence[Section]) -> dict[int, Form]:
    ids = {section.form_version_id for section in sections if section.form_version_id}
    rows: Any = session.exec(select(FormVersion).where(col(FormVersion.id).in_(ids)))
    return {row.id: Form.model_validate_json(row.spec) for row in rows}
