"""A recording mail server for tests: the shipped one, with a clock, certificates and simple faults.

with mail_server.running() as server:
    ...                                   # server.host, server.port, server.received
    server.set_hook(mail_server.answer(Stage.RCPT, "550 5.1.1 unknown", only="b@by.example"))
"""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.local_server import Hook, LocalServer, Received, Stage


@contextmanager
def running(**options: Any) -> Iterator[LocalServer]:
    """A server that takes mail on a free port of this machine until the block ends."""
    with LocalServer(lambda: datetime.now(UTC), **options) as server:
        yield server


def answer(stage: Stage, reply: str, *, only: str = "", times: int = 0) -> Hook:
    """A hook that replies so at a stage: to every address or `only` one, always or `times` times."""
    left = [times]

    def hook(asked: Stage, address: str) -> str | None:
        if asked is not stage or (only and address != only) or (times and left[0] == 0):
            return None
        left[0] -= 1
        return reply

    return hook


@contextmanager
def silent_after_quit(tls: ssl.SSLContext) -> Iterator[int]:
    """The port of a server that takes one TLS connection, wants every mail later, and answers QUIT but
    neither closes the line nor reads from it again until the block ends."""
    listening, over = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def serve() -> None:
        line, _ = listening.accept()
        with tls.wrap_socket(line, server_side=True) as secure, secure.makefile("rwb", buffering=0) as talk:
            talk.write(b"220 localhost\r\n")
            while command := talk.readline():
                talk.write(_SAYS.get(command[:4].upper(), b"250 OK\r\n"))
                if command[:4].upper() == b"QUIT":
                    break
            over.wait(timeout=30)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        over.set()
        thread.join(timeout=10)
        listening.close()


@dataclass
class Talk:
    """What a scripted server was told, command by command, over all its connections."""

    port: int
    told: list[str] = field(default_factory=list)
    connections: int = 0
    mails: int = 0


@contextmanager
def scripted(
    answers: Mapping[str, str] | None = None,
    *,
    offers: Sequence[str] = (),
    tls: ssl.SSLContext | None = None,
    hangs_up_after: int = 0,
) -> Iterator[Talk]:
    """A server that answers each command as `answers` says ("RCPT": "450 …"), else kindly; EHLO `offers`.

    It takes one connection after the other, and closes each after so many mails when `hangs_up_after` is set.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    talk = Talk(int(listening.getsockname()[1]))

    def serve() -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            talk.connections += 1
            with line if tls is None else tls.wrap_socket(line, server_side=True) as secure:
                _converse(secure, talk, answers or {}, offers, hangs_up_after)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield talk
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(timeout=10)


def _converse(
    line: socket.socket, talk: Talk, answers: Mapping[str, str], offers: Sequence[str], hangs_up_after: int
) -> None:
    before = talk.mails
    with line.makefile("rwb", buffering=0) as file:
        file.write(b"220 localhost\r\n")
        while command := file.readline().decode().strip():
            talk.told.append(command)
            verb = command[:4].upper()
            if verb == "EHLO":
                said = "\r\n".join(["250-localhost", *(f"250-{offer}" for offer in offers), "250 OK"])
            else:
                said = answers.get(verb) or {"QUIT": "221 Bye", "DATA": "354 Go"}.get(verb, "250 OK")
            file.write(said.encode() + b"\r\n")
            if said.startswith("354"):
                while (content := file.readline()) != b".\r\n":
                    if not content:
                        return
                talk.mails += 1
                file.write(b"250 OK\r\n")
            if verb == "QUIT" or (hangs_up_after and talk.mails - before >= hangs_up_after):
                return


_SAYS = {b"RCPT": b"450 4.2.1 later\r\n", b"QUIT": b"221 Bye\r\n"}


def read(mail: Received | bytes) -> EmailMessage:
    """The mail, parsed."""
    content = mail if isinstance(mail, bytes) else mail.content
    return cast(EmailMessage, message_from_bytes(content, policy=policy.default))


def words(mail: Received | bytes) -> str:
    """The plain text of the mail."""
    return words_of(read(mail))


def words_of(mail: EmailMessage) -> str:
    """The plain text of a parsed mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context for 127.0.0.1 and the file to trust it by (SSL_CERT_FILE)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    trusted = folder / "trusted.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context, trusted
