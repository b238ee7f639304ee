"""The posts: those that need someone's eye, all of them, and who comes, goes and stands in."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cycle.access.rules import Verb
from cycle.organisation.directory import Directory
from cycle.organisation.posts import PostRow, Trouble, leader_changes, post_rows, substitutes
from cycle.tasks.calendars import calendar_of_root
from web import context
from web.plain import readable
from web.secretariat.pages import show
from web.secretariat.reach import root_paths, roots_for
from web.session import CurrentActor

router = APIRouter()

PAGE = 100
NO_HOLDER = frozenset({Trouble.VACANT, Trouble.NOBODY})
BAD_ADDRESS = frozenset({Trouble.DEAD_ADDRESS, Trouble.DOUBTFUL_ADDRESS})

VIEWS: Mapping[str, tuple[str, str, Callable[[PostRow], bool]]] = {
    "": ("Skal ses på", "Need attention", lambda row: row.trouble is not None),
    "ledig": ("Ledige", "Vacant", lambda row: row.trouble in NO_HOLDER),
    "uden-adresse": ("Uden mailadresse", "Without address", lambda row: row.trouble is Trouble.NO_ADDRESS),
    "adressefejl": (
        "Adressen virker ikke",
        "Address does not work",
        lambda row: row.trouble in BAD_ADDRESS,
    ),
    "stedfortraeder": ("Med stedfortræder", "With a substitute", lambda row: row.has_substitute),
    "alle": ("Alle", "All", lambda row: True),
}
"""What the list can be narrowed to, with its words."""


@router.get("/poster")
def posts(
    request: Request,
    actor: CurrentActor,
    vis: str = "",
    soeg: str = "",
    side: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """The posts as narrowed, those in trouble unless others or a text are asked for; changes of 90 days."""
    wanted = readable(soeg)[:200]
    view = vis if vis in VIEWS and vis else "alle" if wanted else ""
    with context.reading(request) as session:
        roots = roots_for(actor, Verb.EDIT_POST)
        today = calendar_of_root(session, roots[0]).local_date(context.now(request))
        paths = root_paths(roots)
        rows = [row for root in roots for row in post_rows(Directory.load(session, root, today), paths)]
        found = [row for row in rows if VIEWS[view][2](row) and (not wanted or _names(row, wanted))]
        pages = max(1, -(-len(found) // PAGE))
        page = min(side, pages)
        begun, ended = leader_changes(session, paths, today=today)
        return show(
            request,
            "posts.html",
            rows=found[(page - 1) * PAGE : page * PAGE],
            total=len(found),
            counts=_counts(rows),
            view=view,
            wanted=wanted,
            page=page,
            pages=[(address(view, wanted, number), number) for number in range(1, pages + 1)],
            begun=begun,
            ended=ended,
            substitutes=substitutes(session, paths, today=today),
            today=today,
            reads_os2mo=context.settings(request).reads_os2mo,
        )


def address(view: str, wanted: str, page: int = 1) -> str:
    """The list's address."""
    asked = {"vis": view, "soeg": wanted, "side": "" if page == 1 else page}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/poster?{query}" if query else "/poster"


def _counts(rows: Sequence[PostRow]) -> list[tuple[str, str, str, int]]:
    """(view, words in Danish and English, how many) of each view."""
    alike = {(row.trouble, row.has_substitute): row for row in rows}  # all that the views look at
    numbers = Counter((row.trouble, row.has_substitute) for row in rows)
    return [
        (key, da, en, sum(numbers[each] for each, row in alike.items() if admits(row)))
        for key, (da, en, admits) in VIEWS.items()
    ]


def _names(row: PostRow, wanted: str) -> bool:
    """Whether the text is in what the unit, its number or the people are called."""
    said = (
        row.unit_id,
        row.unit,
        row.holder.name if row.holder else "",
        row.instead.name if row.instead else "",
    )
    return wanted.casefold() in "\n".join(said).casefold()
