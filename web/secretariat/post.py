"""One post: who holds it over time, who stands in, its addresses; and the acts that change them.

GET  /post/{unit}                   the post (`rolle`, else the unit's head)
POST /post/{unit}/leder/vis         what goes to the new leader; changes nothing
POST /post/{unit}/leder             a new leader from a day
POST /post/{unit}/stedfortraeder    somebody stands in for a while
POST /post/{unit}/afslut            an appointment or a substitute gets a last day
POST /post/{unit}/traek             what has not begun is taken back
POST /post/{unit}/adresse           a new address, or the old one works after all
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from config.english import problem_in_english
from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import AnswerInvalid, Conflict, NotFound, Problem
from cycle.organisation.directory import Directory
from cycle.organisation.newcomers import Newcomer, known_person
from cycle.organisation.post_acts import (
    Change,
    appoint,
    change_address,
    check_first_day,
    end_term,
    stand_in,
    take_back,
    trust_address,
)
from cycle.organisation.post_file import PostFile, Table, changes_of, read_post
from cycle.organisation.snapshot import Post
from cycle.organisation.tables import Appointment, Substitute, Unit
from cycle.runs.requests import wake
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.change import look_again
from cycle.tasks.ledger import actor_names
from cycle.tasks.post_work import work_of
from web import context, render
from web.plain import readable
from web.secretariat.pages import show
from web.secretariat.post_words import DONE
from web.secretariat.typed import text_of, whole_date, whole_number
from web.session import CheckedForm, CurrentActor, require

router = APIRouter(prefix="/post/{unit_id}")

TABLES: dict[str, Table] = {"leder": Appointment, "stedfortraeder": Substitute}


@dataclass(frozen=True)
class At:
    """The post an account may change, on the local date."""

    unit: Unit
    post: Post
    today: date
    directory: Directory

    @property
    def address(self) -> str:
        """The post's page."""
        return f"/post/{quote(self.unit.id)}"


@router.get("")
def post(request: Request, actor: CurrentActor, unit_id: str, rolle: str = "") -> Response:
    """The post with everyone who has held it, and what can be done."""
    with context.reading(request) as session:
        return _page(session, request, _at(session, request, actor, unit_id, readable(rolle)))


@router.post("/leder/vis")
def preview(request: Request, actor: CurrentActor, unit_id: str, sent: CheckedForm) -> Response:
    """Who leaves and what the new leader takes over."""
    with context.reading(request) as session:
        at = _at(session, request, actor, unit_id, sent)
        try:
            who, first_day = _newcomer(sent), whole_date(sent, "first_day", "Datoen")
            file = read_post(session, at.post)
            leaving = check_first_day(file, first_day, today=at.today)
            known = known_person(session, at.unit.root_id, who)
        except AnswerInvalid as error:
            return _page(session, request, at, sent=sent, form="leder", problems=error.problems)
        return show(
            request,
            "post_handover.html",
            at=at,
            who=who,
            known=known,
            first_day=first_day,
            leaving=leaving,
            eve=first_day - timedelta(days=1),
            work=work_of(session, at.post),
            substitutes=[each for each in file.substitutes if each.covers(first_day)],
            seen=text_of(sent, "seen"),
            changed=text_of(sent, "seen") != file.seen,
        )


@router.post("/leder")
def new_leader(request: Request, actor: CurrentActor, unit_id: str, sent: CheckedForm) -> Response:
    """The post changes hands on the day; the day's mail tells the new one what is open."""

    def act(session: Session, change: Change) -> None:
        appoint(session, change, _newcomer(sent), first_day=whole_date(sent, "first_day", "Datoen"))

    return _act(request, actor, unit_id, sent, "leder", act)


@router.post("/stedfortraeder")
def substitute(request: Request, actor: CurrentActor, unit_id: str, sent: CheckedForm) -> Response:
    """Somebody gets the post's mail for a while."""

    def act(session: Session, change: Change) -> None:
        last = whole_date(sent, "last_day", "Datoen") if text_of(sent, "last_day") else None
        first = whole_date(sent, "first_day", "Datoen")
        stand_in(session, change, _newcomer(sent), first_day=first, last_day=last)

    return _act(request, actor, unit_id, sent, "stedfortraeder", act)


@router.post("/afslut")
def end(request: Request, actor: CurrentActor, unit_id: str, sent: CheckedForm) -> Response:
    """The last day of an appointment or of a substitute."""

    def act(session: Session, change: Change) -> None:
        last = whole_date(sent, "last_day", "Datoen")
        end_term(session, change, _table(sent), whole_number(sent, "term", "Perioden"), last_day=last)

    return _act(request, actor, unit_id, sent, "afslut", act)


@router.post("/traek")
def back(request: Request, actor: CurrentActor, unit_id: str, sent: CheckedForm) -> Response:
    """What has not begun is taken back."""

    def act(session: Session, change: Change) -> None:
        take_back(session, change, _table(sent), whole_number(sent, "term", "Perioden"))

    return _act(request, actor, unit_id, sent, "traek", act)


@router.post("/adresse")
def address(request: Request, actor: CurrentActor, unit_id: str, sent: CheckedForm) -> Response:
    """Another address of a person or of the post, or the word that the old one works."""

    def act(session: Session, change: Change) -> None:
        if text_of(sent, "trusted"):
            trust_address(session, change, whole_number(sent, "trusted", "Adressen"))
            return
        whose = whole_number(sent, "person", "Personen") if text_of(sent, "person") else None
        change_address(session, change, whose, text_of(sent, "email"))

    return _act(request, actor, unit_id, sent, "adresse", act)


def _act(
    request: Request,
    actor: SignedIn,
    unit_id: str,
    sent: FormData,
    form: str,
    act: Callable[[Session, Change], None],
) -> Response:
    """Does it in one transaction; on a fault or another's change the page shows what was typed."""
    now = context.now(request)
    try:
        with context.writing(request) as session:
            at = _at(session, request, actor, unit_id, sent)
            seen = text_of(sent, "seen")
            act(session, Change(at.unit.root_id, at.post, seen, actor.by, now, at.today))
            session.flush()
            if look_again(session, [at.post], now=now):
                wake(session, now=now)
    except AnswerInvalid as error:
        with context.reading(request) as session:
            at = _at(session, request, actor, unit_id, sent)
            return _page(session, request, at, sent=sent, form=form, problems=error.problems)
    except Conflict:
        with context.reading(request) as session:
            at = _at(session, request, actor, unit_id, sent)
            return _page(session, request, at, sent=sent, form=form, overtaken=True)
    return RedirectResponse(f"{at.address}?rolle={quote(at.post[1])}&gjort={form}", status_code=303)


def _at(session: Session, request: Request, actor: SignedIn, unit_id: str, asked: str | FormData) -> At:
    """The post that is asked for by its role, when the account may change it. Raises NotFound, NotAllowed."""
    unit = session.get(Unit, readable(unit_id))
    if unit is None:
        raise NotFound("unit", unit_id)
    require(actor, Verb.EDIT_POST, unit.path)
    today = calendar_of_root(session, unit.root_id).local_date(context.now(request))
    directory = Directory.for_post(session, unit.id, today)
    role = asked if isinstance(asked, str) else text_of(asked, "role")
    wanted = role or directory.head_role(unit.id) or ""
    if not wanted or not directory.has_post(unit.id, wanted):
        raise NotFound("post", f"{unit_id}/{wanted}")
    return At(unit, (unit.id, wanted), today, directory)


def _page(
    session: Session,
    request: Request,
    at: At,
    *,
    sent: FormData | None = None,
    form: str = "",
    problems: Sequence[Problem] = (),
    overtaken: bool = False,
) -> Response:
    """The post; `form` is the one whose fields were `sent` and are shown again."""
    file = read_post(session, at.post)
    changes = changes_of(session, at.post)
    return show(
        request,
        "post.html",
        status=409 if overtaken else 422 if problems else 200,
        at=at,
        file=file,
        holder=at.directory.holder(*at.post),
        acting=at.directory.substitute(*at.post),
        recipient=at.directory.recipient(*at.post),
        roles=at.directory.roles(at.unit.id),
        reachable=_people(file, at.today),
        work=work_of(session, at.post),
        changes=changes,
        names=actor_names(session, [each.row.actor for each in changes]),
        typed={name: text_of(sent, name) for name in ("name", "email", "first_day", "last_day")}
        if sent
        else {},
        whose=text_of(sent, "person") if sent else "",
        form_name=form,
        shown=_shown(form, sent),
        problems={problem.where: problem for problem in problems},
        summary=[(_anchor(form, sent, each.where), *_told(request, each)) for each in problems],
        overtaken=overtaken,
        done=DONE.get(request.query_params.get("gjort", "")),
    )


def _people(file: PostFile, today: date) -> dict[int, str]:
    """Whose address can be mended here: those at the post now or later, by id."""
    current = (*file.holders, *file.substitutes)
    return {each.person_id: each.name for each in current if each.valid_to is None or each.valid_to >= today}


def _shown(form: str, sent: FormData | None) -> str:
    """Which of the page's forms was sent: its name, and for a last day that of its term."""
    return f"{text_of(sent, 'which')}{text_of(sent, 'term')}" if sent and form == "afslut" else form


def _anchor(form: str, sent: FormData | None, field: str) -> str:
    """The id of the field on the page."""
    if form == "afslut":
        return f"last-{_shown(form, sent)}"
    if form == "adresse":
        return f"adresse-{(text_of(sent, 'person') if sent else '') or 'postkasse'}"
    return f"{form[:4] if form == 'stedfortraeder' else form}-{field}"


def _told(request: Request, problem: Problem) -> tuple[str, str]:
    """What is wrong and what to do, in the page's language."""
    said = problem_in_english(problem) if render.language_of(request) == "en" else problem
    return said.what, said.cure


def _newcomer(sent: FormData) -> Newcomer:
    return Newcomer(" ".join(text_of(sent, "name").split()), text_of(sent, "email"))


def _table(sent: FormData) -> Table:
    which = text_of(sent, "which")
    if which not in TABLES:
        raise NotFound("term", which)
    return TABLES[which]
