"""Who signs and who says no: a board and its chair, signers who leave, a refusal with its reason."""

from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from cycle.access.roles import Role
from cycle.files import store as files
from cycle.goals.parties import statements
from cycle.goals.progress import agreement_steps
from cycle.goals.sealed import document_of
from cycle.goals.tables import Agreement, AgreementState, AgreementVersion, Signature
from cycle.messages.tables import Message, MessageKind
from cycle.organisation.directory import Capacity, Directory
from cycle.organisation.tables import Appointment, Person, Substitute, Unit
from cycle.plan.model import Activity, Audience
from cycle.store import reading, transaction
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Review, Task
from documents.seal_key import trusted
from documents.verification import verify
from tests.support import koebenhavn
from tests.support.koebenhavn import ROOT, Year
from tests.support.municipality import instant
from tests.support.web import Form, Site

UNIT = "G23032"
"""A self-governing day-care."""
DRAFT = {"enhedsmaal": {"G": {"titel": "Flere fælles timer", "beskrivelse": "To om ugen"}}}
YES = {"beslutning": "enig"}
SIGN = {**YES, "navn": "Ida Engsø", "bekraeft": "ja"}
BOARD = {**SIGN, "navn": "Bo Lindvang", "udtalelse": "Bestyrelsen støtter aftalen."}
TO_SIGNING = ((TaskKind.DRAFT, DRAFT), (TaskKind.NEGOTIATE, YES), (TaskKind.APPROVE, YES))
STATEMENT = b"%PDF-1.7 bestyrelsens udtalelse"


@pytest.fixture
def year(store: Engine, tmp_path: Path) -> Year:
    return begun(store, tmp_path)


def begun(engine: Engine, tmp_path: Path, *units: str) -> Year:
    """The agreements of a few units, or of one alone, drafted."""
    with transaction(engine) as session:
        query = select(Occurrence).where(Occurrence.activity_id == "udviklingsaftaler")
        occurrence = session.exec(query).one()
        activity = Activity.model_validate_json(occurrence.activity)
        only = activity.model_copy(update={"audience": Audience(units=units or (UNIT,))})
        occurrence.activity = only.model_dump_json()
        session.add(occurrence)
    year = Year(engine, tmp_path, instant(2027, 11, 30))
    year.only("udviklingsaftaler")
    year.until(instant(2027, 12, 6, 10))
    return year


def open_step(year: Year) -> Task:
    waiting = (TaskState.OPEN, TaskState.RETURNED)
    tasks = year.tasks(year.occurrence("udviklingsaftaler").id)
    (task,) = [task for task in tasks if task.state in waiting]
    return task


def take(year: Year, *steps: tuple[TaskKind, dict[str, object]]) -> None:
    for kind, raw in steps:
        task = open_step(year)
        assert task.kind is kind
        year.answer(task, raw)
        year.until(year.now + timedelta(hours=12))


def agreement_of(session: Session) -> Agreement:
    return session.exec(select(Agreement)).one()


def words_of(year: Year) -> str:
    return " ".join(" ".join(page.extract_text() for page in sealed(year).pages).split())


def sealed(year: Year) -> PdfReader:
    with reading(year.engine) as session:
        found = document_of(session, agreement_of(session).id or 0)
        assert found is not None
        content = bytes(found[1].content)
    assert verify(content, trusted(year.settings)).valid
    return PdfReader(BytesIO(content))


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
def test_a_boards_chair_signs_for_a_self_governing_unit_and_its_statement_and_file_are_in_the_document(
    engine: Engine, tmp_path: Path
) -> None:
    koebenhavn.load(engine)
    year = begun(engine, tmp_path)
    take(year, *TO_SIGNING, (TaskKind.SIGN, SIGN))
    chair = open_step(year)
    assert (chair.unit_id, chair.role) == (UNIT, "bestyrelsesformand")
    with transaction(engine) as session:
        kept = files.keep(session, STATEMENT, now=year.now)
        named = {"sha256": kept.sha256, "name": "udtalelse.pdf", "size": str(kept.size)}
    take(year, (TaskKind.SIGN, {**BOARD, "udtalelse-fil": named}))
    last = open_step(year)
    assert last.role == "distriktschef"
    site = Site(engine, tmp_path, at=year.now, secret_key="k" * 40)
    with reading(engine) as session:
        holder = session.exec(
            select(Appointment.person_id).where(Appointment.unit_id == last.unit_id)
        ).first()
        id_ = agreement_of(session).id
    shown = site.browser().get(site.link(last, holder or 0)).text
    assert "Bestyrelsen støtter aftalen." in shown, "whoever signs after the board reads what it says"
    take(year, (TaskKind.SIGN, {**SIGN, "navn": "Ole Højager"}))
    document, words = sealed(year), words_of(year)
    assert document.attachments == {"udtalelse.pdf": [STATEMENT]}
    digest = sha256(STATEMENT).hexdigest()
    assert words.index("Bilag: udtalelse") < words.index("Bestyrelsen støtter aftalen.")
    assert f"Vedlagt som fil i dette dokument: udtalelse.pdf SHA-256: {digest}" in words
    assert "1. januar 2028 – 31. december 2028" in words
    office = site.signed_in("sek@kbh.example", Role.SECRETARIAT, ROOT)
    page = office.get(f"/udviklingsaftale/{id_}").text
    rows = [page.index(f"{role}, ") for role in ("leder", "bestyrelsesformand", "distriktschef")]
    assert rows == sorted(rows) and "Bo Lindvang" in page and "underskrevet af alle" in page
    assert office.get(f"/udviklingsaftale/{id_}/bilag/{digest}").content == STATEMENT
    assert office.get(f"/udviklingsaftale/{id_}/bilag/{'0' * 64}").status_code == 404
    stranger = site.signed_in("d1@kbh.example", Role.SUPERIOR, "KBH-SKOLER-01")
    assert stranger.get(f"/udviklingsaftale/{id_}/bilag/{digest}").status_code == 403


@pytest.mark.parametrize("said", [("udtalelse",), ("udtalelse-fil",), ()], ids=["words", "a file", "nothing"])
def test_whoever_signs_after_a_board_and_the_office_read_the_pages_whatever_the_board_has_said(
    year: Year, tmp_path: Path, said: tuple[str, ...]
) -> None:
    take(year, *TO_SIGNING, (TaskKind.SIGN, SIGN))
    with transaction(year.engine) as session:
        kept = files.keep(session, STATEMENT, now=year.now)
    file = {"sha256": kept.sha256, "name": "udtalelse.pdf", "size": str(kept.size)}
    statement = {"udtalelse": "Bestyrelsen støtter aftalen.", "udtalelse-fil": file}
    take(year, (TaskKind.SIGN, {**SIGN, **{name: statement[name] for name in said}}))
    last = open_step(year)
    site = Site(year.engine, tmp_path, at=year.now, secret_key="k" * 40)
    with reading(year.engine) as session:
        post = select(Appointment.person_id).where(Appointment.unit_id == last.unit_id)
        holder, id_ = session.exec(post).first(), agreement_of(session).id
    office = site.signed_in("sek@kbh.example", Role.SECRETARIAT, ROOT)
    signer = site.browser().get(site.link(last, holder or 0))
    address = f"{site.link(last, holder or 0)}/fil/{kept.sha256}"
    assert (f"/opgave/{last.id}/fil/{kept.sha256}" in signer.text) == ("udtalelse-fil" in said)
    fetched = site.browser().get(address)
    assert (fetched.content == STATEMENT) if "udtalelse-fil" in said else fetched.status_code == 404
    for other in (
        site.link(last, (holder or 0) + 1),
        site.link(last, holder or 0, generation=2),
        "/opgave/x",
    ):
        refused = site.browser().get(f"{other}/fil/{kept.sha256}")
        assert refused.status_code in (403, 404, 410) and STATEMENT not in refused.content
    for page in (signer, office.get(f"/udviklingsaftale/{id_}")):
        assert page.status_code == 200
        assert ("Bilag: udtalelse" in page.text) == bool(said)
        assert ("Bestyrelsen støtter aftalen." in page.text) == ("udtalelse" in said)
        assert ("udtalelse.pdf" in page.text) == ("udtalelse-fil" in said)
    assert "godkendt (udgave 1)" in page.text, "the course is in the reader's language"


SIGNERS = ("leder", "bestyrelsesformand", "distriktschef")


@pytest.mark.parametrize("leaver", SIGNERS)
def test_a_signer_who_leaves_is_replaced_whichever_party_it_is(
    year: Year, tmp_path: Path, leaver: str
) -> None:
    """Before signing the new holder signs; after it the signature given stays and the page says so."""
    take(year, *TO_SIGNING)
    number = SIGNERS.index(leaver)
    take(year, *[(TaskKind.SIGN, SIGN)] * number)
    task = open_step(year)
    assert task.role == leaver
    old, new = replaced(year, task, "Nina Nyeng")
    site = Site(year.engine, tmp_path, at=year.now, secret_key="k" * 40)
    assert site.browser().get(site.link(task, old)).status_code == 403
    browser, address = site.browser(), site.link(task, new)
    sent = Form(browser.get(address), address).send(
        browser, act="submit", beslutning="enig", navn="Nina Nyeng", bekraeft="on"
    )
    assert sent.status_code == 303
    year.until(year.now + timedelta(hours=12))
    with reading(year.engine) as session:
        assert agreement_of(session).version == 1, "nothing begins anew"
        by = session.exec(select(Signature.by).order_by(col(Signature.id))).all()
    assert len(by) == number + 1 and by[-1] == f"person:{new}"
    year.until(year.now + timedelta(days=1))
    third, _ = replaced(year, task, "Tora Trane")
    assert third == new
    take(year, *[(TaskKind.SIGN, SIGN)] * (2 - number))
    site = Site(year.engine, tmp_path, at=year.now, secret_key="k" * 40)
    office = site.signed_in("sek@kbh.example", Role.SECRETARIAT, ROOT)
    with reading(year.engine) as session:
        agreement = agreement_of(session)
    assert (agreement.state, agreement.in_force_version) == (AgreementState.IN_FORCE, 1)
    page = office.get(f"/udviklingsaftale/{agreement.id}").text
    assert "Nina Nyeng" in page and "Tora Trane" in page
    assert "har ikke posten længere; underskriften gælder" in page
    assert "Nina Nyeng, " + leaver in words_of(year)


def replaced(year: Year, task: Task, name: str) -> tuple[int, int]:
    """(who had the post, who has it from today)."""
    today = year.now.date()
    with transaction(year.engine) as session:
        held = session.exec(
            select(Appointment)
            .where(Appointment.unit_id == task.unit_id, Appointment.role == task.role)
            .order_by(col(Appointment.id).desc())
        ).first()
        assert held is not None
        held.valid_to = max(held.valid_from, today - timedelta(days=1))
        person = Person(root_id=ROOT, key=f"{name}@kbh.example", name=name)
        session.add(person)
        session.flush()
        own = {"unit_id": task.unit_id, "role": task.role, "person_id": person.id}
        session.add(Appointment(**own, valid_from=today))
        session.add(held)
        return held.person_id, person.id or 0


def test_a_refusal_at_approval_goes_back_with_its_reason_to_everyone_concerned(
    year: Year, tmp_path: Path
) -> None:
    no = {"beslutning": "tilbage", "bemaerkning": "Målet siger ikke, hvornår det er nået."}
    take(year, *TO_SIGNING[:2], (TaskKind.APPROVE, no))
    with reading(year.engine) as session:
        agreement = agreement_of(session)
        told = session.exec(select(Message).where(Message.kind == MessageKind.DECLINED)).all()
        back = session.exec(select(Message).where(Message.kind == MessageKind.RETURNED)).all()
        reasons = session.exec(select(Review.reason)).all()
    assert agreement.state is AgreementState.DRAFTING
    assert len(told) == 2, "who negotiated and who approves"
    assert {mail.context["text"] for mail in told} == set(reasons) == {no["bemaerkning"]}
    assert len(back) == 1, "and the leader"
    site = Site(year.engine, tmp_path, at=year.now, secret_key="k" * 40)
    office = site.signed_in("sek@kbh.example", Role.SECRETARIAT, ROOT)
    page = office.get(f"/udviklingsaftale/{agreement.id}").text
    assert "sendt tilbage til udkast" in page and no["bemaerkning"] in page
    take(year, (TaskKind.DRAFT, DRAFT))
    task = open_step(year)
    with reading(year.engine) as session:
        holder = session.exec(
            select(Appointment.person_id).where(Appointment.unit_id == task.unit_id)
        ).first()
    shown = site.browser().get(site.link(task, holder or 0)).text
    assert "Sidst sendt tilbage, fordi:" in shown and no["bemaerkning"] in shown


def test_the_mails_about_a_refusal_say_who_refused_and_each_person_gets_one(year: Year) -> None:
    take(year, *TO_SIGNING, (TaskKind.SIGN, SIGN))
    chair = open_step(year)
    with reading(year.engine) as session:
        on = year.now.date()
        directory = Directory.for_post(session, UNIT, on)
        unit, holder = directory.units[UNIT], directory.holder(UNIT, chair.role)
    assert holder is not None
    no = {**BOARD, "beslutning": "afvist", "bemaerkning": "Det har vi ikke råd til.", "udtalelse": ""}
    year.answer(chair, no, by=f"person:{holder.person_id}")
    year.until(year.now + timedelta(hours=1))
    mails = year.letters(on, MessageKind.DECLINED)
    assert len({message.address for message, _ in mails}) == len(mails) == 2, "who negotiated, who approved"
    who = f"{holder.name} (bestyrelsesformand, {unit.name})"
    said = f"{who} vil ikke underskrive udviklingsaftalen for {unit.name}."
    for _, mail in mails:
        assert said in mail.text and "Det har vi ikke råd til." in mail.text
        assert mail.subject == f"Afvist: udviklingsaftalen for {unit.name}"
    ((_, back),) = year.letters(on, MessageKind.RETURNED)
    assert f"er sendt retur til rettelse af {holder.name}." in back.text


def vacate(year: Year, task: Task) -> None:
    """Whoever holds the task's post leaves it, and nobody comes."""
    with transaction(year.engine) as session:
        held = (col(Appointment.unit_id) == task.unit_id, col(Appointment.role) == task.role)
        for row in session.exec(select(Appointment).where(*held)).all():
            row.valid_to = (year.now - timedelta(days=1)).date()
            session.add(row)


def person_called(year: Year, task: Task, name: str) -> int:
    with transaction(year.engine) as session:
        person = Person(root_id=ROOT, key=name, name=name)
        session.add(person)
        session.flush()
        stand_in = Substitute(
            unit_id=task.unit_id, role=task.role, person_id=person.id, valid_from=year.now.date()
        )
        session.add(stand_in)
        return person.id or 0


def test_nobody_signs_for_a_vacant_board_and_a_substitute_is_certified_as_one(
    year: Year, tmp_path: Path
) -> None:
    take(year, *TO_SIGNING, (TaskKind.SIGN, SIGN))
    chair = open_step(year)
    assert chair.role == "bestyrelsesformand"
    vacate(year, chair)
    site = Site(year.engine, tmp_path / "site", at=year.now)
    with reading(year.engine) as session:
        above = Directory.for_post(session, chair.unit_id, year.now.date()).recipient(
            chair.unit_id, chair.role
        )
    assert above is not None and above.capacity is Capacity.SUPERIOR
    page = site.browser().get(site.link(chair, above.person_id))
    assert page.status_code == 403 and "Posten er ubesat" in page.text
    stand_in = person_called(year, chair, "Sus Stedfort")
    link = site.link(chair, stand_in)
    browser = site.browser()
    form = Form(browser.get(link), link)
    assert form.send(browser, navn="Sus Stedfort", beslutning="enig", bekraeft="ja").status_code == 303
    year.until(year.now + timedelta(minutes=1))
    with reading(year.engine) as session:
        signed = {row.capacity: row.stood_in for row in session.exec(select(Signature))}
    assert list(signed.values()) == [False, True]
    with reading(year.engine) as session:
        page_of = f"/udviklingsaftale/{agreement_of(session).id}"
    office = site.signed_in("sek@kbh.example", Role.SECRETARIAT, ROOT)
    page = office.get(page_of).text
    assert "som stedfortræder" in page and "har ikke posten længere" not in page
    take(year, (TaskKind.SIGN, {**SIGN, "navn": "Dorte Distrikt"}))
    assert "Sus Stedfort, stedfortræder for bestyrelsesformand" in words_of(year)


def holder_of(year: Year, task: Task) -> int:
    """Who has the post that the task is of."""
    with reading(year.engine) as session:
        directory = Directory.for_post(session, task.unit_id, year.now.date())
    holder = directory.holder(task.unit_id, task.role)
    assert holder is not None
    return holder.person_id


def rename(year: Year, person_id: int, name: str) -> str:
    """An import has taken another name for the same person's; gives the name before."""
    with transaction(year.engine) as session:
        person = session.get_one(Person, person_id)
        before, person.name = person.name, name
        return before


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
def test_a_signature_keeps_the_name_that_was_registered_when_it_was_given(
    engine: Engine, tmp_path: Path
) -> None:
    koebenhavn.load(engine)
    year = begun(engine, tmp_path)
    take(year, *TO_SIGNING)
    step = open_step(year)
    leader = holder_of(year, step)
    year.answer(step, SIGN, by=f"person:{leader}")
    year.until(year.now + timedelta(hours=12))
    before = rename(year, leader, "Nina Nyeng")
    with reading(engine) as session:
        assert session.exec(select(Signature.registered)).all() == [before]
        page_of = f"/udviklingsaftale/{agreement_of(session).id}"
    site = Site(engine, tmp_path, at=year.now, secret_key="k" * 40)
    office = site.signed_in("sek@kbh.example", Role.SECRETARIAT, ROOT)
    assert f"registreret som {before}, da der blev underskrevet" in office.get(page_of).text
    take(year, (TaskKind.SIGN, BOARD), (TaskKind.SIGN, SIGN))
    words = words_of(year)
    assert f"Registreret som {before}, leder, " in words and "Nina Nyeng" not in words
    assert "har ikke posten længere" not in office.get(page_of).text
    vacate(year, step)
    site.clock.at = year.now
    later = site.signed_in("sek2@kbh.example", Role.SECRETARIAT, ROOT)
    page = later.get(page_of).text
    assert "har ikke posten længere; underskriften gælder" in page, "also while nobody has followed"


def test_whoever_signs_reads_what_is_hashed_and_the_document_says_the_same(
    year: Year, tmp_path: Path
) -> None:
    """The unit gets another name while its agreement is on its way."""
    take(year, *TO_SIGNING)
    with transaction(year.engine) as session:
        unit = session.get_one(Unit, UNIT)
        before, unit.name = unit.name, "Et helt andet navn"
        (version,) = session.exec(select(AgreementVersion))
    step = open_step(year)
    site = Site(year.engine, tmp_path, at=year.now, secret_key="k" * 40)
    page = " ".join(site.browser().get(site.link(step, holder_of(year, step))).text.split())
    assert f"{before}, Københavns Kommune. Gælder 1. januar 2028 – 31. december 2028." in page
    assert f"Underskrives af leder, {before}; bestyrelsesformand, {before}; distriktschef, " in page
    assert version.digest[:16] in page
    take(year, (TaskKind.SIGN, SIGN), (TaskKind.SIGN, BOARD), (TaskKind.SIGN, SIGN))
    words = words_of(year)
    assert f"Enhed {before} Periode 1. januar 2028 – 31. december 2028" in words


OTHER = "G23143"


@pytest.fixture
def two(store: Engine, tmp_path: Path) -> Year:
    return begun(store, tmp_path, UNIT, OTHER)


def step_of(year: Year, unit_id: str) -> Task:
    waiting = (TaskState.OPEN, TaskState.RETURNED)
    tasks = year.tasks(year.occurrence("udviklingsaftaler").id)
    (task,) = [
        task
        for task in tasks
        if task.state in waiting and (task.subject.partition(":")[2] or task.unit_id) == unit_id
    ]
    return task


def answer_of(year: Year, unit_id: str, *raws: dict[str, object]) -> None:
    for raw in raws:
        year.answer(step_of(year, unit_id), raw)
        year.until(year.now + timedelta(hours=6))


def become(year: Year, ownership: str) -> None:
    with transaction(year.engine) as session:
        session.get_one(Unit, UNIT).ownership = ownership


def states_of(year: Year) -> dict[str, tuple[AgreementState, int]]:
    with reading(year.engine) as session:
        return {each.unit_id: (each.state, each.in_force_version) for each in session.exec(select(Agreement))}


def office_page(year: Year, tmp_path: Path, unit_id: str) -> str:
    site = Site(year.engine, tmp_path, at=year.now, secret_key="k" * 40)
    with reading(year.engine) as session:
        id_ = session.exec(select(Agreement.id).where(Agreement.unit_id == unit_id)).one()
    return site.signed_in("sek@kbh.example", Role.SECRETARIAT, ROOT).get(f"/udviklingsaftale/{id_}").text


@pytest.mark.parametrize("before", ["selvejende", "kommunal"])
def test_a_unit_whose_ownership_changes_on_the_way_is_signed_by_the_parties_of_its_text(
    two: Year, tmp_path: Path, before: str
) -> None:
    signing = [SIGN, BOARD, SIGN] if before == "selvejende" else [SIGN, SIGN]
    become(two, before)
    answer_of(two, UNIT, DRAFT, YES, YES, SIGN)
    become(two, "kommunal" if before == "selvejende" else "selvejende")
    answer_of(two, OTHER, DRAFT)
    answer_of(two, UNIT, *signing[1:])
    states = states_of(two)
    assert states[UNIT] == (AgreementState.IN_FORCE, 1)
    assert states[OTHER][0] is AgreementState.NEGOTIATION
    page = office_page(two, tmp_path, UNIT)
    assert ("bestyrelsesformand, " in page) == (before == "selvejende")
    assert "underskrevet af alle" in page and "mangler" not in page


def test_a_text_written_after_the_change_has_the_new_parties(two: Year) -> None:
    answer_of(two, UNIT, DRAFT, YES, YES, SIGN)
    become(two, "kommunal")
    refused = {"beslutning": "afvist", "bemaerkning": "Vi er blevet kommunale", "navn": "Bo Lindvang"}
    answer_of(two, UNIT, refused, DRAFT, YES, YES, SIGN)
    assert step_of(two, UNIT).role == "distriktschef"
    answer_of(two, UNIT, SIGN)
    assert states_of(two)[UNIT] == (AgreementState.IN_FORCE, 2)


def test_an_agreement_that_cannot_go_on_is_a_red_row_and_stops_no_other(two: Year) -> None:
    answer_of(two, UNIT, DRAFT, YES, YES)
    with transaction(two.engine) as session:
        agreement = session.exec(select(Agreement).where(Agreement.unit_id == UNIT)).one()
        agreement.state = AgreementState.DRAFTING  # what no way through the product leads to
    two.answer(step_of(two, OTHER), DRAFT)
    two.answer(step_of(two, UNIT), SIGN)
    with pytest.raises(RuntimeError, match=f"{UNIT} .*agreement"):
        two.until(two.now + timedelta(hours=6))
    assert states_of(two)[OTHER][0] is AgreementState.NEGOTIATION
    signing = [
        task for task in two.tasks(two.occurrence("udviklingsaftaler").id) if task.kind is TaskKind.SIGN
    ]
    assert [task.state for task in signing] == [TaskState.SUBMITTED], "the answer is kept and tried again"


def test_what_the_board_said_of_a_refused_text_is_no_annex_of_the_next(year: Year, tmp_path: Path) -> None:
    take(year, *TO_SIGNING, (TaskKind.SIGN, SIGN), (TaskKind.SIGN, BOARD))
    refused = {"beslutning": "afvist", "bemaerkning": "Ikke sådan", "navn": "Ole Højager"}
    take(year, (TaskKind.SIGN, refused), *TO_SIGNING)
    with reading(year.engine) as session:
        assert statements(session, agreement_of(session), 2) == []
    take(year, (TaskKind.SIGN, SIGN), (TaskKind.SIGN, {**BOARD, "udtalelse": "Nu er vi enige."}))
    page = office_page(year, tmp_path, UNIT)
    assert "Nu er vi enige." in page and BOARD["udtalelse"] not in page


def steps_told(year: Year) -> dict[str, tuple[int, int]]:
    """(done, of how many) by the kind of step and who takes it."""
    occurrence = year.occurrence("udviklingsaftaler")
    activity = Activity.model_validate_json(occurrence.activity)
    with reading(year.engine) as session:
        steps = agreement_steps(session, occurrence, activity, paths=(f"/{ROOT}/",))
    return {f"{step.kind}: {step.title.rpartition(', ')[2]}": (step.done, step.total) for step in steps}


def test_the_signatures_of_a_text_that_went_back_to_its_draft_are_not_counted(two: Year) -> None:
    answer_of(two, UNIT, DRAFT, YES, YES, SIGN, BOARD)
    answer_of(two, OTHER, DRAFT, YES, YES, SIGN)
    signed = {"sign: leder": (2, 2), "sign: bestyrelsesformand": (1, 2), "sign: nærmeste leder": (0, 2)}
    assert steps_told(two) == {"negotiate: nærmeste leder": (2, 2), "approve: områdechef": (2, 2), **signed}
    answer_of(two, UNIT, {"beslutning": "afvist", "bemaerkning": "Ikke sådan", "navn": "Ole Højager"})
    signed = {"sign: leder": (1, 2), "sign: bestyrelsesformand": (0, 2), "sign: nærmeste leder": (0, 2)}
    assert steps_told(two) == {"negotiate: nærmeste leder": (1, 2), "approve: områdechef": (1, 2), **signed}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
def test_steps_are_counted_by_the_parties_of_the_text_and_before_there_is_one_by_the_units_own(
    engine: Engine, tmp_path: Path
) -> None:
    koebenhavn.load(engine)
    year = begun(engine, tmp_path, UNIT, OTHER)
    answer_of(year, UNIT, DRAFT, YES, YES, SIGN, BOARD)
    become(year, "kommunal")
    assert steps_told(year)["sign: bestyrelsesformand"] == (1, 2), "one has signed, one has yet to write"
    with transaction(engine) as session:
        session.get_one(Unit, OTHER).ownership = "kommunal"
    assert steps_told(year)["sign: bestyrelsesformand"] == (1, 1)
