"""English for the decision ledger and for why a mail was not sent (see `config.english`)."""

from collections.abc import Mapping

_STEPS: Mapping[str, str] = {
    "Påmindelse {} før fristen {}": "Reminder {} before the deadline {}",
    "Påmindelse på fristdagen {}": "Reminder on the day of the deadline {}",
    "Rykker {} for fristen {}": "Chaser {} for the deadline {}",
    "Orientering til nærmeste leder om overskredet frist {}": (
        "Nearest superior told of the deadline {} that has passed"
    ),
    "Orientering til nærmeste leder ({}. gang) om overskredet frist {}": (
        "Nearest superior told (time {}) of the deadline {} that has passed"
    ),
    "Besked om ny opgave": "Told of a new task",
    "Besked om opgaven til ny modtager": "New recipient told of the task",
    "Besked om åben opgave": "Told of an open task",
}


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:]


LEDGER: Mapping[str, str] = {
    **_STEPS,
    **{_lowered(danish): _lowered(english) for danish, english in _STEPS.items()},
    "Fristen var gået, da årshjulet blev startet {}": (
        "The deadline had passed when the year was started on {}"
    ),
    "Fristen var gået, da aktiviteten kom med i planen {}": (
        "The deadline had passed when the activity came into the plan on {}"
    ),
    "{}: sendt i {}.": "{}: sent in {}.",
    "{}: kom med i {}.": "{}: went along in {}.",
    "{}: sendes i {}.": "{}: to be sent in {}.",
    "{}: kommer med i {}.": "{}: to go along in {}.",
    "{}. Ikke sendt: {}.": "{}. Not sent: {}.",
    "dagens mail": "the day's mail",
    "mailen {}": "the mail of {}",
    "{} arbejdsdage": "{} working days",
    "{} arbejdsdag": "{} working day",
    "{} dage": "{} days",
    "{} dag": "{} day",
    "opgaven var klaret": "the task was done",
    "besvarelsen var modtaget {}": "the answer had come on {}",
    "falder sammen med {}": "falls together with {}",
    "afløst af {} efter driftsstop": "overtaken by {} after a stop of the engine",
    "fristen var passeret efter driftsstop": "the deadline had passed after a stop of the engine",
    "opgaven er fritaget eller aflyst": "the task is waived or cancelled",
    "aktiviteten er lukket for besvarelser": "the activity is closed for answers",
    "stillingen er ubesat, og der er hverken stedfortræder eller en nærmeste leder, der kan svare for den": (
        "the post is vacant, with neither substitute nor nearest superior who can answer for it"
    ),
    "modtageren har ingen e-mailadresse": "the recipient has no e-mail address",
    "mail til modtagerens adresse kommer ikke frem": "mail to the recipient's address does not arrive",
    "der er ingen leder over enheden at orientere": "there is no superior of the unit to tell",
    "mailen kom ikke frem til adressen": "the mail did not reach the address",
    "mailen kunne ikke afleveres": "the mail could not be delivered",
    "opgaven blev besvaret, før mailen gik": "the task was answered before the mail left",
    "opgaven blev fritaget eller aflyst, før mailen gik": (
        "the task was waived or cancelled before the mail left"
    ),
    "aktiviteten blev lukket for besvarelser, før mailen gik": (
        "the activity was closed for answers before the mail left"
    ),
    "Ikke sendt: modtageren har ingen e-mailadresse.": "Not sent: the recipient has no e-mail address.",
    "Ikke sendt: adressen har inden for et døgn fået besked om en mail uden et klart svar.": (
        "Not sent: within 24 hours the address has heard of a mail without a clear answer."
    ),
    "Ikke sendt: adressen har fået {} kvitteringer inden for et døgn.": (
        "Not sent: the address has had {} receipts within a day."
    ),
    "Ikke sendt: alt er besvaret.": "Not sent: everything has been answered.",
    "Ikke sendt: der bedes ikke længere om svar.": "Not sent: no answer is asked for any more.",
    "Ikke sendt: mødet er ændret siden.": "Not sent: the meeting has changed since.",
    "Ikke sendt: ønskerne er afgjort eller bortfaldet.": "Not sent: the wishes are decided or have lapsed.",
    "Ikke sendt: bemærkningerne er afklaret.": "Not sent: the remarks are resolved.",
    "Et menneske har set, at mailen kom frem.": "Somebody has seen that the mail arrived.",
    "Venter: en mailserver på vejen tager kun imod uden kryptering.": (
        "Waits: a mail server on the way takes mail only unencrypted."
    ),
    "Adgangskoden sendes ikke over en ukrypteret forbindelse (AARSHJUL_SMTP_SECURITY).": (
        "The password is not sent over an unencrypted connection (AARSHJUL_SMTP_SECURITY)."
    ),
    "Venter: mailserveren tager kun imod uden kryptering.": (
        "Waits: the mail server takes it only without encryption."
    ),
    "Mailserveren kan ikke sende til adresser med æ, ø eller å før @ (SMTPUTF8 mangler).": (
        "The mail server cannot send to addresses with Danish letters before the @ (SMTPUTF8 is missing)."
    ),
    "Opgivet efter {} dage.": "Given up after {} days.",
    "Mailen til {} kom ikke frem ({}): {}": "The mail to {} did not arrive ({}): {}",
    "Mailen til {} kom ikke frem ({}).": "The mail to {} did not arrive ({}).",
    "Mailen til {} kom ikke frem: {}": "The mail to {} did not arrive: {}",
    "Mailen til {} kom ikke frem.": "The mail to {} did not arrive.",
    "Mailen til {} er forsinket og prøves stadig ({}): {}": (
        "The mail to {} is delayed and still being tried ({}): {}"
    ),
    "Mailen til {} er forsinket og prøves stadig ({}).": (
        "The mail to {} is delayed and still being tried ({})."
    ),
    "Mailen til {} er forsinket og prøves stadig: {}": "The mail to {} is delayed and still being tried: {}",
    "Mailen til {} er forsinket og prøves stadig.": "The mail to {} is delayed and still being tried.",
    "Om et tidligere forsøg: {}": "About an earlier try: {}",
    "modtageren": "the receiver",
    "Mailen melder, at en mail ikke kom frem, men den kom ikke til en af vores returadresser. "
    "Ingen adresse er ændret.": (
        "The mail says that a mail did not arrive, but it did not come to one of our return addresses. "
        "No address was changed."
    ),
    "Uvist om mailen gik ud: afsendelsen blev afbrudt {} gange.": (
        "Unknown whether the mail went out: sending was interrupted {} times."
    ),
}
