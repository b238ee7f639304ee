"""How many examples a Hypothesis test with a number of its own takes under the profile in force."""

from hypothesis import settings

USUAL = 100


def examples(number: int) -> int:
    """`number` under the short profile, as many times more under the long one as that takes of the others."""
    return max(1, number * settings().max_examples // USUAL)
