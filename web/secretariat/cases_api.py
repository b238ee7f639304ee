"""Case duty for programs: a records system fetches what it has not got, and says what it has journalised.

GET  /api/sager                                 every case with documents, and how many are not journalised
GET  /api/sag/{what}/{number}                   what is known of each document; `nye=1`: of the new ones
GET  /api/sag/{what}/{number}/{key}/{file}      one file of one document; 0 is the document itself
POST /api/sag/{what}/{number}/journaliseret     {"noegler": ["submission:7"], "sagsnummer": "27-1234"}

A document's key is its own for ever, so an address stays right when others come before it. Programs sign in
with a token (`aarshjul token add`); what only reads answers a signed-in browser too.
"""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as InAddress
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from cycle.access.rules import Verb
from cycle.cases.journal import journalise
from cycle.cases.model import Item
from cycle.cases.waiting import by_activity
from cycle.errors import AnswerInvalid, NotFound, Problem
from documents.case_package import Package
from documents.case_papers import Paper
from documents.typeset import AT_ONCE
from web import context
from web.attachments import attached
from web.plain import Id
from web.program import CaseProgram, CaseProgramAlone
from web.secretariat.cases import What, filed_case, press_for
from web.secretariat.reach import roots_for

router = APIRouter(prefix="/api")

Counted = Annotated[int, InAddress(ge=0, le=100_000)]
Key = Annotated[str, InAddress(max_length=100)]


class Marks(BaseModel):
    """Which documents went into which case of the records system."""

    noegler: list[str] = Field(min_length=1, max_length=10_000)
    sagsnummer: str


@router.get("/sager")
def cases(request: Request, actor: CaseProgram, nye: bool = False) -> Response:
    """Every activity's case, its agreements' documents in it; `nye`: those with something to journalise."""
    roots = roots_for(actor, Verb.JOURNALISE)
    with context.reading(request) as session:
        now = context.now(request)
        found = [each for root_id in roots for each in by_activity(session, root_id, before=now)]
    told = [
        {
            "sag": f"/api/sag/{each.kind}/{each.number}",
            "navn": each.case.name,
            "titel": each.title,
            "dokumenter": each.tally.total,
            "ikkeJournaliseret": each.tally.waiting,
        }
        for each in found
        if each.tally.waiting or not nye
    ]
    return JSONResponse({"sager": told})


@router.get("/sag/{what}/{number}")
def listed(request: Request, actor: CaseProgram, what: What, number: Id, nye: bool = False) -> Response:
    """What is known of each document, with the addresses of its files."""
    with context.reading(request) as session:
        filed = filed_case(session, request, actor, what, number)
        told = Package.of(session, filed, only_new=nye).listed()
    items = {item.key: item for item in filed.case.items}
    for document in told["dokumenter"]:
        at = f"/api/sag/{what}/{number}/{document['noegle']}"
        document["filer"] = [f"{at}/{file}" for file in range(1 + len(items[document["noegle"]].files))]
    return JSONResponse(told)


@router.get("/sag/{what}/{number}/{key}/{file}")
def one_file(
    request: Request, actor: CaseProgram, what: What, number: Id, key: Key, file: Counted
) -> Response:
    """One file of one document: 0 is the document itself, the others are attached to it."""
    with context.reading(request) as session, AT_ONCE:
        found = filed_case(session, request, actor, what, number).case
        item: Item | None = next((each for each in found.items if each.key == key), None)
        if item is None or file > len(item.files):
            raise NotFound("document", key)
        with press_for(session, request, found) as press:
            paper: Paper = list(press.papers(item))[file]
    return attached(paper.content, paper.name, paper.media_type)


@router.post("/sag/{what}/{number}/journaliseret")
def mark(request: Request, actor: CaseProgramAlone, what: What, number: Id, marks: Marks) -> Response:
    """Marks the documents; the same again is once. Nothing is marked when one of them is not in the case."""
    with context.writing(request) as session:
        found = filed_case(session, request, actor, what, number).case
        unknown = set(marks.noegler) - {item.key for item in found.items}
        if unknown:
            what_is_wrong = f"Sagen har ikke {', '.join(sorted(unknown)[:5])}."
            raise AnswerInvalid([Problem("noegler", what_is_wrong, "Hent sagens dokumenter igen.")])
        count = journalise(
            session,
            found.root_id,
            marks.noegler,
            case_number=marks.sagsnummer,
            by=actor.by,
            now=context.now(request),
            token=actor.name,
        )
    return JSONResponse({"maerket": count})
