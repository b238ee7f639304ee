"""What the secretariat's pages call mails, outgoing and incoming."""

from collections.abc import Mapping
from enum import StrEnum

from cycle.messages.tables import InboundVerdict, MessageKind, MessageState
from web.words import Pair

MAIL_NAMES: Mapping[type[StrEnum], Mapping[StrEnum, Pair]] = {
    MessageKind: {
        MessageKind.DAILY: ("Dagens mail", "The day's mail"),
        MessageKind.RECEIPT: ("Kvittering", "Receipt"),
        MessageKind.RETURNED: ("Sendt retur", "Sent back"),
        MessageKind.INVITATION: ("Mødeindkaldelse", "Invitation to a meeting"),
        MessageKind.DECLINED: ("Aftalen er afvist", "Agreement refused"),
        MessageKind.STILL_HOLDS: ("Ingen ny underskrift", "No new signature needed"),
        MessageKind.REMARKS: ("Bemærkninger til en aftale", "Remarks on an agreement"),
        MessageKind.EXTENSION_WISH: ("Ønsker om ny frist", "Wishes for a later deadline"),
        MessageKind.EXTENDED: ("Fristen er forlænget", "Deadline extended"),
        MessageKind.REFUSED: ("Fristen er ikke forlænget", "Extension refused"),
        MessageKind.DEADLINE_CHANGED: ("Fristen er ændret", "Deadline changed"),
        MessageKind.NUDGE: ("Besked fra sekretariatet", "Message from the secretariat"),
        MessageKind.WAIVED: ("Fritaget for at svare", "Waived"),
        MessageKind.NEW_LINK: ("Nyt link", "New link"),
        MessageKind.SIGN_IN_CODE: ("Kode til Mine opgaver", "Code for My tasks"),
        MessageKind.ACCOUNT_CHANGED: ("Adgangen er ændret", "Access changed"),
        MessageKind.HANDED_OVER: ("Posten er overdraget", "The post is handed over"),
        MessageKind.TRIAL: ("Prøve på en mailtekst", "Trial of a mail text"),
        MessageKind.REPLY_PROBLEM: ("Svar på mail kunne ikke bruges", "Reply could not be used"),
    },
    MessageState: {
        MessageState.READY: ("Klar til afsendelse", "Ready"),
        MessageState.CLAIMED: ("Er ved at blive sendt", "Being sent"),
        MessageState.SENT: ("Sendt", "Sent"),
        MessageState.REJECTED: ("Afvist af modtagerens server", "Rejected"),
        MessageState.WAITING: ("Prøves igen", "To be tried again"),
        MessageState.UNKNOWN: ("Uvist, om den kom frem", "Unknown whether it arrived"),
        MessageState.WITHHELD: ("Ikke sendt", "Not sent"),
    },
    InboundVerdict: {
        InboundVerdict.ANSWER: ("Taget som besvarelse", "Taken as an answer"),
        InboundVerdict.DRAFT: ("Gemt som kladde", "Kept as a draft"),
        InboundVerdict.AUTOMATIC: ("Automatisk svar", "Automatic reply"),
        InboundVerdict.BOUNCE: ("Kom retur", "Bounced"),
        InboundVerdict.COMPLAINT: ("Meldt som uønsket", "Reported as unwanted"),
        InboundVerdict.CALENDAR: ("Svar på en indkaldelse", "Reply to an invitation"),
        InboundVerdict.OWN: ("Vores egen mail", "Our own mail"),
        InboundVerdict.EMPTY: ("Tom", "Empty"),
        InboundVerdict.ENCRYPTED: ("Krypteret", "Encrypted"),
        InboundVerdict.HOSTILE: ("Holdt i karantæne", "Held in quarantine"),
        InboundVerdict.UNKNOWN_SENDER: ("Ukendt afsender", "Unknown sender"),
        InboundVerdict.UNREADABLE: ("Kunne ikke læses", "Unreadable"),
        InboundVerdict.CLOSED: ("Kom efter lukning", "Came after the close"),
        InboundVerdict.DUPLICATE: ("Modtaget før", "Received before"),
        InboundVerdict.NO_ANSWER: ("Uden svar", "Without an answer"),
        InboundVerdict.WITHDRAWN: ("Taget tilbage", "Taken back"),
    },
}

OF_AN_ACT: Pair = (
    "Mailen fortæller om noget, der blev gjort.",
    "The mail tells about something that was done.",
)
ACTS: Mapping[str, Pair] = {
    MessageKind.RECEIPT: ("Der blev svaret på opgaven.", "The task was answered."),
    MessageKind.RETURNED: ("Svaret blev sendt retur til rettelse.", "The answer was sent back."),
    MessageKind.EXTENDED: ("Opgaven fik en ny frist.", "The task was given a new deadline."),
    MessageKind.DEADLINE_CHANGED: ("Opgaven fik en ny frist.", "The task was given a new deadline."),
    MessageKind.NUDGE: ("Sekretariatet skrev.", "The secretariat wrote."),
    MessageKind.WAIVED: ("Posten blev fritaget for at svare.", "The post was waived."),
    MessageKind.NEW_LINK: ("Der blev bedt om et nyt link.", "A new link was asked for."),
    MessageKind.INVITATION: (
        "Et møde blev indkaldt, flyttet eller aflyst.",
        "A meeting was called, moved or cancelled.",
    ),
    MessageKind.REPLY_PROBLEM: (
        "En mail, der var svaret med, kunne ikke bruges.",
        "A mail sent in reply could not be used.",
    ),
    MessageKind.SIGN_IN_CODE: ("Der blev bedt om en kode.", "A code was asked for."),
    MessageKind.ACCOUNT_CHANGED: ("Adgangen til en konto blev ændret.", "An account's access was changed."),
    MessageKind.HANDED_OVER: ("Posten blev overdraget.", "The post was handed over."),
}
"""What was done that a mail tells of, by its kind; a decided mail has its own reason."""


def act_reason(kind: str) -> Pair:
    """Why there was a mail of this kind, where no reminder decided it."""
    return ACTS.get(kind, OF_AN_ACT)
