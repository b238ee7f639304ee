"""What the commands about retention, persons and the history say, in Danish and English."""

from cli.wording import english
from cycle.keeping.technical import Kind

SENTENCES: dict[str, tuple[str, str]] = {
    Kind.SESSIONS: ("Login, der er udløbet", "Sign-ins that have run out"),
    Kind.TOKENS: ("Tokens, der er udløbet eller lukket", "Tokens that have run out or were ended"),
    Kind.RAW_MAIL: ("Modtagne mails i deres oprindelige form", "Received mails as they came"),
    Kind.ADDRESS_HEALTH: ("Hvad der vides om ubrugte adresser", "What is known of unused addresses"),
    Kind.RUNS: ("Kørsler", "Runs"),
    Kind.SELF_CHECKS: ("Driftstjek", "Self-checks"),
    Kind.IMPORT_DRAFTS: ("Lister, der aldrig blev indlæst", "Lists that were never imported"),
    "names": ("Navne, der erstattes af posten", "Names that give way to the post"),
    "waits": ("  {person}: venter på journalisering af {count}", "  {person}: {count} wait to be filed"),
    "dry": ("Intet er slettet. Slet med --apply.", "Nothing has been erased. Erase with --apply."),
    "erased": ("Slettet.", "Erased."),
    "nobody": ("Der er ikke gemt noget om »{name}«.", "Nothing is held about “{name}”."),
    "write exactly": (
        "Skriv navnet, som det står på listen over ledere, eller en adresse.",
        "Write the name as the list of leaders has it, or an address.",
    ),
    "held": ("{table}: {count}", "{table}: {count}"),
    "whole": ("{root}: historikken er hel, {count} rækker.", "{root}: the history is whole, {count} rows."),
    "broken": ("{root}: {what}", "{root}: {what}"),
    "anchor broken": (
        "række {position} er ikke, som den var {on}",
        "row {position} is not as it was on {on}",
    ),
}


def tell(key: str, **values: object) -> str:
    """One sentence in the user's language."""
    return SENTENCES[key][english()].format(**values)
