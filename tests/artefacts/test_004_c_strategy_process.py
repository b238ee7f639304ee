"""Seed 004 C: the strategy process of the second half of 2007."""

from datetime import date

from cycle.danish import weekday_name
from cycle.plan.model import Confidence, PlanKind
from tests.support.artefacts import marks, printed
from tests.support.processes import example

TOGETHER = "i samarbejde med eksterne og interne interessenter"


def test_c_has_four_blocks_and_five_activities_with_their_marks_as_printed() -> None:
    plan = example("strategiproces").plan
    assert plan.kind is PlanKind.PROCESS and plan.title == "Strategiproces 2. halvår 2007"
    assert [track.title for track in plan.tracks] == [
        "Formulering af strategi for kerneområder i BUF",
        "Formulering af strategi for støtteområder i BUF",
        "Fremsendelse af materiale til BUU",
        "BUU diskussion og vedtagelse af samlet strategi for BUF",
    ]
    blocks = {track.title for track in plan.tracks}
    activities = [each.title for each in plan.activities if each.title not in blocks]
    assert activities == [
        "Kerneområder etablerer første oplæg til delstrategier " + TOGETHER,
        "Støtteområder deltager i opstart af processen",
        "Kerneområder bearbejder oplæg til delstrategier " + TOGETHER,
        "Støtteområder etablerer og bearbejder oplæg til egne strategier baseret på input fra kerneområder "
        "og dialog med relevante interessenter",
        "Løbende kommunikation samt forberedelse af intern og ekstern kommunikation om samlet strategi "
        "for BUF",
    ]
    assert printed(example("strategiproces")) == {
        (Confidence.INFERRED, "15/8"),
        (Confidence.INFERRED, "Uge 9"),
        (Confidence.INFERRED, "24/9-28/9"),
        (Confidence.INFERRED, "Oktober"),
        (Confidence.UNCERTAIN, "1/11"),
        (Confidence.INFERRED, "22/11"),
        (Confidence.UNCERTAIN, "1/12"),
    }
    dates = example("strategiproces").resolve(2007)
    assert dates["kerne-oplaeg"].due_on == date(2007, 9, 28), "week 39 is 24/9-28/9"
    assert dates["kerne-bearbejdning"].opens_on == date(2007, 9, 24)
    assert {who for each in plan.activities for who in (*each.responsible, *each.participants)} >= {
        "Kerneområder",
        "Støtteområder",
        "Eksterne interessenter",
        "BUU",
    }


def test_two_marks_cannot_be_decided_and_are_never_asserted() -> None:
    uncertain = {when for how, when in printed(example("strategiproces")) if how is Confidence.UNCERTAIN}
    assert uncertain == {"1/11", "1/12"}


def test_the_marks_are_the_plans_days_and_fall_on_the_weekdays_of_2007() -> None:
    plan, dates = example("strategiproces").plan, example("strategiproces").resolve(2007)
    found: dict[str, set[str]] = {}
    for step in plan.activities:
        for (_, mark), on in zip(marks(step), (dates[step.id].opens_on, dates[step.id].due_on), strict=True):
            found.setdefault(mark, set()).add(f"{on.isoformat()} {weekday_name(on, 'da')[:3]}")
    assert found == {
        "15/8": {"2007-08-15 ons"},
        "Uge 9": {"2007-09-28 fre"},
        "24/9-28/9": {"2007-09-24 man"},
        "Oktober": {"2007-10-31 ons"},
        "1/11": {"2007-11-01 tor"},
        "22/11": {"2007-11-22 tor"},
        "1/12": {"2007-12-01 lør"},
    }
