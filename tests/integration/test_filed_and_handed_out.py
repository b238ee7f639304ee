"""What is handed out on request is what is filed: both hold what superiors and parties wrote."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from pypdf import PdfReader
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from cycle.access.roles import Role
from cycle.cases.counting import Tally
from cycle.cases.gathering import case_of_agreement, case_of_occurrence
from cycle.cases.journal import journalise
from cycle.cases.model import Item, ItemKind
from cycle.cases.pages import page_of_occurrence
from cycle.cases.search import Search, Wish
from cycle.cases.waiting import by_activity, by_agreement, left_in, opened
from cycle.goals.remark_tables import GoalRemark
from cycle.goals.remarks import remark, resolve
from cycle.goals.tables import Agreement
from cycle.store import reading, transaction
from cycle.tasks.review import return_for_changes
from cycle.tasks.states import TaskKind, Verdict
from cycle.tasks.tables import Cycle, Draft, Review, Submission, Task
from documents.case_papers import CasePress
from tests.integration.test_case_contents import (
    budget_call,
    frame_approval,
    keep_frames_of_2027,
    report,
    revision,
    signing,
)
from tests.integration.test_cases import mail_both_ways
from tests.support import koebenhavn, three_agreements
from tests.support.gatherings import HELD, MeetingRoom
from tests.support.koebenhavn import Year
from tests.support.municipality import COPENHAGEN, ROOT, instant
from tests.support.three_agreements import OTHER_SCHOOL, SIGN, STEPS, UNITS, YES, begun, open_step, take
from tests.support.web import Site

WHOLE_YEAR = Wish(first=date(2027, 1, 1), last=date(2027, 12, 31))
SECRET = "Det her er kun en kladde"
NOT_FILED = {ItemKind.MAIL_OUT, ItemKind.MAIL_IN}
"""What a mail said is filed as the request, the letter, the answer or the review that it was about."""
SAID = (ItemKind.REVIEW, ItemKind.REMARK)
REFUSAL = {"beslutning": "afvist", "bemaerkning": "Målet er for svagt.", "navn": "Ole Højager"}


@pytest.fixture
def everything(engine: Engine) -> Engine:
    """A year with every kind of document; the budget call's answer was approved twice and sent back."""
    room = MeetingRoom(engine)
    room.call(place="Rådhuset")
    room.now = HELD
    room.hold("Vi blev enige.")
    with transaction(engine) as session:
        cycle, town = session.exec(select(Cycle)).one(), room.town
        keep_frames_of_2027(session)
        budget = budget_call(session, town, cycle)
        heard = revision(session, town, cycle)
        for made in (frame_approval, report, signing):
            made(session, town, cycle)
        judged = said_about(session, budget)
        send_back(
            session, task_of(session, heard), {"temaer.1.ord": "Hvem siger det?", "nedlagt": "Også her."}
        )
        mail_both_ways(session, town, judged)
    return engine


def said_about(session: Session, occurrence_id: int) -> Task:
    """Reviews of the only answer, a draft nobody sent, and a remark on the only agreement; gives the task."""
    task = task_of(session, occurrence_id)
    answer = session.exec(select(Submission).where(Submission.task_id == task.id)).one()
    agreement = session.exec(select(Agreement)).one()
    approved = {"submission_id": answer.id, "level": 1, "verdict": Verdict.APPROVED, "by": "account:1"}
    session.add_all(
        [
            Review(**approved, at=instant(2027, 4, 10)),
            Review(**approved, at=instant(2027, 4, 11), reason="Fint arbejde."),
            Draft(task_id=task.id, answers={"bemaerkning": SECRET}, by="x", at=instant(2027, 4, 11)),
            a_remark(agreement, 1),
        ]
    )
    send_back(session, task, {"beloeb": "Er det tusinder?"})
    return task


def task_of(session: Session, occurrence_id: int) -> Task:
    return session.exec(select(Task).where(Task.occurrence_id == occurrence_id)).one()


def send_back(session: Session, task: Task, reasons: dict[str, str]) -> None:
    said = {"reason": "Læs det igen.", "field_reasons": reasons, "by": "account:1"}
    return_for_changes(session, task.id or 0, now=instant(2027, 4, 12), **said)


def a_remark(agreement: Agreement, number: int) -> GoalRemark:
    return GoalRemark(
        agreement_id=agreement.id, code="A", version=1, text="Sig det kortere.", by="account:1",
        post="distriktschef", at=instant(2027, 4, 16), once=str(number),
    )  # fmt: skip


def handed_out(session: Session) -> dict[str, Item]:
    found = Search(session, ROOT, WHOLE_YEAR, COPENHAGEN).items()
    return {item.key: item for item in found}


def filed(session: Session) -> dict[str, Item]:
    cases = [case_of_occurrence(session, number) for number in opened(session, ROOT)]
    return {item.key: item for case in cases for item in case.items}


def test_every_kind_of_document_that_is_handed_out_is_in_the_case_of_its_activity(
    everything: Engine,
) -> None:
    with reading(everything) as session:
        asked, cases = handed_out(session), filed(session)
    assert {item.kind for item in asked.values()} == set(ItemKind), "a new kind has to be made above"
    left = [item for key, item in asked.items() if key not in cases and item.kind not in NOT_FILED]
    assert [(item.kind, item.title) for item in left] == [
        (ItemKind.REVIEW, "Godkendt: Budgetudmelding, Skole 1.1 Ærø")
    ], "an approval without a word"
    assert {key: asked.get(key) for key in cases} == cases, "what is filed is handed out, called the same"


def test_a_case_is_counted_and_paged_as_it_is_gathered(everything: Engine) -> None:
    with transaction(everything) as session:
        some = [
            item.key for number in opened(session, ROOT) for item in case_of_occurrence(session, number).items
        ]
        journalise(session, ROOT, some[::3], case_number="27-1", by="account:1", now=instant(2027, 6, 1))
    with reading(everything) as session:
        counted = {each.number: each for each in by_activity(session, ROOT, before=instant(2027, 4, 16))}
        assert list(counted) == list(opened(session, ROOT)) and counted
        for number, each in counted.items():
            case, left = case_of_occurrence(session, number), left_in(session, each)
            old = sum(item.at < instant(2027, 4, 16) for item in left)
            since = left[0].at if left else None
            assert each.tally == Tally(len(case.items), len(left), old, since) and each.title == case.title
            pages = [page_of_occurrence(session, number, page=at, size=2) for at in range(1, 40)]
            assert {(page.total, page.left) for page in pages} == {(len(case.items), len(left))}
            shown = [item for page in pages[: pages[0].pages] for item in page.case.items]
            assert shown == list(case.items) and pages[-1].page == pages[0].pages


def test_a_sending_back_says_who_when_why_and_of_which_answer(everything: Engine, tmp_path: Path) -> None:
    settings = Site(everything, tmp_path / "data").settings
    with reading(everything) as session:
        said = [item for item in filed(session).values() if item.kind in (ItemKind.REVIEW, ItemKind.REMARK)]
        with CasePress(session, settings, "Byby Kommune", "da") as press:
            words = {item.title: text_of(press.paper(item).content) for item in said}
    assert all(item.answers.startswith("submission:") for item in said if item.kind is ItemKind.REVIEW)
    back = words["Sendt retur: Budgetudmelding, Skole 1.1 Ærø"]
    assert "Begrundelse Læs det igen." in back and "Forventet resultat Er det tusinder?" in back
    assert "Udgave 1, modtaget 9. april 2027" in back and "12. april 2027" in back
    heard = words["Sendt retur: Revision, Skole 1.1 Ærø"]
    assert "1. Overgange: Jeres ord Hvem siger det?" in heard and "nedlagt Også her." in heard
    assert "Fint arbejde." in words["Godkendt: Budgetudmelding, Skole 1.1 Ærø"]
    goal = words["Bemærkning til mål A i udviklingsaftalen 2027: Skole 1.1 Ærø"]
    assert "Mål A, udgave 1 Sig det kortere." in goal and "distriktschef" in goal
    assert not any(SECRET in text for text in words.values())


def test_more_said_is_no_more_asked_of_the_store(everything: Engine) -> None:
    def statements() -> int:
        asked: list[object] = []

        def note(*args: object) -> None:
            asked.append(args)

        sa.event.listen(everything, "before_cursor_execute", note)
        try:
            with reading(everything) as session:
                filed(session)
        finally:
            sa.event.remove(everything, "before_cursor_execute", note)
        return len(asked)

    before = statements()
    with transaction(everything) as session:
        agreement = session.exec(select(Agreement)).one()
        review = session.exec(select(Review).where(Review.verdict == Verdict.RETURNED)).all()[0]
        for number in range(2, 22):
            again = review.model_dump(exclude={"id"}) | {"reason": f"Nr. {number}"}
            session.add_all([a_remark(agreement, number), Review(**again)])
    assert statements() == before


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return koebenhavn.store_file(tmp_path_factory.mktemp("koebenhavn") / "template.db")


@pytest.fixture
def talked(example: Path, tmp_path: Path) -> Iterator[Year]:
    """Three agreements: the first was remarked on, sent back in the negotiation, and refused at signing."""
    engine = koebenhavn.copy_of(example, tmp_path)
    year, only = begun(engine, tmp_path), (three_agreements.SCHOOL,)
    take(year, STEPS[0])
    with transaction(engine) as session:
        agreement = session.exec(select(Agreement).where(Agreement.unit_id == only[0])).one()
        parties = {"by": "person:1", "post": "distriktschef"}
        at = year.now - timedelta(hours=2)
        said = remark(session, agreement, code="G", text="To hvad?", now=at, once="1", **parties)
        resolve(session, agreement, said.id or 0, by="person:2", now=at)
    sent_back = {"beslutning": "tilbage", "bemaerkning": "Skriv hvor mange timer."}
    take(year, (TaskKind.NEGOTIATE, sent_back), STEPS[0], *STEPS[1:3], (TaskKind.SIGN, SIGN), units=only)
    year.answer(open_step(year, TaskKind.SIGN, only[0]), REFUSAL)
    year.until(year.now + timedelta(hours=12))
    take(year, (TaskKind.NEGOTIATE, YES), units=(OTHER_SCHOOL,))
    yield year
    engine.dispose()


def test_an_agreements_case_tells_the_whole_negotiation(talked: Year, tmp_path: Path) -> None:
    with reading(talked.engine) as session:
        rows = session.exec(select(Agreement).where(col(Agreement.unit_id).in_(UNITS))).all()
        cases = {row.unit_id: case_of_agreement(session, row) for row in rows}
        counted = {
            each.number: each.tally for each in by_agreement(session, koebenhavn.ROOT, before=talked.now)
        }
        case = cases[three_agreements.SCHOOL]
        with CasePress(session, talked.settings, "Københavns Kommune", "da") as press:
            words = [text_of(press.paper(item).content) for item in case.items if item.kind in SAID]
    for row in rows:
        items = cases[row.unit_id].items
        told = Tally(len(items), len(items), len(items), min((item.at for item in items), default=None))
        assert counted[row.id or 0] == told, "what is counted is what is there"
    kinds = [item.kind for item in case.items]
    assert kinds == [
        ItemKind.ANSWER, ItemKind.REMARK, ItemKind.ANSWER, ItemKind.REVIEW, ItemKind.ANSWER, ItemKind.ANSWER,
        ItemKind.ANSWER, ItemKind.ANSWER, ItemKind.ANSWER, ItemKind.REVIEW,
    ]  # fmt: skip
    for told, text in zip(("To hvad?", "Skriv hvor mange timer.", "Målet er for svagt."), words, strict=True):
        assert told in text
    first, second = (item for item in case.items if item.kind is ItemKind.REVIEW)
    drafts = [item.key for item in case.items if item.title.startswith("Indgåelse")]
    assert [first.answers, second.answers] == drafts and second.title.endswith(", udgave 2")
    assert not any(item.kind in SAID for item in cases[OTHER_SCHOOL].items), "nothing of another's"


def test_a_program_fetches_what_was_said_by_its_key_and_marks_it(talked: Year, tmp_path: Path) -> None:
    site = Site(talked.engine, tmp_path, at=talked.now, secret_key="k" * 40)
    office = site.signed_in("sek@kbh.example", Role.SECRETARIAT, koebenhavn.ROOT)
    with reading(talked.engine) as session:
        number = session.exec(select(Agreement.id).where(Agreement.unit_id == three_agreements.SCHOOL)).one()
    told = office.get(f"/api/sag/aftale/{number}?nye=1").json()["dokumenter"]
    said = [one for one in told if one["noegle"].split(":")[0] in ("review", "remark")]
    assert len(said) == 3 and [one["filer"] for one in said] == [
        [f"/api/sag/aftale/{number}/{one['noegle']}/0"] for one in said
    ]
    assert "Målet er for svagt." in text_of(office.get(said[-1]["filer"][0]).content)
    stranger = site.signed_in("leder@kbh.example", Role.SUPERIOR, three_agreements.SCHOOL)
    assert stranger.get(said[-1]["filer"][0]).status_code in (403, 404)
