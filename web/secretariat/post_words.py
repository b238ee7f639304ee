"""What the pages about posts call what was done at one."""

from collections.abc import Mapping

from web.words import Pair

POST_VERBS: Mapping[str, Pair] = {
    "appoint": ("ny leder", "new leader"),
    "stand_in": ("stedfortræder", "substitute"),
    "end_term": ("fratræder", "leaves"),
    "stay": ("sidste dag fjernet", "last day removed"),
    "end_substitute": ("stedfortræder afsluttet", "substitute ended"),
    "take_back_term": ("ny leder taget tilbage", "new leader taken back"),
    "take_back_substitute": ("stedfortræder taget tilbage", "substitute taken back"),
    "change_address": ("ny adresse", "new address"),
    "change_mailbox": ("fællespostkasse ændret", "shared mailbox changed"),
    "trust_address": ("adressen virker igen", "the address works again"),
    "import: added": ("ny leder (indlæst)", "new leader (imported)"),
    "import: ended": ("fratræder (indlæst)", "leaves (imported)"),
    "import: leader_changed": ("lederskift (indlæst)", "leader changed (imported)"),
    "import: dates_changed": ("nye datoer (indlæst)", "other dates (imported)"),
    "import: renamed": ("navn rettet (indlæst)", "name corrected (imported)"),
    "import: language_changed": ("sprog ændret (indlæst)", "language changed (imported)"),
    "import: address_changed": ("ny adresse (indlæst)", "new address (imported)"),
    "import: mailbox_changed": ("fællespostkasse (indlæst)", "shared mailbox (imported)"),
    "import: substitute_added": ("stedfortræder (indlæst)", "substitute (imported)"),
    "import: substitute_changed": (
        "stedfortræder, nye datoer (indlæst)",
        "substitute, other dates (imported)",
    ),
    "import: substitute_ended": ("stedfortræder afsluttet (indlæst)", "substitute ended (imported)"),
}

DONE: Mapping[str, Pair] = {
    "leder": (
        "Den nye leder er gemt. Postens opgaver følger med fra den første dag, og dagens mail nævner dem.",
        "The new leader is saved. The post's tasks follow from the first day, and the day's mail names them.",
    ),
    "stedfortraeder": (
        "Stedfortræderen er sat på. Postens mails går til stedfortræderen i perioden.",
        "The substitute is set. The post's mail goes to the substitute meanwhile.",
    ),
    "afslut": ("Den sidste dag er gemt.", "The last day is saved."),
    "bliver": (
        "Den sidste dag er fjernet. Postens opgaver og mails bliver hos lederen.",
        "The last day is removed. The post's tasks and mail stay with the leader.",
    ),
    "traek": ("Det er taget tilbage.", "It is taken back."),
    "adresse": ("Adressen er gemt.", "The address is saved."),
}
