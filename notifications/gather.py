"""From messages (a kind and ids) to letters (what they say), as things stand when they are sent.

What each kind carries in `Message.context`: receipt `submission`; returned `review`; extended and
refused `extension`; deadline_changed `tasks`, `old_due_on` (ISO); still_holds `tasks`; nudge `text`;
declined `submission`, `text` and `tasks`; reply_problem `inbound` and `problems` ([[field id, sentence], …]);
remarks `agreement` and `remarks` (ids); invitation `gathering`, `participant`, `sequence`, `told`. The
daily mail's content is the decisions that point to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlmodel import Session

from cycle.goals.remark_tables import GoalRemark
from cycle.messages.claiming import ALL_ANSWERED
from cycle.messages.tables import InboundVerdict, Message, MessageKind
from cycle.plan.model import ReminderKind
from cycle.reminders.tables import ReminderDecision
from cycle.tasks.answers import label
from cycle.tasks.doubt import printed_due
from cycle.tasks.forms import Form
from cycle.tasks.states import (
    AGREEMENT_STEPS,
    BY_MAIL,
    WAITING_FOR_HOLDER,
    OccurrenceState,
    SubmissionKind,
    TaskKind,
)
from cycle.tasks.tables import Occurrence, Submission, Task
from cycle.tasks.titles import occurrence_title, own_title
from notifications.answers import shown_answers, shown_faults
from notifications.invitations import OVERTAKEN, invitation
from notifications.letters import Group, Item, Letter
from notifications.office import REPLY, TASK, Office
from notifications.reasons import reasons_why
from notifications.remark_letters import ALL_RESOLVED, who_said
from notifications.sources import Rows, read
from notifications.threads import Threads

JUDGED = frozenset({TaskKind.REVIEW, TaskKind.APPROVE})
"""Kinds of task that are a verdict on someone else's work."""

ABOUT_WAITING = frozenset({MessageKind.DAILY, MessageKind.NUDGE})
"""Kinds of mail that have nothing to say once their tasks are answered."""


@dataclass(frozen=True)
class Prepared:
    """One message's letter, None when it has nothing to say any more; then `why` says why not.

    `left_out` are the decisions whose item is no longer in the mail. `reply_to` is where an answer to
    the mail goes, empty when it is about several tasks. `about_task_id` is the one task it is about, and
    `answers_key` the outbox key of the mail that it goes under; None and empty where there is none.
    """

    letter: Letter | None
    left_out: tuple[int, ...] = ()
    reply_to: str = ""
    why: str = ALL_ANSWERED
    about_task_id: int | None = None
    answers_key: str = ""


class Letters:
    """The letters of a batch of messages, as of the local date `today`. Reads with few queries for many."""

    def __init__(self, session: Session, messages: Sequence[Message], *, office: Office, today: date) -> None:
        self._office = office
        self._rows = read(session, messages, today)
        self._threads = Threads(session, messages, self._rows.tasks)

    def write(self, message: Message) -> Prepared:
        """The letter of one of the batch's messages.

        Raises LookupError when the store no longer has what the message speaks of.
        """
        if message.kind is MessageKind.INVITATION:
            return Prepared(invitation(self._rows, self._office, message), why=OVERTAKEN)
        prepared = _Writer(self._rows, self._office, message).write()
        if prepared.about_task_id is None:
            return prepared
        return replace(prepared, answers_key=self._threads.first_key(message, prepared.about_task_id))


class _Writer:
    """Writes one message's letter from the batch's rows."""

    def __init__(self, rows: Rows, office: Office, message: Message) -> None:
        self._rows, self._office, self._message = rows, office, message
        self._tokens: set[str] = set()
        # Two persons with one mailbox share a mail; each task's link is its own holder's.
        decided = rows.decisions.get(message.id or 0, [])
        self._asked = {d.task_id: d.person_id for d in decided if d.rule_kind != ReminderKind.ESCALATE}
        person = rows.people.get(message.person_id or 0)
        self._name = person.name if person else message.address
        self._language = person.language if person else "da"

    def write(self) -> Prepared:
        message = self._message
        decided = self._rows.decisions.get(message.id or 0, [])
        current = [d for d in decided if self._still_asked(self._rows.tasks[d.task_id])]
        left_out = tuple(d.id for d in decided if d not in current and d.id is not None)
        items = self._daily_items(current) if message.kind is MessageKind.DAILY else self._items()
        if message.kind is MessageKind.REMARKS and not self._unresolved():
            return Prepared(None, why=ALL_RESOLVED)
        if not items:
            return Prepared(None, left_out)
        tasks = self._tasks(current)
        letter = Letter(
            kind=message.kind,
            language=self._language,
            to_name=self._name,
            sender_name=self._office.sender_name,
            contact=self._office.contact,
            items=tuple(items),
            reasons_why=reasons_why(self._rows, message, tasks, current, self._language),
            demo=self._office.demo,
            overview_url=self._office.overview if any(i.group is Group.MISSING for i in items) else "",
            tokens=frozenset(self._tokens),
            **self._particulars(),
        )
        if len(items) > 1:
            return Prepared(letter, left_out)
        return Prepared(letter, left_out, items[0].reply_to, about_task_id=tasks[0].id)

    def _still_asked(self, task: Task) -> bool:
        occurrence = self._rows.occurrences[task.occurrence_id]
        over = occurrence.state is OccurrenceState.CLOSED and task.due_on < self._rows.today
        cancelled = occurrence.state is OccurrenceState.CANCELLED
        return task.state in WAITING_FOR_HOLDER and not over and not cancelled

    def _tasks(self, current: list[ReminderDecision]) -> list[Task]:
        if self._message.kind is MessageKind.DAILY:
            return [self._rows.tasks[d.task_id] for d in current]
        ids = self._message.context.get("tasks") or [self._message.task_id]
        return [self._rows.tasks[task_id] for task_id in ids if task_id in self._rows.tasks]

    def _items(self) -> list[Item]:
        asks = self._message.kind in ABOUT_WAITING
        tasks = [task for task in self._tasks([]) if not asks or self._still_asked(task)]
        return [self._item(task, Group.NEW) for task in tasks]

    def _daily_items(self, current: list[ReminderDecision]) -> list[Item]:
        groups: dict[tuple[int, bool], Group] = {}
        for decision in current:
            group = self._group(decision)
            key = (decision.task_id, group is Group.MISSING)
            groups[key] = Group.NEW if Group.NEW in (group, groups.get(key)) else group
        items = [self._item(self._rows.tasks[task_id], group) for (task_id, _), group in groups.items()]
        return sorted(items, key=lambda item: (item.due_on, item.title, item.unit))

    def _group(self, decision: ReminderDecision) -> Group:
        task = self._rows.tasks[decision.task_id]
        if decision.rule_kind == ReminderKind.ESCALATE:
            return Group.MISSING
        if task.kind in JUDGED:
            return Group.REVIEW
        if task.due_on < self._rows.today:
            return Group.OVERDUE
        return Group.NEW if decision.rule_kind == ReminderKind.OPENS else Group.REMINDER

    def _item(self, task: Task, group: Group) -> Item:
        occurrence = self._rows.occurrences[task.occurrence_id]
        form = self._rows.form_of(task.form_version_id)
        mine = group is not Group.MISSING
        answers = mine and task.kind in BY_MAIL and self._message.kind is not MessageKind.REMARKS
        holder = self._rows.people.get(self._rows.holders.get((task.unit_id, task.role), 0))
        return Item(
            group=group,
            kind=task.kind,
            title=title_of(task, occurrence, self._language),
            unit=self._rows.units[task.unit_id].name,
            due_on=task.due_on,
            days_left=(task.due_on - self._rows.today).days,
            url=self._office.page(self._token(TASK, task)) if mine else "",
            reply_to=self._office.reply_address(self._token(REPLY, task)) if answers and form else "",
            text=self._rows.text_of(occurrence, task) if group is Group.NEW else "",
            figures=_figures(task.prefill) if mine else (),
            person=holder.name if holder and not mine else "",
            nil_allowed=bool(answers and form and form.nil_allowed),
            old_due_on=self._old_due(),
            printed_due=printed_due(task, occurrence),
        )

    def _token(self, purpose: str, task: Task) -> str:
        person_id = self._asked.get(task.id or 0) or self._message.person_id or 0
        token = self._office.token(purpose, task.id or 0, person_id, task.link_generation)
        self._tokens.add(token)
        return token

    def _old_due(self) -> date | None:
        extension = self._rows.extensions.get(self._message.context.get("extension", 0))
        if extension is not None:
            return extension.old_due_on
        old = self._message.context.get("old_due_on")
        return date.fromisoformat(old) if old else None

    def _particulars(self) -> dict[str, Any]:
        """What only this kind of mail says."""
        rows, context = self._rows, self._message.context
        if self._message.kind is MessageKind.RECEIPT:
            return self._receipt(rows.submissions[context["submission"]])
        if self._message.kind is MessageKind.RETURNED:
            review = rows.reviews[context["review"]]
            form = rows.form_of(rows.submissions[review.submission_id].form_version_id)
            by = rows.names.get(review.by, "")
            return {
                "note": review.reason,
                "by": by,
                "remarks": self._remarks(form, review.field_reasons.items()),
            }
        if self._message.kind in (MessageKind.EXTENDED, MessageKind.REFUSED):
            return {"note": rows.extensions[context["extension"]].reason}
        if self._message.kind is MessageKind.WAIVED:
            return {"note": rows.tasks[self._message.task_id or 0].waived_why}
        if self._message.kind is MessageKind.DECLINED:
            return self._declined(rows.submissions[context["submission"]])
        if self._message.kind is MessageKind.REPLY_PROBLEM:
            return self._reply_problem()
        if self._message.kind is MessageKind.REMARKS:
            return {"remarks": who_said(self._unresolved(), self._language)}
        return {"note": str(context.get("text", ""))}

    def _declined(self, submission: Submission) -> dict[str, Any]:
        """Who will not approve or sign, at which post, and whose agreement it is."""
        step = self._rows.tasks[submission.task_id]
        post = f"{step.role}, {self._rows.units[step.unit_id].name}"
        name = self._rows.names.get(submission.by)
        whose = self._rows.units[step.subject.partition(":")[2]].name
        note = str(self._message.context.get("text", ""))
        return {
            "note": note,
            "by": f"{name} ({post})" if name else post,
            "whose": whose,
            "refused": step.kind,
        }

    def _unresolved(self) -> list[GoalRemark]:
        said = [self._rows.remarks[id_] for id_ in self._message.context["remarks"]]
        return [remark for remark in said if remark.resolved_at is None]

    def _receipt(self, submission: Submission) -> dict[str, Any]:
        form = self._rows.form_of(submission.form_version_id)
        occurrence = self._occurrence(submission.task_id)
        answers = shown_answers(form, submission.answers, occurrence, self._language) if form else ()
        return {
            "answers": tuple(answers),
            "received_at": submission.received_at,
            "version": submission.version,
            "nil": submission.kind is SubmissionKind.NIL,
            "after_close": submission.after_close,
        }

    def _reply_problem(self) -> dict[str, Any]:
        inbound = self._rows.inbound[self._message.context["inbound"]]
        form = self._rows.form_of(self._rows.tasks[self._message.task_id or 0].form_version_id)
        problems = self._message.context.get("problems", ())
        occurrence = self._occurrence(self._message.task_id or 0)
        problems = shown_faults(form, problems, occurrence, self._language)
        return {
            "remarks": self._remarks(form, problems),
            "received_at": inbound.received_at,
            "after_close": inbound.verdict is InboundVerdict.CLOSED,
        }

    def _occurrence(self, task_id: int) -> Occurrence:
        return self._rows.occurrences[self._rows.tasks[task_id].occurrence_id]

    def _remarks(self, form: Form | None, faults: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        fields = {field.id: field for field in form.fields} if form else {}
        found = []
        for where, what in faults:
            asked = fields.get(where.partition(".")[0])
            found.append((label(asked, self._language) if asked else "", what))
        return tuple(found)


def title_of(task: Task, occurrence: Occurrence, language: str) -> str:
    """ "Kvartalsrapport 1 2027" in the language, with the task's own title behind it when it has another.

    A step of an agreement is called by its own title alone: it says what is to be done, and of which year.
    """
    if task.kind in AGREEMENT_STEPS and task.title:
        return task.title
    year = str(occurrence.concerns_year)
    name = occurrence_title(occurrence, language)
    title = name if year in name else f"{name} {year}"
    own = own_title(task, occurrence, language)
    return f"{title}: {own}" if own else title


def _figures(prefill: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(row["label"]), str(row["shown"])) for row in prefill.get("figures", ()))
