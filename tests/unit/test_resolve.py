"""Plans resolved to dates: windows, relations, meetings, circles, New Year, school years, notes."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycle.calendar import LocalDays, WorkingCalendar
from cycle.errors import PlanInvalid
from cycle.plan.certain import due_certainty, marked
from cycle.plan.meetings import MeetingDay
from cycle.plan.model import Activity, Audience, Confidence, Plan
from cycle.plan.resolve import ResolvedActivity, resolve

CALENDAR = WorkingCalendar()
BUU = [
    MeetingDay("BUU", date(2027, 1, 13), date(2027, 1, 5)),
    MeetingDay("BUU", date(2027, 5, 12), date(2027, 4, 28)),
    MeetingDay("BUU", date(2027, 12, 8)),
    MeetingDay("BUU", date(2028, 1, 12), date(2028, 1, 4)),
]


def activity(activity_id: str, opens: Any, due: Any, closes: Any = None, **more: Any) -> Activity:
    window = {"opens": opens, "due": due} | ({"closes": closes} if closes else {})
    window = {point: {"date": when} if isinstance(when, str) else when for point, when in window.items()}
    return Activity.model_validate(
        {"id": activity_id, "title": activity_id, "flow": "report", "audience": Audience(), "window": window}
        | more
    )


def stage(stage_id: str, due: str) -> dict[str, Any]:
    return {"id": stage_id, "title": f"Trin {stage_id}", "audience": {}, "due": {"date": due}}


def plan(*activities: Activity, **more: Any) -> Plan:
    facts = {"kind": "wheel", "id": "p", "title": "P", "municipality": "K"} | more
    return Plan(**facts, activities=activities)


def resolved(
    *activities: Activity, year: int = 2027, calendar: WorkingCalendar = CALENDAR, **more: Any
) -> dict[str, ResolvedActivity]:
    return resolve(plan(*activities, **more), year, calendar, {"BUU": BUU})


def window(dates: ResolvedActivity) -> list[str]:
    return [dates.opens_on.isoformat(), dates.due_on.isoformat(), dates.closes_on.isoformat()]


def problems(*activities: Activity, **more: Any) -> list[str]:
    with pytest.raises(PlanInvalid) as caught:
        resolved(*activities, **more)
    return [str(problem) for problem in caught.value.problems]


def test_an_opening_takes_the_first_day_of_a_span_and_due_and_closing_the_last() -> None:
    found = resolved(activity("a", "primo april", "primo april", "ultimo april"))
    assert window(found["a"]) == ["2027-04-01", "2027-04-10", "2027-04-30"]


def test_without_a_closing_date_it_closes_five_working_days_after_the_last_date_before() -> None:
    plain = resolved(activity("a", "1. april", "20. april"))["a"]
    staged = resolved(activity("a", "1. april", "20. april", stages=[stage("omraade", "3. maj")]))["a"]
    assert plain.closes_on == date(2027, 4, 27)
    assert staged.closes_on == date(2027, 5, 11)  # Ascension Day on 6 May is no working day


def test_every_kind_of_phrase_stands_in_one_plan() -> None:
    found = resolved(
        activity("fast", "20. april", "1/5", "2027-05-05"),
        activity("dele", "primo maj", "medio maj", "ultimo maj"),
        activity("uger", "uge 33", "uge 36", "uge 39"),
        activity("perioder", "1. kvartal", "1. halvår", "august"),
        activity("dage", "første arbejdsdag i maj", "2. mandag i juni", "sidste arbejdsdag i juni"),
        activity("omfang", "ultimo juni-medio august", "ultimo juni-medio august"),
        activity("frem", "10 arbejdsdage efter fast due", "3 uger efter opens", "5 arbejdsdage efter due"),
        activity("tilbage", "3 uger før due", "8 arbejdsdage før dagsorden BUU 2027-05-12", "møde BUU 2"),
        activity("engelsk", "10 working days after fast due", "the meeting of BUU sidste"),
    )
    assert {name: window(dates) for name, dates in found.items()} == {
        "fast": ["2027-04-20", "2027-05-01", "2027-05-05"],
        "dele": ["2027-05-01", "2027-05-20", "2027-05-31"],
        "uger": ["2027-08-16", "2027-09-12", "2027-10-03"],
        "perioder": ["2027-01-01", "2027-06-30", "2027-08-31"],
        "dage": ["2027-05-03", "2027-06-14", "2027-06-30"],
        "omfang": ["2027-06-21", "2027-08-20", "2027-08-27"],
        "frem": ["2027-05-18", "2027-06-08", "2027-06-15"],
        "tilbage": ["2027-03-26", "2027-04-16", "2027-05-12"],
        "engelsk": ["2027-05-18", "2027-12-08", "2027-12-15"],
    }


def test_a_chain_counts_from_moved_dates() -> None:
    moved = {"date": "1. maj", "move": "later"}
    found = resolved(activity("b", "2 dage efter a due", "juni"), activity("a", "1. april", moved))
    assert found["a"].due_on == date(2027, 5, 3)
    assert found["b"].opens_on == date(2027, 5, 5)


def test_local_closed_days_move_dates_and_working_day_distances() -> None:
    shut = WorkingCalendar(local=(LocalDays(first=date(2027, 5, 7), name="Lukkedag"),))
    due = {"date": "7. maj", "move": "later"}
    found = resolved(activity("a", "5 arbejdsdage før due", due), calendar=shut)["a"]
    assert window(found) == ["2027-04-29", "2027-05-10", "2027-05-18"]
    assert found.notes == ("Frist: flyttet fra fredag 7. maj 2027 (Lukkedag) til mandag 10. maj 2027",)


def test_a_window_over_new_year_ends_in_the_next_year() -> None:
    prepare = activity("strategi", "primo december", "medio januar", "ultimo januar", concerns=1)
    found = resolved(prepare)["strategi"]
    assert window(found) == ["2027-12-01", "2028-01-20", "2028-01-31"]
    assert found.concerns_year == 2028


def test_a_window_over_new_year_may_end_at_the_next_years_first_meeting_or_on_leap_day() -> None:
    found = resolved(
        activity("m", "1. december", "dagsorden BUU 1", "møde BUU 1"),
        activity("s", "1. december", "29. februar"),
    )
    assert window(found["m"]) == ["2027-12-01", "2028-01-04", "2028-01-12"]
    assert found["s"].due_on == date(2028, 2, 29)


def test_a_mistyped_due_date_is_not_taken_for_next_years() -> None:
    assert problems(activity("a", "20. maj", "10. maj")) == [
        "a.window.due: Aktiviteten har frist 10. maj 2027, men åbner først 20. maj 2027. "
        "Ret en af datoerne, eller skriv årstal."
    ]


def test_a_school_year_begins_in_august_and_its_spring_lies_in_the_next_calendar_year() -> None:
    found = resolved(
        activity("efteraar", "15. august", "ultimo september"),
        activity("foraar", "primo marts", "uge 24", concerns=1),
        activity("henover", "juni", "1. september"),
        starts=8,
    )
    assert window(found["efteraar"])[:2] == ["2027-08-15", "2027-09-30"]
    assert window(found["foraar"])[:2] == ["2028-03-01", "2028-06-18"]
    assert window(found["henover"])[:2] == ["2028-06-01", "2028-09-01"]
    assert [dates.concerns_year for dates in found.values()] == [2027, 2028, 2027]


def test_one_calendar_year_holds_work_for_three_years() -> None:
    found = resolved(
        activity("regnskab", "primo februar", "ultimo februar", concerns=-1),
        activity("kvartal", "primo april", "ultimo april"),
        activity("budget", "primo marts", "ultimo marts", concerns=1),
    )
    assert [dates.concerns_year for dates in found.values()] == [2026, 2027, 2028]


def test_an_opening_moved_into_the_year_before_still_concerns_the_same_year() -> None:
    opens = {"date": "1. januar", "move": "earlier"}
    found = resolved(activity("a", opens, "31. januar"))["a"]
    assert found.opens_on == date(2026, 12, 30)
    assert found.concerns_year == 2027


def test_a_process_keeps_the_years_it_is_written_with() -> None:
    draft = activity("udkast", "16. november-7. januar 2015", "16. november-7. januar 2015")
    hearing = activity("hoering", "dagen efter udkast due", "4 uger efter opens", "3. marts 2015")
    found = resolved(draft, hearing, kind="process", year=2014)
    assert window(found["udkast"])[:2] == ["2014-11-16", "2015-01-07"]
    assert window(found["hoering"]) == ["2015-01-08", "2015-02-05", "2015-03-03"]


def test_a_wheel_with_a_date_of_another_year_is_refused() -> None:
    assert problems(activity("a", "20. april 2027", "20. maj 2027"), year=2029) == [
        "a.window.opens: Åbner 20. april 2027, men årshjulet er 2029. "
        "Skriv datoen uden årstal, eller ret afstanden."
    ]


def test_circular_dependencies_are_refused_by_name_each_circle_once() -> None:
    found = problems(
        activity("a", "2 dage efter b opens", "maj"),
        activity("b", "2 dage efter c opens", "maj"),
        activity("c", "2 dage efter a opens", "maj"),
        activity("d", "3 uger før due", "3 uger efter opens"),
        activity("waits", "2 dage efter a opens", "1. juni"),
        activity("free", "1. april", "1. maj"),
    )
    circles = [line.split("hinanden: ")[1].split(". Giv")[0] for line in found]
    assert len(circles) == 2
    assert set(circles) & {"a → b → c → a", "b → c → a → b", "c → a → b → c"}
    assert set(circles) & {"d opens → d due → d opens", "d due → d opens → d due"}


def test_two_activities_that_count_from_each_others_fixed_dates_are_no_circle() -> None:
    found = resolved(
        activity("a", "10 dage før b due", "1. juni"),
        activity("b", "10 dage før a due", "5. juni"),
    )
    assert found["a"].opens_on == date(2027, 5, 26)
    assert found["b"].opens_on == date(2027, 5, 22)


def test_all_faults_are_named_at_once_each_with_a_cure() -> None:
    found = problems(
        activity("kvartalsrapport-1", "1. apirl", "31. april"),
        activity("budget", "2 dage efter kvartalsraport-1 due", "uge 53"),
        activity("moede", "møde BU 1", "møde BUU 13. maj 2027", "møde BUU 9"),
        activity("papir", "1. november", "2 dage før dagsorden BUU 2027-12-08"),
        activity("ukendt", "2 dage efter xyz due", "juni"),
    )
    assert found == [
        "kvartalsrapport-1.window.opens: »1. apirl« kan ikke læses som en dato. Mente du »1. april«?",
        "kvartalsrapport-1.window.due: April har kun 30 dage. Skriv fx »30. april« eller »ultimo april«.",
        "budget.window.opens: Aktiviteten »kvartalsraport-1« findes ikke i planen. "
        "Mente du »kvartalsrapport-1«?",
        "budget.window.due: 2027 har ingen uge 53. Skriv uge 52 eller uge 1.",
        "moede.window.opens: Der er ingen møder for »BU«. Mente du »BUU«?",
        "moede.window.due: BUU har intet møde 13. maj 2027. "
        "De nærmeste møder er 12. maj 2027 eller 13. januar 2027.",
        "moede.window.closes: BUU har kun 3 møder i 2027. Skriv et tal fra 1 til 3.",
        "papir.window.due: Mødet i BUU 8. december 2027 har ingen dagsordensfrist. "
        "Skriv den i mødekalenderens kolonne agenda_deadline, eller regn fra mødet selv.",
        "ukendt.window.opens: Aktiviteten »xyz« findes ikke i planen. "
        "Der er: kvartalsrapport-1, budget, moede, papir, ukendt.",
    ]


def test_meetings_of_a_year_not_loaded_are_asked_for() -> None:
    assert problems(activity("a", "møde BUU 1", "juni"), year=2030) == [
        "a.window.opens: BUU har ingen møder i 2030. Indlæs årets mødekalender (CSV eller ICS)."
    ]


def test_stages_stand_in_order_and_may_count_from_each_other() -> None:
    stages = [stage("distrikt", "5 arbejdsdage efter due"), stage("omraade", "1 uge efter distrikt")]
    found = resolved(activity("a", "1. april", "20. april", "15. maj", stages=stages))["a"]
    assert found.stage_due == {"distrikt": date(2027, 4, 27), "omraade": date(2027, 5, 4)}
    assert [each.on.isoformat() for each in found.dates] == [
        "2027-04-01",
        "2027-04-20",
        "2027-04-27",
        "2027-05-04",
        "2027-05-15",
    ]


def test_stages_out_of_order_and_closing_before_the_last_are_refused() -> None:
    stages = [stage("x", "10. maj"), stage("y", "5. maj")]
    found = problems(activity("a", "1. april", "20. april", "4. maj", stages=stages))
    assert [line.split(" Ret")[0] for line in found] == [
        "a.stages.y.due: Trinnet y har frist 5. maj 2027, men trinnet x har først frist 10. maj 2027.",
        "a.window.closes: Aktiviteten lukker 4. maj 2027, men trinnet y har først frist 5. maj 2027.",
    ]


def test_the_same_id_twice_is_refused() -> None:
    twice = activity("a", "april", "maj", stages=[stage("s", "juni"), stage("s", "juni")])
    assert [line.split(":")[0] for line in problems(twice, activity("a", "maj", "juni"))] == [
        "a",
        "a.stages.s",
    ]


@pytest.mark.parametrize("year", [0, 1999, 9999])
def test_a_year_out_of_reach_is_refused(year: int) -> None:
    assert "kan ikke bruges" in problems(activity("a", "april", "maj"), year=year)[0]


def test_notes_say_what_is_inferred_uncertain_as_printed_and_moved() -> None:
    found = resolved(
        activity(
            "a",
            {"date": "1. april", "confidence": "inferred"},
            {"date": "1. maj", "move": "earlier", "printed": "Apr."},
            {"date": "1/11", "confidence": "uncertain", "printed": "1/11"},
        ),
        activity("b", "1. marts", "16. marts (?)", {"date": "29. marts", "move": "later"}),
    )
    assert found["a"].notes == (
        "Åbner: udledt",
        "Frist: trykt som »Apr.«, flyttet fra lørdag 1. maj 2027 til fredag 30. april 2027",
        "Lukker: usikker, trykt som »1/11«",
    )
    assert found["b"].notes == (
        "Frist: usikker, trykt som »16. marts«",
        "Lukker: flyttet fra mandag 29. marts 2027 (Anden påskedag) til tirsdag 30. marts 2027",
    )
    assert found["a"].notes_in("en")[1:] == (
        'Due: printed as "Apr.", moved from Saturday 1 May 2027 to Friday 30 April 2027',
        'Closes: uncertain, printed as "1/11"',
    )
    assert [each.nominal for each in found["a"].moved] == [date(2027, 5, 1)]


PHRASES = st.sampled_from(["primo april", "uge 26", "1. maj", "ultimo december", "31. januar", "2. halvår"])
PHRASES |= st.sampled_from(["sidste arbejdsdag i juni", "29. februar", "uge 53", "december-januar"])
PHRASES |= st.sampled_from(
    ["3 uger efter opens", "2 arbejdsdage før due", "efter b due", "5 dage efter closes"]
)
PHRASES |= st.sampled_from(["møde BUU 1", "8 arbejdsdage før dagsorden BUU 2"])
WHENS = st.fixed_dictionaries({"date": PHRASES, "move": st.sampled_from(["earlier", "later", "keep"])})


@given(WHENS, WHENS, st.none() | WHENS, WHENS, st.integers(2026, 2045), st.sampled_from([1, 8]))
def test_whatever_resolves_is_in_order_and_whatever_does_not_is_explained(
    opens: Any, due: Any, closes: Any, other: Any, year: int, starts: int
) -> None:
    activities = (activity("a", opens, due, closes), activity("b", "primo april", other))
    try:
        found = resolved(*activities, year=year, starts=starts)
    except PlanInvalid as error:
        assert error.problems
        assert all(problem.where and problem.what and problem.cure for problem in error.problems)
        return
    for dates in found.values():
        assert dates.opens_on <= dates.due_on <= dates.closes_on
        assert date(year, starts, 1) - timedelta(days=100) <= dates.opens_on < date(year + 1, starts, 8)


@pytest.mark.parametrize(
    ("anchor", "own", "confidence", "printed"),
    [
        ({"date": "1. december (?)"}, {}, Confidence.UNCERTAIN, "1 uge efter 1. december"),
        (
            {"date": "1. december", "confidence": "uncertain", "printed": "1/12"},
            {},
            Confidence.UNCERTAIN,
            "1 uge efter 1/12",
        ),
        ({"date": "1. december", "confidence": "inferred"}, {}, Confidence.INFERRED, ""),
        (
            {"date": "1. december", "confidence": "inferred"},
            {"confidence": "uncertain", "printed": "jul"},
            Confidence.UNCERTAIN,
            "jul",
        ),
        ({"date": "1. december"}, {}, Confidence.CERTAIN, ""),
    ],
)
def test_a_date_is_no_surer_than_the_one_it_is_counted_from(
    anchor: dict[str, str], own: dict[str, str], confidence: Confidence, printed: str
) -> None:
    opens = "primo november"
    first = activity("first", opens, anchor)
    second = activity("second", opens, {"date": "1 uge efter first due"} | own)
    third = activity("third", opens, "2 dage efter second due")
    found = resolved(first, second, third)
    due = found["second"].dates[1]
    assert (due.confidence, due.printed) == (confidence, printed)
    assert found["third"].dates[1].confidence is confidence
    sure = plan(first, second, third)
    assert [due_certainty(sure, each) for each in (second, third)] == [confidence, confidence]
    stands = marked(second, found["second"]).window.due
    assert (stands.confidence, stands.printed) == (confidence, printed)
