"""From messages (a kind and ids) to letters (what they say), as things stand when they are sent.

What each kind carries in `Message.context`: receipt `submission`; returned `review`; extended `extension`;
refused `wish`; extension_wish `wishes` and `tasks`; deadline_changed `tasks`, `old_due_on` (ISO); still_holds
`tasks`; nudge `text`; declined `submission`, `text` and `tasks`; reply_problem `inbound` and
`problems` ([[field id, sentence], …]); remarks `agreement` and `remarks` (ids); invitation `gathering`,
`participant`, `sequence`, `told`; sign_in_code `code`; account_changed `account` and `changed`; handed_over
`substitute` and `text`. The daily mail's content is the decisions that point to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlmodel import Session

from cycle.goals.remark_tables import GoalRemark
from cycle.messages.outcomes import ALL_ANSWERED, NOTHING_ASKED
from cycle.messages.tables import Message, MessageKind
from cycle.plan.model import ReminderKind
from cycle.reminders.decide import Standing
from cycle.reminders.tables import ReminderDecision
from cycle.tasks.doubt import printed_due
from cycle.tasks.standing import standing_of
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Submission, Task
from cycle.tasks.wish_tables import ExtensionWish
from notifications.account_letters import ACCOUNT_GONE, account_letter
from notifications.along import goes_along
from notifications.handed_over_letters import TAKEN_BACK, handed_over_letter
from notifications.invitations import OVERTAKEN, invitation
from notifications.letters import Group, Item, Letter
from notifications.office import TASK, Linkless, Office
from notifications.reasons import reasons_why
from notifications.remark_letters import ALL_RESOLVED, who_said
from notifications.reply_letters import receipt, remarks_on, reply_problem
from notifications.reply_offers import NO_OFFER, Offers, letter_order
from notifications.samples import NO_SAMPLE
from notifications.shown import shown_figures
from notifications.sign_in_letters import CODE_OVER, sign_in_letter
from notifications.sources import Rows, Trial, read
from notifications.threads import Threads
from notifications.titles import title_of
from notifications.wish_letters import ALL_DECIDED, undecided
from notifications.wording import texts_for

JUDGED = frozenset({TaskKind.REVIEW, TaskKind.APPROVE})
"""Kinds of task that are a verdict on someone else's work."""

ABOUT_WAITING = frozenset({MessageKind.DAILY, MessageKind.NUDGE})
"""Kinds of mail that have nothing to say once their tasks are answered."""


@dataclass(frozen=True)
class Prepared:
    """One message's letter, None when it has nothing to say any more; then `why` says why not.

    `left_out` are the decisions whose item is no longer in the mail, with how their tasks stand. `reply_to`
    is where an answer to the mail goes, empty when no reply can answer it. `about_task_id` is the one task
    it is about, and `answers_key` the outbox key of the mail that it goes under; None and empty where there
    is none.
    """

    letter: Letter | None
    left_out: Mapping[int, Standing] = field(default_factory=dict)
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
        if message.kind is MessageKind.SIGN_IN_CODE:
            return Prepared(sign_in_letter(self._rows, self._office, message), why=CODE_OVER)
        if message.kind is MessageKind.ACCOUNT_CHANGED:
            return Prepared(account_letter(self._rows, self._office, message), why=ACCOUNT_GONE)
        if message.kind is MessageKind.HANDED_OVER:
            return Prepared(handed_over_letter(self._rows, self._office, message), why=TAKEN_BACK)
        if message.kind is MessageKind.TRIAL:
            return written_trial(self._rows.trials[message.id or 0], self._office)
        prepared = _Writer(self._rows, self._office, message).write()
        if prepared.about_task_id is None:
            return prepared
        return replace(prepared, answers_key=self._threads.first_key(message, prepared.about_task_id))


def written_trial(found: Trial | None, office: Office) -> Prepared:
    """How a mail reads that is only shown: its links lead nowhere. Nothing when there is nothing to show."""
    if found is None:
        return Prepared(None, why=NO_SAMPLE)
    writer = _Writer(found.rows, Linkless.of_office(office), found.message, found.language)
    letter = writer.write().letter
    return Prepared(replace(letter, trial=True) if letter else None, why=NO_SAMPLE)


class _Writer:
    """Writes one message's letter from the batch's rows."""

    def __init__(self, rows: Rows, office: Office, message: Message, language: str = "") -> None:
        self._rows, self._office, self._message = rows, office, message
        self._tokens: set[str] = set()
        # Two persons with one mailbox share a mail; each task's link is its own holder's.
        decided = rows.decisions.get(message.id or 0, [])
        self._asked = {d.task_id: d.person_id for d in decided if d.rule_kind != ReminderKind.ESCALATE}
        person = rows.people.get(message.person_id or 0)
        self._name = person.name if person else message.address
        self._offers = Offers(rows, office, message)
        self._language = language or (person.language if person else "da")

    def write(self) -> Prepared:
        message = self._message
        decided = self._rows.decisions.get(message.id or 0, [])
        standing = {d.task_id: self._standing(self._rows.tasks[d.task_id]) for d in decided}
        current = [d for d in decided if standing[d.task_id] is Standing.WAITING]
        left_out = {d.id: standing[d.task_id] for d in decided if d not in current and d.id is not None}
        items = self._daily_items(current) if message.kind is MessageKind.DAILY else self._items()
        if message.kind is MessageKind.REMARKS and not self._unresolved():
            return Prepared(None, why=ALL_RESOLVED)
        if not items:
            return Prepared(None, left_out, why=self._why_nothing(left_out.values()))
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
            overview_url=self._overview(items),
            tokens=frozenset(self._tokens | self._offers.tokens),
            texts=texts_for(self._rows, message, self._language, tasks),
            **goes_along(self._rows, self._office, message, current, tasks, items, self._language),
            **self._particulars(),
        )
        addresses = {item.reply_to for item in items if item.reply_to}
        reply_to = addresses.pop() if len(addresses) == 1 else ""
        about = tasks[0].id if len(items) == 1 else None
        return Prepared(letter, left_out, reply_to, about_task_id=about)

    def _standing(self, task: Task) -> Standing:
        occurrence = self._rows.occurrences[task.occurrence_id]
        past_due = task.due_on < self._rows.today
        return standing_of(task, occurrence.state, occurrence.closes_at, past_due=past_due)

    def _why_nothing(self, standings: Iterable[Standing]) -> str:
        """Why a mail has nothing to say: all is answered, or it is not asked for any more."""
        if self._message.kind is MessageKind.EXTENSION_WISH:
            return ALL_DECIDED
        found = set(standings) or {self._standing(task) for task in self._tasks([])}
        return ALL_ANSWERED if found <= {Standing.ANSWERED} else NOTHING_ASKED

    def _tasks(self, current: list[ReminderDecision]) -> list[Task]:
        if self._message.kind is MessageKind.DAILY:
            return [self._rows.tasks[d.task_id] for d in current]
        ids = self._message.context.get("tasks") or [self._message.task_id]
        return [self._rows.tasks[task_id] for task_id in ids if task_id in self._rows.tasks]

    def _overview(self, items: Iterable[Item]) -> str:
        if self._message.kind is MessageKind.EXTENSION_WISH:
            return self._office.wishes
        return self._office.overview if any(item.group is Group.MISSING for item in items) else ""

    def _items(self) -> list[Item]:
        if self._message.kind is MessageKind.EXTENSION_WISH:
            return [self._wished(wish) for wish in undecided(self._rows, self._message)]
        asks = self._message.kind in ABOUT_WAITING
        tasks = [task for task in self._tasks([]) if not asks or self._standing(task) is Standing.WAITING]
        return [self._item(task, Group.NEW) for task in tasks]

    def _daily_items(self, current: list[ReminderDecision]) -> list[Item]:
        groups: dict[tuple[int, bool], Group] = {}
        for decision in current:
            group = self._group(decision)
            key = (decision.task_id, group is Group.MISSING)
            first = [each for each in (Group.HANDED, Group.NEW) if each in (group, groups.get(key))]
            groups[key] = first[0] if first else group
        items = [self._item(self._rows.tasks[task_id], group) for (task_id, _), group in groups.items()]
        return sorted(items, key=lambda item: (item.due_on, letter_order(item.letter), item.title, item.unit))

    def _group(self, decision: ReminderDecision) -> Group:
        task = self._rows.tasks[decision.task_id]
        if decision.rule_kind == ReminderKind.ESCALATE:
            return Group.MISSING
        if decision.id in self._rows.handed.before:
            return Group.HANDED
        if task.kind in JUDGED:
            return Group.REVIEW
        if task.due_on < self._rows.today:
            return Group.OVERDUE
        return Group.NEW if decision.rule_kind == ReminderKind.OPENS else Group.REMINDER

    def _item(self, task: Task, group: Group) -> Item:
        occurrence = self._rows.occurrences[task.occurrence_id]
        mine = group is not Group.MISSING
        person_id = self._asked.get(task.id or 0) or self._message.person_id or 0
        offer = self._offers.of(task, person_id, self._language) if mine else NO_OFFER
        holder = self._rows.people.get(self._rows.holders.get((task.unit_id, task.role), 0))
        return Item(
            group=group,
            kind=task.kind,
            title=title_of(task, occurrence, self._language),
            unit=self._rows.units[task.unit_id].name,
            due_on=task.due_on,
            days_left=(task.due_on - self._rows.today).days,
            url=self._office.page(self._token(TASK, task)) if mine else "",
            reply_to=offer.address,
            text=self._rows.text_of(occurrence, task) if group in (Group.HANDED, Group.NEW) else "",
            figures=shown_figures(task.prefill) if mine else (),
            person=holder.name if holder and not mine else "",
            nil_allowed=offer.nil_allowed,
            letter=offer.letter,
            questions=offer.questions,
            one_text=offer.one_text,
            old_due_on=self._old_due(),
            printed_due=printed_due(task, occurrence),
            drafted=self._drafted(task) if group is Group.HANDED else "",
        )

    def _wished(self, wish: ExtensionWish) -> Item:
        return replace(self._item(self._rows.tasks[wish.task_id], Group.MISSING), wished_on=wish.wished_on)

    def _drafted(self, task: Task) -> str:
        by = self._rows.handed.drafts.get(task.id or 0, "")
        return self._rows.handed.names.get(by, "")

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
            return receipt(rows, rows.submissions[context["submission"]], self._language)
        if self._message.kind is MessageKind.RETURNED:
            review = rows.reviews[context["review"]]
            form = rows.form_of(rows.submissions[review.submission_id].form_version_id)
            by = rows.names.get(review.by, "")
            return {
                "note": review.reason,
                "by": by,
                "remarks": remarks_on(form, review.field_reasons.items(), self._language),
            }
        if self._message.kind is MessageKind.EXTENDED:
            return {"note": rows.extensions[context["extension"]].reason}
        if self._message.kind is MessageKind.REFUSED:
            return {"note": rows.wishes[context["wish"]].why}
        if self._message.kind is MessageKind.WAIVED:
            return {"note": rows.tasks[self._message.task_id or 0].waived_why}
        if self._message.kind is MessageKind.DECLINED:
            return self._declined(rows.submissions[context["submission"]])
        if self._message.kind is MessageKind.REPLY_PROBLEM:
            return reply_problem(rows, self._message, self._offers.letters, self._language)
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
