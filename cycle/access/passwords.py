"""Passwords: how they are kept, and which are refused because somebody could guess them.

How guessable one is says `zxcvbn`, from what it brings along: passwords that were seen in breaches, words,
names, dates and keyboards; no network is asked. Danish words and the person's own name and address count as
known words too. Source: ASVS 5.0, 6.2.1, 6.2.4, 6.2.9, 6.2.11, 6.2.12.
"""

import re
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cycle.errors import Problem

SHORTEST = 12
LONGEST = 200
GOOD_ENOUGH = 3
"""On the scale of zxcvbn, 0 to 4: safely unguessable, with 10^8 guesses or more."""
LOOKED_AT = 72
"""So many characters are judged; what is behind them only makes a password better."""
_KNOWN = """
adgangskode kodeord kode hemmelig hemmelighed velkommen årshjul årshjulet styring
styringsårshjul kommune kommunen skole skolen institution børnehave leder skoleleder
sekretariat sekretariatet forvaltning danmark københavn koebenhavn kobenhavn aarhus århus odense aalborg
sommer vinter efterår efteraar forår foraar januar februar marts april maj juni juli august september
oktober november december mandag tirsdag onsdag torsdag fredag lørdag søndag hund kat elsker fodbold
brøndby jensen nielsen hansen pedersen andersen christensen larsen sørensen rasmussen aarshjulet aarshjul
"""
KNOWN_WORDS = tuple(_KNOWN.split())

_HASHER = PasswordHasher()


def hashed(password: str) -> str:
    """The password as it is kept: argon2id."""
    return _HASHER.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether the hash is of this password; False too for what is no hash."""
    try:
        return _HASHER.verify(password_hash, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with lower costs than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def password_faults(password: str, about: Sequence[str] = ()) -> list[Problem]:
    """What is wrong with a new password. `about`: the person's name and address, which others know too."""
    if len(password) < SHORTEST:
        cure = f"Brug mindst {SHORTEST} tegn, gerne flere ord."
        return [Problem("password", "Adgangskoden er for kort.", cure)]
    if len(password) > LONGEST:
        return [Problem("password", "Adgangskoden er for lang.", f"Brug højst {LONGEST} tegn.")]
    if _guessable(password, about):
        cure = "Brug fx tre-fire ord, der ikke hører sammen. Undgå navne, årstal og kendte adgangskoder."
        return [Problem("password", "Adgangskoden er for let at gætte.", cure)]
    return []


def _guessable(password: str, about: Sequence[str]) -> bool:
    """The library and its lists take a megabyte, so they are read when a password is made."""
    from zxcvbn import zxcvbn

    parts = [re.split(r"[\W_]+", text) for text in about]
    own = [word for each in parts for word in ("".join(each), *each) if len(word) > 2]
    judged = zxcvbn(password[:LOOKED_AT], user_inputs=[*about, *own, *KNOWN_WORDS])
    return int(judged["score"]) < GOOD_ENOUGH
