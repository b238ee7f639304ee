"""Seed 004 F: the process for good leadership, four steps."""

from datetime import date

from cycle.plan.model import Confidence
from tests.support.artefacts import marks
from tests.support.processes import example


def test_f_has_four_steps_with_results_participants_and_the_printed_ends() -> None:
    plan = example("god-ledelse").plan
    assert [step.title for step in plan.activities] == [
        "Trin 1 Oplæg til God Ledelse i BUF",
        "Trin 2 Bred diskussion af God Ledelse i BUF",
        "Trin 3 Definition af afledte kompetencer",
        "Trin 4 Videre arbejde med ledelsesudvikling i BUF",
    ]
    ends = [marks(step)[1] for step in plan.activities]
    assert ends == [
        (Confidence.INFERRED, printed)
        for printed in ("1. juli", "1. januar 2008", "1. april 2008", "1. juli 2008")
    ]
    assert [step.participants for step in plan.activities] == [
        ("Direktion", "HR", "Organisationssporet"),
        (
            "HR",
            "Direktion",
            "Bredt udsnit af ledere i BUF",
            "Bredt udsnit af medarbejdere i BUF",
            "Faglige organisationer deltager gennem HSU og Følgegruppe",
        ),
        ("HR", "Direktion", "Bredt udvalg af ledere og medarbejdere i BUF"),
        ("HR", "Direktion"),
    ]
    assert [step.results for step in plan.activities] == [
        (
            "Første oplæg til definition af God Ledelse i BUF baseret på eksisterende materiale samt "
            "div. kodeks",
        ),
        ("Bredt kommunikeret og valideret definition på God Ledelse i BUF",),
        ("Identifikation og beskrivelse af afledte kompetencer",),
        (
            "Plan for videre arbejde med ledelsesudvikling i BUF baseret på eksisterende metoder "
            "(Ledelsesdialog)",
        ),
    ]
    assert plan.activities[1].work == ("Bred kommunikation af BUFs endelige ledelsesgrundlag",)
    dates = example("god-ledelse").resolve(2007)
    assert [dates[step.id].due_on for step in plan.activities] == [
        date(2007, 6, 29),
        date(2008, 1, 2),
        date(2008, 4, 1),
        date(2008, 7, 1),
    ], "1 July 2007 is a Sunday, 1 January a holiday"
