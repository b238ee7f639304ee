"""Two people on one proposal: what the second has typed, beside what the first has saved meanwhile.

Each field of the page has a digest of the words that were in it when the page was opened. A field that
nobody touched takes the other's words; one that only this person touched keeps theirs; where both did, the
other's words stand beside.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.datastructures import FormData

from cycle.goals.tables import GoalLevel
from cycle.goals.tree import GoalText
from web.plain import readable
from web.words import Pair

NEW_FIELDS: Mapping[str, Pair] = {
    "nt": ("Et nyt tema", "A new theme"),
    "nd": ("Det nye temas beskrivelse", "The new theme's description"),
    "nn": ("Det nye temas mål", "The new theme's goals"),
}
MORE: Pair = ("Nye mål", "New goals")
THEIRS: Pair = ("Et mål, der er udgået imens", "A goal that has ended meanwhile")


@dataclass(frozen=True)
class Typed:
    """The fields as they are shown again.

    `values` are by field name, `beside` the other's words where they differ, `gone` what was typed for a
    theme or goal that is no longer there, `ticked` the keys that shall end.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    gone: Sequence[tuple[Pair, str]] = ()
    ticked: frozenset[str] = frozenset()


def digest(words: str) -> str:
    """What a field said when the page was opened, in short."""
    return hashlib.sha256(readable(words).encode()).hexdigest()[:16]


def as_typed(sent: FormData) -> Typed:
    """Everything as it was sent, to be corrected."""
    values = {name: readable(value) for name, value in sent.items() if _is_text(name)}
    return Typed(values=values, ticked=_ticked(sent))


def merged(goals: Sequence[GoalText], sent: FormData) -> Typed:
    """What was sent, laid on the proposal as others have left it."""
    now = dict(_fields(goals))
    values, beside = dict[str, str](), dict[str, str]()
    for name, words in touched(sent).items():
        if name in now or not name.startswith(("t:", "d:")):
            values[name] = words
        if name in now and readable(now[name]) != words and _differs(name, now[name], sent):
            beside[name] = now[name]
    themes = {f"n:{goal.identity}" for goal in goals if goal.level is GoalLevel.THEME}
    lost = {name: words for name, words in touched(sent).items() if _lost(name, {*now, *themes})}
    gone = [(MORE if name.startswith("n:") else THEIRS, words) for name, words in lost.items()]
    kept = frozenset(goal.identity for goal in goals)
    return Typed(values, beside, gone, _ticked(sent) & kept)


def touched(sent: FormData) -> dict[str, str]:
    """The fields whose words are no longer those that were in them when the page was opened."""
    found = {name: readable(value) for name, value in sent.items() if _is_text(name)}
    return {
        name: words
        for name, words in found.items()
        if (digest(words) != sent[f"b:{name}"] if f"b:{name}" in sent else bool(words))
    }


def _fields(goals: Sequence[GoalText]) -> Iterator[tuple[str, str]]:
    for goal in goals:
        yield f"t:{goal.identity}", goal.title
        if goal.level is GoalLevel.THEME:
            yield f"d:{goal.identity}", goal.description


def _differs(name: str, words: str, sent: FormData) -> bool:
    """Whether somebody else has changed the field as well."""
    return digest(words) != sent.get(f"b:{name}")


def _lost(name: str, known: set[str]) -> bool:
    return name.startswith(("t:", "d:", "n:")) and name not in known


def _is_text(name: str) -> bool:
    return name.startswith(("t:", "d:", "n:")) or name in NEW_FIELDS


def _ticked(sent: FormData) -> frozenset[str]:
    return frozenset(name.removeprefix("x:") for name in sent if name.startswith("x:"))
