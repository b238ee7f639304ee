"""Makes sure that a browser is there for the tests, before they start.

In order: a Chromium on PATH, Playwright's own, the system's packages when root. PostgreSQL needs nothing
here: the tests take Debian's binaries or those of the pinned PyPI package.
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


def install() -> None:
    """Installs a browser: the system's package when root, else Playwright's."""
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        subprocess.call([apt, "update", "-qq"])
        if subprocess.call([apt, "install", "-y", "-qq", "chromium"]) == 0:
            return
    subprocess.call([sys.executable, "-m", "playwright", "install", "chromium"])


def main() -> int:
    """0 when the tests can run."""
    if chromium() is None:
        sys.stdout.write("No browser found; installing one for the tests.\n")
        install()
    path = chromium()
    if path is None:
        sys.stderr.write("The browser tests need Chromium: install it and put it on PATH.\n")
        return 1
    sys.stdout.write(f"Browser for the tests: {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
