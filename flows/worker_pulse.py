"""A worker's sign of life, for the runs page: from a thread of its own, which no busy body holds up."""

import logging
import threading
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from cycle import store
from cycle.runs import workers
from cycle.runs.tables import PrefectAnswer
from flows.runtime import Runtime

EVERY = 30.0
"""Seconds."""

log = logging.getLogger("aarshjul.worker")


class SignOfLife:
    """Written at once and then every half minute until the block ends. `busy`: how many runs are in hand."""

    def __init__(
        self,
        runtime: Runtime,
        name: str,
        *,
        hands: int,
        busy: Callable[[], int],
        prefect: Callable[[], PrefectAnswer],
        every: float = EVERY,
    ) -> None:
        self._runtime, self._name, self._hands = runtime, name, hands
        self._busy, self._prefect, self._every = busy, prefect, every
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat_until_end, name="pulse", daemon=True)

    def __enter__(self) -> "SignOfLife":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        try:
            with store.transaction(self._runtime.engine) as session:
                workers.leave(session, self._name)
        except SQLAlchemyError as error:
            log.warning("the worker's pulse was not cleared: %s", type(error).__name__)

    def _beat_until_end(self) -> None:
        while not self._end.is_set():
            self.beat()
            self._end.wait(self._every)

    def beat(self) -> None:
        """One sign of life; a store that cannot be reached is the next one's matter."""
        try:
            with store.transaction(self._runtime.engine) as session:
                workers.beat(
                    session,
                    self._name,
                    real=self._runtime.wall.now(),
                    hands=self._hands,
                    busy=self._busy(),
                    prefect=self._prefect(),
                )
        except SQLAlchemyError as error:
            log.warning("the worker's pulse was not written: %s", type(error).__name__)
