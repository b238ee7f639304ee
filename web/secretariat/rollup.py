"""The roll-up of an activity: every unit counted, every section shown, written or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from cycle.access.rules import Thing, Verb
from cycle.errors import NotFound
from cycle.goals.told_rollup import FOLLOWING_GOALS, told_rollup
from cycle.organisation.tables import Unit
from cycle.tasks.forms import Form
from cycle.tasks.releases import versions
from cycle.tasks.rollup import Line, Outcome, Rollup, Section, from_json
from cycle.tasks.tables import FormVersion, Release
from documents.rollup_document import above, within
from web import context, render
from web.plain import Id
from web.secretariat.pages import show
from web.secretariat.reach import Reach, reach_released, title_of
from web.session import CurrentActor
from web.shown import Shown, shown_answers

router = APIRouter()


@dataclass(frozen=True)
class Written:
    """What one level wrote; `shown` is empty when nothing is written yet."""

    section: Section
    shown: tuple[Shown, ...]


@dataclass(frozen=True)
class Branch:
    """A unit that has others below it, with its counts, what it wrote, and its own answering units."""

    unit: Unit
    depth: int
    counts: Mapping[Outcome, int]
    written: Sequence[Written]
    lines: Sequence[Line]

    @property
    def total(self) -> int:
        """How many units are counted here."""
        return sum(self.counts.values())


@router.get("/afrapportering/{occurrence_id}")
def rollup(request: Request, actor: CurrentActor, occurrence_id: Id, udgave: int | None = None) -> Response:
    """The roll-up as it stands, or one released version of it."""
    with context.reading(request) as session:
        found = reach_released(session, actor, occurrence_id)
        released = versions(session, occurrence_id)
        version = chosen_version(released, udgave, must=found.thing is Thing.RELEASED)
        whole = (
            from_json(version.content)
            if version
            else told_rollup(session, occurrence_id, now=context.now(request))
        )
        seen = within(whole, found.paths_for(Verb.SEE_UNIT))
        return show(
            request,
            "rollup.html",
            it=found.occurrence,
            title=title_of(found.activity, render.language_of(request)),
            rollup=seen,
            branches=_branches(session, request, found, seen),
            counts=seen.counts(),
            outcomes=list(Outcome),
            version=version,
            versions=released,
            partial=found.paths_for(Verb.SEE_UNIT) != (found.root_path,),
            ordinary=found.thing is not Thing.RELEASED,
            export=bool(found.paths_for(Verb.EXPORT)),
            goals=found.activity.flow in FOLLOWING_GOALS,
        )


def chosen_version(released: Sequence[Release], wanted: int | None, *, must: bool) -> Release | None:
    """The version that was asked for; without a wish none, or the newest when it `must` be a released one."""
    if wanted is None:
        return released[-1] if must else None
    chosen = next((release for release in released if release.version == wanted), None)
    if chosen is None:
        raise NotFound("release", wanted)
    return chosen


def _branches(session: Session, request: Request, found: Reach, seen: Rollup) -> list[Branch]:
    """The tree above the answering units, from the municipality down; nobody is left out."""
    units = {
        unit.path: unit for unit in session.exec(select(Unit).where(Unit.root_id == found.occurrence.root_id))
    }
    needed: set[str] = {section.path for section in seen.sections}
    for line in seen.lines:
        needed |= set(above(line.path))
    forms = _forms(session, seen.sections)
    written = _by_path(request, seen.sections, forms)
    lines: dict[str, list[Line]] = {}
    for line in seen.lines:
        lines.setdefault(above(line.path)[-1] if above(line.path) else line.path, []).append(line)
    return [
        Branch(
            unit=units[path],
            depth=path.count("/") - 2,
            counts=seen.counts(path),
            written=written.get(path, []),
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
