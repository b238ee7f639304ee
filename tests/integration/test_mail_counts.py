"""What stands above the mail log and beside it is counted and found by indexes, not by reading every mail."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.store import reading, transaction
from cycle.tasks.mail_log import Search, double_mails, find_mails, mail_states, stuck_mails
from tests.support import municipality
from tests.support.municipality import instant

NOW = instant(2027, 4, 12)
NUMBERS = {
    MessageState.SENT: 7,
    MessageState.WAITING: 2,
    MessageState.REJECTED: 3,
    MessageState.UNKNOWN: 1,
    MessageState.WITHHELD: 2,
}
"""None is ready and none is claimed; two of those sent came back."""


def mail(root_id: str, state: MessageState, number: int) -> Message:
    at = NOW - timedelta(minutes=number)
    sent = state is MessageState.SENT
    return Message(
        root_id=root_id,
        key=f"{root_id}:{state}:{number}",
        kind=MessageKind.DAILY if number % 2 else MessageKind.RECEIPT,
        address=f"{number}@by.example",
        state=state,
        created_at=at,
        next_at=at,
        sent_at=at if sent else None,
        returned_at=at if sent and number < 2 else None,
        rejected_at=at if state is MessageState.REJECTED else None,
        unsure=1 if number == 0 else 0,
    )


def fill(engine: Engine) -> None:
    with transaction(engine) as session:
        for root_id in ("BY", "ANDEN"):
            municipality.build(session, root_id=root_id)
            session.flush()
            for state, number in NUMBERS.items():
                session.add_all([mail(root_id, state, each) for each in range(number)])


def test_mails_are_counted_by_state_and_found_by_it(engine: Engine) -> None:
    fill(engine)
    with reading(engine) as session:
        for roots in (["BY"], ["BY", "ANDEN"], []):
            counted = {state: len(roots) * NUMBERS.get(state, 0) for state in MessageState}
            assert mail_states(session, roots) == counted
            for state, number in counted.items():
                assert len(find_mails(session, roots, Search(state=state), limit=99)) == number
            assert double_mails(session, roots) == 3 * len(roots), "not those rejected or withheld"
            assert len(find_mails(session, roots, Search(double=True), limit=99)) == 3 * len(roots)
        stuck = stuck_mails(session, ["BY"], since=NOW - timedelta(days=1), limit=99)
        assert Counter(each.state for each in stuck) == {
            MessageState.WAITING: 2,
            MessageState.REJECTED: 3,
            MessageState.UNKNOWN: 1,
            MessageState.SENT: 2,
        }


def asked(session: Session, ask: Callable[[Session], object]) -> str:
    """How SQLite would find what is asked for."""
    statements: list[tuple[str, tuple[object, ...]]] = []
    connection = session.connection()

    def note(_conn: object, _cursor: object, statement: str, values: tuple[object, ...], *_: object) -> None:
        statements.append((statement, values))

    sa.event.listen(connection, "before_cursor_execute", note)
    ask(session)
    sa.event.remove(connection, "before_cursor_execute", note)
    plans = [
        row[3]
        for statement, values in statements
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    ]
    return "\n".join(plans)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda session: mail_states(session, ["BY"]), "COVERING INDEX ix_message_not_arrived"),
        (lambda session: mail_states(session, ["BY"]), "COVERING INDEX ix_message_shown"),
        (lambda session: double_mails(session, ["BY"]), "INDEX ix_message_unsure"),
        (lambda session: find_mails(session, ["BY"], Search(double=True), limit=9), "ix_message_unsure"),
        (
            lambda session: find_mails(session, ["BY"], Search(state=MessageState.REJECTED), limit=9),
            "INDEX ix_message_not_arrived",
        ),
        (
            lambda session: find_mails(session, ["BY"], Search(kind=MessageKind.TRIAL), limit=9),
            "COVERING INDEX ix_message_shown",
        ),
        (
            lambda session: stuck_mails(
                session, ["BY"], since=datetime(2027, 1, 1, tzinfo=NOW.tzinfo), limit=9
            ),
            "INDEX ix_message_not_arrived",
        ),
    ],
)
def test_only_indexes_are_walked(sqlite_engine: Engine, ask: Callable[[Session], object], index: str) -> None:
    fill(sqlite_engine)
    with reading(sqlite_engine) as session:
        plan = asked(session, ask)
    assert index in plan, plan
    walked = [line for line in plan.splitlines() if line.startswith("SCAN message")]
    assert all("COVERING INDEX" in line for line in walked), plan
