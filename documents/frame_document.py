"""A steering frame as values for its template: three parts, their owners, every item (seed 004 G)."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from cycle.danish import format_date, format_datetime
from cycle.goals.frame_parts import FramePart
from cycle.goals.frame_tables import Frame, FrameSection
from cycle.goals.tables import Decision
from cycle.plan.model import Confidence

TEMPLATE = "frame.typ"
PARTS: Mapping[FramePart, tuple[str, str]] = {
    FramePart.FORMAL: ("Formelt grundlag", "Formal basis"),
    FramePart.DIRECTIONAL: ("Retningsgivende grundlag", "Directional basis"),
    FramePart.OPERATING: ("Driftsgrundlag", "Operating basis"),
}
"""What the parts are called. Pages and documents read them here."""


def frame_values(
    frame: Frame,
    sections: Sequence[FrameSection],
    decision: Decision | None,
    *,
    municipality: str,
    zone: ZoneInfo,
    language: str,
    mark: str = "",
) -> dict[str, Any]:
    """Everything a template may show. `sections` are those that count, in their order."""
    english = language == "en"
    parts = groupby(sections, key=lambda section: section.part)
    return {
        "municipality": municipality,
        "mark": mark,
        "draft": decision is None,
        "area": frame.area,
        "year": frame.year,
        "version": frame.version,
        "dated": _dated(frame, zone, language),
        "decided": _decided(decision, language),
        "decision": decision.text if decision else "",
        "parts": [
            {
                "title": PARTS[part][english],
                "owner": (those[0].owner_en if english else "") or those[0].owner,
                "inferred": any(one.confidence is not Confidence.CERTAIN for one in those),
                "entries": [_entry(one, zone, language) for one in those],
            }
            for part, those in ((part, list(found)) for part, found in parts)
        ],
    }


def _entry(section: FrameSection, zone: ZoneInfo, language: str) -> dict[str, str]:
    english = language == "en"
    written = "Written" if english else "Skrevet"
    return {
        "title": (section.title_en if english else "") or section.title,
        "text": section.text,
        "written": f"{written} {format_datetime(section.at, language, zone)}",
    }


def _dated(frame: Frame, zone: ZoneInfo, language: str) -> str:
    if frame.approved_on is None:
        begun = "Begun" if language == "en" else "Begyndt"
        return f"{begun} {format_date(frame.begun_at.astimezone(zone).date(), language)}."
    approved = "Approved" if language == "en" else "Godkendt"
    return f"{approved} {format_date(frame.approved_on, language)}."


def _decided(decision: Decision | None, language: str) -> str:
    if decision is None:
        return ""
    words = "Decision of {body}, {on}" if language == "en" else "Beslutning i {body} {on}"
    return words.format(body=decision.body, on=format_date(decision.decided_on, language))
