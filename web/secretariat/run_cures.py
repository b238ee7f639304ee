"""What to do about a run that failed, in words for whoever is not a programmer.

The error is kept as "TypeName: text" (`flows.execution`). What no line here knows gets the general advice.
"""

import re
from collections.abc import Sequence

from web.words import Pair

AGAIN: Pair = (
    "Prøv »Kør igen«. Fejler den igen, så send nummeret og fejlen til dem, der driver systemet: Intet "
    "er gået tabt, og arbejdet bliver gjort, når fejlen er rettet.",
    "Try “Run again”. If it fails again, send its number and the error to those who operate the "
    "system: nothing is lost, and the work is done once the fault is mended.",
)
CURES: Sequence[tuple[str, Pair]] = (
    (
        r"^MailHeld",
        (
            "Mailserveren tager ikke imod. Mailene venter og bliver sendt af sig selv, når den svarer igen. "
            "Varer det ved, så få it-afdelingen til at prøve »aarshjul doctor« på serveren.",
            "The mail server takes nothing. The mails wait and leave by themselves when it answers again. If "
            "it lasts, have the IT department try “aarshjul doctor” on the server.",
        ),
    ),
    (
        r"^MailboxUnread",
        (
            "Postkassen med svar kan ikke læses. Den prøves igen hvert 5. minut, og intet svar går tabt. "
            "Varer det ved, så få it-afdelingen til at se på postkassens adgangskode og adresse.",
            "The mailbox of replies cannot be read. It is tried again every 5 minutes, and no reply is lost. "
            "If it lasts, have the IT department look at the mailbox's password and address.",
        ),
    ),
    (
        r"^OS2moUnread",
        (
            "Enheder og ledere kunne ikke hentes fra OS2mo. Årshjulet går videre med dem, det kender, og "
            "prøver igen af sig selv. Haster en ændring, så ret posten under Poster.",
            "Units and leaders could not be fetched from OS2mo. The wheel goes on with those it knows and "
            "tries again by itself. If a change is urgent, mend the post under Posts.",
        ),
    ),
    (
        r"^SealFailed",
        (
            "Et dokument kunne ikke forsegles. Se siden Segl, om certifikatet gælder, og tryk så »Kør igen«.",
            "A document could not be sealed. See on the page Seals whether the certificate is valid, then "
            "press “Run again”.",
        ),
    ),
    (
        r"disk is full|disken er fuld|No space left|disk I/O|DiskFull",
        (
            "Serverens disk er fuld. It-afdelingen må skaffe plads; tryk derefter »Kør igen«.",
            "The server's disk is full. The IT department has to make room; then press “Run again”.",
        ),
    ),
    (
        r"database is locked|could not connect|connection (refused|reset|closed)|server closed|TimeoutError",
        (
            "Databasen eller en server svarede ikke i tide. Det går som regel over: Kørslen prøves igen af "
            "sig selv, eller tryk »Kør igen«.",
            "The database or a server did not answer in time. It usually passes: the run is tried again by "
            "itself, or press “Run again”.",
        ),
    ),
    (
        r"^Arbejderen døde",
        (
            "Programmet gik ned flere gange under kørslen, fx fordi serveren mangler hukommelse. Få "
            "it-afdelingen til at se serverens log, og tryk derefter »Kør igen«.",
            "The program went down several times during the run, for instance for want of memory. Have the "
            "IT department read the server's log, then press “Run again”.",
        ),
    ),
    (
        r"^(TemplateInvalid|PlanInvalid|AnswerInvalid)",
        (
            "En plan, en formular eller en skabelon er forkert; fejlen siger hvor. Ret den, og tryk »Kør "
            "igen«.",
            "A plan, a form or a template is wrong; the error says where. Mend it, then press “Run again”.",
        ),
    ),
)


def cure_of(error: str) -> Pair:
    """What helps against an error as it is kept with the run."""
    return next((words for pattern, words in CURES if re.search(pattern, error, re.IGNORECASE)), AGAIN)
