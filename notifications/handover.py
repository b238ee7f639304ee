"""What a post's new holder, or who stands in, is told of it: whom it was before, drafts, answers, agreement.

It is part of the daily mail, so that nobody gets two. Whoever is asked about a task that somebody else was
asked about before has taken it over, whatever made the post change hands (a new appointment, a substitute
who begins or ends, a vacant post): the ledger knows whom each mail went to.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.columns import among
from cycle.danish import COPENHAGEN
from cycle.goals.tables import Agreement, AgreementState
from cycle.plan.model import ReminderKind
from cycle.reminders.ledger import MAILED
from cycle.reminders.tables import ReminderDecision
from cycle.store import table_of
from cycle.tasks.ledger import actor_names
from cycle.tasks.tables import Draft, Occurrence, Submission, Task
from cycle.tasks.titles import occurrence_title
from notifications.letters import Post

Place = tuple[str, str]
"""A post: the unit's id and the role."""

MOST_ANSWERS = 8

_said = table_of(ReminderDecision).c
_ASKED = (
    sa.select(_said.task_id, _said.id, _said.person_id, _said.decided_at)
    .where(
        among(_said.task_id, "ids"),
        _said.verdict.in_(MAILED),
        _said.rule_kind != ReminderKind.ESCALATE.value,
        _said.person_id.is_not(None),
    )
    .order_by(_said.id)
)


@dataclass
class Handed:
    """`before`: by decision, the persons asked earlier, for those that reach somebody who was not.

    `drafts`: who began a task's draft, by task; `answered`: this year's answers of a post, the oldest first;
    `agreements`: the years of the agreement in force, by unit; `names` by "person:12".
    """

    before: dict[int, tuple[int, ...]] = field(default_factory=dict)
    drafts: dict[int, str] = field(default_factory=dict)
    answered: dict[Place, list[tuple[Occurrence, datetime]]] = field(default_factory=dict)
    agreements: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def name(self, person_id: int) -> str:
        """What the person is called; empty when the store no longer knows."""
        return self.names.get(f"person:{person_id}", "")


def read_handed(
    session: Session, decisions: Iterable[ReminderDecision], tasks: Mapping[int, Task], today: date
) -> Handed:
    """What has passed to somebody else in these decisions, as of the local date."""
    own = [each for each in decisions if each.rule_kind != ReminderKind.ESCALATE]
    handed = Handed(before=_before(session, own, tasks))
    passed = [tasks[each.task_id] for each in own if each.id in handed.before]
    if not passed:
        return handed
    handed.drafts = _drafts(session, [task.id or 0 for task in passed])
    handed.answered = _answered(session, {(task.unit_id, task.role) for task in passed}, today)
    handed.agreements = _agreements(session, {task.unit_id for task in passed}, today)
    people = {f"person:{person}" for those in handed.before.values() for person in those}
    handed.names = actor_names(session, people | set(handed.drafts.values()))
    return handed


def _before(
    session: Session, own: Sequence[ReminderDecision], tasks: Mapping[int, Task]
) -> dict[int, tuple[int, ...]]:
    if not own:
        return {}
    asked: dict[int, list[tuple[int, int, datetime]]] = defaultdict(list)
    ids = sorted({each.task_id for each in own})
    for task_id, id_, person_id, at in session.connection().execute(_ASKED, {"ids": ids}):
        asked[task_id].append((id_, person_id, at))
    found = {}
    for each in own:
        opened_at = tasks[each.task_id].opened_at
        earlier = [who for id_, who, at in asked[each.task_id] if id_ < (each.id or 0) and at >= opened_at]
        if earlier and each.person_id not in earlier:
            found[each.id or 0] = tuple(dict.fromkeys(earlier))
    return found


def _drafts(session: Session, task_ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(
        sa.select(col(Draft.task_id), col(Draft.by)).where(col(Draft.task_id).in_(task_ids))
    )
    return {task_id: by for task_id, by in rows}


def _answered(
    session: Session, posts: set[Place], today: date
) -> dict[Place, list[tuple[Occurrence, datetime]]]:
    """Each activity once, with when it was first answered."""
    begins = datetime.combine(date(today.year, 1, 1), time(), COPENHAGEN)
    query = (
        sa.select(Occurrence, col(Task.unit_id), col(Task.role), sa.func.min(col(Submission.received_at)))
        .join(Task, col(Task.occurrence_id) == col(Occurrence.id))
        .join(Submission, col(Submission.task_id) == col(Task.id))
        .where(
            sa.tuple_(col(Task.unit_id), col(Task.role)).in_(sorted(posts)),
            col(Submission.received_at) >= begins,
        )
        .group_by(col(Occurrence.id), col(Task.unit_id), col(Task.role))
    )
    found: dict[Place, list[tuple[Occurrence, datetime]]] = defaultdict(list)
    for occurrence, unit_id, role, at in session.execute(query):
        found[unit_id, role].append((occurrence, at))
    return {post: sorted(rows, key=lambda row: row[1])[-MOST_ANSWERS:] for post, rows in found.items()}


def _agreements(session: Session, units: set[str], today: date) -> dict[str, str]:
    query = sa.select(col(Agreement.unit_id), col(Agreement.period_from), col(Agreement.period_to)).where(
        col(Agreement.unit_id).in_(units),
        col(Agreement.in_force_version) > 0,
        col(Agreement.state) != AgreementState.SUPERSEDED,
        col(Agreement.period_from) <= today,
        col(Agreement.period_to) >= today,
    )
    return {unit_id: _years(first.year, last.year) for unit_id, first, last in session.execute(query)}


def _years(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def posts_of(
    handed: Handed, tasks: Mapping[int, tuple[Task, str]], decided: Iterable[ReminderDecision], language: str
) -> tuple[Post, ...]:
    """The posts that these decisions hand over, each once. `tasks` has each task with its unit's name."""
    places: dict[Place, dict[str, None]] = {}
    units: dict[Place, str] = {}
    for each in decided:
        if each.id in handed.before:
            task, unit = tasks[each.task_id]
            place = task.unit_id, task.role
            names = [handed.name(person) for person in handed.before[each.id]]
            places.setdefault(place, {}).update(dict.fromkeys(filter(None, names)))
            units[place] = unit
    return tuple(
        Post(
            unit=units[place],
            role=place[1],
            before=tuple(names),
            answered=tuple((_title(it, language), at) for it, at in handed.answered.get(place, ())),
            agreement=handed.agreements.get(place[0], ""),
        )
        for place, names in places.items()
    )


def _title(occurrence: Occurrence, language: str) -> str:
    year, name = str(occurrence.concerns_year), occurrence_title(occurrence, language)
    return name if year in name else f"{name} {year}"
