"""How figures stand in a mail."""

from collections.abc import Mapping
from typing import Any


def shown_figures(prefill: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """(label, amount as shown) of the figures that come with a task.

    Those beside a question stay on the page: mails are copied, forwarded and read by others.
    """
    rows = (row for row in prefill.get("figures", ()) if not row.get("field"))
    return tuple((str(row["label"]), str(row["shown"])) for row in rows)
