"""What the fields of forms are called when a page has to give back what was typed.

A leader's questions and the reasons to single questions have their words from the form and are named in
`request.state.labels` by the room that takes them. Where that room was not reached, for whoever sent them is
not known any more, the form's own hidden field `words` names them: the sender gets back what the sender sent.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import date

from cycle import danish
from web.words import Pair

FIELDS: Mapping[str, Pair] = {
    "new_due_on": ("Ny frist", "New deadline"),
    "due_on": ("Ny frist", "New deadline"),
    "wished_on": ("Ønsket frist", "Deadline wished for"),
    "reason": ("Begrundelse", "Reason"),
    "text": ("Tekst", "Text"),
    "why": ("Begrundelse", "Reason"),
    "body": ("Udvalg eller råd", "Body"),
    "decided_on": ("Mødedato", "Date of the meeting"),
    "adopted": ("Vedtaget", "Adopted"),
    "email": ("E-mail", "E-mail"),
    "case_number": ("Sagsnummer", "Case number"),
    "title": ("Overskrift", "Title"),
    "code": ("Kode", "Code"),
    "day": ("Dag", "Day"),
    "begins": ("Begynder", "Begins"),
    "ends": ("Slutter", "Ends"),
    "place": ("Sted", "Place"),
    "link": ("Link", "Link"),
    "agenda": ("Dagsorden", "Agenda"),
    "minutes": ("Referat", "Minutes"),
    "name": ("Navn", "Name"),
    "first_day": ("Første dag", "First day"),
    "last_day": ("Sidste dag", "Last day"),
    "until": ("Til og med", "Until and including"),
}
OTHER: Pair = ("Din tekst", "Your text")
TECHNICAL = frozenset(
    [
        "aar",
        "account",
        "act",
        "aeldre",
        "aktivitet",
        "alle",
        "art",
        "csrf",
        "distrikt",
        "edition",
        "flere",
        "flow",
        "gang",
        "generation",
        "group",
        "handling",
        "item",
        "level",
        "more",
        "omraade",
        "once",
        "participant",
        "person",
        "q",
        "reading",
        "role",
        "root",
        "seen",
        "set",
        "shown",
        "side",
        "soeg",
        "stays",
        "substitute",
        "task",
        "term",
        "til",
        "tilstand",
        "trusted",
        "uaendret",
        "uden_egne",
        "version",
        "videre",
        "vis",
        "which",
        "words",
    ]
)
NOT_TYPED = (".kept", ".remove")


def is_technical(name: str) -> bool:
    """Whether nobody typed the field: it is hidden, a button or a tick beside a question."""
    return name in TECHNICAL or name.endswith(NOT_TYPED)


def label_of(name: str, language: str) -> str:
    """The field's label in the language; what no page of its own names is "your text"."""
    return FIELDS.get(name, OTHER)[language == "en"]


def as_read(value: str, language: str) -> str:
    """What was typed, a date as people read it: a date field sends 2027-02-28."""
    with suppress(ValueError):
        if len(value) == len("2027-02-28"):
            return danish.format_date(date.fromisoformat(value), language)
    return value


def labels_sent(words: object) -> dict[str, str]:
    """The labels that came with a form, by name; none where they cannot be read."""
    try:
        found = json.loads(words) if isinstance(words, str) else {}
    except (ValueError, RecursionError):
        return {}
    return {name: str(label) for name, label in found.items()} if isinstance(found, dict) else {}
