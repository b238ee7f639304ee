"""Copenhagen's steering frames through the year: drafted, decided, followed up, reported."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from cycle.access.roles import Role
from cycle.errors import AnswerInvalid
from cycle.goals.decisions import decisions_of, record_decision, withdraw_decision
from cycle.goals.frame_tables import Frame, FrameSection
from cycle.goals.frames import begin_next, editions_of, frames_of, sections_of
from cycle.organisation.tables import Unit
from cycle.store import reading, transaction
from cycle.tasks.change import extend
from cycle.tasks.releases import releases
from cycle.tasks.states import OccurrenceState, TaskKind
from tests.support import koebenhavn
from tests.support.koebenhavn import ROOT, Year
from tests.support.municipality import instant
from tests.support.web import Form, Site

AREAS = ["Bydækkende institutioner", "Centre", "Institutioner", "Skoler"]
SCHOOLS = "KBH-SKOLER"
YEARLY = {
    "strategi": "Flere elever lærer at læse i de første klasser.",
    "kvalitetskrav-egne": "Alle skoler evaluerer undervisningen to gange om året.",
    "oekonomi": "4,1 mia. kr.",
    "overordnede-maal": "Fraværet er lavere end i 2027.",
}
SUMMARY = {"vurdering": {"light": "gul", "comment": "Fraværet"}, "sammenfatning": "Skolerne er godt i gang."}


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return koebenhavn.store_file(tmp_path_factory.mktemp("rammer") / "template.db")


@pytest.fixture
def store(example: Path, tmp_path: Path) -> Iterator[Engine]:
    engine = koebenhavn.copy_of(example, tmp_path)
    yield engine
    engine.dispose()


def frame_of(engine: Engine, year: int, area: str = "Skoler") -> Frame:
    with reading(engine) as session:
        return [frame for frame in frames_of(session, ROOT, year) if frame.area == area][-1]


def texts(engine: Engine, frame: Frame) -> dict[str, str]:
    with reading(engine) as session:
        return {row.item: row.text for row in sections_of(session, [frame.id or 0])[frame.id or 0]}


def decide(year: Year, occurrence_id: int, *, adopted: bool) -> None:
    with transaction(year.engine) as session:
        record_decision(
            session,
            occurrence_id=occurrence_id,
            body="BUU",
            decided_on=date(2027, 5, 10),
            adopted=adopted,
            text="Styringsrammerne for 2028 er godkendt." if adopted else "Udsat.",
            by="account:1",
            now=year.now,
        )
    year.settle()


def withdraw(year: Year, occurrence_id: int) -> None:
    with transaction(year.engine) as session:
        decision = decisions_of(session, occurrence_id)[-1]
        withdraw_decision(
            session, decision.id or 0, seen=decision.edition, why="Fejl", by="account:1", now=year.now
        )
    year.settle()


def approval_open(engine: Engine, folder: Path) -> tuple[Year, int]:
    year = Year(engine, folder, instant(2027, 5, 1))
    year.only("styringsrammer-godkendelse")
    year.until(instant(2027, 5, 10, 10))
    return year, year.occurrence("styringsrammer-godkendelse").id or 0


def test_the_example_begins_with_a_frame_of_ten_items_for_each_core_area(store: Engine) -> None:
    with reading(store) as session:
        frames = frames_of(session, ROOT)
        sections = sections_of(session, [frame.id or 0 for frame in frames])
    assert [(frame.area, frame.year, frame.version) for frame in frames] == [
        (area, 2027, 1) for area in AREAS
    ]
    assert all(frame.approved_on == date(2026, 5, 27) for frame in frames)
    assert all(len(items) == 10 for items in sections.values())


def test_the_areas_write_the_yearly_part_and_the_committees_decision_makes_it_the_years_version(
    store: Engine, tmp_path: Path
) -> None:
    year, occurrence_id = approval_open(store, tmp_path)
    draft = frame_of(store, 2028)
    assert (draft.version, draft.decision_id) == (1, None)
    assert (
        texts(store, draft)["lovgrundlag"].startswith("Folkeskoleloven") and not texts(store, draft)["tiltag"]
    )
    task = year.task(occurrence_id, SCHOOLS, TaskKind.ANSWER)
    assert task.prefill["last"]["strategi"] == texts(store, draft)["strategi"]
    year.answer(task, YEARLY | {"oekonomi": "4.100 mio. kr."})
    year.settle()
    assert texts(store, draft)["strategi"].startswith("Skolerne arbejder"), "not before it is approved above"
    year.approve_all(year.tasks(occurrence_id, TaskKind.ANSWER))
    year.settle()
    now = texts(store, draft)
    assert now["strategi"] == YEARLY["strategi"] and now["oekonomi"] == "4.100.000.000 kr."
    decide(year, occurrence_id, adopted=False)
    assert frame_of(store, 2028).decision_id is None
    decide(year, occurrence_id, adopted=True)
    approved = [frame_of(store, 2028, area) for area in AREAS]
    assert [frame.approved_on for frame in approved] == [date(2027, 5, 10)] * 4
    assert texts(store, frame_of(store, 2027))["strategi"].startswith("Skolerne arbejder"), (
        "last year's stays"
    )
    withdraw(year, occurrence_id)
    assert [frame_of(store, 2028, area).approved_on for area in AREAS] == [None] * 4, "drafts again"
    decide(year, occurrence_id, adopted=True)
    with transaction(store) as session:
        begin_next(session, session.get_one(Frame, frame_of(store, 2028).id), by="account:1", now=year.now)
    with pytest.raises(AnswerInvalid, match="Udgave 2 af styringsrammen 2028 for Skoler bygger på"):
        withdraw(year, occurrence_id)


def test_what_the_secretariat_writes_after_an_answer_was_taken_stays(store: Engine, tmp_path: Path) -> None:
    year, occurrence_id = approval_open(store, tmp_path)
    draft = frame_of(store, 2028)
    year.answer(year.task(occurrence_id, SCHOOLS, TaskKind.ANSWER), YEARLY | {"oekonomi": "4.100 mio. kr."})
    year.approve_all(year.tasks(occurrence_id, TaskKind.ANSWER))
    year.settle()
    site = Site(store, tmp_path, at=year.now)
    office = site.signed_in("sek@kbh.example", Role.SECRETARIAT, ROOT)
    page = office.get(f"/ramme/{draft.id}")
    action = f"/ramme/{draft.id}/tekst"
    edition = next(row.edition for row in _rows(store, draft) if row.item == "strategi")
    sent = {
        **Form(page, action).fields,
        "item": "strategi",
        "edition": str(edition),
        "text": "Sekretariatets ord",
    }
    assert office.post(action, data=sent).status_code == 303
    other = year.task(occurrence_id, "KBH-CENTRE", TaskKind.ANSWER)
    year.answer(other, YEARLY | {"oekonomi": "500 mio. kr."})
    year.approve_all(year.tasks(occurrence_id, TaskKind.ANSWER))
    year.settle()
    assert texts(store, draft)["strategi"] == "Sekretariatets ord"
    assert office.post(action, data={**sent, "text": "For sent"}).status_code == 409
    assert office.post(action, data={**sent, "item": "lovgrundlag", "edition": "1"}).status_code == 403


def _rows(engine: Engine, frame: Frame) -> list[FrameSection]:
    with reading(engine) as session:
        return sections_of(session, [frame.id or 0])[frame.id or 0]


def test_the_close_of_a_released_report_writes_the_follow_up_and_a_late_answer_writes_it_anew(
    store: Engine, tmp_path: Path
) -> None:
    year = Year(store, tmp_path, instant(2027, 3, 31))
    year.only("kvartalsrapport-1")
    year.until(instant(2027, 4, 12, 10))
    report = year.occurrence("kvartalsrapport-1").id or 0
    answers = year.tasks(report, TaskKind.ANSWER)
    with reading(store) as session:
        schools = {unit.id for unit in session.exec(select(Unit).where(Unit.area == "Skoler"))}
    late = next(task for task in answers if task.unit_id in schools)
    early = [task for task in answers if task is not late][:400]
    year.answer_all(early)
    year.approve_all(early)
    year.until(instant(2027, 5, 3, 10))
    consolidation = year.task(report, SCHOOLS, TaskKind.CONSOLIDATE)
    year.answer(consolidation, SUMMARY | {"tiltag": "Læsevejleder på alle skoler i hele kvartalet."})
    year.answer(year.tasks(report, TaskKind.RELEASE)[0], {"frigiv": "ja"})
    year.settle()
    frame = frame_of(store, 2027)
    assert texts(store, frame)["opfoelgning"] == "", "not before the close"
    with transaction(store) as session:
        extend(
            session,
            late.id or 0,
            new_due_on=date(2027, 5, 20),
            reason="Ny leder",
            by="account:1",
            now=year.now,
        )
    year.until(instant(2027, 5, 12, 10))
    assert year.occurrence("kvartalsrapport-1").state is OccurrenceState.CLOSED
    first = texts(store, frame)
    assert first["opfoelgning"].startswith("Kvartalsrapport 1 2027, udgave 1, frigivet 3. maj 2027")
    assert "B. " in first["opfoelgning"] and "Skolerne er godt i gang." in first["opfoelgning"]
    assert "Sygefravær" not in first["opfoelgning"], "its small numbers are hidden"
    assert first["tiltag"] == "Læsevejleder på alle skoler i hele kvartalet."
    assert first["sidste-aar"] == "" and texts(store, frame_of(store, 2027, "Centre"))["opfoelgning"]
    year.answer(late)
    year.settle()
    again = texts(store, frame)["opfoelgning"]
    assert again.startswith("Kvartalsrapport 1 2027, udgave 2, frigivet 12. maj 2027")
    with reading(store) as session:
        assert [each.version for each in releases(session, report)] == [1, 2]
        stood = [row for row in editions_of(session, [frame.id or 0]) if row.item == "opfoelgning"]
    assert [row.text[:33] for row in stood] == ["", first["opfoelgning"][:33], again[:33]]
    assert all(row.occurrence_id == report for row in stood[1:])


def test_the_report_on_frames_is_the_result_that_next_years_frame_begins_with(
    store: Engine, tmp_path: Path
) -> None:
    frames_for_a_year(store, tmp_path)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_on_postgresql_frames_are_drafted_decided_and_reported_on(engine: Engine, tmp_path: Path) -> None:
    koebenhavn.load(engine)
    frames_for_a_year(engine, tmp_path)


def frames_for_a_year(store: Engine, folder: Path) -> None:
    year = Year(store, folder, instant(2027, 5, 1))
    year.only("styringsrammer-godkendelse", "styringsrammer-afrapportering")
    year.until(instant(2027, 5, 10, 10))
    decide(year, year.occurrence("styringsrammer-godkendelse").id or 0, adopted=True)
    year.until(instant(2027, 11, 10, 10))
    report = year.occurrence("styringsrammer-afrapportering").id or 0
    year.answer_all(year.tasks(report, TaskKind.ANSWER))
    year.until(instant(2027, 12, 2, 10))
    this, next_year = texts(store, frame_of(store, 2027)), texts(store, frame_of(store, 2028))
    assert this["opfoelgning"].startswith("Afrapportering på styringsrammer 2027, udgave 1")
    assert next_year["sidste-aar"] == this["opfoelgning"] and next_year["opfoelgning"] == ""
    assert "Overordnede mål for årets aktivitet: " in next_year["sidste-aar"]


def test_the_pages_show_versions_side_by_side_to_those_who_may_see_them(
    store: Engine, tmp_path: Path
) -> None:
    year, occurrence_id = approval_open(store, tmp_path)
    last, draft = frame_of(store, 2027), frame_of(store, 2028)
    year.answer(year.task(occurrence_id, SCHOOLS, TaskKind.ANSWER), YEARLY | {"oekonomi": "4.100 mio. kr."})
    year.approve_all(year.tasks(occurrence_id, TaskKind.ANSWER))
    year.settle()
    site = Site(store, tmp_path, at=year.now)
    office = site.signed_in("sek@kbh.example", Role.SECRETARIAT, ROOT)
    committee = site.signed_in("udvalg@kbh.example", Role.COMMITTEE, ROOT)
    page = office.get(f"/ramme/{draft.id}").text
    assert "<ins>" in page and "<del>" in page and "Formelt grundlag" in page and "2027, udgave 1" in page
    assert "delingen er udledt af kilden" in page and page.count('name="edition"') == 4
    assert "kladde" in office.get(f"/aktivitet/{occurrence_id}").text
    assert "Folkeskoleloven" in committee.get(f"/ramme/{last.id}").text
    assert committee.get(f"/ramme/{draft.id}").status_code == 404
    assert 'name="edition"' not in committee.get(f"/ramme/{last.id}").text
    decide(year, occurrence_id, adopted=True)
    approved = committee.get(f"/ramme/{draft.id}").text
    assert "Styringsrammerne for 2028 er godkendt." in approved and "Begynd en ny udgave" not in approved
    begin = f"/ramme/{draft.id}/udgave"
    assert Form(office.get(f"/ramme/{draft.id}"), begin).send(office).headers["location"] == "/ramme/9"
    english = office.get(f"/ramme/{draft.id}?sprog=en").text
    assert "Operating basis" in english and "Quarterly follow-up on progress" in english
    stranger = site.signed_in("it@kbh.example", Role.OPERATOR, ROOT)
    assert stranger.get(f"/ramme/{last.id}").status_code == 404
