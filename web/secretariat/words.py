"""What the secretariat's pages call things: every kind and verdict, Danish and English.

The states and outcomes of tasks and activities are written in `web.words`, for all rooms.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from cycle.cases.model import Direction
from cycle.goals.frame_parts import FramePart
from cycle.goals.tables import AgreementState, GoalLevel, GoalOrigin, GoalType
from cycle.messages.tables import MessageKind
from cycle.organisation.directory import Capacity
from cycle.organisation.head_posts import Trouble
from cycle.plan.model import FlowName, ReminderKind, Ring
from cycle.reminders.tables import Decided
from cycle.runs.tables import Recorded, RunState
from cycle.tasks.many import Hindrance
from cycle.tasks.overview import Standing
from cycle.tasks.rollup import Outcome
from cycle.tasks.states import (
    Channel,
    OccurrenceState,
    SubmissionKind,
    TaskKind,
    TaskState,
    Timeliness,
    WishState,
)
from cycle.tasks.states import Verdict as ReviewVerdict
from cycle.tasks.told import Told
from documents.frame_document import PARTS
from documents.goal_words import ORIGINS, TYPES
from documents.wheel_words import RINGS, STANDINGS
from web.secretariat.import_words import IMPORT_NAMES
from web.secretariat.mail_words import MAIL_NAMES
from web.secretariat.meeting_words import MEETING_NAMES, MEETING_TONES, MEETING_VERBS
from web.secretariat.post_words import POST_VERBS
from web.secretariat.search_words import SEARCH_NAMES
from web.words import OCCURRENCES, OUTCOMES, STATES, TIMELINESS, WISHES, Pair, pairs

Words = Mapping[type[StrEnum], Mapping[StrEnum, Pair]]

NAMES: Words = {
    Standing: {key: (words["da"], words["en"]) for key, words in STANDINGS.items()},
    Ring: {key: (words["da"], words["en"]) for key, words in RINGS.items()},
    TaskState: pairs(STATES),
    OccurrenceState: pairs(OCCURRENCES),
    Timeliness: pairs(TIMELINESS),
    WishState: pairs(WISHES),
    TaskKind: {
        TaskKind.ANSWER: ("Besvarelse", "Answer"),
        TaskKind.REVIEW: ("Godkendelse af besvarelser", "Review of answers"),
        TaskKind.CONSOLIDATE: ("Sammenfatning", "Consolidation"),
        TaskKind.RELEASE: ("Frigivelse", "Release"),
        TaskKind.DECIDE: ("Beslutning", "Decision"),
        TaskKind.DRAFT: ("Udkast", "Draft"),
        TaskKind.NEGOTIATE: ("Forhandling", "Negotiation"),
        TaskKind.APPROVE: ("Godkendelse", "Approval"),
        TaskKind.SIGN: ("Underskrift", "Signature"),
        TaskKind.FOLLOW_UP: ("Opfølgning", "Follow-up"),
        TaskKind.HOMEWORK: ("Hjemmeopgave", "Homework"),
        TaskKind.TAKE_IN: ("Mål ind i måltræet", "Goals into the tree"),
    },
    SubmissionKind: {
        SubmissionKind.COMPLETE: ("Besvarelse", "Answer"),
        SubmissionKind.NIL: ("Intet at bemærke", "Nothing to report"),
    },
    Channel: {
        Channel.WEB: ("Hjemmeside", "Web"),
        Channel.MAIL: ("Mail", "E-mail"),
    },
    ReviewVerdict: {
        ReviewVerdict.APPROVED: ("Godkendt", "Approved"),
        ReviewVerdict.RETURNED: ("Sendt retur", "Sent back"),
    },
    Outcome: pairs(OUTCOMES),
    GoalLevel: {
        GoalLevel.THEME: ("Tema", "Theme"),
        GoalLevel.POLITICAL: ("Politisk mål", "Political goal"),
        GoalLevel.COMMON: ("Fælles mål", "Common goal"),
        GoalLevel.AREA: ("Områdemål", "Area goal"),
        GoalLevel.UNIT: ("Enhedsmål", "Unit goal"),
    },
    GoalOrigin: ORIGINS,
    GoalType: TYPES,
    AgreementState: {
        AgreementState.DRAFTING: ("Udkast", "Draft"),
        AgreementState.NEGOTIATION: ("Forhandling", "Negotiation"),
        AgreementState.APPROVAL: ("Godkendelse", "Approval"),
        AgreementState.SIGNING: ("Underskrift", "Signing"),
        AgreementState.IN_FORCE: ("Gældende", "In force"),
        AgreementState.SUPERSEDED: ("Afløst", "Superseded"),
    },
    FramePart: {part: words for part, words in PARTS.items()},
    Direction: {
        Direction.INCOMING: ("Indgående", "Incoming"),
        Direction.OUTGOING: ("Udgående", "Outgoing"),
        Direction.INTERNAL: ("Internt", "Internal"),
    },
    RunState: {
        RunState.WANTED: ("Venter", "Waiting"),
        RunState.CLAIMED: ("Kører", "Running"),
        RunState.DONE: ("Færdig", "Done"),
        RunState.FAILED: ("Fejlet", "Failed"),
    },
    Recorded: {
        Recorded.PENDING: ("Endnu ikke", "Not yet"),
        Recorded.RECORDED: ("Ja", "Yes"),
        Recorded.NOT_RECORDED: ("Nej", "No"),
    },
    FlowName: {
        FlowName.BUDGET_CALL: ("Budgetudmelding", "Budget call"),
        FlowName.AGREEMENT_SIGNING: ("Udviklingsaftaler", "Development agreements"),
        FlowName.QUARTERLY_REPORT: ("Kvartalsrapport", "Quarterly report"),
        FlowName.STRATEGY_REVISION: ("Strategirevision", "Strategy revision"),
        FlowName.ANNUAL_ACCOUNTS: ("Regnskabsaflæggelse", "Annual accounts"),
        FlowName.FRAME_APPROVAL: ("Godkendelse af styringsrammer", "Frame approval"),
        FlowName.FRAME_REPORT: ("Afrapportering på styringsrammer", "Frame report"),
        FlowName.RESULTS_DIALOGUE: ("Resultatsamtaler", "Results dialogues"),
        FlowName.MEETING_SERIES: ("Møderække", "Meeting series"),
        FlowName.PROCESS_STEP: ("Procestrin", "Process step"),
        FlowName.REPORT: ("Rapport", "Report"),
    },
    **MAIL_NAMES,
    Decided: {
        Decided.SENT: ("Mail sendt", "Mail sent"),
        Decided.MERGED: ("Kom med i dagens mail", "Put into the day's mail"),
        Decided.ANSWERED: ("Ingen mail: svaret", "No mail: answered"),
        Decided.OVERTAKEN: ("Ingen mail: afløst af en nyere", "No mail: a newer one took its place"),
        Decided.ADDRESS_DEAD: ("Ingen mail: adressen virker ikke", "No mail: address does not work"),
        Decided.UNDELIVERED: ("Mailen kunne ikke afleveres", "The mail could not be delivered"),
        Decided.NO_ADDRESS: ("Ingen mail: ingen adresse", "No mail: no address"),
        Decided.NOBODY: ("Ingen mail: ingen på posten", "No mail: nobody holds the post"),
        Decided.NO_SUPERIOR: ("Ingen mail: ingen nærmeste leder", "No mail: no superior"),
        Decided.NOT_OWED: ("Ingen mail: skal ikke svare", "No mail: need not answer"),
        Decided.CLOSED: ("Ingen mail: lukket", "No mail: closed"),
    },
    ReminderKind: {
        ReminderKind.OPENS: ("Opgaven åbner", "The task opens"),
        ReminderKind.BEFORE: ("Påmindelse før fristen", "Reminder before"),
        ReminderKind.ON: ("Påmindelse på dagen", "Reminder on the day"),
        ReminderKind.AFTER: ("Rykker", "Reminder after"),
        ReminderKind.ESCALATE: ("Orientering til nærmeste leder", "Escalation to the superior"),
    },
    Hindrance: {
        Hindrance.ANSWERED: ("enheden har svaret", "the unit has answered"),
        Hindrance.NOT_OWED: ("enheden skal ikke svare", "the unit need not answer"),
        Hindrance.NOT_LATER: (
            "fristen er allerede den nye dato eller senere",
            "its deadline is already the new date or later",
        ),
        Hindrance.TAKEN: (
            "personen har selv posten, eller der er en stedfortræder i forvejen",
            "the person holds the post, or somebody acts for it already",
        ),
        Hindrance.NO_ADDRESS: ("der er ingen adresse at skrive til", "there is no address to write to"),
    },
    Trouble: {
        Trouble.VACANT: ("Ingen på posten", "Vacant"),
        Trouble.NOBODY: ("Ingen at skrive til", "Nobody to write to"),
        Trouble.NO_ADDRESS: ("Ingen mailadresse", "No address"),
        Trouble.DEAD_ADDRESS: ("Mailadressen virker ikke", "The address does not work"),
        Trouble.DOUBTFUL_ADDRESS: ("Mailadressen er usikker", "The address is doubtful"),
    },
    **MEETING_NAMES,
    **IMPORT_NAMES,
    **SEARCH_NAMES,
    Capacity: {
        Capacity.HOLDER: ("leder", "holder"),
        Capacity.SUBSTITUTE: ("stedfortræder", "substitute"),
        Capacity.SUPERIOR: ("nærmeste leder", "nearest superior"),
    },
}

FILTER_NAMES: Mapping[str, Pair] = {
    "alle": ("I alt", "All"),
    "svaret": ("Besvaret", "Answered"),
    "til-tiden": ("Til tiden", "On time"),
    "til-tiden-efter-forlaengelse": ("Til tiden efter forlængelse", "On time after extension"),
    "for-sent": ("For sent", "Late"),
    "intet-at-bemaerke": ("Intet at bemærke", "Nothing to report"),
    "afventer-godkendelse": OUTCOMES[Outcome.NOT_APPROVED][:2],
    "sendt-retur": ("Sendt retur", "Sent back"),
    "mangler": ("Mangler svar", "Answer missing"),
    "over-fristen": ("Over fristen", "Overdue"),
    "udeblevet": ("Intet svar efter fristen", "No answer after the deadline"),
    "fritaget": ("Fritaget", "Waived"),
}

SERVICES: Mapping[str, Pair] = {
    "remind": ("Påmindelser", "Reminders"),
    "deliver": ("Afsendelse af mail", "Sending mail"),
    "collect": ("Læsning af postkasse", "Reading the mailbox"),
    "organisation": ("Enheder og ledere fra OS2mo", "Units and leaders from OS2mo"),
}
STEPS: Mapping[str, Pair] = {
    "open": ("åbner", "opens"),
    "advance": ("går videre", "advances"),
    "close": ("lukker", "closes"),
    "erase": ("sletter forberedelser", "erases preparations"),
    "sweep": ("natligt eftersyn", "nightly check"),
}

VERBS: Mapping[str, Pair] = {
    "open": ("opgaven åbnet", "task opened"),
    "submit": ("svaret", "answered"),
    "approve": ("godkendt", "approved"),
    "approved": ("godkendt", "approved"),
    "return": ("sendt retur", "returned"),
    "returned": ("sendt retur", "returned"),
    "reopen": ("åbnet igen", "opened again"),
    "finish": ("afsluttet", "finished"),
    "mail_sent_again": ("mailen sendt igen", "mail sent again"),
    "mail_arrived": ("mailen kom frem", "mail arrived"),
    "extend": ("fristen forlænget", "deadline extended"),
    "ask_extension": ("ny frist ønsket", "later deadline asked for"),
    "refuse_extension": ("ny frist afslået", "later deadline refused"),
    "waive": ("fritaget", "waived"),
    "cancel": ("aflyst", "cancelled"),
    "erase": ("forberedelser slettet", "preparations erased"),
    "nudge": ("besked sendt", "message sent"),
    "reassign": ("stedfortræder sat på", "substitute named"),
    "withdraw": ("svaret taget tilbage", "answer taken back"),
    "reassign_mail": ("mailen flyttet", "mail moved"),
    "undo_mail": ("svar fra mailen taget tilbage", "answer from the mail taken back"),
    "revoke_links": ("de gamle links lukket", "earlier links closed"),
    "revise": ("fristen ændret i planen", "deadline changed in the plan"),
    "edit_mail_text": ("mailtekst ændret", "mail text changed"),
    **MEETING_VERBS,
    **POST_VERBS,
    "decide": ("beslutning indskrevet", "decision recorded"),
    "correct_decision": ("beslutning rettet", "decision corrected"),
    "withdraw_decision": ("beslutning trukket tilbage", "decision withdrawn"),
    "retry": ("kørt igen", "run again"),
    "pause": ("sat på pause", "paused"),
    "resume": ("sat i gang igen", "resumed"),
}
"""What the history's verbs are called; a verb that is not here is shown as it is kept."""

ACTORS: Mapping[str, Pair] = {
    "engine": ("systemet", "the engine"),
    "cli": ("driften (fra fil)", "operations (from a file)"),
    "played:superior": ("nærmeste leder (opdigtet)", "nearest superior (invented)"),
    "played:secretariat": ("sekretariatet (opdigtet)", "the secretariat (invented)"),
}
"""Who acts without an account or a person of one's own; the played ones are the demo's."""

TONES: Mapping[StrEnum, str] = {
    Standing.ON_TRACK: OCCURRENCES[OccurrenceState.OPEN][2],
    Standing.DUE_SOON: "warn",
    Standing.OVERDUE: "bad",
    Standing.COMPLETE: "good",
    Standing.INCOMPLETE: "lacking",
    **MEETING_TONES,
}
"""Which tags are good, to be watched, or bad, each in the wheel's colour; the words say it too."""


def namer(language: str) -> Callable[[StrEnum], str]:
    """`name(value)`: what a state, kind or verdict is called in the language."""
    place = 1 if language == "en" else 0
    return lambda value: NAMES[type(value)][value][place]


def verb_namer(language: str) -> Callable[[str], str]:
    """`verb_name("extend")`: what a change is called; the verb itself when it has no name."""
    place = 1 if language == "en" else 0
    return lambda verb: VERBS[verb][place] if verb in VERBS else verb


def actor_namer(language: str, names: Mapping[str, str]) -> Callable[[str], str]:
    """`actor_name("account:5")`: who acted, by the page's `names`; a post by its role."""
    place = 1 if language == "en" else 0

    def named(actor: str) -> str:
        kind, _, post = actor.partition(":")
        if kind == "post":
            return post.rpartition("/")[2]
        known = ACTORS.get(actor) or ACTORS.get(actor.rpartition(":")[0])
        return names.get(actor) or (known[place] if known else actor)

    return named


def told_namer(language: str) -> Callable[[Told], str]:
    """`told_what(row)`: which reminder or which mail a row of somebody's story is."""
    name = namer(language)

    def what(row: Told) -> str:
        return name(ReminderKind(row.rule_kind) if row.rule_kind else MessageKind(row.message_kind))

    return what


def flow_namer(language: str) -> Callable[[str], str]:
    """`flow_name("deliver")`: what a flow is called; its own name when it has none."""
    place = 1 if language == "en" else 0
    known = {flow.value: words for flow, words in NAMES[FlowName].items()} | dict(SERVICES)
    return lambda flow: known[flow][place] if flow in known else flow
