"""The daily self-check: it sees what hangs, tells it once by its own path, and says nothing of anybody."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel

from cli.main import run
from config.settings import load_settings
from cycle import store
from cycle.access.roles import Role
from cycle.health.checks import Fault, look
from cycle.health.tables import ReportState, SelfCheck
from cycle.history import History
from cycle.messages.tables import MailboxMark, Message, MessageKind, MessageState
from cycle.runs.tables import ClockPulse, FlowPause, Run, RunState
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence, Task
from flows.clock import RingingClock
from flows.heartbeat import Heartbeat
from flows.runtime import DemoClock, Runtime
from flows.selfcheck import MOST_PINGS_LOST, DailyCheck
from notifications.local_server import LocalServer, Stage
from tests.support import mail_server, municipality, outside
from tests.support.municipality import ROOT, instant
from tests.support.outside import Outside
from tests.support.web import Site

NOW = instant(2027, 4, 14, 10)
"""A Wednesday; the check is due from 07:30 local."""

HOUR = timedelta(hours=1)
FEW, MANY = timedelta(minutes=1), timedelta(days=1)


class House:
    """A small municipality that runs as it should; tests make something hang."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        with self.write() as session:
            self.town = municipality.build(session, districts=1, units_per_district=2)
            cycle = municipality.start_cycle(session, self.town)
            occurrence = municipality.add_occurrence(session, self.town, cycle)
            self.task_id = municipality.add_tasks(session, self.town, occurrence)[0].id or 0
            self.occurrence_id = occurrence.id or 0
            session.add(ClockPulse(name="ur", turned_at=NOW - FEW))

    def write(self) -> AbstractContextManager[Any]:
        return store.transaction(self.engine)

    def add(self, row: SQLModel) -> None:
        with self.write() as session:
            session.add(row)

    def change(self, table: type[SQLModel], **values: Any) -> None:
        with self.write() as session:
            session.execute(sa.update(table).values(**values))

    def found(self, *, reads_mail: bool = False, now: datetime = NOW) -> dict[Fault, tuple[str, ...]]:
        with store.reading(self.engine) as session:
            rows = look(session, now=now, real=now, reads_mail=reads_mail)
        return {each.fault: each.ids for each in rows}

    def reports(self) -> list[SelfCheck]:
        with store.reading(self.engine) as session:
            found = list(session.scalars(sa.select(SelfCheck).order_by(sa.text('"on"'))))
            session.expunge_all()
            return found


@pytest.fixture
def house(sqlite_engine: Engine) -> House:
    return House(sqlite_engine)


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with mail_server.running() as running:
        yield running


def a_run(state: RunState, **values: Any) -> Run:
    known = {"root_id": ROOT, "flow": "budget_call", "subject": "open:1", "wanted_at": NOW - MANY}
    return Run(**{**known, "state": state, **values})


def a_mail(kind: MessageKind = MessageKind.RECEIPT, **values: Any) -> Message:
    known = {"root_id": ROOT, "key": "receipt:1", "address": "ida@by.example", "created_at": NOW - MANY}
    return Message(**{**known, "kind": kind, "next_at": NOW + FEW, **values})


HANGING: dict[str, tuple[Callable[[House], None], Fault, str]] = {
    "no turn": (lambda h: h.change(ClockPulse, turned_at=NOW - 3 * FEW), Fault.CLOCK_SILENT, ""),
    "a failing turn": (lambda h: h.change(ClockPulse, error="no"), Fault.CLOCK_FAILING, ""),
    "not opened": (
        lambda h: h.change(Occurrence, state=OccurrenceState.PLANNED, opens_at=NOW - 3 * HOUR),
        Fault.STEPS_DUE,
        "open:1",
    ),
    "not closed": (lambda h: h.change(Occurrence, closes_at=NOW - 31 * HOUR), Fault.STEPS_DUE, "close:1"),
    "not advanced": (lambda h: h.change(Occurrence, advance_at=NOW - 3 * HOUR), Fault.STEPS_DUE, "advance:1"),
    "not erased": (
        lambda h: h.change(Occurrence, erase_at=NOW - 3 * HOUR, opened_at=NOW - MANY),
        Fault.STEPS_DUE,
        "erase:1",
    ),
    "not reminded": (lambda h: h.change(Task, next_reminder_at=NOW - 3 * HOUR), Fault.STEPS_DUE, "task:1"),
    "no worker": (lambda h: h.add(a_run(RunState.WANTED)), Fault.RUNS_UNCLAIMED, "run:1"),
    "lease overrun": (
        lambda h: h.add(a_run(RunState.CLAIMED, subject="open:2", lease_until=NOW - HOUR)),
        Fault.RUNS_OVERRUN,
        "run:1",
    ),
    "failed": (lambda h: h.add(a_run(RunState.FAILED, ended_at=NOW - 3 * HOUR)), Fault.RUNS_FAILED, "run:1"),
    "failing for ever": (
        lambda h: [
            h.add(a_run(RunState.FAILED, flow="deliver", subject=ROOT, ended_at=NOW - n * HOUR + FEW))
            for n in range(50, 0, -1)
        ],
        Fault.RUNS_FAILED,
        "run:48",
    ),
    "a mail held back": (lambda h: h.add(a_mail()), Fault.MAIL_LATE, "message:1"),
    "a daily mail held back": (
        lambda h: h.add(a_mail(MessageKind.DAILY, created_at=NOW - 3 * MANY)),
        Fault.MAIL_LATE,
        "message:1",
    ),
    "refused": (
        lambda h: h.add(a_mail(state=MessageState.REJECTED, rejected_at=NOW - 3 * MANY)),
        Fault.MAIL_REJECTED,
        "message:1",
    ),
    "unknown": (lambda h: h.add(a_mail(state=MessageState.UNKNOWN)), Fault.MAIL_UNKNOWN, "message:1"),
    "not chained": (
        lambda h: h.add(History(root_id=ROOT, at=NOW - 2 * HOUR, actor="engine", verb="x", thing="x:1")),
        Fault.HISTORY_UNCHAINED,
        "history:1",
    ),
}


def test_nothing_hangs_in_a_house_that_runs(engine: Engine) -> None:
    assert House(engine).found() == {}


@pytest.mark.parametrize("name", HANGING)
def test_what_hangs_is_found_and_nothing_else_with_it(house: House, name: str) -> None:
    hang, fault, id_ = HANGING[name]
    hang(house)
    found = house.found()
    assert list(found) == [fault]
    assert not id_ or id_ in found[fault]


def test_every_question_is_understood_by_both_databases(engine: Engine) -> None:
    house = House(engine)
    for name in ("not reminded", "failed", "lease overrun", "a mail held back", "not chained", "no turn"):
        HANGING[name][0](house)
    assert set(house.found(reads_mail=True)) == {
        Fault.CLOCK_SILENT,
        Fault.STEPS_DUE,
        Fault.RUNS_OVERRUN,
        Fault.RUNS_FAILED,
        Fault.MAIL_LATE,
        Fault.MAILBOX_UNREAD,
        Fault.HISTORY_UNCHAINED,
    }


def test_a_mailbox_is_unread_when_its_mark_stands_still(house: House) -> None:
    assert Fault.MAILBOX_UNREAD in house.found(reads_mail=True)
    house.add(MailboxMark(root_id=ROOT, read_until=NOW - FEW))
    assert house.found(reads_mail=True) == {}
    house.change(MailboxMark, read_until=NOW - 2 * HOUR, failing_since=NOW - HOUR)
    assert house.found(reads_mail=True) == {Fault.MAILBOX_UNREAD: (f"mailbox:{ROOT}",)}
    assert house.found(reads_mail=False) == {}


def test_a_refused_mail_is_told_of_at_the_next_check_and_not_at_the_one_after(house: House) -> None:
    house.add(a_mail(state=MessageState.REJECTED, rejected_at=NOW - HOUR))
    house.add(SelfCheck(on=date(2027, 4, 13), checked_at=NOW - MANY, state=ReportState.QUIET))
    assert house.found() == {Fault.MAIL_REJECTED: ("message:1",)}
    house.add(SelfCheck(on=date(2027, 4, 14), checked_at=NOW, state=ReportState.TOLD))
    assert house.found() == {Fault.MAIL_REJECTED: ("message:1",)}, "the page still shows it"
    house.add(ClockPulse(name="andet ur", turned_at=NOW + MANY))
    assert house.found(now=NOW + MANY) == {}


def test_what_somebody_has_paused_or_a_later_run_has_mended_does_not_hang(house: House) -> None:
    house.change(Task, next_reminder_at=NOW - 3 * HOUR)
    house.add(a_mail())
    house.add(a_run(RunState.WANTED))
    house.add(a_run(RunState.FAILED, flow="remind", ended_at=NOW - 3 * HOUR))
    house.add(a_run(RunState.DONE, flow="remind", ended_at=NOW - 2 * HOUR))
    for flow in ("remind", "deliver", "budget_call"):
        house.add(FlowPause(root_id=ROOT, flow=flow, by="account:1", at=NOW))
    assert house.found() == {}


# ---- telling


def watch(house: House, folder: Path, *, at: datetime = NOW, **settings: Any) -> DailyCheck:
    known = {"data_dir": folder, "mail_from": "Årshjulet <aarshjul@by.example>", "smtp_security": "none"}
    made = load_settings(**{**known, **settings})
    runtime = Runtime(house.engine, made, DemoClock(at), DemoClock(at))
    return DailyCheck(runtime, Heartbeat(""), settling=timedelta(0))


def to_server(server: LocalServer) -> dict[str, Any]:
    return {"selfcheck_to": "vagt@by.example", "smtp_host": server.host, "smtp_port": server.port}


def test_a_fault_is_told_once_a_day_past_the_outbox(
    engine: Engine, tmp_path: Path, server: LocalServer
) -> None:
    house = House(engine)
    house.add(a_mail())
    check = watch(house, tmp_path, **to_server(server))
    for _ in range(3):
        check.look()
    watch(house, tmp_path, **to_server(server)).look()
    (mail,) = [mail_server.read(each) for each in server.received]
    assert str(mail["Subject"]) == "Årshjulet: driftstjekket fandt 1 fejl"
    assert "Mails, der ikke er kommet af sted: 1 (message:1)" in mail.get_content()
    assert "/driftstjek" in mail.get_content()
    assert (mail["Auto-Submitted"], mail["To"]) == ("auto-generated", "vagt@by.example")
    assert "ida@by.example" not in mail.as_string()
    (report,) = house.reports()
    assert (report.on, report.state, report.attempts) == (date(2027, 4, 14), ReportState.TOLD, 1)
    with store.reading(engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 1


def test_the_next_day_it_is_told_again_and_before_half_past_seven_nothing_is(
    house: House, tmp_path: Path, server: LocalServer
) -> None:
    house.change(ClockPulse, error="no")
    for at in (NOW, instant(2027, 4, 15, 7, 29), instant(2027, 4, 15, 7, 30)):
        house.change(ClockPulse, turned_at=at)
        watch(house, tmp_path, at=at, **to_server(server)).look()
    assert [row.on.day for row in house.reports()] == [14, 15]
    assert len(server.received) == 2


@pytest.mark.parametrize(("often", "days"), [("weekly", [19]), ("daily", [17, 18, 19, 20]), ("never", [])])
def test_that_all_is_well_is_said_as_often_as_was_set(
    house: House, tmp_path: Path, server: LocalServer, often: str, days: list[int]
) -> None:
    for day in (17, 18, 19, 20):
        at = instant(2027, 4, day, 8)
        house.change(ClockPulse, turned_at=at)
        watch(house, tmp_path, at=at, selfcheck_all_well=often, **to_server(server)).look()
    assert [mail_server.read(each)["Subject"] for each in server.received] == [
        "Årshjulet: alt kører, som det skal"
    ] * len(days)
    assert [row.on.day for row in house.reports() if row.state is ReportState.TOLD] == days
    assert len(house.reports()) == 4


def test_two_processes_at_the_same_time_tell_once(
    engine: Engine, tmp_path: Path, server: LocalServer
) -> None:
    house = House(engine)
    house.change(ClockPulse, error="no")
    checks = [watch(house, tmp_path, **to_server(server)) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(DailyCheck.look, checks))
    assert len(server.received) == 1 and len(house.reports()) == 1


def test_what_did_not_get_out_is_tried_again_later_and_only_then(
    house: House, tmp_path: Path, server: LocalServer
) -> None:
    house.change(ClockPulse, error="no")
    server.set_hook(mail_server.answer(Stage.RCPT, "451 4.3.0 later", times=1))
    watch(house, tmp_path, **to_server(server)).look()
    assert house.reports()[0].state is ReportState.UNTOLD
    assert "451" in house.reports()[0].error and "vagt@" not in house.reports()[0].error
    watch(house, tmp_path, at=NOW + timedelta(minutes=29), **to_server(server)).look()
    assert server.received == []
    watch(house, tmp_path, at=NOW + timedelta(minutes=31), **to_server(server)).look()
    assert (len(server.received), house.reports()[0].state) == (1, ReportState.TOLD)


def test_a_report_whose_process_died_while_telling_is_not_told_twice(
    house: House, tmp_path: Path, server: LocalServer
) -> None:
    house.add(SelfCheck(on=NOW.date(), checked_at=NOW, state=ReportState.TELLING, attempts=1))
    watch(house, tmp_path, at=NOW + HOUR, **to_server(server)).look()
    assert server.received == []


def test_a_second_server_and_a_webhook_are_heard_when_the_first_server_is_gone(
    house: House, tmp_path: Path, server: LocalServer
) -> None:
    house.add(a_mail())
    with outside.running() as receiver:
        watch(
            house,
            tmp_path,
            smtp_host="127.0.0.1",
            smtp_port=outside.closed_port(),
            selfcheck_to="vagt@by.example",
            selfcheck_smtp_host=server.host,
            selfcheck_smtp_port=server.port,
            selfcheck_webhook=receiver.url("/driftstjek"),
        ).look()
        assert len(server.received) == 1
        ((method, path, body),) = receiver.asked
    assert (method, path) == ("POST", "/driftstjek")
    assert json.loads(body) == {
        "on": "2027-04-14",
        "ok": False,
        "found": [{"fault": "mail_late", "count": 1, "ids": ["message:1"]}],
    }


def test_one_way_that_works_is_enough(house: House, tmp_path: Path) -> None:
    house.add(a_mail())
    with outside.running() as receiver:
        watch(
            house,
            tmp_path,
            smtp_host="127.0.0.1",
            smtp_port=outside.closed_port(),
            selfcheck_to="vagt@by.example",
            selfcheck_webhook=receiver.url("/"),
        ).look()
        assert len(receiver.asked) == 1
    assert house.reports()[0].state is ReportState.TOLD


def test_without_a_receiver_the_check_is_made_and_shown(house: House, tmp_path: Path) -> None:
    house.add(a_mail())
    watch(house, tmp_path).look()
    (report,) = house.reports()
    assert report.state is ReportState.QUIET and report.found[0]["fault"] == "mail_late"


def test_a_store_that_cannot_be_reached_is_told_at_the_second_look_once(
    house: House, tmp_path: Path, server: LocalServer
) -> None:
    check = watch(house, tmp_path, **to_server(server))
    with house.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE self_check RENAME TO elsewhere"))
    check.look()
    assert server.received == []
    for _ in range(3):
        check.look()
    (mail,) = [mail_server.read(each) for each in server.received]
    assert "Databasen kan ikke nås." in mail.get_content()


def test_just_after_a_start_nothing_is_said_of_what_came_due_while_it_was_down(
    house: House, tmp_path: Path
) -> None:
    house.change(Task, next_reminder_at=NOW - MANY)
    wall = DemoClock(NOW)
    check = DailyCheck(
        Runtime(house.engine, load_settings(data_dir=tmp_path), DemoClock(NOW), wall), Heartbeat("")
    )
    check.look()
    assert house.reports() == []
    wall.advance(timedelta(minutes=16))
    check.look()
    assert len(house.reports()) == 1


ON_POSTGRES = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
"""SQLite has one writer: what holds the turn's commit holds the check's row, and is told from memory."""


@ON_POSTGRES
def test_a_turn_that_hangs_is_told_by_the_process_that_it_hangs_in(
    engine: Engine, tmp_path: Path, server: LocalServer
) -> None:
    house, wall = House(engine), DemoClock(NOW)
    settings = load_settings(data_dir=tmp_path, smtp_security="none", **to_server(server))
    clock = RingingClock(
        Runtime(engine, settings, DemoClock(NOW), wall), name="ur", check_every=timedelta(milliseconds=100)
    )
    with engine.connect() as other:
        other.execute(sa.text("SELECT * FROM clock_pulse FOR UPDATE"))
        clock.start()
        wall.advance(timedelta(minutes=20))
        outside.until(lambda: len(server.received) == 1)
        other.rollback()
    clock.stop()
    assert [each["fault"] for each in house.reports()[0].found] == ["clock_silent"]


@ON_POSTGRES
def test_a_table_that_somebody_holds_does_not_silence_the_check(
    engine: Engine, tmp_path: Path, server: LocalServer
) -> None:
    House(engine)
    settings = load_settings(data_dir=tmp_path, smtp_security="none", **to_server(server))
    runtime = Runtime(engine, settings, DemoClock(NOW), DemoClock(NOW))
    check = DailyCheck(runtime, Heartbeat(""), settling=timedelta(0), patience=timedelta(milliseconds=100))
    with engine.connect() as other:
        other.execute(sa.text("LOCK TABLE occurrence IN ACCESS EXCLUSIVE MODE"))
        for _ in range(3):
            check.look()
        other.rollback()
    (mail,) = [mail_server.read(each) for each in server.received]
    assert "Databasen kan ikke nås." in mail.get_content()


# ---- the sign of life


@pytest.fixture
def receiver() -> Iterator[Outside]:
    with outside.running() as running:
        yield running


def test_a_good_turn_gives_a_sign_of_life_once_a_minute_and_a_failed_one_none(
    house: House, tmp_path: Path, receiver: Outside
) -> None:
    settings = load_settings(data_dir=tmp_path, heartbeat_url=receiver.url("/ping/abc"))
    clock = RingingClock(Runtime(house.engine, settings, DemoClock(NOW)), name="ur")
    with house.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE occurrence RENAME TO elsewhere"))
    clock.ring()
    with house.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO occurrence"))
    for _ in range(3):
        clock.ring()
    receiver.wait_for(1)
    assert receiver.asked == [("GET", "/ping/abc", b"")]


def test_a_receiver_that_hangs_holds_up_no_turn_and_is_counted(receiver: Outside) -> None:
    receiver.hang()
    beating = Heartbeat(receiver.url("/"), every=0, timeout=0.2)
    began = outside.clock()
    for _ in range(50):
        beating.beat()
    assert outside.clock() - began < 0.2
    outside.until(lambda: beating.failures == 1)
    receiver.answer(500)
    beating.beat()
    outside.until(lambda: beating.failures == 2)
    receiver.answer(200)
    beating.beat()
    outside.until(lambda: beating.failures == 0)


def test_signs_of_life_that_do_not_arrive_are_a_finding_of_the_check(house: House, tmp_path: Path) -> None:
    lost = Heartbeat("")
    lost.failures = MOST_PINGS_LOST
    runtime = Runtime(house.engine, load_settings(data_dir=tmp_path), DemoClock(NOW), DemoClock(NOW))
    DailyCheck(runtime, lost, settling=timedelta(0)).look()
    assert [each["fault"] for each in house.reports()[0].found] == ["ping_failing"]


def test_a_redirect_is_not_followed(receiver: Outside) -> None:
    receiver.answer(302, location=receiver.url("/elsewhere"))
    beating = Heartbeat(receiver.url("/"), every=0)
    beating.beat()
    outside.until(lambda: beating.failures == 1)
    assert [path for _, path, _ in receiver.asked] == ["/"]


# ---- the page and the command


def test_the_page_shows_what_hangs_with_a_cure_and_who_was_told(house: House, tmp_path: Path) -> None:
    house.add(a_mail())
    watch(house, tmp_path).look()
    site = Site(house.engine, tmp_path, at=NOW)
    before = site.row_counts()
    browser = site.signed_in("sif@by.example", Role.SECRETARIAT, ROOT)
    page = browser.get("/driftstjek")
    assert "Mails, der ikke er kommet af sted: 1 (message:1)" in page.text
    assert "Se på siden Mails" in page.text and "AARSHJUL_SELFCHECK_TO" in page.text
    assert "14. april 2027" in page.text and "ida@by.example" not in page.text
    assert "Mails that have not left" in browser.get("/driftstjek?sprog=en").text
    assert site.row_counts()["self_check"] == before["self_check"]
    assert 'href="/driftstjek"' in browser.get("/koersler").text


@pytest.mark.parametrize(
    ("role", "unit", "expected"),
    [(Role.OPERATOR, ROOT, 200), (Role.SUPERIOR, "BY-SK-D1", 403), (Role.COMMITTEE, ROOT, 403)],
)
def test_the_page_is_for_those_who_may_see_the_runs(
    house: House, tmp_path: Path, role: Role, unit: str, expected: int
) -> None:
    site = Site(house.engine, tmp_path, at=NOW)
    assert site.signed_in("nn@by.example", role, unit).get("/driftstjek").status_code == expected
    assert site.browser().get("/driftstjek").status_code == 303


def test_another_municipalitys_ids_are_not_shown(house: House, tmp_path: Path) -> None:
    with house.write() as session:
        other = municipality.build(session, root_id="NABO", districts=1, units_per_district=1)
        session.add(a_mail(root_id=other.root_id))
    site = Site(house.engine, tmp_path, at=NOW)
    assert "message:1" not in site.signed_in("sif@by.example", Role.SECRETARIAT, ROOT).get("/driftstjek").text
    nabo = site.signed_in("nabo@by.example", Role.SECRETARIAT, "NABO").get("/driftstjek")
    assert "message:1" in nabo.text


def test_the_command_ends_with_one_when_something_hangs(
    installed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("selfcheck", ["--json"]) == 1
    told = capsys.readouterr()
    assert json.loads(told.out) == {
        "ok": False,
        "found": [{"fault": "clock_silent", "count": 1, "ids": []}],
    }
    assert "Uret har ikke slået" in told.err
