"""The posts: those that need someone's eye, all of them, and who comes, goes and stands in."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cycle.access.rules import Verb
from cycle.organisation.head_posts import HeadPost, Trouble, head_posts, names_of_people
from cycle.organisation.posts import leader_changes, post_rows, substitutes
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

VIEWS: Mapping[str, tuple[str, str, Callable[[HeadPost], bool]]] = {
    "": ("Skal ses på", "Need attention", lambda post: post.trouble is not None),
    "ledig": ("Ledige", "Vacant", lambda post: post.trouble in NO_HOLDER),
    "uden-adresse": ("Uden mailadresse", "Without address", lambda post: post.trouble is Trouble.NO_ADDRESS),
    "adressefejl": (
        "Adressen virker ikke",
        "Address does not work",
        lambda post: post.trouble in BAD_ADDRESS,
    ),
    "stedfortraeder": ("Med stedfortræder", "With a substitute", lambda post: post.has_substitute),
    "alle": ("Alle", "All", lambda post: True),
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
        posts = [post for root in roots for post in head_posts(session, root, paths, today=today)]
        found = [post for post in posts if VIEWS[view][2](post)]
        if wanted:
            names = names_of_people(session, roots)
            found = [post for post in found if _is_called(post, wanted, names)]
        pages = max(1, -(-len(found) // PAGE))
        page = min(side, pages)
        begun, ended = leader_changes(session, paths, today=today)
        return show(
            request,
            "posts.html",
            rows=post_rows(session, found[(page - 1) * PAGE : page * PAGE], today=today),
            total=len(found),
            counts=_counts(posts),
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


def _counts(posts: Sequence[HeadPost]) -> list[tuple[str, str, str, int]]:
    """(view, words in Danish and English, how many) of each view."""
    alike = {(post.trouble, post.has_substitute): post for post in posts}  # all that the views look at
    numbers = Counter((post.trouble, post.has_substitute) for post in posts)
    return [
        (key, da, en, sum(numbers[each] for each, post in alike.items() if admits(post)))
        for key, (da, en, admits) in VIEWS.items()
    ]


def _is_called(post: HeadPost, wanted: str, names: Mapping[int, str]) -> bool:
    """Whether the text is in what the unit, its number or the people are called."""
    said = (post.unit_id, post.unit, *(names[each] for each in (post.holder, post.instead) if each))
    return wanted.casefold() in "\n".join(said).casefold()
