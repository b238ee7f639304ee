"""What the figures of a run are called. The same name means another thing in another flow: a reminder's
*answered* is a mail that was not written, a closing's is a unit that has answered.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from cycle.messages.tables import InboundVerdict, MessageState
from cycle.reminders.tables import Decided
from cycle.tasks.rollup import Outcome

Pair = tuple[str, str]

ACTIVITY: Mapping[str, Pair] = {
    "opened": ("opgaver åbnet", "tasks opened"),
    "reviews": ("godkendelser ændret", "reviews changed"),
    "stages": ("opgaver i næste skridt", "tasks of the next step"),
    "released": ("frigivet", "released"),
    "statuses": ("målstatusser", "goal statuses"),
    "versions": ("nye udgaver af strategien", "new versions of the strategy"),
    "moved": ("aftaler flyttet", "agreements moved"),
    "in_force": ("gældende aftaler", "agreements in force"),
    "unsigned": ("ikke underskrevet", "unsigned"),
    Outcome.ANSWERED: ("svaret", "answered"),
    Outcome.NOT_APPROVED: ("svaret, ikke godkendt", "answered, not approved"),
    Outcome.NIL: ("intet at bemærke", "nothing to remark"),
    Outcome.LATE: ("svaret for sent", "answered late"),
    Outcome.RETURNED: ("sendt retur", "returned"),
    Outcome.MISSING: ("mangler", "missing"),
    Outcome.WAITING: ("ikke svaret endnu", "not answered yet"),
    Outcome.WAIVED: ("skal ikke svare", "need not answer"),
}
REMIND: Mapping[str, Pair] = {
    "tasks": ("opgaver set på", "tasks looked at"),
    "mails": ("mails skrevet", "mails written"),
    "differences": ("rettede tidspunkter", "corrected times"),
    Decided.SENT: ("begyndte en mail", "began a mail"),
    Decided.MERGED: ("kom med i en mail", "put into a mail"),
    Decided.ANSWERED: ("ingen mail, har svaret", "no mail, answered"),
    Decided.OVERTAKEN: ("ingen mail, overhalet", "no mail, overtaken"),
    Decided.ADDRESS_DEAD: ("ingen mail, adressen virker ikke", "no mail, address does not work"),
    Decided.NO_ADDRESS: ("ingen mail, uden adresse", "no mail, no address"),
    Decided.NOBODY: ("ingen mail, ingen på posten", "no mail, nobody holds the post"),
    Decided.NO_SUPERIOR: ("ingen mail, ingen nærmeste leder", "no mail, no superior"),
    Decided.NOT_OWED: ("ingen mail, skal ikke svare", "no mail, need not answer"),
    Decided.CLOSED: ("ingen mail, lukket", "no mail, closed"),
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
    InboundVerdict.UNKNOWN_SENDER: ("fra ukendte afsendere", "from unknown senders"),
    InboundVerdict.UNREADABLE: ("kunne ikke læses", "unreadable"),
    InboundVerdict.CLOSED: ("kom efter lukning", "came after the close"),
    InboundVerdict.DUPLICATE: ("modtaget før", "received before"),
}
OF_SERVICE: Mapping[str, Mapping[str, Pair]] = {"remind": REMIND, "deliver": DELIVER, "collect": COLLECT}
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


def count_namer(language: str) -> Callable[[str, str], str]:
    """`count_name("remind", "sent")`: what a run of that flow counted; an unknown key itself."""
    place = 1 if language == "en" else 0
    return lambda flow, key: words_of(flow)[key][place] if key in words_of(flow) else key
