"""Postfix and Dovecot, Debian's own, started on loopback with a configuration of their own.

with MailStack(["leder@by.example"]) as stack:     # stack.submission, .mx, .imap, .door are ports
    stack.send("leder@by.example", "svar+…@svar.by.example", raw)

Mail to a person of `by.example` and to `svar+…`, `retur+…` at `svar.by.example` goes into Dovecot's
mailboxes; mail to `direkte.by.example` is handed on by LMTP to the port `door`. Nothing can leave the
machine: there is no smtp client.
"""

import os
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from flows.supervisor import Child, Kept, end, start
from tests.support import mail_server

POSTFIX, MASTER, DOVECOT = "/usr/sbin/postfix", "/usr/lib/postfix/sbin/master", "/usr/sbin/dovecot"
PARTS = (POSTFIX, MASTER, DOVECOT, "/usr/lib/dovecot/imap", "/usr/lib/dovecot/lmtp")
HOST, ANSWERS, DIRECT = "mx.by.example", "svar.by.example", "direkte.by.example"
ENGINE, PASSWORD = "aarshjul@svar.by.example", "hemmelig"
MAIL_USER = "mail"

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
myhostname = {host}
mydestination =
mynetworks =
alias_maps =
virtual_mailbox_domains = by.example, {answers}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
relay_domains = {direct}
relay_transport = lmtp:inet:127.0.0.1:{door}
default_transport = error:5.7.1 nothing leaves this machine
local_transport = error:5.7.1 nothing leaves this machine
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_tls_cert_file = {folder}/server.pem
smtpd_tls_key_file = {folder}/server.pem
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = {folder}/auth
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 2s
message_size_limit = 30000000
"""

SERVICES = """
127.0.0.1:{mx} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

MAILBOXES = """
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
disable_plaintext_auth = yes
recipient_delimiter = +
mail_location = maildir:~/Maildir
mail_uid = {user}
mail_gid = {user}
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%Lu {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%Lu {folder}/users
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service auth {{
  unix_listener {folder}/auth {{
    mode = 0666
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@by.example
}}
"""


def missing() -> str:
    """Why the stack cannot be started here; empty when it can."""
    if not all(Path(path).exists() for path in PARTS):
        return "Postfix and Dovecot are not installed (postfix dovecot-imapd dovecot-lmtpd)"
    return "" if os.geteuid() == 0 else "Postfix and Dovecot can only be started by root"


class MailStack:
    """One mail server and one server of mailboxes, for people with the given addresses."""

    def __init__(self, people: Sequence[str]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="aarshjul-mail-"))
        self.submission, self.mx, self.imap, self.door, self._lmtp = free_ports(5)
        self._people = list(people)
        self._kept: dict[str, Kept] = {}
        _, self.trusted = mail_server.certificate(self.folder)

    def __enter__(self) -> "MailStack":
        self._write()
        self.start_mailboxes()
        subprocess.run([POSTFIX, "-c", str(self.folder / "etc"), "check"], check=True, timeout=60)
        self._start("postfix", [MASTER, "-c", str(self.folder / "etc"), "-s"])
        self._wait_for(self.submission, self.mx)
        return self

    def __exit__(self, *_: object) -> None:
        for kept in self._kept.values():
            end(kept)
        shutil.rmtree(self.folder, ignore_errors=True)

    def send(self, sender: str, recipient: str, raw: bytes) -> None:
        """Somebody's own mail server hands Postfix a mail."""
        with smtplib.SMTP("127.0.0.1", self.mx, timeout=20) as client:
            client.sendmail(sender, [recipient], raw)

    def mails(self, address: str) -> list[bytes]:
        """What lies in somebody's inbox, the oldest first."""
        return [path.read_bytes() for path in self._files_of(address)]

    def seen(self) -> list[bool]:
        """Which mails of the engine's inbox are marked as read, the oldest first."""
        return ["S" in path.name.partition(":2,")[2] for path in self._files_of(ENGINE)]

    def start_mailboxes(self) -> None:
        """Starts Dovecot, also after `stop_mailboxes`."""
        self._start("dovecot", [DOVECOT, "-F", "-c", str(self.folder / "dovecot.conf")])
        self._wait_for(self.imap, self._lmtp)

    def stop_mailboxes(self) -> None:
        """Ends Dovecot and every connection to it."""
        end(self._kept.pop("dovecot"))

    def clear(self) -> None:
        """Every mailbox is new and empty, once nothing is under way any more."""
        until(lambda: self.queued() == 0, 30, self.log)
        for home in (self.folder / "mail").iterdir():
            home.rename(Path(tempfile.mkdtemp(dir=self.folder / "old")) / home.name)

    def renumber(self) -> None:
        """What happens when a server's index is lost: another UIDVALIDITY, and UIDs from 1."""
        inbox = self._home(ENGINE) / "Maildir"
        for path in [*inbox.glob("dovecot.index*"), inbox / "dovecot-uidlist", inbox / "dovecot-uidvalidity"]:
            path.unlink(missing_ok=True)
        for path in inbox.glob("dovecot-uidvalidity.*"):
            path.unlink()

    def queued(self) -> int:
        """How many mails Postfix still holds."""
        spool = self.folder / "spool"
        return sum(1 for name in ("incoming", "active", "deferred") for path in _files(spool / name))

    def log(self) -> str:
        """What both servers have written down."""
        logs = [self.folder / name for name in ("postfix.log", "dovecot.log", "postfix.out", "dovecot.out")]
        return "\n".join(path.read_text(errors="replace")[-4000:] for path in logs if path.exists())

    def _files_of(self, address: str) -> list[Path]:
        inbox = self._home(address) / "Maildir"
        return sorted([*inbox.glob("new/*"), *inbox.glob("cur/*")], key=lambda path: path.name)

    def _home(self, address: str) -> Path:
        return self.folder / "mail" / address

    def _start(self, name: str, command: list[str]) -> None:
        self._kept[name] = start(Child(name, command, patience=10, log=self.folder / f"{name}.out"))

    def _wait_for(self, *ports: int) -> None:
        for port in ports:
            until(partial(answers, port), 30, self.log)

    def _write(self) -> None:
        folder = self.folder
        folder.chmod(0o755)
        (folder / "server.pem").chmod(0o600)
        for name, owner in (
            ("etc", ""),
            ("spool", ""),
            ("old", ""),
            ("data", "postfix"),
            ("mail", MAIL_USER),
        ):
            (folder / name).mkdir()
            if owner:
                shutil.chown(folder / name, owner, owner)
        names = {
            "folder": folder,
            "host": HOST,
            "answers": ANSWERS,
            "direct": DIRECT,
            "door": self.door,
            "user": MAIL_USER,
            "lmtp": self._lmtp,
            "imap": self.imap,
            "mx": self.mx,
            "submission": self.submission,
        }
        (folder / "etc" / "main.cf").write_text(MAIN.format(**names))
        (folder / "etc" / "master.cf").write_text(SERVICES.format(**names))
        (folder / "dovecot.conf").write_text(MAILBOXES.format(**names))
        shared = [(f"{name}@{ANSWERS}", ENGINE) for name in ("svar", "retur")]
        own = [(address, address) for address in (ENGINE, *self._people)]
        lines = [f"{user}:{PASSWORD}:::: {self._home(home)}::" for user, home in (*own, *shared)]
        (folder / "users").write_text("\n".join(lines).replace(": /", ":/") + "\n")


def answers(port: int) -> bool:
    """Whether something on this machine takes connections there."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return True
    except OSError:
        return False


def until(holds: Callable[[], bool], seconds: float, told: Callable[[], str] = str) -> None:
    """Waits until it holds. Fails after so many seconds, with what `told` says."""
    over = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < over, f"it did not happen within {seconds} s\n{told()}"
        time.sleep(0.05)


def free_ports(number: int) -> list[int]:
    """Ports of loopback that nobody listens on."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
