"""Mails that answer nothing and mean to: thanks, "received", and promises to answer later."""

import re

from notifications.nil import LONGEST, is_courtesy, sentences

_DAY = "mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag"
_SPAN = "uge|måned|dagene|kommende uge|weekenden"
_WHEN = (
    r"(?:i (?:morgen|dag|aften|eftermiddag|overmorgen)|(?:meget )?snart|snarest(?: muligt)?|hurtigst muligt|"
    rf"senere(?: i dag)?|i (?:løbet af )?(?:den |denne |næste |indeværende )?(?:{_SPAN})(?: \d{{1,2}})?|"
    rf"(?:på|inden|senest(?: på)?) (?:{_DAY}|fristen|weekenden)|"
    r"(?:inden|senest|til) (?:den )?\d{1,2}\.? ?[a-zæøå/\d]{0,9}|når (?:jeg|vi) er tilbage|"
    r"efter (?:ferien|påske|jul)|om (?:et par|nogle|\w+) dage|lige|så snart (?:jeg|vi) kan|"
    r"soon|tomorrow|next week|later)"
)
_I = "(?:jeg|vi)"
_SENT = "svaret|det|et svar|jer et svar|dig et svar"
_DO = (
    r"(?:svarer?|vender? tilbage|besvarer? (?:den|det|opgaven|mailen)|kigger? på (?:det|den|sagen)|"
    rf"ser? på (?:det|den|sagen)|får? svaret|sender? (?:{_SENT})|udfylder? (?:det|den|skemaet)|"
    r"når? (?:det|den))"
)
_WHEN_DONE = r"(?:,? når (?!.*\b(?:men|grøn|gul|rød)\b)[^\d]{1,60})?"
_WITH = "med (?:et svar|svar|svaret|tal|tallene|det)"
_MUCH = rf"(?: (?:{_WHEN}|{_WITH}|på (?:den|det|mailen)|til (?:dig|jer))){{0,3}}{_WHEN_DONE}"
_SAW = "(?:den|det|mailen|beskeden|jeres mail|din mail)"
_TALK = re.compile(
    r"(?:ok(?:ay)?,? |tak,? (?:for (?:mailen|beskeden),? )?|(?:det er )?modtaget,? |hej,? |thanks,? )?(?:"
    rf"{_I} (?:skal nok |vil |prøver at |regner med at |lover at )?(?:lige )?{_DO}{_MUCH}|"
    rf"(?:det|den|dem) (?:kigger|ser) {_I}(?: lige)? på{_MUCH}|"
    rf"(?:det|den) (?:svarer|vender) {_I} (?:på|tilbage på|tilbage med){_MUCH}|"
    rf"(?:det|den|svaret) (?:kommer|sendes|følger){_MUCH}|"
    rf"(?:du|i) (?:får|hører)(?: (?:et )?svar| fra (?:mig|os)){_MUCH}|"
    rf"(?:vender tilbage|svarer|svar (?:følger|kommer)|(?:kigger|ser) på det)"
    rf"{_MUCH}|"
    r"(?:det er |den er |mailen er |hermed )?modtaget(?:,? mange)?|"
    rf"{_I} har (?:modtaget|set|læst) {_SAW}|"
    rf"(?:i|we)(?:'ll| will) (?:answer|reply|get back|look at (?:it|this))(?: to you)?{_MUCH}|"
    r"received(?:,? thank(?:s| you))?)(?:,? (?:mange )?tak)?",
    re.IGNORECASE,
)


def is_small_talk(text: str) -> bool:
    """Whether the words are only thanks, "received" and promises. "Ok", "ja" and the like may be answers."""
    if len(text) > LONGEST:
        return False
    said = sentences(text)
    return bool(said) and all(is_courtesy(each) or _TALK.fullmatch(each) for each in said)
