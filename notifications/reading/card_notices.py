"""What stands on cards beside names and addresses: hours, words about safe mail, described pictures."""

import re

LONGEST = 200
"""Signs of one such line."""

_DAY = r"(?:hverdage|man|tirs|ons|tors|fre|lør|søn)[a-zæøå]{0,6}\.?"
_DAYS = rf"{_DAY}(?:\s?(?:-|–|til|og|,)\s?{_DAY})?"
_HOUR = r"(?:kl\.? ?)?\d{1,2}(?:[.:]\d{2})?"
_SPAN = rf"{_HOUR}\s?(?:-|–|til|og)\s?{_HOUR}"
_NOTICE = re.compile(
    r"(?:telefon|træffe|åbnings|kontor|ekspeditions)tid(?:er|en)?(?: er| på kontoret)?\s?"
    rf"(?::.{{0,120}}|(?:{_DAYS})?\s?:?\s?{_SPAN})?|"
    rf"{_DAYS}\s?:?\s?(?:{_SPAN}|lukket)|"
    rf"(?:jeg |vi )?(?:holder|har) (?:altid |normalt )?fri (?:om |hver |på )?{_DAY}"
    r"(?: i (?:lige|ulige) uger)?\W{0,3}|"
    r"(?:husk:? ?|obs:? ?)?(?:skriv|send|kontakt) (?:os |mig )?(?:altid |aldrig |venligst |ikke )?(?:en )?"
    r"(?:sikker|sikkert|krypteret|personfølsomme|følsomme|fortrolige|cpr)\b[^:\d]{0,110}"
    r"(?:\b(?:mail|e-?mail|post|digital post|borger\.dk|virk\.dk|e-?boks|hjemmeside)\b[^:\d]{0,40})|"
    r"brug (?:i stedet |altid |venligst )?(?:digital post|borger\.dk|sikker mail|e-?boks)\W{0,3}|"
    r"(?:vi|kommunen|skolen) behandler (?:dine |jeres )?(?:person)?oplysninger (?:fortroligt|sikkert)\b"
    r"[^:\d]{0,80}|"
    r"læs (?:mere )?(?:her )?(?:om |på )[^:\d]{0,60}(?:privatliv|persondata|personoplysning|databeskyttelse)"
    r"[^:\d]{0,60}(?:: ?<?(?:https?://|www\.)\S{1,120})?|"
    r"\[[^\[\]]{0,60}(?:logo|billed|image|fot|photo|picture|banner|ikon|icon|byvåben|facebook|linkedin)"
    r"[^\[\]]{0,40}\]",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÆØÅ])")

_DESCRIBED = re.compile(
    r"^[ \t]*\[(?:cid:[^\[\]\n]{1,200}|[^\[\]]{0,300}\b(?:automatisk genereret(?: beskrivelse)?|"
    r"automatically generated|kan være forkert\.?|may be incorrect\.?))\][ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)


def is_card_notice(line: str) -> bool:
    """Whether the line has nothing but hours, a day off, a word about safe mail, or a picture's name."""
    words = line.strip()
    if len(words) > LONGEST or not (words[:1].isalpha() or words.startswith("[")):
        return False
    return all(map(_NOTICE.fullmatch, _SENTENCE_END.split(words)))


def without_pictures(text: str) -> str:
    """Without the lines mail programs put where a picture was: "[cid:image001.png@01DB…]", "[Et billede, der
    indeholder tekst … Automatisk genereret beskrivelse]"."""
    return _DESCRIBED.sub("", text) if "[" in text else text
