"""Workers in processes of their own that send a store's mail at the same time, as `aarshjul worker` does."""

import gc
import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from multiprocessing.connection import Connection

from config.settings import Settings
from cycle.store import make_engine
from flows.deliver import deliver
from flows.runtime import RunContext


def _work(line: Connection, url: str, settings: Settings, now: datetime, root_id: str) -> None:
    gc.freeze()  # as what a command starts does (`cli.main`)
    engine = make_engine(url)
    line.send("ready")
    while line.recv() == "send":
        context = RunContext.direct(engine, now, settings, root_id)
        deliver(context)
        line.send(context.counts)
    engine.dispose()


class Workers:
    """Workers that wait to be told."""

    def __init__(self, lines: Sequence[Connection]) -> None:
        self._lines = lines

    def send_all(self) -> dict[str, int]:
        """All send until nothing is due; what they counted together."""
        for line in self._lines:
            line.send("send")
        together: dict[str, int] = {}
        for line in self._lines:
            for name, number in line.recv().items():
                together[name] = together.get(name, 0) + number
        return together


@contextmanager
def running(many: int, url: str, settings: Settings, now: datetime, root_id: str) -> Iterator[Workers]:
    """So many workers on the store at `url`, whose time stands still at `now`."""
    spawn = multiprocessing.get_context("spawn")
    with ExitStack() as ends:
        lines = []
        for _ in range(many):
            ours, theirs = multiprocessing.Pipe()
            process = spawn.Process(target=_work, args=(theirs, url, settings, now, root_id))
            process.start()
            ends.callback(process.join, 20)
            ends.callback(ours.send, "end")
            lines.append(ours)
        for line in lines:
            line.recv()
        yield Workers(lines)
