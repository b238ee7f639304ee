"""The invented people of a played year: leaders answer, superiors approve, a committee decides.

They act through the same services as the pages and the mail replies, on working days at 10 local.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session

from cli.demo.habits import Habits, due, pieces
from cli.demo.invented import acting_day, answers_for, is_nil, rng
from cycle import store
from cycle.goals.decisions import decisions_of, record_decision
from cycle.plan.model import Activity
from cycle.tasks.forms import Form
from cycle.tasks.review import approve, return_for_changes
from cycle.tasks.states import WAITING_FOR_HOLDER, Channel, OccurrenceState, SubmissionKind, TaskState
from cycle.tasks.submit import submit
from cycle.tasks.tables import FormVersion, Occurrence, Task

RETURNED_SHARE = 0.04
TOGETHER = 25
"""How many invented acts are one commit. A year has 15,000."""
REASON = "Uddyb gerne, hvad I gør ved det, der ikke går efter planen."
DECISION = "Udvalget tiltrådte indstillingen (opdigtet beslutning)."


@dataclass
class People(Habits):
    """Everyone of one municipality. `answered` counts the answers given so far."""

    answered: int = 0
    _forms: dict[int, Form] = field(default_factory=dict)

    def act(self, now: datetime) -> int:
        """Does everything planned up to `now`; gives how many answers were given."""
        today = self.calendar.local_date(now)
        given = 0
        with store.reading(self.engine) as session:
            ready = self.who_can(session, due(self.plans, today), today)
        for some in pieces(ready, TOGETHER):
            with store.transaction(self.engine) as session:
                given += sum(self._answer(session, task_id, today, now) for task_id in some)
        for some in pieces(due(self.verdicts, today), TOGETHER):
            with store.transaction(self.engine) as session:
                for task_id in some:
                    self._judge(session, task_id, today, now)
        for occurrence_id in due(self.decisions, today):
            with store.transaction(self.engine) as session:
                self._decide(session, occurrence_id, today, now)
        self.answered += given
        return given

    def _answer(self, session: Session, task_id: int, today: date, now: datetime) -> int:
        task = session.get_one(Task, task_id)
        if task.state not in WAITING_FOR_HOLDER or task.form_version_id is None:
            return 0
        if session.get_one(Occurrence, task.occurrence_id).state is not OccurrenceState.OPEN:
            return 0
        form = self._form(session, task.form_version_id)
        key = f"{self.seen[task_id].key}:{task.due_on}:{task.state.value}"
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
            self.verdict_after(task_id, today)
        return 1

    def _judge(self, session: Session, task_id: int, today: date, now: datetime) -> None:
        task = session.get_one(Task, task_id)
        if task.state not in (TaskState.SUBMITTED, TaskState.APPROVED) or task.level >= task.levels:
            return
        if session.get_one(Occurrence, task.occurrence_id).state is not OccurrenceState.OPEN:
            return
        key = self.seen[task_id].key
        first_time = task.due_on == task.original_due_on and task.level == 0
        if first_time and rng("judge", key).random() < RETURNED_SHARE:
            return_for_changes(session, task_id, reason=REASON, by="played:superior", now=now)
            days = rng("again", key).randint(1, 6)
            self.plans[task_id] = acting_day(self.calendar.add_working_days(today, days), self.calendar)
            return
        by = f"played:superior:{task.level}" if task.level else "played:superior"  # each level its own person
        approve(session, task_id, by=by, now=now)
        if task.level < task.levels:
            self.verdicts[task_id] = acting_day(self.calendar.add_working_days(today, 2), self.calendar)

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
