"""Seed 002: a programme of clusters of municipalities, with meetings, homework and conferences."""

from datetime import date, timedelta

import pytest

from cycle.plan.model import Activity, Confidence
from tests.support.artefacts import printed
from tests.support.processes import EXAMPLES, example

THEMES = [
    "1. Faglig ledelse i en politisk ledet organisation med mere præcise mål",
    "2. Dokumentation af resultater og dataunderstøttede dialoger om læring og trivsel",
    "3. Faglige læringsfællesskaber på institutioner/skoler og på tværs heraf",
    "4. Kompetence- og opgavefordeling samt samarbejde mellem forvaltningsledelse og decentrale "
    "virksomhedsledere",
    "5. Udvikling af støttefunktioner, der fremmer læring og trivsel på tværs af fagligheder og "
    "forvaltninger",
]
CHANGES = (
    "De politiske mål bliver mere præcise",
    "Dokumentation af resultaterne bliver mere datafunderet",
    "Faglig ledelse får højere prioritet",
    "Fra faglig autonomi til faglige fællesskaber",
    "Større ledelsesrum og færre ledelsesfaglige frihedsgrader",
    "Færre administrative ledelsesopgaver decentralt",
    "Støttefunktioner der fremmer læring og trivsel på tværs af dagtilbud og skoler",
    "Organisationen understøtter kerneydelsen",
    "Målrettet anvendelse af ressourcer og økonomi",
)
"""The headings of the source's annex."""


def meetings(cluster: int) -> list[Activity]:
    plan = example("laering-og-trivsel").plan
    return [each for each in plan.activities if each.id.startswith(f"klynge-{cluster}-moede-")]


def test_002_has_its_phases_and_phrases_as_printed() -> None:
    plan = example("laering-og-trivsel").plan
    assert [track.title.partition(" –")[0] for track in plan.tracks] == [
        "Planlægnings- og udviklingsfasen",
        "Gennemførelsesfasen",
        "Gennemførelsesfasen",
        "Formidlingsfasen (3 temakonferencer)",
    ]
    assert printed(example("laering-og-trivsel")) == {
        (Confidence.CERTAIN, "Første halvår 2016"),
        (Confidence.CERTAIN, "2. kvartal 2016"),
        (Confidence.INFERRED, "September 2016"),
        (Confidence.INFERRED, "1.12.2016 – 1.6.2017"),
        (Confidence.UNCERTAIN, "ultimo 2016"),
        (Confidence.UNCERTAIN, "medio 2017"),
        (Confidence.UNCERTAIN, "ultimo 2017"),
        (Confidence.UNCERTAIN, "primio 2018"),
        (Confidence.CERTAIN, "2. halvår 2017"),
        (Confidence.INFERRED, "2018"),
        (Confidence.CERTAIN, "april og maj 2016"),
        (Confidence.INFERRED, "to årlige politiske møder"),
        (Confidence.INFERRED, "en gang årligt"),
    }
    dates = example("laering-og-trivsel").resolve(2016)
    assert (dates["udvikling"].opens_on, dates["udvikling"].due_on) == (date(2016, 1, 1), date(2016, 6, 30))
    assert dates["tilmelding"].opens_on == date(2016, 4, 1)
    assert (dates["oevrige-klynger"].opens_on, dates["klynger-slut"].due_on) == (
        date(2016, 12, 1),
        date(2018, 1, 31),
    )
    conferences = [dates[f"temakonference-{number}"].due_on.year for number in (1, 2, 3)]
    assert conferences == [2017, 2018, 2018]
    actors = plan.activity("udvikling").participants
    assert actors == (
        "KL",
        "Kontaktudvalget",
        "Rådgivningsgruppen",
        "Børne- og Kulturchefforeningen",
        "Skolelederforeningen",
    )


def test_a_cluster_is_six_to_eight_municipalities_with_four_to_six_people_each() -> None:
    lines = (EXAMPLES / "laering-og-trivsel" / "units.csv").read_text(encoding="utf-8").splitlines()
    for cluster in ("Klynge 1", "Klynge 2"):
        assert 6 <= sum(f";kommune;{cluster};" in line for line in lines) <= 8
    for each in (*meetings(1), *meetings(2)):
        assert "4-6 personer" in each.text
        assert "både fra forvaltningen og fra decentrale enheder" in each.text


def test_the_vague_phrases_are_read_as_spans() -> None:
    dates = example("laering-og-trivsel").resolve(2016)
    assert (dates["tilmelding"].opens_on, dates["tilmelding"].due_on) == (date(2016, 4, 1), date(2016, 6, 30))
    assert dates["oevrige-klynger"].due_on == date(2017, 7, 31), "medio 2017"
    assert dates["temakonference-1"].due_on == date(2017, 12, 31), "2. halvår 2017"


@pytest.mark.parametrize(("cluster", "first"), [(1, date(2016, 9, 20)), (2, date(2016, 12, 6))])
def test_a_cluster_meets_five_times_within_twelve_months_with_homework_between(
    cluster: int, first: date
) -> None:
    dates = example("laering-og-trivsel").resolve(2016)
    held = [dates[each.id].due_on for each in meetings(cluster)]
    assert len(held) == 5 and held[0] == first and held[-1] - held[0] < timedelta(days=365)
    assert [each.work for each in meetings(cluster)] == [(theme,) for theme in THEMES]
    for number in range(1, 5):
        homework = dates[f"klynge-{cluster}-hjemmeopgave-{number}"]
        assert held[number - 1] < homework.opens_on <= homework.due_on < held[number]
        work = example("laering-og-trivsel").plan.activity(f"klynge-{cluster}-hjemmeopgave-{number}").work
        assert work == ("Hjemmeopgave", "Gensidige besøg", "Praksisnær ledelsessparring", "Interview")


@pytest.mark.parametrize(("cluster", "municipalities"), [(1, 6), (2, 8)])
def test_a_meeting_lasts_the_day_and_seats_four_to_six_from_each_municipality(
    cluster: int, municipalities: int
) -> None:
    for each in meetings(cluster):
        rules = each.meetings
        assert rules is not None and rules.count == 1
        assert 4 * municipalities <= rules.seats <= 6 * municipalities
        assert rules.homework or each.id.endswith("-5")


def test_the_annex_has_nine_changes_and_the_results_are_for_98_municipalities() -> None:
    plan = example("laering-og-trivsel").plan
    assert plan.activity("udvikling").work == CHANGES
    assert any("98 kommuner" in sentence for sentence in plan.purpose)


def test_there_are_three_conferences_one_in_2017_and_two_in_2018() -> None:
    plan, dates = example("laering-og-trivsel").plan, example("laering-og-trivsel").resolve(2016)
    held = [step.id for step in plan.activities if step.title.endswith("temakonference")]
    assert [dates[each].due_on.year for each in held] == [2017, 2018, 2018]


def test_politicians_meet_twice_a_year_first_at_four_places_and_chiefs_once() -> None:
    plan, dates = example("laering-og-trivsel").plan, example("laering-og-trivsel").resolve(2016)
    of_politicians = [each for each in plan.activities if each.title.startswith("Politisk")]
    held = [(dates[each.id].due_on.year, each.meetings.count) for each in of_politicians if each.meetings]
    assert held == [(2016, 4), (2016, 1), (2017, 1), (2017, 1)]
    first = dates["politiske-moeder-2016"]
    assert (first.opens_on, first.due_on) == (date(2016, 4, 1), date(2016, 5, 31))
    of_chiefs = [dates[each.id].due_on.year for each in plan.activities if "cheftræf" in each.title]
    assert of_chiefs == [2016, 2017]
