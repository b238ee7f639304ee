"""The reminders of an activity on a page: seen, tried, saved as a revision; for the secretariat alone."""

import json
import re

import pytest
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.history import History
from cycle.store import reading, transaction
from cycle.tasks.cycles import start_cycle
from cycle.tasks.tables import CycleRevision, FormVersion, Occurrence
from tests.integration.test_foresight import BUDGET, REPORT
from tests.integration.test_revise import draft
from tests.support import municipality as m
from tests.support.web import Form, Site

NOW = m.instant(2027, 3, 1)


class Office:
    def __init__(self, engine, folder) -> None:
        self.engine = engine
        with transaction(engine) as session:
            m.build(session, districts=1, units_per_district=2)
            m.build(session, root_id="ANDEN", districts=1, units_per_district=1)
            start_cycle(session, draft(REPORT, BUDGET), year=2027, by="cli", now=m.instant(2027, 1, 4))
        self.site = Site(engine, folder, at=NOW)
        with reading(engine) as session:
            found = session.exec(select(Occurrence).where(Occurrence.activity_id == "budget")).one()
        self.address = f"/aktivitet/{found.id}/paamindelser"
        self.browser = self.site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")

    def form(self, browser=None) -> Form:
        return Form((browser or self.browser).get(self.address), f"{self.address}/vis")

    def rules(self) -> dict[str, dict]:
        with reading(self.engine) as session:
            row = session.exec(select(Occurrence).where(Occurrence.activity_id == "budget")).one()
            return {rule["id"]: rule for rule in json.loads(row.rules)}

    def all(self, table):
        with reading(self.engine) as session:
            return list(session.exec(select(table).order_by(col(table.id))))


@pytest.fixture
def office(sqlite_engine, tmp_path) -> Office:
    return Office(sqlite_engine, tmp_path)


def test_numbers_are_tried_and_then_saved_as_a_revision(office) -> None:
    before = office.site.row_counts()
    tried = office.form().send(office.browser, **{"foer-14.offset": "10"})
    assert tried.status_code == 200 and "Der er ikke ændret noget endnu" in tried.text
    assert "<strong>4</strong> flytter dag" in tried.text
    assert "Leder af BY-IN-D1-001" in tried.text and "Påmindelse 10 dage før fristen" in tried.text
    assert office.site.row_counts() == before
    saved = Form(tried, office.address).send(office.browser, why="Kortere varsel")
    assert saved.status_code == 303
    assert office.rules()["foer-14"]["offset"] == 10
    assert [(row.no, row.why) for row in office.all(CycleRevision)] == [(1, ""), (2, "Kortere varsel")]
    assert [row.why for row in office.all(History) if row.verb == "revise"] == ["Kortere varsel"]
    assert len(office.all(FormVersion)) == 2, "no form is touched"
    shown = office.browser.get(saved.headers["location"]).text
    assert "Påmindelserne er ændret" in shown and 'value="10"' in shown


def test_a_series_and_its_unit_can_be_changed(office) -> None:
    tried = office.form().send(
        office.browser,
        **{"efter.every": "3", "efter.at_most": "2", "efter.unit": "dage", "leder.offset": "8"},
    )
    Form(tried, office.address).send(office.browser, why="Færre rykkere")
    rules = office.rules()
    assert (rules["efter"]["every"], rules["efter"]["at_most"], rules["efter"]["working_days"]) == (
        3,
        2,
        False,
    )
    assert (rules["leder"]["offset"], rules["leder"]["working_days"]) == (8, True)
    assert rules["aabner"]["kind"] == "opens"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"foer-14.offset": "900"}, "mellem 0 og 365"),
        ({"foer-14.offset": "fjorten"}, "ikke et helt tal"),
        ({"foer-14.offset": "-1"}, "ikke et helt tal"),
        ({"efter.at_most": "0"}, "mellem 1 og 20"),
        ({"foer-14.at_most": "4"}, "ikke hvor længe der skal gå imellem"),
    ],
)
def test_a_wrong_number_is_refused_with_words_and_stays_in_its_field(office, typed, said) -> None:
    before = office.site.row_counts()
    page = office.form().send(office.browser, **typed)
    assert page.status_code == 422 and said in page.text
    assert all(f'value="{value}"' in page.text for value in typed.values())
    assert office.site.row_counts() == before
    english = office.browser.post(f"{office.address}/vis?sprog=en", data={**office.form().fields, **typed})
    assert "Nothing has been saved yet" in english.text and said not in english.text


def test_two_at_once_and_the_second_is_told(office) -> None:
    first, second = office.form(), office.form()
    tried = first.send(office.browser, **{"foer-14.offset": "10"})
    other = Form(second.send(office.browser, **{"foer-14.offset": "12"}), office.address)
    assert Form(tried, office.address).send(office.browser, why="Min").status_code == 303
    late = other.send(office.browser, why="Min også")
    assert late.status_code == 409 and "Nogen har ændret planen" in late.text
    assert office.rules()["foer-14"]["offset"] == 10
    again = second.send(office.browser, **{"foer-14.offset": "12"})
    assert again.status_code == 409 and "Begynd forfra" in again.text


def test_without_a_reason_nothing_is_saved(office) -> None:
    tried = Form(office.form().send(office.browser, **{"foer-14.offset": "10"}), office.address)
    assert tried.send(office.browser, why=" ").status_code == 422
    assert office.rules()["foer-14"]["offset"] == 14


@pytest.mark.parametrize(
    ("role", "unit"),
    [
        (Role.SUPERIOR, "BY-IN-D1"),
        (Role.DIRECTION, "BY"),
        (Role.COMMITTEE, "BY"),
        (Role.OPERATOR, "BY"),
        (Role.SECRETARIAT, "ANDEN"),
    ],
)
def test_nobody_but_the_municipality_s_own_secretariat_may(office, role, unit) -> None:
    fields = office.form().fields
    stranger = office.site.signed_in(f"{role}@x.example", role, unit)
    csrf = re.search(r'name="csrf" value="([^"]+)"', stranger.get("/aarshjul").text)
    own = {**fields, "csrf": csrf[1] if csrf else ""}
    before = office.rules()
    assert stranger.get(office.address).status_code in (403, 404)
    for address in (office.address, f"{office.address}/vis"):
        assert stranger.post(address, data={**own, "why": "x"}).status_code in (403, 404)
    assert office.rules() == before


def test_it_takes_an_account_and_a_form_of_its_own(office) -> None:
    fields = {**office.form().fields, "why": "x"}
    assert office.site.browser().get(office.address).headers["location"].startswith("/log-ind")
    for address in (office.address, f"{office.address}/vis"):
        assert office.site.browser().post(address, data=fields).status_code == 401
        assert office.browser.post(address, data={**fields, "csrf": "forkert"}).status_code == 403


def test_a_rule_is_added_and_the_mails_it_brings_are_seen_first(office) -> None:
    before = office.site.row_counts()
    new = "tilfoejet-1"
    asked = {f"{new}.kind": "before", f"{new}.offset": "3", f"{new}.unit": "arbejdsdage"}
    tried = office.form().send(office.browser, **asked)
    assert tried.status_code == 200 and "<strong>4</strong> kommer til" in tried.text
    assert "Tilføjes:</strong> Påmindelse før fristen, 3 arbejdsdage." in " ".join(tried.text.split())
    assert "Påmindelse 3 arbejdsdage før fristen" in tried.text and office.site.row_counts() == before
    assert Form(tried, office.address).send(office.browser, why="Flere skal nå det").status_code == 303
    rules = office.rules()
    assert list(rules)[-1] == new and len(rules) == 7
    assert (rules[new]["kind"], rules[new]["offset"], rules[new]["working_days"], rules[new]["move"]) == (
        "before",
        3,
        True,
        "earlier",
    )
    assert "tilfoejet-2.kind" in office.browser.get(office.address).text, "the next one has an id of its own"


def test_a_rule_is_removed_and_the_mails_it_cancels_are_seen_first(office) -> None:
    tried = office.form().send(office.browser, **{"foer-14.fjern": "1"})
    assert "<strong>4</strong> forsvinder" in tried.text and "Fjernes:</strong>" in tried.text
    assert Form(tried, office.address).send(office.browser, why="Færre mails").status_code == 303
    assert "foer-14" not in office.rules() and len(office.rules()) == 5


def test_the_opening_stays_whatever_is_sent(office) -> None:
    tried = office.form().send(office.browser, **{"aabner.fjern": "1"})
    assert "Påmindelserne er de samme som nu" in tried.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"tilfoejet-1.kind": "opens"}, "Den slags påmindelse findes ikke"),
        ({"tilfoejet-1.kind": "after", "tilfoejet-1.offset": "400"}, "mellem 0 og 365"),
        ({"tilfoejet-1.kind": "after", "tilfoejet-1.offset": "snart"}, "ikke et helt tal"),
        ({"tilfoejet-1.kind": "after", "tilfoejet-1.at_most": "3"}, "ikke hvor længe der skal gå imellem"),
    ],
)
def test_a_wrong_new_rule_is_refused_at_its_field(office, typed, said) -> None:
    page = office.form().send(office.browser, **typed)
    assert page.status_code == 422 and said in page.text
    assert all(f'id="p-{where}"' in page.text for where in (list(typed)[-1],) if "at_most" not in where)
    assert len(office.rules()) == 6


def test_what_the_second_editor_adds_is_not_saved_over_the_firsts(office) -> None:
    first, second = office.form(), office.form()
    tried = first.send(office.browser, **{"foer-14.fjern": "1"})
    other = Form(second.send(office.browser, **{"tilfoejet-1.kind": "on"}), office.address)
    assert Form(tried, office.address).send(office.browser, why="Færre").status_code == 303
    late = other.send(office.browser, why="Flere")
    assert late.status_code == 409 and "Nogen har ændret planen" in late.text
    assert list(office.rules()) == ["aabner", "foer-5", "paa-dagen", "efter", "leder"]


def test_the_same_numbers_are_told_as_such_and_there_is_nothing_to_save(office) -> None:
    before = office.site.row_counts()
    tried = office.form().send(office.browser)
    assert tried.status_code == 200 and "Påmindelserne er de samme som nu" in tried.text
    assert "Gem de nye påmindelser" not in tried.text and 'name="why"' not in tried.text
    fields = {**office.form().fields, "why": "Ingen grund"}
    assert office.browser.post(office.address, data=fields).status_code == 422
    assert office.site.row_counts() == before
    english = office.browser.post(f"{office.address}?sprog=en", data=fields)
    assert "The reminders are the same as now" in english.text


def test_numbers_that_stand_as_they_did_are_no_change_whatever_else_the_plan_would_move(office) -> None:
    """A plan whose revision would write dates anew (a calendar changed since) still has the same rules."""
    with transaction(office.engine) as session:
        row = session.exec(select(Occurrence).where(Occurrence.activity_id == "budget")).one()
        row.note = "Noget, en ny udgave ville skrive om"
        session.add(row)
    tried = office.form().send(office.browser)
    assert "Påmindelserne er de samme som nu" in tried.text and "Gem de nye påmindelser" not in tried.text
