"""Which words of an HTML mail its author has struck out: by an element, in its style, or by a class."""

import re

from lxml import etree

_STYLE = re.compile(r"text-decoration(?:-line)?\s*:[^;]{0,60}line-through", re.IGNORECASE)
_ELEMENTS = frozenset({"s", "del", "strike"})
_SHEET, _ENDS = re.compile(r"<style\b", re.IGNORECASE), re.compile(r"</style", re.IGNORECASE)
_USED = re.compile(r"class\s*=\s*[\"']?([^\"'<>]{0,300})", re.IGNORECASE)
_CLASS = re.compile(r"\.([\w-]{1,100})")
_WRITTEN = re.compile(
    rf"<(?:{'|'.join(sorted(_ELEMENTS))})[\s>]|style\s*=\s*[\"'][^\"'<>]{{0,600}}line-through", re.IGNORECASE
)


class Struck:
    """What is struck out in a mail with these style sheets."""

    def __init__(self, sheets: str) -> None:
        self._classes = _classes(sheets)

    @classmethod
    def of(cls, root: etree._Element) -> "Struck":
        """As the mail's own style sheets say."""
        return cls("\n".join(sheet.text or "" for sheet in root.iter("style")))

    def has(self, element: etree._Element) -> bool:
        """Whether the element's words are struck out by it."""
        if element.tag in _ELEMENTS or _STYLE.search(element.get("style", "")):
            return True
        return bool(self._classes) and not self._classes.isdisjoint(element.get("class", "").split())


def has_struck(source: str) -> bool:
    """Whether words are struck out in the HTML: its plain twin has them as if they held."""
    if _WRITTEN.search(source):
        return True
    if "line-through" not in source.casefold():
        return False
    classes = _classes("\n".join(_ENDS.split(sheet, 1)[0] for sheet in _SHEET.split(source)[1:]))
    return bool(classes) and any(not classes.isdisjoint(used.split()) for used in _USED.findall(source))


def _classes(sheets: str) -> frozenset[str]:
    """The classes that a rule with a line through the words is for, as the last part of its selector."""
    if "line-through" not in sheets.casefold():
        return frozenset()
    rules = (rule.rpartition("{") for rule in sheets.split("}"))
    selectors = (
        selector.strip()
        for chosen, _, style in rules
        if _STYLE.search(style)
        for selector in chosen.rpartition("{")[2].split(",")
    )
    lasts = (re.split(r"[\s>+~]+", each)[-1] for each in selectors if each and ":" not in each)
    return frozenset(name for last in lasts for name in _CLASS.findall(last))
