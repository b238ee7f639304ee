"""What can be done to many units at once: its words in addresses, who may, and the form as it was sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from starlette.datastructures import FormData

from cycle.access.rules import Verb
from cycle.calendar import WorkingCalendar
from cycle.errors import AnswerInvalid, Problem
from cycle.tasks.change import RUNNING
from cycle.tasks.many import Act, Order
from web.plain import readable
from web.secretariat.activity_list import Selection
from web.secretariat.reach import Reach
from web.secretariat.typed import needed, whole_date

ACTS: Mapping[str, Act] = {
    "forlaeng": Act.EXTEND,
    "besked": Act.NUDGE,
    "fritag": Act.WAIVE,
    "stedfortraeder": Act.REASSIGN,
}
VERBS: Mapping[Act, Verb] = {
    Act.EXTEND: Verb.EXTEND,
    Act.NUDGE: Verb.NUDGE,
    Act.WAIVE: Verb.WAIVE,
    Act.REASSIGN: Verb.REASSIGN,
}
WORD_OF = {act: word for word, act in ACTS.items()}
TYPED = ("act", "new_due_on", "email", "until", "text")
NOBODY = Problem("task", "Der er ikke valgt nogen enhed.", "Sæt kryds ved mindst én.")
Read = TypeVar("Read")


@dataclass(frozen=True)
class Refused:
    """A form that cannot be carried out, to be shown again: what is wrong by field, and what was sent."""

    problems: Mapping[str, Problem]
    sent: FormData

    @classmethod
    def by(cls, error: AnswerInvalid, sent: FormData) -> "Refused":
        """The form that was refused with this error."""
        return cls({problem.where: problem for problem in error.problems}, sent)

    @property
    def ticked(self) -> frozenset[str]:
        """The numbers of the ticked tasks, as they were sent."""
        return frozenset(_ticked(self.sent))


@dataclass(frozen=True)
class Ticks:
    """The chosen units: their tasks, or the whole selection as it was seen in the list."""

    tasks: Sequence[int]
    whole: Selection | None = None


def ticks_in(sent: FormData) -> Ticks:
    """The ticked tasks. Raises AnswerInvalid when there is none, or something else than numbers."""
    if whole := Selection.read(readable(sent.get("alle"))):
        return Ticks((), whole)
    values = _ticked(sent)
    if not values or not all(_is_number(value) for value in values):
        raise AnswerInvalid([NOBODY])
    return Ticks(sorted({int(value) for value in values}))


def order_in(sent: FormData) -> Order:
    """What shall be done. Raises AnswerInvalid with everything that is wrong with it."""
    chosen = ACTS.get(str(sent.get("act", "")))
    if chosen is None:
        raise AnswerInvalid(
            [Problem("act", "Der er ikke valgt, hvad der skal ske.", "Vælg en af mulighederne.")]
        )
    problems: list[Problem] = []
    due = email = until = None
    if chosen is Act.EXTEND:
        due = _read(problems, lambda: whole_date(sent, "new_due_on", "Den nye frist"))
    if chosen is Act.REASSIGN:
        email = _read(problems, lambda: needed(sent, "email", "Stedfortræderens mailadresse"))
        until = _read(problems, lambda: whole_date(sent, "until", "Den sidste dag"))
    what = "Teksten" if chosen is Act.NUDGE else "Begrundelsen"
    text = _read(problems, lambda: needed(sent, "text", what))
    if problems:
        raise AnswerInvalid(problems)
    return Order(chosen, text or "", due, email=email or "", until=until)


def _read(problems: list[Problem], field: Callable[[], Read]) -> Read | None:
    """The field, or what is wrong with it among the problems."""
    try:
        return field()
    except AnswerInvalid as error:
        problems += error.problems
        return None


def _ticked(sent: FormData) -> list[str]:
    """A list ticks one task in each field; the page that shows what would happen names them all in one."""
    return [value for field in sent.getlist("task") for value in str(field).split(",")]


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 10


def form_values(
    found: Reach, today: date, calendar: WorkingCalendar, refused: Refused | None
) -> dict[str, Any]:
    """What the form below the list needs: the acts the account may do, and what it was sent with."""
    running = found.occurrence.state in RUNNING
    suggested = calendar.add_working_days(max(found.occurrence.due_on, today), 5).isoformat()
    typed = {"act": "", "new_due_on": suggested, "email": "", "until": suggested, "text": ""}
    if refused:
        typed |= {name: readable(refused.sent[name]) for name in TYPED if name in refused.sent}
    return {
        "many": [word for word, act in ACTS.items() if running and found.may(VERBS[act])],
        "typed": typed,
        "problems": refused.problems if refused else {},
        "ticked": refused.ticked if refused else frozenset(),
        "whole_ticked": refused is not None and "alle" in refused.sent,
    }


def notice(done: str, number: str) -> dict[str, Any] | None:
    """What the activity's page says after an act on many; None when the address tells of none."""
    if done not in ACTS or not (number.isascii() and number.isdigit() and len(number) < 6):
        return None
    return {"act": ACTS[done], "count": int(number)}
