"""The mail to the holder of a post that was handed over on its page: so that nobody does it unseen."""

from cycle.messages.tables import Message
from notifications.letters import HandedOver, Letter
from notifications.office import Office
from notifications.sources import Rows

TAKEN_BACK = "Ikke sendt: posten er taget tilbage."
WHY = {
    "da": "Du får denne mail, fordi posten er din og er overdraget på dens side i Årshjulet.",
    "en": "You get this mail because the post is yours and was handed over on its page in the annual cycle.",
}


def handed_over_letter(rows: Rows, office: Office, message: Message) -> Letter | None:
    """The letter; None when the post was taken back before it left."""
    term = rows.substitutes.get(int(message.context["substitute"]))
    if term is None or (term.valid_to is not None and term.valid_to < rows.today):
        return None
    person = rows.people[message.person_id or 0]
    language = person.language if person.language in WHY else "da"
    return Letter(
        kind=message.kind,
        language=language,
        to_name=person.name,
        sender_name=office.sender_name,
        contact=office.contact,
        items=(),
        reasons_why=(WHY[language],),
        demo=office.demo,
        note=str(message.context["text"]),
        handed_over=HandedOver(
            unit=rows.units[term.unit_id].name,
            role=term.role,
            to=rows.people[term.person_id].name,
            last_day=term.valid_to,
            url=office.own_tasks,
        ),
    )
