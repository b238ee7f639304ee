"""meetings.csv beside a plan: the meetings of bodies that dates may count from."""

from pathlib import Path

from config.text_files import read_bytes
from cycle.errors import ImportInvalid, PlanInvalid, Problem
from cycle.plan.meeting_files import read_meetings
from cycle.plan.meetings import MeetingDay


def read_meetings_file(path: Path) -> tuple[dict[str, list[MeetingDay]], list[Problem]]:
    """The meetings by body, in order of date, and every fault. A file that is not there has none."""
    if not path.exists():
        return {}, []
    try:
        days = read_meetings(read_bytes(path, path.name))
    except (ImportInvalid, PlanInvalid) as error:
        return {}, [Problem(_line(path.name, each.where), each.what, each.cure) for each in error.problems]
    by_body: dict[str, list[MeetingDay]] = {}
    for day in days:
        by_body.setdefault(day.body, []).append(day)
    return by_body, []


def _line(name: str, where: str) -> str:
    number = where.removeprefix("række ")
    return f"{name}:{number if number.isdigit() else 1}"
