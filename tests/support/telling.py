"""What a proof found, for whoever runs it with `pytest -s` (as `scripts/proof.py` does)."""

import sys


def tell(text: str) -> None:
    """One line on the output."""
    sys.stdout.write(f"\n{text}\n")
    sys.stdout.flush()
