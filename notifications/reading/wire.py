"""A read mail on its way between two processes: JSON, checked when it arrives."""

from pydantic import TypeAdapter

from notifications.reading.mail import Mail

_MAIL = TypeAdapter(Mail)


def packed(mail: Mail) -> bytes:
    """The mail as JSON."""
    return _MAIL.dump_json(mail)


def unpacked(said: bytes) -> Mail:
    """The mail that `packed` was given. Raises ValueError for anything else."""
    return _MAIL.validate_json(said)
