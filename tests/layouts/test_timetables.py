"""Three published timetables as plans: every phrase as it stands in its source, read as the day it means."""

from datetime import date
from pathlib import Path

import pytest

from config.loader import LoadedPlan, load_plan
from cycle.plan.model import Confidence, FlowName, StageKind, When
from cycle.plan.reading import certainty
from tests.support.layouts import layout

OPENS, DUE = "opens", "due"

AABENRAA = [
    ("19. januar", "aftale", DUE, date(2024, 1, 19)),
    ("31. januar", "aftale", "underskrift-direktør", date(2024, 1, 31)),
    ("17. maj", "midtvejs", OPENS, date(2024, 5, 17)),
    ("10. juni", "midtvejs", DUE, date(2024, 6, 10)),
    ("Ultimo juni", "opfoelgningsmoeder", OPENS, date(2024, 6, 21)),
    ("Ultimo juni", "opfoelgningsmoeder", DUE, date(2024, 6, 30)),
    ("16. september", "maalemner", DUE, date(2024, 9, 16)),
    ("Medio oktober", "aarsopfoelgning", OPENS, date(2024, 10, 11)),
    ("Primo november", "aarsopfoelgning", DUE, date(2024, 11, 10)),
    ("Medio november-ultimo december", "dialogmoeder", OPENS, date(2024, 11, 11)),
    ("Medio november-ultimo december", "dialogmoeder", DUE, date(2024, 12, 31)),
]
RANDERS = [
    ("31. marts", "pr-marts", OPENS, date(2024, 3, 31)),
    ("31. maj", "pr-maj", OPENS, date(2024, 5, 31)),
    ("30. september", "pr-september", OPENS, date(2024, 9, 30)),
]
SILKEBORG = [
    ("12. august 2014", "skabelon", DUE, date(2014, 8, 12)),
    ("15. august-15. november 2014", "skolerne", OPENS, date(2014, 8, 15)),
    ("15. august-15. november 2014", "skolerne", DUE, date(2014, 11, 15)),
    ("16. november-7. januar 2015", "udkast", OPENS, date(2014, 11, 16)),
    ("16. november-7. januar 2015", "udkast", DUE, date(2015, 1, 7)),
    ("8. januar-5. februar 2015", "udtalelse", OPENS, date(2015, 1, 8)),
    ("8. januar-5. februar 2015", "udtalelse", DUE, date(2015, 2, 5)),
    ("Ultimo januar 2015", "dialogforum", OPENS, date(2015, 1, 21)),
    ("Ultimo januar 2015", "dialogforum", DUE, date(2015, 1, 31)),
    ("3. marts 2015", "udvalg", DUE, date(2015, 3, 3)),
    ("9. marts 2015", "oekonomiudvalg", DUE, date(2015, 3, 9)),
    ("16. marts 2015 (?)", "byraad", DUE, date(2015, 3, 16)),
]
PRINTED = [
    *(("aabenraa", 2024, *row) for row in AABENRAA),
    *(("randers", 2024, *row) for row in RANDERS),
    *(("silkeborg", 2014, *row) for row in SILKEBORG),
]


def written(loaded: LoadedPlan, activity_id: str, point: str) -> When:
    """The date as the plan has it: a point of the window, or a stage's."""
    activity = loaded.plan.activity(activity_id)
    if point in (OPENS, DUE):
        found: When = getattr(activity.window, point)
        return found
    return next(stage.due for stage in activity.stages if stage.id == point)


@pytest.mark.parametrize(("name", "year", "phrase", "activity_id", "point", "day"), PRINTED)
def test_a_printed_date_stands_as_printed_and_means_its_day(
    tmp_path: Path, name: str, year: int, phrase: str, activity_id: str, point: str, day: date
) -> None:
    loaded = load_plan(layout(name, tmp_path))
    assert written(loaded, activity_id, point).date == phrase
    dates = loaded.resolve(year)[activity_id]
    found = {OPENS: dates.opens_on, DUE: dates.due_on, **dates.stage_due}
    assert found[point] == day


@pytest.mark.parametrize(("name", "steps"), [("aabenraa", 6), ("randers", 3), ("silkeborg", 8)])
def test_a_timetable_has_all_its_steps_and_marks_what_its_source_does_not_say(
    tmp_path: Path, name: str, steps: int
) -> None:
    loaded = load_plan(layout(name, tmp_path))
    assert len(loaded.plan.activities) == steps
    printed = {(activity, point) for of, _, _, activity, point, _ in PRINTED if of == name}
    for activity in loaded.plan.activities:
        for point in (OPENS, DUE):
            how, _ = certainty(written(loaded, activity.id, point))
            as_printed = {(activity.id, OPENS), (activity.id, DUE)} & printed
            assert as_printed, activity.id
            if (activity.id, point) not in printed and name != "silkeborg":
                assert how is Confidence.INFERRED, (activity.id, point)


def test_a_date_that_its_source_doubts_is_uncertain(tmp_path: Path) -> None:
    loaded = load_plan(layout("silkeborg", tmp_path))
    doubtful = {
        step.id for step in loaded.plan.activities if certainty(step.window.due)[0] is Confidence.UNCERTAIN
    }
    assert doubtful == {"byraad"}


def test_a_window_crosses_new_year_and_an_action_plan_is_asked_only_where_it_is_needed(
    tmp_path: Path,
) -> None:
    loaded = load_plan(layout("silkeborg", tmp_path))
    dates = loaded.resolve(2014)["udkast"]
    assert dates.opens_on.year == 2014 and dates.due_on.year == 2015
    assert loaded.forms["udtalelse"].field("plan").only_when == "handlingsplan=ja"


def test_signer_and_follower_up_of_aabenraa_are_two(tmp_path: Path) -> None:
    loaded = load_plan(layout("aabenraa", tmp_path))
    signing = loaded.plan.activity("aftale")
    signers = [stage.by for stage in signing.stages if stage.kind is StageKind.SIGN]
    assert signers == ["centerleder", "direktør"] and signing.flow is FlowName.AGREEMENT_SIGNING
    assert loaded.plan.activity("midtvejs").approval == ("afdelingschef",)


def test_randers_reports_as_of_a_date_even_when_it_is_easter_sunday(tmp_path: Path) -> None:
    dates = load_plan(layout("randers", tmp_path)).resolve(2024)["pr-marts"]
    assert dates.opens_on == date(2024, 3, 31) and dates.due_on == date(2024, 4, 22)
