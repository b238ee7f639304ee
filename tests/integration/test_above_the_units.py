"""Tasks of posts above the units, answered by link: putting together, releasing, signing an agreement."""

from datetime import date

import pytest
import sqlalchemy as sa

from cycle.goals.tables import Agreement, AgreementState, AgreementVersion
from cycle.store import transaction
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Occurrence, Task
from tests.support import municipality
from tests.support.leader import World
from tests.support.municipality import instant


@pytest.fixture
def world(sqlite_engine, tmp_path):
    return World(sqlite_engine, tmp_path)


def stage_task(world, unit_id, role, kind, **values):
    with transaction(world.engine) as session:
        occurrence = session.get_one(Occurrence, world.occurrence_id)
        task = municipality.add_tasks(session, world.town, occurrence, units=[unit_id], kind=kind, role=role)[
            0
        ]
        if values:
            session.execute(sa.update(Task).where(Task.id == task.id).values(**values))
    return task, world.site.link(task, world.town.leaders[unit_id])


def test_a_district_sees_its_units_answers_beside_its_own_form(engine, tmp_path):
    world = World(engine, tmp_path)
    world.form().send(world.browser, act="submit", status__light="gul", status__comment="Travlt", beloeb="42")
    with transaction(engine) as session:
        elsewhere = next(u for u in world.town.units if u.startswith("BY-SK"))
        task = session.exec(sa.select(Task).where(Task.unit_id == elsewhere)).scalar_one()
        municipality.answer(session, task, at=instant(2027, 4, 11), answers={"bemaerkning": "Fra skolen"})
    task, link = stage_task(world, "BY-IN-D1", "distriktschef", TaskKind.CONSOLIDATE)
    page = world.browser.get(link)
    assert page.status_code == 200 and "gul: Travlt" in page.text and "42 kr." in page.text
    assert "Daginstitution 1.2 Ærø" in page.text and "Afventer svar: 2" in page.text
    assert "Fra skolen" not in page.text and "Daginstitution 2.1" not in page.text
    world.link = link
    assert world.form().send(world.browser, act="nil").status_code == 303


def test_the_direction_sees_every_unit_counted_before_releasing(world):
    world.form().send(world.browser, act="submit", status__light="grøn", beloeb="1")
    _, district = stage_task(world, "BY-IN-D1", "distriktschef", TaskKind.CONSOLIDATE)
    world.link = district
    world.form().send(
        world.browser, act="submit", status__light="grøn", beloeb="1", bemaerkning="Distriktets afsnit"
    )
    _, link = stage_task(world, "BY-BU", "direktør", TaskKind.RELEASE)
    page = world.browser.get(link).text
    assert "Afventer svar: 11" in page and "Distriktets afsnit" in page


def test_whoever_signs_sees_exactly_the_text_that_is_signed(world):
    content = {
        "given_goals": [{"row": "A", "label": "A. Sygefravær", "description": "Under 5 procent"}],
        "own": {"unit_goals": [{"row": "G", "titel": "Flere <em>fælles</em> timer"}]},
    }
    with transaction(world.engine) as session:
        agreement = Agreement(
            root_id="BY",
            occurrence_id=world.occurrence_id,
            unit_id=world.task.unit_id,
            year=2027,
            period_from=date(2027, 1, 1),
            period_to=date(2027, 12, 31),
            state=AgreementState.SIGNING,
            version=2,
        )
        session.add(agreement)
        session.flush()
        for no in (1, 2):
            text = content if no == 2 else {"given_goals": [{"row": "A", "label": "Den gamle tekst"}]}
            session.add(
                AgreementVersion(
                    agreement_id=agreement.id,
                    no=no,
                    content=text,
                    digest=f"{no}" * 64,
                    by="x",
                    at=world.site.clock.at,
                )
            )
        named = {"agreement": {"id": agreement.id, "version": 2, "digest": "2" * 64}}
    _, link = stage_task(
        world, world.task.unit_id, "leder", TaskKind.SIGN, prefill=named, title="Underskrift: Daginstitution"
    )
    page = world.browser.get(link).text
    assert "udgave 2" in page and "A. Sygefravær" in page and "2222222222222222" in page
    assert "Flere &lt;em&gt;fælles&lt;/em&gt; timer" in page and "Den gamle tekst" not in page


def test_goals_that_were_given_stand_above_the_questions(world):
    prefill = {"given_goals": [{"row": "A", "label": "A. Sygefravær", "description": "Under 5 procent"}]}
    with transaction(world.engine) as session:
        session.execute(sa.update(Task).values(prefill=prefill))
    assert "A. Sygefravær" in world.browser.get(world.link).text


def test_a_task_without_a_form_takes_plain_words(world):
    with transaction(world.engine) as session:
        session.execute(sa.update(Task).values(form_version_id=None))
    sent = world.form().send(world.browser, act="submit", svar="Vi er klar.")
    assert sent.status_code == 303 and world.answers() == [{"svar": "Vi er klar."}]
