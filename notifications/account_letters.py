"""The mail that says that what somebody signs in with was changed."""

from collections.abc import Mapping

from cycle.messages.account_mail import Changed
from cycle.messages.tables import Message
from notifications.letters import Letter
from notifications.office import Office
from notifications.sources import Rows

ACCOUNT_GONE = "Ikke sendt: kontoen findes ikke længere."
WORDS: Mapping[Changed, Mapping[str, str]] = {
    Changed.PASSWORD: {
        "da": "Adgangskoden til din konto er ændret.",
        "en": "The password of your account was changed.",
    },
    Changed.APP_ON: {
        "da": "Din konto har fået en kode-app og nye genoprettelseskoder.",
        "en": "Your account has a code app and new recovery codes.",
    },
    Changed.APP_OFF: {
        "da": "Kode-appen og genoprettelseskoderne er fjernet fra din konto.",
        "en": "The code app and the recovery codes were taken off your account.",
    },
    Changed.RECOVERY_USED: {
        "da": "En genoprettelseskode er brugt til at logge ind på din konto.",
        "en": "A recovery code was used to sign in to your account.",
    },
}
WHY = {
    "da": "Du får denne mail, fordi du har en konto med denne e-mailadresse.",
    "en": "You get this mail because you have an account with this e-mail address.",
}


def account_letter(rows: Rows, office: Office, message: Message) -> Letter | None:
    """The letter, without links, so that nobody learns to follow them. None when the account is gone."""
    account = rows.accounts.get(int(message.context["account"]))
    if account is None:
        return None
    language = account.language if account.language in WHY else "da"
    return Letter(
        kind=message.kind,
        language=language,
        to_name=account.name,
        sender_name=office.sender_name,
        contact=office.contact,
        items=(),
        reasons_why=(WHY[language],),
        demo=office.demo,
        note=WORDS[Changed(message.context["changed"])][language],
    )
