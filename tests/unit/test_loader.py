"""The loader: every kind of fault is told with its file and line, all at once, in Danish."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.goals_file import load_goals
from config.loader import LoadedPlan, load_plan
from config.strategy_file import load_strategy
from cycle.calendar import Move
from cycle.errors import PlanInvalid
from cycle.goals.tables import GoalLevel
from cycle.plan.model import Confidence, ReminderKind

WHEEL = """\
kind: wheel
id: hjul
title: Årshjul
municipality: K
activities:
  - id: rapport
    title: Rapport
    flow: report
    window: {opens: 1. april, due: 20. april}
    audience: {kinds: [skole]}
    form: skema
"""
FORM = """\
id: skema
title: Skema
fields:
  - {id: svar, type: text, label: Svar}
"""
UNITS = "unit_id;parent_id;name;kind;area\nK;;Kommunen;kommune;\n101;K;Skolen;skole;Skoler\n"
LEADERS = "unit_id;role;name;email\n101;leder;Ida;ida@kommune.example\nK;direktør;Bo;\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "forms").mkdir()
    (tmp_path / "texts").mkdir()
    write(tmp_path, "wheel.yaml", WHEEL)
    write(tmp_path, "forms/skema.yaml", FORM)
    write(tmp_path, "units.csv", UNITS)
    write(tmp_path, "leaders.csv", LEADERS)
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def wheel(*changes: tuple[str, str]) -> str:
    text = WHEEL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def faults(folder: Path, load: Callable[[Path], object] = load_plan) -> list[str]:
    with pytest.raises(PlanInvalid) as caught:
        load(folder)
    return [str(problem) for problem in caught.value.problems]


def loaded(folder: Path, text: str) -> LoadedPlan:
    write(folder, "wheel.yaml", text)
    return load_plan(folder)


def test_a_plan_loads_from_its_folder_or_from_its_file(folder: Path) -> None:
    from_folder = load_plan(folder)
    assert load_plan(folder / "wheel.yaml").plan == from_folder.plan
    activity = from_folder.plan.activity("rapport")
    assert activity.window.due.date == "20. april" and activity.audience.role == "leder"
    assert set(from_folder.sources) == {"wheel.yaml", "forms/skema.yaml"}
    assert from_folder.sources["wheel.yaml"] == WHEEL
    assert from_folder.draft.plan == from_folder.plan
    assert from_folder.resolve(2027)["rapport"].due_on.isoformat() == "2027-04-20"


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


def test_a_form_with_a_fault_is_not_also_called_missing(folder: Path) -> None:
    write(folder, "forms/skema.yaml", FORM.replace("label: Svar", "labl: Svar"))
    assert all(fault.startswith("forms/skema.yaml:4: ") for fault in faults(folder))


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


STAGES = """\
    stages:
      - {id: t1, title: T, due: 1 uge efter fristen, audience: {role: direktør}}
"""


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


def test_a_process_has_fixed_dates_and_steps_without_a_form(folder: Path) -> None:
    text = wheel(
        ("kind: wheel", "kind: process"),
        ("report", "process_step"),
        ("    form: skema\n", ""),
        ("opens: 1. april, due: 20. april", "opens: 2027-08-15, due: medio november 2027"),
    )
    assert loaded(folder, text).resolve(2027)["rapport"].due_on.isoformat() == "2027-11-20"


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
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


REMINDERS = """\
reminders:
  - on: opening
  - before: 14 days
  - before: 5 arbejdsdage
  - {on: fristen, move: keep}
  - after: 2 working days, every 5, at most 3
  - {id: leder, escalate: efter 5 arbejdsdage}
  - {id: lang, kind: before, offset: 30}
  - after: 1 dag, hver 7.
"""


def test_reminders_are_written_short_or_long_in_danish_or_english(folder: Path) -> None:
    rules = loaded(folder, REMINDERS + WHEEL).plan.reminders
    facts = [(r.id, r.kind.value, r.offset, r.working_days, r.every, r.at_most, r.move.value) for r in rules]
    assert facts == [
        ("opens-1", "opens", 0, False, 0, 1, "later"),
        ("before-1", "before", 14, False, 0, 1, "earlier"),
        ("before-2", "before", 5, True, 0, 1, "earlier"),
        ("on-1", "on", 0, False, 0, 1, "keep"),
        ("after-1", "after", 2, True, 5, 3, "later"),
        ("leder", "escalate", 5, True, 0, 1, "later"),
        ("lang", "before", 30, False, 0, 1, "earlier"),
        ("after-2", "after", 1, False, 7, 3, "later"),
    ]


def test_an_edited_offset_keeps_the_reminders_id(folder: Path) -> None:
    before = loaded(folder, REMINDERS + WHEEL).plan.reminders
    after = loaded(folder, REMINDERS.replace("14 days", "21 days") + WHEEL).plan.reminders
    assert [rule.id for rule in before] == [rule.id for rule in after]
    assert (before[1].offset, after[1].offset) == (14, 21)


@pytest.mark.parametrize(
    "wrong",
    ["before: snart", "before: efter 5 dage", "on: mandag", "after: 5", "escalate: every 5", "opens: 3 dage"],
)
def test_a_reminder_that_cannot_be_understood_names_its_line(folder: Path, wrong: str) -> None:
    write(folder, "wheel.yaml", f"reminders:\n  - before: 14 dage\n  - {wrong}\n" + WHEEL)
    assert all(fault.startswith("wheel.yaml:3: ") for fault in faults(folder)), faults(folder)


def test_an_activitys_own_reminders_replace_the_plans(folder: Path) -> None:
    text = WHEEL + "    reminders:\n      - {id: kun, before: 3 dage}\n"
    plan = loaded(folder, REMINDERS + text).plan
    assert [rule.id for rule in plan.rules_for(plan.activities[0])] == ["kun"]
    assert plan.rules_for(plan.activities[0])[0].kind is ReminderKind.BEFORE
    write(folder, "wheel.yaml", text + "      - {id: kun, on: due}\n")
    assert faults(folder) == ["wheel.yaml:14: Der er to af id »kun« (påmindelse). Giv den ene et andet id."]


def test_a_date_is_written_alone_or_with_what_is_known_of_it(folder: Path) -> None:
    long = "{date: 20. april, move: earlier, confidence: uncertain, printed: 20/4?}"
    when = loaded(folder, wheel(("due: 20. april", f"due: {long}"))).plan.activities[0].window.due
    assert (when.date, when.move, when.confidence) == ("20. april", Move.EARLIER, Confidence.UNCERTAIN)
    assert when.printed == "20/4?"


def test_ids_of_units_may_be_written_as_numbers(folder: Path) -> None:
    plan = loaded(folder, wheel(("kinds: [skole]", "units: [101]"))).plan
    assert plan.activities[0].audience.units == ("101",)


def test_texts_of_the_texts_folder_introduce_the_activities(folder: Path) -> None:
    write(folder, "texts/mails.yaml", "rapport: >-\n  Kære leder,\n  skriv venligst.\n")
    plan = load_plan(folder)
    assert plan.texts == {"rapport": "Kære leder, skriv venligst."}
    assert plan.plan.activities[0].text == "Kære leder, skriv venligst."
    assert "texts/mails.yaml" in plan.sources


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rapprot: Hej\n", "texts/a.yaml:1: Aktiviteten »rapprot« findes ikke i planen. Mente du »rapport«?"),
        ("# x\nrapport: [a]\n", "texts/a.yaml:2: Teksten til »rapport« er ikke en tekst"),
        (
            f"rapport: {'x' * 2001}\n",
            "texts/a.yaml:1: Teksten til »rapport« er ikke en tekst på højst 2000 tegn.",
        ),
        ("- Hej\n", "texts/a.yaml:1: Filen skal have »aktivitet: tekst«"),
    ],
)
def test_a_fault_of_a_text_names_its_line(folder: Path, text: str, expected: str) -> None:
    write(folder, "texts/a.yaml", text)
    found = faults(folder)
    assert len(found) == 1 and found[0].startswith(expected), found


def test_an_activity_has_one_text(folder: Path) -> None:
    write(folder, "texts/a.yaml", "rapport: Hej\n")
    write(folder, "texts/b.yaml", "rapport: Hej igen\n")
    assert faults(folder) == [
        "texts/b.yaml:1: Aktiviteten »rapport« har allerede en tekst. Behold kun den ene."
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (WHEEL.encode("cp1252"), "wheel.yaml:3: Filen er ikke gemt som UTF-8 (ved »"),
        (WHEEL.encode("utf-16"), "wheel.yaml:1: Filen er gemt som UTF-16. Gem den som UTF-8."),
        (b"#" * 5_000_001, "wheel.yaml: Filen fylder mere end 5 MB."),
    ],
)
def test_a_file_that_was_saved_wrongly_is_told_with_the_cure(
    folder: Path, content: bytes, expected: str
) -> None:
    (folder / "wheel.yaml").write_bytes(content)
    assert faults(folder)[0].startswith(expected)


def test_a_byte_order_mark_is_read_over(folder: Path) -> None:
    (folder / "wheel.yaml").write_bytes(b"\xef\xbb\xbf" + WHEEL.encode())
    assert load_plan(folder).plan.id == "hjul"


def test_a_missing_plan_is_told(tmp_path: Path) -> None:
    assert faults(tmp_path)[0].startswith("wheel.yaml: Filen findes ikke.")
    assert faults(tmp_path / "andet.yaml")[0].startswith("andet.yaml: Filen findes ikke.")


def test_units_and_leaders_in_excels_own_encoding_are_read(folder: Path) -> None:
    (folder / "units.csv").write_bytes("unit_id,name,kind\nK,Kommunen,skole\n".encode("utf-8-sig"))
    (folder / "leaders.csv").write_bytes(LEADERS.encode("cp1252"))
    assert load_plan(folder).plan.id == "hjul"
    assert loaded(folder, wheel(("{kinds: [skole]}", "{role: direktør}"))).plan.id == "hjul"


def test_an_organisation_file_that_is_no_table_names_its_line(folder: Path) -> None:
    write(folder, "units.csv", UNITS + f'"{"x" * 200_000}";\n')
    assert faults(folder) == ["units.csv:4: Linjen kan ikke læses som CSV. Gem filen som CSV igen."]
    (folder / "units.csv").write_bytes(UNITS.replace("\n", "\r").encode())
    assert load_plan(folder).plan.id == "hjul"


def test_without_an_organisation_beside_it_the_plans_words_are_not_checked(folder: Path) -> None:
    (folder / "units.csv").unlink()
    (folder / "leaders.csv").unlink()
    assert loaded(folder, wheel(("[skole]", "[kloster]"))).plan.activities[0].audience.kinds == ("kloster",)


def test_dates_may_count_from_meetings_and_a_wrong_one_names_the_plans_line(folder: Path) -> None:
    text = wheel(("due: 20. april", "due: 8 arbejdsdage før dagsorden BUU 2027-05-12"))
    write(folder, "meetings.csv", "body;date;agenda_deadline\nBUU;2027-05-12;2027-04-29\n")
    assert loaded(folder, text).resolve(2027)["rapport"].due_on.isoformat() == "2027-04-19"
    with pytest.raises(PlanInvalid, match=r"^wheel\.yaml:9: BUU har intet møde 13\. maj 2027\."):
        loaded(folder, text.replace("05-12", "05-13")).resolve(2027)


FIELD = "  - {id: svar, type: text, label: Svar}\n"


@pytest.mark.parametrize(
    ("fields", "line", "expected"),
    [
        ("[]", 3, "Skemaet har ingen felter."),
        ("\n  - {id: a, type: tal, label: A}\n", 4, "type: »tal« kan ikke bruges her."),
        (f"\n{FIELD}{FIELD}", 5, "Der er to af id »svar« (felt)."),
        ("\n  - {id: a, type: choice, label: A}\n", 4, "Feltet »a« har ikke to valgmuligheder."),
        (
            "\n  - id: a\n    type: choice\n    label: A\n    choices:\n"
            "      - {value: x, label: X}\n      - {value: x, label: Y}\n",
            9,
            "»x« står der to gange.",
        ),
        (
            "\n  - {id: a, type: text, label: A, unit: dage}\n",
            4,
            "»unit« kan kun bruges, når type er »number«.",
        ),
        ("\n  - {id: a, type: date, label: A, minimum: 1}\n", 4, "»minimum« kan kun bruges, når type er"),
        ("\n  - {id: a, type: number, label: A, minimum: 2, maximum: 1}\n", 4, "Feltet »a« har minimum over"),
        ("\n  - {id: a, type: number, label: A, minimum: lidt}\n", 4, "minimum: »lidt« er ikke et tal."),
        ("\n  - {id: a, type: text, label: A, max_length: 99999}\n", 4, "max_length: »99999« er uden for"),
        ("\n  - {id: a, type: repeat, label: A, rows_from: goals}\n", 4, "Gruppen »a« har ingen felter."),
        (
            "\n  - id: a\n    type: repeat\n    label: A\n    fields:\n"
            "      - {id: b, type: text, label: B}\n",
            4,
            "Gruppen »a« skal have enten »rows« eller »rows_from«.",
        ),
        (
            "\n  - id: a\n    type: repeat\n    label: A\n    rows_from: x\n    fields:\n"
            "      - {id: b, type: repeat, label: B, rows_from: x}\n",
            9,
            "En gentaget gruppe kan ikke ligge i en anden.",
        ),
        (
            f"\n{FIELD}  - {{id: b, type: text, label: B, only_when: svar}}\n",
            5,
            "»svar« er ikke en betingelse.",
        ),
        (
            f"\n{FIELD}  - {{id: b, type: text, label: B, only_when: savr=1}}\n",
            5,
            "Feltet »savr« står ikke over »b«",
        ),
        (
            f"\n{FIELD}  - {{id: b, type: text, label: B, only_when: svar=1}}\n",
            5,
            "Feltet »svar« kan ikke have",
        ),
        (
            "\n  - {id: t, type: traffic_light, label: T}\n"
            "  - {id: b, type: text, label: B, only_when: t=blå}\n",
            5,
            "Feltet »t« kan ikke have svaret »blå«. Skriv »grøn«, »gul« eller »rød«.",
        ),
    ],
)
def test_a_fault_of_a_form_names_its_line(folder: Path, fields: str, line: int, expected: str) -> None:
    write(folder, "forms/skema.yaml", f"id: skema\ntitle: Skema\nfields: {fields}".replace(": \n", ":\n"))
    found = faults(folder)
    assert any(fault.startswith(f"forms/skema.yaml:{line}: {expected}") for fault in found), found


GOALS = """\
years: [2027]
common:
  - {code: A, title: Sygefravær}
areas:
  Skoler:
    - {code: D, title: Timer}
"""


def test_goals_load_at_two_levels(folder: Path) -> None:
    write(folder, "goals.yaml", GOALS)
    goals = load_goals(folder)
    assert goals.years == (2027,)
    assert [(g.level, g.code, g.area) for g in goals.texts()] == [
        (GoalLevel.COMMON, "A", ""),
        (GoalLevel.AREA, "D", "Skoler"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("code: D", "code: A", "goals.yaml:6: Bogstavet »A« er brugt to gange."),
        ("Skoler", "Skole", "goals.yaml:5: Området »Skole« findes ikke i units.csv. Mente du »Skoler«?"),
        ("title: Timer", "titel: Timer", "goals.yaml:6: Nøglen »titel« kendes ikke her. Mente du »title«?"),
        ("code: D", "code: d", "goals.yaml:6: code: »d« kan ikke bruges som id."),
        ("[2027]", "[]", "goals.yaml:1: years: Værdien er for kort."),
        ("[2027]", "[27]", "goals.yaml:1: years: »27« er uden for det tilladte."),
    ],
)
def test_a_fault_of_the_goals_names_its_line(folder: Path, old: str, new: str, expected: str) -> None:
    text = (
        "years: [2027]\ncommon:\n  - {code: A, title: S}\nareas:\n  Skoler:\n    - {code: D, title: Timer}\n"
    )
    assert old in text
    write(folder, "goals.yaml", text.replace(old, new))
    assert any(fault.startswith(expected) for fault in faults(folder, load_goals)), faults(folder, load_goals)


def test_a_fault_of_the_strategy_names_its_line(folder: Path) -> None:
    write(folder, "strategy.yaml", "id: s\ntitle: S\nthemes:\n  - {titel: T}\n")
    assert faults(folder, load_strategy)[0].startswith("strategy.yaml:4: Nøglen »title« mangler.")
