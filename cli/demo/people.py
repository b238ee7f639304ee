"""The invented people of a played year: leaders answer, superiors approve, a committee decides.

They act on working days at 10 local through the same services as the pages. What they will do is planned
when a task is first seen, so asking when something happens next costs little.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from cli.demo.invented import answer_on, answers_for, is_nil, rng
from cycle import store
from cycle.calendar import WorkingCalendar
from cycle.goals.decisions import decisions_of, record_decision
from cycle.plan.model import Activity, FlowName, ReminderKind
from cycle.reminders.steps import steps
from cycle.tasks.cycles import RULES
from cycle.tasks.forms import Form
from cycle.tasks.review import approve, return_for_changes
from cycle.tasks.states import (
    WAITING_FOR_HOLDER,
    Channel,
    OccurrenceState,
    SubmissionKind,
    TaskKind,
    TaskState,
)
from cycle.tasks.submit import submit
from cycle.tasks.tables import FormVersion, Occurrence, Task

HOUR = time(10)
RETURNED_SHARE = 0.04
REASON = "Uddyb gerne, hvad I gør ved det, der ikke går efter planen."
DECISION = "Udvalget tiltrådte indstillingen (opdigtet beslutning)."


@dataclass
class People:
    """Everyone of one municipality. `answered` counts the answers given so far."""

    engine: Engine
    root_id: str
    calendar: WorkingCalendar
    answered: int = 0
    _plans: dict[int, date | None] = field(default_factory=dict)
    _verdicts: dict[int, date] = field(default_factory=dict)
    _decisions: dict[int, date] = field(default_factory=dict)
    _newest: int = 0
    _forms: dict[int, Form] = field(default_factory=dict)

    def next_instant(self) -> datetime | None:
        """When somebody acts next (UTC); None when nobody has anything to do."""
        self._look()
        days = [day for day in self._plans.values() if day]
        days += [*self._verdicts.values(), *self._decisions.values()]
        return self.calendar.instant(min(days), HOUR) if days else None

    def act(self, now: datetime) -> int:
        """Does everything planned up to `now`; gives how many answers were given."""
        today = self.calendar.local_date(now)
        given = 0
        with store.transaction(self.engine) as session:
            for task_id in _due(self._plans, today):
                self._plans.pop(task_id)
                given += self._answer(session, task_id, now)
            for task_id in _due(self._verdicts, today):
                self._verdicts.pop(task_id)
                self._judge(session, task_id, now)
            for occurrence_id in _due(self._decisions, today):
                self._decisions.pop(occurrence_id)
                self._decide(session, occurrence_id, today, now)
        self.answered += given
        return given

    def _look(self) -> None:
        """Plans for every task not seen before."""
        with store.reading(self.engine) as session:
            rows = session.exec(
                select(Task, Occurrence)
                .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
                .where(
                    col(Task.id) > self._newest,
                    Occurrence.root_id == self.root_id,
                    Occurrence.state == OccurrenceState.OPEN,
                )
                .order_by(col(Task.id))
            ).all()
            for task, occurrence in rows:
                assert task.id is not None and occurrence.id is not None
                self._newest = task.id
                self._plans[task.id] = self._plan(task, occurrence)
                if occurrence.flow == FlowName.STRATEGY_REVISION and occurrence.id not in self._decisions:
                    closes = self.calendar.local_date(occurrence.closes_at)
                    self._decisions[occurrence.id] = self.calendar.add_working_days(closes, -2)

    def _plan(self, task: Task, occurrence: Occurrence) -> date | None:
        if task.kind is TaskKind.REVIEW or task.form_version_id is None:
            return None
        opened = self.calendar.local_date(task.opened_at)
        key = _key(task, occurrence)
        if task.kind not in (TaskKind.ANSWER, TaskKind.DRAFT):
            return self.calendar.add_working_days(opened, rng("office", key).randint(1, 4))
        rules = RULES.validate_json(occurrence.rules)
        contacts = [
            step.on
            for step in steps(rules, due_on=task.due_on, opened_on=opened, calendar=self.calendar)
            if step.kind not in (ReminderKind.OPENS, ReminderKind.ESCALATE)
        ]
        last = self.calendar.local_date(occurrence.closes_at) - timedelta(days=1)
        return answer_on(key, contacts=contacts, opened_on=opened, last_on=last, calendar=self.calendar)

    def _answer(self, session: Session, task_id: int, now: datetime) -> int:
        task = session.get(Task, task_id)
        if task is None or task.state not in WAITING_FOR_HOLDER or task.form_version_id is None:
            return 0
        occurrence = session.get_one(Occurrence, task.occurrence_id)
        if occurrence.state is not OccurrenceState.OPEN:
            return 0
        form = self._form(session, task.form_version_id)
        key = f"{_key(task, occurrence)}:{task.link_generation}:{task.due_on}"
        nil = is_nil(form, key)
        submit(
            session,
            task_id,
            answers={} if nil else answers_for(form, task.prefill, key),
            kind=SubmissionKind.NIL if nil else SubmissionKind.COMPLETE,
            channel=Channel.WEB,
            by=f"post:{task.unit_id}/{task.role}",
            received_at=now,
            now=now,
            once=f"played:{key}",
        )
        if task.levels:
            days = rng("verdict", key).randint(1, 4)
            self._verdicts[task_id] = self.calendar.add_working_days(self.calendar.local_date(now), days)
        return 1

    def _judge(self, session: Session, task_id: int, now: datetime) -> None:
        task = session.get_one(Task, task_id)
        occurrence = session.get_one(Occurrence, task.occurrence_id)
        if task.state not in (TaskState.SUBMITTED, TaskState.APPROVED) or task.level >= task.levels:
            return
        if occurrence.state is not OccurrenceState.OPEN:
            return
        key = f"{_key(task, occurrence)}:{task.due_on}"
        first_time = task.due_on == task.original_due_on
        if first_time and task.level == 0 and rng("judge", key).random() < RETURNED_SHARE:
            return_for_changes(session, task_id, reason=REASON, by="played:superior", now=now)
            days = rng("again", key).randint(1, 6)
            self._plans[task_id] = self.calendar.add_working_days(self.calendar.local_date(now), days)
            return
        approve(session, task_id, by="played:superior", now=now)
        if task.level + 1 < task.levels:
            later = self.calendar.add_working_days(self.calendar.local_date(now), 2)
            self._verdicts[task_id] = later

    def _decide(self, session: Session, occurrence_id: int, today: date, now: datetime) -> None:
        occurrence = session.get_one(Occurrence, occurrence_id)
        activity = Activity.model_validate_json(occurrence.activity)
        if not decisions_of(session, occurrence_id):
            record_decision(
                session,
                occurrence_id=occurrence_id,
                body=activity.body or "BUU",
                decided_on=today,
                adopted=True,
                text=DECISION,
                by="played:secretariat",
                now=now,
            )

    def _form(self, session: Session, form_version_id: int) -> Form:
        if form_version_id not in self._forms:
            version = session.get_one(FormVersion, form_version_id)
            self._forms[form_version_id] = Form.model_validate_json(version.spec)
        return self._forms[form_version_id]


def _due(planned: dict[int, date] | dict[int, date | None], today: date) -> Iterable[int]:
    return [key for key, day in planned.items() if day is not None and day <= today]


def _key(task: Task, occurrence: Occurrence) -> str:
    year = occurrence.concerns_year
    return f"{occurrence.activity_id}:{year}:{task.unit_id}:{task.role}:{task.subject}"
