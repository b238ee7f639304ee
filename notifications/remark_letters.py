"""What a mail says of remarks on an agreement: who made them, and on which goals. Never their words.

The words are about a unit's work and its leader, and stay on the page behind the link.
"""

from collections.abc import Iterable, Sequence

from cycle.goals.remark_tables import GoalRemark

ALL_RESOLVED = "Ikke sendt: bemærkningerne er afklaret."
ONE = {"da": "1 bemærkning", "en": "1 remark"}
MANY = {"da": "{n} bemærkninger", "en": "{n} remarks"}
GOAL = {"da": "mål {code}", "en": "goal {code}"}
WHOLE = {"da": "aftalen som helhed", "en": "the agreement as a whole"}


def who_said(remarks: Sequence[GoalRemark], language: str) -> tuple[tuple[str, str], ...]:
    """(who, how many and about what) for each post that spoke, in the order they spoke."""
    language = language if language in GOAL else "da"
    posts = dict.fromkeys(remark.post for remark in remarks)
    return tuple(
        (post, _about([each.code for each in remarks if each.post == post], language)) for post in posts
    )


def _about(codes: Sequence[str], language: str) -> str:
    number = (ONE if len(codes) == 1 else MANY)[language].format(n=len(codes))
    return f"{number} ({', '.join(_goals(codes, language))})"


def _goals(codes: Iterable[str], language: str) -> list[str]:
    """The goals by letter, the agreement as a whole last."""
    named = sorted(set(codes), key=lambda code: (not code, code))
    return [GOAL[language].format(code=code) if code else WHOLE[language] for code in named]
