"""Two parties negotiate an agreement: remarks on its goals, and neither overwrites the other."""

from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from cycle.access.roles import Role
from cycle.errors import AnswerInvalid, Conflict, NotNow
from cycle.goals.remark_tables import GoalRemark
from cycle.goals.remarks import remark, remarks_of, resolve
from cycle.goals.tables import Agreement, AgreementState
from cycle.history import History
from cycle.organisation.tables import Address, Person, Substitute
from cycle.store import reading, transaction
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Submission, Task
from tests.support.municipality import ROOT, SINCE, instant
from tests.support.negotiating import Table
from tests.support.web import Form


@pytest.fixture
def table(engine: Engine, tmp_path: Path) -> Table:
    return Table(engine, tmp_path)


def test_both_parties_speak_about_a_goal_and_either_says_that_it_is_resolved(table: Table) -> None:
    browser = table.site.browser()
    page, address = f"{table.superior}/bemaerkninger", f"{table.superior}/bemaerkninger"
    form = Form(browser.get(page), address)
    posted = browser.post(address, data={**form.fields, "code": "A", "text": "Hvad er <målet>\ni tal?"})
    assert posted.status_code == 303
    again = browser.post(address, data={**form.fields, "code": "A", "text": "Hvad er <målet>\ni tal?"})
    assert again.status_code == 303, "the same button pressed twice is one remark"
    theirs = browser.get(f"{table.leader}/bemaerkninger").text
    assert theirs.count("Hvad er &lt;målet&gt;\ni tal?") >= 1 and "distriktschef, " in theirs
    assert "1 ikke afklaret" in browser.get(table.leader).text
    assert "Enhedsmål G" in theirs and "Aftalen som helhed" in theirs
    with reading(table.engine) as session:
        (said,) = remarks_of(session, table.agreement)
    assert (said.code, said.version, said.by) == ("A", 1, f"person:{table.holders[1]}")
    assert browser.post(f"{table.leader}/bemaerkninger/{said.id}/afklaret").status_code == 303
    twice = browser.post(f"{table.superior}/bemaerkninger/{said.id}/afklaret")
    assert twice.status_code == 409, "somebody else was first"
    with reading(table.engine) as session:
        (said,) = remarks_of(session, table.agreement)
        verbs = session.exec(
            select(History.verb).where(History.thing == f"agreement:{table.agreement}")
        ).all()
    assert said.resolved_by == f"person:{table.holders[0]}" and verbs == ["remark", "resolve"]
    office = table.site.signed_in("sif@by.example", Role.SECRETARIAT, ROOT)
    read = office.get(f"/udviklingsaftale/{table.agreement}").text
    assert "Hvad er &lt;målet&gt;" in read and "afklaret" in read


def test_what_is_not_a_remark_is_not_kept_and_not_lost(table: Table) -> None:
    browser, address = table.site.browser(), f"{table.leader}/bemaerkninger"
    empty = browser.post(address, data={"code": "A", "text": "  ", "once": "1"})
    assert empty.status_code == 422 and "Skriv mellem 1 og 4.000 tegn." in empty.text
    long = "ord " * 1100
    refused = browser.post(address, data={"code": "A", "text": long, "once": "2"})
    assert refused.status_code == 422 and long.strip()[:200] in refused.text
    assert browser.post(f"{address}/99/afklaret").status_code == 404
    with transaction(table.engine) as session:
        agreement = session.get_one(Agreement, table.agreement)
        agreement.state = AgreementState.SIGNING
        session.add(agreement)
    late = browser.post(address, data={"code": "A", "text": "For sent", "once": "3"})
    assert late.status_code == 409
    with reading(table.engine) as session:
        assert session.exec(select(GoalRemark)).all() == []


def test_the_rules_without_pages(table: Table) -> None:
    now = instant(2027, 4, 12)
    said = {"code": "A", "by": "person:1", "post": "leder", "now": now}
    with transaction(table.engine) as session:
        agreement = session.get_one(Agreement, table.agreement)
        first = remark(session, agreement, text="Et", once="a", **said)
        assert remark(session, agreement, text="Et", once="a", **said).id == first.id
        resolve(session, agreement, first.id or 0, by="person:2", now=now)
        with pytest.raises(Conflict):
            resolve(session, agreement, first.id or 0, by="person:1", now=now)
        with pytest.raises(AnswerInvalid):
            remark(session, agreement, text="\n", once="b", **said)
        agreement.state = AgreementState.IN_FORCE
        with pytest.raises(NotNow):
            remark(session, agreement, text="To", once="c", **said)


def test_other_tasks_have_no_such_page(table: Table) -> None:
    with transaction(table.engine) as session:
        task = session.get_one(Task, table.draft.id)
        task.kind = TaskKind.ANSWER
        session.add(task)
    assert table.site.browser().get(f"{table.leader}/bemaerkninger").status_code == 404
    assert "Bemærkninger til målene" not in table.site.browser().get(table.leader).text


def test_two_people_who_edit_one_agreement_do_not_overwrite_each_other(table: Table) -> None:
    with transaction(table.engine) as session:
        helper = Person(root_id=ROOT, key="vikar@by.example", name="Vita Vikar")
        session.add(helper)
        session.flush()
        session.add(Address(person_id=helper.id, email="vikar@by.example", valid_from=SINCE))
        session.add(Substitute(unit_id=table.unit, role="leder", person_id=helper.id or 0, valid_from=SINCE))
        substitute = helper.id or 0
    browser, other = table.site.browser(), table.site.browser()
    theirs = table.site.link(table.draft, substitute)
    first, second = Form(browser.get(table.leader), table.leader), Form(other.get(theirs), theirs)
    kept = {"status.light": "grøn", "beloeb": "1", "bemaerkning": "Lederens udkast"}
    assert browser.post(table.leader, data={**first.fields, **kept, "act": "submit"}).status_code == 303
    mine = {**kept, "bemaerkning": "Stedfortræderens udkast"}
    refused = other.post(theirs, data={**second.fields, **mine, "act": "submit"})
    assert refused.status_code == 409
    assert "Svaret er blevet ændret et andet sted" in refused.text
    assert "Stedfortræderens udkast" in refused.text and "Lederens udkast" in refused.text
    with reading(table.engine) as session:
        (taken,) = session.exec(select(Submission)).all()
    assert taken.answers["bemaerkning"] == "Lederens udkast"
    again = Form(refused, theirs)
    assert other.post(theirs, data={**again.fields, **mine, "act": "submit"}).status_code == 303
    with reading(table.engine) as session:
        assert len(session.exec(select(Submission)).all()) == 2, "both are kept"
