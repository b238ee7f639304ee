"""What `cycle.columns` promises, on both databases."""

import json
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import StatementError

from cycle.columns import Instant, among, json_text

TABLE = sa.Table(
    "instants",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("word", sa.String),
    sa.Column("at", Instant),
    sa.Column("data", sa.JSON),
)


@pytest.fixture
def connection(engine: Engine):
    with engine.connect() as connection, connection.begin() as transaction:
        TABLE.create(connection)
        yield connection
        transaction.rollback()


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2027, 3, 28, 2, 30, tzinfo=UTC),
        datetime(2027, 10, 31, 2, 30, tzinfo=ZoneInfo("Europe/Copenhagen")),
        datetime(2027, 10, 31, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Copenhagen")),
        datetime(2027, 12, 31, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=-11))),
        datetime(2027, 1, 1, microsecond=1, tzinfo=UTC),
        None,
    ],
)
def test_an_instant_comes_back_as_the_same_instant_in_utc(
    connection: sa.Connection, instant: datetime | None
) -> None:
    connection.execute(TABLE.insert().values(id=1, at=instant))
    found = connection.execute(sa.select(TABLE.c.at)).scalar_one()
    assert found == (instant.astimezone(UTC) if instant else None)
    assert found is None or found.tzinfo is UTC


def test_instants_are_compared_and_ordered_in_time(connection: sa.Connection) -> None:
    summer = datetime(2027, 7, 1, 12, tzinfo=ZoneInfo("Europe/Copenhagen"))
    rows = [{"id": n, "at": summer + timedelta(microseconds=n)} for n in (3, 1, 2)]
    connection.execute(TABLE.insert(), rows)
    later = sa.select(TABLE.c.id).where(TABLE.c.at > summer + timedelta(microseconds=1)).order_by(TABLE.c.at)
    assert connection.scalars(later).all() == [2, 3]


def test_a_datetime_without_a_zone_is_refused(connection: sa.Connection) -> None:
    with pytest.raises(StatementError, match=r"time ?zone"):
        connection.execute(TABLE.insert().values(id=1, at=datetime(2027, 1, 1)))


def test_among_finds_numbers_and_words_and_nothing_among_none(connection: sa.Connection) -> None:
    words = ["Ærø", "O'Hara", '"[', "%s ?", "Ærø"]
    connection.execute(TABLE.insert(), [{"id": n, "word": word} for n, word in enumerate(words)])
    by_id = sa.select(TABLE.c.id).where(among(TABLE.c.id, "ids"), TABLE.c.word != "%s ?").order_by(TABLE.c.id)
    by_word = sa.select(TABLE.c.id).where(among(TABLE.c.word, "words")).order_by(TABLE.c.id)
    assert connection.scalars(by_id, {"ids": [0, 3, 4, 99]}).all() == [0, 4]
    assert connection.scalars(by_id, {"ids": []}).all() == []
    for word in words:
        at = [n for n, each in enumerate(words) if each == word]
        assert connection.scalars(by_word, {"words": (word, "nothing")}).all() == at


def test_among_takes_more_values_than_a_statement_has_marks_for(connection: sa.Connection) -> None:
    connection.execute(TABLE.insert(), [{"id": n} for n in range(10)])
    counted = sa.select(sa.func.count()).where(among(TABLE.c.id, "ids"))
    assert connection.execute(counted, {"ids": range(5, 100_000)}).scalar_one() == 5
    changed = connection.execute(
        sa.update(TABLE).where(among(TABLE.c.id, "ids")).values(word="x"), {"ids": {1, 2}}
    )
    assert changed.rowcount == 2


@pytest.mark.parametrize(
    "value",
    [
        {"æ": ["🎉", "\u2028", '"', 1.5, -0.1, True, None, {}]},
        {"number": 12_345_678_901_234_567_890_123},
        {"deep": [[[[{"a": []}]]]]},
        "",
        [],
    ],
    ids=["words", "a number beyond 64 bits", "deep", "empty word", "empty list"],
)
def test_json_comes_back_as_it_was(connection: sa.Connection, value: object) -> None:
    connection.execute(TABLE.insert().values(id=1, data=value))
    assert connection.execute(sa.select(TABLE.c.data)).scalar_one() == value


def test_half_a_sign_is_kept_on_sqlite_and_what_is_not_json_is_refused() -> None:
    assert json.loads(json_text({"a": "\ud83d"})) == {"a": "\ud83d"}
    with pytest.raises(TypeError):
        json_text({"a": object()})
