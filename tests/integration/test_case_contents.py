"""Every document that comes of an activity is in its case once, with who, when and what it answers."""

import io
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader
from sqlalchemy.engine import Engine
from sqlmodel import Session

from cycle.cases.gathering import case_of_occurrence
from cycle.files import store as files
from cycle.goals.decisions import record_decision
from cycle.goals.frame_import import keep_frames
from cycle.goals.frame_parts import FrameText, Writer
from cycle.goals.frames import approve_drafts, begin_next, frames_of, write_section
from cycle.goals.hearing import as_kept, notes_of, write_note
from cycle.goals.strategies import StrategyText, adopt_next_version, keep_first_version
from cycle.goals.tables import Agreement, AgreementState, Decision, GoalLevel, SealedDocument
from cycle.goals.tree import GoalText
from cycle.plan.model import Activity, Audience, FlowName, When, Window
from cycle.store import reading, transaction
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.releases import release
from cycle.tasks.rollup import roll_up
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Cycle, FormVersion, Occurrence
from documents.case_package import MANIFEST, Filed, Package
from documents.case_papers import CasePress
from tests.integration.test_frames import BUU, ITEMS
from tests.support import municipality
from tests.support.archival import faults
from tests.support.gatherings import HELD, MeetingRoom
from tests.support.municipality import ROOT, Town, instant
from tests.support.web import Site

TITLES = {
    FlowName.BUDGET_CALL: "Budgetudmelding",
    FlowName.FRAME_APPROVAL: "Rammer",
    FlowName.QUARTERLY_REPORT: "Kvartalsrapport",
    FlowName.STRATEGY_REVISION: "Revision",
    FlowName.AGREEMENT_SIGNING: "Aftaler",
}
SCHOOL = "BY-SK-D1-001"
NOW = instant(2027, 4, 28)
WORDS = "Overgangen fra daginstitution til skole er det vigtigste."
HEARING = Form(
    id="hoering",
    title="Høring",
    fields=(
        Field(
            id="temaer",
            type=FieldType.REPEAT,
            label="Temaerne",
            rows_from="themes",
            fields=(Field(id="ord", type=FieldType.LONG_TEXT, label="Jeres ord"),),
        ),
    ),
)
THEME = GoalText(GoalLevel.THEME, "1", "Overgange", key="overgange", description="Helhed i barnets liv.")


@pytest.fixture
def year(engine: Engine) -> tuple[Town, dict[FlowName, int]]:
    """One activity of each flow whose documents are more than answers, by flow."""
    with transaction(engine) as session:
        town = municipality.build(session)
        cycle = municipality.start_cycle(session, town)
        keep_frames_of_2027(session)
        found = {
            FlowName.BUDGET_CALL: budget_call(session, town, cycle),
            FlowName.FRAME_APPROVAL: frame_approval(session, town, cycle),
            FlowName.QUARTERLY_REPORT: report(session, town, cycle),
            FlowName.STRATEGY_REVISION: revision(session, town, cycle),
            FlowName.AGREEMENT_SIGNING: signing(session, town, cycle),
        }
    return town, found


def keep_frames_of_2027(session: Session) -> None:
    frames = [FrameText("Skoler", 2027, ITEMS)]
    keep_frames(session, frames, root_id=ROOT, approved=BUU, by="cli", now=instant(2027, 1, 4))


def activity(session: Session, town: Town, cycle: Cycle, flow: FlowName, **changes: object) -> Occurrence:
    planned = Activity(
        id=flow.value.replace("_", "-"), title=TITLES[flow], flow=flow,
        window=Window(opens=When(date="1. april"), due=When(date="20. april")),
        audience=Audience(units=(SCHOOL,)), body="BUU", kle="00.32.00",
    ).model_copy(update=changes)  # fmt: skip
    return municipality.add_occurrence(session, town, cycle, activity=planned)


def decide(session: Session, occurrence: Occurrence) -> Decision:
    return record_decision(
        session, occurrence_id=occurrence.id or 0, body="BUU", decided_on=date(2027, 4, 28), adopted=True,
        text="Godkendt.", by="account:1", now=NOW,
    )  # fmt: skip


def budget_call(session: Session, town: Town, cycle: Cycle) -> int:
    it = activity(session, town, cycle, FlowName.BUDGET_CALL, body="")
    (task,) = municipality.add_tasks(session, town, it, units=[SCHOOL])
    municipality.answer(session, task, at=instant(2027, 4, 9))
    return it.id or 0


def frame_approval(session: Session, town: Town, cycle: Cycle) -> int:
    it = activity(session, town, cycle, FlowName.FRAME_APPROVAL)
    draft = begin_next(session, frames_of(session, ROOT, 2027)[0], by="cli", now=instant(2027, 4, 1))
    write_section(
        session,
        draft,
        "strategi",
        "Tidlig indsats, også i SFO",
        writer=Writer.OFFICE,
        by="cli",
        now=instant(2027, 4, 2),
    )
    assert approve_drafts(session, decide(session, it), year=2027, now=NOW) == 1
    return it.id or 0


def report(session: Session, town: Town, cycle: Cycle) -> int:
    """Released twice; what the frame says of it was written after the first."""
    it = activity(session, town, cycle, FlowName.QUARTERLY_REPORT)
    (task,) = municipality.add_tasks(session, town, it, units=[SCHOOL])
    municipality.answer(session, task, at=instant(2027, 4, 9))
    frame = frames_of(session, ROOT, 2027)[-1]
    write_section(
        session, frame, "opfoelgning", "Kvartalet er fulgt op.", writer=Writer.REPORT, by="engine",
        now=instant(2027, 4, 29), occurrence_id=it.id,
    )  # fmt: skip
    for day in (29, 30):
        release(session, it.id or 0, by="engine", now=instant(2027, 4, day), why="Frigivet")
        municipality.answer(session, task, at=instant(2027, 4, 29, 13), version=day - 27)
    return it.id or 0


def revision(session: Session, town: Town, cycle: Cycle) -> int:
    it = activity(session, town, cycle, FlowName.STRATEGY_REVISION)
    version = FormVersion(root_id=ROOT, form_id="hoering", version=1, spec=HEARING.model_dump_json())
    session.add(version)
    session.flush()
    it.form_version_id = version.id
    keep_first_version(session, StrategyText("s", "Strategi", {}, (THEME,)), root_id=ROOT, by="cli", now=NOW)
    (task,) = municipality.add_tasks(session, town, it, units=[SCHOOL])
    task.prefill = {
        "themes": [{"row": "1", "label": "1. Overgange", "title": "Overgange", "key": "overgange"}]
    }
    municipality.answer(
        session, task, at=instant(2027, 4, 9), answers={"temaer": [{"row": "1", "ord": WORDS}]}
    )
    write_note(session, it.id or 0, "themes:overgange", "Alle er enige.", seen=0, by="account:1", now=NOW)
    kept = as_kept(roll_up(session, it.id or 0, now=NOW), notes_of(session, it.id or 0))
    adopt_next_version(session, decide(session, it), hearing=kept, first_year=2028, now=NOW)
    return it.id or 0


def signing(session: Session, town: Town, cycle: Cycle) -> int:
    it = activity(session, town, cycle, FlowName.AGREEMENT_SIGNING, body="")
    (task,) = municipality.add_tasks(session, town, it, units=[SCHOOL], kind=TaskKind.SIGN)
    task.form_version_id = None
    municipality.answer(session, task, at=instant(2027, 4, 9), answers={})
    agreement = Agreement(
        root_id=ROOT, occurrence_id=it.id, unit_id=SCHOOL, year=2027, period_from=date(2027, 1, 1),
        period_to=date(2027, 12, 31), state=AgreementState.IN_FORCE, version=1, in_force_version=1,
    )  # fmt: skip
    session.add(agreement)
    session.flush()
    file = files.keep(session, b"%PDF-1.7 forseglet", now=NOW)
    session.add(
        SealedDocument(
            agreement_id=agreement.id,
            version=1,
            file=file.sha256,
            name="aftale.pdf",
            level="B-B",
            fingerprint="f",
            at=NOW,
        )
    )
    return it.id or 0


def told(engine: Engine, tmp_path: Path, occurrence_id: int) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    site = Site(engine, tmp_path / "data", at=NOW)
    with reading(engine) as session:
        filed = Filed.of(case_of_occurrence(session, occurrence_id), site.settings)
        with CasePress(session, site.settings, "Byby Kommune", "da") as press:
            found = dict(Package.of(session, filed, only_new=False).files(press))
    return json.loads(found[MANIFEST])["dokumenter"], found


LEADERS, OFFICE, SENDER = "Enhedernes ledere", "Byby Kommune", "leder, Skole 1.1 Ærø"
FOLLOWED_UP = "Styringsramme 2027: Skoler, udgave 2, efter Kvartalsrapport 2027"
EXPECTED: dict[FlowName, list[tuple[str, str, str, str, str]]] = {
    FlowName.BUDGET_CALL: [
        ("request", "Anmodning: Budgetudmelding 2027", OFFICE, LEADERS, ""),
        ("letter", "Budgetbrev 2027: Skole 1.1 Ærø", OFFICE, SENDER, ""),
        ("submission", "Budgetudmelding: Skole 1.1 Ærø", SENDER, OFFICE, "letter"),
    ],
    FlowName.FRAME_APPROVAL: [
        ("request", "Anmodning: Rammer 2027", OFFICE, LEADERS, ""),
        ("decision", "Beslutning i BUU: Rammer 2027", "BUU", OFFICE, ""),
        ("frame", "Styringsramme 2027: Skoler, udgave 2", OFFICE, "Skoler", "decision"),
    ],
    FlowName.QUARTERLY_REPORT: [
        ("request", "Anmodning: Kvartalsrapport 2027", OFFICE, LEADERS, ""),
        ("submission", "Kvartalsrapport: Skole 1.1 Ærø", SENDER, OFFICE, "request"),
        ("release", "Samlet afrapportering: Kvartalsrapport 2027, udgave 1", OFFICE, "BUU", "request"),
        ("accounts", "Målregnskab: Kvartalsrapport 2027, udgave 1", OFFICE, "BUU", "release"),
        ("cover", "Indstilling til BUU: Kvartalsrapport 2027, udgave 1", OFFICE, "BUU", "release"),
        ("frame", FOLLOWED_UP, OFFICE, "Skoler", "request"),
        ("submission", "Kvartalsrapport: Skole 1.1 Ærø, udgave 2", SENDER, OFFICE, "request"),
        ("submission", "Kvartalsrapport: Skole 1.1 Ærø, udgave 3", SENDER, OFFICE, "request"),
        ("release", "Samlet afrapportering: Kvartalsrapport 2027, udgave 2", OFFICE, "BUU", "request"),
        ("accounts", "Målregnskab: Kvartalsrapport 2027, udgave 2", OFFICE, "BUU", "release"),
        ("cover", "Indstilling til BUU: Kvartalsrapport 2027, udgave 2", OFFICE, "BUU", "release"),
    ],
    FlowName.STRATEGY_REVISION: [
        ("request", "Anmodning: Revision 2027", OFFICE, LEADERS, ""),
        ("submission", "Revision: Skole 1.1 Ærø", SENDER, OFFICE, "request"),
        ("decision", "Beslutning i BUU: Revision 2027", "BUU", OFFICE, ""),
        ("strategy", "Strategi, udgave 2", OFFICE, LEADERS, "decision"),
    ],
    FlowName.AGREEMENT_SIGNING: [
        ("request", "Anmodning: Aftaler 2027", OFFICE, LEADERS, ""),
        ("submission", "Aftaler: Skole 1.1 Ærø", SENDER, OFFICE, "request"),
        ("agreement", "Underskrevet udviklingsaftale 2027: Skole 1.1 Ærø", OFFICE, "Skole 1.1 Ærø", ""),
    ],
}  # fmt: skip


def test_a_case_has_each_document_once_with_who_sent_it_and_what_it_answers(
    engine: Engine, tmp_path: Path, year: tuple[Town, dict[FlowName, int]]
) -> None:
    for flow, expected in EXPECTED.items():
        documents, found = told(engine, tmp_path, year[1][flow])
        assert [facts_of(one) for one in documents] == expected
        keys = Counter(one["noegle"] for one in documents)
        assert set(keys.values()) == {1} and all(one["dokumentdato"] for one in documents)
        assert all(one["svarPaa"] is None or one["svarPaa"] in keys for one in documents), "it is there"
        for one in documents:
            if one["filer"][0]["arkivformat"]:
                assert faults(found[one["filer"][0]["filnavn"]]) == []


def facts_of(one: dict[str, Any]) -> tuple[str, str, str, str, str]:
    return (
        str(one["noegle"]).split(":")[0],
        str(one["dokumenttitel"]),
        str(one["afsender"]["navn"]),
        str(one["modtager"]["navn"]),
        str(one["svarPaa"] or "").split(":")[0],
    )


def page_text(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def file_of(documents: list[dict[str, Any]], found: dict[str, bytes], kind: str) -> bytes:
    return next(found[one["filer"][0]["filnavn"]] for one in documents if one["noegle"].startswith(kind))


def test_the_documents_say_what_was_decided_heard_followed_up_and_signed(
    engine: Engine, tmp_path: Path, year: tuple[Town, dict[FlowName, int]]
) -> None:
    strategy = page_text(file_of(*told(engine, tmp_path, year[1][FlowName.STRATEGY_REVISION]), "strategy"))
    assert "Vedtaget 28. april 2027." in strategy and "Bilag: høringen" in strategy
    assert WORDS in strategy and "Alle er enige." in strategy
    approved = page_text(file_of(*told(engine, tmp_path, year[1][FlowName.FRAME_APPROVAL]), "frame"))
    assert "Tidlig indsats, også i SFO" in approved and "Kvartalet er fulgt op." not in approved
    documents, found = told(engine, tmp_path, year[1][FlowName.QUARTERLY_REPORT])
    assert "Kvartalet er fulgt op." in page_text(file_of(documents, found, "frame"))
    assert "Målregnskab: Kvartalsrapport 2027" in page_text(file_of(documents, found, "accounts"))
    cover = Document(io.BytesIO(file_of(documents, found, "cover")))
    assert "Indstilling" in "\n".join(paragraph.text for paragraph in cover.paragraphs)
    signed = page_text(file_of(*told(engine, tmp_path, year[1][FlowName.AGREEMENT_SIGNING]), "submission"))
    assert "Underskrevet." in signed


def test_the_same_case_twice_is_the_same_bytes(
    engine: Engine, tmp_path: Path, year: tuple[Town, dict[FlowName, int]]
) -> None:
    report = year[1][FlowName.QUARTERLY_REPORT]
    assert told(engine, tmp_path, report)[1] == told(engine, tmp_path, report)[1]


def test_minutes_are_in_the_case_once_and_corrected_ones_are_another_document(
    engine: Engine, tmp_path: Path
) -> None:
    room = MeetingRoom(engine)
    room.call(place="Rådhuset")
    room.now = HELD
    keys = []
    for minutes in ("Vi blev enige.", "Vi blev ikke enige."):
        room.hold(minutes)
        documents, found = told(engine, tmp_path, room.occurrence_id)
        (one,) = (each for each in documents if each["noegle"].startswith("minutes:"))
        assert minutes in page_text(found[one["filer"][0]["filnavn"]])
        assert one["modtager"]["navn"] == "Mødets deltagere"
        keys.append(one["noegle"])
    assert len(set(keys)) == 2
