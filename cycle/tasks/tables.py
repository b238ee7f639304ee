"""Cycles and their revisions, occurrences, tasks, drafts, submissions, reviews and extensions."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.access.roles import KnownBy
from cycle.columns import Instant
from cycle.plan.model import PlanKind
from cycle.store import enum_type
from cycle.tasks.states import Channel, OccurrenceState, SubmissionKind, TaskKind, TaskState, Verdict

TO_BE_LOOKED_AT = sa.text("next_reminder_at IS NOT NULL")
NIL = sa.text("kind = 'nil' AND withdrawn_at IS NULL")
TO_BE_ERASED = sa.text("erased_at IS NULL AND erase_at IS NOT NULL")


class Cycle(SQLModel, table=True):
    """A plan in one year; a process is there once, in the year it begins."""

    __table_args__ = (sa.UniqueConstraint("root_id", "plan_id", "year"),)

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    plan_id: str
    year: int
    title: str
    kind: PlanKind = Field(default=PlanKind.WHEEL, sa_type=enum_type(PlanKind))


class CycleRevision(SQLModel, table=True):
    """What the year was planned to be from `at` on: the texts as loaded, and the plan as JSON."""

    __tablename__ = "cycle_revision"
    __table_args__ = (sa.UniqueConstraint("cycle_id", "no"),)

    id: int | None = Field(default=None, primary_key=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    no: int
    plan: str
    sources: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    calendar: str
    by: str
    at: datetime = Field(sa_type=Instant)
    why: str = ""


class FormVersion(SQLModel, table=True):
    """One version of a form, as JSON of `cycle.tasks.forms.Form`. Answers keep the version they used."""

    __tablename__ = "form_version"
    __table_args__ = (sa.UniqueConstraint("root_id", "form_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(index=True)
    form_id: str
    version: int
    spec: str


class Occurrence(SQLModel, table=True):
    """An activity in one cycle. `activity` is the frozen `cycle.plan.model.Activity` as JSON.

    `opens_at` and `closes_at` are instants (UTC), `due_on` a local date, inclusive. `closes_at` is the
    end of the last local day on which answers are taken. `advance_at`: look no later than then whether
    a stage above the units has to open or end. `rules` are the reminder rules in force, as JSON;
    `stage_due` and `stage_forms` give each stage's due date (ISO) and form version by stage id.
    `erase_at` is when confidential preparations are to be erased (null: it has none), `erased_at` when
    they were.
    """

    __table_args__ = (
        sa.UniqueConstraint("cycle_id", "activity_id"),
        sa.Index("ix_occurrence_state_opens", "state", "opens_at"),
        sa.Index("ix_occurrence_state_closes", "state", "closes_at"),
        sa.Index("ix_occurrence_state_advance", "state", "advance_at"),
        sa.Index("ix_occurrence_erase", "erase_at", sqlite_where=TO_BE_ERASED, postgresql_where=TO_BE_ERASED),
    )

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    cycle_id: int = Field(foreign_key="cycle.id", index=True)
    revision_id: int = Field(foreign_key="cycle_revision.id")
    activity_id: str
    flow: str
    title: str
    concerns_year: int
    opens_at: datetime = Field(sa_type=Instant)
    due_on: date
    closes_at: datetime = Field(sa_type=Instant)
    state: OccurrenceState = Field(default=OccurrenceState.PLANNED, sa_type=enum_type(OccurrenceState))
    form_version_id: int | None = Field(default=None, foreign_key="form_version.id")
    activity: str
    rules: str = "[]"
    stage_due: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    stage_forms: dict[str, int] = Field(default_factory=dict, sa_type=sa.JSON)
    advance_at: datetime | None = Field(default=None, sa_type=Instant)
    opened_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    erase_at: datetime | None = Field(default=None, sa_type=Instant)
    erased_at: datetime | None = Field(default=None, sa_type=Instant)
    note: str = ""


class Task(SQLModel, table=True):
    """What one post (unit, role) owes for one occurrence. `subject` is empty unless a post owes several.

    `due_on` starts as the occurrence's and changes by extension or return. `level` counts approvals
    given. `next_reminder_at` is a hint, "look no later than"; null when nothing more can come (an answer
    leaves it: the next step's time comes, is decided *answered*, and it is null from then on).
    `due_since` is when `due_on` was changed by extension, return or revision: its reminders count from
    there. `opened_at` is when the task was opened, or opened again.
    `link_generation` is part of every link: raising it revokes. `prefill` holds what the form shows
    beside its fields (figures, goals, last answers). `received_at` is when the first answer that counts
    for timeliness came; `due_when_received` the due date at that moment.
    """

    __table_args__ = (
        sa.UniqueConstraint("occurrence_id", "unit_id", "role", "subject"),
        sa.Index(
            "ix_task_reminder",
            "next_reminder_at",
            "id",  # thousands share an instant: PostgreSQL would sort them all for the next few
            sqlite_where=TO_BE_LOOKED_AT,
            postgresql_where=TO_BE_LOOKED_AT,
        ),
        # Counts over years read nothing else of a task, and a row is long: `prefill` lies in between.
        sa.Index(
            "ix_task_counted",
            "occurrence_id",
            "kind",
            "unit_id",
            "state",
            "due_on",
            "original_due_on",
            "received_at",
            "due_when_received",
            "level",
            "levels",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: int = Field(foreign_key="occurrence.id")
    unit_id: str = Field(foreign_key="unit.id", index=True)
    role: str
    subject: str = ""
    kind: TaskKind = Field(default=TaskKind.ANSWER, sa_type=enum_type(TaskKind))
    title: str = ""
    state: TaskState = Field(default=TaskState.OPEN, sa_type=enum_type(TaskState))
    level: int = 0
    levels: int = 0
    opened_at: datetime = Field(sa_type=Instant)
    due_on: date
    original_due_on: date
    due_since: datetime | None = Field(default=None, sa_type=Instant)
    next_reminder_at: datetime | None = Field(default=None, sa_type=Instant)
    form_version_id: int | None = Field(default=None, foreign_key="form_version.id")
    link_generation: int = 1
    prefill: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    received_at: datetime | None = Field(default=None, sa_type=Instant)
    due_when_received: date | None = None
    waived_why: str = ""


class Draft(SQLModel, table=True):
    """A leader's unfinished answer. `edition` grows at each save, so that two tabs are noticed.

    `typed`: by place, what cannot be read as an answer yet, as it was typed (see `cycle.tasks.unread`).
    """

    task_id: int = Field(primary_key=True, foreign_key="task.id")
    form_version_id: int | None = Field(default=None, foreign_key="form_version.id")
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    typed: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    edition: int = 1
    by: str
    at: datetime = Field(sa_type=Instant)


class Submission(SQLModel, table=True):
    """One immutable version of an answer. `once` makes a repeated POST or mail the same submission.

    `known_by`: how its sender was recognised. `withdrawn_at`: it was a mail that was no answer, and the
    secretariat took it back; it counts for nothing.
    """

    __table_args__ = (
        sa.UniqueConstraint("task_id", "version"),
        sa.UniqueConstraint("once"),
        sa.Index(
            "ix_submission_nil", "task_id", "id", "withdrawn_at", sqlite_where=NIL, postgresql_where=NIL
        ),
        # The newest answer of each of thousands is looked for here: the row holds the answers before
        # `withdrawn_at`.
        sa.Index("ix_submission_newest", "task_id", "id", "withdrawn_at", "kind"),
    )

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="task.id")
    version: int
    kind: SubmissionKind = Field(sa_type=enum_type(SubmissionKind))
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    form_version_id: int | None = Field(default=None, foreign_key="form_version.id")
    channel: Channel = Field(sa_type=enum_type(Channel))
    known_by: KnownBy | None = Field(default=None, sa_type=enum_type(KnownBy))
    by: str = Field(index=True)
    received_at: datetime = Field(sa_type=Instant)
    after_close: bool = False
    once: str
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)


class Review(SQLModel, table=True):
    """A verdict on one submission at one level of the approval chain."""

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    level: int
    verdict: Verdict = Field(sa_type=enum_type(Verdict))
    reason: str = ""
    field_reasons: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    by: str = Field(index=True)
    at: datetime = Field(sa_type=Instant)


class Extension(SQLModel, table=True):
    """A later due date that was given to one task."""

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="task.id", index=True)
    old_due_on: date
    new_due_on: date
    reason: str
    by: str
    at: datetime = Field(sa_type=Instant)


class Figure(SQLModel, table=True):
    """One amount for one unit, shown with an occurrence's request (the budget call's frame).

    `amount` is DKK as a canonical decimal string. A new import replaces the occurrence's figures.
    """

    __table_args__ = (sa.UniqueConstraint("occurrence_id", "unit_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: int = Field(foreign_key="occurrence.id", index=True)
    unit_id: str = Field(foreign_key="unit.id")
    code: str
    label: str
    amount: str


class Release(SQLModel, table=True):
    """One numbered version of an occurrence's roll-up, as it went out. Never changed afterwards."""

    __table_args__ = (sa.UniqueConstraint("occurrence_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: int = Field(foreign_key="occurrence.id", index=True)
    version: int
    content: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    by: str
    at: datetime = Field(sa_type=Instant)
    why: str = ""
