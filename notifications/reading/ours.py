"""What makes a mail one of our own."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ours:
    """The address our mails come from (lower case) and the right-hand side of their Message-IDs."""

    address: str = ""
    message_domain: str = ""


NOBODY = Ours()
