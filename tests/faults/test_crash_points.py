"""The process is killed (SIGKILL) at each point of a mail's way out and in, and another one goes on.

Afterwards the independent record of the receiving server, or of the mailbox, is compared with the ledger.
`KILLS=100` in the environment makes the random kills the long proof, `SEED` chooses other moments.
"""

import os
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from config.settings import Settings
from cycle.messages.claiming import LEASE
from cycle.messages.lapsed import MAX_LOST_LEASES
from cycle.messages.tables import Inbound, InboundVerdict, Message, MessageState
from cycle.organisation.tables import Appointment
from cycle.store import reading, transaction
from cycle.tasks.states import Channel, TaskState
from cycle.tasks.tables import Cycle, Submission, Task
from flows.collect import collect
from flows.deliver import deliver
from flows.runtime import RunContext
from notifications.local_server import Stage
from tests.support import imap_server, mail_server, municipality
from tests.support.crash import At, Life
from tests.support.fault_proxy import Cut, FaultProxy, Step
from tests.support.imap_server import ImapServer
from tests.support.mortal import Moment, die_at
from tests.support.municipality import ROOT, instant
from tests.support.outbox import ledger, sending_to, write_mails
from tests.support.replies import write
from tests.support.telling import tell

NOON = instant(2027, 4, 6)
LATER = LEASE + timedelta(minutes=1)
MAILS, FIFTH = 12, 5
KILLS = int(os.environ.get("KILLS", "4"))
SEED = int(os.environ.get("SEED", "2027"))
CLAIMS = r"(?s)UPDATE message SET .*fence"
Arm = Callable[[Life], Callable[[Step], None]]


def at_the_fifth(step: Step, act: Callable[[Life], None]) -> Arm:
    """Acts when the fifth mail comes to the step."""

    def armed(life: Life) -> Callable[[Step], None]:
        seen: list[Step] = []

        def watch(now: Step) -> None:
            if now is step:
                seen.append(now)
                if len(seen) == FIFTH:
                    act(life)

        return watch

    return armed


def alone(_: Life) -> Callable[[Step], None]:
    """The process needs nobody to die."""
    return lambda _step: None


def lose_the_rest(life: Life) -> None:
    """The process dies, and what it has written is not on the wire yet."""
    life.kill()
    raise Cut


OUT: dict[str, tuple[Arm, At | Moment | None, int]] = {
    "before the claim is committed": (alone, Moment("before", CLAIMS), 0),
    "after the claim": (alone, Moment("after", CLAIMS), 0),
    "in the middle of the content": (at_the_fifth(Step.CONTENT, lose_the_rest), None, 0),
    "after the final dot": (at_the_fifth(Step.DOT, Life.kill), None, 1),
    "after the 250": (at_the_fifth(Step.DOT, Life.doom), "begin", 1),
    "before it is committed as sent": (at_the_fifth(Step.DOT, Life.doom), "commit", 1),
    "after it is committed as sent": (at_the_fifth(Step.DOT, Life.doom), "checkin", 0),
}
"""Who kills it, at what moment of its own, and how many mails then come twice."""


@pytest.mark.parametrize("point", OUT)
def test_killed_on_the_way_out(point: str, engine: Engine, tmp_path: Path) -> None:
    arm, at, twice = OUT[point]
    addresses = write_mails(engine, MAILS, now=NOON)
    life = Life()
    with mail_server.running() as server, FaultProxy(server, watch=arm(life)) as proxy:
        settings = sending_to(proxy.port, tmp_path, smtp_connections=1)

        def send(own: Engine) -> None:
            if isinstance(at, Moment):
                die_at(own, at)
            deliver(RunContext.direct(own, NOON, settings, ROOT))

        assert not life.live(engine, send, at=None if isinstance(at, Moment) else at), "it was not killed"
        deliver(RunContext.direct(engine, NOON + LATER, settings, ROOT))
        received = server.received
    came = Counter(mail.message_id for mail in received)
    rows = ledger(engine)
    assert {mail.message_id: mail.recipient for mail in received} == addresses
    assert {row.state for row in rows.values()} == {MessageState.SENT}
    doubled = [message_id for message_id, times in came.items() if times == 2]
    assert sum(came.values()) == MAILS + twice and len(doubled) == twice
    assert all(rows[message_id].unsure for message_id in doubled), "it is listed as unsure"
    listed = sum(row.unsure > 0 for row in rows.values())
    assert listed <= 2, "the one whose content went, or the one begun behind it, and none of the others"


IN: dict[str, At] = {
    "after the fetch": "begin",
    "before the commit": "commit",
    "after the commit, before \\Seen": "checkin",
}


@pytest.fixture
def mailbox_of_answers(engine: Engine, tmp_path: Path):
    """A mailbox with an answer of each unit, and the settings that read it."""
    with transaction(engine) as session:
        town = municipality.build(session, units_per_district=2)
        cycle = municipality.start_cycle(session, town)
        tasks = municipality.add_tasks(session, town, municipality.add_occurrence(session, town, cycle))
    with imap_server.running() as server:
        settings = reading_from(server, tmp_path)
        for number, task in enumerate(tasks):
            server.deliver(
                write(settings, town, task, "Intet at bemærke"), NOON - timedelta(minutes=60 - number)
            )
        yield server, settings


def reading_from(server: ImapServer, folder: Path, port: int = 0) -> Settings:
    return sending_to(
        port or 25,
        folder,
        reply_domain="svar.by.example",
        imap_host="127.0.0.1",
        imap_port=server.port,
        imap_security="none",
        imap_user="aarshjul",
        imap_password="hemmelig",
    )


def compare(engine: Engine, server: ImapServer) -> None:
    """Every mail of the mailbox was taken once, is one answer of one task, and is marked as seen."""
    with reading(engine) as session:
        inbound = session.exec(select(Inbound)).all()
        answers = session.exec(select(Submission).where(Submission.channel == Channel.MAIL)).all()
        states = session.exec(select(Task.state).where(col(Task.id).in_([a.task_id for a in answers]))).all()
    assert sorted(row.raw for row in inbound) == sorted(mail.raw for mail in server.mails)
    assert {row.verdict for row in inbound} == {InboundVerdict.ANSWER}
    assert len(answers) == len({answer.task_id for answer in answers}) == len(server.mails)
    assert {answer.received_at for answer in answers} == {mail.received_at for mail in server.mails}
    assert set(states) == {TaskState.SUBMITTED}
    assert [mail.uid for mail in server.mails if "\\Seen" not in mail.flags] == []


@pytest.mark.parametrize("point", IN)
def test_killed_on_the_way_in(point: str, engine: Engine, mailbox_of_answers) -> None:
    server, settings = mailbox_of_answers
    life, fetched = Life(), []

    def watch(name: str, arguments: str) -> None:
        if name == "UID_FETCH" and "BODY" in arguments:
            fetched.append(arguments)
            if len(fetched) == FIFTH:
                life.doom()

    server.watch = watch
    assert not life.live(
        engine, lambda own: collect(RunContext.direct(own, NOON, settings, ROOT)), at=IN[point]
    )
    with reading(engine) as session:
        taken = len(session.exec(select(Inbound.id)).all())
    assert taken == (FIFTH if point.startswith("after the commit") else FIFTH - 1)
    collect(RunContext.direct(engine, NOON + LATER, settings, ROOT))
    compare(engine, server)


def put_answers(engine: Engine, imap: ImapServer, settings: Settings) -> None:
    """Each leader's answer to another report."""
    with transaction(engine) as session:
        leaders = {row.unit_id: row.person_id for row in session.exec(select(Appointment))}
        units = sorted(set(session.exec(select(Task.unit_id))))
        town = municipality.Town(ROOT, units, leaders=leaders)
        cycle = session.exec(select(Cycle)).one()
        report = municipality.add_occurrence(session, town, cycle, "kvartalsrapport-2")
        tasks = municipality.add_tasks(session, town, report)
    for number, task in enumerate(tasks):
        raw = write(settings, town, task, "Intet at bemærke")
        imap.deliver(raw, NOON - timedelta(minutes=60) + timedelta(seconds=number))


def send_and_read(engine: Engine, settings: Settings, now: datetime) -> None:
    """What two workers do of mail; the one that sends is first."""
    for body in (deliver, collect):
        body(RunContext.direct(engine, now, settings, ROOT))


def in_hand_a_third_time(engine: Engine) -> dict[str, Message]:
    """What the dead sender had in hand, of the mails that two had died over before."""
    return {
        id_: row
        for id_, row in ledger(engine).items()
        if row.state is MessageState.CLAIMED and row.unsure >= MAX_LOST_LEASES
    }


@pytest.mark.timeout(7200)
def test_killed_at_random_moments_over_and_over(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Four connections and a mailbox; each process begins when the leases of the dead one have run out.

    Every death takes a lease from all mails of a claim, so that two deaths are enough for ten mails to go on
    alone. From then on each death can list one: the mail that the sender had in hand, and no other.
    """
    engine, random, life = sqlite_engine, Random(SEED), Life()
    addresses = write_mails(engine, max(MAILS, 4 * KILLS), now=NOON)
    now, left, kills = NOON, 0, 0
    to_be_listed: set[str] = set()

    def watch(*_: object) -> None:
        nonlocal left, kills
        left -= 1
        if left == 0:
            kills += 1
            time.sleep(random.uniform(0, 0.01))
            life.kill()

    with (
        imap_server.running() as imap,
        mail_server.running() as server,
        FaultProxy(server, watch=watch) as proxy,
    ):
        settings = reading_from(imap, tmp_path, proxy.port)
        put_answers(engine, imap, settings)
        imap.watch, alive = watch, False
        while not alive or kills < KILLS:
            left = random.randint(1, 40) if kills < KILLS else 0
            alive = life.live(engine, lambda own, now=now: send_and_read(own, settings, now))
            in_hand = {} if alive else in_hand_a_third_time(engine)
            assert len(in_hand) <= 1, "such a mail goes alone"
            to_be_listed |= in_hand.keys()
            now += LATER
        deliver(RunContext.direct(engine, now, settings, ROOT))  # the receipts of what was read last
        received = server.received
    compare(engine, imap)
    rows, came = ledger(engine), Counter(mail.message_id for mail in received)
    listed = {id_ for id_, row in rows.items() if row.state is MessageState.UNKNOWN}
    assert addresses.keys() <= rows.keys()
    lost = rows.keys() - came.keys() - listed
    twice = {id_ for id_, times in came.items() if times > 1}
    tell(
        f"{kills} kills at random moments while {len(rows)} mails went out and {len(imap.mails)} came in: "
        f"{len(lost)} lost, {len(listed)} listed as unknown, {len(twice)} came twice; all that came in was "
        "taken once"
    )
    assert kills == KILLS and lost == set()
    assert {row.state for row in rows.values()} <= {MessageState.SENT, MessageState.UNKNOWN}
    assert listed == to_be_listed, "only what was in hand when the third sender died"
    assert len(listed) <= max(0, kills - MAX_LOST_LEASES + 1), "the first two deaths list nothing"
    assert all(rows[id_].unsure for id_ in twice), "it is listed as unsure"
    assert sum(came.values()) - len(came) <= 4 * kills, "at most one of each connection at each kill"
    assert sum(row.unsure > 0 for row in rows.values()) <= 8 * kills, "two of each may have been begun"


def test_senders_that_die_before_they_have_a_mail_in_hand_list_nothing(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    addresses = write_mails(sqlite_engine, MAILS, now=NOON)
    life, now, deaths = Life(), NOON, 0

    def die_at_the_greeting(step: Step) -> None:
        if step is Step.EHLO and deaths < 2 * MAX_LOST_LEASES:
            life.kill()

    with mail_server.running() as server, FaultProxy(server, watch=die_at_the_greeting) as proxy:
        settings = sending_to(proxy.port, tmp_path)
        while not life.live(
            sqlite_engine, lambda own, now=now: deliver(RunContext.direct(own, now, settings, ROOT))
        ):
            deaths, now = deaths + 1, now + LATER
        came = Counter(mail.message_id for mail in server.received)
    assert deaths == 2 * MAX_LOST_LEASES
    assert {row.state for row in ledger(sqlite_engine).values()} == {MessageState.SENT}
    assert came == Counter(addresses.keys())


def test_a_mail_that_kills_three_senders_is_listed_and_the_others_go(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    addresses = write_mails(sqlite_engine, 40, now=NOON)
    poison_id, poison = list(addresses.items())[25]
    life, now, deaths = Life(), NOON, 0

    def kill_at_it(stage: Stage, address: str) -> None:
        if stage is Stage.RCPT and address == poison:
            life.kill()

    with mail_server.running(hook=kill_at_it) as server:
        settings = sending_to(server.port, tmp_path)
        while not life.live(
            sqlite_engine, lambda own, now=now: deliver(RunContext.direct(own, now, settings, ROOT))
        ):
            deaths, now = deaths + 1, now + LATER
        came = Counter(mail.message_id for mail in server.received)
    rows = ledger(sqlite_engine)
    assert deaths == MAX_LOST_LEASES
    assert [id_ for id_, row in rows.items() if row.state is not MessageState.SENT] == [poison_id]
    assert rows[poison_id].state is MessageState.UNKNOWN
    assert came.keys() == addresses.keys() - {poison_id}
