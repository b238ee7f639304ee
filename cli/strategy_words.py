"""What the commands about a strategy say, in Danish and English."""

from cli import year_words
from cli.wording import english
from cycle.goals.strategy_tree import TextChange

SENTENCES: dict[str, tuple[str, str]] = {
    "strategy found": (
        "{title}: {themes} temaer med {goals} mål.",
        "{title}: {themes} themes with {goals} goals.",
    ),
    "strategy found one": (
        "{title}: 1 tema med {goals} mål.",
        "{title}: 1 theme with {goals} goals.",
    ),
    "strategy kept": ("Indlæst som version 1.", "Imported as version 1."),
    "strategy there": (
        "Strategien »{title}« findes allerede i version {version}.",
        "The strategy “{title}” exists already, version {version}.",
    ),
    "revise it": (
        "En ny version vedtages med strategirevisionen i årshjulet.",
        "A new version is adopted by the wheel's strategy revision.",
    ),
    "proposal kept": (
        "Indlæst som forslag. Det vedtages, når udvalgets beslutning er indskrevet.",
        "Imported as the proposal. It is adopted once the committee's decision is recorded.",
    ),
    "no revision": (
        "Aktiviteten {number} er ikke en strategirevision.",
        "The activity {number} is no revision of a strategy.",
    ),
    "see address": (
        "Nummeret står i aktivitetens adresse: /aktivitet/12.",
        "The number stands in the activity's address: /aktivitet/12.",
    ),
    "nothing to revise": (
        "Der er ingen strategi med dette id at revidere.",
        "There is no strategy with this id to revise.",
    ),
    "import first": (
        "Indlæs den først uden --proposal.",
        "Import it first without --proposal.",
    ),
    "goal new": ("  + {code} {title}", "  + {code} {title}"),
    "goal ended": ("  - {code} {title}", "  - {code} {title}"),
    "goal changed": ("  ~ {code} {title} ({fields})", "  ~ {code} {title} ({fields})"),
    "no changes": ("Ingen ændringer.", "No changes."),
    "dry": ("Intet er ændret (--dry-run).", "Nothing has been changed (--dry-run)."),
}


def tell(key: str, **values: object) -> str:
    """The sentence with this key in the process's language."""
    return SENTENCES[key][english()].format(**values)


def changed_line(change: TextChange) -> str:
    """ "+ 4.5 Nyt mål", "~ 4.2 Ændret mål (titel)" or "- 4.1 Mål, der udgår"."""
    goal = change.after or change.before
    assert goal is not None
    key = "goal new" if change.before is None else "goal ended" if change.after is None else "goal changed"
    fields = ", ".join(year_words.tell(name) for name in change.changed)
    return tell(key, code=goal.code, title=goal.title, fields=fields)
