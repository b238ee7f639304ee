"""The words of every error page: what happened, and what to do. Danish and English."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cycle.errors import (
    Conflict,
    CycleError,
    Invalid,
    LinkInvalid,
    NotAllowed,
    NotFound,
    NotNow,
    TemplateInvalid,
)
from cycle.tasks.states import Verdict


@dataclass(frozen=True)
class Fault:
    """One error page: status and words, Danish and English; `onward`: an address and its words."""

    status: int
    title: tuple[str, str]
    what: tuple[str, str]
    cure: tuple[str, str]
    retry: bool = False
    onward: tuple[str, str, str] | None = None


class Refused(Exception):
    """The request cannot be granted; `fault` is the page that says why, `headers` are for programs."""

    def __init__(self, fault: Fault, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(fault.title[1])
        self.fault, self.headers = fault, headers or {}


NOT_FOUND = Fault(
    404,
    ("Siden findes ikke", "The page does not exist"),
    ("Der er ikke noget på denne adresse.", "There is nothing at this address."),
    (
        "Kontrollér adressen. Kom du hertil fra en mail, så åbn linket i mailen igen.",
        "Check the address. If you came from an e-mail, open its link again.",
    ),
)
NOT_ALLOWED = Fault(
    403,
    ("Det har du ikke adgang til", "You do not have access to this"),
    ("Din konto må ikke se eller ændre dette.", "Your account may not see or change this."),
    (
        "Skal du have adgang, så skriv til sekretariatet.",
        "If you need access, write to the secretariat.",
    ),
)
CONFLICT = Fault(
    409,
    ("Nogen nåede at ændre det først", "Someone changed it first"),
    (
        "Opgaven er blevet ændret, siden du åbnede siden. Intet er gemt.",
        "The task has changed since you opened the page. Nothing was saved.",
    ),
    (
        "Gå tilbage, hent siden igen, og se, hvad der er sket. Det, du sendte, står herunder.",
        "Go back, reload the page and see what happened. What you sent stands below.",
    ),
)
NOT_NOW = Fault(
    409,
    ("Det kan ikke lade sig gøre nu", "This is not possible now"),
    (
        "Opgaven er et andet sted i forløbet, end da du åbnede siden. Intet er gemt.",
        "The task has moved on since you opened the page. Nothing was saved.",
    ),
    ("Hent siden igen for at se, hvor langt den er.", "Reload the page to see where it is."),
)
_ITS_STATE = (
    "Hent siden igen for at se, hvad der er sket. Det, du sendte, står herunder.",
    "Reload the page to see what happened. What you sent stands below.",
)
JUDGED = {
    Verdict.APPROVED: Fault(
        409,
        ("Besvarelsen er allerede godkendt", "The answer has already been approved"),
        (
            "Den er godkendt, siden du åbnede siden. Intet er gemt.",
            "It was approved after you opened the page. Nothing was saved.",
        ),
        _ITS_STATE,
    ),
    Verdict.RETURNED: Fault(
        409,
        ("Besvarelsen er allerede sendt retur", "The answer has already been sent back"),
        (
            "Den er sendt retur, siden du åbnede siden. Intet er gemt.",
            "It was sent back after you opened the page. Nothing was saved.",
        ),
        _ITS_STATE,
    ),
}
INVALID = Fault(
    422,
    ("Noget skal rettes", "Something needs correcting"),
    ("Intet er gemt endnu.", "Nothing has been saved yet."),
    (
        "Gå tilbage, ret det, der står herunder, og send igen.",
        "Go back, correct what is listed below and send again.",
    ),
)
TEMPLATE = Fault(
    500,
    ("Dokumentet kan ikke laves", "The document cannot be made"),
    (
        "Der er en fejl i den skabelon, dokumentet laves efter. Intet andet er berørt.",
        "There is a fault in the template that the document is made from. Nothing else is affected.",
    ),
    (
        "Ret skabelonen i installationens mappe templates, og prøv igen.",
        "Correct the template in the folder templates of the installation and try again.",
    ),
)
LINKS = {
    "broken": Fault(
        404,
        ("Linket kan ikke bruges", "The link cannot be used"),
        ("Linket er ikke helt. Måske blev det delt over to linjer i mailen.", "The link is not complete."),
        (
            "Åbn linket i mailen igen, eller kopiér hele linket ind i adressefeltet.",
            "Open the link in the e-mail again, or copy all of it into the address bar.",
        ),
    ),
    "revoked": Fault(
        410,
        ("Linket gælder ikke længere", "The link is no longer valid"),
        ("Linket er blevet trukket tilbage.", "The link has been withdrawn."),
        (
            "Brug linket i den nyeste mail om opgaven, eller skriv til sekretariatet.",
            "Use the link in the newest e-mail about the task, or write to the secretariat.",
        ),
    ),
}
UNSAFE = Fault(
    403,
    ("Siden er for gammel", "The page is too old"),
    (
        "Vi kunne ikke se, at formularen kom fra din egen side. Intet er gemt.",
        "We could not see that the form came from your own page. Nothing was saved.",
    ),
    (
        "Hent siden igen, og send formularen én gang til. Det, du sendte, står herunder.",
        "Reload the page and send the form again. What you sent stands below.",
    ),
)
SIGNED_OUT = Fault(
    401,
    ("Du er ikke logget ind længere", "You are no longer signed in"),
    ("Intet er gemt.", "Nothing was saved."),
    (
        "Kopiér det, du har skrevet, herunder. Log så ind igen, og sæt det ind.",
        "Copy what you wrote below. Then sign in again and paste it.",
    ),
)
WRONG_WAY = Fault(
    405,
    ("Det kan ikke lade sig gøre", "This is not possible"),
    ("Siden kan ikke bruges på den måde.", "The page cannot be used in this way."),
    ("Gå tilbage, og brug knapperne på siden.", "Go back and use the buttons of the page."),
)
TOO_LARGE = Fault(
    413,
    ("Det er for stort", "This is too large"),
    (
        "Der kan højst sendes 25 MB på én gang. Intet er gemt.",
        "At most 25 MB can be sent at once. Nothing was saved.",
    ),
    ("Send en mindre fil, eller del den op.", "Send a smaller file, or split it."),
)
BAD_REQUEST = Fault(
    400,
    ("Det kunne ikke læses", "This could not be read"),
    (
        "Vi kunne ikke læse det, der blev sendt. Intet er gemt.",
        "What was sent could not be read. Nothing was saved.",
    ),
    ("Gå tilbage, og prøv igen.", "Go back and try again."),
)
NOT_SAVED = Fault(
    503,
    ("Det blev ikke gemt", "It was not saved"),
    (
        "Systemet kan ikke gemme lige nu. Det, du har skrevet, er ikke gemt, men det står herunder.",
        "The system cannot save right now. What you wrote is not saved, but it stands below.",
    ),
    (
        "Bliv på siden, og prøv igen om lidt. Virker det stadig ikke, så kopiér din tekst, og skriv til "
        "sekretariatet.",
        "Stay on the page and try again shortly. If it still fails, copy your text and write to the "
        "secretariat.",
    ),
    retry=True,
)
BROKEN = Fault(
    500,
    ("Der skete en fejl hos os", "Something went wrong on our side"),
    ("Det er ikke noget, du har gjort. Intet er gemt.", "It is nothing you did. Nothing was saved."),
    (
        "Prøv igen om lidt. Sker det igen, så skriv til sekretariatet, og nævn fejlnummeret.",
        "Try again shortly. If it happens again, write to the secretariat and quote the error number.",
    ),
)
VACANT_SIGNER = Fault(
    403,
    ("Posten er ubesat", "The post is vacant"),
    ("Kun postens leder eller stedfortræder kan skrive under.", "Only its holder or substitute signs."),
    (
        "Bed sekretariatet om at besætte den; de får deres eget link.",
        "Ask the secretariat to enter somebody.",
    ),
)
PASSED_ON = Fault(
    403,
    ("Opgaven hører ikke længere til dig", "The task is no longer yours"),
    (
        "Linket hører til en post, som du ikke står på i dag.",
        "The link belongs to a post that you do not hold today.",
    ),
    (
        "Den, der har posten nu, har fået sit eget link. Er det en fejl, så skriv til sekretariatet.",
        "Whoever holds the post now has a link of their own. If this is a mistake, write to the secretariat.",
    ),
)
CANCELLED = Fault(
    410,
    ("Opgaven er aflyst", "The task was cancelled"),
    ("Der skal ikke svares på den.", "No answer is needed."),
    ("Du skal ikke gøre noget.", "You need not do anything."),
)
CLOSED = Fault(
    410,
    ("Der kan ikke svares længere", "Answers are no longer taken"),
    (
        "Fristen er overskredet, og indsamlingen er lukket. Vi har ikke modtaget et svar fra jer.",
        "The deadline has passed and the collection is closed. We received no answer from you.",
    ),
    (
        "Skriv til sekretariatet, hvis I stadig har noget at melde. De kan åbne opgaven igen.",
        "Write to the secretariat if you still have something to report. They can open the task again.",
    ),
)
CLOSED_AFTER_ANSWER = Fault(
    410,
    CLOSED.title,
    (
        "Indsamlingen er lukket. Det svar, vi har fået fra jer før, gælder; det nye er ikke gemt.",
        "The collection is closed. The answer you gave before counts; the new one was not saved.",
    ),
    CLOSED.cure,
)
BY_STATUS = {
    fault.status: fault
    for fault in (BAD_REQUEST, SIGNED_OUT, NOT_ALLOWED, NOT_FOUND, WRONG_WAY, TOO_LARGE, INVALID, NOT_SAVED)
}
BY_ERROR: tuple[tuple[type[CycleError], Fault], ...] = (
    (NotFound, NOT_FOUND),
    (NotAllowed, NOT_ALLOWED),
    (NotNow, NOT_NOW),
    (Conflict, CONFLICT),
    (TemplateInvalid, TEMPLATE),
    (Invalid, INVALID),
)


_OTHER_THINGS = {
    CONFLICT: (
        "Det, du arbejder på, er blevet ændret, siden du åbnede siden. Intet er gemt.",
        "What you are working on has changed since you opened the page. Nothing was saved.",
    ),
    NOT_NOW: (
        "Det er kommet videre, siden du åbnede siden. Intet er gemt.",
        "It has moved on since you opened the page. Nothing was saved.",
    ),
}
"""What is said of a change meanwhile where it is not a task."""


def fault_of(error: CycleError) -> Fault:
    """The page of a domain error."""
    if isinstance(error, LinkInvalid):
        return LINKS.get(error.reason, LINKS["broken"])
    found = next((fault for kind, fault in BY_ERROR if isinstance(error, kind)), BROKEN)
    if isinstance(error, Conflict) and error.kind not in ("task", "answer"):
        return replace(found, what=_OTHER_THINGS[found])
    return found
