"""What happens to an agreement, in words."""

from collections.abc import Callable, Mapping

from web.words import Pair

COURSE: Mapping[str, Pair] = {
    "propose": ("foreslået", "proposed"),
    "agree": ("enighed", "agreed"),
    "approve": ("godkendt", "approved"),
    "send_back": ("sendt tilbage til udkast", "sent back to its draft"),
    "decline": ("afvist ved underskrift", "refused at signing"),
    "sign": ("underskrevet", "signed"),
    "complete": ("underskrevet af alle", "signed by all"),
    "renew": ("ny udgave, fordi mål er ændret", "new version, for goals were changed"),
    "restore": ("målene er som før; det underskrevne gælder", "goals as before; what was signed holds"),
    "supersede": ("afløst af en senere aftale", "superseded by a later agreement"),
    "seal": ("forseglet", "sealed"),
    "remark": ("bemærkning skrevet", "remark written"),
    "resolve": ("bemærkning afklaret", "remark resolved"),
}
"""The verbs of its history."""


def course_namer(language: str) -> Callable[[str], str]:
    """`verb_name("renew")`: what happened; the verb itself when it has no name."""
    return lambda verb: COURSE[verb][language == "en"] if verb in COURSE else verb
