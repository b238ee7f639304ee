"""A fault of the plan is told with its line and its cure, whatever was mistyped."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.loader import load_plan
from cycle.errors import PlanInvalid
from tests.support.examples import examples
from tests.support.plan_folder import (
    FORM,
    REMINDERS,
    STAGES,
    WHEEL,
    faults,
    loaded,
    make_folder,
    wheel,
    write,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "title: Årshjul",
            "titel: Årshjul",
            "wheel.yaml:3: Nøglen »titel« kendes ikke her. Mente du »title«?",
        ),
        ("    title: Rapport\n", "", "wheel.yaml:6: Nøglen »title« mangler i »rapport«. Tilføj »title: …«"),
        ("opens: 1. april, ", "", "wheel.yaml:9: Nøglen »opens« mangler i »rapport«. Tilføj »opens: …«"),
        (
            "flow: report",
            "flow: raport",
            "wheel.yaml:8: flow: »raport« kan ikke bruges her. Mente du »report«?",
        ),
        (
            "kind: wheel",
            "kind: hjul",
            "wheel.yaml:1: kind: »hjul« kan ikke bruges her. Skriv »process« eller »wheel«.",
        ),
        ("id: rapport", "id: Rapport 1", "wheel.yaml:6: id: »Rapport 1« kan ikke bruges som id."),
        ("title: Årshjul", "title: [a]", "wheel.yaml:3: title: En liste er ikke en tekst."),
        (
            "audience: {kinds: [skole]}",
            "audience: skoler",
            "wheel.yaml:10: audience: »skoler« er ikke en gruppe",
        ),
        ("[skole]", "skole", "wheel.yaml:10: kinds: »skole« er ikke en liste."),
        ("[skole]", "[skoel]", "wheel.yaml:10: Arten »skoel« findes ikke i units.csv. Mente du »skole«?"),
        (
            "flow: report",
            "flow: report\n    figures: {above: 4}",
            "wheel.yaml:9: »above« kan ikke bruges i »rapport«. Merforbrug forklares kun i flow budget_call.",
        ),
        (
            "flow: report",
            "flow: report\n    figures: {beside: [{field: statsu, columns: [Budget]}]}",
            "wheel.yaml:9: Skemaet »skema« har ikke spørgsmålet »statsu«.",
        ),
        (
            "flow: report",
            "flow: budget_call\n    figures: {above: 4, budget: Budget}",
            "wheel.yaml:9: »above« kan ikke bruges uden expected og form. Skriv dem, eller slet »above«.",
        ),
        ("kinds: [skole]", "units: [102]", "wheel.yaml:10: Enheden »102« findes ikke i units.csv."),
        (
            "kinds: [skole]",
            "areas: [skoler]",
            "wheel.yaml:10: Området »skoler« findes ikke i units.csv. Mente du",
        ),
        (
            "{kinds: [skole]}",
            "{role: ledre}",
            "wheel.yaml:10: Rollen »ledre« findes ikke i leaders.csv. Mente du",
        ),
        ("municipality: K", "municipality: X", "wheel.yaml:4: Enheden »X« findes ikke i units.csv."),
        (
            "form: skema",
            "form: skeam",
            "wheel.yaml:11: Skemaet »skeam« findes ikke i mappen forms. Mente du »skema«?",
        ),
        ("    form: skema\n", "", "wheel.yaml:6: Aktiviteten »rapport« har intet skema."),
        (
            "form: skema",
            "form: skema\n    approval: [cheffen]",
            "wheel.yaml:12: Rollen »cheffen« findes ikke",
        ),
        ("form: skema", "form: skema\n    concerns: 2", "wheel.yaml:12: concerns: »2« kan ikke bruges her."),
        ("form: skema", "form: skema\n    review_days: 0", "wheel.yaml:12: review_days: »0« er uden for det"),
        (
            "form: skema",
            "form: skema\n    review_days: to",
            "wheel.yaml:12: review_days: »to« er ikke et helt tal",
        ),
        (
            "form: skema",
            "form: skema\n    confidential: måske",
            "wheel.yaml:12: confidential: »måske« er ikke ja",
        ),
        (
            "20. april",
            "20. arpil",
            "wheel.yaml:9: »20. arpil« kan ikke læses som en dato. Mente du »20. april«?",
        ),
        ("20. april", "31. april", "wheel.yaml:9: April har kun 30 dage."),
        (
            "20. april",
            "2 dage efter raport due",
            "wheel.yaml:9: Aktiviteten »raport« findes ikke i planen. Mente",
        ),
        (
            "opens: 1. april, due: 20. april",
            "opens: 5 dage før fristen, due: 5 dage efter åbner",
            "wheel.yaml:9: Datoerne venter på hinanden: ",
        ),
        (
            "    form: skema",
            "    form: skema\n    form: skema",
            "wheel.yaml:12: Nøglen »form« står her for anden",
        ),
        (
            "    form: skema",
            "\tform: skema",
            "wheel.yaml:11: Linjen er rykket ind med tabulator. Brug mellemrum.",
        ),
        ("title: Rapport", "title: Rapport: del 1", "wheel.yaml:7: Der er et kolon for meget"),
        (
            "title: Rapport",
            "  title: Rapport",
            "wheel.yaml:7: Der er et kolon for meget, eller linjen er rykket",
        ),
        ("[skole]}", "[skole", "wheel.yaml:10: En parentes [ eller { er ikke lukket."),
        ("title: Årshjul", "title: 'Årshjul", "wheel.yaml:3: Et anførselstegn er ikke lukket."),
        (
            "title: Årshjul",
            "title: &a Årshjul\nsource: *a",
            "wheel.yaml:3: Ankre og aliaser (& og *) kan ikke",
        ),
        ("title: Årshjul", "title: !!python/name:os x", "wheel.yaml:3: Mærket"),
        ("title: Årshjul", "title: !x Årshjul", "wheel.yaml:3: Mærket !x kan ikke bruges."),
        ("title: Årshjul", "title: @buf", "wheel.yaml:3: Teksten begynder med et tegn"),
        ("title: Årshjul", "title: a\x07b", "wheel.yaml:3: Linjen indeholder et usynligt styretegn."),
        ("kind: wheel", "--- {}\n---\nkind: wheel", "wheel.yaml:2: Filen indeholder flere dokumenter"),
        (WHEEL, "# tom\n", "wheel.yaml:1: Filen er tom."),
        (WHEEL, "- a\n", "wheel.yaml:1: En liste er ikke en gruppe af nøgler."),
        (WHEEL, f"a: {'[' * 1500}", "wheel.yaml:1: Filen har for mange niveauer."),
    ],
)
def test_a_fault_of_the_plan_names_its_line_and_the_cure(
    folder: Path, old: str, new: str, expected: str
) -> None:
    write(folder, "wheel.yaml", wheel((old, new)))
    found = faults(folder)
    assert any(fault.startswith(expected) for fault in found), found
    assert len(found) <= 2, found


def test_faults_of_all_files_are_told_at_once(folder: Path) -> None:
    write(folder, "wheel.yaml", wheel(("title: Rapport", "titel: Rapport"), ("report", "rapport")))
    write(folder, "forms/skema.yaml", FORM.replace("type: text", "type: tekst"))
    write(folder, "calendar.yaml", "yearly:\n  - {month: 13, day: 1, name: x}\n")
    write(folder, "meetings.csv", "body;date\nBUU;snart\n")
    where = [fault.partition(": ")[0] for fault in faults(folder)]
    assert where == [
        "forms/skema.yaml:4",
        "calendar.yaml:2",
        "meetings.csv:2",
        "wheel.yaml:6",
        "wheel.yaml:8",
        "wheel.yaml:7",
    ]


def test_two_of_the_same_id_are_refused_at_the_second(folder: Path) -> None:
    write(folder, "wheel.yaml", WHEEL + WHEEL.partition("activities:\n")[2])
    assert faults(folder) == [
        "wheel.yaml:12: Der er to af id »rapport« (aktivitet). Giv den ene et andet id."
    ]
    write(folder, "wheel.yaml", WHEEL)
    write(folder, "forms/zebra.yaml", FORM)
    assert faults(folder) == [
        "forms/zebra.yaml:1: Skemaet »skema« findes også i forms/skema.yaml. Giv det ene et andet id."
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("audience: {role: direktør}", "by: leder", "»by« kan ikke bruges i trinnet »t1«."),
        (", audience: {role: direktør}", "", "Trinnet »t1« siger ikke hvem."),
        ("audience: {role: direktør}", "kind: sign", "Trinnet »t1« siger ikke hvem."),
        (
            "audience: {role",
            "kind: sign, by: leder, audience: {role",
            "Trinnet »t1« skylder hver enhed én gang.",
        ),
        ("audience: {role: direktør}", "kind: sign, by: ledre", "Rollen »ledre« findes ikke i leaders.csv."),
        ("id: t1", "id: t1, form: skeam", "Skemaet »skeam« findes ikke i mappen forms."),
        ("1 uge efter fristen", "1 ueg efter fristen", "»1 ueg efter fristen« kan ikke læses som en dato."),
    ],
)
def test_a_fault_of_a_stage_names_its_line(folder: Path, old: str, new: str, expected: str) -> None:
    assert old in STAGES
    load_plan_of = WHEEL + STAGES
    assert loaded(folder, load_plan_of).plan.activities[0].stages[0].id == "t1"
    write(folder, "wheel.yaml", WHEEL + STAGES.replace(old, new))
    assert any(fault.startswith(f"wheel.yaml:13: {expected}") for fault in faults(folder)), faults(folder)


AGREEMENT = """\
    stages:
      - {id: a, title: A, kind: negotiate, by: leder, due: 1 uge efter fristen, form: enig}
      - {id: b, title: B, kind: approve, by: direktør, due: 2 uger efter fristen, form: enig}
      - {id: c, title: C, kind: sign, by: leder, due: 3 uger efter fristen, form: navn}
"""
DECIDE = """\
id: enig
title: E
fields:
  - id: beslutning
    type: choice
    label: L
    choices: [{value: enig, label: Ja}, {value: nej, label: Nej}]
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind: approve", "kind: sign", "wheel.yaml:12: »rapport« har ikke forhandling, godkendelse og"),
        ("kind: negotiate", "kind: sign", "wheel.yaml:12: »rapport« har ikke forhandling, godkendelse og"),
        (", form: navn", "", "wheel.yaml:15: Trinnet »c« har intet skema."),
        ("form: navn", "form: skema", "wheel.yaml:15: Skemaet »skema« spørger ikke om underskriverens navn."),
        (
            "fristen, form: enig}\n      - {id: c",
            "fristen, form: skema}\n      - {id: c",
            "wheel.yaml:14: Skemaet",
        ),
    ],
)
def test_an_agreement_that_would_get_stuck_is_refused(
    folder: Path, old: str, new: str, expected: str
) -> None:
    write(folder, "forms/enig.yaml", DECIDE)
    write(folder, "forms/navn.yaml", FORM.replace("id: skema", "id: navn").replace("id: svar", "id: navn"))
    text = wheel(("flow: report", "flow: agreement_signing"))
    assert old in AGREEMENT
    assert len(loaded(folder, text + AGREEMENT).plan.activities[0].stages) == 3
    write(folder, "wheel.yaml", text + AGREEMENT.replace(old, new))
    assert any(fault.startswith(expected) for fault in faults(folder)), faults(folder)


def test_signing_belongs_to_agreements_alone(folder: Path) -> None:
    write(folder, "wheel.yaml", WHEEL + STAGES.replace("audience: {role: direktør}", "kind: sign, by: leder"))
    assert faults(folder)[0].startswith("wheel.yaml:13: Trinnet »t1« hører kun til i flow agreement_signing.")


@given(data=st.data())
@settings(
    max_examples=examples(150), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_whatever_is_mistyped_the_plan_loads_or_says_why(folder: Path, data: st.DataObject) -> None:
    text = REMINDERS + WHEEL + STAGES
    at = data.draw(st.integers(0, len(text) - 1))
    end = min(len(text), at + data.draw(st.integers(0, 12)))
    typed = data.draw(
        st.sampled_from(["", " ", "\n", ":", "-", "{", "]", "'", "#", "x", "\t", "é", "1", ": [", "~"])
    )
    (folder / "wheel.yaml").write_text(text[:at] + typed + text[end:], encoding="utf-8")
    try:
        load_plan(folder)
    except PlanInvalid as error:
        assert error.problems
        assert all(re.match(r"wheel\.yaml:\d+$", each.where) and each.what for each in error.problems)
