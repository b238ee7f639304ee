"""What a signature's SHA-256 is of: goals and answers, and whose agreement it is, for how long, with whom."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from cycle.goals.agreement_terms import TERMS, agreed_alike
from cycle.goals.agreements import content_digest, version_of
from cycle.goals.tables import AgreementVersion
from cycle.organisation.tables import Ownership, Unit
from cycle.store import reading, transaction
from cycle.tasks.states import TaskKind
from tests.support.koebenhavn import Year
from tests.support.three_agreements import DAYCARE, SCHOOL, SIGN, STEPS, agreements, begun, take


def version(year: Year, unit_id: str, no: int) -> AgreementVersion:
    with reading(year.engine) as session:
        found = version_of(session, agreements(year)[unit_id], no)
    assert found is not None
    return found


def test_the_terms_on_the_page_are_in_the_digest(store: Engine, tmp_path: Path) -> None:
    year = begun(store, tmp_path)
    take(year, STEPS[0])
    text = version(year, SCHOOL, 1)
    with reading(store) as session:
        name = session.get_one(Unit, SCHOOL).name
    terms = text.content[TERMS]
    assert (terms["unit"], terms["municipality"]) == (name, "Københavns Kommune")
    assert (terms["from"], terms["to"]) == ("2028-01-01", "2028-12-31")
    assert [party["post"] for party in terms["parties"]] == ["leder", "distriktschef"]
    assert text.digest == content_digest(text.content)
    others: list[Callable[[Mapping[str, Any]], dict[str, Any]]] = [
        lambda it: {**it, "to": date(2029, 12, 31).isoformat()},
        lambda it: {**it, "unit": "En anden skole"},
        lambda it: {**it, "parties": it["parties"][:1]},
        lambda it: {**it, "questions": "0" * 64},
    ]
    digests = {content_digest({**text.content, TERMS: other(terms)}) for other in others}
    assert len(digests | {text.digest}) == 5


@pytest.mark.parametrize("board", [False, True])
def test_a_text_that_is_signed_by_others_is_another_text(
    store: Engine, tmp_path: Path, *, board: bool
) -> None:
    """A unit that becomes self-governing: its next version names the board, and only then."""
    year = begun(store, tmp_path)
    take(year, *STEPS[:3], units=(DAYCARE,))
    if board:
        with transaction(store) as session:
            unit = session.get_one(Unit, DAYCARE)
            unit.ownership = Ownership.SELF_GOVERNING
            session.add(unit)
    no = {**SIGN, "beslutning": "afvist", "bemaerkning": "Se på det igen."}
    take(year, (TaskKind.SIGN, no), STEPS[0], units=(DAYCARE,))
    first, second = version(year, DAYCARE, 1), version(year, DAYCARE, 2)
    assert agreed_alike(first.content, second.content)
    assert (first.digest == second.digest) is not board
    posts = [party["post"] for party in second.content[TERMS]["parties"]]
    assert ("bestyrelsesformand" in posts) is board
