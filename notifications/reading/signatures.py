"""What a mail ends with: the farewell, the name and its card. Only what is nothing else is one."""

import re
from collections.abc import Sequence

from notifications.reading.card_notices import is_card_notice

_FAREWELL = re.compile(
    r"(?:med )?(?:(?:de )?(?:venlig|bedste|kærlig|mange|god|gode|hjertelig|vennlig)\w{0,4} )?"
    r"(?:hilsener|hilsner|hilsen)\b|"
    r"(?:de )?(?:bedste|kærligste|varmeste) (?:hilsener|hilsner|hilsen)\b|mvh\b|m\.v\.h\b|v\.?h\b|dbh\b|"
    r"kh\b|med vänliga hälsningar|vänligen\b|(?:kind |best |warm |many )?regards\b|"
    r"sincerely(?: yours)?\b|cheers\b|best wishes\b|mit freundlichen grüßen|viele grüße|(?:de )?venligste?\b",
    re.IGNORECASE,
)
_WISHED = r"(?:rigtig |fortsat )?(?:god|dejlig) (?:dag|aften|weekend|ferie|sommer|påske|jul|uge)\b"
_GOOD_WISH = re.compile(
    rf"(?:{_WISHED}|(?:ha['’]?|hav) (?:en )?{_WISHED}|på forhånd (?:mange )?tak)"
    r"(?:,? (?:til|alle|allesammen|jer|dig|og|når|den|kommer|derude|i|hjælpen|for)\b){0,5}\W{0,4}",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"(?:de bedste |mange |kærlig |venlig )?(?:hilsner|hilsener|hilsen) fra (.{1,60})", re.IGNORECASE
)
_US_LIST = "os alle jer personalet børnene ledelsen kontoret klubben skolen huset"
_US = frozenset(_US_LIST.split())
_CONTACT = re.compile(
    r"\b(?:tlf|telefon|tel|mob|mobil|direkte|phone|dir|t|m|e|mail|e-?mail|web|www|"
    r"(?:ean|cvr|p|gln|lokations)(?:[ -]?(?:nummer|nr))?|ean|cvr)\b\.?\s?[:.]?\s{0,3}"
    r"(?:\+?\d|www\.|http|\S{1,100}@)|^\W{0,3}(?:\+45\s?)?(?:\d{2}\s?){4}\W{0,3}$|"
    r"^(?:følg|besøg|find) os på\b.{0,50}$|^\W{0,3}\+?\d[\d /()-]{6,18}\W{0,3}$|^\W{0,3}(?:www\.|https?://)\S{1,100}$|^\W{0,3}[^\s@]{1,64}@\S{1,100}$|"
    r"^(?:\W{0,3}|[^,]{2,40},\s{0,3})(?:dk-)?\d{4}\s{1,3}(?-i:[A-ZÆØÅ])[\w-]{1,30}(?:\s(?-i:[A-ZÆØÅ]{1,2}))?\W{0,3}$",
    re.IGNORECASE,
)
_PAGE = re.compile(r"\W{0,3}(?:www\.|https?://)\S{1,200}")
_STREET = re.compile(
    r"(?:gade|vej|allé|alle|plads|torv|stræde|boulevard|vænge|park|bakke|have|toft)\s?\d", re.IGNORECASE
)
_OFFICE = re.compile(
    r"(?:leder|chef|konsulent|medarbejder|sekretær|koordinator|direktør|lærer|pædagog|assistent|ansvarlig|"
    r"fuldmægtig|formand|rektor|inspektør|vejleder|skolen?|institution(?:en)?|afdeling(?:en)?|område(?:t)?|"
    r"forvaltning(?:en)?|kommune|cent(?:er|ret)|haven?|huset?|gården|vuggestuen?|klub(?:ben)?|sfo|"
    r"indskolingen|mellemtrinnet|udskolingen|team|økonomi|administration(?:en)?|sekretariat(?:et)?|distrikt|"
    r"dagtilbud(?:det)?|stab|manager|head|director|teacher|school|department|office)$",
    re.IGNORECASE,
)
_JOINS_LIST = "og i for af på ved & den det under samt von de der | / of the and at - – •"
_JOINS = frozenset(_JOINS_LIST.split())
_TITLES_LIST = "pædagogisk daglig administrativ faglig økonomisk konstitueret teknisk souschef"
_TITLES = frozenset(_TITLES_LIST.split())
_SAYS_LIST = """
vi jeg har er ikke kan skal vil bliver blev får fik mangler var men at intet ingen ingenting grøn
gul rød mio kr ok ja nej også dog svar svaret bemærkninger ps"""
_SAYS = frozenset(_SAYS_LIST.split())
"""Words that no card has: with one of them a line says something."""
_ANSWERS = re.compile(r"\s*(?:\W{0,3}\d{1,3}\s?[.):]|[*•–-]\s|p\.?\s?s\b)", re.IGNORECASE)
"""How answers, points of a list and postscripts begin."""

SIGNATURE_MARK = "-- "
"""What mail programs write above a signature (RFC 3676, 4.3), with the blank that no person types."""

_DEGREE = re.compile(
    r",?\s*\b(?:(?:cand|mag|lic|dr|stud|exam|diplom)\.\s?[a-zæøå]{2,12}(?:\.[a-zæøå]{2,12})?\b\.?|"
    r"ph\.?\s?d\b\.?|mba\b|mpa\b|mpg\b)",
    re.IGNORECASE,
)
"""Degrees behind a name or on a line of their own: "cand.pæd.", "ph.d."."""

_IN_BRACKETS = re.compile(r"\(([^\W\d_][\w.-]{1,20}(?: [A-ZÆØÅ][\w.-]{1,20})?)\)$")
"""What a name is followed by: "(souschef)"."""

_DASHES = frozenset(("--", "- -", "—", "—-"))
_RULE = re.compile(r"_{15,200}")
LONGEST = 70
MOST_LINES = 12
MOST_WORDS = 6
MOST_NAMES = 5


def ends_a_mail(line: str) -> bool:
    """Whether the line is a farewell, with or without a name, or the sign programs put above a card."""
    return is_separator(line) or farewell_name(line) is not None


def is_separator(line: str) -> bool:
    """ "-- " or a rule of underscores."""
    return line.strip() in _DASHES or _RULE.fullmatch(line.strip()) is not None


def farewell_name(line: str) -> str | None:
    """The name behind a farewell, empty when none stands there; None for a line that is no farewell."""
    words = line.strip()
    if len(words) > LONGEST:
        return None
    if words.startswith("/"):  # "/Ane", as many sign
        return words.lstrip("/ ") if is_name(words) else None
    found = _FAREWELL.match(words)
    if found is None:
        return None
    behind = _IN_BRACKETS.sub("", words[found.end() :]).strip(" ,.!:;/–-")
    again = _FAREWELL.match(behind)  # in a second language: "Venlig hilsen / Kind regards"
    behind = behind[again.end() :].strip(" ,.!:;/–-") if again else behind
    return behind if not behind or is_name(behind) else None


def is_good_wish(line: str) -> bool:
    """ "God weekend", "Hilsen fra os alle": a farewell where only a card stands below it."""
    words = line.strip()
    if len(words) > LONGEST:
        return False
    sender = _FROM.fullmatch(words)
    if sender is None:
        return _GOOD_WISH.fullmatch(words) is not None
    named = sender[1].strip(" .!").split()
    return not _says_something(named) and all(w in _US or _is_of_name_or_title(w) for w in named)


def is_name(text: str) -> bool:
    """Whether there are only words as names have."""
    words = [word for word in re.split(r"[\s,/*_]+", _without_degrees(text).strip(" .!-–/,")) if word]
    return (
        0 < len(words) <= MOST_NAMES
        and not _says_something(words)
        and all(word[0].isupper() or word in _JOINS for word in words)
        and not any(sign.isdigit() for sign in text)
    )


def is_contact(line: str) -> bool:
    """A telephone, an address, a page."""
    if _PAGE.fullmatch(line.strip()) or is_card_notice(line):
        return True
    return len(line) <= LONGEST and _CONTACT.search(line) is not None and not _says_something(line.split())


def stands_below_mark(lines: Sequence[str], mark: str) -> bool:
    """Whether there is only a signature below a separator; below the mark of mail programs any few words
    that say nothing are one."""
    filled = [line.strip() for line in lines if line.strip()]
    if is_card(lines):
        return True
    if len(filled) > MOST_LINES or any(_is_text(line.strip("*_ "), line.split()) for line in filled):
        return False
    footer = is_contact(filled[-1]) and _RULE.fullmatch(mark) is not None
    return footer or mark == SIGNATURE_MARK or (len(filled) == 1 and len(filled[0].split()) <= 2)


def is_card(lines: Sequence[str]) -> bool:
    """Whether there are only such lines as stand below a farewell: name, title, place, numbers.

    The first paragraph is a name's; each other one must hold a place, a title or a number. Short lines of
    other words are the card's only above a telephone or an address in the same paragraph.
    """
    if sum(1 for line in lines if line.strip()) > MOST_LINES:
        return False
    given = paragraphs(lines)
    return all(_is_of_card(paragraph) for paragraph in given) and all(
        any(map(_is_official, paragraph)) for paragraph in given[1:]
    )


def card_length(lines: Sequence[str]) -> int:
    """How many lines the name and card at the top have, with text below them; 0 when text begins at once."""
    (first, *_) = [*paragraphs(lines), []]
    if not first or not is_name(first[0]):
        return 0
    most = next((n for n, line in enumerate(first[:MOST_LINES]) if not is_strict(line)), len(first))
    ends = (n for n in range(min(len(first), MOST_LINES), 0, -1) if is_contact(first[n - 1]))
    with_contact = next((n for n in ends if _is_of_card(first[:n])), 0)
    length = max(most, with_contact)
    begins = next(n for n, line in enumerate(lines) if line.strip())
    return begins + (length if length < len(first) else length + _card_below(lines[begins + length :]))


def _card_below(lines: Sequence[str]) -> int:
    """How many lines the further paragraphs of a card have: place, title, numbers and nothing else."""
    length = start = 0
    while start < len(lines):
        if not lines[start].strip():
            start += 1
            continue
        end = next((n for n in range(start, len(lines)) if not lines[n].strip()), len(lines))
        paragraph = [line.strip() for line in lines[start:end]]
        if not (all(map(is_strict, paragraph)) and any(map(_is_official, paragraph))):
            break
        length = start = end
    return length


def signature_start(lines: Sequence[str]) -> int:
    """Where a block of name, title and telephone begins at the end that no farewell stands before."""
    first = max(1, len(lines) - 2 * MOST_LINES)
    for index in range(first, len(lines)):
        block = lines[index:]
        if lines[index - 1].strip() or not lines[index].strip() or not is_name(lines[index]):
            continue
        several = len(lines[index].split()) > 1 and sum(1 for line in block if line.strip()) > 1
        if several and is_card(block) and any(map(is_contact, block)):
            return index
    return len(lines)


def is_strict(line: str) -> bool:
    """A line that is a card's by its own words."""
    line = _without_degrees(line)
    words = [word for word in re.split(r"[\s,()*_]+", line.strip()) if word]
    if _is_text(line, words):
        return False
    if is_contact(line) or _STREET.search(line):
        return True
    return not any(sign.isdigit() for sign in line) and all(map(_is_of_name_or_title, words))


def paragraphs(lines: Sequence[str]) -> list[list[str]]:
    """The filled lines, those together that no empty one parts."""
    found: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            found[-1].append(line.strip())
        elif found[-1]:
            found.append([])
    return [each for each in found if each]


def _is_of_card(paragraph: Sequence[str]) -> bool:
    last = max((n for n, line in enumerate(paragraph) if is_contact(line)), default=-1)
    loose = paragraph[:last] if is_name(paragraph[0]) else []
    return all(not _is_text(line, line.split()) for line in loose) and all(
        map(is_strict, paragraph[len(loose) :])
    )


def _is_text(line: str, words: Sequence[str]) -> bool:
    """Whether the line is an answer or a sentence, whatever stands around it."""
    line = _without_degrees(line)
    if is_card_notice(line):
        return False
    if _says_something(words) or _ANSWERS.match(line):
        return True
    if is_contact(line):
        return False
    if len(line) > LONGEST:
        return True
    return ":" in line or line.endswith((".", "?", "!")) or len(words) > MOST_WORDS


def _without_degrees(line: str) -> str:
    """The line without degrees behind a name; empty when it has nothing else."""
    return (
        _DEGREE.sub("", line[:LONGEST]).strip() + line[LONGEST:] if _DEGREE.search(line[:LONGEST]) else line
    )


def _says_something(words: Sequence[str]) -> bool:
    return any(word.casefold().strip(".,:;!?") in _SAYS for word in words)


def _is_official(line: str) -> bool:
    """A title, a degree, an organisation or a way to reach somebody."""
    if not _without_degrees(line):
        return True
    return is_contact(line) or bool(_STREET.search(line)) or any(map(_is_office, line.split()))


def _is_office(word: str) -> bool:
    return len(word) <= LONGEST and _OFFICE.search(word.strip(",.")) is not None


def _is_of_name_or_title(word: str) -> bool:
    return word[0].isupper() or word.casefold() in _JOINS | _TITLES or _is_office(word)
