"""The history's newest hash, kept outside: who alters the store cannot alter what was already told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from cycle import history
from cycle.history import History


@dataclass(frozen=True)
class Anchor:
    """What the newest chained row of a municipality's history was on a local date."""

    on: date
    root_id: str
    position: int
    digest: str

    def line(self) -> str:
        """One line of text: date, position, hash, municipality (which may have a space)."""
        return f"{self.on.isoformat()} {self.position} {self.digest} {self.root_id}"

    @classmethod
    def read(cls, line: str) -> "Anchor":
        """The anchor of a line. Raises ValueError when it is none."""
        on, position, digest, root_id = line.strip().split(" ", 3)
        return cls(date.fromisoformat(on), root_id, int(position), digest)


def anchors(session: Session, *, on: date) -> list[Anchor]:
    """One for each municipality that has a history."""
    roots = session.exec(select(History.root_id).where(col(History.hash).is_not(None)).distinct()).all()
    return [
        Anchor(on, root_id, *found)
        for root_id in sorted(roots)
        if (found := history.newest(session, root_id))
    ]


def broken(session: Session, those: Iterable[Anchor]) -> list[Anchor]:
    """The anchors whose rows are not as they were told."""
    return [
        each for each in those if not history.stands_at(session, each.root_id, each.position, each.digest)
    ]
