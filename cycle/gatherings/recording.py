"""What became of a meeting: that it was held, who was there, what was said. Written on its page or in the
answer of whoever called it.

A form that records a meeting has a group with `rows_from: participants` and in each row the choice `moedt`
(ja, afbud, nej), and may have `holdt` (ja, nej), `referat` and a file `bilag`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cycle.errors import NotNow
from cycle.gatherings.changing import move, record
from cycle.gatherings.reading import of_occurrence, participants_of
from cycle.gatherings.states import GATHERING_MOVES, Attendance, Coming, GatheringState, GatheringVerb
from cycle.gatherings.tables import Gathering, GatheringParticipant
from cycle.tasks.forms import PARTICIPANTS, Form
from cycle.tasks.states import SubmissionKind, TaskKind, TaskState
from cycle.tasks.submit import latest_submission
from cycle.tasks.tables import FormVersion, Occurrence, Submission, Task

ATTENDED, HELD, MINUTES, ANNEX = "moedt", "holdt", "referat", "bilag"
WORDS: Mapping[str, Attendance] = {
    "ja": Attendance.PRESENT,
    "afbud": Attendance.APOLOGIES,
    "nej": Attendance.ABSENT,
}


def hold(
    session: Session,
    gathering: Gathering,
    *,
    attendance: Mapping[str, Attendance],
    minutes: str,
    seen: int,
    by: str,
    now: datetime,
    minutes_file: Mapping[str, Any] | None = None,
) -> None:
    """The meeting was held: attendance by participant, minutes, and a file with them (None: as it was).

    May be corrected. Raises NotNow before the time it was called for and when it was cancelled, Conflict
    when it was changed since `seen`.
    """
    if gathering.state is GatheringState.CALLED and now < gathering.starts_at:
        raise NotNow("gathering", gathering.id, "to come", GatheringVerb.HOLD.value)
    file = gathering.minutes_file if minutes_file is None else dict(minutes_file)
    move(session, gathering, GatheringVerb.HOLD, seen=seen, minutes=minutes.strip(), minutes_file=file)
    _attend(session, gathering, attendance)
    present = sum(each is Attendance.PRESENT for each in attendance.values())
    record(session, gathering, "hold", by=by, now=now, data={"present": present})


def answer_invitation(
    session: Session, participant: GatheringParticipant, coming: Coming, *, by: str, now: datetime
) -> None:
    """The participant comes, or not. Raises NotNow when the meeting is over or off."""
    gathering = session.get_one(Gathering, participant.gathering_id)
    if (gathering.state, GatheringVerb.CALL) not in GATHERING_MOVES or gathering.ends_at <= now:
        raise NotNow("gathering", gathering.id, gathering.state.value, "answer")
    if participant.coming is coming:
        return
    participant.coming = coming
    session.add(participant)
    session.flush()
    data = {"participant": participant.key, "coming": coming.value}
    record(session, gathering, "answer_invitation", by=by, now=now, data=data)


def take_answer(session: Session, occurrence: Occurrence, *, now: datetime) -> bool:
    """Records what the convener's newest final answer says of the occurrence's only meeting.

    Gives whether there was something new. Safe to repeat; what was corrected on the meeting's page since
    stays. An answer that says the meeting was not held records nothing.
    """
    found = _final_answer(session, occurrence)
    meetings = of_occurrence(session, occurrence.id or 0)
    if found is None or len(meetings) != 1:
        return False
    form, answer = found
    gathering, answers = meetings[0], answer.answers
    held = answers.get(HELD, "ja") == "ja"
    mark = f"submission:{answer.id}"
    if not held or (gathering.state, GatheringVerb.HOLD) not in GATHERING_MOVES or gathering.recorded == mark:
        return False
    file = answers.get(ANNEX)
    move(
        session,
        gathering,
        GatheringVerb.HOLD,
        seen=gathering.edition,
        minutes=str(answers.get(MINUTES) or gathering.minutes),
        minutes_file=dict(file) if isinstance(file, Mapping) else gathering.minutes_file,
        recorded=mark,
    )
    _attend(session, gathering, _attendance(form, answers))
    record(session, gathering, "hold", by=answer.by, now=now, data={"submission": answer.id})
    return True


def _attend(session: Session, gathering: Gathering, attendance: Mapping[str, Attendance]) -> None:
    for participant in participants_of(session, gathering.id or 0):
        if participant.key in attendance:
            participant.attendance = attendance[participant.key]
            session.add(participant)
    session.flush()


def _attendance(form: Form, answers: Mapping[str, Any]) -> dict[str, Attendance]:
    groups = [field.id for field in form.fields if field.rows_from == PARTICIPANTS]
    rows = [row for group in groups for row in answers.get(group) or ()]
    return {row["row"]: WORDS.get(row.get(ATTENDED, ""), Attendance.UNKNOWN) for row in rows}


def _final_answer(session: Session, occurrence: Occurrence) -> tuple[Form, Submission] | None:
    """The newest answer that nobody has to approve any more."""
    tasks = session.exec(
        select(Task)
        .where(Task.occurrence_id == occurrence.id, Task.kind == TaskKind.ANSWER)
        .where(col(Task.state).in_([TaskState.SUBMITTED, TaskState.APPROVED]))
    ).all()
    answers = [latest_submission(session, t.id or 0) for t in tasks if t.level >= t.levels]
    final = [a for a in answers if a is not None and a.kind is SubmissionKind.COMPLETE and a.form_version_id]
    if not final:
        return None
    newest = max(final, key=lambda each: each.received_at)
    version = session.get_one(FormVersion, newest.form_version_id)
    return Form.model_validate_json(version.spec), newest
