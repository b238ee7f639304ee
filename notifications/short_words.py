"""Short words that may well be no answer: a question, a request, "it is not me", an absence.

Of a form of one text every word would be the answer, and the reminders would end. Nobody can list what people
write instead of an answer: what is very short is asked about unless it tells figures or speaks of the unit's
matters. What is longer is asked about where it reads like one of these, and where it speaks of the answer
itself or of more time.
"""

import re
from collections.abc import Mapping

from notifications.nil import is_nil

LONGEST = 500
"""Signs of a mail that may be only this; a longer one says more."""

LONGEST_ABOUT = 300
"""Signs of a mail that speaks of the answer or the deadline, whatever else it speaks of."""

SHORT = 120
"""Signs of a mail that is asked about unless it tells figures or speaks of the unit."""

ASKS = {
    "da": "»{words}« lyder som et spørgsmål eller en besked til os, og vi har ikke taget det som dit svar. "
    "Er det svaret, så send det fra siden.",
    "en": "“{words}” sounds like a question or a message to us, and we have not taken it as your answer. "
    "If it is the answer, send it on the page.",
}
AWAY = {
    "da": "»{words}« lyder som en besked om fravær, og vi har ikke taget det som dit svar. "
    "Er det svaret, så send det fra siden.",
    "en": "“{words}” sounds like a notice of absence, and we have not taken it as your answer. If it is the "
    "answer, send it on the page.",
}
UNSURE = {
    "da": "»{words}« er så kort, at vi ikke kan se, om det er dit svar, og vi har ikke taget det som det. "
    "Er det svaret, så send det fra siden.",
    "en": "“{words}” is so short that we cannot tell whether it is your answer, and we have not taken it as "
    "that. If it is the answer, send it on the page.",
}
LONGEST_QUOTED = 80

_SENTENCE = re.compile(r"(?<=[.!?])(?<!\d\.)\s+(?!\d)|\n+")


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_ASKS = _any(
    r"\?[\s\"”»)]*$",
    r"^(?:@\w+,? |hej \w+,? )?(?:kan|vil|må|skal|gider|har) (?:du|i|jeg|vi|man|en af jer|nogen)\b",
    r"^(?:hvad|hvordan|hvornår|hvem|hvilke[nt]?|hvor|hvorfor) (?:skal|kan|må|vil|gør|er det|betyder|"
    r"mener|menes|finder|sender|svarer|skriver)\b|^(?:could|can|would|what|how|when) \w+",
)
_LATER = "i morgen|senere|snart|først|tilbage|på det|på den|i løbet|inden|hurtigst|når"
_TELLS = _any(
    r"\bikke (?:længere )?(?:er )?(?:mig|leder|ansat|min opgave)\b",
    r"\b(?:ny|nye) leder er\b",
    r"\bfratrådt\b",
    r"\bnot me\b|\bno longer\b",
    r"\b(?:skriv|send|ring|henvend (?:dig|jer)) (?:venligst |i stedet |hellere |den |det )?til\b",
    r"\bkan ikke (?:åbne|komme ind|logge|finde (?:\w+ ){0,2}"
    r"(?:linket|siden|filen|skemaet|mailen|knappen|opgaven|spørgsmål\w*|den|det)\b)",
    r"\b(?:linket|siden|filen|knappen) (?:virker|dur) ikke\b",
    r"\bhar (?:allerede )?svaret\b",
    r"\btilbagekald\w*|\bannullere[rt]\b",
    r"\boverset\b.{0,40}\b(?:mail|besked|frist|opgave)",
    r"\b(?:svaret|det|den) (?:kommer|følger|sendes)\b",
    rf"\b(?:jeg|vi) (?:sender|svarer|vender|kigger|ser)\b.{{0,30}}\b(?:{_LATER})\b|\bvi er på den\b",
    r"^(?:se|jf\.?|hermed) (?:venligst )?(?:den |det |de )?(?:vedhæft|vedlag|bilag|fil)\w*(?: \w+){0,2}\W*$",
    r"^(?:er )?(?:videresendt|sendt videre) til\b",
    r"^(?:fyi|til orientering|til info)\W*$",
)
_ABOUT = _any(
    r"\budsættelse\w*|\bfrist(?:en|forlængelse)?\b|\bforlæng\w+",
    r"\bnår (?:det|den|vi|jeg) (?:\w+ )?ikke\b|\bnår ikke\b|\bikke (?:at )?nå(?:r|et)?\b",
    r"(?<!her er )\b(?:svar(?:et|ene)?|besvarelse\w*|svarer på)\b|\budkast\w*|\bikke færdigt?\b|\bvent med\b",
    r"\bvedhæft\w*|\bvedlagt\b|\bbort fra\b|\b(?:mangler|afventer|venter på) (?:\w+ )?tal(?:lene)?\b",
    r"\bnedenfor\b|\bnedenunder\b|\b(?:se|står|skrevet|mailen)\b.{0,30}\bherunder\b|\bherunder\W*$",
    r"\bmed (?:rød|blå|grøn|gul)t?(?: skrift)?\W*$|\bmed (?:rødt|blåt)\b|\bindsat (?:i mailen|under|med)\b",
    r"\b(?:i mailen|i tråden|se tråd)\b|^hermed\W*$",
)
"""More time, the answer itself, and where else it is said to stand."""

_REFUSES = _any(
    r"\bkan (?:\w+ ){0,2}ikke (?:\w+ ){0,2}(?:udfylde|svare|besvare|indberette)\b",
    r"\bikke (?:\w+ )?(?:fået|modtaget|set) (?:\w+ )?"
    r"(?:tal|tallene|materialet|skemaet|oplysningerne|mailen|linket)\b",
    r"\bbedt (?:\w+ ){1,5}om at (?:svare|besvare|udfylde|indberette)\b|\b(?:han|hun|de) vender tilbage\b",
    r"\bforstår (?:\w+ ){0,2}ikke (?:\w+ )?(?:spørgsmål\w*|opgaven|mailen|hvad (?:vi|jeg|der) skal)\b",
    r"\benige? (?:i|med) (?:det|alt|hvad)\b.{0,40}\bskr(?:iver|ev|evet)\b",
    r"\btilslutter (?:mig|os) (?:det|hvad)\b",
    r"^det er [^.\n]{1,40}?\bder er leder\b|\bder er (?:blevet )?leder\b.{0,40}\bnu\W*$",
)
"""Why there is no answer, or that another's words are it, whatever of the unit the words name."""

_POINTS_DOWN = re.compile(r"(?:se|her er|hermed)\b.{0,40}\b(?:nedenfor|herunder)\W*", re.IGNORECASE)
"""What stands before an answer in the author's own words: "Se mit svar nedenfor."."""

_DAYS = "mandag|tirsdag|onsdag|torsdag|fredag"
_INSTEAD = (
    "venligst|i stedet|gerne|min|vores|skolens?|kontoret|souschef|viceleder|stedfortræder|(?-i:[A-ZÆØÅ])"
)
_GONE = _any(
    r"\bsyg(?:emeldt)?\b",
    r"\b\w*barsel(?:s\w*)?\b|\b\w*orlov\b|\b\w*ferie\b|\b(?:ferie|sommer|jule|påske|vinter)\w*lukket\b",
    r"\blukket (?:på kontoret|i dag|i morgen|i uge|til|indtil|frem til|fra|mellem|grundet)\b",
    r"\b(?:holder|kontoret) \w* ?lukket\b",
    r"\bafspadser|\bfraværende\b|\bikke til ?stede\b|\bjeg .{0,30}\b(?:efterløn|pension)\b",
    r"\b(?:holder|har) fri\b|(?:^|\bjeg .{0,30}\b)på (?:kursus|tur|rejse)\b|\btil møder?\b|\bude af huset\b",
    r"\båbner igen\b|\bvende[rt]? tilbage\b",
    rf"\btilbage (?:igen|den|på (?:kontoret|arbejde)|i uge|til|{_DAYS})\b",
    rf"\bkontakt(?:e)? (?:{_INSTEAD})",
    r"\b(?:mails?|postkassen?|henvendelser?) (?:læses|besvares|behandles)\b|\blæser (?:ikke )?mails?\b",
    r"\bbehandler (?:sager|henvendelser|mails)\b|\btak for (?:din|jeres) (?:mail|henvendelse|besked)\b",
    r"\b(?:mail|henvendelse|besked|den|det|hermed) (?:er )?modtaget\b|\bbliver? besvaret\b",
    r"\bautosvar\b|\bautomatisk svar\b",
    r"\bout of (?:the )?office\b|\bon leave\b|\bon vacation\b",
)
_MATTERS = _any(
    r"\d\s*(?:%|pct|procent|mio|mia|kr\b|t\.?kr|tusind|stilling|elever|børn|lærere|pladser|timer|årsværk)",
    r"\b(?:vi|skolen|institutionen|klubben|\w+huset) mangler\b|\ben vikar\b|\bvikarer(?:ne)?\b",
    r"\b(?:mer|mindre|over|under)forbrug|\boverskrid|\bunderskud|\boverskud|\bbudget|\bøkonomien\b",
    r"\bsygefravær|\bfraværet\b|\belever(?:ne)?\b|\bbørn(?:ene)?\b|\blærere?\b|\blærerne\b",
    r"\bpædagoger(?:ne)?\b|\bmedarbejder(?:e|ne)?\b|\bpersonalet?\b|\bmålet\b|\bindsats|\bprojekt",
    r"\b\w*mangel\b|\bvikar\w*|\bfravær\b|\btrivsel\w*|\bnormering\w*|\binklusion\w*|\bindskriv\w*",
    r"\b(?:\w+(?:bygning|lokale|vindue|køkken)\w*|bygning\w*|lokale\w*|tag(?:et)? er|vindue\w*|skimmel\w*)",
    r"\bskimmel\w*|\brengøring\w*|\bbesparelse\w*|\bdrift(?:en)?\b|\bløn(?:nen|udgift\w*)?\b|\budgift\w*",
    r"\bklager?\b|\bstøj\w*|\blegeplads\w*|\bstilling(?:en|er)?\b|\btilfredse?\b|\bvi er i gang\b",
    r"\bfinde en ny leder\b|\b(?:mange|flere|nogle) (?:på|der|som)\b",
    r"^(?:ja|nej|uændret|ingen ændringer)\W*$",
)
"""What is the unit's own: people, money, goals, buildings."""

_NO_FIGURE = _any(
    r"https?://\S+|\S+@\S+|\bsags?(?:nr|nummer)\W*\S+",
    r"(?:\+\d\d ?)?\b\d(?: ?\d){7}\b",
    r"\b\d{1,2}[.:]\d{2}\s?[-–]\s?\d{1,2}(?:[.:]\d{2})?\b|\bkl\.? ?\d{1,2}(?:[.:]\d{2})?",
    r"\b\d{1,2}\. ?(?:jan|feb|mar|apr|maj|jun|jul|aug|sep|okt|nov|dec|klasse|årgang|kvartal)\w*(?: \d{4})?",
    r"\b\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?\b|\b20\d\d\b|\buge \d{1,2}\b|\bden \d{1,2}\b",
)
"""Dates, hours, telephones, addresses and case numbers: digits that tell nothing of the unit."""


def doubted_words(text: str) -> tuple[Mapping[str, str], str] | None:
    """(what is said about them in each language, the words that may be no answer); None for an answer.

    A question, and what speaks of the answer itself, are asked about whatever else stands there; an absence
    and the very short only where nothing speaks of the unit.
    """
    if len(text) > LONGEST or is_nil(text):
        return None
    said = [each.strip() for each in _SENTENCE.split(text) if each.strip()]
    speaks = _MATTERS.search(text) is not None
    for each in (words for words in said if len(said) == 1 or not (speaks and _POINTS_DOWN.fullmatch(words))):
        if _asks(each, speaks, len(text) <= LONGEST_ABOUT):
            return ASKS, _quoted(each)
    gone = None if speaks else next((each for each in said if _GONE.search(each)), None)
    if gone:
        return AWAY, _quoted(gone)
    tells = speaks or len(text) > SHORT or re.search(r"\d", _NO_FIGURE.sub("", text))
    return None if tells or not said else (UNSURE, _quoted(said[0]))


def _asks(sentence: str, speaks: bool, is_short: bool) -> bool:
    about = is_short and (_ABOUT.search(sentence) or _REFUSES.search(sentence)) is not None
    return about or _ASKS.search(sentence) is not None or (not speaks and _TELLS.search(sentence) is not None)


def _quoted(sentence: str) -> str:
    return sentence.rstrip(".")[:LONGEST_QUOTED]
