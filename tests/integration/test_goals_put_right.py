"""A goal is reworded and put right again: what all have signed holds on, and nobody signs it twice."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cli.goals_view import compare
from config.goals_file import load_goals
from cycle.access.roles import Role
from cycle.goals.agreements import unsigned
from cycle.goals.tables import AgreementState, AgreementVersion, Goal, GoalLevel, Signature
from cycle.history import History
from cycle.messages.tables import Message, MessageKind
from cycle.store import reading
from cycle.tasks.states import TaskKind, TaskState
from tests.support import koebenhavn
from tests.support.koebenhavn import FOLDER, Year
from tests.support.three_agreements import (
    DAYCARE,
    OTHER_SCHOOL,
    SCHOOL,
    SIGN,
    STEPS,
    UNITS,
    agreements,
    begun,
    open_step,
    take,
)
from tests.support.web import Form, Site

DAY = timedelta(days=1)
IN_FORCE, SIGNING = AgreementState.IN_FORCE, AgreementState.SIGNING
AGAIN = (TaskKind.SIGN, SIGN)


def put(year: Year, tmp_path: Path, words: str = "", *, code: str = "A") -> str:
    """The secretariat gives the goal these words on its page, or those of the file; gives the preview."""
    with reading(year.engine) as session:
        its = (Goal.year == 2028, Goal.code == code, Goal.level == GoalLevel.COMMON)
        goal = session.exec(select(Goal).where(*its)).one()
    said = words or next(text.description for text in load_goals(FOLDER).texts() if text.code == code)
    office = Site(year.engine, tmp_path, at=year.now).signed_in(
        f"{year.now:%d%H}@k.dk", Role.SECRETARIAT, "KBH"
    )
    path = f"/maal/{goal.id}/ret"
    preview = Form(office.get(path), path).send(office, act="vis", description=said)
    assert Form(preview, path).send(office, act="gem").status_code == 303
    year.until(year.now + timedelta(hours=1))
    return " ".join(preview.text.split())


def standing(year: Year) -> dict[str, tuple[AgreementState, int, int]]:
    return {
        unit: (each.state, each.version, each.in_force_version) for unit, each in agreements(year).items()
    }


def told(year: Year) -> list[Message]:
    with reading(year.engine) as session:
        query = select(Message).where(Message.kind == MessageKind.STILL_HOLDS).order_by(col(Message.id))
        return list(session.exec(query))


def words_of(year: Year, unit_id: str, tmp_path: Path) -> str:
    """What the secretariat reads about the unit's agreement."""
    office = Site(year.engine, tmp_path, at=year.now).signed_in("sek@kbh.example", Role.SECRETARIAT, "KBH")
    return office.get(f"/udviklingsaftale/{agreements(year)[unit_id].id}").text


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
def test_what_all_have_signed_holds_on_and_whoever_had_been_asked_is_told(
    engine: Engine, tmp_path: Path
) -> None:
    koebenhavn.load(engine)
    year = begun(engine, tmp_path)
    take(year, *STEPS)
    preview = put(year, tmp_path, "Helt nye ord")
    assert "3 i kraft" in preview and "alligevel" not in preview
    assert set(standing(year).values()) == {(SIGNING, 2, 1)}
    year.until(year.now + DAY)
    take(year, AGAIN, units=(SCHOOL,))
    year.until(year.now + DAY)
    preview = put(year, tmp_path)
    assert "igen siger det, alle har underskrevet: 3." in preview and "3 i kraft" not in preview
    assert "De skal alligevel ikke underskrives igen." in preview
    assert set(standing(year).values()) == {(IN_FORCE, 1, 1)}
    school, occurrence = agreements(year)[SCHOOL], year.occurrence("udviklingsaftaler").id or 0
    assert school.goals_changed_at is None
    steps = year.tasks(occurrence, TaskKind.SIGN)
    assert {task.state for task in steps} == {TaskState.APPROVED}
    assert all(task.received_at for task in steps), "each has been answered, and says when"
    asked = sorted(each for mail in told(year) for each in mail.context["tasks"])
    anew = [task for task in steps if task.unit_id in UNITS or task.subject.endswith(f":{SCHOOL}")]
    assert asked == sorted(task.id or 0 for task in anew)
    with reading(engine) as session:
        assert unsigned(session, occurrence) == []
        its = AgreementVersion.agreement_id == school.id
        assert set(session.exec(select(AgreementVersion.no).where(its))) == {1, 2}, "nothing is lost"
        course = select(History.verb).where(History.thing == f"agreement:{school.id}")
        assert list(session.exec(course.order_by(col(History.id))))[-3:] == ["renew", "sign", "restore"]
        signed = select(Signature.version).where(Signature.agreement_id == school.id)
        assert sorted(session.exec(signed)) == [1, 1, 2]
    page = words_of(year, SCHOOL, tmp_path)
    assert "målene er som før" in page and "skal underskrives igen" not in page and "mangler" not in page


def test_it_can_be_reworded_again_and_is_then_a_version_of_its_own(store: Engine, tmp_path: Path) -> None:
    year = begun(store, tmp_path)
    take(year, *STEPS)
    put(year, tmp_path, "Helt nye ord")
    put(year, tmp_path)
    assert set(standing(year).values()) == {(IN_FORCE, 1, 1)} and told(year) == [], "nobody knew"
    put(year, tmp_path, "Andre ord")
    assert set(standing(year).values()) == {(SIGNING, 3, 1)}
    take(year, AGAIN, AGAIN)
    assert set(standing(year).values()) == {(IN_FORCE, 3, 3)}
    put(year, tmp_path)
    assert set(standing(year).values()) == {(SIGNING, 4, 3)}, "all have signed the other words now"
    put(year, tmp_path, "Andre ord")
    assert set(standing(year).values()) == {(IN_FORCE, 3, 3)}


def test_one_goal_put_right_of_two_is_not_what_all_have_signed(store: Engine, tmp_path: Path) -> None:
    year = begun(store, tmp_path)
    take(year, *STEPS)
    put(year, tmp_path, "Helt nye ord")
    put(year, tmp_path, "Andre ord", code="B")
    assert "alligevel" not in put(year, tmp_path)
    assert set(standing(year).values()) == {(SIGNING, 4, 1)}
    with reading(store) as session:
        file = load_goals(FOLDER)
        assert compare(session, file, "KBH", on=year.now.date()).to_sign == 0, "the file puts the other right"
    put(year, tmp_path, code="B")
    assert set(standing(year).values()) == {(IN_FORCE, 1, 1)}


def test_an_agreement_that_was_declined_is_its_leaders_until_it_is_proposed_unchanged(
    store: Engine, tmp_path: Path
) -> None:
    year = begun(store, tmp_path)
    take(year, *STEPS)
    put(year, tmp_path, "Helt nye ord")
    declined = {**SIGN, "beslutning": "afvist", "bemaerkning": "Det kan vi ikke."}
    take(year, (TaskKind.SIGN, declined), units=(SCHOOL, OTHER_SCHOOL))
    take(year, STEPS[0], units=(OTHER_SCHOOL,))
    put(year, tmp_path)
    assert standing(year) == {
        SCHOOL: (AgreementState.DRAFTING, 2, 1),
        OTHER_SCHOOL: (IN_FORCE, 1, 1),
        DAYCARE: (IN_FORCE, 1, 1),
    }
    assert open_step(year, TaskKind.DRAFT, SCHOOL).state is TaskState.RETURNED, "its leader decides"
    take(year, STEPS[0], units=(SCHOOL,))
    assert standing(year)[SCHOOL] == (IN_FORCE, 1, 1)
    put(year, tmp_path, "Andre ord")
    assert standing(year)[SCHOOL] == (SIGNING, 3, 1)
