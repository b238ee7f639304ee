"""`doctor` finds what is wrong and says how to mend it."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from typer.testing import CliRunner

from cli import doctor
from cli.checks import engine as engine_checks
from cli.checks import machine as machine_checks
from cli.checks import network
from cli.checks.finding import Finding, Level
from cli.checks.wording import SENTENCES, TITLES
from cli.installation import open_installation
from config.settings import Settings
from cycle import store
from cycle.messages.tables import Message, MessageKind
from cycle.organisation.tables import Address, Appointment
from cycle.runs import queue, requests
from cycle.runs.queue import Work
from cycle.runs.tables import ClockPulse, PrefectAnswer, WorkerPulse
from cycle.runs.workers import beat
from flows.turn import pulse
from notifications.door import Door
from notifications.mailbox import FolderMailbox
from tests.support import mail_server, municipality
from tests.support.postgres import free_port

NOW = datetime.now(UTC)


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[tuple[Engine, Settings]]:
    """One that works: a municipality, a cycle, a clock that turned and a worker that beat just now."""
    here = open_installation("serve", data_dir=tmp_path)
    with store.transaction(here.engine) as session:
        town = municipality.build(session, units_per_district=1, districts=1)
        municipality.start_cycle(session, town, 2027)
        pulse(session, "ur", turned_at=NOW, milliseconds=1, wanted=0, error="")
        beat(session, "by1:7:ab", real=NOW, hands=4, busy=1, prefect=PrefectAnswer.ANSWERS)
    yield here.engine, here.settings
    here.engine.dispose()


def levels(installed: tuple[Engine, Settings]) -> dict[str, Level]:
    found = engine_checks.look(*installed, now=NOW)
    return {finding.check: finding.level for finding in found}


def test_an_installation_that_works_has_nothing_bad(installed: tuple[Engine, Settings]) -> None:
    found = levels(installed)
    assert set(found.values()) == {Level.OK} and "seal" in found


def test_a_clock_that_has_stopped_or_stumbles_is_bad(installed: tuple[Engine, Settings]) -> None:
    engine, _ = installed
    with store.transaction(engine) as session:
        session.execute(sa.update(ClockPulse).values(error="OSError: disken er fuld"))
    assert levels(installed)["clock"] is Level.BAD
    with store.transaction(engine) as session:
        session.execute(sa.update(ClockPulse).values(error="", turned_at=datetime(2026, 8, 1, 9, tzinfo=UTC)))
    assert levels(installed)["clock"] is Level.BAD
    (clock,) = (found for found in engine_checks.look(*installed, now=NOW) if found.check == "clock")
    assert clock.what == "Så sidst efter 1. august 2026 kl. 11.00."


def test_workers_that_live_are_counted_and_one_that_does_not_is_bad(
    installed: tuple[Engine, Settings],
) -> None:
    engine, _ = installed

    def workers(now: datetime = NOW) -> Finding:
        (found,) = (each for each in engine_checks.look(*installed, now=now) if each.check == "workers")
        return found

    assert workers().what == "1 svarer, 1 af 4 hænder er i brug, og intet arbejde er gået i stå."
    with store.transaction(engine) as session:
        session.execute(sa.update(WorkerPulse).values(beaten_at=datetime(2026, 8, 1, 9, tzinfo=UTC)))
    assert workers().level is Level.BAD
    assert workers().what == "Den sidste, der svarede, gjorde det 1. august 2026 kl. 11.00."
    with store.transaction(engine) as session:
        session.execute(sa.delete(WorkerPulse))
    assert workers().level is Level.BAD, "the clock goes, and nobody does what it finds"
    assert workers(NOW + timedelta(hours=1)).level is Level.NOTE, "nothing runs here, and the clock says so"


def test_free_space_is_written_as_danes_write_numbers(
    installed: tuple[Engine, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, settings = installed
    (space,) = (found for found in machine_checks.look(settings) if found.check == "space")
    assert re.search(r"\d,\d GB ledig", space.what)
    monkeypatch.setenv("AARSHJUL_LANGUAGE", "en")
    (space,) = (found for found in machine_checks.look(settings) if found.check == "space")
    assert re.search(r"\d\.\d GB free", space.what)


@pytest.mark.parametrize("place", ["/proc/aarshjul/data", "en fil/data"])
def test_a_folder_that_cannot_be_made_is_bad(tmp_path: Path, place: str) -> None:
    (tmp_path / "en fil").write_text("")
    found = machine_checks.look(Settings(data_dir=tmp_path / place))
    (folder,) = (one for one in found if one.check == "folder")
    assert folder.level is Level.BAD
    assert "kan ikke laves" in folder.what and "sudo mkdir -p" in folder.cure


def test_a_folder_that_serve_will_make_is_a_note_and_looking_leaves_nothing(tmp_path: Path) -> None:
    found = machine_checks.look(Settings(data_dir=tmp_path / "ny" / "data"))
    (folder,) = (one for one in found if one.check == "folder")
    assert folder.level is Level.NOTE and "findes ikke endnu" in folder.what
    assert list(tmp_path.iterdir()) == []


def test_work_that_nobody_takes_or_that_a_dead_worker_holds_is_named(
    installed: tuple[Engine, Settings],
) -> None:
    engine, _ = installed
    long_ago = NOW - timedelta(hours=1)
    with store.transaction(engine) as session:
        queue.want(session, [Work("remind", "BY", "BY")], now=long_ago)
    assert levels(installed)["workers"] is Level.BAD
    with store.transaction(engine) as session:
        held = queue.claim(session, worker="w", now=long_ago, real=long_ago)
    assert held is not None
    assert levels(installed)["workers"] is Level.NOTE
    with store.transaction(engine) as session:
        queue.fail(session, held, now=NOW, milliseconds=1, error="OSError: disken er fuld")
        requests.pause(session, "BY", "remind", by="account:1", now=NOW, why="Forkert tekst")
    told = {finding.what for finding in engine_checks.look(*installed, now=NOW)}
    assert any("disken er fuld" in what for what in told)
    assert any("BY remind" in what for what in told)


def test_mail_that_should_have_gone_an_hour_ago_is_bad(installed: tuple[Engine, Settings]) -> None:
    late = NOW - timedelta(hours=2)
    with store.transaction(installed[0]) as session:
        mail = {"root_id": "BY", "key": "receipt:1", "address": "a@by.example"}
        session.add(Message(**mail, kind=MessageKind.RECEIPT, created_at=late, next_at=late))
    assert levels(installed)["outbox"] is Level.BAD


def test_units_that_have_no_leader_or_cannot_be_reached_are_warned_of_and_are_no_fault_of_the_installation(
    installed: tuple[Engine, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, settings = installed
    unit = "BY-SK-D1-001"
    with store.transaction(engine) as session:
        ended = sa.update(Appointment).where(Appointment.unit_id == unit)
        session.execute(ended.values(valid_to=date(2026, 8, 2)))
    assert levels(installed)["posts"] is Level.NOTE
    with store.transaction(engine) as session:
        session.execute(sa.delete(Address))
        # The command reads the machine's clock, and the tests before this one took a while.
        session.execute(sa.update(ClockPulse).values(turned_at=datetime.now(UTC)))
        session.execute(sa.update(WorkerPulse).values(beaten_at=datetime.now(UTC)))
    assert levels(installed)["posts"] is Level.NOTE
    monkeypatch.setenv("AARSHJUL_DATA_DIR", str(settings.data_dir))
    done = CliRunner().invoke(doctor.app, [])
    assert (done.exit_code, done.stderr) == (0, "")
    assert (
        "! Poster: Enheder, der slet ikke kan nås (ingen leder eller stedfortræder med en adresse): 8."
        in done.stdout
    )
    assert "aarshjul import leaders FIL" in done.stdout


def test_a_store_of_another_version_is_not_read(installed: tuple[Engine, Settings]) -> None:
    engine, _ = installed
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE IF NOT EXISTS alembic_version (version_num TEXT)"))
        connection.execute(sa.text("DELETE FROM alembic_version"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES ('fremtid')"))
    found = list(engine_checks.look(*installed, now=NOW))
    assert [finding.check for finding in found] == ["store", "schema"]
    assert found[-1].level is Level.BAD
    assert "fremtid" in found[-1].what


def test_looking_makes_nothing(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "ingen")
    checks = [finding.check for finding in doctor.examine(settings)]
    assert not settings.data_dir.exists()
    assert "store" in checks


def test_a_secret_that_others_can_read_is_bad(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("x" * 64)
    (tmp_path / "secret.key").chmod(0o644)
    found = {finding.check: finding for finding in doctor.examine(Settings(data_dir=tmp_path))}
    assert found["secret"].level is Level.BAD
    assert "chmod 600" in found["secret"].cure


def test_mail_servers_that_answer_are_ok_and_those_that_do_not_are_bad(tmp_path: Path) -> None:
    def found(port: int) -> dict[str, Level]:
        settings = Settings(
            data_dir=tmp_path,
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security="none",
            imap_host="127.0.0.1",
            imap_port=free_port(),
            imap_security="none",
        )
        return {finding.check: finding.level for finding in network.look(settings)}

    assert found(free_port()) == {"smtp": Level.BAD, "imap": Level.BAD, "prefect": Level.NOTE}
    with mail_server.running() as server:
        assert found(server.port)["smtp"] is Level.OK
        assert server.received == []


def test_where_mail_is_taken_in_is_told_and_that_nobody_is_there_is_no_fault(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        reply_domain="svar.by.example",
        inbox_dir=tmp_path / "ind",
        mail_listen=f"lmtp:{tmp_path / 'lmtp'}",
    )

    def found() -> Level:
        return next(finding.level for finding in network.look(settings) if finding.check == "imap")

    async def opened() -> Level:
        assert settings.door is not None
        now, nobody = (lambda: datetime.now(UTC)), (lambda: None)
        folder = FolderMailbox(tmp_path / "ind")
        async with Door(settings.door, folder, reply_domain=settings.reply_domain, now=now, told=nobody):
            return await asyncio.to_thread(found)

    assert found() is Level.NOTE
    assert asyncio.run(opened()) is Level.OK


def test_the_command_ends_with_one_says_so_on_stderr_and_gives_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = open_installation("serve", data_dir=tmp_path)
    with store.transaction(here.engine) as session:
        pulse(session, "ur", turned_at=NOW - timedelta(days=1), milliseconds=1, wanted=0, error="")
    here.engine.dispose()
    monkeypatch.setenv("AARSHJUL_DATA_DIR", str(tmp_path))
    done = CliRunner().invoke(doctor.app, ["--json"])
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["ok"] is False
    assert {check["check"] for check in told["checks"] if check["level"] == "bad"} == {"clock"}
    assert "aarshjul serve" in done.stderr


@pytest.mark.parametrize("key", SENTENCES)
def test_every_finding_has_a_title_and_both_languages_use_the_same_facts(key: str) -> None:
    assert key.partition(".")[0] in TITLES
    what_da, cure_da, what_en, cure_en = SENTENCES[key]
    fields = [sorted(set(part.split("}")[0] for part in text.split("{")[1:])) for text in (what_da, what_en)]
    assert fields[0] == fields[1]
    assert bool(cure_da) == bool(cure_en)
