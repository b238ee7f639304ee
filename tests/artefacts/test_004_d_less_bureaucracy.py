"""Seed 004 D: the project to cut bureaucracy, six phases of which two are planned on the way."""

from datetime import date

from cycle.plan.model import Confidence
from tests.support.artefacts import printed
from tests.support.processes import example

PHASES = [
    "1. Overblik og afgrænsning",
    "2. Dataindsamling",
    "3. Databearbejdning",
    "4. Identificere og udvælge forbedringer",
    "5. Prioritere forbedringsindsatser",
    "6. Forberede gennemførsel af indsatser",
]
ACTIVITIES = [
    "Afgrænsning af målgruppe og kategorisering af inst",
    "Indsamle og vurdere eksisterende materiale",
    "Forberede selvregistrering (opstille opgaveoversigt), test ved individuelle interviews",
    "Etablere sparringsgruppe",
    "Udvælge kategorier til fokusgrupper",
    "Udarbejdelse af detaljeret projektplan",
    "Gennemføre selvregistrering af ressourceforbrug + enkel kvalitativ survey (pilot på udvalgte inst, "
    "herefter samlet selvreg)",
    "Udvælgelse af fokusgruppedeltagere og forberedelse til gennemførelse",
    "Analyse af selvreg. data og opstilling af indledende hypoteser",
    "Opstille hypoteser for de valgte fokusområder",
    "Supplerende dataindsamling",
    "Definere administrative forpligtelser i institutionsledelse",
    "Udarbejde forslag til konkrete indsatser (handlingsplaner for gennemførsel)",
    "Prioritering af de indsatser, som skal gennemføres nu",
    "Gennemførsel af forbedringsindsatser igangsættes",
]


def test_d_has_six_phases_of_which_two_are_planned_inside_the_fourth() -> None:
    plan = example("afbureaukratisering").plan
    assert [step.title for step in (*plan.activities, *plan.later)] == PHASES
    assert [(step.id, step.planned_in) for step in plan.later] == [("fase-5", "fase-4"), ("fase-6", "fase-4")]
    work = [line for step in (*plan.activities, *plan.later) for line in step.work]
    rounds = [line for line in work if line.startswith("Gennemføre") and "halvdags" in line]
    assert [line.partition("(")[2].partition(")")[0] for line in rounds] == [
        "10 halvdags med ca. 8 deltagere",
        "10 halvdags med ca. 8 deltagere",
        "10 halvdags med ca. 10 deltagere",
    ]
    assert "Endelig tilrettelæggelse af Fase 5 og 6 fastlægges som del af arbejdet i Fase 4" in work
    assert [result for step in plan.activities for result in step.results] == [
        "Detailprojektplan udarbejdet",
        "Afgrænsning og mobilisering foretaget",
        "Ressourceoverblik etableret",
        "Organisation klar til videre arbejde efter sommerferie 2007",
        "Overordnede hypoteser udarbejdet",
        "Prioriteret katalog over forbedringsforslag godkendt i styregruppe",
        "Rammer og krav for administrativ ledelse i institutioner opstillet",
    ]
    assert printed(example("afbureaukratisering")) == {
        (Confidence.UNCERTAIN, "1. august"),
        (Confidence.INFERRED, "Medio november"),
    }
    dates = example("afbureaukratisering").resolve(2007)
    assert dates["fase-4"].due_on == date(2007, 11, 20), "medio is the middle ten days"


def test_the_named_activities_stand_in_their_order() -> None:
    plan = example("afbureaukratisering").plan
    work = [line for step in (*plan.activities, *plan.later) for line in step.work]
    assert [line for line in work if line in ACTIVITIES] == ACTIVITIES


def test_the_broken_line_of_the_source_is_not_guessed() -> None:
    plan = example("afbureaukratisering").plan
    assert not any(result.startswith("Udarbejde over") for step in plan.activities for result in step.results)


def test_the_three_rounds_are_ten_half_days_with_eight_eight_and_ten_seats() -> None:
    plan = example("afbureaukratisering").plan
    rounds = [step.meetings for step in (*plan.activities, *plan.later) if step.meetings is not None]
    assert [(each.count, each.seats) for each in rounds] == [(10, 8), (10, 8), (10, 10)]
    assert [each.title.rpartition(" i ")[2] for each in rounds] == ["1. runde", "2. runde", "3. runde"]
