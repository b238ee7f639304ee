"""Agreement signing: a draft per unit from the goal tree, then the plan's stages in their order.

`negotiate`, `approve` and `sign` stages follow one another per unit, each a task of the post the stage
names. An answer moves the agreement on, or back to its draft with a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.errors import PlanInvalid, Problem
from cycle.goals import agreements
from cycle.goals.agreements import AgreementVerb
from cycle.goals.tables import Agreement, AgreementState, GoalLevel
from cycle.goals.tree import as_rows, for_unit, goals_of_year
from cycle.organisation.tables import Unit
from cycle.plan.model import Stage, StageKind
from cycle.tasks.approval import reviewer_of
from cycle.tasks.moves import move
from cycle.tasks.opening import NewTask, open_tasks
from cycle.tasks.review import return_for_changes
from cycle.tasks.states import Actor, TaskKind, TaskState, TaskVerb
from cycle.tasks.submit import latest_submission
from cycle.tasks.tables import Submission, Task
from flows.request import Facts, close_and_count, facts_of, lock_for_advance, open_for_audience
from flows.runtime import RunContext

OWN_CODES = ("G", "H", "I")
DECISION_FIELD, AGREED, COMMENT_FIELD, NAME_FIELD = "beslutning", "enig", "bemaerkning", "navn"
STEP_KIND = {
    StageKind.NEGOTIATE: TaskKind.NEGOTIATE,
    StageKind.APPROVE: TaskKind.APPROVE,
    StageKind.SIGN: TaskKind.SIGN,
}
FORWARD = {StageKind.NEGOTIATE: AgreementVerb.AGREE, StageKind.APPROVE: AgreementVerb.APPROVE}


def open(context: RunContext, occurrence_id: int) -> None:
    """Drafts an agreement for every unit of the audience and asks its leader for the unit's own goals."""
    facts = facts_of(context, occurrence_id)
    _check_stages(facts)
    with context.reading() as session:
        goals = goals_of_year(session, facts.occurrence.root_id, facts.occurrence.concerns_year)

    def prefill(unit: Unit) -> dict[str, Any]:
        given = [goal for goal in for_unit(goals, unit) if goal.level is not GoalLevel.UNIT]
        own = [{"row": code, "label": f"Enhedsmål {code}"} for code in OWN_CODES]
        return {"given_goals": as_rows(given), "unit_goals": own}

    def draft(session: Session) -> None:
        _draft_agreements(session, facts)

    open_for_audience(context, facts, prefill=prefill, kind=TaskKind.DRAFT, before=draft)


def advance(context: RunContext, occurrence_id: int) -> None:
    """Takes every agreement as far as the answers given allow."""
    facts = facts_of(context, occurrence_id)
    with context.transaction() as session:
        lock_for_advance(session, facts.occurrence)
        moved = 0
        for agreement, task, submission in _answered(session, occurrence_id):
            _Step(session, context, facts, agreement).take(task, submission)
            moved += 1
        context.count(moved=moved)


def close(context: RunContext, occurrence_id: int) -> None:
    """Closes; the counts tell how many agreements are in force and how many are not yet signed."""
    close_and_count(context, occurrence_id)
    with context.reading() as session:
        states = session.exec(select(Agreement.state).where(Agreement.occurrence_id == occurrence_id)).all()
    signed = sum(state is AgreementState.IN_FORCE for state in states)
    context.count(in_force=signed, unsigned=len(states) - signed)


def signing_order(stages: Sequence[Stage]) -> list[str]:
    """The capacities that sign, in turn: the ids of the plan's signing stages."""
    return [stage.id for stage in stages if stage.kind is StageKind.SIGN]


@dataclass
class _Step:
    """One answered task of one agreement."""

    session: Session
    context: RunContext
    facts: Facts
    agreement: Agreement

    def take(self, task: Task, submission: Submission) -> None:
        if task.kind is TaskKind.DRAFT:
            self._propose(task, submission)
            return
        stage = next(s for s in self._stages if s.id == task.subject.split(":")[0])
        answers = submission.answers
        if stage.kind is StageKind.SIGN:
            self._sign(stage, task, submission)
        elif answers.get(DECISION_FIELD) == AGREED:
            self._move(FORWARD[stage.kind], submission.by)
            self._settle(task)
            self._open_after(stage)
        else:
            self._send_back(task, submission)

    @property
    def _stages(self) -> Sequence[Stage]:
        return [stage for stage in self.facts.activity.stages if stage.kind in STEP_KIND]

    def _propose(self, task: Task, submission: Submission) -> None:
        content = {
            "given_goals": task.prefill.get("given_goals", []),
            "own": submission.answers,
            "year": self.agreement.year,
            "unit": self.agreement.unit_id,
        }
        now = self.context.now
        agreements.write_version(self.session, self.agreement, content, by=submission.by, now=now)
        self._move(AgreementVerb.PROPOSE, submission.by)
        self._settle(task)
        self._open_stage(self._stages[0])

    def _sign(self, stage: Stage, task: Task, submission: Submission) -> None:
        agreements.sign(
            self.session,
            self.agreement,
            capacity=stage.id,
            order=signing_order(self._stages),
            name=str(submission.answers.get(NAME_FIELD, "")),
            by=submission.by,
            identified_by=submission.channel.value,
            now=submission.received_at,
        )
        self._settle(task)
        self._open_after(stage)

    def _send_back(self, task: Task, submission: Submission) -> None:
        self._move(AgreementVerb.SEND_BACK, submission.by)
        self._settle(task)
        draft = self._task_of_draft()
        reason = str(submission.answers.get(COMMENT_FIELD) or "Se aftalen igennem igen.")
        return_for_changes(self.session, draft.id or 0, reason=reason, by=submission.by, now=self.context.now)

    def _move(self, verb: AgreementVerb, by: str) -> None:
        agreements.advance(self.session, self.agreement, verb, by=by, now=self.context.now)

    def _settle(self, task: Task) -> None:
        move(self.session, task, TaskVerb.APPROVE, actor=Actor.ENGINE, level=1)

    def _task_of_draft(self) -> Task:
        return self.session.exec(
            select(Task).where(
                Task.occurrence_id == self.agreement.occurrence_id,
                Task.unit_id == self.agreement.unit_id,
                Task.kind == TaskKind.DRAFT,
            )
        ).one()

    def _open_after(self, stage: Stage) -> None:
        at = [each.id for each in self._stages].index(stage.id)
        if at + 1 < len(self._stages):
            self._open_stage(self._stages[at + 1])

    def _open_stage(self, stage: Stage) -> None:
        """Opens the stage's task for this unit, or opens it again after a second round."""
        unit_id, role = self._post(stage)
        subject = f"{stage.id}:{self.agreement.unit_id}"
        due = max(date.fromisoformat(self.facts.occurrence.stage_due[stage.id]), self._earliest())
        task = self._task(unit_id, role, subject)
        if task is None:
            new = self._new(stage, unit_id, role, subject, due)
            open_tasks(self.session, self.facts.occurrence, [new], now=self.context.now)
        elif task.state is TaskState.APPROVED:
            move(
                self.session,
                task,
                TaskVerb.REOPEN,
                actor=Actor.ENGINE,
                level=0,
                due_on=due,
                next_reminder_at=self.context.now,
                prefill=self._shown(),
            )

    def _task(self, unit_id: str, role: str, subject: str) -> Task | None:
        return self.session.exec(
            select(Task).where(
                Task.occurrence_id == self.agreement.occurrence_id,
                Task.unit_id == unit_id,
                Task.role == role,
                Task.subject == subject,
            )
        ).first()

    def _new(self, stage: Stage, unit_id: str, role: str, subject: str, due: date) -> NewTask:
        unit = self.facts.directory.units[self.agreement.unit_id]
        return NewTask(
            unit_id=unit_id,
            role=role,
            due_on=due,
            subject=subject,
            kind=STEP_KIND[stage.kind],
            title=f"{stage.title}: {unit.name}",
            form_version_id=self.facts.occurrence.stage_forms.get(stage.id),
            prefill=self._shown(),
        )

    def _shown(self) -> dict[str, Any]:
        version = agreements.present_version(self.session, self.agreement)
        return {"agreement": {"id": self.agreement.id, "version": version.no, "digest": version.digest}}

    def _earliest(self) -> date:
        today = self.facts.calendar.local_date(self.context.now)
        return self.facts.calendar.add_working_days(today, self.facts.activity.review_days)

    def _post(self, stage: Stage) -> tuple[str, str]:
        audience_role = self.facts.activity.audience.role
        if stage.by in ("", audience_role):
            return self.agreement.unit_id, audience_role
        post = reviewer_of(self.facts.directory, self.agreement.unit_id, (stage.by,), 0)
        return post or (self.agreement.unit_id, audience_role)


def _check_stages(facts: Facts) -> None:
    kinds = [stage.kind for stage in facts.activity.stages if stage.kind in STEP_KIND]
    if not kinds or kinds != sorted(kinds, key=list(STEP_KIND).index) or kinds[-1] is not StageKind.SIGN:
        raise PlanInvalid(
            [
                Problem(
                    facts.activity.id,
                    "Trinene skal være forhandling, godkendelse og underskrift i den rækkefølge.",
                    "Ret «stages» i planen.",
                )
            ]
        )


def _draft_agreements(session: Session, facts: Facts) -> None:
    occurrence = facts.occurrence
    known = set(session.exec(select(Agreement.unit_id).where(Agreement.occurrence_id == occurrence.id)))
    rows: list[Mapping[str, Any]] = [
        {
            "root_id": occurrence.root_id,
            "occurrence_id": occurrence.id,
            "unit_id": unit_id,
            "year": occurrence.concerns_year,
        }
        for unit_id, _ in facts.directory.posts(facts.activity.audience)
        if unit_id not in known
    ]
    if rows:
        session.execute(sa.insert(Agreement), rows)


def _answered(session: Session, occurrence_id: int) -> list[tuple[Agreement, Task, Submission]]:
    """Every answered step not yet acted on, with its agreement."""
    tasks = session.exec(
        select(Task)
        .where(Task.occurrence_id == occurrence_id, Task.state == TaskState.SUBMITTED)
        .order_by(col(Task.received_at), col(Task.id))
    ).all()
    rows = session.exec(select(Agreement).where(Agreement.occurrence_id == occurrence_id))
    of_unit = {agreement.unit_id: agreement for agreement in rows}
    found = []
    for task in tasks:
        unit_id = task.subject.partition(":")[2] or task.unit_id
        submission = latest_submission(session, task.id or 0)
        if submission is not None and unit_id in of_unit:
            found.append((of_unit[unit_id], task, submission))
    return found
