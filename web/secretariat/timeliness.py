"""How many answers came on time, across years and places: the page, and the same as files.

GET /rettidighed?fra=2025&til=2027&aktivitet=…&omraade=…&distrikt=…&art=…&niveau=distrikt&side=2
GET /rettidighed.xlsx, /rettidighed.csv    the same narrowing; a row for each place and activity
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.access.rules import Thing, Verb, allowed, visible_paths
from cycle.access.sessions import SignedIn
from cycle.danish import format_decimal
from cycle.errors import NotAllowed
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.counted_years import Choice, Counted, counted_for
from cycle.tasks.numbers import Numbers
from cycle.tasks.statistics import Level, Place, Question, Row, count, places, total
from cycle.tasks.tables import Occurrence
from cycle.tasks.titles import occurrence_title
from documents.tables import marked, to_csv
from web import context, render
from web.faults import Refused
from web.filter_faults import FILTER
from web.plain import readable
from web.secretariat import timeliness_table
from web.secretariat.pages import csv_download, show, xlsx_download
from web.secretariat.reach import activity_of, roots_for
from web.secretariat.timeliness_list import listed
from web.session import CurrentActor

router = APIRouter()

LEVELS: Mapping[str, Level] = {
    "kommune": Level.MUNICIPALITY,
    "omraade": Level.AREA,
    "distrikt": Level.DISTRICT,
    "art": Level.KIND,
    "enhed": Level.UNIT,
}
A_YEAR = re.compile(r"[12]\d{3}", re.ASCII)
WORD_OF = {level: word for word, level in LEVELS.items()}


@dataclass(frozen=True)
class Wish:
    """What is asked for; empty means everything. `first` and `last` are years, inclusive."""

    first: int
    last: int
    level: Level
    place: Place
    activity: str = ""
    page: int = 1

    def address(self, path: str = "/rettidighed", **changes: str | int) -> str:
        """The page's address with the wish, changed in some places; empty values are left out."""
        asked = {
            "fra": self.first,
            "til": self.last,
            "aktivitet": self.activity,
            "omraade": self.place.area,
            "distrikt": self.place.district,
            "art": self.place.kind,
            "niveau": WORD_OF[self.level],
            **changes,
        }
        return f"{path}?{urlencode({name: value for name, value in asked.items() if value})}"


@dataclass(frozen=True)
class Line:
    """One activity's numbers in the places asked for; `href` is its list of them, if it may be seen."""

    title: str
    counted: Counted
    numbers: Numbers
    href: str


@router.get("/rettidighed")
def page(request: Request, actor: CurrentActor) -> Response:
    """The numbers by place and by activity, with what each of them means."""
    with context.reading(request) as session:
        roots, everything = _choice(session, actor, Verb.SEE_UNIT)
        wish = _wish(request, everything)
        chosen = everything.between(wish.first, wish.last, wish.activity)
        question = _question(session, request, roots, chosen, wish, None)
        found = listed(session, question, chosen, wish.page)
        return show(
            request,
            "timeliness.html",
            wish=wish,
            level=WORD_OF[wish.level],
            years=everything.years,
            activities=_activities(everything, render.language_of(request)),
            choices=_choices(session, everything, wish),
            rows=found.rows,
            lines=_lines(found.by_activity, chosen, actor, wish, render.language_of(request)),
            sum=total(found.by_activity),
            page=found.page,
            pages=found.pages,
            files=_may(actor, Verb.EXPORT),
            **_words(render.language_of(request)),
        )


@router.get("/rettidighed.xlsx")
def workbook(request: Request, actor: CurrentActor) -> Response:
    """The numbers as a workbook."""
    from documents.workbook import to_xlsx  # openpyxl is loaded when a workbook is asked for

    return xlsx_download(to_xlsx(_table(request, actor)), "rettidighed.xlsx")


@router.get("/rettidighed.csv")
def csv(request: Request, actor: CurrentActor) -> Response:
    """The numbers as CSV."""
    return csv_download(to_csv(_table(request, actor)), "rettidighed.csv")


def _table(request: Request, actor: SignedIn) -> Any:
    with context.reading(request) as session:
        roots, everything = _choice(session, actor, Verb.EXPORT)
        wish = _wish(request, everything)
        chosen = everything.between(wish.first, wish.last, wish.activity)
        by_year = wish.level is Level.UNIT
        periods = {each.occurrence.id or 0: each.year for each in chosen.activities} if by_year else None
        rows = count(session, chosen.parts(), _question(session, request, roots, chosen, wish, periods))
        zone, language = context.settings(request).zone, render.language_of(request)
        table = timeliness_table.table(rows, chosen, by_year=by_year, zone=zone, language=language)
    mark = render.file_mark(request)
    return marked(table, mark) if mark else table


def _choice(session: Session, actor: SignedIn, verb: Verb) -> tuple[Sequence[str], Choice]:
    """What the account may have counted. Raises NotAllowed for one that sees no unit's answers anywhere."""
    roots = roots_for(actor, Verb.SEE_WHEEL)
    if not _may(actor, verb):
        raise NotAllowed(verb.value, "")
    return roots, counted_for(session, actor.grants, roots, verb=verb)


def _each_alone(chosen: Choice) -> dict[int, int]:
    return {each.occurrence.id or 0: each.occurrence.id or 0 for each in chosen.activities}


def _question(
    session: Session,
    request: Request,
    roots: Sequence[str],
    chosen: Choice,
    wish: Wish,
    periods: Mapping[int, int] | None,
) -> Question:
    """`periods` None: each activity by itself."""
    calendar, now = calendar_of_root(session, roots[0]), context.now(request)
    return Question(
        level=wish.level,
        today=calendar.local_date(now),
        zone=calendar.zone,
        years=chosen.answered_in(now),
        place=wish.place,
        periods=_each_alone(chosen) if periods is None else periods,
    )


def _wish(request: Request, everything: Choice) -> Wish:
    """What the address asks for; years there is nothing of are not asked for. Raises Refused for no year."""
    asked = request.query_params
    years = everything.years or [context.now(request).year]
    last = _year(asked.get("til", ""), years, _newest(everything, context.now(request).year))
    first = _year(asked.get("fra", ""), years, last)
    words = (readable(asked.get(name, "")) for name in ("omraade", "distrikt", "art"))
    page = asked.get("side", "1")
    return Wish(
        first=min(first, last),
        last=max(first, last),
        level=LEVELS.get(asked.get("niveau", ""), Level.AREA),
        place=Place(*words),
        activity=readable(asked.get("aktivitet", "")),
        page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 else 1,
    )


def _newest(everything: Choice, this_year: int) -> int:
    """This year when something of it has opened, else the newest of which something has."""
    years = everything.years or [this_year]
    return this_year if this_year in years else years[-1]


def _year(asked: str, years: Sequence[int], otherwise: int) -> int:
    if asked and not A_YEAR.fullmatch(asked):
        raise Refused(FILTER)
    return next((year for year in years if str(year) == asked), otherwise)


def _may(actor: SignedIn, verb: Verb) -> bool:
    """Whether the account may do this to the answers of any unit, if only to what is released."""
    return any(visible_paths(actor.grants, verb, thing) for thing in Thing)


def _choices(session: Session, everything: Choice, wish: Wish) -> dict[str, list[str]]:
    """What the page can be narrowed to: the places of the units whose answers the account may see."""
    found = places(session, {path for paths in everything.paths for path in paths})
    here = [place for place in found if wish.place.area in ("", place.area)]
    return {
        "areas": sorted({place.area for place in found} - {""}),
        "districts": sorted({place.district for place in here} - {""}),
        "kinds": sorted({place.kind for place in found} - {""}),
    }


def _activities(everything: Choice, language: str) -> dict[str, str]:
    """The plans' activities by id, called as they are called in the newest year."""
    occurrences = (each.occurrence for each in everything.activities)
    return {each.activity_id: occurrence_title(each, language) for each in occurrences}


def _words(language: str) -> dict[str, Any]:
    """What the numbers are called, what they mean, and which lists show them."""
    place = 1 if language == "en" else 0

    def percent(share: float | None) -> str:
        if share is None:
            return "–"
        number = format_decimal(Decimal(str(round(share * 100, 1))), 1, language)
        return f"{number}%" if place else f"{number} %"

    return {
        "number_names": {key: words[place] for key, words in timeliness_table.NUMBERS.items()},
        "short_names": {key: words[place] for key, words in timeliness_table.SHORT.items()},
        "meanings": timeliness_table.MEANINGS,
        "share_name": timeliness_table.SHARE[place],
        "share_means": timeliness_table.SHARE_MEANS,
        "of_list": timeliness_table.FILTER_OF,
        "percent": percent,
    }


def _lines(rows: Sequence[Row], chosen: Choice, actor: SignedIn, wish: Wish, language: str) -> list[Line]:
    """The activities in the order of their deadlines; those in which nobody here was asked are left out."""
    numbers: dict[int, Numbers] = {}
    for row in rows:
        numbers[row.period] = numbers.get(row.period, Numbers()) + row.numbers
    return [
        Line(
            occurrence_title(each.occurrence, language),
            each,
            numbers[id_],
            _list_of(each.occurrence, actor, wish),
        )
        for each in chosen.activities
        if (id_ := each.occurrence.id or 0) in numbers
    ]


def _list_of(occurrence: Occurrence, actor: SignedIn, wish: Wish) -> str:
    """The address of the activity's list, narrowed to the places asked for; empty when it may not be seen."""
    thing = Thing.CONFIDENTIAL if activity_of(occurrence).confidential else Thing.ORDINARY
    if not allowed(actor.grants, Verb.SEE_ACTIVITY, thing, f"/{occurrence.root_id}/"):
        return ""
    asked = {
        "omraade": wish.place.area,
        "distrikt": wish.place.district,
        "art": wish.place.kind,
        "vis": "alle",
    }
    return f"/aktivitet/{occurrence.id}?{urlencode({name: value for name, value in asked.items() if value})}"
