"""What is ready in the outbox of one municipality goes out."""

import asyncio

from flows.runtime import RunContext
from notifications.delivery import NO_SERVER, NO_SERVER_PAUSE, Delivery, server_of
from notifications.desk import Desk
from notifications.office import Office


def deliver(context: RunContext) -> None:
    """Sends until nothing is due. Runs an event loop of its own, so call it from a thread without one.

    Without a mail server all mail waits and nothing fails. Raises MailHeld when the server cannot be
    used: then all mail waits a few minutes, and the failed run is what the runs page shows.
    """
    server = server_of(context.settings)
    desk = Desk(
        root_id=context.run.root_id,
        clock=context.moment,
        calendar=context.calendar(context.run.root_id),
        office=Office.of(context.settings),
        transaction=context.transaction,
        plainly=context.plainly,
        reading=context.reading,
        count=lambda name: context.count(**{name: 1}),
        limits=context.settings.mail_limits,
    )
    if server is None:
        desk.hold((), reason=NO_SERVER, pause=NO_SERVER_PAUSE)
        return
    asyncio.run(Delivery(desk, server, connections=context.settings.smtp_connections).run())
