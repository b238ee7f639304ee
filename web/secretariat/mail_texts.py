"""The secretariat's own mail texts: written with placeholders, seen as a leader reads them, tried, saved.

GET  /mailtekster                            the mails and which texts they have
GET  /mailtekster/{kind}/{language}          one mail's texts; ?aktivitet= for one activity alone
POST /mailtekster/{kind}/{language}/html     how the mail looks: a document of its own
POST /mailtekster/{kind}/{language}          shows, tries (a mail to oneself) or saves them
POST /mailtekster/{kind}/{language}/tilbage  an earlier version in force again
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import AnswerInvalid, Conflict, NotFound, Problem
from cycle.messages.outbox import queue
from cycle.messages.placeholders import Part, Texts, checked, placeholders
from cycle.messages.tables import MessageKind
from cycle.messages.text_tables import MailText
from cycle.messages.texts import EDITABLE, TextKey, go_back, parts_of, save, texts_in_force, versions
from cycle.tasks.ledger import actor_names
from web import context, render
from web.plain import readable
from web.secretariat.mail_text_sheet import (
    LABELS,
    MEANINGS,
    Shown,
    activities,
    asked_by,
    mail_document,
    people,
    shown,
)
from web.secretariat.pages import show
from web.secretariat.reach import roots_for
from web.secretariat.typed import needed, text_of, whole_number
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/mailtekster")
Language = Literal["da", "en"]
Activity = Annotated[str, Query(max_length=100)]


@router.get("")
def overview(request: Request, actor: CurrentActor) -> Response:
    """Every kind of mail, with the texts it has of its own."""
    root_id = roots_for(actor, Verb.EDIT_MAIL_TEXT)[0]
    with context.reading(request) as session:
        known = texts_in_force(session, [root_id])
        titles = activities(session, root_id, render.language_of(request))
    return show(request, "mail_texts.html", kinds=EDITABLE, known=known, root=root_id, titles=titles)


@router.get("/{kind}/{language}")
def one(
    request: Request, actor: CurrentActor, kind: MessageKind, language: Language, aktivitet: Activity = ""
) -> Response:
    """The fields of one mail's texts."""
    with context.reading(request) as session:
        key = _key(session, actor, kind, language, aktivitet)
        return _form(session, request, key)


@router.post("/{kind}/{language}")
def write(
    request: Request, actor: CurrentActor, kind: MessageKind, language: Language, sent: CheckedForm
) -> Response:
    """Shows how the mail reads, sends oneself a trial of it, or saves the texts as the next version."""
    request.state.labels = {
        name: words[render.language_of(request) == "en"] for name, words in LABELS.items()
    }
    roots_for(actor, Verb.EDIT_MAIL_TEXT)
    typed = Texts(**{part: readable(sent.get(part)) for part in Part})
    act = sent.get("act")
    try:
        if act == "gem":
            return _save(request, actor, kind, language, typed, sent)
        if act == "proev":
            return _try(request, actor, kind, language, typed, sent)
        with context.reading(request) as session:
            key = _key(session, actor, kind, language, text_of(sent, "aktivitet"))
            mail = shown(session, request, asked_by(session, request, key, checked(typed, kind), sent))
            return _form(session, request, key, typed=typed, sent=sent, mail=mail)
    except AnswerInvalid as error:
        with context.reading(request) as session:
            key = _key(session, actor, kind, language, readable(sent.get("aktivitet")))
            return _form(session, request, key, typed=typed, sent=sent, problems=error.problems, status=422)
    except Conflict:
        with context.reading(request) as session:
            key = _key(session, actor, kind, language, text_of(sent, "aktivitet"))
            return _form(session, request, key, typed=typed, sent=sent, overtaken=True, status=409)


@router.post("/{kind}/{language}/html")
def look(
    request: Request, actor: CurrentActor, kind: MessageKind, language: Language, sent: CheckedForm
) -> Response:
    """The mail as mail programs draw it, with the typed texts; its links lead nowhere. Nothing is kept."""
    roots_for(actor, Verb.EDIT_MAIL_TEXT)
    typed = Texts(**{part: readable(sent.get(part)) for part in Part})
    with context.reading(request) as session:
        key = _key(session, actor, kind, language, text_of(sent, "aktivitet"))
        mail = shown(session, request, asked_by(session, request, key, checked(typed, kind), sent))
    if mail is None or mail.mail is None:
        raise AnswerInvalid([Problem("person", "Der er ikke valgt en leder.", "Vælg én på listen.")])
    return mail_document(mail.mail)


@router.post("/{kind}/{language}/tilbage")
def back(
    request: Request, actor: CurrentActor, kind: MessageKind, language: Language, sent: CheckedForm
) -> Response:
    """Puts an earlier version in force again, 0 for the standard texts."""
    roots_for(actor, Verb.EDIT_MAIL_TEXT)
    version, seen = whole_number(sent, "version", "Udgaven"), whole_number(sent, "seen", "Udgaven")
    now, why = context.now(request), needed(sent, "why", "Begrundelsen")
    try:
        with context.writing(request) as session:
            key = _key(session, actor, kind, language, text_of(sent, "aktivitet"))
            go_back(session, key, version, seen=seen, by=actor.by, now=now, why=why)
    except Conflict:
        with context.reading(request) as session:
            return _form(session, request, key, overtaken=True, status=409)
    return RedirectResponse(address(key, gemt="1"), status_code=303)


def address(key: TextKey, **more: str) -> str:
    """The page of one mail's texts."""
    asked = {"aktivitet": key.activity_id, **more}
    query = "&".join(f"{name}={value}" for name, value in asked.items() if value)
    return f"/mailtekster/{key.kind}/{key.language}" + (f"?{query}" if query else "")


def _key(session: Session, actor: SignedIn, kind: MessageKind, language: str, activity_id: str) -> TextKey:
    """Which mail it is, when the account may write its texts. Raises NotAllowed, NotFound."""
    root_id = roots_for(actor, Verb.EDIT_MAIL_TEXT)[0]
    if kind not in EDITABLE or (activity_id and activity_id not in activities(session, root_id, language)):
        raise NotFound("mail_text", kind)
    return TextKey(root_id, kind, language, activity_id)


def _save(
    request: Request, actor: SignedIn, kind: MessageKind, language: str, typed: Texts, sent: FormData
) -> Response:
    with context.writing(request) as session:
        key = _key(session, actor, kind, language, text_of(sent, "aktivitet"))
        checked(typed, kind)
        why, seen = needed(sent, "why", "Begrundelsen"), whole_number(sent, "seen", "Udgaven")
        save(session, key, typed, seen=seen, by=actor.by, now=context.now(request), why=why)
    return RedirectResponse(address(key, gemt="1"), status_code=303)


def _try(
    request: Request, actor: SignedIn, kind: MessageKind, language: str, typed: Texts, sent: FormData
) -> Response:
    """A mail to the account's own address, and to no other; it goes through the outbox like any."""
    now = context.now(request)
    with context.writing(request) as session:
        key = _key(session, actor, kind, language, text_of(sent, "aktivitet"))
        asked = asked_by(session, request, key, checked(typed, kind), sent)
        if asked is None:
            raise AnswerInvalid([Problem("person", "Der er ikke valgt en leder.", "Vælg én på listen.")])
        queue(
            session,
            key=f"trial:{actor.account_id}:{now:%Y%m%dT%H%M%S}",
            kind=MessageKind.TRIAL,
            root_id=key.root_id,
            person_id=None,
            address=actor.email,
            task_id=None,
            context=asked.context(),
            now=now,
        )
        mail = shown(session, request, asked)
        return _form(session, request, key, typed=typed, sent=sent, mail=mail, tried=actor.email)


def _form(
    session: Session,
    request: Request,
    key: TextKey,
    *,
    typed: Texts | None = None,
    sent: FormData | None = None,
    mail: Shown | None = None,
    problems: Sequence[Problem] = (),
    overtaken: bool = False,
    tried: str = "",
    status: int = 200,
) -> Response:
    """The fields with what was typed. `seen` stays what it was, unless what others wrote is shown here."""
    those = versions(session, key)
    newest = those[0].version if those else 0
    own = parts_of(those[0]) if those else Texts()
    return show(
        request,
        "mail_text.html",
        status=status,
        key=key,
        own=own,
        typed=typed or own,
        versions=those,
        seen=str(newest) if overtaken or sent is None else text_of(sent, "seen"),
        newest=newest,
        person=readable(sent.get("person")) if sent else "",
        why=readable(sent.get("why")) if sent else "",
        mail=mail,
        asked_to_show=sent is not None and sent.get("act") != "soeg" and not problems and not overtaken,
        problems={problem.where: problem for problem in problems},
        overtaken=overtaken,
        tried=tried,
        saved=request.query_params.get("gemt") == "1",
        **_offered(session, request, key, those, sent),
    )


def _offered(
    session: Session,
    request: Request,
    key: TextKey,
    those: Sequence[MailText],
    sent: FormData | None,
) -> Mapping[str, Any]:
    """What the page offers beside the fields, and who wrote the versions."""
    return {
        "labels": LABELS,
        "meanings": MEANINGS,
        "allowed": {part.value: placeholders(key.kind, part) for part in Part},
        "titles": activities(session, key.root_id, render.language_of(request)),
        "people": people(session, request, key, sent),
        "names": actor_names(session, [row.by for row in those]),
    }
