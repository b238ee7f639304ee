"""Addresses that people are sent on to."""

from urllib.parse import urlsplit


def local_path(address: str) -> str:
    """The address when it is a page of ours, else the front page: nobody is sent to another site."""
    parts = urlsplit(address)
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if plain and not parts.scheme and not parts.netloc else "/"
