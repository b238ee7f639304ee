"""What `aarshjul mail` says, in Danish and in English."""

from cli.wording import english

WORDS: dict[str, tuple[str, str]] = {
    "reply": ("Skrevet af en person", "Written by a person"),
    "automatic": ("Automatisk svar", "Automatic reply"),
    "bounce": ("Kom retur", "Bounced"),
    "complaint": ("Meldt som uønsket", "Reported as unwanted"),
    "calendar": ("Fra en kalender", "From a calendar"),
    "own": ("Fra et årshjul", "From an Aarshjul"),
    "empty": ("Tom", "Empty"),
    "encrypted": ("Krypteret", "Encrypted"),
    "hostile": ("Holdes i karantæne", "Held in quarantine"),
    "unreadable": ("Kan ikke læses", "Unreadable"),
    "from": ("Fra", "From"),
    "subject": ("Emne", "Subject"),
    "failed": ("Kom ikke frem til", "Did not reach"),
    "for good": ("endeligt", "for good"),
    "for now": ("foreløbigt", "for now"),
    "calendar reply": ("Svar på indkaldelse", "Reply to an invitation"),
    "file": ("Vedhæftet", "Attached"),
    "as nil": ("Læses som: Intet at bemærke", "Read as: Nothing to report"),
    "as answer": ("Læses som: besvarelse", "Read as: an answer"),
    "as draft": ("Læses som: kladde, og lederen spørges", "Read as: a draft, and the leader is asked"),
    "as no_answer": ("Læses som: intet svar; ingen får besked", "Read as: no answer; nobody is told"),
    "taken": ("Taget", "Taken"),
    "refused": ("Ikke taget", "Not taken"),
    "nil refused": (
        "Skemaet kan ikke besvares med »intet at bemærke«.",
        "The form cannot be answered with “nothing to report”.",
    ),
    "nothing read": ("Der er ikke fundet svar i mailen.", "No answer was found in the mail."),
    "unplaced": ("Uden spørgsmål", "Without a question"),
    "no mails": ("Der er ingen mails i mappen.", "There are no mails in the folder."),
    "no mails cure": ("Giv en mappe med mails.", "Give a folder of mails."),
    "not utf-8": ("Filen er ikke UTF-8.", "The file is not UTF-8."),
    "not utf-8 cure": ("Gem den som UTF-8.", "Save it as UTF-8."),
}
"""The first ten are what a mail can be by itself; whether it is taken depends on the store."""


def word(key: str) -> str:
    """The words in the process's language."""
    return WORDS[key][1 if english() else 0]
