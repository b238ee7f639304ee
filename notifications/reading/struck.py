"""Which words of an HTML mail its author has struck out: by an element, in its style, or by a style sheet."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

_LINE = re.compile(r"text-decoration(?:-line)?\s*:\s*([^;]{0,80})", re.IGNORECASE)
_ELEMENTS = frozenset({"s", "del", "strike"})
_SHEET, _ENDS = re.compile(r"<style\b", re.IGNORECASE), re.compile(r"</style", re.IGNORECASE)
_USED = re.compile(r"class\s*=\s*[\"']?([^\"'<>]{0,300})", re.IGNORECASE)
_WRITTEN = re.compile(
    rf"<(?:{'|'.join(sorted(_ELEMENTS))})[\s>]|style\s*=\s*[\"'][^\"'<>]{{0,600}}line-through", re.IGNORECASE
)
_COMPOUND = re.compile(r"([a-z][a-z0-9]{0,20}|\*)?((?:[.#][\w-]{1,100}){0,10})", re.IGNORECASE)
_PART = re.compile(r"([.#])([\w-]+)")
_BRACE = re.compile(r"([{}])")
_COMMENT = re.compile(r"<!--|-->|/\*[^*]{0,500}\*/")

MOST_RULES = 20
"""Rules about lines through words that are heeded, the first ones; mails have one or two."""


@dataclass(frozen=True)
class _Compound:
    """ "p.a.b": what one element must be."""

    tag: str
    classes: frozenset[str]
    id: str

    def fits(self, element: etree._Element) -> bool:
        """Whether the element is such a one."""
        return (
            self.tag in ("", "*", element.tag)
            and self.id in ("", element.get("id"))
            and self.classes.issubset(element.get("class", "").split())
        )


@dataclass(frozen=True)
class _Rule:
    """`path`: the elements from the outer to the one that is meant."""

    path: tuple[_Compound, ...]
    strikes: bool

    def fits(self, element: etree._Element) -> bool:
        """Whether the rule is for the element. A child is taken for any descendant."""
        *outer, own = self.path
        if not own.fits(element):
            return False
        for above in element.iterancestors() if outer else ():
            if outer and outer[-1].fits(above):
                outer.pop()
        return not outer


class Struck:
    """What is struck out in a mail with these style sheets."""

    def __init__(self, sheets: str) -> None:
        self._rules = _rules(sheets)

    @classmethod
    def of(cls, root: etree._Element) -> "Struck":
        """As the mail's own style sheets say."""
        return cls("\n".join(sheet.text or "" for sheet in root.iter("style")))

    def has(self, element: etree._Element) -> bool:
        """Whether the element's words are struck out by it: as its style says, else the last rule for it."""
        said = _strikes(element.get("style", ""))
        if element.tag in _ELEMENTS or said is not None:
            return element.tag in _ELEMENTS or bool(said)
        return next((rule.strikes for rule in reversed(self._rules) if rule.fits(element)), False)


def has_struck(source: str) -> bool:
    """Whether words may be struck out in the HTML: its plain twin has them as if they held."""
    if _WRITTEN.search(source):
        return True
    if "line-through" not in source.casefold():
        return False
    rules = _rules("\n".join(_ENDS.split(sheet, 1)[0] for sheet in _SHEET.split(source)[1:]))
    wanted = [rule.path[-1].classes for rule in rules if rule.strikes]
    used = {name for names in _USED.findall(source) for name in names.split()} if wanted else set()
    return any(classes <= used for classes in wanted)


def _strikes(style: str) -> bool | None:
    """Whether a style draws a line through words; None when it says nothing of lines."""
    said = _LINE.findall(style)
    return "line-through" in said[-1].casefold() if said else None


def _rules(sheets: str) -> tuple[_Rule, ...]:
    """The rules about lines on words, in their order, with selectors of tags, classes and ids."""
    if "line-through" not in sheets.casefold():
        return ()
    found: list[_Rule] = []
    for selectors, style in _blocks(_COMMENT.sub(" ", sheets)):
        strikes = _strikes(style)
        for selector in selectors.split(",") if strikes is not None else ():
            if (path := _path(selector)) and len(found) < MOST_RULES and (strikes or found):
                found.append(_Rule(path, bool(strikes)))
    return tuple(found)


def _blocks(sheets: str) -> Iterator[tuple[str, str]]:
    """(selectors, style) of every rule that is not for paper alone."""
    outer: list[str] = []
    on_paper, text = 0, ""
    for piece in _BRACE.split(sheets):
        if piece == "{":
            outer.append(text.rpartition(";")[2].strip())
            on_paper += _is_for_paper(outer[-1])
        elif piece == "}" and outer:
            selectors = outer.pop()
            if not on_paper:
                yield selectors, text
            on_paper -= _is_for_paper(selectors)
        text = "" if piece in ("{", "}") else piece


def _is_for_paper(prelude: str) -> bool:
    media = prelude.casefold()
    return media.startswith("@media") and "print" in media and "screen" not in media


def _path(selector: str) -> tuple[_Compound, ...]:
    """What the selector means; nothing when it has other parts than tags, classes and ids."""
    path = []
    for part in selector.replace(">", " ").split():
        found = _COMPOUND.fullmatch(part)
        if found is None:
            return ()
        named = _PART.findall(found[2])
        ids = [name for sign, name in named if sign == "#"]
        classes = frozenset(name for sign, name in named if sign == ".")
        path.append(_Compound((found[1] or "").casefold(), classes, ids[0] if ids else ""))
    return tuple(path)
