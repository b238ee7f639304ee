"""How the wheel looks: colours for light and dark, and the patterns that tell the standings apart.

Every colour is a custom property that a page may set; without one the values here hold. A standing is
never told by colour alone: its pattern, its border and its words say the same.
"""

from cycle.tasks.overview import Standing

LIGHT = {
    "ink": "#1d2733",
    "quiet": "#5a6775",
    "line": "#d5dae0",
    "paper": "#ffffff",
    "planning": "#f3f6fa",
    "follow-up": "#faf6f0",
    "rim": "#22364d",
    "rim-ink": "#ffffff",
    "hand": "#b3261e",
    "not-yet": "#ffffff",
    "not-yet-edge": "#76828f",
    "on-track": "#cfe2f8",
    "on-track-edge": "#1c62b0",
    "due-soon": "#ffe3a3",
    "due-soon-edge": "#9a6200",
    "overdue": "#fbd0cc",
    "overdue-edge": "#b3261e",
    "complete": "#cdebd3",
    "complete-edge": "#1e7a3c",
    "incomplete": "#e6dcef",
    "incomplete-edge": "#6f3fa0",
    "cancelled": "#eef0f2",
    "cancelled-edge": "#a9b2bc",
    "before-start": "#e3e7eb",
    "before-start-edge": "#6b7680",
}

DARK = {
    "ink": "#eef2f6",
    "quiet": "#a9b5c2",
    "line": "#364350",
    "paper": "#141b22",
    "planning": "#1b252f",
    "follow-up": "#241f1a",
    "rim": "#33506f",
    "rim-ink": "#ffffff",
    "hand": "#ff8a80",
    "not-yet": "#1a222b",
    "not-yet-edge": "#74828f",
    "on-track": "#143a63",
    "on-track-edge": "#6fb1f5",
    "due-soon": "#574000",
    "due-soon-edge": "#f2bd4b",
    "overdue": "#641f1a",
    "overdue-edge": "#ff8a80",
    "complete": "#17452a",
    "complete-edge": "#6fcf8e",
    "incomplete": "#3d2856",
    "incomplete-edge": "#c49bec",
    "cancelled": "#222b34",
    "cancelled-edge": "#566370",
    "before-start": "#2a343e",
    "before-start-edge": "#8b98a5",
}

RULES = """
.aw{font-family:"IBM Plex Sans","Segoe UI","Helvetica Neue",Arial,"Liberation Sans",sans-serif}
.aw text{fill:var(--aw-ink)}
.aw a{cursor:pointer;text-decoration:none}
.aw .edges{fill:none;stroke-width:1.7;stroke-linecap:round}
.aw .inferred .ends{stroke-dasharray:.1 5;stroke-width:2.6}
.aw a:hover .edges,.aw a:focus .edges{stroke-width:4}
.aw a:focus{outline:none}
.aw a:hover .name,.aw a:focus .name{text-decoration:underline}
.aw .name{font-weight:600}
.aw .meta{fill:var(--aw-ink);opacity:.82}
.aw .cancelled .name{text-decoration:line-through}
.aw .no{display:none;font-weight:700;font-size:30px;text-anchor:middle}
.aw .month{fill:var(--aw-rim-ink);font-weight:600;font-size:19px;letter-spacing:.04em}
.aw .ring{fill:var(--aw-quiet);font-weight:600;font-size:12.5px;letter-spacing:.16em}
.aw .year{font-size:70px;font-weight:700;text-anchor:middle;letter-spacing:-.01em}
.aw .hub{fill:var(--aw-quiet);text-anchor:middle}
.aw .hub.strong{fill:var(--aw-ink);font-weight:600;font-size:17px}
.aw .key{font-size:15px}
.aw .spoke{stroke:var(--aw-line);stroke-width:1}
.aw .spoke.quarter{stroke-width:2}
.aw .lead{fill:none;stroke:var(--aw-quiet);stroke-width:1.1}
.aw .track{fill:none;stroke-width:4;opacity:.22}
.aw .done{fill:none;stroke-width:4}
.aw .coming .ground{fill:none;stroke:var(--aw-not-yet)}
.aw .ahead{fill:var(--aw-quiet);opacity:.55}
.aw a.coming:hover .ring,.aw a.coming:focus .ring{text-decoration:underline;fill:var(--aw-ink)}
.aw a.coming:focus .ground,.aw a.coming:hover .ground{stroke:var(--aw-rim)}
.aw .hit{fill:none;pointer-events:all}
.aw .hand{fill:var(--aw-hand)}
.aw .hand.over{opacity:.3}
.aw .hand-text{fill:var(--aw-paper);font-weight:700;font-size:15px;text-anchor:middle}
@media (max-width:600px){.aw .name,.aw .meta,.aw .lead,.aw .badge,.aw .key,.aw .keybox{display:none}
.aw .no{display:block}.aw .month{font-size:24px}}
@media print{.aw{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""


WALL = """
.aw-wall{margin:0;font-family:"IBM Plex Sans",system-ui,sans-serif}
.aw-wall .aw{display:block;width:100vw;height:92vh}
.aw-wall p{margin:0;padding:.6vh 2vw;text-align:right}
.aw-wall a{color:inherit}
.aw-name{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
"""


def page_stylesheet() -> str:
    """As `stylesheet` for the pages, with that of the page that is the wheel alone."""
    return stylesheet() + WALL.replace(chr(10), "")


def stylesheet() -> str:
    """The whole style as CSS, for a page's own file or for a drawing that stands alone."""
    light = _properties(LIGHT)
    dark = _properties(DARK)
    standings = "".join(_standing(standing) for standing in Standing)
    return (
        f".aw{{{light}}}@media (prefers-color-scheme:dark){{.aw{{{dark}}}}}"
        f'[data-theme="light"] .aw{{{light}}}[data-theme="dark"] .aw{{{dark}}}'
        f"@media print{{.aw{{{light}}}}}{standings}{RULES.replace(chr(10), '')}"
    )


def patterns() -> str:
    """The SVG patterns laid over an arc's colour: dots, stripes and hatching."""
    return (
        '<pattern id="aw-due-soon" width="9" height="9" patternUnits="userSpaceOnUse">'
        '<circle class="edge due-soon" cx="2.5" cy="2.5" r="1.3"/></pattern>'
        '<pattern id="aw-overdue" width="10" height="10" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="edge overdue" width="3" height="10"/></pattern>'
        '<pattern id="aw-incomplete" width="10" height="10" patternUnits="userSpaceOnUse">'
        '<path class="hatch incomplete" d="M0 10L10 0M0 0L10 10"/></pattern>'
    )


PATTERNED = frozenset({Standing.DUE_SOON, Standing.OVERDUE, Standing.INCOMPLETE})


def css_name(standing: Standing) -> str:
    """The standing as a class name."""
    return standing.value.replace("_", "-")


def _properties(values: dict[str, str]) -> str:
    return "".join(f"--aw-{name}:{value};" for name, value in values.items())


def _standing(standing: Standing) -> str:
    name = css_name(standing)
    return (
        f".aw .{name} .arc{{fill:var(--aw-{name})}}"
        f".aw .{name} .edges,.aw .{name} .track,.aw .{name} .done{{stroke:var(--aw-{name}-edge)}}"
        f".aw .{name} .due{{fill:var(--aw-{name}-edge)}}"
        f".aw .edge.{name}{{fill:var(--aw-{name}-edge);opacity:.2}}"
        f".aw .hatch.{name}{{stroke:var(--aw-{name}-edge);opacity:.24;fill:none}}"
        f".aw .{name} .badge{{fill:var(--aw-{name}-edge)}}"
    )
