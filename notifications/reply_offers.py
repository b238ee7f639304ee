"""How a mail's tasks may be answered by replying to it: the address, the task's letter, its questions."""

from dataclasses import dataclass

from cycle.messages.tables import Message, MessageKind
from cycle.tasks.states import BY_MAIL
from cycle.tasks.tables import Task
from notifications.letters_of_tasks import answerable, fingerprint, letter_of
from notifications.office import REPLY, SEVERAL, Office
from notifications.questions import MOST_SHOWN, Question, is_one_text, questions_of
from notifications.sources import Rows

LETTERED = frozenset({MessageKind.DAILY, MessageKind.REPLY_PROBLEM})
"""Kinds of mail in which several tasks have letters."""


@dataclass(frozen=True)
class Offer:
    """What a mail says of answering one task by reply. No `address`: it cannot be."""

    address: str = ""
    letter: str = ""
    questions: tuple[str, ...] = ()
    one_text: bool = False
    nil_allowed: bool = False


NO_OFFER = Offer()


class Offers:
    """The offers of one message. `letters` are those of its tasks, empty when fewer than two have one."""

    def __init__(self, rows: Rows, office: Office, message: Message) -> None:
        self._rows, self._office, self._message = rows, office, message
        self.tokens: set[str] = set()
        self.letters: dict[int, str] = {}
        if message.kind in LETTERED:
            ids = answerable(message, rows.decisions.get(message.id or 0, []), rows.tasks)
            if len(ids) > 1:
                self.letters = {task_id: letter_of(index) for index, task_id in enumerate(ids)}

    def of(self, task: Task, person_id: int, language: str) -> Offer:
        """What is offered for one of the message's tasks to this person."""
        form = self._rows.form_of(task.form_version_id)
        if form is None or task.kind not in BY_MAIL or self._message.kind is MessageKind.REMARKS:
            return NO_OFFER
        letter = self.letters.get(task.id or 0, "")
        lines: tuple[str, ...] = ()
        address = self._address(task, person_id, several=bool(letter))
        if address:
            asked = [each for each in questions_of(form, task.prefill, language) if self._asks(task, each)]
            lines = tuple(each.line(letter, language) for each in asked) if len(asked) <= MOST_SHOWN else ()
        may_be_nil = form.nil_allowed and task.id not in self._rows.reopened
        return Offer(address, letter, lines, is_one_text(form), may_be_nil)

    def _asks(self, task: Task, question: Question) -> bool:
        """Whether the question is to be answered: of an answer sent back perhaps only some are."""
        reopened = self._rows.reopened.get(task.id or 0)
        return reopened is None or reopened.is_open(question.where)

    def _address(self, task: Task, person_id: int, *, several: bool) -> str:
        if several:
            tasks = [self._rows.tasks[task_id] for task_id in self.letters]
            about, person, sign = self._message.id or 0, self._message.person_id or 0, fingerprint(tasks)
            token = self._office.token(SEVERAL, about, person, sign)
        else:
            token = self._office.token(REPLY, task.id or 0, person_id, task.link_generation)
        self.tokens.add(token)
        return self._office.reply_address(token)


def letter_order(letter: str) -> tuple[int, str]:
    """Letters in their order, tasks without one behind them."""
    return (len(letter), letter) if letter else (99, "")
