"""The Danish sentences of the decision ledger, as the page shows them."""

from datetime import date

from cycle.danish import format_date
from cycle.plan.model import ReminderKind
from cycle.reminders.steps import Step
from cycle.reminders.tables import Decided

DOWN = "efter driftsstop"


def opening_title(*, ordinal: int, told_before: bool) -> str:
    """The mail that says a task is there: the first one, again, or to someone new."""
    if ordinal == 1:
        return "Besked om ny opgave"
    return "Besked om opgaven til ny modtager" if told_before else "Besked om åben opgave"


def title(step: Step, due_on: date) -> str:
    """What a step says, in words: "Påmindelse 5 arbejdsdage før fristen 30. april 2027"."""
    deadline = format_date(due_on)
    if step.kind is ReminderKind.OPENS:
        return "Besked om ny opgave"
    if step.kind is ReminderKind.BEFORE:
        return f"Påmindelse {_distance(step)} før fristen {deadline}"
    if step.kind is ReminderKind.ON:
        return f"Påmindelse på fristdagen {deadline}"
    if step.kind is ReminderKind.AFTER:
        return f"Rykker {step.ordinal} for fristen {deadline}"
    again = f" ({step.ordinal}. gang)" if step.ordinal > 1 else ""
    return f"Orientering til nærmeste leder{again} om overskredet frist {deadline}"


def placed(what: str, *, on: date, today: date, opened: bool) -> str:
    """Which mail it went into: one that it opened, or one that was there."""
    mail = "dagens mail" if on == today else f"mailen {format_date(on)}"
    return f"{what}: sendt i {mail}." if opened else f"{what}: kom med i {mail}."


def still_to_go(reason: str) -> str:
    """The same of a mail that lies in the outbox: it was not sent yet when this is read."""
    return reason.replace(": sendt i ", ": sendes i ").replace(": kom med i ", ": kommer med i ")


def not_sent(what: str, why: str) -> str:
    """Why nothing was sent."""
    return f"{what}. Ikke sendt: {why}."


def sent_again(reason: str, *, on: date) -> str:
    """The same of a mail that was not delivered and that a person has let go out once more."""
    return placed(reason.rsplit(". Ikke sendt:", 1)[0], on=on, today=date.min, opened=True)


def answered(received_on: date | None) -> str:
    """The answer came first."""
    if received_on is None:
        return "opgaven var klaret"
    return f"besvarelsen var modtaget {format_date(received_on)}"


def overtaken(by: Step, due_on: date, *, same_day: bool) -> str:
    """A newer step took its place: on the same day, or because the engine had stood still."""
    newer = title(by, due_on)
    newer = newer[0].lower() + newer[1:]
    return f"falder sammen med {newer}" if same_day else f"afløst af {newer} {DOWN}"


PASSED = f"fristen var passeret {DOWN}"
NOT_OWED = "opgaven er fritaget eller aflyst"
CLOSED = "aktiviteten er lukket for besvarelser"
NOBODY = (
    "stillingen er ubesat, og der er hverken stedfortræder eller en nærmeste leder, der kan svare for den"
)
NO_ADDRESS = "modtageren har ingen e-mailadresse"
ADDRESS_DEAD = "mail til modtagerens adresse kommer ikke frem"
NO_SUPERIOR = "der er ingen leder over enheden at orientere"
CAME_BACK = "mailen kom ikke frem til adressen"
UNDELIVERED = "mailen kunne ikke afleveres"
BEFORE_SENDING = {
    Decided.ANSWERED: "opgaven blev besvaret, før mailen gik",
    Decided.NOT_OWED: "opgaven blev fritaget eller aflyst, før mailen gik",
    Decided.CLOSED: "aktiviteten blev lukket for besvarelser, før mailen gik",
}


def _distance(step: Step) -> str:
    rule = step.rule
    days = rule.offset - (step.ordinal - 1) * rule.every
    unit = "arbejdsdag" if rule.working_days else "dag"
    return f"{days} {unit}" if days == 1 else f"{days} {unit}e"
