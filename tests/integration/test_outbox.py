"""The outbox: written once by key, capped, claimed under a fence, settled by what became of the mail."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from cycle.calendar import WorkingCalendar
from cycle.errors import Conflict
from cycle.messages import claiming, lapsed, outbox, outcomes
from cycle.messages.claiming import claim
from cycle.messages.in_hand import goes_alone, take_in_hand
from cycle.messages.outcomes import Outcome, settle
from cycle.messages.resending import mark_arrived
from cycle.messages.suspicion import taken_after
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.store import reading, transaction
from tests.support import municipality
from tests.support.municipality import ROOT, instant

CALENDAR = WorkingCalendar()
NOON = instant(2027, 4, 6)


@pytest.fixture
def town(engine: Engine) -> Engine:
    with transaction(engine) as session:
        municipality.build(session)
    return engine


def write(session: Session, key: str, *, kind=MessageKind.RECEIPT, address="bo@by.example", **more):
    more.setdefault("now", NOON)
    return outbox.queue(
        session,
        key=key,
        kind=kind,
        root_id=ROOT,
        person_id=None,
        address=address,
        task_id=None,
        context={},
        **more,
    )


def take(engine: Engine, now: datetime = NOON, **more) -> list[Message]:
    with transaction(engine) as session:
        return claim(session, root_id=ROOT, now=now, calendar=CALENDAR, **more)


def end(engine: Engine, message: Message, outcome: Outcome, now: datetime = NOON, **more) -> MessageState:
    with transaction(engine) as session:
        return settle(session, message.id or 0, message.fence, outcome, now=now, calendar=CALENDAR, **more)


def stored(engine: Engine, key: str) -> Message:
    with transaction(engine) as session:
        return session.exec(select(Message).where(Message.key == key)).one()


def test_a_key_is_written_once(town):
    with transaction(town) as session:
        first = write(session, "receipt:1")
        assert first is not None and first.state is MessageState.READY
        assert write(session, "receipt:1") is None


def test_a_mail_without_an_address_is_kept_with_its_reason_and_never_claimed(town):
    with transaction(town) as session:
        message = write(session, "receipt:1", address=None)
        assert message is not None
        assert (message.state, message.reason) == (MessageState.WITHHELD, outbox.NO_ADDRESS)
    assert take(town) == []


def test_the_sixth_receipt_of_an_address_within_a_day_is_withheld(town):
    with transaction(town) as session:
        written = [write(session, f"receipt:{n}", address="Bo@by.example ") for n in range(6)]
        assert [m.state for m in written if m] == [MessageState.READY] * 5 + [MessageState.WITHHELD]
        assert written[5] is not None and written[5].reason == outbox.OVER_CAP
        other = write(session, "receipt:9", address="ida@by.example")
        returned = write(session, "return:9", kind=MessageKind.RETURNED)
        next_day = write(session, "receipt:10", now=NOON + timedelta(hours=25))
        assert all(m and m.state is MessageState.READY for m in (other, returned, next_day))


def sent(message: Message) -> outcomes.Sent:
    return outcomes.Sent(message.id or 0, message.fence, "250 OK", f"Om {message.key}", "Kære leder")


def test_several_that_were_sent_are_noted_in_one_go(town):
    with transaction(town) as session:
        for n in range(3):
            write(session, f"receipt:{n}")
    taken = take(town)
    with transaction(town) as session:
        outcomes.settle_sent(session.connection(), [sent(message) for message in taken], now=NOON)
    for message in taken:
        row = stored(town, message.key)
        assert (row.state, row.sent_at, row.lease_until) == (MessageState.SENT, NOON, None)
        assert (row.subject, row.text, row.reason) == (f"Om {message.key}", "Kære leder", "250 OK")


def test_when_one_of_several_was_taken_over_none_is_noted_until_each_is_by_itself(town):
    with transaction(town) as session:
        write(session, "receipt:1")
        write(session, "receipt:2")
    first = take(town, limit=1)
    (other,) = take(town)
    late = NOON + claiming.LEASE
    taken_over = take(town, late, limit=1)
    assert [message.key for message in taken_over] == [first[0].key]
    with pytest.raises(Conflict), transaction(town) as session:
        outcomes.settle_sent(session.connection(), [sent(first[0]), sent(other)], now=NOON)
    assert stored(town, other.key).state is MessageState.CLAIMED
    assert end(town, other, Outcome.SENT, late) is MessageState.SENT
    with pytest.raises(Conflict):
        end(town, first[0], Outcome.SENT, late)


def test_a_claimed_mail_is_not_given_to_another_until_its_lease_has_run_out(town):
    with transaction(town) as session:
        write(session, "receipt:1")
    (first,) = take(town)
    assert take(town) == []
    late = NOON + claiming.LEASE
    (second,) = take(town, late)
    assert (second.fence, second.attempts, second.unsure) == (first.fence + 1, 2, 1)
    with pytest.raises(Conflict):
        end(town, first, Outcome.SENT)
    assert end(town, second, Outcome.SENT, late, subject="Kvittering", text="Tak") is MessageState.SENT
    row = stored(town, "receipt:1")
    assert (row.sent_at, row.subject, row.lease_until) == (late, "Kvittering", None)
    assert take(town, late + timedelta(days=9)) == []


def test_a_mail_whose_sender_dies_every_time_is_listed_in_the_end(town):
    with transaction(town) as session:
        write(session, "receipt:1")
    now = NOON
    for _ in range(2 * lapsed.MAX_LOST_LEASES):
        (claimed,) = take(town, now)
        now += claiming.LEASE
    assert goes_alone(claimed), "whoever died then had only claimed it"
    (claimed,) = take(town, now)
    with transaction(town) as session:
        take_in_hand(session, claimed)
    now += claiming.LEASE
    assert take(town, now) == []
    row = stored(town, "receipt:1")
    assert row.state is MessageState.UNKNOWN
    assert row.unsure == lapsed.MAX_LOST_LEASES and f" {row.unsure} gange" in row.reason
    with transaction(town) as session, pytest.raises(Conflict):
        take_in_hand(session, claimed)


def unsure(engine: Engine, now: datetime) -> list[str]:
    """Which mails may have come twice, once all claims that have run out are taken again."""
    while take(engine, now, in_hand=1):
        pass
    with transaction(engine) as session:
        return sorted(row.key for row in session.exec(select(Message)) if row.unsure)


def write_many(engine: Engine, many: int) -> None:
    with transaction(engine) as session:
        for n in range(10, 10 + many):
            write(session, f"nudge:{n}", address=f"leder{n}@by.example")


def test_of_a_dead_senders_mails_only_those_it_can_have_had_in_hand_may_come_twice(town):
    write_many(town, 40)
    first, second, *_ = take(town, in_hand=4)
    for message in (first, second):
        end(town, message, Outcome.SENT)
    assert unsure(town, NOON + claiming.LEASE) == ["nudge:12", "nudge:13", "nudge:14", "nudge:15"]


def test_claims_of_the_same_instant_are_told_apart(town):
    write_many(town, 20)
    take(town, limit=10, in_hand=2)
    take(town, limit=10, in_hand=1)
    late = NOON + claiming.LEASE + claiming.MOMENT
    assert unsure(town, late) == ["nudge:10", "nudge:11", "nudge:20"]


def test_what_was_refused_and_set_aside_has_not_come(town):
    write_many(town, 20)
    aside, *_ = take(town, in_hand=2)
    with transaction(town) as session:
        lapsed.set_aside(session, aside)
    assert unsure(town, NOON + claiming.LEASE) == ["nudge:11", "nudge:12"]


def test_what_a_dead_sender_had_in_hand_is_told_by_its_order_also_when_all_wait_for_the_server(town):
    write_many(town, 20)
    with transaction(town) as session:
        session.execute(
            sa.update(Message).where(Message.key < "nudge:20").values(next_at=NOON + timedelta(1))
        )
    late = NOON + timedelta(1)
    assert take(town, late, in_hand=2)[0].key == "nudge:20", "the one that has waited longest"
    late, until = late + claiming.LEASE, late + timedelta(hours=1)
    with transaction(town) as session:
        claiming.hold(session, ROOT, now=late, until=until)
    assert unsure(town, until) == ["nudge:20", "nudge:21"]


def test_temporary_failures_are_tried_again_on_a_ladder_and_given_up_in_the_end(town):
    with transaction(town) as session:
        write(session, "receipt:1")
    now, pauses = NOON, []
    state = MessageState.WAITING
    while state is MessageState.WAITING:
        (message,) = take(town, now)
        state = end(town, message, Outcome.TEMPORARY, now, reason="451 prøv senere.")
        if state is MessageState.WAITING:
            pauses.append(stored(town, "receipt:1").next_at - now)
            assert take(town, now + pauses[-1] - timedelta(seconds=1)) == []
            now += pauses[-1]
    assert [p.total_seconds() / 60 for p in pauses[:5]] == [5, 15, 60, 240, 240]
    assert outcomes.GIVE_UP_AFTER <= now - NOON < outcomes.GIVE_UP_AFTER + pauses[-1]
    assert len(pauses) >= outcomes.ENOUGH_TRIES
    assert stored(town, "receipt:1").rejected_at == now
    assert state is MessageState.REJECTED
    assert stored(town, "receipt:1").reason == f"451 prøv senere. {outcomes.GIVEN_UP}"


def test_a_mail_that_could_not_be_tried_for_a_week_is_not_given_up_at_its_first_4xx(town):
    """Nor a day's mail, which has few tries a day, before it has had enough of them."""
    with transaction(town) as session:
        write(session, "receipt:1")
    now = NOON + timedelta(days=7)
    for again in (timedelta(0), timedelta(days=6)):
        now += again
        (message,) = take(town, now)
        assert end(town, message, Outcome.TEMPORARY, now) is MessageState.WAITING
    assert stored(town, "receipt:1").tried_at == NOON + timedelta(days=7)


def test_an_uncertain_outcome_is_tried_once_more_and_then_listed(town):
    with transaction(town) as session:
        write(session, "receipt:1")
    (message,) = take(town)
    assert end(town, message, Outcome.UNKNOWN) is MessageState.WAITING
    later = NOON + outcomes.UNSURE_RETRY
    (again,) = take(town, later)
    assert outbox.message_id(again.key, "by.example") == outbox.message_id(message.key, "by.example")
    assert end(town, again, Outcome.UNKNOWN, later) is MessageState.UNKNOWN


def test_a_mail_handed_back_untried_does_not_count_as_an_attempt(town):
    with transaction(town) as session:
        write(session, "receipt:1")
    (message,) = take(town)
    assert end(town, message, Outcome.HANDED_BACK) is MessageState.READY
    (again,) = take(town)
    assert again.attempts == 1


def test_daily_mails_wait_for_the_send_window_while_receipts_go_at_once(town):
    saturday = instant(2027, 4, 10, 9)
    with transaction(town) as session:
        write(session, "daily:1:2027-04-09", kind=MessageKind.DAILY, now=instant(2027, 4, 9, 7))
        write(session, "receipt:1", now=saturday)
    (receipt,) = take(town, saturday)
    assert receipt.key == "receipt:1"
    end(town, receipt, Outcome.SENT, saturday)
    monday = instant(2027, 4, 12, 7)
    assert stored(town, "daily:1:2027-04-09").next_at == monday
    assert [m.key for m in take(town, monday)] == ["daily:1:2027-04-09"]


def test_an_address_gets_one_daily_mail_a_day_even_when_two_are_pending(town):
    morning = instant(2027, 4, 6, 7)
    with transaction(town) as session:
        for day in (5, 6):
            write(session, f"daily:1:2027-04-0{day}", kind=MessageKind.DAILY, now=morning)
    (first,) = take(town, morning)
    assert first.key == "daily:1:2027-04-05"
    end(town, first, Outcome.SENT, morning)
    assert take(town, NOON) == []
    wednesday = instant(2027, 4, 7, 7)
    assert stored(town, "daily:1:2027-04-06").next_at == wednesday
    assert [m.key for m in take(town, wednesday)] == ["daily:1:2027-04-06"]


def test_a_daily_mail_tried_late_in_the_day_is_tried_again_in_the_next_window(town):
    with transaction(town) as session:
        write(session, "daily:1:2027-04-09", kind=MessageKind.DAILY, now=instant(2027, 4, 9, 7))
    afternoon = instant(2027, 4, 9, 15, 58)
    (message,) = take(town, afternoon)
    end(town, message, Outcome.TEMPORARY, afternoon)
    assert stored(town, message.key).next_at == instant(2027, 4, 12, 7)


def test_two_workers_never_claim_the_same_mail(town):
    with transaction(town) as session:
        for n in range(60):
            write(session, f"return:{n}", kind=MessageKind.RETURNED, address=f"p{n}@by.example")
    taken: list[list[int]] = [[], []]

    def work(which: int) -> None:
        while rows := take(town, limit=7):
            taken[which] += [row.id or 0 for row in rows]

    threads = [threading.Thread(target=work, args=(n,)) for n in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    both = taken[0] + taken[1]
    assert len(both) == len(set(both)) == 60


def test_instants_come_back_aware(town):
    with transaction(town) as session:
        write(session, "receipt:1")
    assert stored(town, "receipt:1").next_at == NOON.astimezone(UTC)


def test_the_message_id_follows_from_the_key_alone():
    assert outbox.message_id("a", "by.example") == outbox.message_id("a", "by.example")
    assert outbox.message_id("a", "by.example") != outbox.message_id("b", "by.example")
    assert outbox.message_id("daily:17:2027-04-01", "by.example").endswith("@by.example>")


def test_whether_the_server_takes_mail_is_known_however_much_was_written_since_and_read_by_an_index(town):
    """An old mail was sent just now, and thousands written after it were not."""
    rows = [
        {"root_id": ROOT, "key": f"k{n}", "kind": MessageKind.NUDGE, "address": "a@by.example"}
        for n in range(1500)
    ]
    with transaction(town) as session:
        old = sa.insert(Message).values(**rows[0], state=MessageState.SENT, sent_at=NOON)
        session.execute(old.values(created_at=NOON, next_at=NOON))
        session.execute(sa.insert(Message), [{**r, "created_at": NOON, "next_at": NOON} for r in rows[1:]])
    asked: list[tuple[str, Any]] = []
    before = NOON - timedelta(seconds=1)
    with reading(town) as session:
        assert not taken_after(session, ROOT, NOON) and not taken_after(session, "ANDEN", before)
        assert not taken_after(session, ROOT, before, but=[1])
        listen = lambda _c, _u, statement, values, *_: asked.append((statement, values))  # noqa: E731
        sa.event.listen(town, "before_cursor_execute", listen)
        assert taken_after(session, ROOT, before)
        sa.event.remove(town, "before_cursor_execute", listen)
    plan = plan_of(town, *asked[0])
    assert "ix_message_shown" in plan and "TEMP B-TREE" not in plan and "Sort" not in plan


def test_what_somebody_sits_waiting_for_goes_before_all_that_is_due(town):
    """Behind the mails of a whole day a code would come when it is good no more."""
    rows = [
        {"root_id": ROOT, "key": f"k{n}", "kind": MessageKind.NUDGE, "address": "a@by.example"}
        for n in range(2000)
    ]
    with transaction(town) as session:
        session.execute(sa.insert(Message), [{**r, "created_at": NOON, "next_at": NOON} for r in rows])
    asked: list[tuple[str, Any]] = []
    later = NOON + timedelta(minutes=5)
    with transaction(town) as session:
        write(session, "code", kind=MessageKind.SIGN_IN_CODE, now=later)
        write(session, "link", kind=MessageKind.NEW_LINK, now=later)
    listen = lambda _c, _u, statement, values, *_: asked.append((statement, values))  # noqa: E731
    sa.event.listen(town, "before_cursor_execute", listen)
    assert [mail.key for mail in take(town, later, limit=20)] == ["code", "link"]
    sa.event.remove(town, "before_cursor_execute", listen)
    assert len(take(town, later, limit=20)) == 20
    (first,) = [each for each in asked if "'new_link'" in each[0]]
    assert "ix_message_awaited" in plan_of(town, *first)


def plan_of(engine: Engine, statement: str, values: Any) -> str:
    """How the store reads it; PostgreSQL says whether an index can serve it, though the table is small."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return told(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))
        connection.exec_driver_sql("ANALYZE message")
        for other_way in ("seqscan", "sort", "bitmapscan"):
            connection.exec_driver_sql(f"SET LOCAL enable_{other_way} = off")
        return told(connection.exec_driver_sql(f"EXPLAIN {statement}", values))


def told(plan: Any) -> str:
    return "\n".join(str(row[-1]) for row in plan)


def test_what_a_person_has_seen_arrive_was_sent_when_it_was_to_go(town):
    with transaction(town) as session:
        mail = write(session, "receipt:1")
        mail.state = MessageState.UNKNOWN
        session.add(mail)
        session.flush()
        mark_arrived(session, mail.id, by="account:1", now=NOON + timedelta(days=1))
    assert (stored(town, "receipt:1").state, stored(town, "receipt:1").sent_at) == (MessageState.SENT, NOON)
    with reading(town) as session:
        assert not taken_after(session, ROOT, NOON), "that says nothing of the mail server today"
