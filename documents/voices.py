"""Of what many units wrote: the few remarks that a committee reads first. All of them stand in the annex."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

EACH = 3
"""So many of each area."""
LONGEST = 400
"""Letters of a remark; the rest of it stands in the annex too."""


@dataclass(frozen=True)
class Remark:
    """What one unit wrote in one place. `rank`: 0 is read first; `label` says what it had to say."""

    unit: str
    area: str
    rank: int
    label: str
    text: str
    light: str = ""


class Chosen(NamedTuple):
    """The remarks that are read first, and how many there are besides."""

    remarks: Sequence[Remark]
    others: int


def chosen(remarks: Iterable[Remark]) -> Chosen:
    """At most `EACH` of an area, areas in their order: the lowest rank first, then the longest.

    A text that stands there already is not repeated.
    """
    by_area: dict[str, list[Remark]] = {}
    for one in remarks:
        by_area.setdefault(one.area, []).append(one)
    found: dict[str, Remark] = {}
    for some in by_area.values():
        new: dict[str, Remark] = {}
        for one in sorted(some, key=lambda each: (each.rank, -len(each.text))):
            if one.text not in found:
                new.setdefault(one.text, one)
        found |= islice(new.items(), EACH)
    others = sum(map(len, by_area.values())) - len(found)
    return Chosen([replace(one, text=_shortened(one.text)) for one in found.values()], others)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    whole_words, _, _ = text[: LONGEST + 1].rpartition(" ")
    return f"{whole_words or text[:LONGEST]} …"
