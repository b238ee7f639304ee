import io
import itertools
import math
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from cycle.plan.model import Ring
from cycle.tasks.overview import Standing
from documents.geometry import Arc, arc_of, shares
from documents.typeset import typeset
from documents.wheel import Segment, Wheel, draw
from documents.wheel_labels import Wanted, callouts
from documents.wheel_model import HUB, LEAST, Ahead, Coming
from documents.wheel_print import print_svg, wheel_values
from documents.wheel_style import DARK, LIGHT
from documents.wheel_words import MONTHS, STANDINGS
from tests.support.wheels import TITLES, segments

SVG = "{http://www.w3.org/2000/svg}"
TODAY = date(2027, 10, 17)
MIXED = [*Standing, *Standing][:12]


def tree_of(wheel):
    return ElementTree.fromstring(draw(wheel))


def words_of(element):
    """The visible text of an element: what stands in <text>, joined."""
    return " ".join("".join(text.itertext()) for text in element.iter(f"{SVG}text"))


def flat(text):
    return re.sub(r"\s+", "", text)


def links(tree):
    return [a for a in tree.iter(f"{SVG}a")]


@pytest.mark.parametrize("standings", [[], MIXED, [Standing.COMPLETE] * 12, [Standing.OVERDUE] * 12])
def test_all_twelve_titles_can_be_read_and_each_arc_is_its_link(standings):
    tree = tree_of(Wheel(2027, "Byby Kommune", segments(standings), TODAY))
    found = links(tree)
    assert [a.get("href") for a in found] == [f"/aktivitet/{n}" for n in range(1, 13)]
    for a, title in zip(found, TITLES, strict=True):
        assert flat(title) in flat(words_of(a))
        explained = a.find(f"{SVG}title")
        assert explained is not None and (explained.text or "").startswith(title)


def test_the_months_are_printed_exactly_and_in_order_clockwise():
    tree = tree_of(Wheel(2027, "Byby Kommune", segments(), TODAY))
    months = ["".join(t.itertext()) for t in tree.iter(f"{SVG}text") if t.get("class") == "month"]
    assert " ".join(months) == "Jan Feb. Mar. Apr. Maj Juni Juli Aug. Sept. Okt. Nov. Dec."
    assert tuple(months) == MONTHS


def test_an_english_wheel_has_english_months():
    tree = tree_of(Wheel(2027, "Byby Kommune", segments(), TODAY, language="en"))
    months = ["".join(t.itertext()) for t in tree.iter(f"{SVG}text") if t.get("class") == "month"]
    assert " ".join(months) == "Jan Feb. Mar. Apr. May June July Aug. Sept. Oct. Nov. Dec."


def test_both_rings_are_named_and_planning_lies_outside_follow_up():
    tree = tree_of(Wheel(2027, "Byby Kommune", segments(), TODAY))
    names = {"".join(t.itertext()) for t in tree.iter(f"{SVG}text") if t.get("class") == "ring"}
    assert names == {"PLANLÆGNINGSÅR", "OPFØLGNINGSÅR"}
    radius = {c.get("stroke"): float(c.get("r", 0)) for c in tree.iter(f"{SVG}circle")}
    assert radius["var(--aw-planning)"] > radius["var(--aw-follow-up)"]


def test_an_activity_about_another_year_says_which():
    tree = tree_of(Wheel(2027, "Byby Kommune", segments(MIXED), TODAY))
    by_title = dict(zip(TITLES, (words_of(a) for a in links(tree)), strict=True))
    assert "for 2026" in by_title["Regnskabsaflæggelse inkl. opfølgning på mål"]
    assert "for 2028" in by_title["Budgetudmelding"]
    assert "for 20" not in by_title["Kvartalsrapport 1"]


def test_what_lies_over_the_new_year_and_has_not_opened_says_when_it_does():
    """In January it lies under the hand; the one that runs then belongs to the year before."""
    day = date(2027, 10, 4)
    over = Segment("Aftaler", Ring.PLANNING, day, day, date(2028, 2, 1), 2027, Standing.NOT_YET, href="/a/1")
    for standing, said in ((Standing.NOT_YET, True), (Standing.ON_TRACK, False)):
        shown = Wheel(2027, "Byby Kommune", [replace(over, standing=standing)], date(2027, 1, 21))
        assert ("åbner 4. oktober" in words_of(links(tree_of(shown))[0])) is said
    within = replace(over, closes_on=date(2027, 12, 1))
    assert "åbner" not in words_of(links(tree_of(Wheel(2027, "Byby Kommune", [within], TODAY)))[0])


def test_a_standing_is_told_by_class_pattern_and_words_and_never_by_colour_alone():
    tree = tree_of(Wheel(2027, "Byby Kommune", segments(MIXED), TODAY))
    for a, standing in zip(links(tree), MIXED, strict=True):
        assert standing.value.replace("_", "-") in (a.get("class") or "").split()
        patterned = any((p.get("fill") or "").startswith("url(") for p in a.iter(f"{SVG}path"))
        assert patterned == (standing in (Standing.DUE_SOON, Standing.OVERDUE, Standing.INCOMPLETE))
    for a, standing in zip(links(tree), MIXED, strict=True):
        assert STANDINGS[standing]["da"] in (a.findtext(f"{SVG}title") or "")


def test_the_drawing_is_named_described_and_fetches_nothing():
    text = draw(Wheel(2027, "Byby <Kommune>", segments(MIXED), TODAY))
    tree = ElementTree.fromstring(text)
    labelled = (tree.get("aria-labelledby") or "").split()
    named = {e.get("id"): e.text for e in tree if e.get("id") in labelled}
    assert named["aw-title"] == "Styringsårshjul 2027, Byby <Kommune>"
    assert all(title in (named["aw-desc"] or "") for title in TITLES)
    outside = [
        v for e in tree.iter() for k, v in e.attrib.items() if "href" in k and not v.startswith(("#", "/"))
    ]
    assert outside == []
    assert "@import" not in text and "url(http" not in text


def test_todays_hand_is_drawn_only_in_its_own_year():
    assert "17. oktober" in draw(Wheel(2027, "Byby", segments(), TODAY))
    assert "17. oktober" not in draw(Wheel(2027, "Byby", segments(), date(2028, 10, 17)))
    assert 'class="hand' not in draw(Wheel(2027, "Byby", segments()))


def test_an_inferred_date_is_marked_on_its_arc_and_in_its_words():
    tree = tree_of(Wheel(2027, "Byby", segments(), TODAY))
    assert all("inferred" in (a.get("class") or "").split() for a in links(tree))
    assert all("Datoen er udledt" in (a.findtext(f"{SVG}title") or "") for a in links(tree))


def test_english_is_spoken_too():
    text = draw(Wheel(2027, "Byby", segments(MIXED), TODAY, "en"))
    assert "Steering cycle 2027" in text and "PLANNING YEAR" in text and "17 October" in text


def test_forty_activities_fit_in_a_hundred_kilobytes():
    start = date(2027, 1, 1)
    many = [
        Segment(
            title=f"Aktivitet {n} om noget langt",
            ring=Ring.PLANNING if n % 2 else Ring.FOLLOW_UP,
            opens_on=start + timedelta(days=n * 9),
            due_on=start + timedelta(days=n * 9 + 10),
            closes_on=start + timedelta(days=n * 9 + 20),
            concerns_year=2027,
            standing=list(Standing)[n % len(Standing)],
            answered=n,
            total=40,
            href=f"/aktivitet/{n}",
        )
        for n in range(40)
    ]
    text = draw(Wheel(2027, "Byby", many, TODAY))
    assert len(text.encode()) <= 100_000
    assert len(links(ElementTree.fromstring(text))) == 40


def test_a_title_of_markup_stays_text():
    one = [
        Segment("<script>alert(1)</script>&", Ring.PLANNING, *[date(2027, 3, 1)] * 3, 2027, Standing.ON_TRACK)
    ]
    tree = tree_of(Wheel(2027, "Byby", one, TODAY))
    assert not list(tree.iter("script")) and "<script>" in words_of(tree)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_titles_and_edges_stand_out_from_their_ground_in_light_and_dark(colours):
    for standing in Standing:
        name = standing.value.replace("_", "-")
        assert contrast(colours["ink"], colours[name]) >= 4.5, name
        if standing is not Standing.CANCELLED:
            assert contrast(colours[f"{name}-edge"], colours["planning"]) >= 3, name
    assert contrast(colours["rim-ink"], colours["rim"]) >= 4.5
    assert contrast(colours["quiet"], colours["follow-up"]) >= 4.5


arcs = st.builds(Arc, st.floats(0, 359.9), st.floats(2, 200))


@given(st.lists(arcs, max_size=12))
def test_arcs_that_overlap_never_share_a_lane(given_arcs):
    found = shares(given_arcs, range(len(given_arcs)))
    for i, one in enumerate(found):
        assert one.first >= 0 and one.span >= 1 and one.first + one.span <= one.count
        for j in range(i):
            if given_arcs[i].meets(given_arcs[j]):
                other = found[j]
                assert one.count == other.count
                assert one.first + one.span <= other.first or other.first + other.span <= one.first


days = st.dates(date(2026, 1, 1), date(2028, 12, 31))


@given(days, st.integers(0, 800))
def test_a_window_is_an_arc_of_its_own_length_over_any_new_year(first, length):
    arc = arc_of(first, first + timedelta(days=length))
    assert 0 <= arc.start < 360 and 0 < arc.sweep <= 360
    if length < 364:
        assert math.isclose(arc.sweep, max((length + 1) * 360 / 365.25, 1.5), abs_tol=4.5)


@given(st.lists(st.tuples(st.integers(1, 60), st.floats(0, 359.9)), max_size=30))
def test_titles_outside_the_rim_never_overlap(given_titles):
    wanted = [Wanted("x" * length, "meta", angle, 300) for length, angle in given_titles]
    placed = callouts(wanted, 486, 520)
    for left in (True, False):
        side = sorted((c for c in placed if c.left is left), key=lambda c: c.y)
        for above, below in itertools.pairwise(side):
            assert below.y - above.y >= 20 * len(above.lines)


def test_on_paper_every_colour_is_settled_and_the_page_is_one_a3_with_every_title():
    wheel = Wheel(2027, "Byby 🎉 Kommune", segments(MIXED), TODAY, mark="Opdigtede svar")
    drawn = print_svg(wheel)
    assert "var(" not in drawn and "@media" not in drawn and ":hover" not in drawn
    ElementTree.fromstring(drawn)
    pdf = typeset("wheel.typ", wheel_values(wheel), at=datetime(2027, 10, 17, tzinfo=UTC))
    reader = PdfReader(io.BytesIO(pdf))
    (page,) = reader.pages
    assert [round(side / 72 * 25.4) for side in page.mediabox[2:]] == [420, 297]
    things = [reader.get_object(number) for number in range(1, reader.trailer["/Size"])]
    letters = {thing["/FontName"] for thing in things if isinstance(thing, dict) and "/FontName" in thing}
    assert {name[8:].partition("-")[0] for name in letters} == {"IBMPlexSans"}
    said = flat(page.extract_text())
    assert "Opdigtedesvar" in said and "[partypopper]" in said
    for title in TITLES:
        assert flat(title) in said


COMING = Coming(
    2028,
    [
        Ahead("Budgetudmelding", date(2028, 2, 1), date(2028, 3, 5)),
        Ahead("<b>", date(2028, 2, 9), date(2028, 2, 9)),
    ],
    "/aarshjul/7",
)


def test_the_year_to_come_is_a_ring_in_the_middle_that_leads_there_as_a_whole():
    wheel = Wheel(2027, "Byby Kommune", segments(MIXED), TODAY, coming=COMING)
    tree = tree_of(wheel)
    ring = links(tree)[-1]
    assert ring.get("href") == "/aarshjul/7" and len(list(ring.iter(f"{SVG}path"))) >= 2
    told = ring.find(f"{SVG}title").text
    assert told == "Årshjul 2028: 2 aktiviteter. Den første er Budgetudmelding, der åbner 1. februar 2028."
    assert "ÅRSHJUL 2028" in words_of(ring)
    bands = [d for d in re.findall(r'class="arc" d="([^"]+)"', draw(wheel))]
    inner = [float(r) for d in bands for r in re.findall(r"A([\d.]+) ", d)]
    assert min(inner) > wheel.hub > HUB == Wheel(2027, "Byby", []).hub
    assert ring.get("class") == "coming"


def test_whatever_is_smaller_than_a_fingertip_has_room_to_be_hit():
    day = date(2027, 5, 3)
    small = Segment("Et møde", Ring.FOLLOW_UP, day, day, day, 2027, Standing.NOT_YET, href="/aktivitet/1")
    (circle,) = [
        c for c in tree_of(Wheel(2027, "By", [small])).iter(f"{SVG}circle") if c.get("class") == "hit"
    ]
    assert 2 * float(circle.get("r")) >= LEAST
    shown = 1150 / (2 * 530)  # px of a unit, where the wheel without titles beside it is as wide as a page
    assert LEAST * shown >= 24
    large = [
        Segment("Hele året", Ring.FOLLOW_UP, day, day, date(2027, 9, 1), 2027, Standing.NOT_YET, href="/a/1")
    ]
    assert 'class="hit"' not in draw(Wheel(2027, "By", large))


def test_a_printed_wheel_has_the_year_to_come_in_colours_a_printer_knows():
    printed = print_svg(Wheel(2027, "Byby Kommune", segments(), TODAY, coming=COMING))
    assert "ÅRSHJUL 2028" in printed and "var(" not in printed and "aw-wall" not in printed
