"""The very first year by page: a plan that comes along or one's own files, seen, put right, started."""

import io
import zipfile
from collections.abc import Mapping
from html import unescape
from pathlib import Path

import pytest
from httpx import Response
from sqlalchemy.engine import Engine
from sqlmodel import select

from config.sent_files import shipped_files, shipped_plans, sorted_files
from cycle.access.roles import Role
from cycle.organisation.tables import Unit
from cycle.store import reading, transaction
from cycle.tasks.tables import Cycle, CycleRevision, Occurrence
from tests.support import municipality
from tests.support.municipality import instant
from tests.support.web import Form, Site

HERE = "/nyt-aarshjul"
PLAN = """\
kind: wheel
id: hjul
title: Styringsårshjul
municipality: BY
activities:
  - id: rapport
    title: Rapport om trivsel
    flow: report
    window: {opens: 3. maj, due: 20. maj}
    audience: {kinds: [skole], role: leder}
    form: kort
  - id: budget
    title: Budgetønsker
    flow: report
    window: {opens: 1. september, due: 20. september}
    audience: {kinds: [skole, daginstitution], role: leder}
    form: kort
"""
SHORT = "id: kort\ntitle: Kort\nfields:\n  - {id: svar, type: text, label: Svar}\n"
TEXTS = "rapport: Fortæl kort, hvordan det går.\n"
FILES = {"plan.yaml": PLAN, "kort.yaml": SHORT, "ord.yml": TEXTS}


class Empty:
    """A municipality with units and leaders and no year, and its secretariat."""

    def __init__(self, engine: Engine, folder: Path, **settings: str) -> None:
        self.engine, self.site = engine, Site(engine, folder, at=instant(2027, 1, 12), **settings)
        with transaction(engine) as session:
            municipality.build(session)
        self.office = self.site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")

    def send(self, files: Mapping[str, str | bytes], **more: str) -> Response:
        sent = [
            ("file", (name, text.encode() if isinstance(text, str) else text)) for name, text in files.items()
        ]
        form = Form(self.office.get(HERE), f"{HERE}/vis")
        return form.send(self.office, files=sent or None, **more)

    def start(self, seen: Response, **more: str) -> Response:
        """Presses the button that starts the year, on the page as it was seen."""
        form = Form(seen, f"{HERE}/vis")
        return self.office.post(HERE, data={**form.fields, **more})

    def cycles(self) -> list[Cycle]:
        with reading(self.engine) as session:
            return list(session.exec(select(Cycle)))


@pytest.fixture
def empty(engine: Engine, tmp_path: Path) -> Empty:
    return Empty(engine, tmp_path)


@pytest.fixture
def small(sqlite_engine: Engine, tmp_path: Path) -> Empty:
    return Empty(sqlite_engine, tmp_path)


def test_an_office_without_a_year_is_led_to_the_first_one_and_starts_it_once_it_was_seen(
    empty: Empty,
) -> None:
    front = empty.office.get("/aarshjul").text
    assert "Der er ikke noget årshjul endnu" in front and f'href="{HERE}"' in front
    before = empty.site.row_counts()
    seen = empty.send(FILES)
    text = " ".join(unescape(seen.text).split())
    assert seen.status_code == 200 and "Intet er oprettet endnu" in text and "20. maj" in text
    assert "De travleste uger i 2027" in text and "Alle årets uger" in text
    assert '<summary class="details-summary">forms/kort.yaml</summary>' in text
    assert empty.site.row_counts() == before
    started = empty.start(seen, why="Vi begynder")
    (cycle,) = empty.cycles()
    assert (started.status_code, started.headers["location"]) == (303, f"/aarshjul/{cycle.id}")
    with reading(empty.engine) as session:
        revision = session.exec(select(CycleRevision)).one()
        texts = {each.activity_id: each.activity for each in session.exec(select(Occurrence))}
    assert revision.by.startswith("account:") and revision.why == "Vi begynder"
    assert set(revision.sources) == {"wheel.yaml", "forms/kort.yaml", "texts/ord.yaml"}
    assert "Fortæl kort" in texts["rapport"] and len(texts) == 2
    counts = empty.site.row_counts()
    again = empty.start(seen)
    assert again.headers["location"] == f"/aarshjul/{cycle.id}" and empty.site.row_counts() == counts
    assert empty.office.get(f"/aarshjul/{cycle.id}").status_code == 200


def test_every_fault_of_every_file_is_told_with_its_line_and_can_be_put_right_in_place(small: Empty) -> None:
    wrong = {
        "plan.yaml": PLAN.replace("form: kort\n", "form: kotr\n", 1).replace("[skole]", "[skoel]"),
        "kort.yaml": SHORT.replace("type: text", "type: tekst"),
        "ord.yaml": "raport: Hej\n",
    }
    before = small.site.row_counts()
    seen = small.send(wrong)
    text = unescape(seen.text)
    assert seen.status_code == 422 and small.site.row_counts() == before
    for told in ("forms/kort.yaml:4: type: »tekst«", "wheel.yaml:11: Skemaet »kotr« findes ikke"):
        assert told in text
    assert "texts/ord.yaml:1: Aktiviteten »raport« findes ikke i planen. Mente du »rapport«?" in text
    fields = {
        "fil:wheel.yaml": PLAN.replace("[skole]", "[skoel]"),
        "fil:forms/kort.yaml": SHORT,
        "fil:texts/ord.yaml": TEXTS,
    }
    form = Form(seen, f"{HERE}/vis")
    seen = small.office.post(f"{HERE}/vis", data={**form.fields, **fields})
    assert "Arten »skoel« findes ikke" in unescape(seen.text) and "Mente du »skole«?" in unescape(seen.text)
    form = Form(seen, f"{HERE}/vis")
    seen = small.office.post(f"{HERE}/vis", data={**form.fields, "fil:wheel.yaml": PLAN})
    assert seen.status_code == 200 and small.start(seen).status_code == 303


def test_what_was_changed_since_it_was_seen_is_shown_again_and_not_started(small: Empty) -> None:
    seen = small.send(FILES)
    for changed in ({"year": "2028"}, {"fil:wheel.yaml": PLAN.replace("20. maj", "25. maj")}):
        shown = small.start(seen, **changed)
        assert shown.status_code == 409 and "Der er ikke oprettet noget." in shown.text
    assert small.cycles() == []
    assert small.start(shown).status_code == 303
    with reading(small.engine) as session:
        assert {str(each.due_on) for each in session.exec(select(Occurrence))} >= {"2027-05-25"}


def test_a_plan_that_comes_along_is_made_the_municipalitys_own(small: Empty) -> None:
    seen = small.send({}, plan="koebenhavn")
    text = unescape(seen.text)
    assert seen.status_code == 422 and 'municipality: "BY"' in text and "Styringsårshjul for BUF" in text
    assert "Enheden »KBH-BU« findes ikke" in text, "its units are others"
    with reading(small.engine) as session:
        known = {each.kind for each in session.exec(select(Unit))}
    assert "klub" not in known and "Arten »klub« findes ikke" in text
    assert small.cycles() == []


@pytest.mark.parametrize("name", shipped_plans())
def test_every_plan_that_comes_along_is_whole(name: str) -> None:
    files = shipped_files(name, "BY")
    assert {"wheel.yaml", "process.yaml"} & set(files)
    sent = [(each, text.encode()) for each, text in files.items()]
    assert {Path(each).name for each in sorted_files(sent)} == {Path(each).name for each in files}


def test_a_zip_of_the_folder_is_taken_too(small: Empty) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        for name, text in FILES.items():
            out.writestr(f"vores/{name}", text)
        out.writestr("vores/../../læsmig.txt", "nej")
    assert small.send({"plan.zip": packed.getvalue()}).status_code == 200


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"plan.docx": b"hej"}, "plan.docx: Filen er hverken YAML eller zip."),
        ({"a.yaml": PLAN, "b.yaml": PLAN}, "b.yaml: Der er to filer til wheel.yaml."),
        ({"plan.yaml": PLAN.encode("utf-16")}, "plan.yaml:1: Filen er gemt som UTF-16."),
        ({"plan.yaml": "kind: wheel\n  id: x\n"}, "plan.yaml:2:"),
        ({"x.zip": b"PK\x03\x04nej"}, "x.zip: Zip-filen kan ikke læses."),
        (
            {"plan.yaml": PLAN.replace("BY", "ANDEN"), "kort.yaml": SHORT},
            "Planen er for en anden kommune: ANDEN.",
        ),
        ({"kort.yaml": SHORT}, "wheel.yaml: Filen findes ikke."),
        ({}, "Der er ikke valgt nogen plan."),
    ],
)
def test_what_is_no_plan_says_what_to_do(small: Empty, files: dict[str, str | bytes], told: str) -> None:
    refused = small.send(files)
    assert refused.status_code == 422 and told in unescape(refused.text)
    assert small.cycles() == []


@pytest.mark.parametrize("name", ["../ud.yaml", "/tmp/ud.yaml", "forms/../../ud.yaml", "a/b.yaml", ".yaml"])
def test_no_name_of_a_file_leads_out_of_the_plans_folder(small: Empty, name: str) -> None:
    form = Form(small.send(FILES), f"{HERE}/vis")
    refused = small.office.post(f"{HERE}/vis", data={**form.fields, f"fil:{name}": "x: 1"})
    assert refused.status_code == 422 and "Filen har ikke et navn, der hører til en plan." in refused.text


def test_a_year_that_is_none_and_a_plan_that_is_over_start_nothing(small: Empty) -> None:
    assert "Året mangler" in small.send(FILES, year="i år").text
    assert "Alle frister i planen er gået" in unescape(small.send(FILES, year="2026").text)
    assert small.cycles() == []


def test_only_who_may_start_years_is_let_in(small: Empty) -> None:
    for role, unit in ((Role.DIRECTION, "BY"), (Role.SUPERIOR, "BY-SK"), (Role.OPERATOR, "BY")):
        browser = small.site.signed_in(f"{role.value}@by.example", role, unit)
        assert browser.get(HERE).status_code == 403
        assert f'href="{HERE}"' not in browser.get("/aarshjul").text
    assert small.site.browser().get(HERE).status_code == 303
