"""What the figures of a run are called. The same name means another thing in another flow: a reminder's
*answered* is a mail that was not written, a closing's is a unit that has answered.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum

from cycle.danish import format_decimal
from cycle.messages.tables import InboundVerdict, MessageState
from cycle.reminders.tables import Decided
from cycle.tasks.rollup import Outcome
from web.words import OUTCOMES, Pair

ACTIVITY: Mapping[str, Pair] = {
    "opened": ("opgaver åbnet", "tasks opened"),
    "reviews": ("godkendelser ændret", "reviews changed"),
    "follow_ups": ("opfølgninger på merforbrug", "follow-ups on overspending"),
    "stages": ("opgaver i næste skridt", "tasks of the next step"),
    "released": ("frigivet", "released"),
    "statuses": ("målstatusser", "goal statuses"),
    "versions": ("nye udgaver af strategien", "new versions of the strategy"),
    "frames": ("styringsrammer", "steering frames"),
    "frame_texts": ("tekster i styringsrammer", "texts in steering frames"),
    "held": ("møder holdt", "meetings held"),
    "dated": ("trin med nye datoer", "steps given dates"),
    "moved": ("aftaler flyttet", "agreements moved"),
    "renewed": ("aftaler med ændrede mål", "agreements with changed goals"),
    "in_force": ("gældende aftaler", "agreements in force"),
    "sealed": ("forseglede aftaler", "sealed agreements"),
    "unsigned": ("ikke underskrevet", "unsigned"),
    "erased": ("aktiviteter med slettede forberedelser", "activities whose preparations were erased"),
    **{outcome: (word[0].lower(), word[1].lower()) for outcome, word in OUTCOMES.items()},
}
REMIND: Mapping[str, Pair] = {
    "tasks": ("opgaver set på", "tasks looked at"),
    "mails": ("mails skrevet", "mails written"),
    Decided.SENT: ("opgaver i en ny mail", "tasks in a new mail"),
    Decided.MERGED: ("opgaver føjet til en mail", "tasks added to a mail"),
    Decided.ANSWERED: ("uden mail, har svaret", "without mail, answered"),
    Decided.OVERTAKEN: ("uden mail, afløst af en nyere", "without mail, a newer one took its place"),
    Decided.ADDRESS_DEAD: ("uden mail, adressen virker ikke", "without mail, address does not work"),
    Decided.UNDELIVERED: ("med en mail, der ikke kunne afleveres", "with a mail that was not delivered"),
    Decided.NO_ADDRESS: ("uden mail, ingen adresse", "without mail, no address"),
    Decided.NOBODY: ("uden mail, ingen på posten", "without mail, nobody holds the post"),
    Decided.NO_SUPERIOR: ("uden mail, ingen nærmeste leder", "without mail, no superior"),
    Decided.NOT_OWED: ("uden mail, skal ikke svare", "without mail, need not answer"),
    Decided.CLOSED: ("uden mail, lukket", "without mail, closed"),
    "differences": ("rettede tidspunkter", "corrected times"),
    "brought_back": ("mails hentet frem igen", "mails made due again"),
    "mails_removed": ("filer med læste mails fjernet", "files of mails read long ago removed"),
}
DELIVER: Mapping[str, Pair] = {
    MessageState.READY: ("sat i kø igen", "queued again"),
    MessageState.CLAIMED: ("er ved at blive sendt", "being sent"),
    MessageState.SENT: ("sendt", "sent"),
    MessageState.REJECTED: ("afvist af modtagerens server", "rejected by the receiver's server"),
    MessageState.WAITING: ("prøves igen", "to be tried again"),
    MessageState.UNKNOWN: ("uvist, om de kom frem", "unknown whether they arrived"),
    MessageState.WITHHELD: ("ikke sendt, alt var svaret", "not sent, all was answered"),
    "taken_over": ("taget over af en anden kørsel", "taken over by another run"),
    "held_back": ("holdt tilbage, mailserveren svarede ikke", "held back, the mail server did not answer"),
}
COLLECT: Mapping[str, Pair] = {
    InboundVerdict.ANSWER: ("taget som besvarelser", "taken as answers"),
    InboundVerdict.DRAFT: ("gemt som kladder", "kept as drafts"),
    InboundVerdict.AUTOMATIC: ("automatiske svar", "automatic replies"),
    InboundVerdict.BOUNCE: ("kom retur", "bounced"),
    InboundVerdict.COMPLAINT: ("meldt som uønskede", "reported as unwanted"),
    InboundVerdict.CALENDAR: ("svar på indkaldelser", "replies to invitations"),
    InboundVerdict.OWN: ("vores egne", "our own"),
    InboundVerdict.EMPTY: ("tomme", "empty"),
    InboundVerdict.ENCRYPTED: ("krypterede", "encrypted"),
    InboundVerdict.HOSTILE: ("holdt i karantæne", "held in quarantine"),
    InboundVerdict.UNKNOWN_SENDER: ("fra ukendte afsendere", "from unknown senders"),
    InboundVerdict.UNREADABLE: ("kunne ikke læses", "unreadable"),
    InboundVerdict.CLOSED: ("kom efter lukning", "came after the close"),
    InboundVerdict.DUPLICATE: ("modtaget før", "received before"),
    InboundVerdict.NO_ANSWER: ("uden svar", "without an answer"),
    InboundVerdict.WITHDRAWN: ("taget tilbage", "taken back"),
}
ORGANISATION: Mapping[str, Pair] = {
    "changes": ("forskelle fundet", "differences found"),
    "applied": ("indlæst", "imported"),
}
OF_SERVICE: Mapping[str, Mapping[str, Pair]] = {
    "remind": REMIND,
    "deliver": DELIVER,
    "collect": COLLECT,
    "organisation": ORGANISATION,
}
COUNTED: Mapping[type[StrEnum], Mapping[str, Pair]] = {
    Outcome: ACTIVITY,
    Decided: REMIND,
    MessageState: DELIVER,
    InboundVerdict: COLLECT,
}
"""Whose members a flow counts, and where they have their words."""


def words_of(flow: str) -> Mapping[str, Pair]:
    """The names of everything this flow may count."""
    return OF_SERVICE.get(flow, ACTIVITY)


def counter(language: str) -> Callable[[str, Mapping[str, int]], list[str]]:
    """`counted("deliver", {"sent": 7})`: ["sendt: 7"], in the order above; an unknown figure by its key."""
    place = 1 if language == "en" else 0

    def counted(flow: str, counts: Mapping[str, int]) -> list[str]:
        words = words_of(flow)
        order = {key: number for number, key in enumerate(words)}
        found = sorted((key for key in counts if counts[key]), key=lambda key: order.get(key, len(order)))
        return [
            f"{words[key][place] if key in words else key}: "
            f"{format_decimal(Decimal(counts[key]), language=language)}"
            for key in found
        ]

    return counted
