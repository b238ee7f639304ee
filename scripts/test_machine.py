"""Makes sure that what the tests need of the machine is there: a browser, pdfsig, a word processor, a token.

The browser, in order: a Chromium on PATH, Playwright's own, the system's packages when root. pdfsig (of
poppler) is the second program that looks at our seals, soffice (LibreOffice) the one that opens our Word
files: without its screens 84 MB to fetch, a minute's wait the first time. SoftHSM is a token for keys made
of software. PostgreSQL needs nothing here: the tests take Debian's binaries or those of the pinned package.

Postfix and Dovecot are what the tests of a real mail stack run against, with a configuration of their own.
Without them, or without root, those tests are skipped, and the last line says so.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MAIL_STACK = ("/usr/sbin/postfix", "/usr/sbin/dovecot", "/usr/lib/dovecot/imap", "/usr/lib/dovecot/lmtp")
POLICY = Path("/usr/sbin/policy-rc.d")
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium() -> str | None:
    """The path of a browser that the tests can drive, if there is one."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found:
        return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def pdfsig() -> str | None:
    """The path of poppler's program that examines seals, if there is one."""
    return shutil.which("pdfsig")


def soffice() -> str | None:
    """The path of LibreOffice's program, if there is one."""
    return shutil.which("soffice")


def softhsm() -> str | None:
    """The path of SoftHSM's program, if there is one."""
    return shutil.which("softhsm2-util")


def install_browser() -> None:
    """Installs a browser: the system's package when root, else Playwright's."""
    if not install_package("chromium"):
        subprocess.call([sys.executable, "-m", "playwright", "install", "chromium"])


def mail_stack() -> str | None:
    """Where Postfix lies, if it and Dovecot with LMTP and IMAP are there."""
    found = all(Path(path).exists() for path in MAIL_STACK)
    return MAIL_STACK[0] if found else None


def install_mail_stack() -> None:
    """Installs Postfix, without a configuration, and Dovecot, when root; neither is started."""
    seeds = shutil.which("debconf-set-selections")
    if seeds is None or os.geteuid() != 0:
        return
    subprocess.run([seeds], input=b"postfix postfix/main_mailer_type select No configuration\n", check=False)
    with nothing_is_started():
        install_package("postfix", "--no-install-recommends", "dovecot-imapd", "dovecot-lmtpd")


@contextmanager
def nothing_is_started() -> Iterator[None]:
    """Packages that are installed in this block do not start their services (Debian's policy-rc.d)."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def install_package(name: str, *options: str) -> bool:
    """Installs a package of the system, when root; whether it did."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.call([apt, "update", "-qq"], env=quietly)
    return subprocess.call([apt, "install", "-y", "-qq", *options, name], env=quietly) == 0


def main() -> int:
    """0 when the tests can run."""
    if chromium() is None:
        sys.stdout.write("No browser found; installing one for the tests.\n")
        install_browser()
    if pdfsig() is None:
        sys.stdout.write("No pdfsig found; installing it for the tests.\n")
        install_package("poppler-utils")
    if soffice() is None:
        sys.stdout.write("No LibreOffice found; installing its Writer for the tests.\n")
        install_package("libreoffice-writer-nogui", "--no-install-recommends")
    if softhsm() is None:
        sys.stdout.write("No SoftHSM found; installing it for the tests.\n")
        install_package("softhsm2", "--no-install-recommends")
    if mail_stack() is None:
        sys.stdout.write("No Postfix with Dovecot found; installing them for the tests.\n")
        install_mail_stack()
    where = mail_stack() or "missing: the tests of a real mail stack are skipped"
    sys.stdout.write(f"For the tests: Postfix and Dovecot, {where}\n")
    found = {
        "Chromium": chromium(),
        "pdfsig (poppler-utils)": pdfsig(),
        "soffice (libreoffice-writer-nogui)": soffice(),
        "softhsm2-util (softhsm2)": softhsm(),
    }
    for name, path in found.items():
        if path is None:
            sys.stderr.write(f"The tests need {name}: install it and put it on PATH.\n")
        else:
            sys.stdout.write(f"For the tests: {name} at {path}\n")
    return 0 if all(found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
