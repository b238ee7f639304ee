"""What the page of a mail's texts offers: placeholders in words, activities, leaders, how the mail reads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fastapi import Request
from sqlmodel import Session, col, select
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse

from cycle.messages.placeholders import Part, Placeholder, Texts
from cycle.messages.texts import TextKey
from cycle.organisation.tables import Person
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence
from cycle.tasks.titles import occurrence_title
from notifications.gather import written_trial
from notifications.office import Office
from notifications.render import Rendered, render
from notifications.samples import Asked, leaders, may_show
from notifications.sources import trial
from web import context
from web.plain import readable
from web.words import Pair

LABELS: Mapping[str, Pair] = {
    Part.SUBJECT: ("Emne", "Subject"),
    Part.GREETING: ("Tiltale", "Greeting"),
    Part.INTRODUCTION: ("Indledning", "Introduction"),
    Part.CLOSING: ("Afslutning", "Closing"),
    Part.SIGNATURE: ("Underskrift", "Signature"),
    "why": ("Begrundelse", "Reason"),
}
MEANINGS: Mapping[Placeholder, Pair] = {
    Placeholder.NAME: ("modtagerens navn", "the reader's name"),
    Placeholder.TASK: (
        "opgavens titel; ved flere: »3 opgaver«",
        "the task's title; of several: “3 tasks”",
    ),
    Placeholder.UNIT: ("enhedens navn; ved flere: »2 enheder«", "the unit's name; of several: “2 units”"),
    Placeholder.DUE: ("den første frist, fx 20. april 2027", "the first deadline, 20 April 2027 for example"),
    Placeholder.LINK: ("linket til den første opgave", "the link to the first task"),
    Placeholder.SENDER: ("afsenderens navn", "the sender's name"),
    Placeholder.CONTACT: ("adressen til spørgsmål", "the address for questions"),
}


DOCUMENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
"""Mails have their styles in the text. The document is nobody's: no script, form, cookie or picture."""


@dataclass(frozen=True)
class Shown:
    """How the mail reads for a leader, its links blanked; None when there is nothing to show it with."""

    mail: Rendered | None


def activities(session: Session, root_id: str, language: str) -> dict[str, str]:
    """The titles in the language of the activities that are planned or open, by id."""
    live = (OccurrenceState.PLANNED, OccurrenceState.OPEN)
    found = session.exec(
        select(Occurrence)
        .where(Occurrence.root_id == root_id, col(Occurrence.state).in_(live))
        .order_by(col(Occurrence.opens_at))
    )
    return {each.activity_id: occurrence_title(each, language) for each in found}


@dataclass(frozen=True)
class People:
    """Leaders whose mail can be shown: (id, "name, unit") of the first of them, and how many there are."""

    wanted: str
    shown: list[tuple[int, str]]
    total: int

    @property
    def many(self) -> bool:
        """Whether one has to be searched for."""
        return bool(self.wanted) or self.total > len(self.shown)


def people(session: Session, request: Request, key: TextKey, sent: FormData | None) -> People:
    """The leaders whose mail can be shown, as they were searched for; whoever was chosen stays."""
    wanted = readable(sent.get("hvem"))[:200] if sent else ""
    shown, total = leaders(session, key, _today(session, request, key), wanted=wanted)
    asked = asked_by(session, request, key, Texts(), sent) if sent else None
    if asked is not None and asked.person_id not in dict(shown):
        shown.append((asked.person_id, session.get_one(Person, asked.person_id).name))
    return People(wanted, shown, total)


def asked_by(session: Session, request: Request, key: TextKey, texts: Texts, sent: FormData) -> Asked | None:
    """The mail that is to be shown; None when no leader was chosen whose mail can be."""
    chosen = readable(sent.get("person"))
    if not chosen.isdecimal() or len(chosen) > 18:
        return None
    known = may_show(session, key, int(chosen), _today(session, request, key))
    return Asked(key, int(chosen), texts) if known else None


def _today(session: Session, request: Request, key: TextKey) -> date:
    return calendar_of_root(session, key.root_id).local_date(context.now(request))


def mail_document(mail: Rendered) -> HTMLResponse:
    """The mail's HTML as a document of its own, apart from all pages."""
    return HTMLResponse(without_links(mail.html), headers={"Content-Security-Policy": DOCUMENT_POLICY})


def without_links(html: str) -> str:
    """The mail's HTML with no address that could be followed; the words of the links stay."""
    return re.sub(r' href="[^"]*"', "", html)


def shown(session: Session, request: Request, asked: Asked | None) -> Shown | None:
    """How the mail reads, by the code that sends it."""
    if asked is None:
        return None
    today = _today(session, request, asked.key)
    office = Office.of(context.settings(request))
    letter = written_trial(trial(session, asked, today), office).letter
    return Shown(render(letter) if letter else None)
