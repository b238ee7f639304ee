"""Which areas and districts stand out on a goal: a share of red far from that of all the others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from documents.rollup_charts import FEWEST, Areas

FAR = 0.1
"""Ten percentage points."""
SEVERAL = 3
"""Fewer red ones are chance."""
SAID: Sequence[tuple[str, str]] = (
    ("Flere røde end de øvrige: {places}.", "More red than the others: {places}."),
    ("Færre røde end de øvrige: {places}.", "Fewer red than the others: {places}."),
)
ONE = ("{name} ({red} af {count})", "{name} ({red} of {count})")


def standing_out(lights: Mapping[int, str], places: Areas, language: str) -> list[str]:
    """One sentence for those with more and one for those with fewer, none where nothing stands out.

    `lights` are by task. A place in which fewer than five have set a light, or that has no others beside it,
    is compared with nothing.
    """
    english = language == "en"
    more, fewer = [], []
    for name, red, count, far in _compared(lights, places):
        words = ONE[english].format(name=name, red=red, count=count)
        if far >= FAR and red >= SEVERAL:
            more.append((far, words))
        elif far <= -FAR:
            fewer.append((-far, words))
    return [
        said[english].format(places=", ".join(_by_distance(found)))
        for said, found in zip(SAID, (more, fewer), strict=True)
        if found
    ]


def _compared(lights: Mapping[int, str], places: Areas) -> Iterator[tuple[str, int, int, float]]:
    """(name, red, all, how far its share is from that of the others)."""
    given = [
        (name, [lights[line.task_id] for line in lines if line.task_id in lights]) for name, lines in places
    ]
    counted = [(name, some.count("rød"), len(some)) for name, some in given]
    all_red, everybody = sum(red for _, red, _ in counted), sum(count for *_, count in counted)
    for name, red, count in counted:
        others = everybody - count
        if count >= FEWEST and others >= FEWEST:
            yield name, red, count, red / count - (all_red - red) / others


def _by_distance(found: Iterable[tuple[float, str]]) -> list[str]:
    return [words for _, words in sorted(found, key=lambda each: -each[0])]
