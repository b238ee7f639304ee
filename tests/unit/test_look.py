"""How pages look: every pair of colours that meets can be read, and what npm gave is what is committed."""

import colorsys
import re
from itertools import product

import pytest

from config.colour import AA_EDGE, AA_TEXT, contrast, mixed, readable_on
from config.settings import load_settings
from cycle.errors import PlanInvalid
from cycle.tasks.overview import Standing
from cycle.tasks.states import OccurrenceState
from documents import wheel_style
from scripts import look
from web.house import DARK_GROUND, House
from web.render import kind
from web.secretariat.words import TONES
from web.words import OCCURRENCES

COLOURS = (look.ROOT / "web" / "look" / "_colours.scss").read_text(encoding="utf-8")
NAMED = re.compile(r"--([\w-]+): (#\w+);")
GROUNDS = ("paper", "ground")
STATUS = ("blue-ground", "green-ground", "amber-ground", "red-ground", "purple-ground")
LIGHT = dict(NAMED.findall(COLOURS.partition("@media")[0]))
DARK = LIGHT | dict(NAMED.findall(COLOURS.partition("@media")[2]))


def spelt_out(colour: str) -> str:
    return colour if len(colour) == 7 else "#" + "".join(each * 2 for each in colour[1:])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_pair_of_colours_that_meets_can_be_read(theme):
    words = [*product(("ink", "strong", "quiet", "link", "house", "house-dark", "red", "green"), GROUNDS)]
    words += [*product(("ink", "strong", "link"), STATUS)]
    words += [("red", "red-ground"), ("green", "green-ground"), ("ink", "faint"), ("mark-ink", "mark")]
    words += [("paper", "house"), ("paper", "house-dark"), ("paper", "strong"), ("paper", "red")]
    edges = [*product(("edge", "blue", "strong"), GROUNDS), ("strong", "faint")]
    for pairs, least in ((words, AA_TEXT), (edges, AA_EDGE)):
        for one, other in pairs:
            reached = contrast(spelt_out(theme[one]), spelt_out(theme[other]))
            assert reached >= least, (one, other, round(reached, 2))


GROUNDS_OF = {"info": "blue", "success": "green", "warning": "amber", "error": "red", "lacking": "purple"}


def hue(colour: str) -> float:
    red, green, blue = (int(spelt_out(colour)[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return colorsys.rgb_to_hls(red, green, blue)[0] * 360


@pytest.mark.parametrize(("pages", "wheel"), [(LIGHT, wheel_style.LIGHT), (DARK, wheel_style.DARK)])
def test_a_state_has_one_colour_in_the_wheel_and_in_the_tables(pages, wheel):
    told = [standing for standing in Standing if standing in TONES]
    assert len(told) == 5
    for standing in told:
        badge = pages[f"{GROUNDS_OF[kind(TONES[standing])]}-ground"]
        apart = abs(hue(badge) - hue(wheel[wheel_style.css_name(standing)]))
        assert min(apart, 360 - apart) < 45, (standing, badge)
    assert OCCURRENCES[OccurrenceState.OPEN][2] == TONES[Standing.ON_TRACK]


def test_contrast_is_counted_as_wcag_counts_it():
    assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"


def test_what_is_committed_is_what_the_builder_gives():
    for path, content in look.build().items():
        assert (look.ROOT / path).read_bytes() == content, f"{path}: run scripts/look.py"


def test_a_colour_without_a_name_stops_the_builder():
    assert look.named_colours("a{color:#FFF}:root{--ink:#123456}b{color:#cc0000}") == (
        "a{color:var(--paper)}:root{--ink:#123456}b{color:var(--red)}"
    )
    with pytest.raises(KeyError):
        look.named_colours("a{color:#123456}")


@pytest.mark.parametrize("colour", ["#0b4f8b", "#8a1538", "#1c7a4a", "#000000"])
def test_a_colour_of_the_house_can_be_read_in_the_light_and_in_the_dark(tmp_path, colour):
    house = House(load_settings(data_dir=tmp_path, colour=colour))
    light, _, dark = house.style.partition("@media")
    named = dict(re.findall(r"--([\w-]+):(#\w{6})", light)), dict(re.findall(r"--([\w-]+):(#\w{6})", dark))
    for name in ("house", "house-dark", "link"):
        assert contrast(named[0][name], "#ffffff") >= AA_TEXT, name
        assert contrast(named[1][name], DARK_GROUND) >= AA_TEXT, name


def test_a_colour_that_is_too_pale_is_refused_with_how_pale_it_is(tmp_path):
    with pytest.raises(PlanInvalid) as refused:
        load_settings(data_dir=tmp_path, colour="#ffcc00")
    (problem,) = refused.value.problems
    assert problem.where == "AARSHJUL_COLOUR"
    assert problem.what.endswith("Kontrasten er 1,5 til 1 og skal være mindst 4,5 til 1. Vælg en mørkere.")
    with pytest.raises(PlanInvalid):
        load_settings(data_dir=tmp_path, colour="rød")
    assert readable_on("#ffffff", "#ffcc00", "#000000") != "#ffcc00"


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "kan ikke læses"), (b"GIF89a", "hverken SVG eller PNG"), (b"<svg" + b" " * 200_000, "for stort")],
)
def test_a_logo_that_cannot_be_shown_is_refused(tmp_path, content, said):
    logo = tmp_path / "logo.svg"
    if content is not None:
        logo.write_bytes(content)
    with pytest.raises(PlanInvalid) as refused:
        load_settings(data_dir=tmp_path, logo=logo)
    assert said in refused.value.problems[0].what
