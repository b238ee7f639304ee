"""Case duty: what a package holds, how it is handed over, marked as filed, and handed out (aktindsigt)."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy.engine import Engine
from sqlmodel import select

from cli.installation import open_installation
from cli.main import run
from cycle.access.roles import Role, TokenScope
from cycle.access.tables import AccessToken
from cycle.access.tokens import make_token, revoke_token
from cycle.cases.gathering import case_of_occurrence
from cycle.cases.journal import journalise, marks
from cycle.cases.tables import Journalised
from cycle.errors import AnswerInvalid
from cycle.files import store as files
from cycle.goals.decisions import record_decision
from cycle.goals.remark_tables import GoalRemark
from cycle.goals.tables import Agreement, AgreementState, SealedDocument
from cycle.history import History
from cycle.messages.tables import Inbound, InboundVerdict, Message, MessageKind, MessageState
from cycle.organisation.tables import Person
from cycle.plan.model import Activity, Audience, FlowName, When, Window
from cycle.store import reading, transaction
from cycle.tasks.releases import release
from cycle.tasks.states import TaskKind, Verdict
from cycle.tasks.tables import Cycle, Draft, Occurrence, Review, Task
from documents.case_folder import deliver
from documents.case_package import MANIFEST, Filed, Package
from documents.case_papers import CasePress
from tests.support import municipality
from tests.support.municipality import ROOT, Town, instant
from tests.support.web import Site

NOW = instant(2027, 5, 3)
SECRET = "Det her er kun en kladde"
SCHOOL, OTHER = "BY-IN-D1-001", "BY-SK-D1-001"
ACTIVITY = Activity(
    id="kvartalsrapport-1",
    title="Kvartalsrapport 1",
    flow=FlowName.QUARTERLY_REPORT,
    window=Window(opens=When(date="1. april"), due=When(date="20. april")),
    audience=Audience(kinds=("skole", "daginstitution")),
    form=municipality.FORM.id,
    body="BUU",
    kle="00.32.00",
    case_number="27-1234",
)
DIALOGUE = ACTIVITY.model_copy(
    update={"id": "samtaler", "title": "Resultatsamtaler", "flow": FlowName.REPORT, "confidential": True}
)


@dataclass
class House:
    site: Site
    town: Town

    def office(self):
        return self.site.signed_in("sek@by.example", Role.SECRETARIAT, ROOT)

    def filed(self, session, occurrence_id: int = 1) -> Filed:
        return Filed.of(case_of_occurrence(session, occurrence_id), self.site.settings)

    def package(self, occurrence_id: int = 1, *, only_new: bool = False) -> dict[str, bytes]:
        """The files of the activity's package."""
        with reading(self.site.engine) as session:
            filed = self.filed(session, occurrence_id)
            with CasePress(session, self.site.settings, "Byby Kommune", "da") as press:
                return dict(Package.of(session, filed, only_new=only_new).files(press))


@pytest.fixture
def house(engine: Engine, tmp_path: Path) -> House:
    """A released report with two answers (one with a file), a decision, a draft, and mails both ways."""
    site = Site(engine, tmp_path / "data", at=NOW)
    with transaction(engine) as session:
        town = municipality.build(session)
        cycle = municipality.start_cycle(session, town)
        occurrence = municipality.add_occurrence(session, town, cycle, activity=ACTIVITY)
        tasks = {task.unit_id: task for task in municipality.add_tasks(session, town, occurrence)}
        file = files.keep(session, "Fraværet er faldet.".encode(), now=NOW)
        evidence = {"sha256": file.sha256, "name": "noter.txt", "size": file.size}
        first = municipality.answer(
            session, tasks[SCHOOL], at=instant(2027, 4, 9), answers={**municipality.ANSWERS, "fil": evidence}
        )
        first.by = f"person:{town.leaders[SCHOOL]}"
        session.add(first)
        municipality.answer(session, tasks[OTHER], at=instant(2027, 4, 12))
        session.add(Draft(task_id=tasks["BY-SK-D1-002"].id, answers={"bemaerkning": SECRET}, by="x", at=NOW))
        release(session, 1, by="engine", now=instant(2027, 4, 28), why="Frigivet af direktionen")
        record_decision(
            session, occurrence_id=1, body="BUU", decided_on=date(2027, 5, 2), adopted=True,
            text="Taget til efterretning.", by="account:1", now=instant(2027, 5, 2),
        )  # fmt: skip
        mail_both_ways(session, town, tasks[SCHOOL])
    return House(site, town)


def mail_both_ways(session, town: Town, task: Task) -> None:
    person, at = town.leaders[task.unit_id], instant(2027, 4, 10)
    session.add(
        Message(
            root_id=ROOT, key="nudge:1", kind=MessageKind.NUDGE, person_id=person, address="a@by.example",
            task_id=task.id, state=MessageState.SENT, created_at=at, next_at=at, sent_at=at,
            subject="Vi mangler jer", text="Kære leder\n\nVi mangler jeres svar.",
        )
    )  # fmt: skip
    session.add(
        Inbound(
            root_id=ROOT, message_id="<1@by.example>", received_at=at,
            sender=f"{task.unit_id.lower()}@by.example",
            raw=b"Subject: Svar\r\n\r\nTak.", verdict=InboundVerdict.ANSWER, task_id=task.id, handled_at=at,
        )
    )  # fmt: skip


def confidential(house: House) -> int:
    """A confidential activity in which the school has answered."""
    with transaction(house.site.engine) as session:
        cycle_id = session.get_one(Occurrence, 1).cycle_id
        cycle = session.get_one(Cycle, cycle_id)
        occurrence = municipality.add_occurrence(session, house.town, cycle, activity=DIALOGUE)
        (task,) = municipality.add_tasks(session, house.town, occurrence, units=[SCHOOL])
        municipality.answer(session, task, at=instant(2027, 4, 9))
        return occurrence.id or 0


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_a_package_holds_every_document_with_what_is_known_of_it(house: House) -> None:
    found = house.package()
    told = json.loads(found[MANIFEST])
    assert (told["kommune"], told["sagsnummer"], told["kle"]) == ("Byby Kommune", "27-1234", "00.32.00")
    documents = told["dokumenter"]
    assert [one["noegle"].split(":")[0] for one in documents] == [
        "request", "submission", "submission", "release", "accounts", "cover", "decision",
    ]  # fmt: skip
    answer = documents[1]
    assert answer["dokumenttitel"] == "Kvartalsrapport 1: Daginstitution 1.1 Ærø"
    assert answer["dokumenttype"] == "indgående" and answer["dokumentdato"] == "2027-04-09T12:00:00+02:00"
    assert answer["afsender"] == {
        "navn": f"Leder af {SCHOOL}",
        "enhedsnummer": SCHOOL,
        "enhed": "Daginstitution 1.1 Ærø",
        "post": "leder",
    }
    assert answer["modtager"]["navn"] == "Byby Kommune" and answer["svarPaa"] == "request:1"
    assert answer["journaliseret"] is None and answer["fortroligt"] is False
    for made in documents[3:6]:
        assert made["dokumenttype"] == "udgående" and made["modtager"]["navn"] == "BUU"
    assert documents[6]["afsender"]["navn"] == "BUU"
    for one in documents:
        for file in one["filer"]:
            content = found[file["filnavn"]]
            assert hashlib.sha256(content).hexdigest() == file["sha256"] and len(content) == file["bytes"]
    assert json.loads(found["0002.json"]) == answer


def test_documents_are_pdf_for_archives_and_attachments_are_as_they_came(house: House) -> None:
    found = house.package()
    documents = json.loads(found[MANIFEST])["dokumenter"]
    cover = documents.pop(5)["filer"]
    assert cover[0]["filnavn"].endswith(".docx") and cover[0]["arkivformat"] is None
    for one in documents:
        pdf = found[one["filer"][0]["filnavn"]]
        metadata = PdfReader(io.BytesIO(pdf)).xmp_metadata
        assert metadata is not None and "pdfaid:part" in metadata.rdf_root.toxml()
        assert one["filer"][0]["arkivformat"] == "PDF/A-2a"
    answer = text_of(found[documents[1]["filer"][0]["filnavn"]])
    assert (
        "gul: Sygefraværet er steget." in answer
        and "14.500.000 kr." in answer
        and f"Leder af {SCHOOL}" in answer
    )
    attached = documents[1]["filer"][1]
    assert attached["filnavn"] == "0002-bilag-1-noter.txt" and attached["arkivformat"] is None
    assert found[attached["filnavn"]] == "Fraværet er faldet.".encode()
    assert "Taget til efterretning." in text_of(found[documents[5]["filer"][0]["filnavn"]])
    assert not any(SECRET in text_of(content) for name, content in found.items() if name.endswith(".pdf"))


def test_the_same_case_is_handed_over_once_and_what_is_new_comes_as_the_next(
    house: House, tmp_path: Path
) -> None:
    folder = tmp_path / "esdh"
    first = deliver(folder, "kvartalsrapport-1-2027", house.package().items())
    again = deliver(folder, "kvartalsrapport-1-2027", house.package().items())
    assert (first.new, again.new, first.path) == (True, False, again.path)
    with transaction(house.site.engine) as session:
        journalise(session, ROOT, ["request:1"], case_number="27-1234", by="account:1", now=NOW)
    assert not deliver(folder, "kvartalsrapport-1-2027", house.package().items()).new, "a mark is no news"
    before = {path.name: path.read_bytes() for path in first.path.iterdir()}
    with transaction(house.site.engine) as session:
        task = session.exec(select(Task).where(Task.unit_id == "BY-SK-D2-001")).one()
        municipality.answer(session, task, at=NOW)
    second = deliver(folder, "kvartalsrapport-1-2027", house.package().items())
    assert second.new and second.path.name == "kvartalsrapport-1-2027-002"
    assert {path.name: path.read_bytes() for path in first.path.iterdir()} == before
    assert len(json.loads((second.path / MANIFEST).read_text())["dokumenter"]) == 8


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("0001-", Path.unlink),
        ("0001-", lambda file: file.write_bytes(b"%PDF-1.7 tom")),
        ("0001.json", Path.unlink),
    ],
)
def test_a_package_with_files_gone_or_altered_is_handed_over_again(
    house: House, tmp_path: Path, name: str, harm: Callable[[Path], object]
) -> None:
    package = house.package()
    first = deliver(tmp_path, "kvartalsrapport-1-2027", package.items())
    harm(next(path for path in first.path.iterdir() if path.name.startswith(name)))
    again = deliver(tmp_path, "kvartalsrapport-1-2027", package.items())
    assert again.new and again.damaged == first.path and again.path.name.endswith("-002")
    assert {path.name: path.read_bytes() for path in again.path.iterdir()} == package
    assert not deliver(tmp_path, "kvartalsrapport-1-2027", package.items()).new


def test_a_package_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def broken():
        yield "0001-svar.pdf", b"%PDF"
        raise RuntimeError("strømmen gik")

    with pytest.raises(RuntimeError):
        deliver(tmp_path, "sag", broken())
    assert list(tmp_path.iterdir()) == []
    assert deliver(tmp_path, "sag", [("0001-svar.pdf", b"%PDF"), (MANIFEST, b"{}")]).path.name == "sag-001"


def test_a_document_is_marked_once_and_only_its_case_can_be_corrected(house: House) -> None:
    engine = house.site.engine
    with transaction(engine) as session:
        assert journalise(session, ROOT, ["release:1"], case_number=" 27-1 ", by="account:1", now=NOW) == 1
    with transaction(engine) as session:
        assert journalise(session, ROOT, ["release:1"], case_number="27-1", by="account:2", now=NOW) == 0
        assert journalise(session, ROOT, ["release:1"], case_number="27-2", by="account:2", now=NOW) == 1
        for number in ("  ", "27\0-3", "27-3\x1b[2J", "27\u200b-3", "2" * 61):
            with pytest.raises(AnswerInvalid):
                journalise(session, ROOT, ["release:1"], case_number=number, by="account:2", now=NOW)
    with reading(engine) as session:
        mark = marks(session, ROOT, ["release:1", "release:2"])["release:1"]
        assert (mark.case_number, mark.by, mark.at) == ("27-2", "account:1", NOW)
        told = session.exec(select(History).where(History.verb == "journalise").order_by(History.id)).all()
    assert [row.thing for row in told] == ["case:27-1", "case:27-2"] and told[1].data["from"] == ["27-1"]


def test_the_secretariat_marks_from_the_page_and_what_is_left_can_be_fetched_alone(house: House) -> None:
    office = house.office()
    assert "/sag/aktivitet/1" in office.get("/aktivitet/1").text
    page = office.get("/sag/aktivitet/1")
    assert page.status_code == 200 and "27-1234" in page.text and "00.32.00" in page.text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text).group(1)
    form = {"csrf": csrf, "case_number": "27-1234", "item": ["release:1", "submission:999", "andet"]}
    answer = office.post("/sag/aktivitet/1/journaliseret", data=form)
    assert answer.status_code == 303 and answer.headers["location"].endswith("gjort=1")
    refused = office.post("/sag/aktivitet/1/journaliseret", data={"csrf": csrf, "case_number": "27-1234"})
    assert refused.status_code == 422 and "Der er ikke valgt et dokument." in refused.text
    assert office.post("/sag/aktivitet/1/journaliseret", data={"case_number": "x"}).status_code == 403
    with zipfile.ZipFile(io.BytesIO(office.get("/sag/aktivitet/1.zip?nye=true").content)) as packed:
        left = json.loads(packed.read(MANIFEST))["dokumenter"]
    assert len(left) == 6 and "release:1" not in {one["noegle"] for one in left}
    office.post("/sag/aktivitet/1/journaliseret", data={"csrf": csrf, "case_number": "27-1234", "alle": "ja"})
    with reading(house.site.engine) as session:
        assert len(session.exec(select(Journalised)).all()) == 7
    said = office.get("/sag/aktivitet/1?sprog=en").text
    assert "Not filed yet" in said and said.count('class="badge badge-success">27-1234') == 7


def test_the_api_tells_the_same_and_gives_each_file(house: House) -> None:
    office = house.office()
    told = office.get("/api/sag/aktivitet/1").json()
    assert [one["filer"] for one in told["dokumenter"]][1] == [
        "/api/sag/aktivitet/1/submission:1/0",
        "/api/sag/aktivitet/1/submission:1/1",
    ]
    pdf, attached = (office.get(path) for path in told["dokumenter"][1]["filer"])
    assert pdf.headers["content-type"] == "application/pdf" and "Sygefraværet er steget." in text_of(
        pdf.content
    )
    assert attached.content.decode() == "Fraværet er faldet."
    linked = re.findall(r'href="(/api/sag/aktivitet/1/[^"]+)"', office.get("/sag/aktivitet/1").text)
    assert len(linked) == 7 and office.get(linked[1]).content == pdf.content, "the page's links lead there"
    for path in (
        "/api/sag/aktivitet/1/submission:1/2",
        "/api/sag/aktivitet/1/submission:99/0",
        "/api/sag/aktivitet/9",
        "/api/sag/x/1",
    ):
        assert office.get(path).status_code == 404


def token(house: House, *, role: Role = Role.SECRETARIAT, days: int = 30) -> dict[str, str]:
    """The header of a program with a token of an account in this role."""
    account = house.site.add_account("esdh@by.example", role, ROOT)
    with transaction(house.site.engine) as session:
        made = make_token(
            session, email=account.email, name="ESDH", scope=TokenScope.CASES, days=days, by="cli", now=NOW
        )
    return {"authorization": f"Bearer {made}"}


def test_a_program_fetches_what_is_new_marks_it_and_then_there_is_nothing_new(house: House) -> None:
    program, headers = house.site.browser(), token(house)
    (one,) = program.get("/api/sager?nye=1", headers=headers).json()["sager"]
    assert one["titel"] == "Kvartalsrapport 1 2027" and one["ikkeJournaliseret"] == one["dokumenter"] > 0
    told = program.get(f"{one['sag']}?nye=1", headers=headers).json()
    keys = [each["noegle"] for each in told["dokumenter"]]
    assert program.get(told["dokumenter"][0]["filer"][0], headers=headers).status_code == 200
    sent = {"noegler": keys, "sagsnummer": "27-1234"}
    for marked in (len(keys), 0):
        answer = program.post(f"{one['sag']}/journaliseret", json=sent, headers=headers)
        assert answer.json() == {"maerket": marked}, "the same again is once"
    assert program.get("/api/sager?nye=1", headers=headers).json() == {"sager": []}
    assert program.get(f"{one['sag']}?nye=1", headers=headers).json()["dokumenter"] == []
    with reading(house.site.engine) as session:
        used = session.exec(select(AccessToken)).one()
        assert used.last_used_at == NOW and {each.by for each in session.exec(select(Journalised))} != {"cli"}
        marked_by = session.exec(select(History).where(History.verb == "journalise")).one()
    assert marked_by.actor.startswith("account:") and marked_by.data["token"] == "ESDH"


def test_what_is_marked_is_no_longer_among_the_new_of_its_case(house: House) -> None:
    program, headers, case = house.site.browser(), token(house), "/api/sag/aktivitet/1"

    def keys(query: str) -> list[str]:
        told = program.get(f"{case}{query}", headers=headers).json()
        return [each["noegle"] for each in told["dokumenter"]]

    everything = keys("")
    assert keys("?nye=1") == everything
    sent = {"noegler": ["submission:1"], "sagsnummer": "27-1234"}
    assert program.post(f"{case}/journaliseret", json=sent, headers=headers).json() == {"maerket": 1}
    assert keys("?nye=1") == [key for key in everything if key != "submission:1"]
    assert keys("") == keys("?nye=0") == everything, "the whole case is there all the same"


def test_nothing_is_marked_when_one_of_them_is_not_in_the_case(house: House) -> None:
    program, headers = house.site.browser(), token(house)
    sent = {"noegler": ["release:1", "release:77"], "sagsnummer": "27-1234"}
    answer = program.post("/api/sag/aktivitet/1/journaliseret", json=sent, headers=headers)
    assert answer.status_code == 422 and "release:77" in answer.json()["problems"][0]["what"]
    with reading(house.site.engine) as session:
        assert session.exec(select(Journalised)).all() == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"noegler": [], "sagsnummer": "1"}', b'{"noegler": ["x"]}']
)
def test_what_a_program_sends_wrong_is_told_as_such_and_marks_nothing(house: House, body: bytes) -> None:
    program, headers = house.site.browser(), token(house)
    sent = {**headers, "content-type": "application/json"}
    answer = program.post("/api/sag/aktivitet/1/journaliseret", content=body, headers=sent)
    assert answer.status_code == 400, "not as if the address were wrong"
    assert answer.json()["title"] == "Det kunne ikke læses" and answer.json()["problems"]
    with reading(house.site.engine) as session:
        assert session.exec(select(Journalised)).all() == []


def test_a_token_that_is_over_revoked_unknown_or_of_a_closed_account_opens_nothing(house: House) -> None:
    program, headers = house.site.browser(), token(house, days=30)
    assert program.get("/api/sager", headers=headers).status_code == 200
    assert program.get("/aarshjul", headers=headers).status_code != 200, "a page is not for programs"
    unknown = {"authorization": "Bearer aarshjul_x"}
    assert program.get("/api/sager", headers=unknown).status_code == 401
    house.site.clock.at = NOW + timedelta(days=30)
    assert program.get("/api/sager", headers=headers).status_code == 401
    house.site.clock.at = NOW
    with transaction(house.site.engine) as session:
        revoke_token(session, "ESDH", by="cli", now=NOW)
    assert program.get("/api/sager", headers=headers).status_code == 401
    told = program.get("/api/sager", headers=headers).json()
    assert told["title"] == "Du er ikke logget ind"


def test_a_browser_marks_nothing_by_the_programs_door(house: House) -> None:
    """A cookie goes along with what another site makes a browser send; a token does not."""
    office = house.office()
    sent = {"noegler": ["release:1"], "sagsnummer": "27-1234"}
    assert office.post("/api/sag/aktivitet/1/journaliseret", json=sent).status_code == 401
    assert office.get("/api/sager").status_code == 200


def test_a_program_of_another_role_may_not(house: House) -> None:
    program, headers = house.site.browser(), token(house, role=Role.DIRECTION)
    assert program.get("/api/sag/aktivitet/1", headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("role", "unit"),
    [(Role.SUPERIOR, "BY-SK"), (Role.DIRECTION, ROOT), (Role.COMMITTEE, ROOT), (Role.OPERATOR, ROOT)],
)
def test_only_the_secretariat_files_and_hands_out(house: House, role: Role, unit: str) -> None:
    browser = house.site.signed_in("anden@by.example", role, unit)
    for path in (
        "/sag/aktivitet/1",
        "/sag/aktivitet/1.zip",
        "/api/sag/aktivitet/1",
        "/api/sag/aktivitet/1/1/0",
    ):
        assert browser.get(path).status_code in (403, 404), path
    assert browser.get("/aktindsigt?enhed=BY").status_code == 403
    assert browser.get("/aktindsigt.zip?enhed=BY").status_code == 403
    assert house.site.browser().get("/sag/aktivitet/1.zip").status_code == 303


def test_an_agreement_is_a_case_of_its_own_with_the_document_as_it_was_sealed(house: House) -> None:
    with transaction(house.site.engine) as session:
        sealed = files.keep(session, b"%PDF-1.7 forseglet", now=NOW)
        agreement = Agreement(
            root_id=ROOT,
            occurrence_id=1,
            unit_id=SCHOOL,
            year=2027,
            period_from=date(2027, 1, 1),
            period_to=date(2027, 12, 31),
            state=AgreementState.IN_FORCE,
            version=1,
            in_force_version=1,
        )
        session.add(agreement)
        session.flush()
        session.add(
            SealedDocument(
                agreement_id=agreement.id,
                version=1,
                file=sealed.sha256,
                name="aftale.pdf",
                level="B-B",
                fingerprint="f",
                at=NOW,
            )
        )
    office = house.office()
    told = office.get("/api/sag/aftale/1").json()
    assert [one["noegle"] for one in told["dokumenter"]] == ["agreement:1:1"]
    assert told["sagstitel"] == "Udviklingsaftale 2027: Daginstitution 1.1 Ærø"
    assert office.get(told["dokumenter"][0]["filer"][0]).content == b"%PDF-1.7 forseglet"
    assert "agreement:1:1" in {
        one["noegle"] for one in office.get("/api/sag/aktivitet/1").json()["dokumenter"]
    }
    assert office.get("/sag/aftale/2").status_code == 404


def test_what_a_program_may_not_have_is_told_as_data(house: House) -> None:
    stranger = house.site.browser().get("/api/sag/aktivitet/1")
    assert stranger.status_code == 401 and stranger.json()["detail"]
    committee = house.site.signed_in("udvalg@by.example", Role.COMMITTEE, ROOT)
    refused = committee.get("/api/sag/aktivitet/1?sprog=en")
    assert refused.status_code in (403, 404) and refused.json()["title"]
    missing = house.office().get("/api/sag/aktivitet/99").json()
    assert missing["title"] == "Siden findes ikke" and missing["problems"] == []


def handed_out(office, query: str) -> tuple[list[list[object]], set[str], dict[str, bytes]]:
    """(rows of the index, kinds of documents, files)."""
    answer = office.get(f"/aktindsigt.zip?{query}")
    assert answer.status_code == 200, answer.text[:900]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        found = {name: packed.read(name) for name in packed.namelist()}
    rows = [
        [cell.value for cell in row]
        for row in load_workbook(io.BytesIO(found["indeks.xlsx"])).active.iter_rows()
    ]
    keys = {one["noegle"].split(":")[0] for one in json.loads(found[MANIFEST])["dokumenter"]}
    return rows[1:], keys, found


def test_everything_about_a_unit_is_handed_out_with_an_index_and_no_draft(house: House) -> None:
    office = house.office()
    rows, keys, found = handed_out(office, f"enhed={SCHOOL}")
    made = {"release", "accounts", "cover", "decision"}
    assert keys == {"request", "submission", "message", "inbound", *made}
    assert {row[6] for row in rows} == {SCHOOL, None} and rows == sorted(rows, key=lambda row: str(row[1]))
    mail = next(name for name in found if name.endswith(".eml"))
    assert found[mail] == b"Subject: Svar\r\n\r\nTak."
    assert any(
        "Vi mangler jeres svar." in text_of(pdf) for name, pdf in found.items() if name.endswith(".pdf")
    )
    rows, _, found = handed_out(office, "enhed=BY-SK")
    assert len([row for row in rows if row[6]]) == 1, "the draft of another school is not there"
    assert not any(SECRET.encode() in content for content in found.values())


def test_a_person_and_a_period_narrow_what_is_handed_out(house: House) -> None:
    office = house.office()
    with reading(house.site.engine) as session:
        name = session.get_one(Person, house.town.leaders[SCHOOL]).name
    rows, keys, _ = handed_out(office, f"person={name}")
    assert keys == {"request", "submission", "message", "inbound"} and len(rows) == 4
    rows, keys, _ = handed_out(office, "fra=2027-04-10&til=2027-04-11")
    assert keys == {"message", "inbound"}
    rows, keys, _ = handed_out(office, f"enhed={SCHOOL}&fra=2027-04-09&til=2027-04-09")
    assert keys == {"request", "submission"}
    assert "Der er ikke søgt på noget." in office.get("/aktindsigt.zip").text


def test_what_cannot_be_searched_for_is_said_at_its_field(house: House) -> None:
    office = house.office()
    for path in ("/aktindsigt", "/aktindsigt.zip"):
        page = office.get(f"{path}?enhed=Skloen&person=Nan&fra=2027-04-11&til=2027-04-10")
        assert page.status_code == 422 and "Intet er gemt endnu" not in page.text
        assert "Der er ikke søgt endnu" in page.text and 'value="Skloen"' in page.text
        assert '<a href="#enhed">»Skloen« findes ikke. Skriv navnet' in page.text
        for field in ("enhed", "person", "til"):
            assert f'id="{field}-p"' in page.text, "the fault stands at the field"
        assert 'id="fra-p"' not in page.text
    assert "“Skloen” does not exist." in office.get("/aktindsigt?enhed=Skloen&sprog=en").text


def test_what_was_released_and_decided_in_a_period_is_handed_out(house: House) -> None:
    rows, keys, _ = handed_out(house.office(), "fra=2027-04-28&til=2027-05-03")
    assert keys == {"release", "accounts", "cover", "decision"}
    assert next(row[2] for row in rows).startswith("Samlet afrapportering: Kvartalsrapport 1 2027")


def test_the_steps_of_others_that_name_the_unit_and_what_was_said_are_handed_out(house: House) -> None:
    """A superior's negotiation of the unit's agreement is owed by the district, signed in as an account."""
    chief = house.town.leaders["BY-IN-D1"]
    office = house.office()
    account = house.site.add_account("by-in-d1@by.example", Role.SUPERIOR, "BY-IN-D1")
    with transaction(house.site.engine) as session:
        due = date(2027, 4, 20)
        task = Task(
            occurrence_id=1, unit_id="BY-IN-D1", role="distriktschef", subject=f"forhandling:{SCHOOL}",
            kind=TaskKind.NEGOTIATE, title="Forhandling", opened_at=instant(2027, 4, 13), due_on=due,
            original_due_on=due,
        )  # fmt: skip
        session.add(task)
        session.flush()
        step = municipality.answer(session, task, at=instant(2027, 4, 14))
        step.by = f"account:{account.id}"
        review = Review(
            submission_id=1, level=1, verdict=Verdict.APPROVED, reason="Fint.",
            by=f"account:{account.id}", at=instant(2027, 4, 15),
        )  # fmt: skip
        session.add_all([step, review])
        agreement = Agreement(
            root_id=ROOT, unit_id=SCHOOL, year=2027, occurrence_id=1,
            period_from=date(2027, 1, 1), period_to=date(2027, 12, 31),
        )  # fmt: skip
        session.add(agreement)
        session.flush()
        session.add(
            GoalRemark(
                agreement_id=agreement.id, version=1, text="Sig det kortere.", by=f"account:{account.id}",
                post="distriktschef", at=instant(2027, 4, 16), once="x",
            )
        )  # fmt: skip
    _, keys, found = handed_out(office, f"enhed={SCHOOL}&fra=2027-04-14&til=2027-04-16")
    assert keys == {"request", "submission", "review", "remark"}
    pdfs = " ".join(text_of(pdf) for name, pdf in found.items() if name.endswith(".pdf"))
    assert "Sig det kortere." in pdfs and "Fint." in pdfs
    _, keys, _ = handed_out(office, f"person={chief}")
    assert {"submission", "review", "remark"} <= keys
    _, keys, _ = handed_out(office, "enhed=BY-SK&fra=2027-04-14&til=2027-04-16")
    assert keys == set(), "nothing about another unit's agreement"


def test_a_confidential_activity_is_left_out_and_named(house: House) -> None:
    number, office = confidential(house), house.office()
    rows, _, found = handed_out(office, f"enhed={SCHOOL}")
    assert not any("Resultatsamtaler" in str(row[2]) for row in rows)
    assert "Resultatsamtaler 2027" in found["ikke-med.txt"].decode()
    assert "Resultatsamtaler 2027" in office.get(f"/aktindsigt?enhed={SCHOOL}").text
    told = office.get(f"/api/sag/aktivitet/{number}").json()
    assert {one["fortroligt"] for one in told["dokumenter"]} == {True}


def test_a_search_that_means_nothing_or_several_is_told(house: House) -> None:
    office = house.office()
    for query, said in (
        ("enhed=findes-ikke", "»findes-ikke« findes ikke."),
        ("enhed=Distrikt 1", "kan være 2: "),
        ("person=leder", "kan være"),
        ("fra=i+går", "er ikke en dato"),
        ("fra=2027-05-01&til=2027-04-01", "Perioden slutter, før den begynder."),
    ):
        answer = office.get(f"/aktindsigt?{query}")
        assert answer.status_code == 422 and said in answer.text, query
    assert "Ærø" in office.get(f"/aktindsigt?enhed={SCHOOL.lower()}").text


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own with one opened activity; gives the folder to hand over in."""
    monkeypatch.setenv("AARSHJUL_DATA_DIR", str(tmp_path / "data"))
    engine = open_installation().engine
    with transaction(engine) as session:
        town = municipality.build(session)
        occurrence = municipality.add_occurrence(
            session, town, municipality.start_cycle(session, town), activity=ACTIVITY
        )
        task = municipality.add_tasks(session, town, occurrence)[0]
        municipality.answer(session, task, at=instant(2027, 4, 9))
    engine.dispose()
    return tmp_path / "esdh"


def test_packages_are_handed_over_by_command_and_marked_when_they_were_taken(
    installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(installed)
    assert run("case", ["export", folder, "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["packages"]
    assert one["new"] and one["documents"] == 2 and Path(one["path"]).name == "kvartalsrapport-1-2027-001"
    assert run("case", ["export", folder, "--activity", "kvartalsrapport-1", "--year", "2027"]) == 0
    assert "uændret" in capsys.readouterr().out
    next(Path(one["path"]).glob("*.pdf")).unlink()
    assert run("case", ["export", folder]) == 0
    said = capsys.readouterr().out
    assert "Dokumenter: 2. Afleveret igen: kvartalsrapport-1-2027-001 mangler filer eller er ændret." in said
    assert "Uden KLE-nummer: " not in said
    engine = open_installation().engine
    with transaction(engine) as session:
        session.get_one(Occurrence, 1).activity = ACTIVITY.model_copy(update={"kle": ""}).model_dump_json()
    engine.dispose()
    assert run("case", ["export", folder]) == 0
    assert "Uden KLE-nummer: Kvartalsrapport 1 2027. Skriv kle" in capsys.readouterr().out
    assert run("case", ["journalised", one["path"], "--case-number", "27-1234"]) == 0
    assert "Mærket som journaliseret i 27-1234. Dokumenter: 2." in capsys.readouterr().out
    assert run("case", ["journalised", one["path"], "--case-number", "27-1234", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["marked"] == 0
    assert run("case", ["export", folder, "--only-new"]) == 0
    assert "Der er intet at aflevere." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "FOLDER", "--activity", "findes-ikke"], "Der er ingen åbnet aktivitet »findes-ikke«"),
        (["export", "FOLDER", "--agreement", "7"], "Aftalen 7 findes ikke."),
        (
            ["export", "FOLDER", "--agreement", "7", "--activity", "x"],
            "Vælg enten --activity eller --agreement.",
        ),
        (["export", "FOLDER/fil/under"], "Der kan ikke skrives i mappen"),
        (["journalised", "FOLDER", "--case-number", "27-1"], "sagspakke"),
        (["journalised", "PACKAGE", "--case-number", " "], "Sagsnummeret mangler."),
    ],
)
def test_what_cannot_be_handed_over_or_marked_is_told(
    arguments: list[str], said: str, installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = installed / "pakke"
    package.mkdir(parents=True)
    (package / MANIFEST).write_text('{"dokumenter": [{"noegle": "request:1"}]}')
    (installed / "fil").write_text("ikke en mappe")
    given = [each.replace("FOLDER", str(installed)).replace("PACKAGE", str(package)) for each in arguments]
    assert run("case", given) == 1
    assert said in capsys.readouterr().err
