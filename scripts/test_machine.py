"""Makes sure that what the tests need of the machine is there: a browser, pdfsig, a word processor, a token.

The browser, in order: a Chromium on PATH, Playwright's own, the system's packages when root. pdfsig (of
poppler) is the second program that looks at our seals, soffice (LibreOffice) the one that opens our Word
files: without its screens 84 MB to fetch, a minute's wait the first time. SoftHSM is a token for keys made
of software. PostgreSQL needs nothing here: the tests take Debian's binaries or those of the pinned package.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

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


def install_package(name: str, *options: str) -> bool:
    """Installs a package of the system, when root; whether it did."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    subprocess.call([apt, "update", "-qq"])
    return subprocess.call([apt, "install", "-y", "-qq", *options, name]) == 0


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
