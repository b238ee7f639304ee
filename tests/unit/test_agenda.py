"""How a meeting's agenda reads."""

import pytest

from cycle.gatherings.agenda import numbered


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["Velkomst", "2 minutters stilhed"], ("1. Velkomst", "2. 2 minutters stilhed")),
        (["3. Faglige læringsfællesskaber"], ("3. Faglige læringsfællesskaber",)),
        (["1) Velkomst", "2) Eventuelt"], ("1) Velkomst", "2) Eventuelt")),
        ([], ()),
    ],
)
def test_items_are_numbered_once(written: list[str], read: tuple[str, ...]) -> None:
    assert numbered(written) == read
