"""Words that stand in a reply like those of a quoted mail, and that we did not send.

Lines with ">" and what stands below the heading of another mail are left out of an author's words. A typed
line may begin with ">", and a pasted paper may begin with "Fra: … Til: … Dato: …". So what is left out is
compared with what we sent; what was not in it is asked about, and nothing is lost unseen.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import pairwise

from cycle.errors import Problem
from notifications.nil import plain
from notifications.questions import ENDS, MOST_LINES
from notifications.reading.gateways import without_banners, without_footers
from notifications.reading.quotes import headings

LIKE_QUOTED = {
    "da": "»{words}« står som et citat fra en mail, men stod ikke i vores. Hører det til jeres svar, så send "
    "svaret fra siden.",
    "en": "“{words}” stands as if quoted from a mail, but was not in ours. If it belongs to your answer, "
    "send the answer on the page.",
}
_MARK = re.compile(r"^\s*(?:>\s?)+")
_NO_WORDS = re.compile(r"<?https?://\S+|<?mailto:\S+|\[[^\[\]]{0,200}\]|\S{40,}")
_ADDRESS = re.compile(r"[^\s<>()@]{1,100}@[^\s<>()@]{1,100}")
_PASTED = re.compile(r"\W{0,4}\w{2,8}\s?:")
"""How a heading begins that people write too; the other kinds only programs write."""

_ANSWERS = re.compile(r"^\s*(?:(?:sv|vs|re|fw|fwd|svar|aw)\s?:\s*)+", re.IGNORECASE)
_PHRASES = (*map(plain, ENDS), "besvare denne mail", "replying to this mail", "du får denne mail fordi")
"""What mails of ours say, where it is not known which one is answered."""

ENOUGH = 4
"""So many words together are ours when we sent them; fewer count as a line, or the rest of a broken one."""

MOST_HEADINGS = 50
"""Headings of other mails in a reply; no thread that leaders answer in has had so many."""

MOST_SENT = 30_000
"""Characters of what we sent that a reply is compared with."""


@dataclass(frozen=True)
class Sent:
    """What we sent that the mail may answer: the texts, our addresses, and the mail's own subject.

    No `text`: it is not known any more.
    """

    text: str = ""
    addresses: Collection[str] = ()
    subject: str = ""


UNKNOWN = Sent()


def unseen_words(
    text: str, sent: Sent = UNKNOWN, asked: Sequence[str] = (), taken: Sequence[str] = ()
) -> str:
    """What the author may have typed of all that is left out as quoted. `asked` are the questions' lines as
    we sent them, `taken` the answers that were found under them."""
    lines = text.splitlines()[:MOST_LINES]
    bare = [_MARK.sub("", line) for line in lines]
    heads = _headings(lines, bare)
    ours = _Ours(sent, asked, taken)
    marks = [n for n in range(heads[0][0], len(bare)) if ours.mark(bare[n])]
    found = [n for n in range(heads[0][0]) if bare[n] != lines[n] and not ours.has(bare, n)]
    if not sent.text and len(heads) == 1 and ours.speak_in(bare):
        found = []
    alone = bool(sent.text) and lines == bare and not taken and not any(map(_words, bare[: heads[0][0]]))
    for (begins, continues), (ends, _) in pairwise(heads):
        typed = alone and begins == heads[0][0] and _is_somebodys(bare, (begins, continues, ends), marks)
        if not typed and _is_evident(bare, (begins, continues, ends), marks, is_known=bool(sent.text)):
            found += ours.others_within(lines, bare, continues, heads)
            break
        found += range(begins, ends)
    return "\n".join(lines[n] for n in found).strip()


def with_ending(quoted: str, sent: Sent, asked: Sequence[str]) -> str:
    """The quoted mail with the line that ends the questions, where its author has written over that line:
    before the first line of ours below the last question, so that it is no answer."""
    lines = quoted.splitlines()[:MOST_LINES]
    bare = [_MARK.sub("", line) for line in lines]
    ends = {plain(each) for each in ENDS}
    last = max(
        (n for n, line in enumerate(bare) if plain(line).startswith(tuple(map(plain, asked)))), default=-1
    )
    if not sent.text or last < 0 or any(plain(line) in ends for line in bare):
        return quoted
    ours = _Ours(sent, (), ())
    found = (n for n in range(last + 1, len(bare)) if _words(bare[n]) and ours.has(bare, n))
    at = next(found, len(lines))
    return "\n".join([*lines[:at], ENDS[0], *lines[at:]]) if at < len(lines) else quoted


def like_quoted(words: str, language: str) -> Problem:
    """What is asked about them."""
    first = next(line.strip() for line in words.splitlines() if line.strip())
    return Problem("", LIKE_QUOTED["en" if language == "en" else "da"].format(words=first[:80]))


def _headings(lines: Sequence[str], bare: Sequence[str]) -> list[tuple[int, int]]:
    """Where the headings of other mails begin and end, quoted or not, and last where the lines end.

    Each line is looked at once. Below the last of `MOST_HEADINGS` nothing is taken for a heading.
    """
    found: list[tuple[int, int]] = []
    for begins, ends in merge(headings(lines), headings(bare) if bare != lines else ()):
        if len(found) == MOST_HEADINGS:
            break
        if not found or begins >= found[-1][1]:
            found.append((begins, ends))
    return [*found, (len(lines), len(lines))]


def _is_evident(
    bare: Sequence[str], heading: tuple[int, int, int], marks: Sequence[int], *, is_known: bool
) -> bool:
    """Whether a mail of ours stands below the heading, at once or under others, or nothing at all.

    `heading`: where it begins and ends, and where the next begins. One that people write too, with no
    address, must have a mark of ours before the next; where it is not known what we sent, only such a one.
    """
    begins, continues, ends = heading
    words = "\n".join(bare[begins:continues])
    may_be_typed = _PASTED.match(words) is not None and _ADDRESS.search(words) is None
    if not may_be_typed and not (is_known and any(line.strip() for line in bare[continues:])):
        return True
    return any(begins <= n < (ends if may_be_typed else len(bare)) for n in marks)


def _is_somebodys(bare: Sequence[str], heading: tuple[int, int, int], marks: Sequence[int]) -> bool:
    """Whether words, and no mail of ours, stand between the heading and the next; `heading` as above."""
    begins, continues, ends = heading
    return (
        ends < len(bare)
        and any(map(_words, bare[continues:ends]))
        and not any(begins <= n < ends for n in marks)
    )


class _Ours:
    """What is known of our own mails."""

    def __init__(self, sent: Sent, asked: Sequence[str], taken: Sequence[str]) -> None:
        self._sent = sent
        self._subject = " ".join(_ANSWERS.sub("", sent.subject).split()).casefold()
        pieces = [piece for line in sent.text[:MOST_SENT].splitlines() for piece in (line, *line.split(":"))]
        self._alike = {_words(piece) for piece in pieces}
        self._only_ours = {plain(line) for line in (*ENDS, *asked)}
        self._all = f" {_words(sent.text[:MOST_SENT])} "
        self._asked = tuple(plain(line) for line in asked)
        self._alike |= {plain(line) for answer in taken for line in answer.splitlines()}

    def has(self, bare: Sequence[str], index: int) -> bool:
        """Whether the line says nothing, is one of ours or an answer that was found."""
        words = _words(bare[index])
        if not words or words in self._alike or self.surely_has(words):
            return True
        if words.startswith(self._asked):
            return True
        if any(line.startswith(words) for line in self._asked):  # "1. Status: grøn", or a broken question
            rest = _words(bare[index + 1]) if index + 1 < len(bare) else ""
            return bool(rest) and f" {words} {rest} " in self._all
        before = _words(bare[index - 1]) if index else ""
        return bool(before) and f" {before} {words} " in self._all

    def surely_has(self, words: str) -> bool:
        """Whether these are a question of ours, or so many words as nobody else writes alike."""
        long = words.count(" ") + 1 >= ENOUGH
        return words in self._only_ours or (long and f" {words} " in self._all)

    def speak_in(self, bare: Sequence[str]) -> bool:
        """Whether a line is such as only our mails have."""
        return any(phrase in words for words in map(plain, bare) for phrase in (*_PHRASES, *self._asked))

    def mark(self, bare: str) -> bool:
        """Whether the line shows that a mail of ours stands here."""
        small = bare.casefold()
        if any(address in small for address in self._sent.addresses) or (
            self._subject and self._subject in small
        ):
            return True
        return self.surely_has(_words(bare)) if self._sent.text else self.speak_in([bare])

    def others_within(
        self, lines: Sequence[str], bare: Sequence[str], start: int, heads: Sequence[tuple[int, int]]
    ) -> list[int]:
        """The lines of our mail that are not ours and are left out: from the heading above it to the next
        one, without what gateways and signatures add."""
        own = (
            [n for n in range(start, len(bare)) if self.surely_has(_words(bare[n]))]
            if self._sent.text
            else []
        )
        if not own:
            return []
        top = max(ends for _, ends in heads if ends <= own[0])
        bottom = next(begins for begins, _ in heads if begins > own[0])
        last = max(n for n in own if n < bottom)
        is_marked = bare[own[0]] != lines[own[0]]
        left_out = [n for n in range(top, bottom) if not is_marked or bare[n] != lines[n]]
        above, below = [n for n in left_out if n < own[0]], [n for n in left_out if n > last]
        others_above = ["" if self.has(bare, n) else bare[n] for n in above]
        typed = [
            *_kept(bare, above, without_banners(others_above, self._subject)),
            *(n for n in left_out if own[0] <= n <= last),
            *_kept(bare, below, without_footers([bare[n] for n in below])),
        ]
        return [n for n in typed if not self.has(bare, n)]


def _kept(bare: Sequence[str], indices: Sequence[int], kept: Sequence[str]) -> list[int]:
    """Which of the lines have words that were kept, a part of a line too."""
    words = {line.strip() for line in kept if line.strip()}
    return [n for n in indices if any(each in bare[n] for each in words)]


def _words(line: str) -> str:
    return plain(_NO_WORDS.sub(" ", line))
