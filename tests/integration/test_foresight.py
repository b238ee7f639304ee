"""What a changed rule would do: shown before it is saved, and then exactly what happens."""

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import select

from cli.demo.direct import DirectDriver
from cli.demo.play import Player
from cli.municipality import Folder, load_municipality, start_years
from cycle.errors import PlanInvalid
from cycle.foresight.changes import Changes, changes, try_revision
from cycle.foresight.mails import foresee
from cycle.foresight.owed import known
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.plan.model import (
    DEFAULT_REMINDERS,
    Activity,
    Audience,
    FlowName,
    ReminderKind,
    ReminderRule,
    Stage,
    When,
    Window,
)
from cycle.store import make_engine, reading, transaction, tried
from cycle.tables import METADATA
from cycle.tasks.cycles import Draft, start_cycle
from cycle.tasks.revise import revise_cycle
from flows.remind import sweep
from flows.runtime import DemoClock, RunContext, Runtime
from tests.integration.test_revise import draft, moved, with_due
from tests.support import municipality as m
from tests.support.small_copenhagen import cut
from tests.support.web import Site

START, NOW, UNTIL = m.instant(2027, 1, 4), m.instant(2027, 4, 6), m.instant(2027, 9, 1)
UNITS = Audience(kinds=("skole", "daginstitution"))
DISTRICT = Stage(
    id="distrikt",
    title="Distrikt",
    audience=Audience(kinds=("distrikt",), role="distriktschef"),
    due=When(date="7. maj"),
    form="afsnit",
)
REPORT = Activity(
    id="rapport",
    title="Rapport",
    flow=FlowName.REPORT,
    window=Window(opens=When(date="1. april"), due=When(date="20. april"), closes=When(date="28. maj")),
    audience=UNITS,
    form="skema",
    stages=(DISTRICT,),
    reminders=DEFAULT_REMINDERS,
)
BUDGET = Activity(
    id="budget",
    title="Budget",
    flow=FlowName.REPORT,
    window=Window(opens=When(date="3. maj"), due=When(date="1. juni"), closes=When(date="1. juli")),
    audience=UNITS,
    form="skema",
)


def with_rule(activity: Activity, rule_id: str, **values: object) -> Activity:
    """The activity with one reminder rule changed."""
    rules = activity.reminders or DEFAULT_REMINDERS
    changed = [rule.model_copy(update=values) if rule.id == rule_id else rule for rule in rules]
    return moved(activity, reminders=tuple(changed))


EARLIER = with_rule(BUDGET, "foer-14", offset=10)
SELDOM = with_rule(REPORT, "efter", at_most=1)
OFTEN = moved(
    BUDGET,
    reminders=(
        *DEFAULT_REMINDERS,
        ReminderRule(id="ugen", kind=ReminderKind.BEFORE, offset=21, every=7, at_most=3),
    ),
)
REVISIONS = {
    "a reminder on another day": (REPORT, EARLIER),
    "fewer reminders after": (SELDOM, BUDGET),
    "one more rule": (REPORT, OFTEN),
    "a later deadline in an open activity": (with_due(REPORT, "27. april"), BUDGET),
    "an earlier opening and a later deadline": (
        REPORT,
        moved(
            BUDGET,
            window=Window(
                opens=When(date="26. april"), due=When(date="8. juni"), closes=When(date="1. juli")
            ),
        ),
    ),
    "an activity dropped": (REPORT,),
    "nothing": (REPORT, BUDGET),
}


class Year:
    """A town that nobody answers in, played by the engine's own flows."""

    def __init__(self, engine: Engine, folder, now: datetime) -> None:
        self.engine, self.clock = engine, DemoClock(START)
        self.settings = Site(engine, folder).settings
        with transaction(engine) as session:
            town = m.build(session, districts=1, units_per_district=2)
            start_cycle(session, draft(REPORT, BUDGET), year=2027, by="cli", now=START)
            # Somebody takes over in the middle of it, and somebody has no address.
            m_leaves = town.leaders[town.units[0]]
            session.execute(
                sa.text("UPDATE appointment SET valid_to = '2027-05-10' WHERE person_id = :p"),
                {"p": m_leaves},
            )
            session.execute(
                sa.text("UPDATE address SET valid_to = '2027-01-31' WHERE person_id = :p"),
                {"p": town.leaders[town.units[1]]},
            )
        runtime = Runtime(engine, self.settings, self.clock, still={}, makes_documents=False)
        self.player = Player(engine, self.settings, self.clock, DirectDriver(runtime))
        self.until(now)

    def until(self, at: datetime) -> None:
        self.player.play(at)

    def mails(self) -> set[tuple[str, date]]:
        return daily_mails(self.engine)


def daily_mails(engine: Engine) -> set[tuple[str, date]]:
    """Every daily mail that was sent, by mailbox and local day."""
    with reading(engine) as session:
        sent = select(Message).where(Message.kind == MessageKind.DAILY, Message.state == MessageState.SENT)
        rows = session.exec(sent).all()
        return {(row.address, row.sent_at.astimezone(m.COPENHAGEN).date()) for row in rows if row.sent_at}


def look(engine: Engine, new: Draft, now: datetime = NOW) -> Changes:
    with tried(engine) as session:
        outlook = try_revision(session, new, year=2027, now=now, until=UNTIL)
    return changes(outlook)


@cache
def played(folder: Path, now: datetime, name: str) -> frozenset[tuple[str, date]]:
    """The mails of a year that was played on from `now` after this revision; without one for no name."""
    engine = make_engine("sqlite://")
    METADATA.create_all(engine)
    year = Year(engine, folder, now)
    already = year.mails()
    if name:
        with transaction(engine) as session:
            new = draft(*REVISIONS[name])
            revise_cycle(session, new, year=2027, by="account:1", now=now, why="Sådan")
    year.until(UNTIL)
    return frozenset(year.mails() - already)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("year")


@pytest.mark.parametrize(
    ("name", "now"),
    [
        *((name, NOW) for name in REVISIONS),
        ("one more rule", m.instant(2027, 5, 3, 5)),
        ("a later deadline in an open activity", m.instant(2027, 4, 23, 19)),
    ],
    ids=str,
)
def test_what_is_shown_before_saving_is_what_then_happens(folder, name, now):
    engine = make_engine("sqlite://")
    METADATA.create_all(engine)
    year = Year(engine, folder, now)
    rows = Site(engine, folder).row_counts()
    shown = look(engine, draft(*REVISIONS[name]), now)
    assert Site(engine, folder).row_counts() == rows, "looking changes nothing"
    without, with_it = played(folder, now, ""), played(folder, now, name)
    gone = {(mail.address, mail.on) for mail in (*shown.gone, *(pair.before for pair in shown.moved))}
    come = {(mail.address, mail.on) for mail in (*shown.come, *(pair.after for pair in shown.moved))}
    assert (gone, come) == (without - with_it, with_it - without)
    assert bool(gone or come) == (name != "nothing")
    assert year.mails().isdisjoint(come)


def test_who_is_told_a_new_date_at_once_is_named_and_nothing_is_kept(engine, folder):
    Year(engine, folder, NOW)
    rows = Site(engine, folder).row_counts()
    with tried(engine) as session:
        new = draft(*REVISIONS["a later deadline in an open activity"])
        outlook = try_revision(session, new, year=2027, now=NOW, until=UNTIL)
    assert len(outlook.told) == outlook.revised.told > 0
    assert "Leder af BY-IN-D1-001" in outlook.told
    assert changes(outlook).moved
    assert Site(engine, folder).row_counts() == rows


def test_a_mail_that_stays_says_what_comes_into_it_and_what_leaves_it(folder):
    engine = make_engine("sqlite://")
    METADATA.create_all(engine)
    Year(engine, folder, NOW)
    shown = look(engine, draft(*REVISIONS["one more rule"]))
    own = [pair for pair in shown.altered if pair.after.address == "by-in-d1-002@by.example"]
    assert [line.step[1] for pair in own for line in pair.added] == ["ugen", "ugen"]
    assert sorted(line.what for pair in own for line in pair.dropped) == [
        "Påmindelse 14 dage før fristen 1. juni 2027",
        "Påmindelse 5 arbejdsdage før fristen 1. juni 2027",
    ], "of two steps on one day the newer is said"


def test_a_revision_that_is_refused_says_so_before_it_is_saved(folder):
    engine = make_engine("sqlite://")
    METADATA.create_all(engine)
    Year(engine, folder, NOW)
    with pytest.raises(PlanInvalid, match="allerede passeret"):
        look(engine, draft(with_due(REPORT, "2. april"), BUDGET))


def test_half_a_year_of_copenhagen_is_foreseen_to_the_mail(tmp_path):
    """Every flow of the example, with holders who leave and substitutes; the sweep runs every night."""
    example, began = cut(tmp_path / "small"), m.instant(2027, 1, 2)
    now, until = m.instant(2027, 1, 20), m.instant(2027, 7, 1)
    engine = make_engine("sqlite://")
    METADATA.create_all(engine)
    with transaction(engine) as session:
        loaded = load_municipality(session, Folder.at(example), now=began)
        start_years(session, loaded, [2027], example, now=began)
    clock, site = DemoClock(began), Site(engine, tmp_path)
    runtime = Runtime(engine, site.settings, clock, still={}, makes_documents=False)
    player = Player(engine, site.settings, clock, DirectDriver(runtime))
    player.play(now)
    already = daily_mails(engine)
    with reading(engine) as session:
        foreseen = foresee(known(session, loaded.plan.municipality, now=now, until=until), until=until)
    while clock.now() < until:
        morning = (clock.now() + timedelta(days=1)).replace(hour=4)
        player.play(morning)
        if morning.weekday() < 5:
            sweep(RunContext.direct(engine, morning, site.settings, loaded.plan.municipality))
    assert len(foreseen) > 200
    assert {(mail.address, mail.on) for mail in foreseen} == daily_mails(engine) - already
    engine.dispose()
