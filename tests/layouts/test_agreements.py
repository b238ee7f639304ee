"""Three real layouts of agreements as configuration, from the plan's files to the last signature."""

from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.cases.gathering import case_of_occurrence
from cycle.cases.model import ItemKind
from cycle.files import store as files
from cycle.goals.agreements import of_units
from cycle.goals.sealed import document_of
from cycle.goals.tables import Agreement, AgreementState, AgreementVersion, Signature
from cycle.organisation.tables import Appointment
from cycle.store import reading
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Task
from documents.case_papers import CasePress
from tests.support.layouts import layout
from tests.support.municipality import instant
from tests.support.processes import Process

YES = {"beslutning": "enig"}
OWN = {"titel": "Flere fælles timer", "beskrivelse": "To lektioner om ugen"}


class Agreed(Process):
    """One layout's agreements; `unit` is the one that is followed to the end."""

    def __init__(self, engine: Engine, folder: Path, name: str, start: datetime, unit: str) -> None:
        super().__init__(engine, folder, str(layout(name, folder)), start, start.year)
        self.unit = unit
        self.settle()
        self.agreement_activity = "kontrakt" if name == "skanderborg" else "aftale"

    @property
    def occurrence_id(self) -> int:
        return self.occurrence(self.agreement_activity).id or 0

    def step(self, kind: TaskKind) -> Task:
        """The unit's open task of this kind; signatures come one at a time."""
        (found,) = [
            task
            for task in self.tasks(self.occurrence_id, kind)
            if task.state in (TaskState.OPEN, TaskState.RETURNED)
            and (task.subject.partition(":")[2] or task.unit_id) == self.unit
        ]
        return found

    def take(self, kind: TaskKind, raw: dict[str, Any]) -> tuple[str, str]:
        """Whoever has the step takes it; gives the post it was."""
        task = self.step(kind)
        self.answer(task, raw)
        self.until(self.now + timedelta(days=1))
        return task.unit_id, task.role

    def to_the_end(self, draft: dict[str, Any], signers: int) -> list[tuple[str, str]]:
        """Drafted, negotiated, approved and signed; gives the post of each step."""
        posts = [
            self.take(TaskKind.DRAFT, draft),
            self.take(TaskKind.NEGOTIATE, YES),
            self.take(TaskKind.APPROVE, YES),
        ]
        signed = {**YES, "navn": "Opdigtet Underskriver", "bekraeft": "ja"}
        return posts + [self.take(TaskKind.SIGN, signed) for _ in range(signers)]

    def agreement(self) -> Agreement:
        with reading(self.engine) as session:
            return of_units(session, self.occurrence_id, [self.unit])[self.unit]

    def content(self) -> dict[str, Any]:
        """What the signed version says."""
        with reading(self.engine) as session:
            version = session.exec(
                select(AgreementVersion)
                .where(AgreementVersion.agreement_id == self.agreement().id)
                .order_by(col(AgreementVersion.no).desc())
            ).first()
        assert version is not None
        return version.content

    def period(self) -> tuple[date, date]:
        agreement = self.agreement()
        return agreement.period_from, agreement.period_to

    def signatures(self) -> list[str]:
        """The capacities in the order in which they signed."""
        with reading(self.engine) as session:
            rows = session.exec(
                select(Signature)
                .where(Signature.agreement_id == self.agreement().id)
                .order_by(col(Signature.id))
            ).all()
        return [row.capacity for row in rows]

    def sealed_text(self) -> str:
        """The sealed document's words, one blank between them."""
        with reading(self.engine) as session:
            found = document_of(session, self.agreement().id or 0)
            assert found is not None
            content = files.read(session, found[1].sha256).content
        return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())

    def person(self, post: tuple[str, str]) -> int:
        with reading(self.engine) as session:
            holder = select(Appointment.person_id).where(
                Appointment.unit_id == post[0], Appointment.role == post[1]
            )
            return session.exec(holder).one()


def test_naestved_three_parties_sign_after_the_committee_has_approved(engine: Engine, tmp_path: Path) -> None:
    play = Agreed(engine, tmp_path, "naestved", instant(2025, 8, 11, 12), "S1")
    draft = {
        "kerneydelser": "Cirka 600 elever, heraf 100 i 10. klasse (opdigtet).",
        "enhedsmaal": {"G": OWN},
        "oekonomi": "41,5 mio. kr.",
    }
    assert play.occurrence("aftale").concerns_year == 2025
    posts = play.to_the_end(draft, signers=3)
    school, centre, committee = ("S1", "skoleleder"), ("CDS", "centerchef"), ("UDV", "udvalgsformand")
    assert posts == [school, centre, committee, school, centre, committee]
    assert play.agreement().state is AgreementState.IN_FORCE
    assert play.signatures() == ["skolen", "centeret", "udvalget"]
    text = play.sealed_text()
    places = [text.index("skoleleder, Engsøskolen"), text.index("centerchef, Center for Dagtilbud og Skole")]
    assert places == sorted(places) and "udvalgsformand, Børne- og Skoleudvalget" in text
    assert "mindst 80 %" in text
    assert play.period() == (date(2025, 8, 1), date(2026, 7, 31)), "a school year"
    content = play.content()
    assert [goal["row"] for goal in content["given_goals"]] == ["A", "B"]
    assert content["own"]["oekonomi"] == "41500000.00"


def test_naestveds_approval_is_due_by_the_end_of_september(sqlite_engine: Engine, tmp_path: Path) -> None:
    play = Agreed(sqlite_engine, tmp_path, "naestved", instant(2025, 8, 11, 12), "S1")
    due = play.occurrence("aftale").stage_due
    assert due["godkendelse"] == "2025-09-30" and due["skolen"] > due["godkendelse"]
    assert play.occurrence("aftale").due_on.isoformat() < due["forhandling"]


@pytest.mark.parametrize("unit", ["D1", "D2"])
def test_horsens_targets_are_not_below_the_baseline_and_no_goal_is_the_units_own(
    sqlite_engine: Engine, tmp_path: Path, unit: str
) -> None:
    play = Agreed(sqlite_engine, tmp_path, "horsens", instant(2025, 8, 1, 12), unit)
    posts = play.to_the_end({}, signers=2)
    leader, chief = (unit, "dagtilbudsleder"), ("DAG", "dagtilbudschef")
    assert posts == [leader, chief, chief, leader, chief]
    assert play.agreement().state is AgreementState.IN_FORCE
    given = play.content()["given_goals"]
    assert [goal["row"] for goal in given] == ["A", "B", "C"]
    assert play.period() == (date(2025, 8, 1), date(2027, 7, 31)), "two school years"
    text = play.sealed_text()
    assert "1. august 2025" in text and "31. juli 2027" in text
    for baseline in ("91,5", "94", "88"):
        assert f"ikke under udgangspunktet {baseline} %" in text
    assert play.content()["own_codes"] == []


def test_horsens_reports_in_the_even_year_with_each_parent_boards_statement(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    play = Agreed(sqlite_engine, tmp_path, "horsens", instant(2025, 8, 1, 12), "D1")
    play.to_the_end({}, signers=2)
    assert play.occurrence("rapport").due_on.year % 2 == 0
    play.until(instant(2026, 3, 3, 12))
    report = play.task(play.occurrence("rapport").id, "D1", TaskKind.ANSWER)
    assert [row["row"] for row in report.prefill["goals"]] == ["A", "B", "C"]
    play.until(instant(2026, 4, 7, 12))
    asked = play.tasks(play.occurrence("udtalelse").id, TaskKind.ANSWER)
    assert {(task.unit_id, task.role) for task in asked} == {
        ("D1", "forældrebestyrelsesformand"),
        ("D2", "forældrebestyrelsesformand"),
    }
    play.answer(asked[0], {"udtalelse": "Vi er tilfredse (opdigtet)."})
    with reading(sqlite_engine) as session:
        case = case_of_occurrence(session, play.occurrence("udtalelse").id or 0)
        with CasePress(session, play.settings, "Horsens Kommune", "da") as press:
            pages = [press.paper(item).content for item in case.items if item.kind is ItemKind.ANSWER]
    (statement,) = [" ".join(PdfReader(BytesIO(page)).pages[0].extract_text().split()) for page in pages]
    assert "forældrebestyrelsesformand" in statement and "Vi er tilfredse (opdigtet)." in statement


def test_skanderborg_approver_signer_and_follower_up_are_three_people(engine: Engine, tmp_path: Path) -> None:
    play = Agreed(engine, tmp_path, "skanderborg", instant(2027, 1, 5, 12), "S1")
    posts = play.to_the_end({"enhedsmaal": {"G": OWN}}, signers=2)
    leader, chief = ("S1", "skoleleder"), ("FAG", "fagchef")
    assert posts == [leader, chief, ("SKA", "kommunaldirektør"), leader, ("BU", "direktør")]
    assert play.agreement().state is AgreementState.IN_FORCE
    play.until(instant(2027, 9, 2, 12))
    play.answer(play.task(play.occurrence("opfoelgning").id, "S1", TaskKind.ANSWER))
    play.until(instant(2027, 9, 6, 12))
    (review,) = play.tasks(play.occurrence("opfoelgning").id, TaskKind.REVIEW)
    assert (review.unit_id, review.role) == chief
    assert play.period() == (date(2027, 1, 1), date(2027, 12, 31))
    three = {play.person(posts[2]), play.person(posts[4]), play.person(chief)}
    assert len(three) == 3


def test_odenses_goal_has_its_four_blocks_in_the_agreement(sqlite_engine: Engine, tmp_path: Path) -> None:
    play = Agreed(sqlite_engine, tmp_path, "skanderborg", instant(2027, 1, 5, 12), "S1")
    play.to_the_end({"enhedsmaal": {"G": OWN}}, signers=2)
    common, area = play.content()["given_goals"]
    assert (common["label"], area["label"]) == ("A. En sund økonomi", "D. Elever i fællesskabet")
    text = play.sealed_text()
    for words in (
        "Skolen skal kunne planlægge for flere år.",
        "Budgettet følges hver måned.",
        "Ledelsen har en plan for vikarer.",
        "Ingen overraskelser ved årets udgang.",
        "Deltagelse i budgetmøderne",
        "mellem -1 % og 1 %",
    ):
        assert words in text, words
