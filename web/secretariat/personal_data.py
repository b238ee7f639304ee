"""Everything that is held about one person, for whoever asks what the municipality has (GDPR article 15).

GET /indsigt              a field for a name or an address, and what was found
GET /indsigt/alt.json     all of it as a file
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import NotFound
from cycle.keeping.persons import Held, Who, held_about, who
from web import context, render
from web.attachments import attached
from web.plain import readable
from web.secretariat.pages import show
from web.secretariat.personal_data_words import TABLES
from web.secretariat.reach import roots_for
from web.session import CurrentActor

router = APIRouter()
NOT_SHOWN = frozenset({"preparation"})
"""What two people prepare for each other is theirs to ask for."""
Asked = Annotated[str, Query(max_length=254)]


@router.get("/indsigt")
def page(request: Request, actor: CurrentActor, hvem: Asked = "") -> Response:
    """What is held, place by place."""
    with context.reading(request) as session:
        found = _held(session, actor, readable(hvem))
    counts = Counter(each.table for each in found[1]) if found else {}
    place = 1 if render.language_of(request) == "en" else 0
    lines = [(TABLES.get(table, (table, table))[place], count) for table, count in counts.items()]
    return show(request, "personal_data.html", asked=readable(hvem), found=found, lines=lines)


@router.get("/indsigt/alt.json")
def everything(request: Request, actor: CurrentActor, hvem: Asked = "") -> Response:
    """Every row with all that stands in it."""
    with context.reading(request) as session:
        found = _held(session, actor, readable(hvem))
    if found is None:
        raise NotFound("person", hvem)
    person, rows = found
    told = {
        "navne": sorted(person.names),
        "adresser": sorted(person.addresses),
        "raekker": [asdict(each) for each in rows],
    }
    content = json.dumps(told, ensure_ascii=False, indent=1, default=str).encode()
    return attached(content, "persondata.json", "application/json")


def _held(session: Session, actor: SignedIn, asked: str) -> tuple[Who, Sequence[Held]] | None:
    roots = roots_for(actor, Verb.HAND_OUT)
    person = who(session, asked, root_ids=roots) if asked.strip() else None
    return (person, held_about(session, person, without=NOT_SHOWN, root_ids=roots)) if person else None
