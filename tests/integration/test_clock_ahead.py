"""The machine's clock was a year ahead for an hour: afterwards the work goes on as if it had not been."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from config.settings import Settings, load_settings
from cycle.calendar import WorkingCalendar
from cycle.messages.claiming import claim
from cycle.messages.daily import daily_slots
from cycle.messages.outcomes import Outcome, settle
from cycle.runs.queue import Work
from cycle.store import reading, transaction
from flows.collect import collect
from flows.due_work import due_work
from flows.remind import sweep
from flows.runtime import RunContext
from tests.support import municipality
from tests.support.municipality import ROOT, instant

NOW = instant(2027, 4, 6, 9)
AHEAD = timedelta(days=365)
CALENDAR = WorkingCalendar()
ADDRESS = "by-sk-d1-001@by.example"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data_dir=tmp_path, secret_key="k" * 40, inbox_dir=tmp_path / "ind")


@pytest.fixture
def person(engine: Engine) -> Iterator[int]:
    with transaction(engine) as session:
        town = municipality.build(session)
        municipality.add_occurrence(session, town, municipality.start_cycle(session, town))
    yield town.leaders["BY-SK-D1-001"]


def wanted(engine: Engine, settings: Settings, now) -> set[tuple[str, str]]:
    with reading(engine) as session:
        works: list[Work] = due_work(session, now=now, settings=settings)
    return {(work.flow, work.subject) for work in works}


def write(engine: Engine, person: int, now) -> int:
    with transaction(engine) as session:
        found = daily_slots(session, root_id=ROOT, people={ADDRESS: person}, calendar=CALENDAR, now=now)
    return found[ADDRESS].message_id


def send(engine: Engine, now) -> list[int]:
    with transaction(engine) as session:
        mails = claim(session, root_id=ROOT, now=now, calendar=CALENDAR)
        for mail in mails:
            settle(session, mail.id or 0, mail.fence, Outcome.SENT, now=now, calendar=CALENDAR)
    return [mail.id or 0 for mail in mails]


def test_the_mailbox_is_read_again_at_once(engine: Engine, settings: Settings, person: int) -> None:
    collect(RunContext.direct(engine, NOW + AHEAD, settings, ROOT))
    assert ("collect", ROOT) in wanted(engine, settings, NOW)
    collect(RunContext.direct(engine, NOW, settings, ROOT))
    assert ("collect", ROOT) not in wanted(engine, settings, NOW + timedelta(minutes=1))
    assert ("collect", ROOT) in wanted(engine, settings, NOW + timedelta(minutes=3))


def test_who_had_a_mail_next_year_gets_todays(engine: Engine, person: int) -> None:
    working_day = NOW + AHEAD + timedelta(days=1)
    ahead = write(engine, person, working_day)
    assert send(engine, working_day) == [ahead]
    today = write(engine, person, NOW)
    assert send(engine, NOW) == [today], "and today, not tomorrow"


def test_a_mail_that_was_put_off_by_a_year_goes_after_the_sweep(
    engine: Engine, settings: Settings, person: int
) -> None:
    evening = NOW + AHEAD + timedelta(hours=10)
    put_off = write(engine, person, evening)
    assert write(engine, person, NOW) == put_off, "today's items go into it"
    assert send(engine, NOW) == []
    sweep(RunContext.direct(engine, NOW, settings, ROOT))
    assert send(engine, NOW) == [put_off]
