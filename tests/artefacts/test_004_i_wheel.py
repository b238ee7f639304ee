"""Seed 004 I: the annual steering wheel, twelve activities in two rings."""

from datetime import date

import pytest

from cycle.plan.model import Confidence, FlowName, Ring, StageKind
from cycle.tasks.overview import Standing
from documents.wheel import Segment, Wheel, draw
from documents.wheel_words import MONTHS, RINGS
from tests.support.artefacts import wheel

PLANNING = {
    "Forberedelse af strategirevision",
    "Indgåelse af udviklingsaftaler",
    "Budgetudmelding",
    "Revision af BUFs Strategiske Grundlag",
    "Budgetseminar BUU",
    "Godkendelse af styringsrammer",
}
FOLLOW_UP = {
    "Regnskabsaflæggelse inkl. opfølgning på mål",
    "Kvartalsrapport 1",
    "Kvartalsrapport 2",
    "Kvartalsrapport 3",
    "Afrapportering på styringsrammer",
    "Resultatsamtaler/MUS",
}
OPENING_ORDER = [
    "regnskab",
    "budgetudmelding",
    "strategirevision",
    "budgetseminar",
    "kvartalsrapport-1",
    "styringsrammer-godkendelse",
    "kvartalsrapport-2",
    "resultatsamtaler",
    "kvartalsrapport-3",
    "styringsrammer-afrapportering",
    "strategirevision-forberedelse",
    "udviklingsaftaler",
]
DUE_MONTHS = {
    "regnskab": 2,
    "kvartalsrapport-1": 4,
    "kvartalsrapport-2": 8,
    "kvartalsrapport-3": 10,
    "resultatsamtaler": 9,
    "styringsrammer-afrapportering": 11,
    "styringsrammer-godkendelse": 5,
}


def test_the_wheel_has_exactly_the_twelve_activities_in_two_rings() -> None:
    by_ring = {ring: {a.title for a in wheel().plan.activities if a.ring is ring} for ring in Ring}
    assert by_ring == {Ring.PLANNING: PLANNING, Ring.FOLLOW_UP: FOLLOW_UP}
    assert len(wheel().plan.activities) == 12


def test_there_are_three_quarterly_reports_and_not_four() -> None:
    reports = [a.title for a in wheel().plan.activities if a.flow is FlowName.QUARTERLY_REPORT]
    assert reports == ["Kvartalsrapport 1", "Kvartalsrapport 2", "Kvartalsrapport 3"]


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_the_year_resolves_in_order_and_each_activity_concerns_its_year(year: int) -> None:
    resolved = wheel().resolve(year)
    order = sorted(resolved, key=lambda each: (resolved[each].opens_on, each))
    assert order == OPENING_ORDER
    for activity in wheel().plan.activities:
        dates = resolved[activity.id]
        assert dates.opens_on < dates.due_on <= dates.closes_on
        assert all(dates.due_on < due <= dates.closes_on for due in dates.stage_due.values())
        offset = {Ring.PLANNING: 1, Ring.FOLLOW_UP: -1 if activity.id == "regnskab" else 0}
        assert activity.ring is not None
        assert dates.concerns_year == year + offset[activity.ring]
    assert {each: resolved[each].due_on.month for each in DUE_MONTHS} == DUE_MONTHS


def test_agreements_run_over_new_year_through_their_steps() -> None:
    dates = wheel().resolve(2027)["udviklingsaftaler"]
    assert (dates.opens_on, dates.due_on) == (date(2027, 12, 1), date(2027, 12, 20))
    assert list(dates.stage_due) == [
        "forhandling",
        "godkendelse",
        "underskrift-leder",
        "underskrift-bestyrelse",
        "underskrift-nærmeste-leder",
    ]
    assert all(due.year == 2028 and due.month == 1 for due in dates.stage_due.values())
    stages = wheel().plan.activity("udviklingsaftaler").stages
    assert [stage.kind for stage in stages] == [
        StageKind.NEGOTIATE,
        StageKind.APPROVE,
        StageKind.SIGN,
        StageKind.SIGN,
        StageKind.SIGN,
    ]


def test_no_day_is_asserted_that_the_source_does_not_print() -> None:
    for activity in wheel().plan.activities:
        assert activity.window.opens.confidence is not Confidence.CERTAIN
        assert activity.window.due.confidence is not Confidence.CERTAIN
    approval = wheel().plan.activity("styringsrammer-godkendelse").window.due
    assert (approval.confidence, approval.printed) == (Confidence.UNCERTAIN, "Maj / Nov.")


def test_its_purposes_are_the_two_of_the_source() -> None:
    assert wheel().plan.purpose == (
        "At give overblik over det årlige arbejde med BUFs overordnede styring",
        "At sikre sammenhæng til økonomistyrings- og strategiprocesserne",
    )


def test_the_drawing_has_the_months_the_rings_and_every_title_exactly() -> None:
    assert " ".join(MONTHS) == "Jan Feb. Mar. Apr. Maj Juni Juli Aug. Sept. Okt. Nov. Dec."
    assert [RINGS[ring]["da"] for ring in Ring] == ["Planlægningsår", "Opfølgningsår"]
    dates = wheel().resolve(2027)
    segments = [
        Segment(
            title=each.title,
            ring=each.ring,
            opens_on=dates[each.id].opens_on,
            due_on=dates[each.id].due_on,
            closes_on=dates[each.id].closes_on,
            concerns_year=dates[each.id].concerns_year,
            standing=Standing.NOT_YET,
        )
        for each in wheel().plan.activities
        if each.ring
    ]
    drawn = draw(Wheel(2027, "Københavns Kommune", segments, date(2027, 10, 17)))
    assert all(f">{month}<" in drawn for month in MONTHS)
    for title in PLANNING | FOLLOW_UP:
        assert f"<title>{title}" in drawn, title


def test_one_month_holds_work_for_two_years() -> None:
    """September: the follow-up of the year itself. December: the planning of the next."""
    resolved = wheel().resolve(2027)
    by_month = {
        month: {dates.concerns_year for dates in resolved.values() if dates.opens_on.month == month}
        for month in (2, 11, 12)
    }
    assert by_month == {2: {2028}, 11: {2027}, 12: {2028}}
    spring = {dates.concerns_year for dates in resolved.values() if dates.due_on.month in (3, 4)}
    assert spring == {2027, 2028}
