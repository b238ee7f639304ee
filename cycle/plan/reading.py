"""From text to meaning: Danish date phrases and relations, with a suggestion when one cannot be read."""

import re
import unicodedata
from collections.abc import Callable, Iterator

from cycle.danish import MONTHS
from cycle.plan import words
from cycle.plan.model import Confidence, When
from cycle.plan.moments import Day, Moment, MonthPart, Months, NthDay, Part, Range, Single, Week, wrong
from cycle.plan.relations import (
    Anchor,
    MeetingDate,
    NamedDate,
    OwnDate,
    Phrase,
    Point,
    Relation,
    Unit,
)

EXAMPLES = "»20. april«, »ultimo maj«, »uge 39«, »sidste arbejdsdag i april« eller »3 uger efter åbningen«"
LONGEST_PHRASE = 200
_DAYS_IN = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_YEAR = r"(?: (?P<year>[12][0-9]{3}))?"
_MONTH = rf"(?P<month>{words.MONTH_PATTERN})"
_ORDINAL = r"(?P<nth>[0-9]{1,2}\.|" + "|".join(words.ORDINALS) + ")"


def parse(text: str, where: str = "") -> Phrase:
    """The meaning of a date phrase or relation. Raises PlanInvalid (one problem, at `where`) in Danish."""
    plain, doubtful = _plain(text)
    if len(plain) > LONGEST_PHRASE or not plain:
        raise wrong("Datoen mangler eller er for lang.", f"Skriv fx {EXAMPLES}.", where)
    found = _moment(plain) or _relation(plain)
    if found is None:
        raise wrong(f"»{plain}« kan ikke læses som en dato.", _cure(plain), where)
    _check_days(found.anchor if isinstance(found, Relation) else found, where)
    return Phrase(plain, found, doubtful)


def certainty(when: When) -> tuple[Confidence, str]:
    """How sure a date is, and how the source printed it: "1/11 (?)" is uncertain and printed as it stands."""
    text, doubtful = _plain(when.date)
    if not doubtful or when.confidence is not Confidence.CERTAIN:
        return when.confidence, when.printed
    return Confidence.UNCERTAIN, when.printed or text


def parse_moment(text: str) -> Moment | None:
    """A phrase that stands for itself ("medio november-ultimo december"), or None."""
    return _moment(_plain(text)[0])


def _moment(text: str) -> Moment | None:
    single = _single(text)
    if single is not None:
        return single
    for left, right in _splits(text):
        end = _single(right) or _shorthand_end(left, right)
        begin = _single(left) or _shorthand_begin(left, end)
        if begin is not None and end is not None:
            return Range(begin, end)
    return None


def _plain(text: str) -> tuple[str, bool]:
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    if plain.endswith("(?)"):
        return plain.removesuffix("(?)").rstrip(), True
    return plain, False


def _cure(plain: str) -> str:
    corrected = words.corrected(plain)
    if corrected != plain and (_moment(corrected) or _relation(corrected)):
        return f"Mente du »{corrected}«?"
    return f"Skriv fx {EXAMPLES}."


def _check_days(found: Anchor, where: str) -> None:
    parts = (found.begin, found.end) if isinstance(found, Range) else (found,)
    for part in parts:
        day = part.which if isinstance(part, MeetingDate) else part
        if isinstance(day, Day) and day.day > _DAYS_IN[day.month - 1]:
            name = MONTHS[day.month - 1]
            raise wrong(
                f"{name.capitalize()} har kun {_DAYS_IN[day.month - 1]} dage.",
                f"Skriv fx »{_DAYS_IN[day.month - 1]}. {name}« eller »ultimo {name}«.",
                where,
            )


# --- phrases that stand for themselves


def _year(match: re.Match[str]) -> int | None:
    return int(match["year"]) if match["year"] else None


def _month(match: re.Match[str]) -> int:
    return words.MONTH_NUMBERS[match["month"].lower().rstrip(".")]


def _numeric_day(match: re.Match[str]) -> Single | None:
    day, month = int(match["day"]), int(match["m"])
    return Day(day, month, _year(match)) if 1 <= day <= 31 and 1 <= month <= 12 else None


def _named_day(match: re.Match[str]) -> Single | None:
    day = int(match["day"])
    return Day(day, _month(match), _year(match)) if 1 <= day <= 31 else None


def _month_part(match: re.Match[str]) -> Single | None:
    part = Part(match["part"].lower()) if match["part"] else None
    return MonthPart(_month(match), part, _year(match))


def _year_part(match: re.Match[str]) -> Single | None:
    """ "medio 2017": the days around the middle of the year, "ultimo 2016" its last month (seed 002)."""
    first, last = {Part.PRIMO: (1, 1), Part.MEDIO: (6, 7), Part.ULTIMO: (12, 12)}[Part(match["part"].lower())]
    return Months(first, last, int(match["year"]))


def _week(match: re.Match[str]) -> Single | None:
    week = int(match["week"])
    return Week(week, _year(match)) if 1 <= week <= 53 else None


def _months(match: re.Match[str]) -> Single | None:
    nth, size = words.ordinal(match["nth"]), 6 if match["size"].lower() == "halvår" else 3
    if not 1 <= nth <= 12 // size:
        return None
    return Months((nth - 1) * size + 1, nth * size, _year(match))


def _nth_day(match: re.Match[str]) -> Single | None:
    nth = words.ordinal(match["nth"])
    weekday = words.WEEKDAY_NUMBERS.get(match["kind"].lower())
    return NthDay(nth, weekday, _month(match), _year(match)) if nth else None


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Single | None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), make)
    for pattern, make in (
        (r"(?P<year>[12][0-9]{3})-(?P<m>[0-9]{2})-(?P<day>[0-9]{2})", _numeric_day),
        (r"(?P<day>[0-9]{1,2})/(?P<m>[0-9]{1,2})(?:[-/ ](?P<year>[12][0-9]{3}))?", _numeric_day),
        (r"(?P<day>[0-9]{1,2})[.-](?P<m>[0-9]{1,2})[.-](?P<year>[12][0-9]{3})", _numeric_day),
        (rf"(?:den |d\. ?)?(?P<day>[0-9]{{1,2}})\.? ?{_MONTH}{_YEAR}", _named_day),
        (rf"(?:(?P<part>primo|medio|ultimo) )?{_MONTH}{_YEAR}", _month_part),
        (r"(?P<part>primo|medio|ultimo) (?P<year>[12][0-9]{3})", _year_part),
        (r"uge ?(?P<week>[0-9]{1,2})(?:[ /](?P<year>[12][0-9]{3}))?", _week),
        (rf"{_ORDINAL} (?P<size>halvår|kvartal){_YEAR}", _months),
        (rf"{_ORDINAL} (?P<kind>{words.DAY_KINDS}) i {_MONTH}{_YEAR}", _nth_day),
    )
)


def _single(text: str) -> Single | None:
    for pattern, make in _FORMS:
        match = pattern.fullmatch(text)
        if match is not None:
            return make(match)
    return None


def _splits(text: str) -> Iterator[tuple[str, str]]:
    for match in re.finditer(r" ?[-–—] ?| til (?:og med )?", text):
        yield text[: match.start()], text[match.end() :]


def _shorthand_begin(left: str, end: Single | None) -> Single | None:
    """The "15." of "15.-20. april", the "primo" of "primo-medio maj"."""
    match = re.fullmatch(r"([0-9]{1,2})\.?", left)
    if isinstance(end, Day) and match and 1 <= int(match[1]) <= end.day:
        return Day(int(match[1]), end.month, end.year)
    if isinstance(end, MonthPart) and end.part and left.lower() in tuple(Part):
        return MonthPart(end.month, Part(left.lower()), end.year)
    return None


def _shorthand_end(left: str, right: str) -> Single | None:
    """The "43" of "uge 42-43"."""
    match = re.fullmatch(r"([0-9]{1,2})(?:[ /]([12][0-9]{3}))?", right)
    if match and isinstance(_single(left), Week) and 1 <= int(match[1]) <= 53:
        return Week(int(match[1]), int(match[2]) if match[2] else None)
    return None


# --- relations

_DISTANCE = re.compile(
    rf"(?:(?:(?P<count>[0-9]{{1,3}}|[a-zæøåé]+) )?(?P<unit>{'|'.join(words.UNITS)}) )?"
    r"(?P<side>før|efter|before|after) (?P<anchor>.+)",
    re.IGNORECASE,
)
_MEETING = re.compile(
    rf"(?:the )?(?P<point>{'|'.join(words.MEETING_POINTS)}) (?:(?:i|for|of|til) )?(?P<rest>.+)", re.IGNORECASE
)
_NAMED = re.compile(
    rf"(?P<name>[a-zæøå0-9][a-zæøå0-9._-]*)(?: (?P<point>{'|'.join(words.POINTS)}))?", re.IGNORECASE
)


def _relation(text: str) -> Relation | None:
    match = _DISTANCE.fullmatch(text)
    if match is None:
        return _same_day(text)
    unit = words.UNITS[match["unit"].lower()] if match["unit"] else Unit.DAYS
    count = words.cardinal(match["count"]) if match["count"] else 1
    anchor = _anchor(match["anchor"])
    if anchor is None or count is None:
        return None
    return Relation(-count if match["side"].lower() in ("før", "before") else count, unit, anchor)


def _same_day(text: str) -> Relation | None:
    anchor = _anchor(text)
    bare_name = isinstance(anchor, NamedDate) and " " not in text
    return None if anchor is None or bare_name else Relation(0, Unit.DAYS, anchor)


def _anchor(text: str) -> Anchor | None:
    own = words.POINTS.get(text.lower())
    if own is not None:
        return OwnDate(own)
    moment = _moment(text)
    return moment if moment is not None else (_meeting(text) or _named(text))


def _meeting(text: str) -> MeetingDate | None:
    match = _MEETING.fullmatch(text)
    if match is None:
        return None
    parts = match["rest"].split(" ")
    for cut in range(1, len(parts)):
        which = _which(" ".join(parts[cut:]))
        if which is not None:
            return MeetingDate(" ".join(parts[:cut]), which, words.MEETING_POINTS[match["point"].lower()])
    return None


def _which(text: str) -> Day | int | None:
    found = _moment(text)
    if isinstance(found, Day):
        return found
    if text.lower() in ("sidste", "last"):
        return -1
    match = re.fullmatch(r"([1-9][0-9]?)\.?", text)
    return int(match[1]) if match else None


def _named(text: str) -> NamedDate | None:
    match = _NAMED.fullmatch(text)
    if match is None:
        return None
    return NamedDate(
        match["name"].lower(), words.POINTS[match["point"].lower()] if match["point"] else Point.DUE
    )
