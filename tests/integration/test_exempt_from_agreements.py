"""Who may be exempt from what of an agreement: a unit from making one, nobody from a step of it."""

import re
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from cycle.access.roles import Role
from cycle.errors import NotNow
from cycle.goals.agreements import running, unsigned
from cycle.goals.tables import AgreementState
from cycle.store import reading, transaction
from cycle.tasks.change import waive
from cycle.tasks.states import TaskKind
from tests.support import koebenhavn
from tests.support.koebenhavn import Year
from tests.support.three_agreements import (
    DAYCARE,
    ONE_YEAR,
    OTHER_SCHOOL,
    SCHOOL,
    STEPS,
    UNITS,
    agreements,
    begun,
    open_step,
    take,
)
from tests.support.web import Form, Site


def office_of(year: Year, tmp_path: Path) -> TestClient:
    return Site(year.engine, tmp_path, at=year.now).signed_in("sek@kbh.example", Role.SECRETARIAT, "KBH")


@pytest.mark.parametrize("done", [1, 2, 3])
def test_nobody_is_exempt_from_a_step_that_the_agreement_waits_for(
    store: Engine, tmp_path: Path, done: int
) -> None:
    year = begun(store, tmp_path)
    take(year, *STEPS[:done])
    task = open_step(year, STEPS[done][0], SCHOOL)
    office, path = office_of(year, tmp_path), f"/opgave-historik/{task.id}"
    page = office.get(path)
    assert f"{path}/fritag" not in page.text and f"{path}/forlaeng" in page.text
    assert "Aftalen kommer ikke videre uden dette trin" in page.text and 'href="/poster"' in page.text
    csrf = Form(page, f"{path}/forlaeng").fields["csrf"]
    refused = office.post(f"{path}/fritag", data={"csrf": csrf, "why": "Lederen er syg"})
    assert refused.status_code == 409
    with pytest.raises(NotNow), transaction(store) as session:
        waive(session, task.id or 0, why="Lederen er syg", by="account:1", now=year.now)
    take(year, *STEPS[done:])
    assert agreements(year)[SCHOOL].state is AgreementState.IN_FORCE


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
def test_a_unit_that_is_exempt_makes_no_agreement_and_nobody_waits_for_it(
    engine: Engine, tmp_path: Path
) -> None:
    koebenhavn.load(engine)
    year = begun(engine, tmp_path)
    task = open_step(year, TaskKind.DRAFT, DAYCARE)
    office, path = office_of(year, tmp_path), f"/opgave-historik/{task.id}"
    page = office.get(path)
    assert "Enheden laver så ingen ny udviklingsaftale." in page.text
    assert Form(page, f"{path}/fritag").send(office, why="Lukker til sommer").status_code == 303
    take(year, *STEPS[:4], units=(SCHOOL, OTHER_SCHOOL))
    take(year, STEPS[4], units=(SCHOOL,))
    found, occurrence = agreements(year), year.occurrence("udviklingsaftaler")
    assert [found[unit].state for unit in UNITS] == [
        AgreementState.IN_FORCE,
        AgreementState.SIGNING,
        AgreementState.DRAFTING,
    ]
    with reading(engine) as session:
        assert [each.unit_id for each in unsigned(session, occurrence.id or 0)] == [OTHER_SCHOOL]
        occurrence.id = 0  # as another activity of the same period would ask
        assert running(session, occurrence, ONE_YEAR.dates(2028)) == {SCHOOL, OTHER_SCHOOL}
    page = office.get(f"/aktivitet/{task.occurrence_id}").text
    steps = page.partition("Det, der følger efter")[2].partition("</section>")[0]
    assert re.findall(r"\d+ af \d+", steps) == ["2 af 2", "2 af 2", "2 af 2", "1 af 2"]
    read = office.get(f"/udviklingsaftale/{found[DAYCARE].id}").text
    assert "Enheden er fritaget for at lave aftalen." in read and "Begrundelse: Lukker til sommer" in read
    assert "Enheden er fritaget" not in office.get(f"/udviklingsaftale/{found[SCHOOL].id}").text
