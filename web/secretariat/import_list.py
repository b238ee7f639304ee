"""Lists of units and leaders: uploaded, read, and shown with what they would change.

GET  /indlaes                the upload, the files that wait, the files that were applied
POST /indlaes                keeps an uploaded file; nothing is changed
GET  /indlaes/{file}         what it is read as, what is wrong with it, what it would change
"""

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.errors import AnswerInvalid, Problem
from cycle.organisation.chosen_columns import LEVEL
from cycle.organisation.import_drafts import (
    ListKind,
    drafts_of,
    get_draft,
    keep_draft,
    records_of,
)
from cycle.organisation.tables import ImportDraft, Unit
from cycle.organisation.unit_names import names_of
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.ledger import actor_names
from web import context, render
from web.plain import Id
from web.secretariat.import_reading import Compared, compare
from web.secretariat.import_words import COLUMN_NAMES, meanings
from web.secretariat.pages import show
from web.secretariat.reach import roots_for
from web.secretariat.typed import all_of, text_of
from web.secretariat.wanting import note_wanting
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/indlaes")

EXAMPLES = 25
"""So many changes of each sort are shown at first; the rest stand below them, folded away."""


@router.get("")
def lists(request: Request, actor: CurrentActor) -> Response:
    """The upload with what waits and what was applied."""
    with context.reading(request) as session:
        roots = roots_for(actor, Verb.IMPORT)
        drafts, records = drafts_of(session, roots), records_of(session, roots)
        return show(
            request,
            "import_list.html",
            kinds=list(ListKind),
            kind_of={kind.value: kind for kind in ListKind},
            towns=session.exec(select(Unit).where(col(Unit.id).in_(roots))).all(),
            drafts=drafts,
            reads_os2mo=context.settings(request).reads_os2mo,
            records=records,
            names=actor_names(session, [*(each.by for each in drafts), *(each.by for each in records)]),
            done=request.query_params.get("gjort", ""),
            count=request.query_params.get("antal", ""),
        )


@router.post("")
def upload(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response:
    """Keeps the file for its difference to be seen."""
    roots = roots_for(actor, Verb.IMPORT)
    try:
        kind, (name, content) = all_of(lambda: _kind(sent), lambda: _file(sent))
    except AnswerInvalid as error:
        note_wanting(request, "liste", error, sent)
        return lists(request, actor)
    with context.writing(request) as session:
        wanted = text_of(sent, "root")
        root = wanted if wanted in roots else roots[0]
        now = context.now(request)
        draft = keep_draft(session, root, kind, name, content, by=actor.by, now=now)
        return RedirectResponse(f"/indlaes/{draft.id}", status_code=303)


@router.get("/{import_draft_id}")
def waiting(request: Request, actor: CurrentActor, import_draft_id: Id) -> Response:
    """The file with what it would change."""
    with context.reading(request) as session:
        draft = get_draft(session, roots_for(actor, Verb.IMPORT), import_draft_id)
        return page(session, request, draft, read(session, request, draft))


def read(session: Session, request: Request, draft: ImportDraft) -> Compared:
    """The file compared with the store today."""
    today = calendar_of_root(session, draft.root_id).local_date(context.now(request))
    return compare(session, draft, today=today, language=render.language_of(request))


def page(
    session: Session, request: Request, draft: ImportDraft, found: Compared, *, changed: bool = False
) -> Response:
    """The file's page; `changed`: the store did, since the difference was seen."""
    kind, place = ListKind(draft.kind), int(render.language_of(request) == "en")
    kinds = session.exec(select(Unit.kind).where(Unit.root_id == draft.root_id).distinct()).all()
    choices = meanings(kind, frozenset(kinds))
    return show(
        request,
        "import_one.html",
        status=409 if changed else 200,
        draft=draft,
        kind=kind,
        found=found,
        options=[(key, words[place]) for key, words in choices],
        fact_names={key: words[place] for key, words in COLUMN_NAMES.items()},
        has_levels=any(each.meant.startswith(LEVEL) for each in found.headings),
        examples=EXAMPLES,
        town=session.get_one(Unit, draft.root_id).name,
        unit_names=names_of(session, draft.root_id),
        changed=changed,
        chosen=request.query_params.get("gjort", "") == "kolonner",
    )


def _kind(sent: FormData) -> ListKind:
    try:
        return ListKind(text_of(sent, "kind"))
    except ValueError:
        raise AnswerInvalid(
            [Problem("kind", "Det er ikke valgt, hvad listen er.", "Vælg enheder eller ledere.")]
        ) from None


def _file(sent: FormData) -> tuple[str, bytes]:
    chosen = sent.get("file")
    if not isinstance(chosen, UploadFile) or not chosen.filename:
        raise AnswerInvalid([Problem("file", "Der er ikke valgt nogen fil.", "Vælg en fil.")])
    return chosen.filename, chosen.file.read()
