"""One answered step of one agreement: takes it on, or back to its draft with a reason."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlmodel import Session, col, select

from cycle.access.roles import KnownBy
from cycle.goals.agreement_book import AgreementBook
from cycle.goals.agreement_terms import TERMS, terms_of
from cycle.goals.agreements import AgreementVerb, version_of
from cycle.goals.given_goals import GIVEN, proposed
from cycle.goals.parties import post_of, registered, steps_of, taken
from cycle.goals.tables import Agreement, AgreementState, AgreementVersion
from cycle.messages.tables import MessageKind
from cycle.plan.model import Stage, StageKind
from cycle.tasks.letters import write_to_people
from cycle.tasks.measures import UNIT_GOALS
from cycle.tasks.moves import move
from cycle.tasks.opening import NewTask
from cycle.tasks.review import return_for_changes
from cycle.tasks.states import Actor, TaskKind, TaskState, TaskVerb
from cycle.tasks.tables import Submission, Task
from documents.agreement_text import years
from flows.agreement_following import Following
from flows.request import Facts
from flows.runtime import RunContext

DECISION_FIELD, AGREED, COMMENT_FIELD, NAME_FIELD = "beslutning", "enig", "bemaerkning", "navn"
STEP_KIND = {
    StageKind.NEGOTIATE: TaskKind.NEGOTIATE,
    StageKind.APPROVE: TaskKind.APPROVE,
    StageKind.SIGN: TaskKind.SIGN,
}
STAGE_IN = {
    AgreementState.NEGOTIATION: StageKind.NEGOTIATE,
    AgreementState.APPROVAL: StageKind.APPROVE,
    AgreementState.SIGNING: StageKind.SIGN,
}
FORWARD = {StageKind.NEGOTIATE: AgreementVerb.AGREE, StageKind.APPROVE: AgreementVerb.APPROVE}


@dataclass
class Step:
    """One answered task of one agreement. What follows from it goes into `following`.

    `known` holds (unit, role, subject) of the tasks there are.
    """

    session: Session
    context: RunContext
    facts: Facts
    book: AgreementBook
    known: Set[tuple[str, str, str]]
    agreement: Agreement
    following: Following

    def take(self, task: Task, submission: Submission) -> None:
        """Acts on the answer. The task is settled already; what is superseded goes no further."""
        if self.agreement.state is AgreementState.SUPERSEDED:
            return
        if task.kind is TaskKind.DRAFT:
            self._propose(task, submission)
            return
        stage = next((s for s in self.stages if s.id == task.subject.split(":")[0]), None)
        answers = submission.answers
        if stage is None or task.prefill["agreement"]["version"] != self.agreement.version:
            self._open_turn()  # what was answered is another text, or a step this text does not take
            return
        declined = answers.get(DECISION_FIELD, AGREED) != AGREED
        if stage.kind is StageKind.SIGN and declined:
            self._refuse(submission, AgreementVerb.DECLINE)
        elif stage.kind is StageKind.SIGN:
            self._sign(stage, task, submission)
        elif answers.get(DECISION_FIELD) == AGREED:
            self._move(FORWARD[stage.kind], submission.by)
            self._open_after(stage)
        elif stage.kind is StageKind.APPROVE:
            self._refuse(submission, AgreementVerb.SEND_BACK)
        else:
            self._send_back(submission, AgreementVerb.SEND_BACK)

    @property
    def stages(self) -> Sequence[Stage]:
        """The steps that the present version takes, in the order of the plan."""
        return taken(self.facts.activity, self.book.present(self.agreement).steps)

    def stages_today(self) -> Sequence[Stage]:
        """The steps that a version written now takes: those of the unit's kind and ownership."""
        unit = self.facts.directory.units[self.agreement.unit_id]
        return steps_of(self.facts.activity, unit.kind, unit.ownership)

    def terms(self, steps: Sequence[Stage], questions: str) -> dict[str, Any]:
        """The terms of a version that is written now."""
        role = self.facts.activity.audience.role
        return terms_of(self.agreement, steps, self.facts.directory, role, questions=questions)

    def _open_turn(self) -> None:
        """Opens the step whose turn it is by the agreement's state."""
        kind = STAGE_IN.get(self.agreement.state)
        signed = self.book.signed(self.agreement)
        turn = (stage for stage in self.stages if stage.kind is kind and stage.id not in signed)
        for stage in islice(turn, 1):
            self.open_stage(stage)

    def _propose(self, task: Task, submission: Submission) -> None:
        steps, agreement, now = self.stages_today(), self.agreement, self.context.now
        content = {
            TERMS: self.terms(steps, self.following.questions(self.session, submission.form_version_id)),
            GIVEN: proposed(task),
            "own_codes": [row["row"] for row in task.prefill.get(UNIT_GOALS, [])],
            "own": submission.answers,
            "form": submission.form_version_id,
            "year": self.agreement.year,
            "unit": self.agreement.unit_id,
        }
        held = self._signed_by_all()
        if held is not None and held.content == content:
            self._move(AgreementVerb.PROPOSE, submission.by)
            self.book.restore(agreement, held, by="engine", now=now)
            return
        ids = [stage.id for stage in steps]
        self.book.write_version(agreement, content, steps=ids, by=submission.by, now=now)
        self._move(AgreementVerb.PROPOSE, submission.by)
        self.open_stage(self.stages[0])

    def _signed_by_all(self) -> AgreementVersion | None:
        if not self.agreement.in_force_version:
            return None
        return version_of(self.session, self.agreement, self.agreement.in_force_version)

    def _sign(self, stage: Stage, task: Task, submission: Submission) -> None:
        who = registered(self.session, self.facts.directory, (task.unit_id, task.role), submission.by)
        self.book.sign(
            self.agreement,
            capacity=stage.id,
            order=signing_order(self.stages),
            name=str(submission.answers.get(NAME_FIELD, "")),
            by=submission.by,
            registered=who.name,
            stood_in=who.stands_in,
            identified_by=(submission.known_by or KnownBy.LINK).value,
            now=submission.received_at,
        )
        self._open_after(stage)
        if self.agreement.state is AgreementState.IN_FORCE:
            self.following.in_force.append(self.agreement)

    def _refuse(self, submission: Submission, verb: AgreementVerb) -> None:
        """Somebody will not approve or sign: back to the draft, and all who had a step are told why.

        Whoever drafts it is told by what is sent back, and whoever refused knows.
        """
        self._send_back(submission, verb)
        subjects = [f"{stage.id}:{self.agreement.unit_id}" for stage in self.stages]
        steps = select(Task).where(
            Task.occurrence_id == self.agreement.occurrence_id, col(Task.subject).in_(subjects)
        )
        drafts = (self.agreement.unit_id, self.facts.activity.audience.role)
        write_to_people(
            self.session,
            [
                task
                for task in self.session.exec(steps.order_by(col(Task.id)))
                if (task.unit_id, task.role) != drafts
            ],
            self.facts.directory,
            kind=MessageKind.DECLINED,
            key=f"decline:{submission.id}",
            context={"submission": submission.id, "text": str(submission.answers.get(COMMENT_FIELD) or "")},
            now=self.context.now,
            but=submission.by,
        )

    def _send_back(self, submission: Submission, verb: AgreementVerb) -> None:
        draft = self._task_of_draft()
        reason = str(submission.answers.get(COMMENT_FIELD) or "Se aftalen igennem igen.")
        self._move(verb, submission.by, why=reason)
        return_for_changes(
            self.session,
            draft.id or 0,
            reason=reason,
            by=submission.by,
            now=self.context.now,
            after_close=True,
        )

    def _move(self, verb: AgreementVerb, by: str, *, why: str = "") -> None:
        self.book.advance(self.agreement, verb, by=by, now=self.context.now, why=why)

    def _task_of_draft(self) -> Task:
        return self.session.exec(
            select(Task).where(
                Task.occurrence_id == self.agreement.occurrence_id,
                Task.unit_id == self.agreement.unit_id,
                Task.kind == TaskKind.DRAFT,
            )
        ).one()

    def _open_after(self, stage: Stage) -> None:
        at = [each.id for each in self.stages].index(stage.id)
        if at + 1 < len(self.stages):
            self.open_stage(self.stages[at + 1])

    def open_stage(self, stage: Stage) -> None:
        """Opens the stage's task for this unit, or opens it again after a second round."""
        unit_id, role = post_of(
            self.facts.directory, self.agreement.unit_id, stage, self.facts.activity.audience.role
        )
        subject = f"{stage.id}:{self.agreement.unit_id}"
        due = max(date.fromisoformat(self.facts.occurrence.stage_due[stage.id]), self._earliest())
        task = self._task(unit_id, role, subject)
        if task is None:
            self.following.tasks.append(self._new(stage, unit_id, role, subject, due))
        elif task.state in (TaskState.OPEN, TaskState.RETURNED):
            task.prefill = self.shown()
            self.session.add(task)
        elif task.state is TaskState.APPROVED:
            move(
                self.session,
                task,
                TaskVerb.REOPEN,
                actor=Actor.ENGINE,
                level=0,
                title=self._title(stage, unit_id),
                opened_at=self.context.now,
                due_on=due,
                original_due_on=due,
                received_at=None,
                due_when_received=None,
                next_reminder_at=self.context.now,
                prefill=self.shown(),
            )

    def _task(self, unit_id: str, role: str, subject: str) -> Task | None:
        """The stage's task, when an earlier round has opened it."""
        if (unit_id, role, subject) not in self.known:
            return None
        return self.session.exec(
            select(Task).where(
                Task.occurrence_id == self.agreement.occurrence_id,
                Task.unit_id == unit_id,
                Task.role == role,
                Task.subject == subject,
            )
        ).one()

    def _new(self, stage: Stage, unit_id: str, role: str, subject: str, due: date) -> NewTask:
        return NewTask(
            unit_id=unit_id,
            role=role,
            due_on=due,
            subject=subject,
            kind=STEP_KIND[stage.kind],
            title=self._title(stage, unit_id),
            form_version_id=self.facts.occurrence.stage_forms.get(stage.id),
            prefill=self.shown(),
        )

    def _title(self, stage: Stage, at: str) -> str:
        """What the step is called at that unit's post; at another than the agreement's own it names whose.

        One in force is signed again because its goals have changed.
        """
        again = " efter ændrede mål" if self.agreement.in_force_version else ""
        whose = self.agreement.unit_id
        named = f": {self.facts.directory.units[whose].name}" if at != whose else ""
        return f"{stage.title} {years(self.agreement)}{again}{named}"

    def shown(self) -> dict[str, Any]:
        """What the step's task speaks of."""
        return shown(self.book, self.agreement)

    def _earliest(self) -> date:
        today = self.facts.calendar.local_date(self.context.now)
        return self.facts.calendar.add_working_days(today, self.facts.activity.review_days)


def shown(book: AgreementBook, agreement: Agreement) -> dict[str, Any]:
    """What a step's task speaks of: exactly the version that the agreement stands at."""
    version = book.present(agreement)
    return {"agreement": {"id": agreement.id, "version": version.no, "digest": version.digest}}


def signing_order(stages: Sequence[Stage]) -> list[str]:
    """The capacities that sign, in turn: the ids of the plan's signing stages."""
    return [stage.id for stage in stages if stage.kind is StageKind.SIGN]
