"""Bodies for tests of the worker: each leaves a mark that can be counted, and can be held up."""

import threading
from collections.abc import Callable

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from cycle import history, store
from cycle.history import History
from cycle.runs.tables import Run
from flows.registry import Body
from flows.runtime import RunContext
from tests.support.municipality import instant

NOW = instant(2027, 4, 1)


def mark(session: Session, thing: str) -> None:
    """One row that says a body was here."""
    history.record(session, root_id="BY", at=NOW, actor="engine", verb="open", thing=thing)


def marks(engine: Engine) -> list[str]:
    """What bodies have left, oldest first."""
    with store.reading(engine) as session:
        return list(session.exec(select(History.thing).order_by(col(History.id))))


def runs(engine: Engine) -> list[Run]:
    """Every run, oldest first, detached."""
    with store.reading(engine) as session:
        found = list(session.exec(select(Run).order_by(col(Run.id))))
        for run in found:
            session.expunge(run)
        return found


def marking(_flow: str, subject: str) -> Body:
    """A body that leaves its subject as a mark."""

    def body(context: RunContext) -> None:
        with context.transaction() as session:
            mark(session, subject)
        context.count(marks=1)

    return body


class Held:
    """Bodies that wait in the middle until `go` is set, then leave their mark."""

    def __init__(self, meanwhile: Callable[[], None] | None = None) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self._meanwhile = meanwhile

    def body(self, _flow: str, subject: str) -> Body:
        """As `registry.body`."""

        def wait(context: RunContext) -> None:
            self.begun.set()
            if self._meanwhile is not None:
                self._meanwhile()
            else:
                assert self.go.wait(60)
            with context.transaction() as session:
                mark(session, subject)

        return wait
