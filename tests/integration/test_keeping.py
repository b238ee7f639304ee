"""What is kept no longer is erased, what is still needed is not, and the record stays verifiable."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from cli.installation import open_installation
from cli.main import run as run_command
from cycle import history
from cycle.access.roles import Role, TokenScope
from cycle.access.sessions import open_session
from cycle.access.tables import AccessToken, Account, AccountSession, PersonSession, SignInCode
from cycle.access.tokens import make_token
from cycle.cases.tables import Journalised
from cycle.history import History, HistorySalt
from cycle.keeping.anchors import Anchor, anchors, broken
from cycle.keeping.names import forget, leavers
from cycle.keeping.persons import held_about, who
from cycle.keeping.technical import Kind, Periods, count, erase
from cycle.messages.tables import Inbound, InboundVerdict
from cycle.organisation.tables import Address, Appointment, ImportDraft, Person, Unit
from cycle.runs.tables import Run, RunState
from cycle.store import reading, transaction
from cycle.tables import METADATA
from cycle.tasks.tables import Cycle, Draft, Extension, Submission, Task
from flows.anchoring import anchor
from flows.runtime import DemoClock, Runtime
from tests.support import mail_server, municipality
from tests.support.house import House
from tests.support.municipality import instant
from tests.support.web import Site
from web.secretariat.personal_data import NOT_SHOWN
from web.secretariat.personal_data_words import TABLES

NOW, TODAY = instant(2028, 6, 1), date(2028, 6, 1)
PERIODS = Periods(technical=90, mails=365)


@pytest.fixture
def house(sqlite_engine: Engine, tmp_path: Path) -> House:
    made = House(sqlite_engine, tmp_path, 8000)
    made.answer(0, 5)
    return made


def old(session: Session, house: House) -> None:
    """One row of each technical kind whose time is over, and one whose time is not."""
    account = house.accounts["sif@by.example"]
    for at in (NOW - timedelta(days=400), NOW):
        open_session(session, account, now=at)
        session.add(
            Run(
                root_id="BY",
                flow="remind",
                subject=f"BY{at}",
                state=RunState.DONE,
                wanted_at=at,
                ended_at=at,
            )
        )
        session.add(
            Inbound(
                root_id="BY",
                message_id=f"<{at}>",
                received_at=at,
                sender="ida@by.example",
                raw=b"Hej",
                verdict=InboundVerdict.UNREADABLE,
                handled_at=at,
            )
        )
    for name, days in (("gammel.csv", 8), ("ny.csv", 6)):
        at = NOW - timedelta(days=days)
        session.add(
            ImportDraft(root_id="BY", kind="leaders", file_name=name, content=b"", by="account:1", at=at)
        )
    # a sign-in clears away those that have run out, so the older one is written again
    session.add(
        AccountSession(
            digest="x",
            account_id=account.id or 0,
            csrf="",
            created_at=NOW - timedelta(days=400),
            expires_at=NOW - timedelta(days=399),
        )
    )
    for name, days in (("gammel", 1), ("ny", 700)):
        make_token(
            session,
            email="sif@by.example",
            name=name,
            scope=TokenScope.STATUS,
            days=days,
            by="cli",
            now=NOW - timedelta(days=200),
        )


def test_technical_data_is_erased_after_its_time_and_not_before(house: House) -> None:
    with transaction(house.engine) as session:
        old(session, house)
    with reading(house.engine) as session:
        foretold = count(session, now=NOW, today=TODAY, periods=PERIODS)
    with transaction(house.engine) as session:
        done = erase(session, now=NOW, today=TODAY, periods=PERIODS)
    assert done == foretold and {kind for kind, n in done.items() if n} == {
        Kind.SESSIONS,
        Kind.TOKENS,
        Kind.RAW_MAIL,
        Kind.RUNS,
        Kind.IMPORT_DRAFTS,
    }
    with reading(house.engine) as session:
        assert [each.name for each in session.exec(select(AccessToken))] == ["ny"]
        assert [each.file_name for each in session.exec(select(ImportDraft))] == ["ny.csv"]
        assert len(session.exec(select(Run)).all()) == 1 == len(session.exec(select(AccountSession)).all())
        assert sorted(each.raw for each in session.exec(select(Inbound))) == [b"", b"Hej"]
        assert not any(count(session, now=NOW, today=TODAY, periods=PERIODS).values())


def leave(session: Session, house: House) -> Person:
    """The first leader has left; what the history says of them is there."""
    person = session.get_one(Person, house.town.leaders[house.tasks[0].unit_id])
    session.execute(
        sa.update(Appointment)
        .where(col(Appointment.person_id) == person.id)
        .values(valid_to=TODAY - timedelta(days=400))
    )
    session.execute(
        sa.update(Submission)
        .where(col(Submission.task_id) == house.tasks[0].id)
        .values(by=f"person:{person.id}")
    )
    history.record(
        session,
        root_id="BY",
        at=NOW,
        actor="cli",
        verb="import: added",
        thing=f"post:{house.tasks[0].unit_id}/leder",
        personal={"after": person.name},
    )
    return person


def test_a_name_stays_until_what_was_written_is_filed_and_then_the_post_stands_there(house: House) -> None:
    with transaction(house.engine) as session:
        person = leave(session, house)
        name, person_id = person.name, person.id or 0
        history.chain(session, "BY")
        told = anchors(session, on=TODAY)
        (found,) = leavers(session, today=TODAY, days=365)
        assert found.person_id == person_id and found.waits_for == ("submission:1",)
        assert forget(session, [found], by="cli", now=NOW) == 0
        assert session.get_one(Person, person_id).name == name
        session.add(
            Journalised(
                root_id="BY", item="submission:1", case_number="28-1", by="cli", at=NOW, marked_at=NOW
            )
        )
        assert leavers(session, today=TODAY, days=500) == [], "not so long ago"
        assert forget(session, leavers(session, today=TODAY, days=365), by="cli", now=NOW) == 1
    with transaction(house.engine) as session:
        gone = session.get_one(Person, person_id)
        assert gone.name.startswith("tidl. ") and gone.name != name
        assert not session.exec(select(Address).where(Address.person_id == person_id)).all()
        assert not session.exec(select(HistorySalt).where(HistorySalt.value == name)).all()
        assert who(session, name) is None, "nothing has the name any more"
        assert leavers(session, today=TODAY, days=365) == [], "once is enough"
        history.chain(session, "BY")
        assert history.verify(session, "BY") == [] and broken(session, told) == []


def test_everything_about_one_person_is_found_and_nothing_about_others(house: House) -> None:
    with transaction(house.engine) as session:
        leave(session, house)
        people = session.exec(select(Person).order_by(col(Person.id))).all()
        first = session.get_one(Person, house.town.leaders[house.tasks[0].unit_id])
        asked = who(session, first.name)
        assert asked is not None
        held = held_about(session, asked)
        tables = {each.table for each in held}
        assert {"person", "address", "appointment", "submission", "history_salt"} <= tables
        assert [each.key for each in held if each.table == "person"] == [str(first.id)]
        others = {f"person:{each.id}" for each in people} - asked.actors
        assert not [each for each in held if each.values.get("by") in others]
        (address,) = asked.addresses
        assert who(session, address.upper()) == asked
        assert who(session, "Ingen Opdigtet") is None
        text = json.dumps([each.values for each in held], default=str)
        assert "argon2" not in text


def test_the_secretariat_finds_what_is_held_and_no_other_role_does(house: House) -> None:
    with reading(house.engine) as session:
        name = session.get_one(Person, house.town.leaders[house.tasks[0].unit_id]).name
    office = house.site.signed_in("sif2@by.example", Role.SECRETARIAT, "BY")
    page = office.get("/indsigt", params={"hvem": name}).text
    assert name in page and "Listen over ledere" in page
    told = office.get("/indsigt/alt.json", params={"hvem": name}).json()
    assert told["navne"] == [name] and len(told["raekker"]) > 2
    assert office.get("/indsigt/alt.json", params={"hvem": "Ingen Opdigtet"}).status_code == 404
    assert "ikke gemt noget" in office.get("/indsigt", params={"hvem": "Ingen Opdigtet"}).text
    for role in (Role.DIRECTION, Role.OPERATOR, Role.COMMITTEE, Role.SUPERIOR):
        other = house.site.signed_in(f"{role}@by.example", role, "BY")
        assert other.get("/indsigt").status_code == 403 == other.get("/indsigt/alt.json").status_code


def test_the_page_finds_what_the_command_finds_and_nothing_of_a_namesake_elsewhere(house: House) -> None:
    task, other = house.tasks[0].id or 0, house.tasks[1].id or 0
    with transaction(house.engine) as session:
        name = session.get_one(Person, house.town.leaders[house.tasks[0].unit_id]).name
        mine = session.exec(select(Address.email).join(Person).where(Person.name == name)).one().lower()
        written = {**municipality.ANSWERS, "bemaerkning": f"Ring til {name}"}
        municipality.answer(session, session.get_one(Task, other), at=NOW, answers=written)
        session.add(Extension(task_id=task, old_due_on=TODAY, new_due_on=TODAY, reason=name, by="x", at=NOW))
        session.add(Draft(task_id=house.tasks[7].id or 0, answers={}, typed={"a": name}, by="x", at=NOW))
        session.add(PersonSession(digest="d", address=mine, csrf="", created_at=NOW, expires_at=NOW))
        session.add(
            SignInCode(
                handle="h", nonce="n", address=mine, mailbox="", came_from="", created_at=NOW, expires_at=NOW
            )
        )
        thing = f"post:{house.tasks[0].unit_id}/leder"
        told = {"root_id": "BY", "at": NOW, "actor": "cli", "verb": "import: added", "thing": thing}
        history.record(session, **told, personal={"after": name})  # type: ignore[arg-type]  # of one kind each
        elsewhere(session, name)
    with reading(house.engine) as session:
        asked = who(session, name, root_ids=["BY"])
        assert asked is not None
        shown = held_about(session, asked, root_ids=["BY"])
        everywhere = held_about(session, asked)
    theirs = {(each.table, each.key) for each in everywhere} - {(each.table, each.key) for each in shown}
    assert {table for table, _ in theirs} == {"person", "cycle", "import_draft"}, "the namesake's rows"
    tables = {each.table for each in shown}
    assert {"submission", "extension", "draft", "person_session", "sign_in_code", "history_salt"} <= tables
    office = house.site.signed_in("sif3@by.example", Role.SECRETARIAT, "BY")
    told = office.get("/indsigt/alt.json", params={"hvem": name})
    assert [(row["table"], row["key"]) for row in told.json()["raekker"]] == [
        (each.table, each.key) for each in shown
    ]
    assert f"Ring til {name}" in told.text and '"handle"' not in told.text
    page = office.get("/indsigt", params={"hvem": name}).text
    for words in ("Besvarelser", "Fristforlængelser", "Kladder", "Mailede koder"):
        assert words in page


def elsewhere(session: Session, name: str) -> None:
    """Another municipality with a namesake, and rows that name them."""
    session.add(Unit(id="LYNG", root_id="LYNG", name="Lyng", kind="kommune", path="LYNG"))
    session.flush()
    session.add(Person(key="lyng:1", root_id="LYNG", name=name))
    session.add(Cycle(root_id="LYNG", plan_id="lyng", year=2030, title=name))
    session.add(
        ImportDraft(root_id="LYNG", kind="leaders", file_name=name, content=b"", by="account:9", at=NOW)
    )


def test_every_place_where_something_may_stand_has_a_name() -> None:
    assert {table.name for table in METADATA.sorted_tables} - NOT_SHOWN == set(TABLES)


def test_whoever_rewrites_the_whole_history_is_found_out_by_the_anchor(house: House) -> None:
    with transaction(house.engine) as session:
        leave(session, house)
        history.chain(session, "BY")
        (told,) = anchors(session, on=TODAY)
        assert Anchor.read(told.line()) == told
        session.execute(sa.update(History).values(actor="account:1"))
        assert history.verify(session, "BY"), "an altered row is seen"
        session.execute(sa.update(History).values(hash=None, previous=None, position=None))
        history.chain(session, "BY")
        assert history.verify(session, "BY") == [], "a chain that was made anew is whole"
        assert broken(session, [told]) == [told]


def test_the_newest_hash_goes_into_a_file_and_out_by_mail(house: House, tmp_path: Path) -> None:
    with transaction(house.engine) as session:
        leave(session, house)
        history.chain(session, "BY")
        (told,) = anchors(session, on=TODAY)
    file = tmp_path / "anker.txt"
    with mail_server.running() as server:
        site = Site(
            house.engine,
            tmp_path,
            anchor_file=file,
            anchor_to="arkiv@andre.example",
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_security="none",
        )
        runtime = Runtime(house.engine, site.settings, DemoClock(NOW))
        anchor(runtime, on=TODAY, now=NOW)
        anchor(runtime, on=TODAY, now=NOW)
    assert file.read_text() == f"{told.line()}\n" * 2, "added, never changed"
    assert told.digest in server.received[0].content.decode()


@pytest.mark.usefixtures("installed")
def test_the_commands_tell_and_erase(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with transaction(open_installation().engine) as session:
        town = municipality.build(session)
        person = session.get_one(Person, min(town.leaders.values()))
        session.add(
            Account(email="a@by.example", name="A", password_hash="x", created_at=instant(2020, 1, 1))
        )
        session.flush()
        session.add(
            AccountSession(
                digest="x",
                account_id=1,
                csrf="",
                created_at=instant(2020, 1, 1),
                expires_at=instant(2020, 1, 2),
            )
        )
        history.record(session, root_id="BY", at=NOW, actor="cli", verb="x", thing="unit:BY")
    assert run_command("retention", ["--json"]) == 0
    assert json.loads(capsys.readouterr().out)["technical"]["sessions"] == 1
    assert run_command("retention", ["--apply"]) == 0
    assert "Slettet." in capsys.readouterr().out
    assert run_command("retention", ["--json"]) == 0
    assert json.loads(capsys.readouterr().out)["technical"]["sessions"] == 0
    assert run_command("person", [person.name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["names"] == [person.name]
    assert run_command("person", ["Ingen Opdigtet"]) == 1 and "Ingen Opdigtet" in capsys.readouterr().err
    assert run_command("history", ["anchor"]) == 0
    file = tmp_path / "anker.txt"
    file.write_text(capsys.readouterr().out)
    assert run_command("history", ["verify", "--anchors", str(file)]) == 0
    assert "historikken er hel" in capsys.readouterr().out
    file.write_text(f"2028-06-01 1 {'0' * 64} BY\n")
    assert run_command("history", ["verify", "--anchors", str(file)]) == 1
    assert "2028-06-01" in capsys.readouterr().err
