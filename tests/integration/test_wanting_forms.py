"""A form of the secretariat's that cannot be carried out comes back on its page: every fault in a summary
that leads to the field, the field marked, and what was typed still there.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from httpx import Response
from sqlalchemy.engine import Engine

from cycle.access.roles import Role
from cycle.store import transaction
from tests.support import municipality
from tests.support.municipality import instant
from tests.support.web import Browser, Form, Site

ACTIVITY, TASK, CASE = "/aktivitet/1", "/opgave-historik/1", "/sag/aktivitet/1"


@pytest.fixture
def office(sqlite_engine: Engine, tmp_path: Path) -> Browser:
    site = Site(sqlite_engine, tmp_path, at=instant(2027, 4, 12))
    with transaction(sqlite_engine) as session:
        town = municipality.build(session)
        cycle = municipality.start_cycle(session, town)
        occurrence = municipality.add_occurrence(session, town, cycle)
        tasks = municipality.add_tasks(session, town, occurrence)
        municipality.answer(session, tasks[1], at=instant(2027, 4, 11))
    return site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")


FORMS: tuple[tuple[str, str, Mapping[str, str], Mapping[str, str]], ...] = (
    (TASK, f"{TASK}/forlaeng", {"new_due_on": "2027-02-30", "reason": ""},
     {"forlaeng-new_due_on": "Den nye frist er ikke en dato.", "forlaeng-reason": "Begrundelsen mangler."}),
    (TASK, f"{TASK}/forlaeng", {"new_due_on": "2027-04-01", "reason": "Ferie på <b>skolen</b>"},
     {"forlaeng-new_due_on": "Den nye frist"}),
    (TASK, f"{TASK}/fritag", {"why": " "}, {"fritag-why": "Begrundelsen mangler."}),
    (TASK, f"{TASK}/nyt-link", {"why": ""}, {"nyt-link-why": "Begrundelsen mangler."}),
    (TASK, f"{TASK}/besked/vis", {"text": ""}, {"besked-text": "Teksten mangler."}),
    (ACTIVITY, f"{ACTIVITY}/beslutning/vis", {"body": "Udvalget <i>", "decided_on": "i går", "text": ""},
     {"beslutning-decided_on": "Mødedatoen er ikke en dato.",
      "beslutning-adopted": "Vælg, om det blev vedtaget."}),
    (ACTIVITY, f"{ACTIVITY}/beslutning/vis",
     {"body": "", "decided_on": "2027-04-12", "adopted": "ja", "text": ""},
     {"beslutning-body": "Feltet skal udfyldes.", "beslutning-text": "Feltet skal udfyldes."}),
    ("/koersler", "/koersler/pause", {"flow": "quarterly_report", "why": ""},
     {"pause-why": "Begrundelsen mangler."}),
    ("/se-som?q=leder", "/se-som", {"why": ""}, {"leder-why": "Begrundelsen mangler."}),
    ("/indlaes", "/indlaes", {},
     {"liste-kind": "Det er ikke valgt", "liste-file": "Der er ikke valgt nogen fil."}),
    ("/sag", "/sag/journaliseret", {"case_number": "27-1"}, {"sager-sag": "Der er ikke valgt en sag"}),
    ("/sag", "/sag/journaliseret", {"case_number": "27-1", "sag": "aktivitet/1", "dato": "i går"},
     {"sager-dato": "Datoen er ikke en dato."}),
    (CASE, f"{CASE}/journaliseret", {"case_number": "27-1"},
     {"maerk-item": "Der er ikke valgt et dokument."}),
    (CASE, f"{CASE}/journaliseret", {"case_number": "", "alle": "ja"}, {"maerk-case_number": "Sagsnummeret"}),
)  # fmt: skip


@pytest.mark.parametrize(("page", "action", "typed", "faults"), FORMS, ids=lambda each: str(each)[:40])
def test_a_wanting_form_comes_back_with_its_faults_and_what_was_typed(
    office: Browser, page: str, action: str, typed: Mapping[str, str], faults: Mapping[str, str]
) -> None:
    sent = Form(office.get(page), action).send(office, **typed)
    assert sent.status_code == 422, sent.text[:3000]
    assert told_in_summary(sent).keys() == faults.keys()
    for field, what in faults.items():
        assert what in told_in_summary(sent)[field]
        assert f'id="{field}"' in sent.text
    kept = Form(sent, action).fields
    assert {
        name: kept.get(name, "").strip() for name in typed if name not in ("sag", "alle", "decided_on")
    } == {name: value.strip() for name, value in typed.items() if name not in ("sag", "alle", "decided_on")}
    english = office.post(f"{action}?sprog=en", data={**kept, **typed})
    assert english.status_code == 422 and "Nothing has been done yet" in english.text
    said = " ".join(told_in_summary(english).values())
    assert said and not re.search(r"mangler|skal udfyldes|ikke valgt|ikke en dato|Vælg, om", said)


def told_in_summary(page: Response) -> dict[str, str]:
    """What the summary says, by the field it leads to."""
    summary = page.text.partition('id="fejl"')[2].partition("</div>")[0]
    assert "autofocus" in summary
    return dict(re.findall(r'<a href="#([^"]+)">([^<]+)</a>', summary))


def test_the_form_that_came_back_stands_open_and_the_others_do_not(office: Browser) -> None:
    back = Form(office.get(TASK), f"{TASK}/fritag").send(office, why="").text
    for form, opened in (("fritag", True), ("forlaeng", False), ("besked", False)):
        about = back[: back.index(f'id="{form}"')].rpartition("<details")[2]
        assert about.startswith(' class="details" open>') is opened, form


def test_ticks_stay_when_a_date_is_wrong(office: Browser) -> None:
    sent = Form(office.get("/sag"), "/sag/journaliseret").send(
        office, sag="aktivitet/1", case_number="27-1", dato="i morgen"
    )
    assert sent.status_code == 422 and re.search(r'value="aktivitet/1"[^>]* checked', sent.text)
