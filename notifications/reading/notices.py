"""What programs and organisations write around a mail: warnings above it, devices and disclaimers below.

A line or a paragraph is one only when nothing else stands in it: each of its words (devices) or sentences
(the others) must be known. A sentence of the author's that begins alike is the author's.
"""

import re
from collections.abc import Sequence

LONGEST = 1500
MOST_LINES = 25
"""Signs and lines of one notice; what is longer is text."""

_SENT = re.compile(
    r"\W{0,2}(?:(?:sendt|sent|send|skickat|gesendet) (?:fra|from|via|med|with|från|von)|"
    r"(?:hent|get|få) (?=outlook))\b"
    r"(?P<what>.{1,120})",
    re.IGNORECASE,
)
_DEVICES_LIST = """
min mit my meinem en a iphone ipad android blackberry mobil mobile mobiltelefon telefon smartphone
tablet outlook samsung galaxy apple huawei oneplus sony xperia nokia motorola pixel phone device
enhed enheder verizon wireless telia telenor tdc mail gmail yahoo proton protonmail hotmail icloud
webmail thunderbird app appen ios windows mac surface til for på on to the"""
_DEVICES = frozenset(_DEVICES_LIST.split())
_OF_DEVICE_LIST = """
iphone ipad android blackberry mobil mobile mobiltelefon telefon smartphone tablet outlook samsung
galaxy huawei oneplus mail gmail yahoo proton protonmail webmail thunderbird phone"""
_OF_DEVICE = frozenset(_OF_DEVICE_LIST.split())
_URL = re.compile(r"<?https?://[^\s<>]{1,300}>?")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")

_CALLS = re.compile(
    r"\W{0,3}(?:advarsel|caution|warning|obs|forsigtig|bemærk|vær opmærksom|pas på)\s?[:!]+\s*", re.IGNORECASE
)
_OUTSIDE = re.compile(
    r"\W{0,3}\[?(?:ekstern(?:al)?|external)(?: (?:e-?mail|mail|afsender|sender))?\]?\W{0,3}|"
    r"(?:denne|this) (?:e-?mail|mail|meddelelse|message) "
    r"(?:er (?:sendt|kommet)|kommer|stammer|originated|comes|came|was sent)\b"
    r".{0,40}\b(?:ekstern\w{0,3} (?:afsender|kilde|e-?mail|mail|adresse|part)|udefra|"
    r"external (?:sender|source)|"
    r"(?:uden for|outside(?: of)?) (?:(?:the|your|our|this) )?[^\W\d_]{3,30})[^:\d]{0,60}|"
    r"(?:afsenderen er|this is an) (?:ekstern|external)\b[^:]{0,40}|"
    r"du (?:modtager|får) ikke (?:ofte|normalt) (?:e-?)?mails? fra \S{1,120}|"
    r"you don['’]?t often get e?-?mail from \S{1,120}",
    re.IGNORECASE,
)
_BE_CAREFUL = re.compile(
    r"(?:klik ikke|undlad at|åbn ikke|do not (?:click|open)|don['’]t (?:click|open)|"
    r"vær (?:ekstra |særlig )?(?:forsigtig|opmærksom|varsom|påpasselig)|be (?:careful|cautious)|"
    r"exercise caution)\b[^:]{0,220}|"
    r"\W{0,2}(?:få mere at vide|læs mere|learn|find ud af)\b.{0,60}\b(?:vigtigt|important)\b.{0,60}",
    re.IGNORECASE,
)

_HEADS = re.compile(
    r"\W{0,3}(?:fortrolighed(?:serklæring)?|disclaimer|confidentiality(?: notice)?)\W{0,3}", re.IGNORECASE
)
_MAIL = r"(?:e-?mail|mail|meddelelse|besked|message)"
_CONFIDENTIAL = re.compile(
    rf"\W{{0,3}}(?:(?:fortrolighed|disclaimer|confidentiality notice)\W{{1,3}})?(?:"
    rf"(?:denne|this) {_MAIL}\b[^:\d]{{0,160}}\b"
    r"(?:fortrolig|tiltænkt|beregnet til|beregnet for|bestemt for|modtager|confidential|intended|privileged)"
    r"[^:\d]{0,300}|"
    rf"(?:vi gør opmærksom på|bemærk|vær opmærksom på|please note)\b"
    rf"[^:\d]{{0,60}}\b{_MAIL}\b[^:\d]{{0,100}}\b"
    r"(?:fortrolig|krypteret|confidential|encrypted)[^:\d]{0,200}|"
    rf"(?:the )?information (?:contained )?in this [^:\d]{{0,80}}\bconfidential[^:\d]{{0,200}}|"
    rf"this {_MAIL} has been scanned [^:\d]{{0,250}}|"
    rf"oplysningerne i denne {_MAIL} [^:\d]{{0,80}}\bfortrolig[^:\d]{{0,200}}|"
    r"tænk på miljøet\W{1,3}(?:.{0,40}\b(?:print|udskriv|printer|udskriver)\b.{0,40})?|"
    r"tænk på miljøet (?:før|inden) .{0,60}|"
    r"(?:please )?consider the environment before .{0,60}|"
    r"(?:læs|se) (?:mere )?(?:her )?(?:om |,? ?hvordan )[^:\d]{0,60}"
    r"(?:privatlivspolitik|behandling af personoplysninger|behandler (?:dine )?personoplysninger)"
    r"[^:\d]{0,80}|"
    r"[A-ZÆØÅ]\S{2,20} kommune(?:s \w{2,40})? behandler (?:dine )?personoplysninger[^:\d]{0,120})",
    re.IGNORECASE,
)
_OF_DISCLAIMER = re.compile(
    r"modtager|slet|afsender|kopi|videregiv|videresend|fortrolig|virus|krypter|personoplysning|privatliv|"
    r"recipient|delet|sender|error|cop(?:y|ies)|disclos|unauthori|confidential|privileged|printer",
    re.IGNORECASE,
)
_DANISH = re.compile(
    r"\b(?:vi|jeg|og|ikke|er|har|til|på|det|der|som|mangler|fik|får|grøn|gul|rød|mio)\b", re.IGNORECASE
)
LONGEST_FOOTER = 6000


def is_device_line(line: str) -> bool:
    """ "Sendt fra min iPhone", "Hent Outlook til iOS": nothing but a device or a program."""
    if len(line) > LONGEST:
        return False
    found = _SENT.fullmatch(_URL.sub("", line).strip(" .!<>"))
    words = re.findall(r"\w+", found["what"].casefold()) if found else []
    return not _OF_DEVICE.isdisjoint(words) and all(word in _DEVICES or word.isdigit() for word in words)


def is_disclaimer(lines: Sequence[str]) -> bool:
    """Whether the lines hold a disclaimer and nothing else."""
    said = _sentences(lines)
    if said and _HEADS.fullmatch(said[0]):
        said = said[1:] or said
    return bool(said) and (
        all(_CONFIDENTIAL.fullmatch(each) or _HEADS.fullmatch(each) for each in said[:1])
        and all(":" not in each and _OF_DISCLAIMER.search(each) for each in said[1:])
    )


def is_footer(lines: Sequence[str]) -> bool:
    """Whether the lines, below a rule or a heading, are a company's footer in English: at least half of its
    sentences are of a disclaimer, and none is in the author's language."""
    text = " ".join(" ".join(lines[: LONGEST_FOOTER // 10]).split())
    if len(text) > LONGEST_FOOTER or len(lines) > LONGEST_FOOTER // 10 or _DANISH.search(text):
        return False
    said = [each for each in _SENTENCE_END.split(text) if each]
    legal = sum(1 for each in said if _OF_DISCLAIMER.search(each))
    return 2 * legal >= max(len(said), 4) and any(map(_CONFIDENTIAL.search, said))


def is_heading(line: str) -> bool:
    """ "Disclaimer" alone on a line."""
    return len(line) <= 40 and _HEADS.fullmatch(line.strip()) is not None


def warning_length(lines: Sequence[str]) -> int:
    """How many lines a warning about a mail from outside has at the top; 0 when none stands there."""
    paragraph = next((n for n, line in enumerate(lines) if not line.strip()), len(lines))
    lengths = range(min(paragraph, MOST_LINES), 0, -1)
    return next((length for length in lengths if _is_warning(lines[:length])), 0)


def _is_warning(lines: Sequence[str]) -> bool:
    said = [_CALLS.sub("", each, count=1) for each in _sentences(lines)]
    known = (each for each in said if each)
    return any(map(_OUTSIDE.fullmatch, said)) and all(
        _OUTSIDE.fullmatch(each) or _BE_CAREFUL.fullmatch(each) for each in known
    )


def _sentences(lines: Sequence[str]) -> list[str]:
    """The sentences of a short paragraph; none of a long one. A line of its own ends a sentence in capitals
    or brackets ("[EKSTERN]"), others are wrapped."""
    if len(lines) > MOST_LINES or sum(map(len, lines)) > LONGEST:
        return []
    text = " ".join(" ".join(lines).split())
    label = re.match(
        r"\[?(?:ekstern(?:al)?|external)(?: (?:e-?mail|mail|afsender|sender))?\]?[:!.]? ", text, re.I
    )
    parts = [text[: label.end()].strip(), text[label.end() :]] if label else [text]
    return [each for part in parts for each in _SENTENCE_END.split(part) if each.strip()]
