"""What a change of the goal tree comes to, before anything is saved: the words, and whose agreements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from cycle.goals.changed_goals import Made
from cycle.goals.tree import GoalText
from documents.goal_words import ORIGINS, TYPES, indicator_words
from web.agreement_changes import Passage
from web.difference import difference
from web.secretariat.goal_fields import FOLLOW_UP, LABELS, LINES, TICKS, WORDS, YEARS
from web.words import Pair

INDICATOR: Pair = ("Indikator", "Indicator")
YES: Pair = ("Ja", "Yes")


@dataclass(frozen=True)
class OfKind:
    """The agreements of units of one kind, with the units' names."""

    kind: str
    units: Sequence[str]


@dataclass(frozen=True)
class Counted:
    """How many agreements are in force, how many are being made, kind by kind."""

    in_force: int
    being_made: int
    kinds: Sequence[OfKind]

    def __bool__(self) -> bool:
        return bool(self.kinds)


def counted(those: Sequence[Made]) -> Counted:
    """The agreements as they are told: numbers, and the units by kind."""
    kinds = groupby(sorted(those, key=lambda made: made.kind), key=lambda made: made.kind)
    in_force = sum(made.in_force for made in those)
    found = [OfKind(kind, [made.unit for made in each]) for kind, each in kinds]
    return Counted(in_force, len(those) - in_force, found)


def passages(
    before: GoalText | None, after: GoalText, above: Mapping[str, str], language: str
) -> list[Passage]:
    """What the two say differently, word by word; `above` has the titles of the tree's goals by key."""
    new = _told(after, above, language)
    old = _told(before, above, language) if before else dict.fromkeys(new, "")
    return [Passage(label, difference(old[label], new[label])) for label in new if old[label] != new[label]]


def _told(text: GoalText, above: Mapping[str, str], language: str) -> dict[str, str]:
    """Everything a goal says, under its headings, as it is read."""
    at = int(language == "en")
    told = {name: str(getattr(text, name) or "") for name in ("code", *WORDS, *FOLLOW_UP, *YEARS)}
    told |= {name: "\n".join(getattr(text, name)) for name in LINES}
    told |= {name: YES[at] if getattr(text, name) else "" for name in TICKS}
    told["parent_key"] = above.get(text.parent_key, text.parent_key)
    told["origin"] = ORIGINS[text.origin][at] if text.origin else ""
    told["goal_type"] = TYPES[text.goal_type][at] if text.goal_type else ""
    found = {LABELS[name][at]: words for name, words in told.items()}
    return found | {INDICATOR[at]: indicator_words(text.indicator, language) if text.indicator else ""}
