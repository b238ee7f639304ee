"""The body of the flow `remind`: decides what is due to be said, and nightly checks every hint."""

from datetime import timedelta

from cycle.messages.claiming import bring_back
from cycle.tasks.reminder_facts import Reader
from cycle.tasks.reminding import CHUNK, decide_due
from cycle.tasks.sweeping import Difference, differences
from flows.runtime import RunContext
from notifications.mailbox import FolderMailbox


def remind(context: RunContext) -> None:
    """Decides every step that is due in the run's municipality, a thousand tasks per commit.

    Safe to repeat: a task decided is not due any more.
    """
    reader = _reader(context)
    while True:
        with context.transaction() as session:
            counts = decide_due(session, reader, context.run.root_id)
            if counts is not None:
                context.count(**counts)
                context.progress(f"{context.counts['tasks']} opgaver set på")
        if counts is None or counts["tasks"] < CHUNK:
            return


def sweep(context: RunContext) -> list[Difference]:
    """Recomputes when each waiting task is to be looked at; puts right and gives every difference.

    Also finds the tasks whose recipient has changed with the date (an appointment or a substitute that
    begins or ends, an address that came), and the mails that a clock which ran ahead has put off. Then
    decides what is due: the day's first `remind`. Last, the files of mails that were read long ago go.
    """
    reader = _reader(context)
    found: list[Difference] = []
    after = 0
    while True:
        with context.transaction() as session:
            chunk = differences(session, reader, context.run.root_id, after=after)
        found += chunk.differences
        if chunk.last is None:
            break
        after = chunk.last
    context.count(differences=len(found))
    with context.transaction() as session:
        context.count(brought_back=bring_back(session, context.run.root_id, now=context.now))
    remind(context)
    _forget_files(context)
    return found


def _forget_files(context: RunContext) -> None:
    """Never the files of mails that are still to be read, nor what lies on an IMAP server."""
    settings = context.settings
    if settings.inbox_dir is None or settings.imap_host:
        return
    long_ago = context.now - timedelta(days=settings.inbox_keep_days)
    if removed := FolderMailbox(settings.inbox_dir).forget(long_ago):
        context.count(mails_removed=removed)


def _reader(context: RunContext) -> Reader:
    with context.reading() as session:
        calendar, directory = context.surroundings(session, context.run.root_id)
    return Reader(directory, calendar, context.now)
