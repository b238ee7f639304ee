"""A body's decision: seen before it is recorded, once, corrected with a reason, withdrawn while it can be."""

import re
from datetime import date
from pathlib import Path

import pytest
from httpx import Response
from sqlalchemy.engine import Engine
from sqlmodel import col, select
from starlette.testclient import TestClient

from cycle.access.roles import Role
from cycle.cases.gathering import case_of_occurrence
from cycle.errors import AnswerInvalid
from cycle.goals.decisions import record_decision
from cycle.goals.strategies import draft_of
from cycle.goals.strategy_tree import set_tree, tree_changes
from cycle.goals.tables import Decision, Strategy
from cycle.history import History
from cycle.plan.model import Activity
from cycle.store import reading, transaction
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence
from flows.runtime import RunContext
from flows.strategy_revision import advance
from tests.support.deciding import decide, preview, record
from tests.support.house import House
from tests.support.municipality import ROOT, instant
from tests.support.strategy_pages import strategy_pages
from tests.support.web import Form

BUU = {"body": "BUU", "decided_on": "2027-04-07", "adopted": "ja", "text": "Vedtaget."}


class Revision:
    """A revision whose hearing is open, with a proposal, and its secretary."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.house = engine, House(engine, folder, 8000)
        strategy_pages(self.house)
        self.site = self.house.site
        self.site.clock.at = instant(2027, 4, 9, 10)
        self.office = self.site.signed_in("sek@by.example", Role.SECRETARIAT, ROOT)
        with reading(engine) as session:
            revision = select(Occurrence).where(Occurrence.activity_id == "strategirevision")
            self.id = session.exec(revision).one().id or 0

    def advance(self) -> None:
        advance(RunContext.direct(self.engine, self.site.clock.at, self.site.settings, ROOT), self.id)

    def versions(self) -> list[tuple[int, bool, date | None]]:
        with reading(self.engine) as session:
            rows = session.exec(select(Strategy).order_by(col(Strategy.version)))
            return [(row.version, row.draft, row.adopted_on) for row in rows]

    def decisions(self) -> list[Decision]:
        with reading(self.engine) as session:
            return list(session.exec(select(Decision).order_by(col(Decision.id))))

    def act(self, which: str, browser: TestClient | None = None, **typed: str) -> Response:
        browser, it = browser or self.office, f"/beslutning/{self.decisions()[-1].id}"
        form = Form(browser.get(it), f"{it}/{which}")
        return browser.post(form.action, data={**form.fields, **typed})


@pytest.fixture
def revision(engine: Engine, tmp_path: Path) -> Revision:
    return Revision(engine, tmp_path)


def words(page: Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2031-01-01", "er ikke holdt endnu; i dag er det 9. april 2027"),
        ("2027-04-10", "er ikke holdt endnu"),
        ("1999-01-01", "ligger før aktiviteten åbnede, 1. april 2027"),
    ],
)
def test_a_day_to_come_or_before_the_opening_is_refused(revision: Revision, day: str, said: str) -> None:
    refused = preview(revision.office, revision.id, **{**BUU, "decided_on": day})
    assert refused.status_code == 422 and said in words(refused)
    with transaction(revision.engine) as session, pytest.raises(AnswerInvalid):
        record_decision(
            session, occurrence_id=revision.id, body="BUU", decided_on=date.fromisoformat(day), adopted=True,
            text="Vedtaget.", by="account:1", now=revision.site.clock.at,
        )  # fmt: skip
    assert revision.decisions() == []


def test_what_a_decision_adopts_is_seen_with_a_warning_before_it_is_recorded(revision: Revision) -> None:
    shown = preview(revision.office, revision.id, **BUU)
    said = words(shown)
    assert shown.status_code == 200 and "Der er ikke sket noget endnu." in said
    assert "Vores grundlag : udgave 2 gælder fra 7. april 2027" in said
    assert "Ændret: 1 Hele livet" in said and "Nyt: 1.2 Et nyt mål" in said
    assert "indsamlingen er åben til og med" in said and "mangler at svare" in said
    assert revision.decisions() == []
    done = record(revision.office, shown, revision.id)
    page = revision.office.get(done.headers["location"])
    assert "Beslutningen er indskrevet." in words(page)
    nothing = words(preview(revision.office, revision.id, **{**BUU, "adopted": "nej"}))
    assert "Ingenting: der blev ikke vedtaget noget." in nothing


def test_a_cancelled_activity_does_not_ask_for_a_decision_by_itself(revision: Revision) -> None:
    def fold() -> str:
        page = revision.office.get(f"/aktivitet/{revision.id}").text
        return page.partition("Indskriv en beslutning")[0].rpartition("<details")[2]

    with transaction(revision.engine) as session:
        it = session.get_one(Occurrence, revision.id)
        activity = Activity.model_validate_json(it.activity)
        it.activity = activity.model_copy(update={"body": "BUU"}).model_dump_json()
    assert fold().startswith(' class="details" open>')
    with transaction(revision.engine) as session:
        session.get_one(Occurrence, revision.id).state = OccurrenceState.CANCELLED
    assert fold().startswith(' class="details">')


def test_the_same_decision_twice_also_by_two_secretaries_is_one(revision: Revision) -> None:
    other = revision.site.signed_in("to@by.example", Role.SECRETARIAT, ROOT)
    first, second = (preview(each, revision.id, **BUU) for each in (revision.office, other))
    assert record(revision.office, first, revision.id).status_code == 303
    revision.advance()
    late = record(other, second, revision.id)
    assert late.status_code == 303
    assert "stod her i forvejen" in words(other.get(late.headers["location"]))
    revision.advance()
    assert len(revision.decisions()) == 1
    assert revision.versions() == [(1, False, None), (2, False, date(2027, 4, 7))]
    again = words(preview(other, revision.id, **{**BUU, "text": "Vedtaget igen."}))
    assert "I denne revision er udgave 2 allerede vedtaget" in again


def test_a_proposal_written_on_since_it_was_shown_is_shown_again(revision: Revision) -> None:
    shown = preview(revision.office, revision.id, **BUU)
    with reading(revision.engine) as session:
        draft = draft_of(session, revision.id)
    assert draft is not None
    address = f"/strategi/{draft.id}/forslag"
    form = Form(revision.office.get(address), address)
    revision.office.post(address, data={**form.fields, "t:helhed": "Helt andre ord"})
    late = record(revision.office, shown, revision.id)
    assert late.status_code == 409 and "Noget er ændret, siden du så siden." in words(late)
    assert "Helt andre ord" in late.text and revision.decisions() == []
    assert record(revision.office, late, revision.id).status_code == 303


def test_a_decision_is_corrected_with_a_reason_and_what_it_said_is_kept(revision: Revision) -> None:
    decide(revision.office, revision.id, **BUU)
    revision.advance()
    assert revision.act("ret", text="Vedtaget enstemmigt.").status_code == 422, "without a reason"
    assert revision.act("ret", decided_on="2027-05-01", why="x").status_code == 422
    it = f"/beslutning/{revision.decisions()[0].id}"
    stale = Form(revision.office.get(it), f"{it}/ret").fields
    sent = revision.act("ret", text="Vedtaget enstemmigt.", decided_on="2027-04-08", why="Mødet var den 8.")
    assert sent.status_code == 303 and "Beslutningen er rettet." in words(
        revision.office.get(sent.headers["location"])
    )
    assert revision.versions()[-1] == (2, False, date(2027, 4, 8))
    page = words(revision.office.get(it))
    assert "BUU , 7. april 2027 Vedtaget. Rettet 9. april 2027" in page and "Mødet var den 8." in page
    assert "af sek" in page and "account:" not in page, "who has acted is called by name"
    late = revision.office.post(f"{it}/ret", data={**stale, "text": "Andet", "why": "y"})
    assert late.status_code == 409 and revision.decisions()[0].edition == 2
    with reading(revision.engine) as session:
        history = select(History).where(History.verb == "correct_decision")
        assert session.exec(history).one().why == "Mødet var den 8."
        items = {item.key: item.title for item in case_of_occurrence(session, revision.id).items}
        assert items[f"decision:{revision.decisions()[0].id}:2"].endswith(", rettet")


def test_a_wrong_decision_is_withdrawn_and_its_version_is_a_proposal_again(revision: Revision) -> None:
    decide(revision.office, revision.id, **BUU)
    revision.advance()
    assert revision.act("traek", why=" ").status_code == 422
    sent = revision.act("traek", why="Skrevet på den forkerte aktivitet")
    assert sent.status_code == 303
    page = words(revision.office.get(sent.headers["location"]))
    assert "Beslutningen er trukket tilbage." in page and "den forkerte aktivitet" in page
    revision.advance()
    assert revision.versions() == [(1, False, None), (2, True, None)]
    decide(revision.office, revision.id, **BUU)
    revision.advance()
    assert revision.versions()[-1] == (2, False, date(2027, 4, 7)) and len(revision.decisions()) == 2


def test_a_decision_that_has_been_built_on_stays_and_says_what_hinders(revision: Revision) -> None:
    decide(revision.office, revision.id, **BUU)
    revision.advance()
    it = f"/beslutning/{revision.decisions()[0].id}"
    form = Form(revision.office.get(it), f"{it}/traek")
    with transaction(revision.engine) as session:
        adopted = session.exec(select(Strategy).where(Strategy.version == 2)).one()
        seen = tree_changes(session, adopted, 2028).digest
        set_tree(session, adopted, 2028, seen=seen, by="account:1", now=revision.site.clock.at)
    refused = revision.office.post(form.action, data={**form.fields, "why": "Forkert"})
    assert refused.status_code == 422
    assert "3 mål i måltræet for 2028 følger strategiens udgave 2." in words(refused)
    page = revision.office.get(it)
    assert "3 mål i måltræet" in words(page) and f"{it}/traek" not in page.text
    assert revision.versions()[-1] == (2, False, date(2027, 4, 7))


def test_only_the_secretariat_records_corrects_and_withdraws(revision: Revision) -> None:
    decide(revision.office, revision.id, **BUU)
    it = f"/beslutning/{revision.decisions()[0].id}"
    for role in (Role.DIRECTION, Role.COMMITTEE, Role.OPERATOR):
        other = revision.site.signed_in(f"{role}@by.example", role, ROOT)
        token = Form(revision.office.get(it), "/log-ud").fields
        assert other.get(it).status_code in (403, 404)
        for path in (f"/aktivitet/{revision.id}/beslutning/vis", f"{it}/ret", f"{it}/traek"):
            assert other.post(path, data={**token, **BUU, "edition": "1", "why": "x"}).status_code == 403
    superior = revision.site.signed_in("chef@by.example", Role.SUPERIOR, "BY-IN-D1")
    assert superior.get(it).status_code == 403
    assert revision.office.get("/beslutning/99").status_code == 404
