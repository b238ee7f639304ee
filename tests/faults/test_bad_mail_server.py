"""A line that is cut, slow or refuses at every step: nothing is lost, and what comes twice is known to.

`FAULTY_MAILS=5000 CUTS=200` in the environment makes it the long proof.
"""

import os
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from config.settings import Settings
from cycle.messages.tables import Message, MessageState
from flows.deliver import deliver
from flows.runtime import RunContext
from notifications.delivery import MailHeld
from notifications.local_server import Received
from tests.support import mail_server
from tests.support.fault_proxy import CUT, EVERY, HANG, Fault, FaultProxy, Step, seeded
from tests.support.municipality import ROOT, instant
from tests.support.outbox import OVER, ledger, sending_to, write_mails
from tests.support.telling import tell

NOON = instant(2027, 4, 6)
MAILS = int(os.environ.get("FAULTY_MAILS", "200"))
CUTS = int(os.environ.get("CUTS", str(len(Step))))
"""So many lines are cut; about as many other faults happen besides."""

HANGS = (Fault(Step.MAIL, HANG), Fault(Step.DOT, HANG))
OTHERS = [*HANGS, *(fault for fault in EVERY if fault.what != CUT)]
LOGIN = ("aarshjul", "hemmelig")
A_MOMENT = timedelta(seconds=1)


def deliver_all(engine: Engine, settings: Settings) -> int:
    """Delivers whenever something is due, until nothing waits any more; how often the queue stopped."""
    now, stopped = NOON, 0
    for _ in range(40 * (CUTS + 10)):
        try:
            deliver(RunContext.direct(engine, now, settings, ROOT))
        except MailHeld:
            stopped += 1
        waiting = [row.next_at for row in ledger(engine).values() if row.state not in OVER]
        if not waiting:
            return stopped
        now = max(now + A_MOMENT, min(waiting))
    raise AssertionError("mail goes on waiting")


def misjudged(rows: Mapping[str, Message], received: list[Received], proxy: FaultProxy) -> dict[str, str]:
    """The mails of which the ledger says something else than the server that received, or did not."""
    came = Counter(mail.message_id for mail in received)
    found = {}
    for message_id, row in rows.items():
        unsure, refused = message_id in proxy.unanswered, row.address in proxy.refused
        known = {
            MessageState.SENT: came[message_id] > 0,
            MessageState.REJECTED: refused and (came[message_id] == 0 or unsure),
            MessageState.UNKNOWN: unsure,
        }
        if not known.get(row.state, False):
            found[message_id] = f"{row.state}, came {came[message_id]} times: {row.reason}"
        elif came[message_id] > 1 and not (unsure and row.unsure):
            found[message_id] = f"came {came[message_id]} times and is not listed as unsure"
    return found


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("pipelining", [True, False])
def test_of_many_mails_over_a_bad_line_none_is_lost_and_only_after_the_final_dot_can_one_come_twice(
    pipelining: bool, sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls, trusted = mail_server.certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    addresses = write_mails(sqlite_engine, MAILS, now=NOON)
    faults = seeded(
        2027, CUTS, [Fault(step, CUT) for step in Step], [*OTHERS, *seeded(1, CUTS - len(OTHERS), OTHERS)]
    )
    every = max(MAILS * 4 // 5 // len(faults), 1)
    with (
        mail_server.running(login=LOGIN, pipelining=pipelining) as server,
        FaultProxy(server, faults=faults, every=every, tls=tls) as proxy,
    ):
        settings = sending_to(
            proxy.port,
            tmp_path,
            smtp_security="starttls",
            smtp_user=LOGIN[0],
            smtp_password=LOGIN[1],
            smtp_timeout=3,
            smtp_connections=3,
        )
        stopped = deliver_all(sqlite_engine, settings)
        received = server.received
    rows = ledger(sqlite_engine)
    came = Counter(mail.message_id for mail in received)
    twice = {message_id for message_id, times in came.items() if times > 1}
    assert proxy.waiting == 0 and {fault.step for fault in proxy.fired} == set(Step), "every fault happened"
    assert misjudged(rows, received, proxy) == {}
    assert {mail.message_id: mail.recipient for mail in received}.items() <= addresses.items()
    assert len({mail.recipient for mail in received}) == len(came), "twice means with the same Message-ID"
    assert twice and twice <= proxy.unanswered
    assert all(times <= 2 for times in came.values())
    happened = ", ".join(f"{step} {times}" for step, times in Counter(f.step for f in proxy.fired).items())
    states = ", ".join(
        f"{state} {number}" for state, number in Counter(r.state for r in rows.values()).items()
    )
    lost = [id_ for id_, row in rows.items() if id_ not in came and row.address not in proxy.refused]
    how = "in one go" if pipelining else "one by one"
    tell(
        f"{len(addresses)} mails, commands {how}, over a line with {len(proxy.fired)} faults ({happened}): "
        f"the queue stopped {stopped} times; {states}; {len(lost)} lost; {len(twice)} came twice, after the "
        "final dot, under the same Message-ID, and noted as unsure"
    )
    assert lost == []
