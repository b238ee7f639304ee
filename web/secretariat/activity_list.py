"""An activity's list as an address or a form asks for it, and everything in it as one selection."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cycle.tasks.listing import FILTERS, Wish
from web.plain import readable

LAST = 10_000
"""No list has so many pages."""


@dataclass(frozen=True)
class Narrowed:
    """What of the list is asked for, which page of it, and whether `whole` on one."""

    wish: Wish
    page: int = 1
    whole: bool = False

    @classmethod
    def by(cls, given: Mapping[str, Any]) -> "Narrowed":
        """As the fields of an address or a form have it; what is none is taken as not said."""
        said = {name: readable(given.get(name)) for name in (*wish_fields(Wish()), "side", "vis")}
        state = said["tilstand"] if said["tilstand"] in FILTERS else ""
        wish = Wish(state, said["omraade"], said["distrikt"], said["art"], said["soeg"])
        page = int(said["side"]) if re.fullmatch(r"[1-9]\d{0,4}", said["side"], re.ASCII) else 1
        return cls(wish, min(page, LAST), said["vis"] == "alle")

    def fields(self) -> dict[str, str]:
        """The same as fields of a form; without those that say nothing."""
        paged = {"side": str(self.page), "vis": "alle" if self.whole else ""}
        return {name: value for name, value in {**wish_fields(self.wish), **paged}.items() if value}


@dataclass(frozen=True)
class Selection:
    """Everything in a narrowed list that can be acted on, as it was seen: how many, and a digest of which."""

    count: int
    digest: str

    @classmethod
    def of(cls, task_ids: Sequence[int]) -> "Selection":
        """These tasks."""
        return cls(len(task_ids), hashlib.sha256(",".join(map(str, task_ids)).encode()).hexdigest()[:12])

    @classmethod
    def read(cls, text: str) -> "Selection | None":
        """As `str` writes it; None for anything else."""
        found = re.fullmatch(r"(\d{1,9})\.([0-9a-f]{12})", text, re.ASCII)
        return cls(int(found[1]), found[2]) if found else None

    def __str__(self) -> str:
        return f"{self.count}.{self.digest}"


def wish_fields(wish: Wish) -> dict[str, str]:
    """The wish by the names that addresses and forms have for it."""
    return {
        "tilstand": wish.state,
        "omraade": wish.area,
        "distrikt": wish.district,
        "art": wish.kind,
        "soeg": wish.text,
    }
