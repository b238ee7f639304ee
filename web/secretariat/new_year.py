"""A plan's year started on a page, also the very first: a plan is chosen or sent, seen, then started.

GET  /nyt-aarshjul        the plans that come with Aarshjul, and the upload
POST /nyt-aarshjul/vis    the files, and what the year would be by them; changes nothing
POST /nyt-aarshjul        starts the year as it was shown
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from config.loader import LoadedPlan
from config.sent_files import load_sent, shipped_files, shipped_plans, sorted_files
from cycle.access.rules import Verb
from cycle.errors import PlanInvalid, Problem
from cycle.foresight.owed import Known, known
from cycle.organisation.tables import Unit
from cycle.plan.difference import doubtful_dates
from cycle.plan.resolve import resolve
from cycle.store import tried
from cycle.tasks.cycles import find_cycle, meetings_of, start_cycle
from cycle.tasks.tables import Cycle
from web import context, render
from web.secretariat.next_plan import ends, weeks_of
from web.secretariat.next_year import TROUBLES
from web.secretariat.pages import show
from web.secretariat.plan_reading import around, clashes
from web.secretariat.reach import roots_for
from web.secretariat.typed import text_of
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/nyt-aarshjul")

FILE = "fil:"
"""How the names of the fields with the files' texts begin."""
FIRST, LAST = 2000, 2100


@dataclass(frozen=True)
class Wanted:
    """What was sent: the files' texts by name, for which municipality, and the year (0: none was read)."""

    root_id: str
    year: int
    files: Mapping[str, str]

    @property
    def digest(self) -> str:
        """The same as long as nobody touches files, year or municipality."""
        told = json.dumps([self.root_id, self.year, sorted(self.files.items())])
        return hashlib.sha256(told.encode()).hexdigest()


@router.get("")
def choose(request: Request, actor: CurrentActor) -> Response:
    """The choice of a plan."""
    with context.reading(request) as session:
        return _page(session, request, roots_for(actor, Verb.START_YEAR))


@router.post("/vis")
def preview(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response:
    """What the year would be; with faults, the files with their faults."""
    roots = roots_for(actor, Verb.START_YEAR)
    wanted = _typed(sent, roots)
    try:
        wanted = _wanted(sent, wanted)
        return _preview(request, roots, wanted)
    except PlanInvalid as error:
        with context.reading(request) as session:
            return _page(session, request, roots, wanted, error.problems)


@router.post("")
def start(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response:
    """Starts the year; files that were changed since they were seen are shown again instead."""
    roots = roots_for(actor, Verb.START_YEAR)
    wanted, now = _typed(sent, roots), context.now(request)
    try:
        if text_of(sent, "seen") != wanted.digest:
            return _preview(request, roots, wanted, status=409)
        with context.writing(request) as session:
            loaded = _loaded(session, wanted)
            cycle = find_cycle(session, loaded.plan, wanted.year)
            if cycle is None:
                with loaded.naming_lines():
                    why = text_of(sent, "why")
                    cycle = start_cycle(
                        session, loaded.draft, year=wanted.year, by=actor.by, now=now, why=why
                    )
                session.flush()
            cycle_id = cycle.id
    except PlanInvalid as error:
        with context.reading(request) as session:
            return _page(session, request, roots, wanted, error.problems)
    return RedirectResponse(f"/aarshjul/{cycle_id}", status_code=303)


def _wanted(sent: FormData, typed: Wanted) -> Wanted:
    """The files that were uploaded, else those in the fields, else the chosen plan's. Raises PlanInvalid."""
    chosen = [each for each in sent.getlist("file") if isinstance(each, UploadFile) and each.filename]
    name = text_of(sent, "plan")
    if chosen:
        read = sorted_files([(each.filename or "", each.file.read()) for each in chosen])
        return Wanted(typed.root_id, typed.year, {**typed.files, **read})
    if not typed.files and name in shipped_plans():
        return Wanted(typed.root_id, typed.year, shipped_files(name, typed.root_id))
    return typed


def _typed(sent: FormData, roots: Sequence[str]) -> Wanted:
    """What stands in the fields."""
    wanted, year = text_of(sent, "root"), text_of(sent, "year")
    files = {
        name.removeprefix(FILE): text.replace("\r\n", "\n")
        for name, text in sent.multi_items()
        if name.startswith(FILE) and isinstance(text, str) and text.strip()
    }
    number = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else 0
    return Wanted(wanted if wanted in roots else roots[0], number, files)


def _loaded(session: Session, wanted: Wanted) -> LoadedPlan:
    """The plan, checked against the municipality's own units. Raises PlanInvalid with every fault."""
    if not FIRST <= wanted.year <= LAST:
        what = "Året mangler, eller det er ikke et årstal."
        raise PlanInvalid([Problem("", what, "Skriv det år, aktiviteterne åbner i, fx 2027.")])
    if not wanted.files:
        raise PlanInvalid([Problem("", "Der er ikke valgt nogen plan.", "Vælg en, eller send jeres egen.")])
    loaded = load_sent(wanted.files)
    if loaded.plan.municipality != wanted.root_id:
        what = f"Planen er for en anden kommune: {loaded.plan.municipality}."
        cure = f"Skriv municipality: {wanted.root_id}."
        raise PlanInvalid([Problem(next(iter(loaded.sources)), what, cure)])
    loaded.check_words(around(session, wanted.root_id, loaded.forms))
    return loaded


def _preview(request: Request, roots: Sequence[str], wanted: Wanted, *, status: int = 200) -> Response:
    """The year as it would be. Raises PlanInvalid."""
    now = context.now(request)
    with tried(request.app.state.engine) as session:
        loaded = _loaded(session, wanted)
        with loaded.naming_lines():
            there = find_cycle(session, loaded.plan, wanted.year)
            dates = resolve(loaded.plan, wanted.year, loaded.calendar, meetings_of(session, wanted.root_id))
            owed: Known | None = None
            if there is None:
                start_cycle(session, loaded.draft, year=wanted.year, by="", now=now)
                session.flush()
                owed = known(session, wanted.root_id, now=now, until=ends(wanted.year))
    doubts = list(doubtful_dates(loaded.plan, dates, loaded.calendar))
    values: dict[str, Any] = {
        "found": loaded,
        "dates": dates,
        "doubts": {(each.activity, each.name): each for each in doubts},
        "clashes": clashes(loaded.plan, dates),
        "weeks": weeks_of(owed, wanted.year) if owed else (),
        "there": there,
    }
    with context.reading(request) as session:
        return _page(session, request, roots, wanted, status=status, **values)


def _page(
    session: Session,
    request: Request,
    roots: Sequence[str],
    wanted: Wanted | None = None,
    problems: Sequence[Problem] = (),
    *,
    status: int = 200,
    **values: Any,
) -> Response:
    today = context.now(request).astimezone(context.settings(request).zone).date()
    started = select(Cycle.id).where(col(Cycle.root_id).in_(roots)).limit(1)
    return show(
        request,
        "new_year.html",
        status=422 if problems else status,
        wanted=wanted or Wanted(roots[0], today.year, {}),
        is_first=session.exec(started).first() is None,
        towns=[(unit.id, unit.name) for unit in session.exec(select(Unit).where(col(Unit.id).in_(roots)))],
        plans=list(shipped_plans(render.language_of(request)).items()),
        field=FILE,
        problems=problems,
        changed=status == 409,
        troubles=TROUBLES,
        **{"found": None, **values},
    )
