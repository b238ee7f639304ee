"""Builds what pages and documents need of Det Fælles Designsystem (npm dkfds), so that neither needs npm.

python scripts/look.py        after `npm ci`; a test says when the committed files are not what this writes

The stylesheet is `web/look/app.scss` with the parts of dkfds it names. The system's colours are turned into
custom properties (`web/look/_colours.scss`), so that dark, and a municipality's own colour, are other values
of the same names. Letters, icons and licences are copied beside it.
"""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SYSTEM = ROOT / "node_modules" / "dkfds" / "dist"
IBM_PLEX = SYSTEM / "fonts" / "IBMPlexSans"
LETTERS = IBM_PLEX / "split" / "woff2"
ON_PAPER = ("Regular", "SemiBold", "Bold")
"""The weights that documents are set in, whole: Typst reads no woff2."""

COLOURS = {
    "1a1a1a": "ink",
    "454545": "strong",
    "707070": "quiet",
    "8e8e8e": "edge",
    "bfbfbf": "line",
    "dcdcdc": "faint",
    "f5f5f5": "ground",
    "ffffff": "paper",
    "0b4f8b": "house",
    "083a67": "house-dark",
    "004d99": "link",
    "1b86c3": "blue",
    "e2f2fb": "blue-ground",
    "358000": "green",
    "ddf7ce": "green-ground",
    "febb30": "amber",
    "ffeecc": "amber-ground",
    "cc0000": "red",
    "ffe0e0": "red-ground",
}
"""The palette of dkfds (functions/color) and our two colours of the house, by the names of _colours.scss."""

ICONS = ("arrow-back", "chevron-left", "chevron-right", "error", "info", "menu", "success", "warning")
"""Drawn into pages by `icon("…")`, where they take the colour of their words."""

HEX = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
DECLARED = re.compile(r"(?<=[{;])--[\w-]+:[^;}]*")
PLACEHOLDER_LOGO = re.compile(r'background-image:url\("\.\./img/logo[^)]*\);?')
ADDRESS = re.compile(r'url\("((?:fonts|icons)/[^"]+)"\)')
SHADED = "<style>path{{fill:{light}}}@media(prefers-color-scheme:dark){{path{{fill:{dark}}}}}</style><path"
"""An icon in a background knows no `currentColor`, but it does know whether the page is dark."""


def build() -> dict[str, bytes]:
    """The content of each file that comes from npm, by its path."""
    css = named_colours(PLACEHOLDER_LOGO.sub("", compiled()))
    wanted = sorted(set(ADDRESS.findall(css)))
    beside = {path: _letters(path) if path.startswith("fonts/") else _shaded(path) for path in wanted}
    beside["app.css"] = ADDRESS.sub(lambda found: f'url("{dated(found[1], beside[found[1]])}")', css).encode()
    beside["licences/dkfds.md"] = (SYSTEM / "LICENSE.md").read_bytes()
    beside["licences/ibm-plex.txt"] = (LETTERS / "license.txt").read_bytes()
    drawn = {f"web/look/icons/{name}.svg": _icon(name).encode() for name in ICONS}
    kept = {f"web/static/{path}": content for path, content in beside.items()}
    return kept | drawn | papers()


def papers() -> dict[str, bytes]:
    """The letters of the documents."""
    whole = IBM_PLEX / "complete" / "ttf"
    names = [*(f"IBMPlexSans-{weight}.ttf" for weight in ON_PAPER), "license.txt"]
    return {f"documents/fonts/{name}": (whole / name).read_bytes() for name in names}


def compiled() -> str:
    """The stylesheet as Sass gives it."""
    sass = [sys.executable, str(ROOT / "scripts" / "npm.py"), "exec", "--silent", "--", "sass"]
    how = ["--style=compressed", "--no-source-map", "--quiet-deps", "--load-path=node_modules"]
    done = subprocess.run(
        [*sass, *how, "web/look/app.scss"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.lstrip("\ufeff")


def named_colours(css: str) -> str:
    """Every colour of the design system as its custom property. Raises KeyError for one that has no name."""

    def named(found: re.Match[str]) -> str:
        digits = found[1].lower()
        return f"var(--{COLOURS[digits if len(digits) == 6 else ''.join(each * 2 for each in digits)]})"

    pieces, at = [], 0
    for ours in DECLARED.finditer(css):
        pieces += [HEX.sub(named, css[at : ours.start()]), ours[0]]
        at = ours.end()
    return "".join([*pieces, HEX.sub(named, css[at:])])


def dated(path: str, content: bytes) -> str:
    """The address with a piece of its digest, as `web.render.asset` writes it."""
    return f"{path}?v={hashlib.sha256(content).hexdigest()[:12]}"


def _letters(path: str) -> bytes:
    return (LETTERS / Path(path).name).read_bytes()


def _icon(name: str) -> str:
    return (SYSTEM / "img" / "svg-icons" / f"{name}.svg").read_text(encoding="utf-8")


def _shaded(path: str) -> bytes:
    light, dark = ("#fff", "#14181c") if path.endswith("-white.svg") else ("#1a1a1a", "#f0f3f5")
    return _icon(Path(path).stem).replace("<path", SHADED.format(light=light, dark=dark), 1).encode()


def main() -> int:
    """Writes the files."""
    for path, content in build().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_bytes(content)
        sys.stdout.write(f"{path}: {len(content)} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
