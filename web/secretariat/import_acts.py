"""What is done with a waiting file: its columns named, its questions answered, applied or thrown away.

POST /indlaes/{file}/kolonner   what the headings mean, remembered for the next file
POST /indlaes/{file}/personer   who is who
POST /indlaes/{file}            applies what was shown, and nothing else
POST /indlaes/{file}/slet       throws the file away
"""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.organisation.applying import Import
from cycle.organisation.chosen_columns import LEVEL
from cycle.organisation.import_drafts import ListKind, choose_headings, get_draft
from cycle.organisation.people import Choice
from cycle.runs.requests import wake
from cycle.tasks.change import look_again
from web import context, render
from web.plain import Id
from web.secretariat.import_list import page, read
from web.secretariat.import_reading import apply, keep_others_out
from web.secretariat.import_words import meanings
from web.secretariat.reach import roots_for
from web.secretariat.typed import text_of
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/indlaes/{import_draft_id}")


@router.post("/kolonner")
def columns(request: Request, actor: CurrentActor, import_draft_id: Id, sent: CheckedForm) -> Response:
    """Keeps what each heading means; a heading left as it was read needs no choice."""
    with context.writing(request) as session:
        draft = get_draft(session, roots_for(actor, Verb.IMPORT), import_draft_id)
        found = read(session, request, draft)
        known = {key for key, _ in meanings(ListKind(draft.kind))}
        chosen = {}
        for number, heading in enumerate(found.headings):
            meant = text_of(sent, f"column.{number}")
            if meant in known or (meant.startswith(LEVEL) and draft.kind == ListKind.UNITS):
                chosen[heading.text] = meant
        choose_headings(session, draft, chosen, by=actor.by, now=context.now(request))
    return RedirectResponse(f"/indlaes/{import_draft_id}?gjort=kolonner#forskel", status_code=303)


@router.post("/personer")
def people(request: Request, actor: CurrentActor, import_draft_id: Id, sent: CheckedForm) -> Response:
    """Keeps the answers to who is who."""
    with context.writing(request) as session:
        draft = get_draft(session, roots_for(actor, Verb.IMPORT), import_draft_id)
        answers = {
            str(question.row): said
            for question in read(session, request, draft).questions
            if (said := text_of(sent, f"row.{question.row}")) in set(Choice)
        }
        draft.people = {**draft.people, **answers}
        session.add(draft)
    return RedirectResponse(f"/indlaes/{import_draft_id}#forskel", status_code=303)


@router.post("")
def apply_file(request: Request, actor: CurrentActor, import_draft_id: Id, sent: CheckedForm) -> Response:
    """Applies the difference that was seen; when it is another one now, that one is shown instead."""
    with context.writing(request) as session:
        draft = get_draft(session, roots_for(actor, Verb.IMPORT), import_draft_id)
        keep_others_out(session, draft)
        found = read(session, request, draft)
        if found.difference is None or text_of(sent, "seen") != found.digest:
            return page(session, request, draft, found, changed=True)
        given = Import(
            draft.file_name,
            draft.content,
            actor.by,
            context.now(request),
            found.today,
            confirmed=text_of(sent, "confirmed") == "1",
            language=render.language_of(request),
        )
        posts = apply(session, found, given)
        if look_again(session, sorted(posts), now=given.now):
            wake(session, now=given.now)
        number = len(found.difference.changes)
        session.delete(draft)
    return RedirectResponse(f"/indlaes?gjort=indlaest&antal={number}", status_code=303)


@router.post("/slet")
def throw_away(request: Request, actor: CurrentActor, import_draft_id: Id, _sent: CheckedForm) -> Response:
    """The file goes; nothing is changed."""
    with context.writing(request) as session:
        session.delete(get_draft(session, roots_for(actor, Verb.IMPORT), import_draft_id))
    return RedirectResponse("/indlaes?gjort=slettet", status_code=303)
