"""What nobody approves is answered and not approved, however far it has gone."""

from pathlib import Path

from sqlalchemy.engine import Engine
from sqlmodel import select

from cycle.access.roles import Role
from cycle.organisation.tables import Appointment
from cycle.store import reading
from cycle.tasks.states import TaskKind, TaskState
from tests.support.koebenhavn import Year
from tests.support.three_agreements import SCHOOL, STEPS, begun, take
from tests.support.web import Site


def test_a_draft_that_is_being_negotiated_is_not_called_approved(store: Engine, tmp_path: Path) -> None:
    year = begun(store, tmp_path)
    take(year, STEPS[0], units=(SCHOOL,))
    (draft,) = [
        task
        for task in year.tasks(year.occurrence("udviklingsaftaler").id, TaskKind.DRAFT)
        if task.unit_id == SCHOOL
    ]
    assert draft.state is TaskState.APPROVED, "closed for corrections"
    site = Site(store, tmp_path, at=year.now, secret_key="k" * 40)
    leader = site.browser().get(site.link(draft, holder_of(year, SCHOOL))).text
    assert "Vi har jeres besvarelse." in leader and "Udkastet er gået videre." in leader
    assert "godkendt" not in leader
    office = site.signed_in("sek@kbh.example", Role.SECRETARIAT, "KBH")
    listed = office.get(f"/aktivitet/{draft.occurrence_id}?soeg={SCHOOL}").text.partition('id="liste"')[2]
    assert ">Besvaret" in listed and "Godkendt" not in listed
    assert "Godkendt" not in office.get(f"/opgave-historik/{draft.id}").text
    superior = site.signed_in("dist@kbh.example", Role.SUPERIOR, "KBH-SKOLER-02")
    assert "Godkendt" not in superior.get(f"/mine-enheder/opgave/{draft.id}").text


def holder_of(year: Year, unit_id: str) -> int:
    with reading(year.engine) as session:
        found = session.exec(select(Appointment.person_id).where(Appointment.unit_id == unit_id)).first()
    assert found is not None
    return found
