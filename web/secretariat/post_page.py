"""The page of one post: who may see it, and its forms as they were sent when something is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from fastapi import Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from config.english import problem_in_english
from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import NotFound, Problem
from cycle.organisation.directory import Directory
from cycle.organisation.post_file import PostFile, changes_of, read_post
from cycle.organisation.snapshot import Post
from cycle.organisation.tables import Unit
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.ledger import actor_names
from cycle.tasks.post_work import work_of
from web import context, render
from web.plain import readable
from web.secretariat.pages import show
from web.secretariat.post_words import DONE
from web.secretariat.typed import text_of
from web.session import require

TYPED = ("name", "email", "first_day", "last_day")


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


def at_post(session: Session, request: Request, actor: SignedIn, unit_id: str, asked: str | FormData) -> At:
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


def post_page(
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
        typed={name: readable(sent.get(name)) for name in TYPED} if sent else {},
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
