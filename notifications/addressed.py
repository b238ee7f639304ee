"""What a mail was sent about: the genuine reply address among its recipients, and the tasks it names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from cycle.access.links import LinkClaims, read_token
from cycle.errors import LinkInvalid
from cycle.messages.tables import Message
from cycle.reminders.tables import ReminderDecision
from cycle.tasks.forms import Form
from cycle.tasks.states import BY_MAIL
from cycle.tasks.tables import FormVersion, Occurrence, Task
from notifications.letters_of_tasks import answerable, fingerprint, letter_of
from notifications.office import REPLY, REPLY_LOCAL, SEVERAL, Office

_TOKEN = re.compile(rf"{REPLY_LOCAL}\+([a-z2-7]{{10,128}})@(.+)", re.IGNORECASE)

NO_REPLY_ADDRESS = "Mailen er ikke sendt til en svaradresse."
REVOKED = "Svaradressen gælder ikke længere."
NO_MAIL_ANSWER = "Opgaven kan ikke besvares med en mail."


class NotAddressed(Exception):
    """The mail is about no task that can be answered by mail. The text says why, in Danish."""


@dataclass(frozen=True)
class Addressed:
    """A task that a mail may answer. `letter` names it among several; `person_id` is who was written to."""

    task: Task
    occurrence: Occurrence
    form: Form
    person_id: int
    letter: str = ""

    @property
    def root_id(self) -> str:
        """The municipality."""
        return self.occurrence.root_id


@dataclass(frozen=True)
class Destination:
    """The reply address of a mail (its token) and the tasks it stands for, in the order of their letters.

    `message_id` is the mail it was made for, when that was about several.
    """

    token: str
    tasks: tuple[Addressed, ...]
    message_id: int = 0


def destination_of(session: Session, recipients: Sequence[str], office: Office) -> Destination:
    """The first genuine reply address among the recipients. Raises NotAddressed."""
    reason = NO_REPLY_ADDRESS
    for token in tokens_in(recipients, office):
        for purpose, tasks_of in ((REPLY, _one), (SEVERAL, _several)):
            try:
                claims = read_token(office.secret, token, purpose)
            except LinkInvalid:
                reason = REVOKED
                continue
            return Destination(token, tasks_of(session, claims), claims.task_id if purpose == SEVERAL else 0)
    raise NotAddressed(reason)


def tokens_in(recipients: Sequence[str], office: Office) -> list[str]:
    """The tokens of all reply addresses among the recipients, genuine or not, each once."""
    found = (_TOKEN.fullmatch(address) for address in recipients)
    ours = (each for each in found if each and each[2].lower() == office.reply_domain.lower())
    return list(dict.fromkeys(each[1].lower() for each in ours))


def addressed(session: Session, task: Task, *, person_id: int, letter: str = "") -> Addressed | None:
    """The task with what answering it takes; None for one that no mail can answer."""
    version = session.get(FormVersion, task.form_version_id) if task.form_version_id else None
    if task.kind not in BY_MAIL or version is None:
        return None
    occurrence = session.get_one(Occurrence, task.occurrence_id)
    return Addressed(task, occurrence, Form.model_validate_json(version.spec), person_id, letter)


def _one(session: Session, claims: LinkClaims) -> tuple[Addressed, ...]:
    task = session.get(Task, claims.task_id)
    if task is None or task.link_generation != claims.generation:
        raise NotAddressed(REVOKED)
    found = addressed(session, task, person_id=claims.person_id)
    if found is None:
        raise NotAddressed(NO_MAIL_ANSWER)
    return (found,)


def _several(session: Session, claims: LinkClaims) -> tuple[Addressed, ...]:
    message = session.get(Message, claims.task_id)
    if message is None:
        raise NotAddressed(REVOKED)
    decided = select(ReminderDecision).where(ReminderDecision.message_id == message.id)
    decisions = session.exec(decided.order_by(col(ReminderDecision.id))).all()
    tasks = _tasks(session, message, decisions)
    lettered = [tasks[task_id] for task_id in answerable(message, decisions, tasks)]
    if not lettered or fingerprint(lettered) != claims.generation:
        raise NotAddressed(REVOKED)
    whom = {each.task_id: each.person_id for each in decisions}
    found = (
        addressed(
            session, task, person_id=whom.get(task.id or 0) or claims.person_id, letter=letter_of(index)
        )
        for index, task in enumerate(lettered)
    )
    return tuple(each for each in found if each is not None)


def _tasks(session: Session, message: Message, decisions: Sequence[ReminderDecision]) -> Mapping[int, Task]:
    ids = {each.task_id for each in decisions} | set(message.context.get("tasks") or [])
    ids |= {message.task_id} if message.task_id else set()
    return {task.id or 0: task for task in session.exec(select(Task).where(col(Task.id).in_(ids)))}
