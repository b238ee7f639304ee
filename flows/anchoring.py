"""Once a day the history's newest hash goes outside: into a file, by mail, or both."""

import logging
import os
from collections.abc import Sequence
from datetime import date, datetime

from config.settings import Settings
from cycle import store
from cycle.keeping.anchors import Anchor, anchors
from flows.runtime import Runtime
from notifications.anchor_mail import send_anchors
from notifications.selfcheck_mail import Undelivered

log = logging.getLogger("aarshjul.anchor")


def anchor(runtime: Runtime, *, on: date, now: datetime) -> None:
    """Tells the day's anchors. What fails is logged and told again the next day, with all of that day."""
    settings = runtime.settings
    if not (settings.anchor_file or settings.anchor_to):
        return
    with store.reading(runtime.engine) as session:
        found = anchors(session, on=on)
    try:
        _write(settings, found)
        if settings.anchor_to and found:
            send_anchors(settings, [each.line() for each in found], on=on, now=now)
    except (OSError, Undelivered) as error:
        log.error("the history was not anchored: %s", type(error).__name__)


def _write(settings: Settings, found: Sequence[Anchor]) -> None:
    """Adds the lines and waits until they are on the disk; never changes what stands there."""
    if settings.anchor_file is None or not found:
        return
    with settings.anchor_file.open("a", encoding="utf-8") as file:
        file.writelines(f"{each.line()}\n" for each in found)
        file.flush()
        os.fsync(file.fileno())
