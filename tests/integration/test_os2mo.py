"""Units and leaders from OS2mo: fetched whole or not at all, shown, and applied by whom the setting says."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from graphql import parse, validate
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from cli.installation import open_installation
from cli.main import run as run_command
from config.settings import load_settings
from cycle.access.roles import Role
from cycle.errors import PlanInvalid
from cycle.organisation.directory import Directory
from cycle.organisation.leader_difference import LeaderChanged
from cycle.organisation.tables import Appointment, FetchedOrganisation, ImportRecord, Person, Unit
from cycle.organisation.unit_difference import UnitChanged
from cycle.store import reading, transaction
from flows.due_work import due_work
from flows.organisation import organisation
from flows.os2mo_client import MANAGERS, UNITS, OS2moUnread
from flows.runtime import RunContext
from tests.support import os2mo
from tests.support.municipality import instant
from tests.support.os2mo import Organisation, Server
from tests.support.web import Form, Site
from web.secretariat.fetched_words import LEADER_CHANGED, UNIT_CHANGED

LONG_AGO, TODAY = date(2000, 1, 1), date(2027, 4, 6)
MORNING = instant(2027, 4, 6, 5)


def invented() -> Organisation:
    """A municipality with two schools, one of them with a new leader from August."""
    it = Organisation()
    it.unit("BY", None, "By Kommune", "Kommune", LONG_AGO)
    it.unit("SK", "BY", "Skoler", "Område", LONG_AGO)
    it.unit("S1", "SK", "Gamle Skole", "Skole", LONG_AGO, date(2026, 7, 31))
    it.unit("S1", "SK", "Havneskolen", "Skole", date(2026, 8, 1))
    it.unit("S2", "SK", "Bakkeskolen", "Skole", LONG_AGO)
    it.unit("UD", None, "Uden for", "Ekstern", LONG_AGO)
    for key, name in (("ida", "Ida Opdigtet"), ("ole", "Ole Opdigtet"), ("pia", "Pia Opdigtet")):
        it.person(key, name, f"{key}@by.example")
    it.manager("S1", "ida", LONG_AGO, date(2027, 7, 31))
    it.manager("S1", "ole", date(2027, 8, 1))
    it.manager("S2", "pia", LONG_AGO)
    it.manager("SK", None, LONG_AGO)
    return it


@pytest.fixture
def source() -> Iterator[Server]:
    with os2mo.serving(invented()) as server:
        yield server


@pytest.fixture
def store(engine: Engine) -> Engine:
    """A municipality that has only its root so far."""
    with transaction(engine) as session:
        session.add(Unit(id="BY", root_id="BY", path="/BY/", name="By Kommune", kind="kommune"))
    return engine


def run(engine: Engine, source: Server, folder: Path, at: Any = MORNING, **settings: Any) -> RunContext:
    told = load_settings(data_dir=folder, secret_key="k" * 40, **{**source.settings, **settings})
    context = RunContext.direct(engine, at, told, "BY")
    organisation(context)
    return context


def rows(session: Session) -> list[tuple[str, str, date, date | None]]:
    found = session.exec(select(Appointment).order_by(col(Appointment.unit_id), col(Appointment.valid_from)))
    return [(each.unit_id, each.role, each.valid_from, each.valid_to) for each in found]


def everything(engine: Engine) -> tuple[Any, ...]:
    with reading(engine) as session:
        return (
            [unit.model_dump() for unit in session.exec(select(Unit).order_by(Unit.id))],
            rows(session),
            len(session.exec(select(ImportRecord)).all()),
        )


@pytest.mark.parametrize("query", [UNITS, MANAGERS])
def test_what_is_asked_is_in_the_schema_and_not_deprecated(query: str) -> None:
    from graphql.validation import NoDeprecatedCustomRule, specified_rules

    assert not validate(os2mo.schema(), parse(query), [*specified_rules, NoDeprecatedCustomRule])
    assert "cpr" not in query


def test_nothing_is_applied_without_being_asked_for(store: Engine, source: Server, tmp_path: Path) -> None:
    before = everything(store)
    assert run(store, source, tmp_path).counts == {"changes": 7, "applied": 0}
    assert everything(store) == before
    with reading(store) as session:
        kept = session.get_one(FetchedOrganisation, "BY")
        assert kept.changes == 7 and kept.fetched_at == MORNING and "Uden for" not in kept.units
    assert len(source.asked) == 4, "page by page"


def test_what_is_little_is_applied_where_the_setting_says_so(
    store: Engine, source: Server, tmp_path: Path
) -> None:
    assert run(store, source, tmp_path, os2mo_unasked=7).counts["applied"] == 7
    with reading(store) as session:
        assert session.get_one(Unit, "S1").name == "Havneskolen"
        assert session.get_one(Unit, "S1").path == "/BY/SK/S1/"
        assert rows(session) == [
            ("S1", "leder", LONG_AGO, date(2027, 7, 31)),
            ("S1", "leder", date(2027, 8, 1), None),
            ("S2", "leder", LONG_AGO, None),
        ]
        for day, name in ((TODAY, "Ida Opdigtet"), (date(2027, 8, 1), "Ole Opdigtet")):
            holder = Directory.load(session, "BY", day).holder("S1", "leder")
            assert holder is not None and holder.name == name
    again = run(store, source, tmp_path, MORNING + timedelta(days=1), os2mo_unasked=7)
    assert again.counts == {"changes": 0, "applied": 0}, "the same again is nothing new"


def test_a_change_of_a_later_day_comes_on_its_day(store: Engine, source: Server, tmp_path: Path) -> None:
    run(store, source, tmp_path, os2mo_unasked=100)
    times = source.answers.it.units["S2"]
    times[0].last = date(2027, 7, 31)
    source.answers.it.unit("S2", "SK", "Nye Bakkeskole", "Skole", date(2027, 8, 1))
    source.answers.it.unit("S3", "SK", "Søskolen", "Skole", date(2027, 8, 1))
    run(store, source, tmp_path, MORNING + timedelta(days=1), os2mo_unasked=100)
    with reading(store) as session:
        assert session.get_one(Unit, "S2").name == "Bakkeskolen"
        assert session.get_one(Unit, "S3").opened_on == date(2027, 8, 1)
    run(store, source, tmp_path, instant(2027, 8, 1, 5), os2mo_unasked=100)
    with reading(store) as session:
        assert session.get_one(Unit, "S2").name == "Nye Bakkeskole"
        assert session.get_one(Unit, "S2").closed_on is None


def test_a_closed_unit_and_a_leader_who_has_left_always_wait(
    store: Engine, source: Server, tmp_path: Path
) -> None:
    run(store, source, tmp_path, os2mo_unasked=100)
    del source.answers.it.units["S2"]
    source.answers.it.managers = {
        key: one for key, one in source.answers.it.managers.items() if "S2" not in key
    }
    before = everything(store)
    told = run(store, source, tmp_path, MORNING + timedelta(days=1), os2mo_unasked=100)
    assert told.counts["applied"] == 0 < told.counts["changes"] and everything(store) == before


@pytest.mark.parametrize("how", ["status", "errors", "cut", "page 2", "token", "redirect"])
def test_half_an_answer_changes_nothing_and_is_told(
    store: Engine, source: Server, tmp_path: Path, how: str
) -> None:
    run(store, source, tmp_path)
    before = everything(store)
    source.fails = how
    with pytest.raises(OS2moUnread) as failed:
        run(store, source, tmp_path, MORNING + timedelta(days=1), os2mo_unasked=100)
    assert "Ida" not in str(failed.value)
    assert everything(store) == before
    with reading(store) as session:
        kept = session.get_one(FetchedOrganisation, "BY")
        assert kept.failing_since == MORNING + timedelta(days=1) and kept.error and kept.changes == 7


def test_a_server_that_is_away_is_told_as_such(store: Engine, tmp_path: Path) -> None:
    with os2mo.serving(invented()) as gone:
        pass
    with pytest.raises(OS2moUnread, match="ConnectError"):
        run(store, gone, tmp_path)


def test_the_kinds_of_managers_that_count_can_be_named(store: Engine, source: Server, tmp_path: Path) -> None:
    source.answers.it.manager("S2", "ole", LONG_AGO, kind="Souschef")
    run(store, source, tmp_path, os2mo_unasked=100, os2mo_heads="leder, Direktør")
    with reading(store) as session:
        assert [unit for unit, *_ in rows(session)] == ["S1", "S1", "S2"]


def test_it_is_fetched_once_a_day_and_never_in_the_night(
    store: Engine, source: Server, tmp_path: Path
) -> None:
    told = load_settings(data_dir=tmp_path, secret_key="k" * 40, **source.settings)
    with reading(store) as session:
        at = {hour: due_work(session, now=instant(2027, 4, 6, hour, 16), settings=told) for hour in range(24)}
        wanted = [hour for hour, work in at.items() if any(each.flow == "organisation" for each in work)]
        assert wanted == list(range(4, 24))
        without = load_settings(data_dir=tmp_path, secret_key="k" * 40)
        assert not due_work(session, now=MORNING, settings=without)


@pytest.mark.parametrize(
    "wrong",
    [{"os2mo_url": "http://mo.by.example/graphql"}, {"os2mo_token_url": ""}, {"os2mo_url": "mo.by.example"}],
)
def test_settings_that_cannot_be_right_are_refused(
    source: Server, tmp_path: Path, wrong: dict[str, str]
) -> None:
    with pytest.raises(PlanInvalid):
        load_settings(data_dir=tmp_path, **{**source.settings, **wrong})


def test_the_secretariat_looks_at_the_difference_and_imports_it(
    store: Engine, source: Server, tmp_path: Path
) -> None:
    run(store, source, tmp_path)
    site = Site(store, tmp_path, at=MORNING)
    office = site.signed_in("sif@by.example", Role.SECRETARIAT, "BY")
    before = everything(store)
    page = office.get("/os2mo")
    assert "Havneskolen" in page.text and "Ole Opdigtet" in page.text and "1. august 2027" in page.text
    assert everything(store) == before, "looking changes nothing"
    assert site.signed_in("dir@by.example", Role.DIRECTION, "BY").get("/os2mo").status_code == 403
    form = Form(page, "/os2mo")
    assert form.send(office, seen="x").status_code == 409
    assert form.send(office).status_code == 303
    with reading(store) as session:
        assert len(rows(session)) == 3
        (record, *_) = session.exec(select(ImportRecord)).all()
        assert record.file_name == "OS2mo" and record.by.startswith("account:")
    assert "Alt her er som i OS2mo" in office.get("/os2mo").text


def test_who_is_who_is_asked_one_by_one_and_what_follows_is_shown_first(
    store: Engine, source: Server, tmp_path: Path
) -> None:
    run(store, source, tmp_path, os2mo_unasked=100)
    with transaction(store) as session:
        session.execute(sa.update(Person).values(key=Person.name))  # as they came from a file without ids
    for key in ("ida", "pia"):
        source.answers.it.people[key][1][0].facts["value"] = f"{key}.ny@by.example"
    run(store, source, tmp_path, MORNING + timedelta(days=1))
    office = Site(store, tmp_path, at=MORNING + timedelta(days=1)).signed_in(
        "sif@by.example", Role.SECRETARIAT, "BY"
    )
    page = office.get("/os2mo").text
    first, second = re.findall(r'id="row\.(\d+)-1"', page)
    assert "Indlæs ændringerne" not in page, "nothing can be imported before both are answered"
    assert "Indlæs ændringerne" not in office.get(f"/os2mo?row.{first}=same").text
    both = office.get(f"/os2mo?row.{first}=same&row.{second}=new")
    assert "ny e-mailadresse" in both.text and "lederskift" in both.text
    form = Form(both, "/os2mo")
    assert form.send(office, **{f"row.{second}": "same"}).status_code == 409, "another answer, another change"
    assert form.send(office).status_code == 422, "somebody leaves, and of three that is much"
    assert form.send(office, really="ja").status_code == 303
    with reading(store) as session:
        names = Counter(session.exec(select(Person.name)).all())
        assert names["Ida Opdigtet"] + names["Pia Opdigtet"] == 3, "one of the two is somebody new"
    assert "Alt her er som i OS2mo" in office.get("/os2mo").text


def test_what_changed_since_it_was_looked_at_is_not_imported(
    store: Engine, source: Server, tmp_path: Path
) -> None:
    run(store, source, tmp_path)
    office = Site(store, tmp_path, at=MORNING).signed_in("sif@by.example", Role.SECRETARIAT, "BY")
    form = Form(office.get("/os2mo"), "/os2mo")
    with transaction(store) as session:
        session.add(Unit(id="S9", root_id="BY", parent_id="BY", path="/BY/S9/", name="Ny", kind="skole"))
    assert form.send(office).status_code == 409


def test_a_unit_and_a_leader_with_another_name_are_told_apart() -> None:
    assert UNIT_CHANGED[UnitChanged.RENAMED] == ("omdøbt", "renamed")
    assert LEADER_CHANGED[LeaderChanged.RENAMED] == ("navn rettet", "name corrected")


@pytest.mark.usefixtures("installed")
def test_the_command_shows_and_applies(
    source: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in source.settings.items():
        monkeypatch.setenv(f"AARSHJUL_{name.upper()}", value)
    engine = open_installation().engine
    with transaction(engine) as session:
        session.add(Unit(id="BY", root_id="BY", path="/BY/", name="By Kommune", kind="kommune"))
    before = everything(engine)
    assert run_command("import", ["os2mo", "--dry-run"]) == 0
    assert "Havneskolen" in capsys.readouterr().out and everything(engine) == before
    assert run_command("import", ["os2mo", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["applied"] is True
    after = everything(engine)
    assert after != before
    source.fails = "status"
    assert run_command("import", ["os2mo"]) == 1 and "HTTP 502" in capsys.readouterr().err
    assert everything(engine) == after
