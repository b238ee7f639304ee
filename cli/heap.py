"""How often Python looks for garbage that refers to itself."""

import gc


def seldom_look_for_cycles() -> None:
    """For long work that makes hardly any cycles: looking took 4 to 5 % of a simulated or played year."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
