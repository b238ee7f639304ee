"""What stands around the words of a mail: warnings, greeting, farewell, signature, disclaimer.

Whatever may be the author's own stays: a cut is a greeting, a name and its card, or a notice, and nothing
else. What stands below a farewell and is none of these is text like that above it.
"""

from collections.abc import Sequence

from notifications.reading.notices import (
    MOST_LINES,
    is_device_line,
    is_disclaimer,
    is_footer,
    is_heading,
    warning_length,
)
from notifications.reading.salutations import without_salutation
from notifications.reading.signatures import (
    card_length,
    ends_a_mail,
    farewell_name,
    is_card,
    is_good_wish,
    is_separator,
    signature_start,
    stands_below_mark,
)

LONGEST_END = 80
"""Lines at the end among which the frame is looked for; no signature with its disclaimers is longer."""

MOST_FAREWELLS = 20
MOST_NOTICES = 80
MOST_WARNINGS = 3
"""Farewells and notices looked at below a text, and warnings above it; nobody writes so many."""


def without_frame(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """(the author's lines, without what stands around them; those at their end that stand below a farewell
    with a name)."""
    body = _trimmed(lines)
    for _ in range(MOST_WARNINGS):
        body = _trimmed(body[warning_length(body) :])
    body = _without_end(_trimmed(without_salutation(body)))
    return _without_inner_farewells(_without_device_lines(body))


def _without_end(lines: Sequence[str]) -> list[str]:
    """Without the farewell and all that stands below it, when that is nothing but a signature and notices."""
    body = list(lines)
    notices = MOST_NOTICES
    for _ in range(MOST_FAREWELLS):
        notices -= _cut_notices(body, notices)
        first = max(0, len(body) - LONGEST_END)
        below = _without_inner_signs(body[first:])
        found = (n for n in range(first, len(body)) if _begins_end(body, n, below[n - first + 1 :]))
        begins = next(found, None)
        if begins is None:
            break
        del body[begins:]
    return _trimmed(body[: signature_start(body)])


def _begins_end(body: Sequence[str], index: int, below: Sequence[str]) -> bool:
    """Whether the frame begins at this line; `below` are the lines under it, without further farewells."""
    if is_separator(body[index]):
        parts = index + 1 == len(body) or not is_separator(body[index + 1])
        return stands_below_mark(below, body[index]) or (parts and is_footer(body[index + 1 :]))
    if is_heading(body[index]):
        return is_footer(body[index:])
    name = farewell_name(body[index])
    if name is None:
        return is_good_wish(body[index]) and is_card(below)
    return is_card([name, *below] if name else below)


def _without_inner_signs(lines: Sequence[str]) -> list[str]:
    """The lines below a farewell without further ones: a typed "Mvh Ane" above the program's signature."""
    found: list[str] = []
    for line in lines:
        if ends_a_mail(line) or is_device_line(line) or is_good_wish(line):
            found.append(farewell_name(line) or "")
        else:
            found.append(line)
    return found


def _cut_notices(body: list[str], most: int) -> int:
    """Takes devices and disclaimers from the end; gives how many."""
    for cut in range(most):
        while body and not body[-1].strip():
            body.pop()
        if not body or (start := _notice_start(body)) == len(body):
            return cut
        del body[start:]
    return most


def _notice_start(body: Sequence[str]) -> int:
    """Where the last notice begins: a line of a device, or a paragraph or what stands below a card of it."""
    last = len(body)
    if is_device_line(body[-1]) or is_separator(body[-1]):
        return last - 1
    first = max(0, last - LONGEST_END - 1)
    top = next((n for n in range(last, first, -1) if not body[n - 1].strip()), first)
    starts = range(max(top, last - MOST_LINES), last)
    above = _without_inner_signs(body[top : starts[-1]]) if last - top <= LONGEST_END else []
    return next((n for n in starts if is_disclaimer(body[n:]) and _is_block(body, above, top, n)), last)


def _is_block(body: Sequence[str], signs: Sequence[str], top: int, start: int) -> bool:
    """Whether a notice may begin here: after an empty line, a sign, or nothing but a card."""
    if start == top or is_separator(body[start - 1]):
        return True
    return 0 < start - top <= len(signs) and is_card(signs[: start - top])


def _without_device_lines(lines: list[str]) -> list[str]:
    """Without lines of a device that stand by themselves above more of the author's text."""
    kept = []
    for index, line in enumerate(lines):
        alone = (not index or not lines[index - 1].strip()) and (
            index + 1 == len(lines) or not lines[index + 1].strip()
        )
        if not (alone and is_device_line(line)):
            kept.append(line)
    return _trimmed(kept)


def _without_inner_farewells(lines: list[str]) -> tuple[list[str], list[str]]:
    """Without farewell and name that text stands below ("Se mit svar nedenfor. Mvh Ane 1. Gul"); and that."""
    kept: list[str] = []
    signed: int | None = None
    index = looked = 0
    while index < len(lines):
        name = farewell_name(lines[index]) if looked < MOST_FAREWELLS else None
        if name is None:
            kept.append(lines[index])
            index += 1
            continue
        looked += 1
        length = _inner_length(lines, index, name)
        if signed is None and length and (name or length > 1):
            signed = len(kept)
        kept += lines[index : index + 1] if not length else []
        index += length or 1
    below = [] if signed is None else kept[signed:]
    return _trimmed(_one_empty_line(kept)), _trimmed(_one_empty_line(below))


def _inner_length(lines: Sequence[str], index: int, name: str) -> int:
    """How many lines are farewell, name and card; 0 when the line is a piece of a sentence."""
    opens = index == 0 or not lines[index - 1].strip() or lines[index - 1].rstrip().endswith((".", "!", "?"))
    near = lines[index + 1 : index + 1 + LONGEST_END]
    card = card_length(near)
    closes = not near or not near[0].strip()
    if name:
        return 1 if opens or closes else 0
    return 1 + card if card and opens else int(opens and closes)


def _one_empty_line(lines: Sequence[str]) -> list[str]:
    return [line for n, line in enumerate(lines) if line.strip() or not n or lines[n - 1].strip()]


def _trimmed(lines: Sequence[str]) -> list[str]:
    """Without empty lines at both ends."""
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return list(lines[start:end])
