"""The self-check's report on its way out: past the outbox, the workers and their mail connections.

What hangs may be any of these, so nothing of them is used: the standard library's client, one mail, one
connection; or one POST of JSON.
"""

import json
import smtplib
import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from config.incoming_settings import Security
from config.settings import Settings
from notifications import selfcheck_words, web_address
from notifications.mime import read_sender, wire_address

TIMEOUT = 20.0
"""Seconds for each step of the talk with the mail server."""

Findings = Sequence[Mapping[str, Any]]


class Undelivered(Exception):
    """The report certainly reached nobody; the text says why, without addresses."""


def has_receiver(settings: Settings) -> bool:
    """Whether anybody is to be told."""
    return bool(settings.selfcheck_to or settings.selfcheck_webhook)


def tell(settings: Settings, found: Findings, *, on: date, now: datetime) -> None:
    """Tells what was found, by mail and by webhook, whichever is set.

    Raises Undelivered when not one of them got it. One that did is enough: telling again would make two.
    """
    ways: list[Callable[[], None]] = []
    if settings.selfcheck_to:
        ways.append(lambda: _mail(settings, found, on, now))
    if settings.selfcheck_webhook:
        ways.append(lambda: _post(settings, found, on))
    faults = []
    for way in ways:
        try:
            way()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            faults.append(_words(error))
    if len(faults) == len(ways):
        raise Undelivered("; ".join(faults))


def _mail(settings: Settings, found: Findings, on: date, now: datetime) -> None:
    mail = letter(settings, found, on=on, now=now)
    with connected(settings) as server:
        server.send_message(mail, from_addr=read_sender(settings.mail_from).addr_spec)


def letter(settings: Settings, found: Findings, *, on: date, now: datetime) -> EmailMessage:
    """The mail; its Message-ID is the day's. Raises AddressRefused (a ValueError)."""
    sender, language = read_sender(settings.mail_from), settings.language
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, wire_address(settings.selfcheck_to)
    mail["Subject"] = selfcheck_words.subject(found, language)
    mail["Date"] = now
    mail["Message-ID"] = f"<selfcheck-{on.isoformat()}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(selfcheck_words.body(found, language, f"{settings.base_url}/driftstjek"))
    return mail


def connected(settings: Settings) -> smtplib.SMTP:
    """The second mail server, else the one of all mail. Raises OSError, SMTPException."""
    second = bool(settings.selfcheck_smtp_host)
    if not second and not settings.smtp_host:
        raise OSError("no mail server is set")
    host = settings.selfcheck_smtp_host or settings.smtp_host
    port = settings.selfcheck_smtp_port if second else settings.smtp_port
    security: Security = settings.selfcheck_smtp_security if second else settings.smtp_security
    trusted = ssl.create_default_context()
    if security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=trusted)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    try:
        if security == "starttls":
            server.starttls(context=trusted)
        if settings.smtp_user and not second:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
    except BaseException:
        server.close()
        raise
    return server


def _post(settings: Settings, found: Findings, on: date) -> None:
    told = {"on": on.isoformat(), "ok": not found, "found": list(found)}
    web_address.fetch(settings.selfcheck_webhook, timeout=TIMEOUT, body=json.dumps(told).encode())


def _words(error: Exception) -> str:
    """What went wrong. A refused recipient's answer repeats the address, so its code is all that is said."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "SMTPRecipientsRefused " + ", ".join(str(code) for code, _ in error.recipients.values())
    return f"{type(error).__name__}: {error}"[:200]
