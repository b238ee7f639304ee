"""What OS2mo would change: the same difference as of a file, applied by whoever has looked at it.

GET  /os2mo   what was fetched last, and what of it waits; ?row.3=same says who is who, one by one, and the
              difference is the one that follows from it; ?enheder=2&ledere=3 are pages of its two lists
POST /os2mo   applies exactly what was shown
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import Conflict, ImportInvalid
from cycle.organisation.applying import Import, hold
from cycle.organisation.fetched import SOURCE, Difference, apply_fetched, difference_of, lists_of_row
from cycle.organisation.people import Choice, Choices, Question
from cycle.organisation.tables import FetchedOrganisation
from cycle.organisation.unit_names import names_of
from cycle.tasks.change import look_again
from web import context, render
from web.secretariat.fetched_words import COLUMNS, LEADER_CHANGED, UNIT_CHANGED
from web.secretariat.pages import show
from web.secretariat.reach import roots_for
from web.session import CheckedForm, CurrentActor

router = APIRouter()
ROW = "row."
PAGE = 100
"""So many changes of units, and as many of leaders, are shown at once."""

Change = TypeVar("Change")


@dataclass(frozen=True)
class Waiting:
    """What waits to be imported, as the answers given make it. `it` is None while something is wrong."""

    it: Difference | None = None
    questions: Sequence[Question] = ()
    answers: Mapping[int, Choice] = field(default_factory=dict)
    problems: Sequence[str] = ()
    today: date = date.min

    @property
    def open(self) -> Sequence[Question]:
        """The questions nobody has answered yet."""
        return self.it.leaders.questions if self.it else ()

    @property
    def seen(self) -> str:
        """Another text as soon as an import would do anything else."""
        if self.it is None:
            return ""
        said = repr((self.today, tuple(self.it.units.changes), tuple(self.it.leaders.changes), self.open))
        return hashlib.sha256(said.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Part(Generic[Change]):
    """A page of a list of changes, with the addresses of all its pages."""

    changes: Sequence[Change]
    page: int
    pages: Sequence[tuple[str, int]]


@router.get("/os2mo")
def waiting(request: Request, actor: CurrentActor, gemt: bool = False) -> Response:
    """The difference as it is now; nothing is changed by looking."""
    with context.reading(request) as session:
        row = _row(session, actor)
        found = _waiting(session, request, row, _answers(request.query_params)) if row else Waiting()
        return show(
            request,
            "fetched.html",
            row=row,
            waiting=found,
            units=_part(request, "enheder", found.it.units.changes if found.it else ()),
            leaders=_part(request, "ledere", found.it.leaders.changes if found.it else ()),
            saved=gemt,
            unit_changed=UNIT_CHANGED,
            leader_changed=LEADER_CHANGED,
            columns=COLUMNS,
            unit_names=_names(session, row, found),
            is_set_up=context.settings(request).reads_os2mo,
        )


@router.post("/os2mo")
def apply(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response:
    """Applies what was shown; what was fetched or changed since has to be looked at again."""
    now = context.now(request)
    with context.writing(request) as session:
        row = _row(session, actor)
        if row is None:
            raise Conflict("organisation", SOURCE)
        hold(session, [row.root_id])
        answers = _answers(sent)
        found = _waiting(session, request, row, answers)
        if found.it is None or found.seen != sent.get("seen"):
            raise Conflict("organisation", SOURCE)
        lists, really = lists_of_row(row), sent.get("really") == "ja"
        content, language = lists.units + lists.leaders, render.language_of(request)
        given = Import(SOURCE, content, actor.by, now, found.today, really, language)
        posts = apply_fetched(session, lists, given, choices=Choices(by_row=answers))
        look_again(session, sorted(posts), now=now)
        row.changes = 0
        session.add(row)
    return RedirectResponse("/os2mo?gemt=1", status_code=303)


def _row(session: Session, actor: SignedIn) -> FetchedOrganisation | None:
    found = (session.get(FetchedOrganisation, root) for root in roots_for(actor, Verb.IMPORT))
    return next((row for row in found if row is not None), None)


def _names(session: Session, row: FetchedOrganisation | None, found: Waiting) -> Mapping[str, str]:
    """What units are called, as they will be; those of other lists as they are."""
    if row is None:
        return {}
    coming = found.it.units.units.values() if found.it else ()
    return {**names_of(session, row.root_id), **{unit.id: unit.name for unit in coming}}


def _waiting(
    session: Session, request: Request, row: FetchedOrganisation, answers: Mapping[int, Choice]
) -> Waiting:
    today = context.now(request).astimezone(context.settings(request).zone).date()
    if not row.units:
        return Waiting(today=today)
    language, lists = render.language_of(request), lists_of_row(row)
    try:
        asked = it = difference_of(session, lists, today=today, language=language)
        if answers:
            given = Choices(by_row=answers)
            it = difference_of(session, lists, today=today, choices=given, language=language)
        return Waiting(it, asked.leaders.questions, answers, today=today)
    except ImportInvalid as error:
        return Waiting(problems=[str(problem) for problem in error.problems], today=today)


def _part(request: Request, name: str, changes: Sequence[Change]) -> Part[Change]:
    """The page of these changes that `name` asks for; what else is asked stays asked."""
    pages = max(1, -(-len(changes) // PAGE))
    asked = request.query_params.get(name, "")
    page = min(int(asked), pages) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 6 else 1
    page = max(1, page)
    kept = {key: value for key, value in request.query_params.items() if key not in (name, "gemt")}
    addresses = [
        (f"/os2mo?{urlencode(kept | {name: number})}#{name}", number) for number in range(1, pages + 1)
    ]
    return Part(changes[(page - 1) * PAGE : page * PAGE], page, addresses)


def _answers(sent: Mapping[str, object]) -> dict[int, Choice]:
    """Who is who, by the row of the list that was fetched."""
    rows = {key.removeprefix(ROW): value for key, value in sent.items() if key.startswith(ROW)}
    return {
        int(row): Choice(str(said))
        for row, said in rows.items()
        if row.isdecimal() and row.isascii() and len(row) < 10 and said in set(Choice)
    }
