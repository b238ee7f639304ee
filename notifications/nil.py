""" "Intet at bemærke", in the ways people write it."""

import re

from notifications.reading.salutations import is_salutation

LONGEST = 200
_SIDE = "min|vores|skolens|institutionens|enhedens|klubbens|centrets"
_NAME = r"(?-i:(?:(?:på|i|og|af) )?[A-ZÆØÅ][\w.'’-]*)"
_PLACE = r"\w*(?:skolen?|huset|institutionen|klubben|cent(?:ret|eret)|gården|dagtilbuddet|enheden)"
_WHO = rf"(?:(?:vi|jeg|{_PLACE}) har |herfra |(?:der|her) er )?"
_FROM = rf"fra (?:os )?(?:{_NAME}(?: {_NAME}){{0,4}}|{_PLACE})"
_TAIL = (
    rf"(?:herfra|her fra os|{_FROM}|fra os|fra (?:{_SIDE}) side|i denne omgang|denne gang|for nuværende|pt|"
    r"i år|(?:i )?dette kvartal|i kvartalet|i (?:denne periode|perioden))"
)
_REMARKS = r"bem(?:æ|ae|e)rkn?inge?r?|kommentar(?:er)?"
_TO_SAY = r"bem(?:æ|ae|e)rke|tilføje|berette|indberette|melde|rapportere"
_THING = "opgaven|rapporten|kvartalsrapporten|skemaet|spørgsmålene|mailen"
_NIL = re.compile(
    rf"(?:nej,? (?:tak,? )?)?{_WHO}(?:"
    rf"(?:intet|ingenting|ikke noget) (?:nyt )?at (?:{_TO_SAY})|ingen (?:{_REMARKS})|"
    r"(?:nothing to (?:report|add)|no (?:comment|comments|remarks))"
    rf")(?: {_TAIL})?(?: (?:til dette|hertil|til det|til (?:{_THING})))?(?:,? tak)?",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"bestyrelse|råd\b|rådet|udvalg|\bmed\b|repræsentant|forældre|personale|medarbejder|elev|børnene|"
    r"forvaltning|afdeling|økonomi|team|\bkun\b|indskoling|mellemtrin|udskoling|\bsfo|fritid|klasse|årgang|"
    r"\btrin|stue|køkken|kontor|administration|ledelse",
    re.IGNORECASE,
)
"""Whoever else, or what part of the unit, may have nothing to say: that is not the unit's word."""

_GOOD = "(?:rigtig |fortsat )?(?:god|dejlig) (?:dag|aften|weekend|ferie|sommer|påske|jul|uge)"
_GOT = "mailen?|beskeden?|påmindelsen?|rykkeren?|henvendelsen?|hjælpen?|det tilsendte|materialet|sidst|nu"
_COURTESY = re.compile(
    rf"(?:mange |tusind )?tak(?: (?:skal (?:i|du) have|for (?:din |jeres |den )?(?:{_GOT})))?|{_GOOD}|"
    rf"ha'? en {_GOOD}|(?:(?:med )?venlig )?(?:hilsen|mvh|vh|kh)(?: {_NAME}){{0,3}}|på forhånd tak|"
    r"thank you|thanks(?: for (?:the|your) (?:mail|message|reminder))?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[.!\n]+\s*")
_SIGNS = re.compile(r"[\W_]+")
_AROUND = ' \t,.!;:»«"“”*_()-–🙂😊👍'


def is_nil(text: str) -> bool:
    """Whether the words say only that there is nothing to report, courtesies around it left out."""
    if len(text) > LONGEST:
        return False
    said = [each for each in sentences(text) if not is_courtesy(each)]
    return bool(said) and all(_NIL.fullmatch(each) and not _OTHERS.search(each) for each in said)


def is_courtesy(sentence: str) -> bool:
    """Whether a sentence is a thank or a wish and says nothing."""
    return _COURTESY.fullmatch(sentence) is not None or is_salutation(sentence)


def sentences(text: str) -> list[str]:
    """The sentences and lines of a short text, without the signs around them."""
    found = (" ".join(each.split()).strip(_AROUND) for each in _BETWEEN.split(text.replace("p.t.", "pt")))
    return [each for each in found if each]


def plain(text: str) -> str:
    """The words alone: small letters and digits with one blank between them."""
    return _SIGNS.sub(" ", text.casefold()).strip()
