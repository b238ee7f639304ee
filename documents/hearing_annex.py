"""The hearing as the annexes of its strategy: what was said of each theme, then every unit on one row."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cycle.goals.hearing import ELSEWHERE, Group, Hearing, Voice
from cycle.tasks.rollup import Line, Outcome
from documents.rollup_words import outcome_name
from documents.voices import Remark, chosen


def hearing_values(hearing: Hearing, notes: Mapping[str, str], language: str) -> dict[str, Any]:
    """Everything a template may show of it. `notes` are the secretariat's, by group."""
    said = {group.name: {voice.unit_id: voice for voice in group.voices} for group in hearing.groups}
    return {
        "total": sum(hearing.counts.values()),
        "counts": _counts(hearing.counts, language),
        "groups": [_group(group, notes) for group in hearing.groups],
        "areas": [
            {
                "title": area.title,
                "note": notes.get(area.name, ""),
                "counts": _counts(area.counts, language),
                "units": [_unit(line, hearing.groups, said, language) for line, _ in area.units],
            }
            for area in hearing.areas
        ],
    }


def _counts(counts: Mapping[Outcome, int], language: str) -> list[dict[str, Any]]:
    found = [(outcome, counts[outcome]) for outcome in Outcome if counts[outcome]]
    return [{"name": outcome_name(outcome, language), "count": count} for outcome, count in found]


def _group(group: Group, notes: Mapping[str, str]) -> dict[str, Any]:
    """One theme or question: its choices by area, and the remarks to read first."""
    choices = [choice for choice, _ in group.counts]
    by_area: dict[str, Counter[str]] = {}
    for voice in group.voices:
        by_area.setdefault(voice.area or ELSEWHERE, Counter())[voice.choice] += 1
    first = chosen(_remarks(group))
    return {
        "title": group.title,
        "note": notes.get(group.name, ""),
        "counts": [{"name": choice, "count": number} for choice, number in group.counts],
        "said": len(group.voices),
        "areas": [
            {"name": area, "counts": [counted[choice] for choice in choices]}
            for area, counted in by_area.items()
        ],
        "voices": [vars(one) for one in first.remarks],
        "others": first.others,
    }


def _remarks(group: Group) -> Iterator[Remark]:
    """The words of the units; of those that chose as most did last."""
    usual = max(group.counts, key=lambda counted: counted[1], default=("", 0))[0]
    for voice in group.voices:
        if voice.words:
            rank = int(bool(usual) and voice.choice == usual)
            yield Remark(voice.unit, voice.area, rank, voice.choice, voice.words)


def _unit(
    line: Line, groups: Sequence[Group], said: Mapping[str, Mapping[str, Voice]], language: str
) -> dict[str, Any]:
    """A unit's row: what it chose of which themes, and all its words."""
    voices = [(group, said[group.name].get(line.unit_id)) for group in groups]
    chose: dict[str, list[str]] = {}
    for group, voice in voices:
        if voice and voice.choice:
            chose.setdefault(voice.choice, []).append(_code(group))
    return {
        "name": line.unit,
        "outcome": line.outcome.value,
        "outcome_name": outcome_name(line.outcome, language),
        "choices": [{"name": choice, "codes": codes} for choice, codes in chose.items()],
        "words": [
            {"lead": _code(group), "text": voice.words} for group, voice in voices if voice and voice.words
        ],
    }


def _code(group: Group) -> str:
    """ "1" of "1. Helhed i barnets liv"; a question's own words."""
    return group.title.partition(". ")[0] if group.counts else group.title
