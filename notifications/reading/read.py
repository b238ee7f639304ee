"""A received mail, read within bounds: who, to whom, what it says, and whether a machine wrote it."""

from email import message_from_bytes, policy
from email.message import Message

from cycle.messages.verdicts import InboundVerdict
from notifications.reading.bounds import Unbounded, check_bounds
from notifications.reading.headers import (
    BROKEN,
    address_in,
    field,
    fields,
    message_id_of,
    name_in,
    recipients_in,
    references_in,
    sender_of,
)
from notifications.reading.mail import Mail
from notifications.reading.ours import NOBODY, Ours
from notifications.reading.parts import contents_of
from notifications.reading.quotes import split_quoted
from notifications.reading.signed import names_in, without_name
from notifications.reading.verdicts import verdict_on
from notifications.reading.words import written

NOT_A_MAIL = "Mailen er ikke bygget, som en mail skal være."


def read_mail(raw: bytes, ours: Ours = NOBODY) -> Mail:
    """Reads the mail. Never raises: what cannot be read has the verdict UNREADABLE or HOSTILE, and why.

    Not bounded in time and memory: use `notifications.reading.reader` for mails from outside.
    """
    try:
        check_bounds(raw)
        return _read(message_from_bytes(raw, policy=policy.compat32), raw, ours)
    except Unbounded as error:
        return _kept(raw, InboundVerdict.HOSTILE, str(error))
    except BROKEN:
        return _kept(raw, InboundVerdict.UNREADABLE, NOT_A_MAIL)


def _kept(raw: bytes, verdict: InboundVerdict, reason: str) -> Mail:
    return Mail(message_id_of(raw), sender_of(raw), verdict=verdict, reason=reason)


def _read(parsed: Message, raw: bytes, ours: Ours) -> Mail:
    contents = contents_of(parsed)
    names = names_in(name_in(parsed, "from"))
    first, quoted = split_quoted(contents.text)
    own, below = (without_name(each, names) for each in written(contents.text))
    above, below_above = (without_name(each, names) for each in written(first)) if quoted else (own, below)
    found = verdict_on(parsed, own, ours, has_files=bool(contents.files))
    return Mail(
        message_id=message_id_of(raw),
        sender=address_in(parsed, "from"),
        recipients=recipients_in(parsed),
        subject=field(parsed, "subject"),
        text=contents.text,
        own_text=own,
        own_above=above,
        below=tuple(dict.fromkeys(filter(None, (below, below_above)))),
        verdict=found.verdict,
        reason=found.reason,
        files=contents.files,
        files_left_out=contents.files_left_out,
        authentication=tuple(fields(parsed, "authentication-results")),
        references=references_in(parsed),
        failed=found.failed,
        calendar=found.calendar,
    )
