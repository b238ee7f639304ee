"""What the released reports write into the frames' operating part (seed 004 G, "Driftsgrundlag").

The texts are made anew from all the year's released reports each time, so that it does not matter in
which order they come, or how often.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from cycle.danish import format_date
from cycle.goals.frame_parts import Filled, Writer
from cycle.goals.frame_tables import Frame
from cycle.goals.frames import frames_of, sections_of, write_section
from cycle.goals.tables import Goal, GoalLevel
from cycle.goals.tree import goals_of_year
from cycle.organisation.tables import Unit
from cycle.plan.model import FlowName
from cycle.tasks.answers import show_answer
from cycle.tasks.calendars import calendar_of
from cycle.tasks.forms import FieldType, Form
from cycle.tasks.rollup import REPLIED, Line, Outcome, Rollup, Section, from_json
from cycle.tasks.tables import FormVersion, Occurrence, Release

QUARTERLY = (FlowName.QUARTERLY_REPORT, FlowName.FRAME_REPORT)
"""Followed up in the frame of the year they are about."""
YEARLY = (FlowName.FRAME_REPORT, FlowName.ANNUAL_ACCOUNTS)
"""Last year's result in the frame of the year after."""
TOLD_BY_TITLE = (GoalLevel.COMMON, GoalLevel.AREA)
"""Goals that several units share; the units' own are counted together."""


@dataclass(frozen=True)
class Report:
    """The newest released version of one report, and whose it was."""

    occurrence: Occurrence
    version: int
    released: str
    rollup: Rollup
    forms: Mapping[int, Form]
    areas: Mapping[str, str]
    goals: Mapping[tuple[str, str], str]


def keep_reports(session: Session, occurrence: Occurrence, *, now: datetime) -> int:
    """Writes what this report changes in the frames; gives how many texts. Safe to repeat."""
    year = occurrence.concerns_year
    return sum(_keep_year(session, occurrence, each, now=now) for each in (year, year + 1))


def _keep_year(session: Session, occurrence: Occurrence, year: int, *, now: datetime) -> int:
    frames = _current(frames_of(session, occurrence.root_id, year))
    if not frames:
        return 0
    this = list(_reports(session, occurrence.root_id, year, QUARTERLY))
    last = list(_reports(session, occurrence.root_id, year - 1, YEARLY))
    written = 0
    sections = sections_of(session, [frame.id or 0 for frame in frames])
    for frame in frames:
        for section in sections.get(frame.id or 0, ()):
            text = _text(section.filled, section.item, frame.area, this, last)
            if text:
                written += write_section(
                    session,
                    frame,
                    section.item,
                    text,
                    writer=Writer.REPORT,
                    by="engine",
                    now=now,
                    occurrence_id=occurrence.id,
                )
    return written


def _current(frames: Iterable[Frame]) -> list[Frame]:
    """Each area's newest approved version, and the draft that shall follow it."""
    found: dict[tuple[str, bool], Frame] = {}
    for frame in frames:
        found[frame.area, frame.decision_id is not None] = frame
    return list(found.values())


def _text(filled: Filled, item: str, area: str, this: Sequence[Report], last: Sequence[Report]) -> str:
    if filled is Filled.FOLLOW_UP:
        return "\n\n".join(filter(None, (told(report, area) for report in this)))
    if filled is Filled.LAST_YEAR:
        return "\n\n".join(filter(None, (told(report, area) for report in last)))
    if filled is Filled.MEASURES:
        said = [_field(report, area, item) for report in this if report.occurrence.flow == QUARTERLY[0]]
        return next((text for text in reversed(said) if text), "")
    return ""


def told(report: Report, area: str) -> str:
    """One report about one area: who answered, the goals' lights, what the area itself wrote."""
    lines = [line for line in report.rollup.lines if line.area == area]
    if not lines:
        return ""
    head = f"{report.occurrence.title} {report.occurrence.concerns_year}, udgave {report.version}"
    parts = [f"{head}, frigivet {report.released}", *_counts(lines), *_lights(report, area, lines)]
    parts += [f"{label}: {text}" for _, label, text in _written(report, area)]
    return "\n".join(parts)


def _counts(lines: Sequence[Line]) -> Iterator[str]:
    if len(lines) > 1:
        owed = [line for line in lines if line.outcome is not Outcome.WAIVED]
        replied = sum(line.outcome in REPLIED for line in owed)
        yield f"{replied} af {len(owed)} enheder har svaret."


def _lights(report: Report, area: str, lines: Sequence[Line]) -> Iterator[str]:
    """ "A. Sygefravær: 40 grøn, 6 gul"; the units' own goals together."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for code, light in (pair for line in lines for pair in _goal_lights(line)):
        title = report.goals.get((area, code)) or report.goals.get(("", code))
        found[f"{code}. {title}" if title else "Enhedernes egne mål"][light] += 1
    for label in sorted(found, key=lambda label: (label == "Enhedernes egne mål", label)):
        shares = ", ".join(f"{number} {light}" for light, number in sorted(found[label].items()))
        yield f"{label}: {shares}"


def _goal_lights(line: Line) -> Iterator[tuple[str, str]]:
    groups = (value for value in line.answers.values() if isinstance(value, list))
    for row in (row for group in groups for row in group if isinstance(row, dict)):
        for value in row.values():
            if isinstance(value, dict) and value.get("light"):
                yield str(row.get("row")), str(value["light"])


def _written(report: Report, area: str) -> Iterator[tuple[str, str, str]]:
    """(field, label, answer) of what the area's own post wrote: as consolidation or as its answer."""
    written: list[Section | Line] = [*report.rollup.sections, *report.rollup.lines]
    for each in (each for each in written if report.areas.get(each.path) == area):
        form = report.forms.get(each.form_version_id or 0)
        for field in form.fields if form and each.answers else ():
            value = each.answers.get(field.id) if each.answers else None
            if value not in (None, "", []) and field.type is not FieldType.REPEAT:
                yield field.id, field.label, show_answer(field, value)


def _field(report: Report, area: str, field_id: str) -> str:
    return next((text for name, _, text in _written(report, area) if name == field_id), "")


def _reports(session: Session, root_id: str, year: int, flows: Sequence[FlowName]) -> Iterator[Report]:
    """The released reports about the year, in the order they opened."""
    found = session.exec(
        select(Release, Occurrence)
        .join(Occurrence, col(Occurrence.id) == col(Release.occurrence_id))
        .where(
            Occurrence.root_id == root_id,
            Occurrence.concerns_year == year,
            col(Occurrence.flow).in_([flow.value for flow in flows]),
        )
        .order_by(col(Occurrence.opens_at), col(Release.version))
    )
    newest = {occurrence.id: (release, occurrence) for release, occurrence in found}
    if not newest:
        return
    forms, areas = _forms(session, root_id), _areas(session, root_id)
    goals = _titles(goals_of_year(session, root_id, year))
    for release, occurrence in newest.values():
        day = calendar_of(session, occurrence).local_date(release.at)
        rollup = from_json(release.content)
        yield Report(occurrence, release.version, format_date(day), rollup, forms, areas, goals)


def _forms(session: Session, root_id: str) -> dict[int, Form]:
    rows = session.exec(select(FormVersion).where(FormVersion.root_id == root_id))
    return {row.id or 0: Form.model_validate_json(row.spec) for row in rows}


def _areas(session: Session, root_id: str) -> dict[str, str]:
    """The area that each unit at the head of an area leads, by the unit's path."""
    rows = session.exec(select(Unit.path, Unit.area).where(Unit.root_id == root_id, Unit.area != ""))
    heads: dict[str, str] = {}
    for path, area in sorted(rows):
        if area not in heads.values():
            heads[path] = area
    return heads


def _titles(goals: Iterable[Goal]) -> dict[tuple[str, str], str]:
    return {(goal.area, goal.code): goal.title for goal in goals if goal.level in TOLD_BY_TITLE}
