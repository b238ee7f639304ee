"""What a bench says: one figure, the limit it is held against, and both wall and processor time."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Measurement:
    """One figure. `limit` None: told for information, held against nothing.

    `processor` is the same measured in processor seconds (in the figure's own unit), where that says
    something: on a machine that does other work at the same time wall time says more about the others.
    """

    bench: str
    what: str
    value: float
    unit: str
    limit: float | None = None
    processor: float | None = None
    runs: int = 1
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The figure as a part of its limit."""
        return self.value / self.limit if self.limit else None

    @property
    def over(self) -> bool:
        """Whether the figure is over its limit."""
        return self.limit is not None and self.value > self.limit

    @property
    def verdict(self) -> str:
        """OK, OVER, or nothing where there is no limit."""
        if self.limit is None:
            return ""
        return "OVER" if self.over else "OK"


@dataclass(frozen=True)
class Timing:
    """Medians of several runs, in seconds."""

    wall: float
    processor: float
    runs: int

    def over(self, other: "Timing") -> float:
        """How many times as long as `other`."""
        return self.wall / other.wall


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds of one run."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def timing(work: Callable[[], object], runs: int) -> Timing:
    """The medians of `runs` runs after one that is not counted."""
    work()
    return of_runs(timed(work) for _ in range(runs))


def of_runs(times: Iterable[tuple[float, float]]) -> Timing:
    """The medians of runs that were timed one by one."""
    found = list(times)
    return Timing(median(wall for wall, _ in found), median(cpu for _, cpu in found), len(found))
