"""The posts that need someone's eye."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from cycle.access.rules import Verb
from cycle.organisation.directory import Directory
from cycle.organisation.posts import leader_changes, red_rows, substitutes
from cycle.tasks.calendars import calendar_of_root
from web import context
from web.secretariat.pages import show
from web.secretariat.reach import root_paths, roots_for
from web.session import CurrentActor

router = APIRouter()


@router.get("/poster")
def posts(request: Request, actor: CurrentActor) -> Response:
    """Vacant posts, posts nobody can write to, leader changes and substitutes."""
    with context.reading(request) as session:
        roots = roots_for(actor, Verb.IMPORT)
        today = calendar_of_root(session, roots[0]).local_date(context.now(request))
        paths = root_paths(roots)
        rows = [row for root in roots for row in red_rows(Directory.load(session, root, today), paths)]
        begun, ended = leader_changes(session, paths, today=today)
        return show(
            request,
            "posts.html",
            rows=rows,
            begun=begun,
            ended=ended,
            substitutes=substitutes(session, paths, today=today),
            today=today,
        )
