"""Words that say only that somebody is away or that nobody reads the mailbox: what answerers write that do
not say in the header that they are machines."""

import re

LONGEST = 1500
"""Signs of an absence; what is longer says more."""

MOST_SENTENCES = 20
LONGEST_SENTENCE = 300

AWAY = "Mailen siger kun, at afsenderen er væk, eller at mailen ikke læses. Den tæller ikke som svar."

_END = re.compile(r"(?<=[^\d\s][.!?])\s+|\n+")
_PLACES = r"på (?:\w{1,12} )?(?:kontoret|arbejdet|arbejde|skolen|jobbet)"
_GONE = (
    r"(?:på (?:\w{1,12} )?\w{0,10}ferie\b|\w{0,10}ferie\b|fraværende|"
    r"på (?:barsel\w{0,8}|orlov|kursus|studietur|"
    rf"tjenesterejse)|syg\b|sygemeldt|ikke (?:\w{{1,12}} )?{_PLACES}|ikke til ?stede|ude af huset|bortrejst|"
    r"væk fra kontoret|out of (?:the )?office|on (?:\w{1,12} )?leave|on (?:vacation|holiday)|"
    r"away from (?:the office|my desk)|away|not in the office)"
)
_WHO = r"(?:(?:jeg|undertegnede) (?:er|holder|har|afvikler)|(?:vi|kontoret) holder|i am|i'm|i’m|we are)"
_AWAY = re.compile(
    rf"(?:{_WHO} (?:\w{{1,15}} ){{0,3}}?{_GONE}|"
    r"(?:på )?ferie (?:til|indtil|fra|frem)\b|fraværende (?:til|indtil|fra|frem)\b|out of (?:the )?office\b|"
    r"ikke (?:på kontoret|til ?stede)\b)"
    r"(?P<rest>[^:?]{0,200})",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"til og med|\bt\.?o\.?m\b|indtil|frem til|til den|\bfør\b|\btil \w{0,8} ?\d|"
    r"tilbage|retur|igen (?:den|på|i|fra)|"
    r"\bfra\b.{1,40}\btil\b|until|till|back (?:on|in|at)|return\w{0,4} (?:on|to)|from .{1,40} to\b",
    re.IGNORECASE,
)
_WORDS_LIST = """
til og med den d i uge ugerne fra frem indtil tilbage igen er jeg vi kommer retur på kontoret
arbejde arbejdet dag morgen ferie ferien sommerferie læser tjekker ikke mails mail min mine før
efter begrænset adgang har samt svarer besvarer derfor videre hele ugen denne næste måned kl kan
først være at forventer sammen alle inden dage dagen kun træffes træffe snart årets januar februar
marts april maj juni juli august september oktober november december jan feb mar apr jun jul aug sep
okt nov dec mandag tirsdag onsdag torsdag fredag lørdag søndag påske nytår with limited access to
email e have no will be back return returning on until the of and during from monday tuesday
wednesday thursday friday january february march may june july october"""
_WORDS = frozenset(_WORDS_LIST.split())
"""What an absence is told with; a sentence with other words says more, however it begins."""

_PLAINLY = re.compile(r"ikke (?:på kontoret|til ?stede)|fraværende|out of (?:the )?office", re.IGNORECASE)
_BACK = re.compile(
    r"(?:jeg|vi|i) (?:er|kommer|am|will be|vil være|forventer at være) (?:\w{1,12} )?"
    r"(?:tilbage|retur|på arbejde igen|back)\b[^:]{0,100}",
    re.IGNORECASE,
)
_NOT_READ = re.compile(
    r"(?:denne|dette|min|mailen|mails|this|postkassen|adressen|mailboksen)\b[^:]{0,50}\b"
    r"(?:(?:læses|læst|overvåges|besvares|tjekkes|betjenes|bemandet) ikke|"
    r"(?:bliver|er|kan) ikke (?:længere )?(?:læst|læses|overvåget|besvares|besvaret|tjekket|bemandet|i brug)|"
    r"er (?:nedlagt|lukket)|is (?:not|no longer) (?:read|monitored|in use|answered))[^:]{0,120}|"
    r"jeg læser ikke (?:min |mine )?(?:e-?)?mails?\b[^:]{0,80}|"
    r"jeg er (?:fratrådt|stoppet|ikke længere ansat)\b[^:]{0,80}|i no longer work\b[^:]{0,80}",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"(?:hej|hejsa|kære|hi|hello|dear)\b[^.!?:]{0,40}|"
    r"(?:mange |tusind )?tak (?:for|fordi) (?:din|jeres|den|dit|henvendelsen|mailen|beskeden|du|i)\b"
    r"[^.!?:]{0,60}|"
    r"(?:thank you|thanks) for (?:your|the) [^.!?:]{0,40}|"
    r"(?:automatisk svar|autosvar|automatic reply|fraværsbesked|feriesvar|auto-?reply)\b.{0,60}|"
    r"(?:det|dette|this) (?:er|is) (?:et|en|an?) (?:automatisk|autogenereret|automatic|auto)\b.{0,60}|"
    r"på forhånd tak|(?:rigtig |fortsat )?(?:god|dejlig) (?:dag|sommer|ferie|weekend|påske|jul)",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"(?:jeg|vi|i) (?:svarer|besvarer|vender|læser|tjekker|ser|kigger|will|vil|har|have)\b[^:]{0,80}"
    r"(?:tilbage|hjemme|retur|mails?|return|back|ferien|henvendelse|adgang|access)\b[^:]{0,60}|"
    r"(?:din|dine|min|mine|your) (?:e-?)?(?:mail|mails|besked|henvendelse|message)\b[^:]{0,30}"
    r"(?:læst|læses|besvare\w{0,2}|videresend\w{0,2}|behandl\w{0,3}|read|answered|forwarded)\b[^:]{0,80}|"
    r"(?:e-?)?mails? (?:læses|besvares|bliver|vil blive|videresendes|tjekkes)\b[^:]{0,80}|"
    r"(?:du kan |i kan |kan du |bedes du |please |venligst ){0,2}"
    r"(?:kontakt\w{0,3}|ring\w{0,2}|skriv\w{0,2}|henvend\w{0,2}|contact|call|write)\b.{0,200}|"
    r"(?:haster det|er det akut)\b.{0,200}|(?:ved|hvis|er det|i|har du|for|if)\b[^:]{0,40}"
    r"(?:haste\w{0,4}|akut\w{0,2}|presserende|spørgsmål|brug for|urgent|hurtigt|emergency|fravær|"
    r"mellemtiden)\b.{0,200}|"
    r"(?:under|in) (?:min ferie|mit fravær|my absence)\b.{0,200}|"
    r"(?:tlf|telefon|tel|mobil|mail|e-?mail)\b.{0,80}|[^\s@]{1,64}@\S{1,100}|\+?[\d ]{8,15}",
    re.IGNORECASE,
)


def is_absence(text: str) -> bool:
    """Whether the words say only that somebody is away, until when, whom to ask instead, and courtesies."""
    said = _sentences(text)
    return len(text) <= LONGEST and any(map(_says_away, said)) and all(map(_belongs, said))


def begins_as_absence(text: str) -> bool:
    """Whether the first words, after thanks, say that somebody is away; more may follow."""
    first = (each for each in _sentences(text) if not _COURTESY.fullmatch(each))
    said = next(first, "")
    return _absence(said) is not None or _says_away(said)


def _sentences(text: str) -> list[str]:
    found = [each.strip(" \t,.!?–-*_") for each in _END.split(text[: LONGEST + 1])]
    return [each for each in found if each][: MOST_SENTENCES + 1]


def _belongs(sentence: str) -> bool:
    return _says_away(sentence) or any(
        each.fullmatch(sentence[: LONGEST_SENTENCE + 1]) for each in (_COURTESY, _INSTEAD, _BACK)
    )


def _says_away(sentence: str) -> bool:
    """A sentence of absence with its end, or of a mailbox that nobody reads."""
    away = _absence(sentence)
    if away is None:
        return len(sentence) <= LONGEST_SENTENCE and _NOT_READ.fullmatch(sentence) is not None
    return all(word in _WORDS for word in re.findall(r"[^\W\d_]+", away["rest"].casefold()))


def _absence(sentence: str) -> re.Match[str] | None:
    away = _AWAY.fullmatch(sentence) if len(sentence) <= LONGEST_SENTENCE else None
    if away is None or _UNTIL.search(sentence) or _PLAINLY.search(sentence):
        return away
    return None
