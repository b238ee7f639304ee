"""What becomes of a mail that came in: an answer, a draft, or kept and left alone. Every mail gets a verdict.

Only who holds the post, stands in for it or writes from its registered address answers by mail. Whatever
cannot be taken is kept as a draft, and the post's registered address is told why (never the sender's, who
may be anybody).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.links import LinkClaims, read_token
from cycle.errors import AnswerInvalid, Conflict, LinkInvalid, Problem
from cycle.messages.tables import Inbound, InboundVerdict, MessageKind
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Address
from cycle.tasks.answers import read_answers, read_draft
from cycle.tasks.calendars import calendar_of
from cycle.tasks.forms import Form
from cycle.tasks.letters import write_to_post
from cycle.tasks.states import BY_MAIL, Channel, SubmissionKind, TaskKind
from cycle.tasks.submit import latest_submission, save_draft, submit, takes_answer
from cycle.tasks.tables import Draft, FormVersion, Occurrence, Task
from notifications.bounces import is_bounce, take_bounce
from notifications.mailbox import Delivered
from notifications.office import REPLY, REPLY_LOCAL, Office
from notifications.reading.mail import Mail
from notifications.replies import Reply, place_for_rest, read_reply

V = InboundVerdict
_TOKEN = re.compile(rf"{REPLY_LOCAL}\+([a-z2-7]{{10,128}})@(.+)", re.IGNORECASE)

TOO_LARGE = "Mailen er for stor."
NO_REPLY_ADDRESS = "Mailen er ikke sendt til en svaradresse."
REVOKED = "Svaradressen gælder ikke længere."
NO_MAIL_ANSWER = "Opgaven kan ikke besvares med en mail."
NEWER = "Et svar, der kom senere, var allerede taget."
NOT_TAKEN = "Opgaven tog ikke imod svar, da mailen kom."
STRANGER = "Afsenderen er hverken postens leder, stedfortræder eller registrerede adresse."
STRANGER_TOLD = {
    "da": "Svaret kom fra {sender}, som ikke er registreret for {post}. Åbn opgaven, og send svaret selv.",
    "en": "The answer came from {sender}, which is not registered for {post}. Open the task and send it.",
}
NOTHING_READ = {
    "da": "Vi kunne ikke finde et svar i mailen. Skriv spørgsmålets navn og et kolon foran hvert svar.",
    "en": "We found no answer in the mail. Write the question's name and a colon before each answer.",
}
NIL_NOT_ALLOWED = {
    "da": "Opgaven kan ikke besvares med »intet at bemærke«.",
    "en": "This task cannot be answered with “nothing to report”.",
}


@dataclass(frozen=True)
class Addressed:
    """A task that a mail was sent about, by whom the reply address was made for."""

    task: Task
    occurrence: Occurrence
    form: Form
    claims: LinkClaims

    @property
    def root_id(self) -> str:
        """The municipality."""
        return self.occurrence.root_id


class Refused(Exception):
    """The mail is kept and does nothing more: its verdict and, in Danish, the reason."""

    def __init__(self, verdict: InboundVerdict, reason: str) -> None:
        super().__init__(reason)
        self.verdict, self.reason = verdict, reason


def take(
    session: Session, delivered: Delivered, mail: Mail, *, root_id: str, office: Office, now: datetime
) -> InboundVerdict:
    """Handles one mail and keeps it. The same Message-ID a second time changes nothing (DUPLICATE).

    `mail` is what was read of it, `root_id` the municipality whose mailbox it is. What was received before an
    activity closed is an answer however late it is read. Safe to run again after a crash before the commit.
    """
    message_id = mail.message_id
    if session.exec(select(Inbound.id).where(Inbound.message_id == message_id)).first() is not None:
        return V.DUPLICATE
    inbound = Inbound(
        root_id=root_id,
        message_id=message_id,
        received_at=delivered.received_at,
        sender=mail.sender,
        raw=delivered.raw,
        verdict=V.UNREADABLE,
        handled_at=now,
    )
    session.add(inbound)
    session.flush()
    try:
        found = _sorted_out(session, delivered, mail, office, now)
        inbound.task_id, inbound.root_id = found.task.id, found.root_id
        inbound.verdict, inbound.reason = _Answer(session, inbound, mail, found, now).take()
    except Refused as refused:
        inbound.verdict, inbound.reason = refused.verdict, refused.reason
    session.add(inbound)
    session.flush()
    return inbound.verdict


def _sorted_out(
    session: Session, delivered: Delivered, mail: Mail, office: Office, now: datetime
) -> Addressed:
    if not delivered.whole:
        raise Refused(V.UNREADABLE, TOO_LARGE)
    if is_bounce(mail, office):
        _, reason = take_bounce(session, mail, office, received_at=delivered.received_at, now=now)
        raise Refused(V.BOUNCE, reason)
    if mail.verdict is not None:
        raise Refused(mail.verdict, mail.reason)
    return _addressed(session, mail, office)


def _addressed(session: Session, mail: Mail, office: Office) -> Addressed:
    claims = _claims(mail.recipients, office)
    task = session.get(Task, claims.task_id)
    if task is None or task.link_generation != claims.generation:
        raise Refused(V.UNREADABLE, REVOKED)
    version = session.get(FormVersion, task.form_version_id) if task.form_version_id else None
    if task.kind not in BY_MAIL or version is None:
        raise Refused(V.UNREADABLE, NO_MAIL_ANSWER)
    occurrence = session.get_one(Occurrence, task.occurrence_id)
    return Addressed(task, occurrence, Form.model_validate_json(version.spec), claims)


def _claims(recipients: Sequence[str], office: Office) -> LinkClaims:
    """What the first genuine reply address among the recipients says."""
    reason = NO_REPLY_ADDRESS
    for address in recipients:
        match = _TOKEN.fullmatch(address)
        if match is None or match[2].lower() != office.reply_domain.lower():
            continue
        try:
            return read_token(office.secret, match[1].lower(), REPLY)
        except LinkInvalid:
            reason = REVOKED
    raise Refused(V.UNREADABLE, reason)


class _Answer:
    """One mail about one task."""

    def __init__(
        self, session: Session, inbound: Inbound, mail: Mail, found: Addressed, now: datetime
    ) -> None:
        self._session, self._inbound, self._mail, self._now = session, inbound, mail, now
        self._task, self._occurrence, self._form = found.task, found.occurrence, found.form
        self._person_id = found.claims.person_id
        on = calendar_of(session, found.occurrence).local_date(inbound.received_at)
        self._directory = Directory.for_post(session, found.task.unit_id, on)
        recipient = self._directory.recipient(found.task.unit_id, found.task.role)
        self._language = recipient.language if recipient is not None else "da"

    def take(self) -> tuple[InboundVerdict, str]:
        """The verdict and its reason."""
        received_at = self._inbound.received_at
        if not takes_answer(self._session, self._task, self._occurrence, received_at=received_at):
            self._tell([], verdict=V.CLOSED)
            return V.CLOSED, NOT_TAKEN
        newest = latest_submission(self._session, self._task.id or 0)
        if newest is not None and newest.received_at > received_at:
            return V.DUPLICATE, NEWER
        reply = read_reply(self._form, self._mail.own_text)
        if not self._known_sender():
            return self._of_stranger(reply)
        try:
            self._submit(reply)
        except AnswerInvalid as invalid:
            self._keep_draft(reply)
            self._tell(invalid.problems, verdict=V.DRAFT)
            return V.DRAFT, "; ".join(str(problem) for problem in invalid.problems)[:1000]
        left = f"{self._mail.attachments} vedhæftede filer er ikke læst." if self._mail.attachments else ""
        return V.ANSWER, left

    def _submit(self, reply: Reply) -> None:
        kind = SubmissionKind.NIL if reply.nil else SubmissionKind.COMPLETE
        submit(
            self._session,
            self._task.id or 0,
            answers={} if reply.nil and self._nil_taken() else self._answers(reply),
            kind=kind,
            channel=Channel.MAIL,
            by=f"person:{self._person_id}",
            received_at=self._inbound.received_at,
            now=self._now,
            once=f"mail:{self._inbound.message_id}",
        )

    def _nil_taken(self) -> bool:
        if not self._form.nil_allowed:
            raise AnswerInvalid([Problem("", NIL_NOT_ALLOWED[self._tongue])])
        return True

    def _answers(self, reply: Reply) -> dict[str, object]:
        if not reply.raw:
            raise AnswerInvalid([Problem("", NOTHING_READ[self._tongue])])
        return read_answers(self._form, reply.raw, rows=self._task.prefill, language=self._tongue)

    @property
    def _tongue(self) -> str:
        return "en" if self._language == "en" else "da"

    def _of_stranger(self, reply: Reply) -> tuple[InboundVerdict, str]:
        self._keep_draft(reply)
        unit = self._directory.units.get(self._task.unit_id)
        told = STRANGER_TOLD[self._tongue].format(
            sender=self._mail.sender or "?", post=unit.name if unit else self._task.unit_id
        )
        self._tell([Problem("", told)], verdict=V.UNKNOWN_SENDER)
        return V.UNKNOWN_SENDER, STRANGER

    def _known_sender(self) -> bool:
        """Whether the sender's address is one of the post's, on the day the mail was received."""
        task, directory = self._task, self._directory
        actors = [directory.holder(task.unit_id, task.role), directory.substitute(task.unit_id, task.role)]
        if not any(actors) and task.kind is not TaskKind.SIGN:
            actors = [directory.superior(task.unit_id)]
        people = [actor.person_id for actor in actors if actor is not None]
        known = self._session.exec(
            select(Address.email).where(
                col(Address.valid_to).is_(None),
                sa.or_(
                    col(Address.person_id).in_(people),
                    sa.and_(col(Address.unit_id) == task.unit_id, col(Address.role) == task.role),
                ),
            )
        )
        return bool(self._mail.sender) and self._mail.sender in {email.strip().lower() for email in known}

    def _keep_draft(self, reply: Reply) -> None:
        """Keeps what can be read. What the page's draft already holds is not overwritten."""
        kept = self._session.get(Draft, self._task.id)
        given = dict(reply.raw)
        place = place_for_rest(self._form)
        if reply.unplaced and place is not None:
            given[place] = "\n".join([reply.unplaced, *([str(given[place])] if place in given else [])])
        valid, _ = read_draft(self._form, given, rows=self._task.prefill, language=self._tongue)
        answers = {**valid, **(kept.answers if kept else {})}
        if not answers or (kept is not None and kept.answers == answers):
            return
        try:
            save_draft(
                self._session,
                self._task.id or 0,
                answers=answers,
                by=f"mail:{self._inbound.id}",
                now=self._inbound.received_at,
            )
        except Conflict:
            return  # the page takes no draft any more; the mail itself is kept

    def _tell(self, problems: Sequence[Problem], *, verdict: InboundVerdict) -> None:
        """Writes to the post's registered address. The verdict is set first: the letter reads it."""
        self._inbound.verdict = verdict
        write_to_post(
            self._session,
            self._task,
            root_id=self._occurrence.root_id,
            kind=MessageKind.REPLY_PROBLEM,
            key=f"reply-problem:{self._inbound.id}",
            context={
                "inbound": self._inbound.id,
                "problems": [[p.where, f"{p.what} {p.cure}".strip()] for p in problems],
            },
            now=self._now,
        )
