"""How an answer is counted in a roll-up, and what of it the collected reading tells."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.rollup import Line, Outcome, outcome
from cycle.tasks.states import SubmissionKind, TaskState, Timeliness
from web.secretariat.reading import passages

COMPLETE, NIL = SubmissionKind.COMPLETE, SubmissionKind.NIL


@pytest.mark.parametrize(
    ("state", "level", "kind", "standing", "counted"),
    [
        (TaskState.SUBMITTED, 0, COMPLETE, Timeliness.LATE, Outcome.NOT_APPROVED),
        (TaskState.SUBMITTED, 0, NIL, Timeliness.ON_TIME, Outcome.NOT_APPROVED),
        (TaskState.APPROVED, 1, COMPLETE, Timeliness.LATE, Outcome.NOT_APPROVED),
        (TaskState.APPROVED, 2, COMPLETE, Timeliness.LATE, Outcome.LATE),
        (TaskState.APPROVED, 2, NIL, Timeliness.LATE, Outcome.NIL),
        (TaskState.APPROVED, 2, COMPLETE, Timeliness.ON_TIME_EXTENDED, Outcome.ANSWERED),
    ],
)
def test_what_nobody_has_approved_is_named_so_before_all_else(
    state: TaskState, level: int, kind: SubmissionKind, standing: Timeliness, counted: Outcome
) -> None:
    task: Any = SimpleNamespace(
        state=state, level=level, levels=2, due_on=date(2027, 4, 20), original_due_on=date(2027, 4, 20)
    )
    answer: Any = SimpleNamespace(kind=kind)
    assert outcome(task, answer, standing) is counted


def test_a_figure_whose_small_numbers_are_hidden_is_not_read_unit_by_unit() -> None:
    hidden = Field(id="fravaer", type=FieldType.PERCENT, label="Sygefravær", hide_small=True)
    told = Field(id="tekst", type=FieldType.LONG_TEXT, label="Det vigtigste")
    rows = Field(id="hold", type=FieldType.REPEAT, label="Hold", rows_from="hold", fields=(hidden, told))
    form = Form(id="regnskab", title="Regnskab", fields=(hidden, told, rows))
    answers: dict[str, Any] = {
        "fravaer": "61.7",
        "tekst": "Vi er i gang.",
        "hold": [{"row": "1", "fravaer": "61.7", "tekst": "Godt hold."}],
    }
    line = Line(
        task_id=1,
        unit_id="1",
        unit="Engskolen",
        kind="skole",
        area="",
        path="/BY/1/",
        outcome=Outcome.ANSWERED,
        on_time=True,
        version=1,
        form_version_id=1,
        answers=answers,
    )
    read = passages([line], {1: form}, "da")
    assert [passage.question for passage in read] == ["Det vigtigste", "Hold"]
    words = " ".join(told for passage in read for _, told in passage.answers)
    assert "Vi er i gang." in words and "Godt hold." in words and "61,7" not in words
