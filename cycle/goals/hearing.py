"""The answers to a hearing, gathered: theme by theme, area by area, with a note of the secretariat's on each.

Nobody is left out: a unit that has not answered, or had nothing to say, stands there as such.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cycle import history
from cycle.errors import Conflict
from cycle.goals.hearing_tables import HearingNote
from cycle.goals.tables import GoalLevel, Strategy
from cycle.goals.tree import GoalText
from cycle.tasks.answers import label, show_answer
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.moves import get_occurrence
from cycle.tasks.rollup import Line, Outcome, Rollup, as_json
from cycle.tasks.tables import Occurrence

THEMES, GOALS = "themes", "strategy_goals"
"""What a hearing's form may ask row by row (`rows_from`)."""
ROW_LEVELS: Mapping[str, GoalLevel] = {THEMES: GoalLevel.THEME, GOALS: GoalLevel.POLITICAL}
ELSEWHERE = "Øvrige"
"""The area of units that have none."""


@dataclass(frozen=True)
class Voice:
    """What one unit said in one place: its choice, if it had one to make, and its words."""

    unit_id: str
    unit: str
    area: str
    choice: str
    words: str


@dataclass(frozen=True)
class Group:
    """What was said of one theme, goal or question. `counts` are the choices with their numbers."""

    name: str
    title: str
    counts: Sequence[tuple[str, int]]
    voices: Sequence[Voice]


@dataclass(frozen=True)
class Area:
    """One area: every unit of it with how it answered, and what each said where."""

    name: str
    title: str
    counts: Mapping[Outcome, int]
    units: Sequence[tuple[Line, Sequence[tuple[str, Voice]]]]


@dataclass(frozen=True)
class Hearing:
    """A hearing as gathered. `groups` are its themes, goals and questions, in the order of the form."""

    counts: Mapping[Outcome, int]
    groups: Sequence[Group]
    areas: Sequence[Area]


def hearing_rows(strategy: Strategy, form: Form | None) -> dict[str, list[dict[str, str]]]:
    """The rows that the form asks for, as tasks are prefilled with them; themes where it asks for none."""
    asked = {field.rows_from for field in form.fields if field.rows_from} if form else {THEMES}
    goals = [GoalText.from_columns(each) for each in strategy.content["goals"]]
    return {
        name: [_row(goal) for goal in goals if goal.level is level]
        for name, level in ROW_LEVELS.items()
        if name in asked
    }


def _row(goal: GoalText) -> dict[str, str]:
    """A row is named by its goal's number, for that is what a reply by mail repeats."""
    title = f"{goal.code}. {goal.title}"
    return {"row": goal.code, "label": title, "title": goal.title, "key": goal.identity}


def gather(
    rollup: Rollup, forms: Mapping[int, Form], rows: Mapping[str, Sequence[Mapping[str, str]]], language: str
) -> Hearing:
    """The answers grouped. `forms` by version id; `rows` are those that were asked (`hearing_rows`)."""
    groups = [group for one in fields_asked(forms) for group in _groups(one, rollup.lines, rows, language)]
    return Hearing(rollup.counts(), groups, _areas(rollup.lines, groups))


def fields_asked(forms: Mapping[int, Form]) -> Sequence[Field]:
    """What the forms asked, each question in its newest wording."""
    asked: dict[str, Field] = {}
    for number in sorted(forms, reverse=True):
        for one in forms[number].fields:
            asked.setdefault(one.id, one)
    return list(asked.values())


def group_name(asked: Field, row: Mapping[str, str] | None = None) -> str:
    """What is said of a theme or goal (a row of the question), or of a question, is kept under this name."""
    if row is None:
        return f"question:{asked.id}"
    return f"{asked.rows_from}:{row.get('key') or row['row']}"


def area_name(area: str) -> str:
    """The area's name as a group."""
    return f"area:{area or ELSEWHERE}"


def _groups(
    asked: Field, lines: Sequence[Line], rows: Mapping[str, Sequence[Mapping[str, str]]], language: str
) -> Iterator[Group]:
    if asked.type is not FieldType.REPEAT:
        voices = [
            Voice(
                line.unit_id, line.unit, line.area, "", show_answer(asked, line.answers[asked.id], language)
            )
            for line in lines
            if line.answers.get(asked.id) not in (None, "")
        ]
        yield Group(group_name(asked), label(asked, language), (), voices)
        return
    for row in rows.get(asked.rows_from, ()):
        voices = list(_voices(asked, row["row"], lines, language))
        counts = choices_made(asked, Counter(voice.choice for voice in voices if voice.choice), language)
        yield Group(group_name(asked, row), row["label"], counts, voices)


def _voices(asked: Field, row: str, lines: Sequence[Line], language: str) -> Iterator[Voice]:
    for line in lines:
        given: Any = line.answers.get(asked.id) or ()
        found = next((each for each in given if str(each.get("row")) == row), None)
        if found is None:
            continue
        told = [(one, found[one.id]) for one in asked.fields if found.get(one.id) not in (None, "")]
        choices = [show_answer(one, value, language) for one, value in told if one.type is FieldType.CHOICE]
        words = [show_answer(one, value, language) for one, value in told if one.type is not FieldType.CHOICE]
        if told:
            yield Voice(line.unit_id, line.unit, line.area, ", ".join(choices), "\n".join(words))


def choices_made(asked: Field, made: Mapping[str, int], language: str) -> list[tuple[str, int]]:
    """Every choice of the group's first choice field with its number, those that nobody made too."""
    field = next((one for one in asked.fields if one.type is FieldType.CHOICE), None)
    known = [show_answer(field, each.value, language) for each in field.choices] if field else []
    return [(choice, made.get(choice, 0)) for choice in dict.fromkeys([*known, *made])]


def _areas(lines: Sequence[Line], groups: Sequence[Group]) -> list[Area]:
    said: dict[str, list[tuple[str, Voice]]] = {}
    for group in groups:
        for voice in group.voices:
            said.setdefault(voice.unit_id, []).append((group.title, voice))
    by_area: dict[str, list[Line]] = {}
    for line in lines:
        by_area.setdefault(line.area or ELSEWHERE, []).append(line)
    return [
        Area(
            area_name(area),
            area,
            Counter(line.outcome for line in found),
            [(line, said.get(line.unit_id, ())) for line in found],
        )
        for area, found in by_area.items()
    ]


def notes_of(session: Session, occurrence_id: int) -> dict[str, HearingNote]:
    """The secretariat's notes that count, by group."""
    query = select(HearingNote).where(HearingNote.occurrence_id == occurrence_id)
    return {note.group: note for note in session.exec(query.order_by(col(HearingNote.edition)))}


def write_note(
    session: Session, occurrence_id: int, group: str, text: str, *, seen: int, by: str, now: datetime
) -> bool:
    """Writes the next edition of a group's note; False when that text stands there already.

    `seen` is the edition that whoever writes has read, 0 for none. Raises Conflict when somebody else
    wrote first, NotFound.
    """
    occurrence = get_occurrence(session, occurrence_id)
    _lock(session, occurrence_id)
    stands = notes_of(session, occurrence_id).get(group)
    edition = stands.edition if stands else 0
    if (stands.text if stands else "") == text.strip():
        return False
    if edition != seen:
        raise Conflict("hearing_note", f"{occurrence_id}:{group}")
    note = HearingNote(
        occurrence_id=occurrence_id, group=group, edition=edition + 1, text=text.strip(), by=by, at=now
    )
    session.add(note)
    history.record(
        session,
        root_id=occurrence.root_id,
        at=now,
        actor=by,
        verb="note",
        thing=f"occurrence:{occurrence_id}",
        data={"group": group, "edition": note.edition},
    )
    session.flush()
    return True


def _lock(session: Session, occurrence_id: int) -> None:
    """Whoever writes a note waits for whoever is writing one."""
    session.exec(select(Occurrence.id).where(Occurrence.id == occurrence_id).with_for_update()).one()


def as_kept(rollup: Rollup, notes: Mapping[str, HearingNote]) -> dict[str, Any]:
    """The hearing as kept with the version: the roll-up, and the notes by group."""
    return {**as_json(rollup), "notes": {group: note.text for group, note in notes.items()}}
