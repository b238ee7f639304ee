"""Seed 004 K: implementing the steering model, four tracks and one across them."""

from cycle.plan.model import Confidence, StageKind
from tests.support.artefacts import marks, printed, wheel
from tests.support.processes import example

GROUP = "repræsentanter for Økonomi, Organisationsspor m.fl."


def test_k_has_four_tracks_and_one_across_them_with_purposes_and_the_responsible() -> None:
    plan = example("implementering").plan
    assert [(track.title, track.purpose) for track in plan.tracks if not track.across] == [
        ("Færdiggørelse af rammer for kerneområder", "Etablering af styringsrammer for kerneområder"),
        ("Forberedelse af understøttelse", "Etablering af systemunderstøttelse"),
        ("Kompetenceudvikling", "Klargørelse af brugere"),
        ("Etablering af styringsgrundlag for 2008", "Indgåelse af udviklingsaftaler"),
    ]
    assert [track.title for track in plan.tracks if track.across] == ["Involvering og forandringsledelse"]
    by_track = {
        track.id: [step.title for step in plan.activities if step.track == track.id] for track in plan.tracks
    }
    assert {track: len(titles) for track, titles in by_track.items()} == {
        "rammer": 1,
        "understoettelse": 3,
        "kompetencer": 2,
        "grundlag-2008": 2,
        "involvering": 1,
    }
    assert by_track["grundlag-2008"][1] == "Forhandling, godkendelse og underskrift af udviklingsaftaler"
    assert plan.activity("styringsgrundlag").responsible == ("Tovholdere (Strategiproces)",)
    assert plan.activity("underskrift").responsible == (
        "Parter i udviklingsaftaler",
        "Økonomi",
        "Organisationsspor",
    )
    assert marks(plan.activity("underskrift"))[1] == (Confidence.UNCERTAIN, "1. december")


def test_every_activity_and_who_is_responsible_for_it() -> None:
    plan = example("implementering").plan
    told = {step.title: step.responsible for step in plan.activities if step.track != "involvering"}
    signing = ("Parter i udviklingsaftaler", "Økonomi", "Organisationsspor")
    assert told == {
        "Fastlæggelse af div. styringsgrundlag": ("Tovholdere (Strategiproces)",),
        "Fastlæggelse af krav": (f"Speciel projektgruppe, inkl. {GROUP}",),
        "Afdækning af muligheder (systemer, datakilder m.v.)": (f"Speciel projektgruppe, inkl. {GROUP}",),
        "Fastlæggelse af løsning": (f"Speciel projektgruppe, inkl. {GROUP}",),
        "Fastlæggelse af træningsbehov": (f"Speciel projektgruppe inkl. {GROUP}",),
        "Gennemførsel af træning": (f"Speciel projektgruppe inkl. {GROUP}",),
        "Etablering af udviklingsaftaler (inkl. mål fra delstrategier)": signing,
        "Forhandling, godkendelse og underskrift af udviklingsaftaler": signing,
    }


def test_its_one_mark_cannot_be_decided() -> None:
    assert printed(example("implementering")) == {(Confidence.UNCERTAIN, "1. december")}


def test_the_signing_flow_takes_the_four_steps_in_their_order() -> None:
    """Etablering is the units' own answer; forhandling, godkendelse and underskrift are stages."""
    activity = wheel().plan.activity("udviklingsaftaler")
    assert list(dict.fromkeys(stage.kind for stage in activity.stages)) == [
        StageKind.NEGOTIATE,
        StageKind.APPROVE,
        StageKind.SIGN,
    ]
    titles = {stage.title for stage in activity.stages}
    assert {title.partition(" af ")[0] for title in titles} >= {"Forhandling", "Godkendelse", "Underskrift"}
