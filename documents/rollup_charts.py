"""The goals and figures of a roll-up, area by area: a chart each, and the same in words.

Figures are shown as median and middle half, never unit by unit, and not at all where fewer than five
have answered: sick leave in a few small units would be somebody's.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from statistics import median, quantiles
from typing import Any

from cycle.tasks.answer_values import LIGHTS
from cycle.tasks.answers import LIGHTS_EN, show_answer
from cycle.tasks.rollup import Counted, Line
from documents.charts import Part, Pen, Spread, shared_bars, spreads, svg
from documents.rollup_lights import Figures, Lights

FEWEST = 5
COLOURS = {"grøn": ("#5fb878", ""), "gul": ("#f0c94a", ""), "rød": ("#d9635a", "")}
NONE = ("Ikke vurderet", "Not assessed")
Areas = Sequence[tuple[str, Sequence[Line]]]


def goal_values(goal: Lights, areas: Areas, language: str, pen: Pen = svg) -> dict[str, Any]:
    """One goal: counts, a bar for each area, and the bars in words."""
    rows = [(name, _counts(goal, lines)) for name, lines in areas]
    rows = [(name, counts) for name, counts in rows if sum(counts)]
    names = [light_name(light, language) for light in LIGHTS]
    parts = [Part(name, *COLOURS[light]) for light, name in zip(LIGHTS, names, strict=True)]
    total = [sum(column) for column in zip(*(counts for _, counts in rows), strict=True)]
    return {
        "code": goal.code,
        "title": goal.title,
        "green": total[0],
        "yellow": total[1],
        "red": total[2],
        "chart": shared_bars(parts, rows, pen),
        "alt": _sentence(goal.title, (f"{name} {_listed(names, counts)}" for name, counts in rows)),
    }


def counted_values(goal: Counted, language: str) -> dict[str, Any]:
    """A goal of which only the counts of all are told: no chart by area, and a word for what is hidden."""
    hidden = "hidden" if language == "en" else "skjult"
    counts = [hidden if goal.counts[light] is None else str(goal.counts[light]) for light in LIGHTS]
    names = [light_name(light, language) for light in LIGHTS]
    listed = ", ".join(f"{count} {name}" for name, count in zip(names, counts, strict=True))
    return {
        "code": goal.code,
        "title": goal.title,
        **dict(zip(("green", "yellow", "red"), counts, strict=True)),
        "chart": "",
        "alt": f"{goal.title}. {listed}.",
    }


def figure_values(question: Figures, areas: Areas, language: str, pen: Pen = svg) -> dict[str, Any]:
    """One question with numbers: a row for each area, and a chart when any may be shown."""
    rows, shown = [], []
    for name, lines in areas:
        values = [question.given[line.task_id] for line in lines if line.task_id in question.given]
        spread = _spread(name, values)
        shown += [spread] if spread else []
        rows.append({"name": name, "count": len(values), **_in_words(question, spread, language)})
    unit = question.asked.unit or {"percent": "%", "amount": "kr."}.get(question.asked.type.value, "")
    title = f"{question.title} ({unit})" if unit else question.title
    words = (f"{row['name']} {row['middle']} ({row['low']} – {row['high']})" for row in rows if row["middle"])
    return {
        "title": question.title,
        "rows": rows,
        "chart": spreads(shown, title, pen, comma=language != "en") if shown else "",
        "alt": _sentence(question.title, words),
    }


def light_name(light: str, language: str) -> str:
    """ "grøn", "green"."""
    return LIGHTS_EN[light] if language == "en" else light


def _counts(goal: Lights, lines: Iterable[Line]) -> list[int]:
    found = Counter(light for line in lines for light in goal.given.get(line.task_id, ()))
    return [found[light] for light in LIGHTS]


def _listed(names: Sequence[str], counts: Sequence[int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in zip(names, counts, strict=True))


def _sentence(title: str, parts: Iterable[str]) -> str:
    return f"{title}. " + "; ".join(parts) + "."


def _spread(name: str, values: Sequence[Decimal]) -> Spread | None:
    if len(values) < FEWEST:
        return None
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Spread(name, float(low), float(median(values)), float(high))


def _in_words(question: Figures, spread: Spread | None, language: str) -> dict[str, str]:
    if spread is None:
        return {"low": "", "middle": "", "high": ""}
    places = Decimal(1) if question.asked.type.value == "amount" else Decimal("0.1")

    def shown(value: float) -> str:
        return show_answer(question.asked, str(Decimal(value).quantize(places)), language)

    return {"low": shown(spread.low), "middle": shown(spread.middle), "high": shown(spread.high)}
