"""What is read together is of one moment, on both databases."""

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from cycle.organisation.tables import Unit
from cycle.store import reading, transaction
from tests.support import municipality


def test_a_reader_does_not_see_what_is_committed_while_it_reads(engine: Engine) -> None:
    counted = sa.select(sa.func.count()).select_from(Unit)
    with reading(engine) as session:
        assert session.execute(counted).scalar_one() == 0
        with transaction(engine) as other:
            municipality.build(other)
        assert session.execute(counted).scalar_one() == 0
    with reading(engine) as session:
        assert session.execute(counted).scalar_one() > 0
