"""When the invented people act: planned for each task when it is first seen, always the same."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from cli.demo.invented import acting_day, answer_on, rng
from cycle import store
from cycle.calendar import WorkingCalendar
from cycle.organisation.directory import Directory
from cycle.organisation.snapshot import Post
from cycle.plan.model import FlowName, ReminderKind
from cycle.reminders.steps import steps
from cycle.store import table_of
from cycle.tasks.cycles import RULES
from cycle.tasks.states import OccurrenceState, TaskKind
from cycle.tasks.tables import Occurrence, Task

HOUR = time(10)
WEEK = timedelta(days=7)
OWN_WORK = (TaskKind.ANSWER, TaskKind.DRAFT)


class Seen(NamedTuple):
    """A task as its owner sees it. `key` is the same in every run of the same year."""

    id: int
    occurrence_id: int
    kind: TaskKind
    levels: int
    due_on: date
    key: str
    post: Post


@dataclass
class Habits:
    """What everybody of one municipality will do and when. Dates are local.

    `plans` are answers by task, `verdicts` approvals by task, `decisions` of the body by occurrence.
    """

    engine: Engine
    root_id: str
    calendar: WorkingCalendar
    plans: dict[int, date] = field(default_factory=dict)
    verdicts: dict[int, date] = field(default_factory=dict)
    decisions: dict[int, date] = field(default_factory=dict)
    seen: dict[int, Seen] = field(default_factory=dict)
    _newest: int = 0
    _contacts: dict[tuple[int, date, date], list[date]] = field(default_factory=dict)

    def next_instant(self) -> datetime | None:
        """When somebody acts next (UTC); None when nobody has anything to do."""
        self._look()
        days = [min(each.values()) for each in (self.plans, self.verdicts, self.decisions) if each]
        return self.calendar.instant(min(days), HOUR) if days else None

    def verdict_after(self, task_id: int, today: date) -> None:
        """Plans when the superior looks at an answer given today."""
        days = rng("verdict", self.seen[task_id].key).randint(1, 4)
        self.verdicts[task_id] = acting_day(self.calendar.add_working_days(today, days), self.calendar)

    def who_can(self, session: Session, ids: list[int], today: date) -> list[int]:
        """The tasks without those to be signed for a vacant post: that is tried again a week later."""
        signing = [task_id for task_id in ids if self.seen[task_id].kind is TaskKind.SIGN]
        if not signing:
            return ids
        directory = self.organisation(session, today)
        vacant = {task_id for task_id in signing if not directory.signers(*self.seen[task_id].post)}
        for task_id in vacant:
            if session.get_one(Occurrence, self.seen[task_id].occurrence_id).state is OccurrenceState.OPEN:
                self.plans[task_id] = acting_day(today + WEEK, self.calendar)
        return [task_id for task_id in ids if task_id not in vacant]

    def organisation(self, session: Session, today: date) -> Directory:
        """Who holds which post today."""
        return Directory.load(session, self.root_id, today)

    def _look(self) -> None:
        """Plans for every task not seen before."""
        with store.reading(self.engine) as session:
            asked = {"newest": self._newest, "root_id": self.root_id}
            rows = session.connection().execute(_NEW_TASKS, asked).all()
            occurrences = {row.occurrence_id for row in rows}
            known = {one: session.get_one(Occurrence, one) for one in occurrences}
        for row in rows:
            self._newest = row.id
            self._plan(row, known[row.occurrence_id])

    def _plan(self, row: Any, occurrence: Occurrence) -> None:
        key = ":".join(
            (occurrence.activity_id, str(occurrence.concerns_year), row.unit_id, row.role, row.subject)
        )
        task = Seen(row.id, row.occurrence_id, row.kind, row.levels, row.due_on, key, (row.unit_id, row.role))
        self.seen[task.id] = task
        self._plan_decision(occurrence)
        if row.kind is TaskKind.REVIEW or row.form_version_id is None:
            return
        opened = self.calendar.local_date(row.opened_at)
        if row.kind not in OWN_WORK:
            days = rng("office", key).randint(1, 4)
            self.plans[task.id] = acting_day(self.calendar.add_working_days(opened, days), self.calendar)
            return
        day = answer_on(
            key,
            contacts=self._contacts_of(occurrence, row.due_on, opened),
            opened_on=opened,
            last_on=self.calendar.local_date(occurrence.closes_at) - timedelta(days=1),
            calendar=self.calendar,
        )
        if day is not None:
            self.plans[task.id] = day

    def _plan_decision(self, occurrence: Occurrence) -> None:
        if occurrence.flow == FlowName.STRATEGY_REVISION and occurrence.id not in self.decisions:
            closes = self.calendar.local_date(occurrence.closes_at)
            self.decisions[occurrence.id or 0] = self.calendar.add_working_days(closes, -2)

    def _contacts_of(self, occurrence: Occurrence, due_on: date, opened: date) -> list[date]:
        """The dates of the mails after the opening."""
        where = (occurrence.id or 0, due_on, opened)
        if where not in self._contacts:
            rules = RULES.validate_json(occurrence.rules)
            self._contacts[where] = [
                step.on
                for step in steps(rules, due_on, opened, self.calendar)
                if step.kind not in (ReminderKind.OPENS, ReminderKind.ESCALATE)
            ]
        return self._contacts[where]


def due(planned: dict[int, date], today: date) -> list[int]:
    """What is planned up to today, taken out of the plan."""
    keys = [key for key, day in planned.items() if day <= today]
    for key in keys:
        del planned[key]
    return keys


def pieces(ids: Iterable[int], size: int = 500) -> Iterable[list[int]]:
    """The ids in lists that fit into one statement."""
    everything = list(ids)
    for start in range(0, len(everything), size):
        yield everything[start : start + size]


_task, _occurrence = table_of(Task).c, table_of(Occurrence).c
_NEW_TASKS = (
    sa.select(
        _task.id,
        _task.occurrence_id,
        _task.unit_id,
        _task.role,
        _task.subject,
        _task.kind,
        _task.levels,
        _task.opened_at,
        _task.due_on,
        _task.form_version_id,
    )
    .join(table_of(Occurrence), _occurrence.id == _task.occurrence_id)
    .where(
        _task.id > sa.bindparam("newest"),
        _occurrence.root_id == sa.bindparam("root_id"),
        _occurrence.state == OccurrenceState.OPEN,
    )
    .order_by(_task.id)
)
