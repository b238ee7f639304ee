"""A run as its pages show it: what it was about, and whether it is red."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fastapi import Request
from sqlmodel import Session

from cycle.runs.reading import VERBS_OF_OCCURRENCE, overrun
from cycle.runs.tables import Run, RunState
from cycle.tasks.mail_log import Occasion, occasions
from web import context
from web.secretariat.run_cures import cure_of
from web.words import Pair


@dataclass(frozen=True)
class Line:
    """One run on the page. `red`: nothing has mended it since; `stuck`: its worker does not answer."""

    run: Run
    about: Occasion | None
    red: bool
    stuck: bool

    @property
    def step(self) -> str:
        """What was done (open, advance or close an occurrence, the nightly sweep); else empty."""
        step, _, rest = self.run.subject.partition(":")
        return step if rest else ""

    @property
    def cure(self) -> Pair | None:
        """What to do about it, when it failed and nothing has mended it."""
        return cure_of(self.run.error) if self.red and self.run.state is RunState.FAILED else None


def lines_about(
    session: Session, runs: Sequence[Run], failed: Collection[int | None], stuck: Collection[int | None]
) -> list[Line]:
    """The runs with their activities, in the same order."""
    numbers = {run.id: occurrence_of(run) for run in runs}
    about = occasions(session, [number for number in numbers.values() if number])
    return [
        Line(run, about.get(numbers[run.id] or 0), run.id in failed or run.id in stuck, run.id in stuck)
        for run in runs
    ]


def stuck_runs(session: Session, request: Request, roots: Collection[str]) -> set[int | None]:
    """The ids of runs whose worker does not answer."""
    found = overrun(session, real=context.browser_now(request))
    return {run.id for run in found if run.root_id in roots}


def occurrence_of(run: Run) -> int | None:
    """The occurrence that the run is about; other subjects name a municipality, which may be a number too."""
    verb, _, number = run.subject.partition(":")
    return int(number) if verb in VERBS_OF_OCCURRENCE and number.isdigit() else None
