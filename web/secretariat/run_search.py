"""Which runs somebody wants to see, read from the page's address."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from cycle.danish import parse_date
from cycle.plan.model import FlowName
from cycle.runs.reading import RunSearch
from cycle.runs.tables import RunState
from web.faults import Refused
from web.filter_faults import FILTER
from web.secretariat.words import SERVICES

FLOWS = (*SERVICES, *(flow.value for flow in FlowName))


@dataclass(frozen=True)
class Asked:
    """The page's filters; empty or 0 is no filter. `side` is the page's number, from 1."""

    search: RunSearch
    flow: str
    state: RunState | None
    activity: int
    day: date | None
    side: int

    @property
    def shows_failed(self) -> bool:
        """Whether failed runs from long ago belong on the page as well."""
        return self.state in (None, RunState.FAILED) and not self.activity and self.day is None

    @property
    def is_filtered(self) -> bool:
        """Whether anything but everything is asked for."""
        return bool(self.flow or self.state or self.activity or self.day)

    def address(self, path: str = "/koersler", *, state: str | None = None, side: int = 1) -> str:
        """The same page with another state or of another number, or the same filters elsewhere."""
        fields = {
            "flow": self.flow,
            "tilstand": (self.state.value if self.state else "") if state is None else state,
            "aktivitet": str(self.activity or ""),
            "dag": self.day.isoformat() if self.day else "",
            "side": str(side) if side > 1 else "",
        }
        query = urlencode({name: value for name, value in fields.items() if value})
        return f"{path}?{query}" if query else path


def asked(zone: ZoneInfo, flow: str, state: str, activity: int, day: str, side: int) -> Asked:
    """The filters as typed; an unknown flow or state is none. Raises Refused for a day that is none."""
    wanted = flow if flow in FLOWS else ""
    known = RunState(state) if state in list(RunState) else None
    on = _day(day)
    since = datetime.combine(on, time(), zone).astimezone(UTC) if on else None
    until = datetime.combine(on + timedelta(days=1), time(), zone).astimezone(UTC) if on else None
    search = RunSearch(wanted or None, known, activity or None, since, until)
    return Asked(search, wanted, known, activity, on, side)


def _day(text: str) -> date | None:
    """The day asked for. Raises Refused for what is none, lest everything be shown in its place."""
    if not text.strip():
        return None
    found = parse_date(text)
    if found is None or not date(2000, 1, 1) <= found <= date(2100, 1, 1):
        raise Refused(FILTER)
    return found
