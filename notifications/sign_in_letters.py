"""The mail with a code for "Mine opgaver"."""

from cycle.access.codes import code_of
from cycle.messages.tables import Message
from notifications.letters import Letter
from notifications.office import Office
from notifications.sources import Rows

CODE_OVER = "Ikke sendt: koden gælder ikke længere."
WHY = {
    "da": "Du får denne mail, fordi nogen har bedt om en kode til Mine opgaver med din e-mailadresse.",
    "en": "You get this mail because somebody asked for a code for My tasks with your e-mail address.",
}


def sign_in_letter(rows: Rows, office: Office, message: Message) -> Letter | None:
    """The letter; None when the code was used, or cleared away after a day.

    A mail that comes after the ten minutes still says so itself: the page asks for a new code then.
    """
    row = rows.codes.get(int(message.context["code"]))
    if row is None or row.used_at is not None:
        return None
    person = rows.people[message.person_id or 0]
    language = person.language if person.language in WHY else "da"
    code = code_of(office.secret, row)
    shown = f"{code[:4]} {code[4:]}"
    return Letter(
        kind=message.kind,
        language=language,
        to_name=person.name,
        sender_name=office.sender_name,
        contact=office.contact,
        items=(),
        reasons_why=(WHY[language],),
        demo=office.demo,
        code=shown,
        tokens=frozenset({shown, code}),
    )
