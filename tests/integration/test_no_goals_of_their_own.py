"""A unit that writes nothing into its agreement is asked once whether it means it."""

from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from cycle.organisation.tables import Appointment
from cycle.store import reading
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Submission
from tests.support.three_agreements import SCHOOL, begun, open_step
from tests.support.web import Form, Site


@pytest.mark.parametrize("wrote", [False, True])
def test_an_untouched_draft_is_sent_when_the_unit_says_that_it_wants_no_goals(
    store: Engine, tmp_path: Path, *, wrote: bool
) -> None:
    year = begun(store, tmp_path)
    task = open_step(year, TaskKind.DRAFT, SCHOOL)
    with reading(store) as session:
        holder = session.exec(select(Appointment.person_id).where(Appointment.unit_id == SCHOOL)).first()
    site = Site(store, tmp_path, at=year.now, secret_key="k" * 40)
    browser, address = site.browser(), site.link(task, holder or 0)
    form = Form(browser.get(address), address)
    assert "uden_egne" not in form.page.text
    if wrote:
        said = {"enhedsmaal.G.titel": "Flere timer", "enhedsmaal.G.beskrivelse": "To om ugen"}
        assert form.send(browser, act="submit", **said).status_code == 303
        return
    asked = form.send(browser, act="submit")
    assert asked.status_code == 422 and "I har ikke skrevet egne mål." in asked.text
    assert 'href="#uden_egne"' in asked.text
    with reading(store) as session:
        assert session.exec(select(Submission)).all() == []
    again = Form(asked, address)
    assert again.send(browser, act="submit").status_code == 422
    assert again.send(browser, act="submit", uden_egne="ja").status_code == 303
