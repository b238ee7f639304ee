"""What the commands about the organisation and its users say, in Danish and English."""

from cli.wording import english

SENTENCES: dict[str, tuple[str, str]] = {
    "read as": (
        "Læst som {encoding}{separator}. Rækker: {rows}.",
        "Read as {encoding}{separator}. Rows: {rows}.",
    ),
    "separated": (" med »{mark}« mellem felterne", " with “{mark}” between the fields"),
    "unused": ("Ikke brugt: kolonnerne {names}.", "Not used: the columns {names}."),
    "nothing": ("Ingen ændringer.", "No changes."),
    "more": ("  … og {count} mere (--json viser alle)", "  … and {count} more (--json shows all)"),
    "dry": ("Intet er ændret (--dry-run).", "Nothing has been changed (--dry-run)."),
    "applied": ("Indlæst: {count} ændringer.", "Imported: {count} changes."),
    "applied one": ("Indlæst: 1 ændring.", "Imported: 1 change."),
    "look": (
        "{count} åbne opgaver bliver set på igen.",
        "{count} open tasks are being looked at again.",
    ),
    "look one": ("1 åben opgave bliver set på igen.", "1 open task is being looked at again."),
    "notice": ("Bemærk:", "Notice:"),
    "new kind": (
        "  Ny enhedsart: {kind}. Enheder: {count}. Planer vælger enheder efter art.",
        "  New unit kind: {kind}. Units: {count}. Plans choose units by their kind.",
    ),
    "no os2mo": ("OS2mo er ikke sat op.", "OS2mo is not set up."),
    "set os2mo": ("Se docs/os2mo.md.", "See docs/os2mo.md."),
    "try os2mo": (
        "Intet er ændret. Prøv igen, og se efter i indstillingerne AARSHJUL_OS2MO_…",
        "Nothing has been changed. Try again, and look at the settings AARSHJUL_OS2MO_…",
    ),
    "asked": ("Skal afgøres:", "To be decided:"),
    "unit added": ("Nye enheder", "New units"),
    "unit moved": ("Flyttet", "Moved"),
    "unit renamed": ("Omdøbt", "Renamed"),
    "unit changed": ("Ændret", "Changed"),
    "unit reopened": ("Genåbnet", "Reopened"),
    "unit closed": ("Lukkes", "Closed"),
    "leader added": ("Nye ledere", "New leaders"),
    "leader ended": ("Afsluttes", "Ended"),
    "leader leader_changed": ("Lederskift", "Leader changed"),
    "leader dates_changed": ("Ændrede datoer", "Dates changed"),
    "leader renamed": ("Navn rettet", "Name corrected"),
    "leader language_changed": ("Sprog ændret", "Language changed"),
    "leader address_changed": ("Ny e-mailadresse", "New e-mail address"),
    "leader mailbox_changed": ("Fællespostkasse", "Shared mailbox"),
    "leader substitute_added": ("Nye stedfortrædere", "New substitutes"),
    "leader substitute_changed": ("Stedfortræder, nye datoer", "Substitute, new dates"),
    "leader substitute_ended": ("Stedfortræder afsluttes", "Substitute ended"),
    "meeting added": ("Nye møder", "New meetings"),
    "meeting changed": ("Ændrede møder", "Changed meetings"),
    "meeting cancelled": ("Aflyste møder", "Cancelled meetings"),
    "from": ("fra {day}", "from {day}"),
    "to": ("til {day}", "to {day}"),
    "none": ("(ingen)", "(none)"),
    "choose person": (
        "Samme person [s] eller ny person [n]?",
        "The same person [s] or a new one [n]?",
    ),
    "choose or flag": (
        "Vælg for alle rækker med --same-person eller --new-person.",
        "Choose for all rows with --same-person or --new-person.",
    ),
    "both choices": (
        "--same-person og --new-person kan ikke bruges sammen.",
        "--same-person and --new-person exclude each other.",
    ),
    "choose one": ("Vælg én af dem.", "Choose one of them."),
    "no file": ("Filen kan ikke læses: {why}.", "The file cannot be read: {why}."),
    "mend file": (
        "Se efter, om navnet er rigtigt, og om filen må læses.",
        "Check the name and that you may read it.",
    ),
    "no municipality": ("Der er ingen kommune endnu.", "There is no municipality yet."),
    "import first": (
        "Indlæs den med `aarshjul import units FIL`.",
        "Import it with `aarshjul import units FILE`.",
    ),
    "several municipalities": ("Der er flere kommuner: {names}.", "There are several: {names}."),
    "say which": ("Vælg med {option}.", "Choose with {option}."),
    "account added": ("{email} kan nu logge ind som {role}.", "{email} can now sign in as {role}."),
    "role leader": ("leder", "leader"),
    "role superior": ("nærmeste leder", "superior"),
    "role secretariat": ("sekretariat", "secretariat"),
    "role direction": ("direktion", "direction"),
    "role committee": ("udvalg", "committee"),
    "role operator": ("driftsansvarlig", "operator"),
    "account disabled": ("{email} kan ikke længere logge ind.", "{email} can no longer sign in."),
    "app removed": ("{email} har ikke længere en kode-app.", "{email} no longer has a code app."),
    "no app": ("{email} har ingen kode-app.", "{email} has no code app."),
    "password set": ("{email} har fået ny adgangskode.", "{email} has a new password."),
    "no accounts": ("Der er ingen konti.", "There are no accounts."),
    "no such account": ("Der er ingen konto for {email}.", "There is no account for {email}."),
    "see accounts": ("Se dem med `aarshjul user list`.", "See them with `aarshjul user list`."),
    "disabled": ("lukket {day}", "disabled {day}"),
    "holds until": ("gælder til {day}", "holds until {day}"),
    "no tokens": ("Der er ingen tokens.", "There are no tokens."),
    "no such token": ("Der er intet token, der hedder »{name}«.", "There is no token called “{name}”."),
    "see tokens": ("Se dem med `aarshjul token list`.", "See them with `aarshjul token list`."),
    "token revoked": ("»{name}« er lukket.", "“{name}” has been ended."),
    "password": ("Adgangskode", "Password"),
    "no password": (
        "Adgangskoden kan ikke indtastes her.",
        "The password cannot be typed here.",
    ),
    "password file": (
        "Brug --password-file FIL, eller --password-file - for standard input.",
        "Use --password-file FILE, or --password-file - for standard input.",
    ),
}


def tell_count(key: str, count: int) -> str:
    """The sentence with this key about so many; one of them has a sentence of its own."""
    return tell(f"{key} one") if count == 1 else tell(key, count=count)


def tell(key: str, **values: object) -> str:
    """The sentence with this key in the process's language."""
    return SENTENCES[key][english()].format(**values)
