"""What a dry run showed: per month what opens, is due, how many mails to how many people; and warnings."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cli.simulation_words import tell
from cli.wording import language
from config.loader import LoadedPlan
from cycle.calendar import WorkingCalendar
from cycle.danish import format_date
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.organisation.directory import Capacity, Directory
from cycle.plan.model import Activity, Audience
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Occurrence, Task

MOST_NAMED = 10


@dataclass(frozen=True)
class Month:
    """One calendar month: titles that open and are due, daily mails and how many people got any."""

    month: str
    opens: tuple[str, ...]
    due: tuple[str, ...]
    mails: int
    people: int


@dataclass(frozen=True)
class Report:
    """The outcome of a dry run. `mails` are the engine's own; receipts and other answers to an act apart.

    A receipt is counted for every answer: a dry run writes none.
    """

    title: str
    year: int
    units: int
    tasks: int
    answers: int
    mails: int
    answers_to_acts: int
    busiest_day: str
    busiest_day_mails: int
    months: tuple[Month, ...]
    warnings: tuple[str, ...]


def report(
    session: Session,
    loaded: LoadedPlan,
    *,
    year: int,
    units: int,
    most_deadlines_a_week: int,
    answers: int,
) -> Report:
    """Counts what the year left in the store. `units` is how many were given."""
    calendar = loaded.calendar
    occurrences = session.exec(select(Occurrence).order_by(col(Occurrence.opens_at))).all()
    daily = _daily_mails(session, calendar)
    per_day = Counter(day for day, _ in daily)
    busiest = max(per_day, key=lambda day: (per_day[day], day), default=None)
    directory = Directory.load(session, loaded.plan.municipality, date(year, 1, 1))
    return Report(
        title=loaded.plan.title,
        year=year,
        units=units,
        tasks=session.exec(select(sa.func.count()).select_from(Task)).one(),
        answers=answers,
        mails=len(daily),
        answers_to_acts=_other_mails(session) + answers,
        busiest_day=format_date(busiest, language()) if busiest else "",
        busiest_day_mails=per_day[busiest] if busiest else 0,
        months=_months(occurrences, calendar, daily),
        warnings=(
            *_unasked(occurrences, directory, calendar),
            *_moved(occurrences),
            *_crowded_weeks(session, directory, most_deadlines_a_week),
            *_lacking(occurrences, directory, calendar),
        ),
    )


def _daily_mails(session: Session, calendar: WorkingCalendar) -> list[tuple[date, str]]:
    """(local date, address) of every mail the engine sent on its own."""
    rows = session.execute(
        sa.select(col(Message.sent_at), col(Message.address)).where(
            col(Message.kind) == MessageKind.DAILY, col(Message.state) == MessageState.SENT
        )
    )
    return [(calendar.local_date(at), address) for at, address in rows]


def _other_mails(session: Session) -> int:
    query = sa.select(sa.func.count()).where(
        col(Message.kind) != MessageKind.DAILY, col(Message.state) == MessageState.SENT
    )
    return int(session.execute(query).scalar_one())


def _months(
    occurrences: Sequence[Occurrence], calendar: WorkingCalendar, daily: Sequence[tuple[date, str]]
) -> tuple[Month, ...]:
    opens, due = defaultdict(list), defaultdict(list)
    for occurrence in occurrences:
        name = f"{occurrence.title} ({occurrence.concerns_year})"
        opens[_month(calendar.local_date(occurrence.opens_at))].append(name)
        due[_month(occurrence.due_on)].append(name)
    mails: Counter[str] = Counter()
    people: dict[str, set[str]] = defaultdict(set)
    for day, address in daily:
        mails[_month(day)] += 1
        people[_month(day)].add(address)
    return tuple(
        Month(month, tuple(opens[month]), tuple(due[month]), mails[month], len(people[month]))
        for month in sorted({*opens, *due, *mails})
    )


def _month(day: date) -> str:
    return f"{day.year}-{day.month:02d}"


def _moved(occurrences: Sequence[Occurrence]) -> list[str]:
    notes = [
        (occurrence.title, note)
        for occurrence in occurrences
        for note in occurrence.note.split("; ")
        if "flyttet" in note.lower()
    ]
    return [f"{title}: {note}" for title, note in notes]


def _crowded_weeks(session: Session, directory: Directory, most: int) -> list[str]:
    """People with more than `most` deadlines of their own in one ISO week."""
    seen: Counter[tuple[int, tuple[int, int]]] = Counter()
    names: dict[int, str] = {}
    rows = session.execute(
        sa.select(col(Task.unit_id), col(Task.role), col(Task.original_due_on))
        .where(col(Task.kind) != TaskKind.REVIEW)
        .order_by(col(Task.original_due_on), col(Task.id))
    )
    for due_on, of_day in groupby(rows, key=lambda row: row.original_due_on):
        then = directory.at(due_on)
        for unit_id, role, _ in of_day:
            recipient = then.recipient(unit_id, role) if unit_id in directory.units else None
            if recipient is not None:
                names[recipient.person_id] = recipient.name
                seen[recipient.person_id, due_on.isocalendar()[:2]] += 1
    crowded = sorted(((n, key) for key, n in seen.items() if n > most), reverse=True)
    lines = [
        tell("crowded", name=names[person], count=n, week=week[1], year=week[0])
        for n, (person, week) in crowded[:MOST_NAMED]
    ]
    return _and_more(lines, len(crowded), "more crowded")


def _lacking(occurrences: Sequence[Occurrence], directory: Directory, calendar: WorkingCalendar) -> list[str]:
    """Posts nobody holds, and holders without an address, on the day they are asked."""
    vacant: dict[tuple[str, str], str] = {}
    silent: dict[str, str] = {}
    for occurrence in occurrences:
        for _, on, audience in _asked(occurrence, calendar):
            then = directory.at(on)
            for unit_id, role in then.posts(audience):
                found = then.recipient(unit_id, role)
                name = then.units[unit_id].name
                if found is None:
                    vacant[unit_id, role] = tell("nobody", role=role, unit=name)
                elif found.capacity is Capacity.SUPERIOR:
                    vacant[unit_id, role] = tell("stands in", role=role, unit=name, name=found.name)
                if found is not None and found.address is None:
                    silent[found.name] = tell("no address", name=found.name)
    return [
        *_and_more(sorted(vacant.values())[:MOST_NAMED], len(vacant), "more vacant"),
        *_and_more(sorted(silent.values())[:MOST_NAMED], len(silent), "more silent"),
    ]


def _unasked(occurrences: Sequence[Occurrence], directory: Directory, calendar: WorkingCalendar) -> list[str]:
    """Activities, and stages of them, that no unit fits."""
    return [
        tell("asks nobody", title=title)
        for occurrence in occurrences
        for title, on, audience in _asked(occurrence, calendar)
        if not directory.at(on).posts(audience)
    ]


def _asked(occurrence: Occurrence, calendar: WorkingCalendar) -> Iterator[tuple[str, date, Audience]]:
    """What asks whom on which local day: the units when it opens, whoever puts together by their own date."""
    activity = Activity.model_validate_json(occurrence.activity)
    yield activity.title, calendar.local_date(occurrence.opens_at), activity.audience
    for stage in activity.stages:
        if stage.audience is not None:
            title = f"{activity.title}, {stage.title}"
            yield title, date.fromisoformat(occurrence.stage_due[stage.id]), stage.audience


def _and_more(lines: list[str], total: int, key: str) -> list[str]:
    return lines if total <= len(lines) else [*lines, tell(key, total=total)]
