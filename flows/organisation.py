"""Units and leaders of one municipality as OS2mo has them this morning."""

from datetime import datetime

from sqlmodel import Session

from config.settings import Settings
from cycle.errors import ImportInvalid
from cycle.organisation.applying import Import
from cycle.organisation.fetched import (
    SOURCE,
    apply_fetched,
    difference_of,
    heads_of,
    keep_fetched,
    note_failure,
)
from cycle.organisation.os2mo import Lists, lists_of
from cycle.tasks.change import look_again
from flows.os2mo_client import OS2mo, OS2moUnread
from flows.runtime import RunContext


def fetch(settings: Settings, *, now: datetime) -> Lists:
    """The municipality's lists as OS2mo has them. Raises OS2moUnread; nothing has changed then."""
    today = now.astimezone(settings.zone).date()
    with OS2mo(settings, today=today) as source:
        found = source.organisation()
    return lists_of(
        found,
        root_id=settings.os2mo_municipality,
        root_uuid=settings.os2mo_root,
        heads=heads_of(settings.os2mo_heads),
        today=today,
    )


def organisation(context: RunContext) -> None:
    """Fetches, compares, and applies what is little enough; the rest waits on its page.

    Raises OS2moUnread, ImportInvalid (what was fetched cannot be an organisation): all stays as it was.
    """
    root_id = context.run.root_id
    try:
        lists = fetch(context.settings, now=context.now)
        with context.transaction() as session:
            _take(session, context, lists)
    except (OS2moUnread, ImportInvalid) as error:
        told = error.kind if isinstance(error, OS2moUnread) else str(error.problems[0].what)
        with context.transaction() as session:
            note_failure(session, root_id, told, now=context.now)
        raise


def _take(session: Session, context: RunContext, lists: Lists) -> None:
    today = context.now.astimezone(context.settings.zone).date()
    found = difference_of(session, lists, today=today)
    unasked = 0 < found.count <= context.settings.os2mo_unasked and not found.waits
    if unasked:
        given = Import(SOURCE, lists.units + lists.leaders, "engine", context.now, today)
        look_again(session, sorted(apply_fetched(session, lists, given)), now=context.now)
    waiting = 0 if unasked else max(found.count, len(found.leaders.questions))
    keep_fetched(session, context.run.root_id, lists, waiting, now=context.now)
    context.count(changes=found.count, applied=found.count if unasked else 0)
