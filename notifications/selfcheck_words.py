"""The self-check's findings in words: on its page, in its mail, at the command line. Counts and ids only."""

from collections.abc import Mapping, Sequence
from typing import Any

from cycle.health.checks import Fault

WORDS: Mapping[Fault, tuple[tuple[str, str], tuple[str, str]]] = {
    Fault.CLOCK_SILENT: (
        ("Uret har ikke slået i mindst to minutter.", "The clock has not turned for at least two minutes."),
        ("Se, om programmet kører, og genstart det.", "See whether the program runs, and start it again."),
    ),
    Fault.CLOCK_FAILING: (
        ("Uret slår, men fejler hver gang.", "The clock turns and fails."),
        ("Læs fejlen på siden Kørsler.", "Read the error on the page Runs."),
    ),
    Fault.STEPS_DUE: (
        ("Skridt i årshjulet, der skulle være taget", "Steps of the wheel that should have been taken"),
        ("Se på siden Kørsler, om noget fejler.", "See on the page Runs whether something fails."),
    ),
    Fault.RUNS_UNCLAIMED: (
        ("Kørsler, som ingen arbejdsproces har taget", "Runs that no worker has taken"),
        ("Se, om arbejdsprocessen kører.", "See whether the worker runs."),
    ),
    Fault.RUNS_OVERRUN: (
        ("Kørsler, der er begyndt og ikke svarer", "Runs that have begun and do not answer"),
        (
            "De tages igen af sig selv. Bliver de ved, så genstart programmet.",
            "They are taken again. If they stay, restart the program.",
        ),
    ),
    Fault.RUNS_FAILED: (
        ("Kørsler, der er fejlet og ikke gjort om", "Runs that failed and were not done since"),
        (
            "Læs fejlen på siden Kørsler, og tryk »Kør igen«.",
            "Read the error on the page Runs.",
        ),
    ),
    Fault.MAIL_LATE: (
        ("Mails, der ikke er kommet af sted", "Mails that have not left"),
        ("Se på siden Mails, hvad mailserveren svarer.", "See on the page Mails what the mail server says."),
    ),
    Fault.MAIL_REJECTED: (
        ("Mails, der er afvist siden det forrige driftstjek", "Mails refused since the check before"),
        (
            "Se hvorfor på siden »Ikke nået frem«. Er fejlen rettet, så tryk »Send alle afviste igen«.",
            "See why on the page “Not arrived”. Once mended, press “Send all refused again”.",
        ),
    ),
    Fault.MAIL_UNKNOWN: (
        ("Mails, som det er uvist, om er kommet frem", "Mails that may or may not have arrived"),
        ("Spørg modtageren, eller send en besked om opgaven.", "Ask the receiver, or write about the task."),
    ),
    Fault.MAILBOX_UNREAD: (
        ("Postkasser med svar, der ikke bliver læst", "Mailboxes of replies that are not read"),
        ("Prøv postkassens adgang med »aarshjul doctor«.", "Try the mailbox with “aarshjul doctor”."),
    ),
    Fault.HISTORY_UNCHAINED: (
        ("Rækker i historikken, der ikke er lænket", "Rows of the history that are not chained"),
        ("Uret lænker dem. Se, om det slår.", "The clock chains them. See whether it turns."),
    ),
    Fault.STORE_UNREACHABLE: (
        ("Databasen kan ikke nås.", "The store cannot be reached."),
        (
            "Se, om databasen kører, og om disken er fuld.",
            "See whether it runs and the disk is full.",
        ),
    ),
    Fault.PING_FAILING: (
        ("Livstegn, der ikke er nået frem", "Signs of life that did not arrive"),
        (
            "Bed jeres it om at prøve den adresse, der meldes til (indstillingen AARSHJUL_HEARTBEAT_URL).",
            "Ask your IT to try the address that is reported to (the setting AARSHJUL_HEARTBEAT_URL).",
        ),
    ),
}
"""What is wrong, and what to do: each in Danish and English."""

ALONE = frozenset({Fault.CLOCK_SILENT, Fault.CLOCK_FAILING, Fault.STORE_UNREACHABLE})
"""Faults that are not counted."""


def sentence(found: Mapping[str, Any], language: str) -> str:
    """What one finding says ("Mails, der ikke er kommet af sted: 3 (message:4, …)")."""
    fault = Fault(found["fault"])
    what = WORDS[fault][0][language == "en"]
    if fault in ALONE:
        return what
    shown = ", ".join(found["ids"]) + (", …" if found["ids"] and len(found["ids"]) < found["count"] else "")
    return f"{what}: {found['count']}" + (f" ({shown})" if shown else "")


def cure(found: Mapping[str, Any], language: str) -> str:
    """What to do about it."""
    return WORDS[Fault(found["fault"])][1][language == "en"]


def subject(found: Sequence[Mapping[str, Any]], language: str) -> str:
    """The report's subject line."""
    if language == "en":
        what = "1 fault" if len(found) == 1 else f"{len(found)} faults"
        return f"Aarshjul: the self-check found {what}" if found else "Aarshjul: all is well"
    return (
        f"Årshjulet: driftstjekket fandt {len(found)} fejl" if found else "Årshjulet: alt kører, som det skal"
    )


def body(found: Sequence[Mapping[str, Any]], language: str, page: str) -> str:
    """The report as plain text. `page` is the address of the page with the same."""
    english = language == "en"
    lines = [f"- {sentence(each, language)}\n  {cure(each, language)}" for each in found]
    if not found:
        lines = ["Everything that was due has been done." if english else "Alt, der skulle gøres, er gjort."]
    see = "See" if english else "Se"
    how = (
        "This mail does not go through the wheel's own queue."
        if english
        else "Mailen går uden om årshjulets egen kø."
    )
    return "\n".join([*lines, "", f"{see}: {page}", how, ""])
