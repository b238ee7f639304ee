"""Numbers, amounts, dates and times as Danes write and read them; English beside.

Parsing takes what leaders paste from mails and spreadsheets: thousands dots, decimal comma, `1,5 mio.`,
`12 %`, the typographic minus and no-break spaces. Errors are Danish sentences for the person who typed.
"""

import errno
import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")

# fmt: off
MONTHS = (
    "januar", "februar", "marts", "april", "maj", "juni",
    "juli", "august", "september", "oktober", "november", "december",
)
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)
# fmt: on
WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

FILE_FAULTS = {
    errno.ENOENT: ("den findes ikke", "it does not exist"),
    errno.EISDIR: ("det er en mappe", "it is a folder"),
    errno.ENOTDIR: ("en del af stien er ikke en mappe", "a part of the path is not a folder"),
    errno.EEXIST: ("der ligger en fil med det navn", "there is a file of that name"),
    errno.EACCES: ("der er ikke adgang", "access is denied"),
    errno.EPERM: ("der er ikke adgang", "access is denied"),
    errno.EROFS: ("drevet er skrivebeskyttet", "the drive is read-only"),
    errno.ENOSPC: ("disken er fuld", "the disk is full"),
    errno.ENAMETOOLONG: ("navnet er for langt", "the name is too long"),
}
"""What stands in the way of a file or folder, by the system's number of the fault."""

LONGEST_NUMBER = 60
SCALES = {
    "tusind": 1_000,
    "tusinde": 1_000,
    "t": 1_000,
    "mio": 1_000_000,
    "million": 1_000_000,
    "millioner": 1_000_000,
    "mia": 1_000_000_000,
    "milliard": 1_000_000_000,
    "milliarder": 1_000_000_000,
}
_SWAPPED = str.maketrans(",.", ".,")
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_MINUS = re.compile(r"[\u2212\u2012\u2013\u2014\ufe63\uff0d]")
_NUMBER = re.compile(
    r"(?:kr\.?|dkk)? ?"
    r"(?P<sign>[+-]?) ?(?P<digits>[0-9][0-9., ]*?)(?:,-|,—)?"
    r"(?: ?(?P<scale>tusinde?|t\.?(?= ?kr)|millioner|million|mio\.?|milliarder|milliard|mia\.?))?"
    r"(?: ?(?:kr\.?|kroner|dkk|%|procent|pct\.?))?",
    re.IGNORECASE,
)
_NUMERIC_DATE = re.compile(r"(\d{1,2})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{4}|\d{2})")
_WORD_DATE = re.compile(r"(?:den )?(\d{1,2})\.? ?([a-zæøå]+)\.?,? (\d{4})")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?: [0-9]{3})+)(?:,[0-9]+)?")
_COMMA = re.compile(r"[0-9]+(?:,[0-9]+)?")
_DOUBTFUL_POINT = re.compile(r"\D*?[0-9]{1,3}\.(?:[0-9]{1,2}|[0-9]{4,})\D*")
_SCALED = re.compile(
    rf"[0-9]\s*(?:t\.? ?kr|tkr|mill|{'|'.join(word for word in SCALES if word != 't')})\b", re.IGNORECASE
)
_POINT = re.compile(r"(?:0|[1-9][0-9]*)\.(?:[0-9]{1,2}|[0-9]{4,})|0\.[0-9]{3}")


def parse_decimal(text: str) -> Decimal:
    """The number a Dane means: "-2.093,8", "1,5 mio.", "14,5 mio. kr.", "12 %", "1 250 000".

    A dot before exactly three digits separates thousands ("1.234" is 1234); any other single dot is a
    decimal point ("12.5"). A percent sign or "kr." is read over, a scale multiplies. Raises ValueError
    with a Danish sentence; English grouping ("1,250.50") is refused rather than guessed.
    """
    plain = _MINUS.sub("-", _SPACES.sub(" ", text)).strip()
    if not plain:
        raise ValueError("Der mangler et tal.")
    match = _NUMBER.fullmatch(plain) if len(plain) <= LONGEST_NUMBER else None
    digits = _canonical_digits(match["digits"].strip()) if match else None
    if match is None or digits is None:
        shown = plain if len(plain) <= LONGEST_NUMBER else plain[:LONGEST_NUMBER] + "…"
        raise ValueError(f"»{shown}« kan ikke læses som et tal. Skriv fx 1.250,50 eller 1,5 mio.")
    scale = SCALES[match["scale"].rstrip(".").lower()] if match["scale"] else 1
    value = Decimal(digits) * scale
    return -value if match["sign"] == "-" else value


def _canonical_digits(digits: str) -> str | None:
    if _GROUPED.fullmatch(digits) or _COMMA.fullmatch(digits):
        return digits.replace(".", "").replace(" ", "").replace(",", ".")
    return digits if _POINT.fullmatch(digits) else None


def has_doubtful_point(text: str) -> bool:
    """Whether the only point of an amount may stand for thousands or for decimals: "1.5", "12.50", "1.2345".

    Three digits behind it are thousands, a scale ("1.5 mio.") makes it a decimal point, and so do four digits
    before it.
    """
    return bool(_DOUBTFUL_POINT.fullmatch(text)) and not _SCALED.search(text)


def parse_date(text: str) -> date | None:
    """The date written as 20. april 2027, 20.4.2027, 20-04-2027, 20/4/27 or 2027-04-20; None for no date."""
    plain = " ".join(text.lower().split())
    try:
        if match := _NUMERIC_DATE.fullmatch(plain):
            day, month, year = (int(part) for part in match.groups())
            return date(year + 2000 if year < 100 else year, month, day)
        if match := _WORD_DATE.fullmatch(plain):
            return date(int(match[3]), _month_number(match[2]), int(match[1]))
        return date.fromisoformat(plain) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", plain) else None
    except ValueError:
        return None


def _month_number(word: str) -> int:
    """The month's number: its name, or its first letters (at least three). Raises ValueError."""
    for names in (MONTHS, MONTHS_EN):
        for number, name in enumerate(names, 1):
            if name.lower() == word or (len(word) >= 3 and name.lower().startswith(word)):
                return number
    raise ValueError(word)


def format_decimal(value: Decimal, places: int | None = None, language: str = "da") -> str:
    """ "1.250,5" (English "1,250.5"), with as many decimals as needed, or rounded to `places`."""
    shown = f"{value:,.{places}f}" if places is not None else f"{value:,f}"
    if places is None and "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    if not shown.strip("-0.,"):
        shown = shown.lstrip("-")  # no minus zero
    return shown if language == "en" else shown.translate(_SWAPPED)


def format_count(value: int, language: str = "da") -> str:
    """ "20.000" (English "20,000")."""
    return format_decimal(Decimal(value), language=language)


def format_amount(value: Decimal, language: str = "da") -> str:
    """ "1.250.000 kr." (English "DKK 1,250,000"); øre are shown only when there are any."""
    places = 0 if value == value.to_integral_value() else 2
    number = format_decimal(value, places, language)
    return f"DKK {number}" if language == "en" else f"{number} kr."


def format_date(d: date, language: str = "da") -> str:
    """ "20. april 2027" (English "20 April 2027")."""
    point = "" if language == "en" else "."
    return f"{d.day}{point} {month_name(d.month, language)} {d.year}"


def format_weekday_date(d: date, language: str = "da") -> str:
    """ "tirsdag den 20. april 2027" (English "Tuesday 20 April 2027")."""
    joint = " " if language == "en" else " den "
    return weekday_name(d, language) + joint + format_date(d, language)


def format_near(d: date, today: date, language: str = "da") -> str:
    """A date as one says it on the local date `today`: "i dag", "i morgen", "på fredag", "for 3 dage siden".

    More than six days ahead it is the date with its weekday; a weekday alone could be either week's.
    """
    days, english = (d - today).days, language == "en"
    if days > 6:
        return format_weekday_date(d, language)
    if days > 1:
        return f"{'on' if english else 'på'} {weekday_name(d, language)}"
    if days < -1:
        return f"{-days} days ago" if english else f"for {-days} dage siden"
    return (("i går", "yesterday"), ("i dag", "today"), ("i morgen", "tomorrow"))[days + 1][english]


def format_datetime(at: datetime, language: str = "da", zone: ZoneInfo = COPENHAGEN) -> str:
    """An instant in local time: "20. april 2027 kl. 14.30" (English "20 April 2027 at 14:30")."""
    if at.tzinfo is None:
        raise ValueError(f"naive time {at.isoformat()}: an instant must be aware")
    local = at.astimezone(zone)
    if language == "en":
        return f"{format_date(local, language)} at {local:%H:%M}"
    return f"{format_date(local)} kl. {local:%H.%M}"


def format_period(starts: datetime, ends: datetime, language: str = "da", zone: ZoneInfo = COPENHAGEN) -> str:
    """From one instant to another in local time: "tirsdag den 20. april 2027 kl. 09.00–15.30".

    Both days are named when it is more than one. Raises ValueError for a naive time.
    """
    if starts.tzinfo is None or ends.tzinfo is None:
        raise ValueError(f"naive time {starts.isoformat()}–{ends.isoformat()}: an instant must be aware")
    first, last = starts.astimezone(zone), ends.astimezone(zone)
    clock, at = ("%H:%M", ",") if language == "en" else ("%H.%M", " kl.")
    begins = f"{format_weekday_date(first, language)}{at} {first:{clock}}"
    if first.date() == last.date():
        return f"{begins}–{last:{clock}}"
    return f"{begins} – {format_weekday_date(last, language)}{at} {last:{clock}}"


def month_name(month: int, language: str = "da") -> str:
    """ "april" or "April" for 4."""
    return (MONTHS_EN if language == "en" else MONTHS)[month - 1]


def weekday_name(d: date, language: str = "da") -> str:
    """ "tirsdag" or "Tuesday"."""
    return (WEEKDAYS_EN if language == "en" else WEEKDAYS)[d.weekday()]


def file_fault(error: OSError | UnicodeDecodeError, language: str = "da") -> str:
    """Why a file or folder cannot be used: "den findes ikke"; the system's own words for what is rare."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not saved as UTF-8" if language == "en" else "den er ikke gemt som UTF-8"
    words = FILE_FAULTS.get(error.errno or 0)
    return words[language == "en"] if words else str(error.strerror or error)
