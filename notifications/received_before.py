"""The same reply once more under another Message-ID: mail programs and gateways send again."""

from datetime import timedelta
from hashlib import sha256

from sqlmodel import Session, col, select

from cycle.messages.tables import Inbound, InboundTask, InboundVerdict
from cycle.tasks.states import TaskState
from cycle.tasks.tables import Task
from notifications.addressed import Destination
from notifications.reading.mail import Mail

AGAIN_WITHIN = timedelta(days=1)


def content_of(mail: Mail, to: Destination) -> str:
    """A digest of who wrote what, with which files, to which reply address."""
    files = [sha256(each.content).hexdigest() for each in mail.files]
    words = " ".join(mail.text.split())
    return sha256("\n".join([mail.sender, to.token, words, *files]).encode("utf-8", "replace")).hexdigest()


def received_before(session: Session, inbound: Inbound) -> bool:
    """Whether the same content was handled within a day before, and its tasks have not been asked for anew.

    After a return or an undone answer the same words are a new answer.
    """
    query = select(Inbound.id).where(
        Inbound.root_id == inbound.root_id,
        Inbound.content == inbound.content,
        col(Inbound.id) != inbound.id,
        col(Inbound.verdict) != InboundVerdict.DUPLICATE,
        col(Inbound.received_at) > inbound.received_at - AGAIN_WITHIN,
        col(Inbound.received_at) <= inbound.received_at,
    )
    ids = session.exec(query).all()
    if not ids:
        return False
    asked_anew = (
        select(InboundTask.id)
        .join(Task, col(Task.id) == col(InboundTask.task_id))
        .where(
            col(InboundTask.inbound_id).in_(ids),
            (col(Task.state) == TaskState.RETURNED) | col(InboundTask.undone_at).is_not(None),
        )
    )
    return session.exec(asked_anew).first() is None
