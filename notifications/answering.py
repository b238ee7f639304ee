"""One mail about one task: its answer, its draft, or neither, and what is to be told about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from cycle.errors import AnswerInvalid, Conflict, NotNow, Problem
from cycle.messages.tables import Inbound, InboundTask, InboundVerdict
from cycle.organisation.directory import Directory
from cycle.tasks.answers import label, read_answers, read_draft
from cycle.tasks.calendars import calendar_of
from cycle.tasks.reopened import refused_changes, reopened_in
from cycle.tasks.states import Actor, Channel, SubmissionKind
from cycle.tasks.submit import latest_submission, save_draft, submit, takes_answer
from cycle.tasks.tables import Draft, Submission
from notifications.addressed import Addressed
from notifications.enclosures import answers_with
from notifications.questions import file_places, questions_of
from notifications.replies import Reply, place_for_rest

V = InboundVerdict
ENGINE = "engine"

NEWER = "Et svar, der kom senere, var allerede taget."
NOT_TAKEN = "Opgaven tog ikke imod svar, da mailen kom."
CLOSED_TOLD = {
    "da": "Opgaven tog ikke længere imod svar, da mailen kom.",
    "en": "The task no longer took answers when the mail came.",
}
NOTHING_READ = {
    "da": "Vi kunne ikke finde et svar i mailen. Skriv spørgsmålets nummer og et kolon foran hvert svar.",
    "en": "We found no answer in the mail. Write the question's number and a colon before each answer.",
}
NIL_NOT_ALLOWED = {
    "da": "Opgaven kan ikke besvares med »intet at bemærke«.",
    "en": "This task cannot be answered with “nothing to report”.",
}


@dataclass
class Outcome:
    """What the mail was for the task. `reason` is Danish; `told` are the faults its post has to hear of."""

    verdict: InboundVerdict
    reason: str = ""
    told: Sequence[Problem] = ()
    answers: dict[str, Any] = field(default_factory=dict)
    unplaced: str = ""
    submission: Submission | None = None


class Answering:
    """The task in the mail's light. `by` had it read so: the engine, or an account that chose the task."""

    def __init__(self, session: Session, inbound: Inbound, found: Addressed, *, now: datetime) -> None:
        self._session, self._inbound, self._found, self._now = session, inbound, found, now
        self._task = found.task
        on = calendar_of(session, found.occurrence).local_date(inbound.received_at)
        self.directory = Directory.for_post(session, found.task.unit_id, on)
        forms = {found.task.form_version_id or 0: found.form}
        self._reopened = reopened_in(session, [found.task], forms).get(found.task.id or 0)
        recipient = self.directory.recipient(found.task.unit_id, found.task.role)
        self.language = "en" if recipient is not None and recipient.language == "en" else "da"

    def refusal(self) -> Outcome | None:
        """Why no answer can be taken, whatever the mail says; None when one can."""
        task, received_at = self._task, self._inbound.received_at
        if not takes_answer(self._session, task, self._found.occurrence, received_at=received_at):
            return Outcome(V.CLOSED, NOT_TAKEN, [Problem("", CLOSED_TOLD[self.language])])
        newest = latest_submission(self._session, task.id or 0)
        if newest is not None and newest.received_at > received_at:
            return Outcome(V.DUPLICATE, NEWER)
        return None

    def answer(self, reply: Reply, *, by: str, once: str, actor: Actor = Actor.HOLDER) -> Outcome:
        """Submits the reply; what cannot be submitted becomes a draft."""
        try:
            submission = self._submit(reply, by=by, once=once, actor=actor)
        except AnswerInvalid as invalid:
            words = self._words()
            named = [replace(each, where=words.get(each.where, each.where)) for each in invalid.problems]
            reason = "; ".join(map(str, named))[:1000]
            return self.draft(reply, reason, invalid.problems)
        return Outcome(V.ANSWER, "", (), dict(submission.answers), reply.left, submission)

    def draft(
        self, reply: Reply, reason: str, told: Sequence[Problem], verdict: InboundVerdict = V.DRAFT
    ) -> Outcome:
        """Keeps what can be read as a draft. What the page's draft already holds is not overwritten.

        Text that belongs to no question lies in the draft's long text, but counts as not understood.
        """
        given, left = dict(reply.raw), reply.unplaced
        place = place_for_rest(self._found.form)
        if left and place is not None:
            given[place] = "\n".join([left, *([str(given[place])] if place in given else [])])
        valid, understood = self._valid(given), self._valid(reply.raw)
        kept = self._session.get(Draft, self._task.id)
        answers = {**valid, **(kept.answers if kept else {})}
        if answers and (kept is None or kept.answers != answers):
            self._save(answers)
        return Outcome(verdict, reason, told, understood, reply.left)

    def _words(self) -> dict[str, str]:
        """What the form calls its places."""
        asked = {each.where: each.words() for each in questions_of(self._found.form, self._task.prefill)}
        return {each.id: label(each) for each in self._found.form.fields} | asked

    def _valid(self, given: Mapping[str, Any]) -> dict[str, Any]:
        valid, _ = read_draft(self._found.form, given, rows=self._task.prefill, language=self.language)
        return valid

    def note(self, outcome: Outcome, *, by: str = ENGINE) -> InboundTask:
        """Keeps what the mail was for the task."""
        row = InboundTask(
            inbound_id=self._inbound.id or 0,
            task_id=self._task.id or 0,
            verdict=outcome.verdict,
            reason=outcome.reason,
            answers=outcome.answers,
            unplaced=outcome.unplaced,
            submission_id=outcome.submission.id if outcome.submission else None,
            by=by,
            at=self._now,
        )
        self._session.add(row)
        self._session.flush()
        return row

    def _submit(self, reply: Reply, *, by: str, once: str, actor: Actor) -> Submission:
        nil = reply.nil and self._nil_taken()
        return submit(
            self._session,
            self._task.id or 0,
            answers={} if nil else self._answers(reply),
            kind=SubmissionKind.NIL if nil else SubmissionKind.COMPLETE,
            channel=Channel.MAIL,
            by=by,
            received_at=self._inbound.received_at,
            now=self._now,
            once=once,
            actor=actor,
        )

    def _nil_taken(self) -> bool:
        if not self._found.form.nil_allowed or self._reopened is not None:
            raise AnswerInvalid([Problem("", NIL_NOT_ALLOWED[self.language])])
        return True

    def _answers(self, reply: Reply) -> dict[str, Any]:
        if reply.doubts:
            raise AnswerInvalid(list(reply.doubts))
        if not reply.raw:
            raise AnswerInvalid([Problem("", NOTHING_READ[self.language])])
        form, rows = self._found.form, self._task.prefill
        if self._reopened is None:
            return read_answers(form, reply.raw, rows=rows, language=self.language)
        if changed := self._reopened.changed(form, reply.raw, rows):
            raise AnswerInvalid(refused_changes(changed, self.language))
        whole = self._reopened.with_the_rest(form, reply.raw, rows)
        return read_answers(form, whole, rows=rows, language=self.language)

    def _save(self, answers: Mapping[str, Any]) -> None:
        try:
            save_draft(
                self._session,
                self._task.id or 0,
                answers=answers,
                by=f"mail:{self._inbound.id}",
                now=self._inbound.received_at,
            )
        except (Conflict, NotNow):
            return  # the page takes no draft any more; the mail itself is kept


def with_file(reply: Reply, found: Addressed, files: Sequence[Mapping[str, Any]]) -> Reply:
    """The reply with its file in the form's one place for files; with several files or places as it was."""
    kept = [each for each in files if "sha256" in each]
    places = file_places(found.form, found.task.prefill)
    if len(kept) != 1 or len(places) != 1:
        return reply
    (place,) = places
    raw = _put(reply.raw, place, answers_with(kept[0]))
    return Reply(raw=raw, unplaced=reply.unplaced, doubts=reply.doubts, others=reply.others)


def _put(raw: Mapping[str, Any], place: Sequence[str], value: Any) -> dict[str, Any]:
    name, *inner = place
    return {**raw, name: _put(raw.get(name) or {}, inner, value) if inner else value}
