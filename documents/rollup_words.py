"""What a roll-up calls its outcomes: (dansk, english). Pages and documents read them here."""

from collections.abc import Mapping

from cycle.tasks.rollup import Outcome

Pair = tuple[str, str]

OUTCOMES: Mapping[Outcome, Pair] = {
    Outcome.ANSWERED: ("Besvaret", "Answered"),
    Outcome.NOT_APPROVED: ("Besvaret, ikke godkendt", "Answered, not approved"),
    Outcome.NIL: ("Intet at bemærke", "Nothing to report"),
    Outcome.LATE: ("Besvaret for sent", "Answered late"),
    Outcome.RETURNED: ("Sendt retur", "Sent back"),
    Outcome.MISSING: ("Mangler", "Missing"),
    Outcome.WAITING: ("Afventer svar", "Awaiting answer"),
    Outcome.WAIVED: ("Fritaget", "Exempt"),
}


def outcome_name(outcome: Outcome, language: str) -> str:
    """What the outcome is called."""
    return OUTCOMES[outcome][language == "en"]
