"""What a mail that came in can be. Apart from the tables, so that what reads mail needs no store."""

from enum import StrEnum


class InboundVerdict(StrEnum):
    """What became of a mail that came in.

    `OWN`: one of ours, or of another Aarshjul, has come back. `HOSTILE`: it breaks the bounds of what is
    parsed, or the reader gave up on it; kept in quarantine. `COMPLAINT`: a feedback report (ARF) of a mail
    marked as spam. `NO_ANSWER`: a person says only thanks, or that an answer will come. `WITHDRAWN`: it was
    an answer, and a person took that back.
    """

    ANSWER = "answer"
    DRAFT = "draft"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    CALENDAR = "calendar"
    OWN = "own"
    EMPTY = "empty"
    ENCRYPTED = "encrypted"
    HOSTILE = "hostile"
    UNKNOWN_SENDER = "unknown_sender"
    UNREADABLE = "unreadable"
    CLOSED = "closed"
    DUPLICATE = "duplicate"
    NO_ANSWER = "no_answer"
    WITHDRAWN = "withdrawn"
