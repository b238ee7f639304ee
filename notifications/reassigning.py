"""What the secretariat does to a mail that came in: has it read as another task's answer, or undoes it."""

from datetime import datetime

from sqlmodel import Session, col, select

from cycle import history
from cycle.errors import Conflict, NotFound, NotNow
from cycle.messages.tables import Inbound, InboundTask, InboundVerdict
from cycle.tasks.moves import get_task
from cycle.tasks.states import Actor
from cycle.tasks.tables import Submission
from cycle.tasks.withdraw import withdraw
from notifications.addressed import Addressed, NotAddressed, addressed, destination_of
from notifications.answering import Answering, Outcome, with_file
from notifications.enclosures import keep_files
from notifications.office import Office
from notifications.reading.mail import Mail
from notifications.reading.ours import Ours
from notifications.reading.reader import Reader
from notifications.replies import Reply
from notifications.task_words import TaskWords

V = InboundVerdict
BY_HAND = "Valgt af sekretariatet."


def readings_of(session: Session, inbound_id: int) -> list[InboundTask]:
    """What the mail was for each task, in the order in which it was read so."""
    query = select(InboundTask).where(InboundTask.inbound_id == inbound_id).order_by(col(InboundTask.id))
    return list(session.exec(query))


def reassign(
    session: Session,
    inbound: Inbound,
    task_id: int,
    *,
    as_answer: bool,
    office: Office,
    by: str,
    now: datetime,
) -> Outcome:
    """Reads the mail once more as this task's answer, or as its draft; the history says who chose so.

    What does not fit the form becomes a draft in either case; nobody is told but by the receipt. Raises
    NotFound for a task of another municipality, Conflict for a mail in quarantine and while an answer that
    it gave before stands, NotNow when the task takes no answer, or the mail came too late for it.
    """
    task = get_task(session, task_id)
    found = addressed(session, task, person_id=0)
    if found is None or found.root_id != inbound.root_id:
        raise NotFound("task", task_id)
    if inbound.verdict is V.HOSTILE:
        raise Conflict("inbound", inbound.id)
    if any(each.submission_id and not each.undone_at for each in readings_of(session, inbound.id or 0)):
        raise Conflict("inbound", inbound.id)
    answering = Answering(session, inbound, found, now=now)
    if answering.refusal() is not None:
        raise NotNow("task", task_id, task.state.value, "submit")
    mail = _read_again(inbound, office)
    if not inbound.files:
        inbound.files = keep_files(session, mail.files, now=now)
    reply = _reply_to(session, found, mail, office, answering.language)
    reply = with_file(reply, found, inbound.files) if not reply.nil else reply
    if as_answer:
        attempt = len(readings_of(session, inbound.id or 0))
        once = f"mail:{inbound.message_id}:{task_id}:{attempt}"
        outcome = answering.answer(reply, by=by, once=once, actor=Actor.SECRETARIAT)
    else:
        outcome = answering.draft(reply, BY_HAND, ())
    answering.note(outcome, by=by)
    inbound.task_id, inbound.verdict, inbound.reason = task_id, outcome.verdict, outcome.reason or BY_HAND
    session.add(inbound)
    _record(
        session, inbound, "reassign_mail", {"task": task_id, "verdict": outcome.verdict.value}, "", by, now
    )
    return outcome


def _read_again(inbound: Inbound, office: Office) -> Mail:
    if not inbound.raw:  # its time was over (`aarshjul retention`)
        raise NotFound("mail", inbound.id)
    with Reader(Ours(office.sender_address.lower(), office.message_domain)) as reader:
        return reader.read(inbound.raw)


def _reply_to(session: Session, found: Addressed, mail: Mail, office: Office, language: str) -> Reply:
    """What the mail says of the task: under its letter, when it answers one in which the task had one."""
    try:
        lettered = destination_of(session, mail.recipients, office).tasks
    except NotAddressed:
        lettered = ()
    said = TaskWords(mail, lettered, chosen=True).replies(lambda _: language) if lettered else []
    mine = [reply for each, reply in said if each.task.id == found.task.id]
    if mine:
        return mine[0]
    [(_, whole)] = TaskWords(mail, (found,), chosen=True).replies(lambda _: language)
    return whole


def undo(session: Session, reading: InboundTask, *, why: str, by: str, now: datetime) -> bool:
    """Withdraws the answer that the mail gave; gives whether the task is open again. See `withdraw`.

    When it was the mail's last one, that is what became of the mail; `reading` keeps what it was taken for.
    """
    inbound = session.get_one(Inbound, reading.inbound_id)
    if reading.submission_id is None or reading.undone_at is not None:
        raise Conflict("inbound_task", reading.id)
    submission = session.get_one(Submission, reading.submission_id)
    open_again = withdraw(session, submission, why=why, by=by, now=now)
    reading.undone_at, reading.undone_by, reading.undone_why = now, by, why.strip()
    session.add(reading)
    session.flush()
    if not any(
        each.submission_id and not each.undone_at for each in readings_of(session, reading.inbound_id)
    ):
        inbound.verdict, inbound.reason = V.WITHDRAWN, ""
        session.add(inbound)
    _record(session, inbound, "undo_mail", {"task": reading.task_id}, why, by, now)
    return open_again


def _record(
    session: Session, inbound: Inbound, verb: str, data: dict[str, object], why: str, by: str, now: datetime
) -> None:
    history.record(
        session,
        root_id=inbound.root_id,
        at=now,
        actor=by,
        verb=verb,
        thing=f"inbound:{inbound.id}",
        why=why.strip(),
        data=data,
    )
