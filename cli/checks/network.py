"""The servers around us: mail out, mail in, Prefect. Nothing is sent and nothing in a mailbox is touched."""

import imaplib
import json
import smtplib
import socket
import ssl
from collections.abc import Iterator

import httpx

from cli.checks.finding import Finding, bad, note, ok
from cli.checks.reasons import reason
from cli.serve import RUNNING
from config.incoming_settings import DoorPlace
from config.settings import Settings

SECONDS = 5


def look(settings: Settings) -> Iterator[Finding]:
    """SMTP up to EHLO, IMAP up to opening the folder or whether mail is taken in, Prefect's health."""
    yield _smtp(settings) if settings.smtp_host else note("smtp.none")
    yield _mailbox(settings)
    yield _prefect(settings)


def _smtp(settings: Settings) -> Finding:
    try:
        with _smtp_client(settings) as client:
            client.ehlo()
            if settings.smtp_security == "starttls":
                client.starttls(context=ssl.create_default_context())
                client.ehlo()
    except (OSError, smtplib.SMTPException) as error:
        return bad("smtp.unreachable", host=settings.smtp_host, port=settings.smtp_port, why=reason(error))
    return ok("smtp.ok", host=settings.smtp_host)


def _smtp_client(settings: Settings) -> smtplib.SMTP:
    host, port = settings.smtp_host, settings.smtp_port
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=SECONDS)


def _mailbox(settings: Settings) -> Finding:
    if settings.imap_host:
        return _imap(settings)
    place = settings.door
    if place is None:
        return note("imap.none")
    if _is_open(place):
        return ok("imap.taken", place=settings.mail_listen)
    return note("imap.closed", place=settings.mail_listen)


def _is_open(place: DoorPlace) -> bool:
    family = socket.AF_UNIX if place.path else socket.AF_INET6 if ":" in place.host else socket.AF_INET
    try:
        with socket.socket(family) as line:
            line.settimeout(SECONDS)
            line.connect(place.path or (place.host, place.port))
            return line.recv(4).startswith(b"220")
    except OSError:
        return False


def _imap(settings: Settings) -> Finding:
    try:
        with _imap_client(settings) as client:
            if settings.imap_security == "starttls":
                client.starttls(ssl.create_default_context())
            client.login(settings.imap_user, settings.imap_password.get_secret_value())
            status, answer = client.select(f'"{settings.imap_folder}"', readonly=True)
            if status != "OK":
                raise imaplib.IMAP4.error(str(answer[0]))
    except (OSError, imaplib.IMAP4.error) as error:
        return bad("imap.unreachable", host=settings.imap_host, port=settings.imap_port, why=reason(error))
    return ok("imap.ok", host=settings.imap_host, folder=settings.imap_folder)


def _imap_client(settings: Settings) -> imaplib.IMAP4:
    host, port = settings.imap_host, settings.imap_port
    if settings.imap_security == "tls":
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=SECONDS)
    return imaplib.IMAP4(host, port, timeout=SECONDS)


def _prefect(settings: Settings) -> Finding:
    url = settings.prefect_api_url or _running(settings)
    if not url:
        return note("prefect.none")
    try:
        answer = httpx.get(f"{url.rstrip('/')}/health", timeout=SECONDS, trust_env=False)
        alive = answer.status_code == 200 and answer.json() is True
    except (httpx.HTTPError, ValueError):
        alive = False
    return ok("prefect.ok", url=url) if alive else note("prefect.silent", url=url)


def _running(settings: Settings) -> str:
    """The address of the server that `serve` has started, from its note."""
    try:
        told = json.loads((settings.data_dir / RUNNING).read_text(encoding="utf-8"))
        return str(told["prefect"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""
