"""When all have signed, the agreement becomes a sealed document, once, for those whom it concerns."""

import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from pypdf import PdfReader
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.cases.gathering import case_of_agreement
from cycle.goals.sealed import document_of, long_unsealed, unsealed
from cycle.goals.tables import Agreement, AgreementState, AgreementVersion, Goal, SealedDocument
from cycle.history import History
from cycle.messages.tables import Message, MessageKind
from cycle.organisation.tables import Address, Appointment, Person, Unit
from cycle.store import reading, transaction
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Review, Task
from documents.case_papers import CasePress
from documents.seal_key import trusted
from documents.sealing import SealFailed
from documents.verification import verify
from flows.agreement_signing import advance
from flows.runtime import RunContext
from tests.support import koebenhavn
from tests.support.koebenhavn import Year
from tests.support.municipality import instant
from tests.support.web import Form, Site

SCHOOL, DISTRICT = "101003", "KBH-SKOLER-02"
STEPS: tuple[tuple[TaskKind, dict[str, object]], ...] = (
    (
        TaskKind.DRAFT,
        {
            "enhedsmaal": {
                "G": {
                    "titel": "Flere fælles timer",
                    "beskrivelse": "To om ugen",
                    "understoetter": "D",
                    "indikator": "Timer om ugen",
                    "udgangspunkt": "1",
                    "regel": "mindst",
                    "maaltal": "2",
                }
            }
        },
    ),
    (TaskKind.NEGOTIATE, {"beslutning": "enig"}),
    (TaskKind.APPROVE, {"beslutning": "enig"}),
    (TaskKind.SIGN, {"beslutning": "enig", "navn": "Ida Engsø", "bekraeft": "ja"}),
    (TaskKind.SIGN, {"beslutning": "enig", "navn": "Ole Højager", "bekraeft": "ja"}),
)


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return koebenhavn.store_file(tmp_path_factory.mktemp("koebenhavn") / "template.db")


@pytest.fixture
def year(example: Path, tmp_path: Path) -> Iterator[Year]:
    engine = koebenhavn.copy_of(example, tmp_path)
    year = Year(engine, tmp_path, instant(2027, 11, 30))
    year.only("udviklingsaftaler")
    year.until(instant(2027, 12, 6, 10))
    yield year
    engine.dispose()


def occurrence_of(year: Year) -> int:
    return year.occurrence("udviklingsaftaler").id or 0


def take(year: Year, kind: TaskKind, raw: dict[str, object]) -> Task:
    """Somebody answers the school's open step of this kind; nothing is done about it yet."""
    waiting = (TaskState.OPEN, TaskState.RETURNED)
    (task,) = [
        task
        for task in year.tasks(occurrence_of(year), kind)
        if task.state in waiting and (task.subject.partition(":")[2] or task.unit_id) == SCHOOL
    ]
    year.answer(task, raw)
    return task


def sign_all(year: Year) -> list[Task]:
    taken = []
    for kind, raw in STEPS:
        taken.append(take(year, kind, raw))
        year.until(year.now + timedelta(days=1))
    return taken


def agreement_of(year: Year) -> Agreement:
    with reading(year.engine) as session:
        return session.exec(select(Agreement).where(Agreement.unit_id == SCHOOL)).one()


def document(year: Year) -> bytes:
    with reading(year.engine) as session:
        found = document_of(session, agreement_of(year).id or 0)
    assert found is not None
    return bytes(found[1].content)


def test_the_signed_agreement_is_sealed_with_its_words_its_signatures_and_what_they_are_worth(
    year: Year,
) -> None:
    sign_all(year)
    pdf = document(year)
    verdict = verify(pdf, trusted(year.settings))
    assert verdict.valid and verdict.sealer == "Københavns Kommune, Årshjul"
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    words = " ".join(text.split())
    for said in (
        "Udviklingsaftale 2028",
        "Nyboder Skole",
        "Fælles mål",
        "Områdemål",
        "G. Flere fælles timer",
        "To om ugen",
        "Sygefravær: højst 6 % (før: 6,4 %)",
        "Målene er givet og kan ikke ændres i aftalen.",
        "Opfølgningsansvarlig Nærmeste leder",
        "Hvilket givet mål støtter det? D. Gennemførelse af planlagte timer",
        "Timer om ugen: mindst 2 (før: 1)",
        "Underskriftsbevis",
        "Ida Engsø",
        "leder, Nyboder Skole",
        "Ole Højager",
        "distriktschef, ",
        "personligt link, sendt til postens e-mailadresse",
        "simple elektroniske underskrifter",
        "De er ikke avancerede",
    ):
        assert said in words, said
    with reading(year.engine) as session:
        version = session.exec(select(AgreementVersion)).one()
        goals = [row["label"] for row in version.content["given_goals"]]
    assert all(" ".join(goal.split()) in words for goal in goals)
    assert words.replace(" ", "").count(version.digest) == 3, "twice as shown to a signer, once of the text"
    assert [
        words.index(a) for a in ("Fælles mål", "Områdemål", "Enhedens egne mål", "Underskriftsbevis")
    ] == sorted(words.index(a) for a in ("Fælles mål", "Områdemål", "Enhedens egne mål", "Underskriftsbevis"))


def test_a_signature_may_need_an_account_and_the_document_says_how_each_signer_was_known(
    year: Year, tmp_path: Path
) -> None:
    for kind, raw in STEPS[:-2]:
        take(year, kind, raw)
        year.until(year.now + timedelta(days=1))
    (task,) = [
        each
        for each in year.tasks(occurrence_of(year), TaskKind.SIGN)
        if each.state is TaskState.OPEN and each.subject.partition(":")[2] == SCHOOL
    ]
    with reading(year.engine) as session:
        holder = session.exec(select(Appointment.person_id).where(Appointment.unit_id == SCHOOL)).first() or 0
        address = session.exec(select(Address.email).where(Address.person_id == holder)).one()
    site = Site(year.engine, tmp_path, at=year.now, secret_key="k" * 40, signatures_need="account")
    page, signed = f"/opgave/{task.id}", {str(name): str(value) for name, value in STEPS[-2][1].items()}
    by_link = site.stranger()
    shown = by_link.get(site.link(task, holder), follow_redirects=True)
    assert "Log ind for at skrive under" in shown.text and "Flere fælles timer" in shown.text
    refused = Form(shown, page).send(by_link, act="submit", **signed)
    assert refused.status_code == 403 and f'href="/log-ind?videre={page}"' in refused.text
    assert Form(shown, page).send(by_link, act="draft").status_code == 303
    account = site.signed_in(address, Role.SUPERIOR, SCHOOL)
    assert Form(account.get(page), page).send(account, act="submit", **signed).status_code == 303
    year.until(year.now + timedelta(days=1))
    take(year, *STEPS[-1])
    year.until(year.now + timedelta(days=1))
    pages = PdfReader(BytesIO(document(year))).pages
    words = " ".join(" ".join(each.extract_text() for each in pages).split())
    assert words.count("Genkendt ved konto med adgangskode") == 1
    assert words.count("Genkendt ved personligt link, sendt til postens e-mailadresse") == 1


def test_it_is_made_once_however_often_the_run_is_repeated_and_stands_in_the_history(year: Year) -> None:
    sign_all(year)
    occurrence = occurrence_of(year)
    for _ in range(2):
        advance(RunContext.direct(year.engine, year.now, year.settings, koebenhavn.ROOT), occurrence)
    with reading(year.engine) as session:
        assert len(session.exec(select(SealedDocument)).all()) == 1
        verbs = session.exec(select(History.verb).where(History.verb == "seal")).all()
        advance_at = session.execute(
            sa.text("SELECT advance_at FROM occurrence WHERE state = 'open'")
        ).scalar()
    assert verbs == ["seal"] and advance_at is None


def test_an_authority_that_is_down_holds_up_no_signature_and_the_document_comes_later(
    year: Year, tmp_path: Path
) -> None:
    for kind, raw in STEPS[:-1]:
        take(year, kind, raw)
        year.until(year.now + timedelta(days=1))
    take(year, *STEPS[-1])
    occurrence = occurrence_of(year)
    away = year.settings.model_copy(update={"seal_tsa_url": "http://127.0.0.1:9/"})
    with pytest.raises(SealFailed):
        advance(RunContext.direct(year.engine, year.now, away, koebenhavn.ROOT), occurrence)
    assert agreement_of(year).state is AgreementState.IN_FORCE
    with reading(year.engine) as session:
        assert [each.unit_id for each in unsealed(session, occurrence)] == [SCHOOL]
        assert [*long_unsealed(session, koebenhavn.ROOT, year.now)] == []
        assert len(long_unsealed(session, koebenhavn.ROOT, year.now + timedelta(seconds=1))) == 1
    page = f"/udviklingsaftale/{agreement_of(year).id}"
    site = Site(year.engine, tmp_path, at=year.now)
    office = site.signed_in("sek@kbh.example", Role.SECRETARIAT, koebenhavn.ROOT)
    assert "er her om lidt" in office.get(page).text
    site.clock.at += timedelta(hours=2)
    assert "kunne ikke laves endnu" in office.get(page).text
    year.until(year.now + timedelta(minutes=1))
    assert verify(document(year), trusted(year.settings)).valid


def test_whom_it_concerns_can_fetch_it_and_nobody_else(year: Year, tmp_path: Path) -> None:
    *_, leaders, superiors = sign_all(year)
    site = Site(year.engine, tmp_path, at=year.now, secret_key="k" * 40)
    with reading(year.engine) as session:
        holders = {
            task.unit_id: session.exec(
                select(Appointment.person_id).where(Appointment.unit_id == task.unit_id)
            ).first()
            for task in (leaders, superiors)
        }
    for task in (leaders, superiors):
        link = site.link(task, holders[task.unit_id] or 0)
        assert f"/opgave/{task.id}/aftale.pdf" in site.browser().get(link).text
        assert site.browser().get(f"{link}/aftale.pdf").content == document(year)
    page = f"/udviklingsaftale/{agreement_of(year).id}"
    office = site.signed_in("sek@kbh.example", Role.SECRETARIAT, koebenhavn.ROOT)
    assert page in office.get(f"/aktivitet/{occurrence_of(year)}").text
    assert f"{page}/aftale.pdf" in office.get(page).text and "Ida Engsø" in office.get(page).text
    assert office.get(f"{page}/aftale.pdf").content == document(year)
    read = office.get(page).text
    assert "Sygefravær: højst 6 % (før: 6,4 %)" in read and "Timer om ugen: mindst 2" in read
    with reading(year.engine) as session:
        sick = session.exec(select(Goal).where(Goal.year == 2028, Goal.code == "A")).one()
        (own,) = session.exec(select(Goal).where(Goal.unit_id == SCHOOL)).all()
    assert f'href="/maal/{sick.id}"' in read
    assert (own.parent_key, own.indicator["target"]) == ("Skoler/D", "2")
    assert site.signed_in("d2@kbh.example", Role.SUPERIOR, DISTRICT).get(page).status_code == 200
    stranger = site.signed_in("d1@kbh.example", Role.SUPERIOR, "KBH-SKOLER-01")
    assert [stranger.get(path).status_code for path in (page, f"{page}/aftale.pdf")] == [403, 403]
    assert site.browser().get(page).status_code == 303


def test_a_signer_who_leaves_is_replaced_and_a_signature_already_given_stays_valid(year: Year) -> None:
    for kind, raw in STEPS[:-1]:
        take(year, kind, raw)
        year.until(year.now + timedelta(days=1))
    today = year.now.date()
    with transaction(year.engine) as session:
        leaver = session.exec(
            select(Appointment).where(Appointment.unit_id == DISTRICT, Appointment.role == "distriktschef")
        ).one()
        leaver.valid_to = today - timedelta(days=1)
        stays = session.exec(select(Appointment).where(Appointment.unit_id == "KBH-SKOLER-01")).first()
        assert stays is not None
        session.add(
            Appointment(unit_id=DISTRICT, role="distriktschef", person_id=stays.person_id, valid_from=today)
        )
        session.add(leaver)
    assert agreement_of(year).state is AgreementState.SIGNING
    task = take(year, *STEPS[-1])
    year.until(year.now + timedelta(days=1))
    assert (task.unit_id, task.role) == (DISTRICT, "distriktschef"), "the task is the post's"
    assert agreement_of(year).state is AgreementState.IN_FORCE and agreement_of(year).version == 1
    words = " ".join(" ".join(p.extract_text() for p in PdfReader(BytesIO(document(year))).pages).split())
    assert "Ida Engsø" in words and "Ole Højager" in words


def test_somebody_who_will_not_sign_sends_it_back_and_everyone_concerned_is_told_why(year: Year) -> None:
    for kind, raw in STEPS[:-1]:
        take(year, kind, raw)
        year.until(year.now + timedelta(days=1))
    take(
        year,
        TaskKind.SIGN,
        {"beslutning": "afvist", "bemaerkning": "Målet er for svagt.", "navn": "Ole Højager"},
    )
    year.until(year.now + timedelta(days=1))
    agreement = agreement_of(year)
    assert agreement.state is AgreementState.DRAFTING
    with reading(year.engine) as session:
        verbs = session.exec(select(History.verb).where(History.thing == f"agreement:{agreement.id}")).all()
        told = session.exec(select(Message).where(Message.kind == MessageKind.DECLINED)).all()
        back = session.exec(select(Message).where(Message.kind == MessageKind.RETURNED)).all()
        drafts = session.exec(select(Task).where(Task.unit_id == SCHOOL, Task.kind == TaskKind.DRAFT)).all()
        reasons = session.exec(select(Review.reason)).all()
    assert verbs[-1] == "decline" and "complete" not in verbs
    assert len({mail.address for mail in told}) == len(told) == 2, "one each: the leader gets it back"
    assert {mail.context["text"] for mail in told} == set(reasons) == {"Målet er for svagt."}
    assert len(back) == 1 and [task.state for task in drafts] == [TaskState.RETURNED]
    sign_all(year)
    assert agreement_of(year).version == 2 and verify(document(year), trusted(year.settings)).valid


def test_in_a_self_governing_unit_the_boards_chair_signs_too_and_its_statement_is_annexed(
    year: Year,
) -> None:
    with transaction(year.engine) as session:
        session.execute(sa.update(Unit).where(col(Unit.id) == SCHOOL).values(ownership="selvejende"))
        person = Person(root_id=koebenhavn.ROOT, key="bo@kbh.example", name="Bo Lindvang")
        session.add(person)
        session.flush()
        session.add(
            Appointment(
                unit_id=SCHOOL,
                role="bestyrelsesformand",
                person_id=person.id or 0,
                valid_from=year.now.date(),
            )
        )
    for kind, raw in STEPS[:-1]:
        take(year, kind, raw)
        year.until(year.now + timedelta(days=1))
    signed = take(
        year,
        TaskKind.SIGN,
        {
            "beslutning": "enig",
            "navn": "Bo Lindvang",
            "bekraeft": "ja",
            "udtalelse": "Bestyrelsen støtter aftalen.",
        },
    )
    assert (signed.unit_id, signed.role) == (SCHOOL, "bestyrelsesformand")
    year.until(year.now + timedelta(days=1))
    assert agreement_of(year).state is AgreementState.SIGNING
    take(year, *STEPS[-1])
    year.until(year.now + timedelta(days=1))
    words = " ".join(" ".join(p.extract_text() for p in PdfReader(BytesIO(document(year))).pages).split())
    assert words.index("Bilag: udtalelse") < words.index("Bestyrelsen støtter aftalen.")
    assert "bestyrelsesformand, Nyboder Skole" in words
    assert words.index("Ida Engsø") < words.rindex("Bo Lindvang") < words.rindex("Ole Højager")


def test_an_agreement_is_filed_with_every_step_to_it_and_all_are_fetched_at_once(
    year: Year, tmp_path: Path
) -> None:
    sign_all(year)
    site = Site(year.engine, tmp_path, at=year.now)
    office = site.signed_in("sek@kbh.example", Role.SECRETARIAT, "KBH")
    agreement = agreement_of(year)
    documents = office.get(f"/api/sag/aftale/{agreement.id}").json()["dokumenter"]
    assert [one["noegle"].split(":")[0] for one in documents] == ["submission"] * 5 + ["agreement"]
    assert {one["afsender"]["enhedsnummer"] for one in documents[:5]} >= {SCHOOL, DISTRICT}
    sealed = office.get(documents[-1]["filer"][0]).content
    assert sealed == document(year)
    assert f"/sag/aftale/{agreement.id}" in office.get(f"/udviklingsaftale/{agreement.id}").text
    call = occurrence_of(year)
    assert f"/aktivitet/{call}/aftaler.zip" in office.get(f"/aktivitet/{call}").text
    with zipfile.ZipFile(BytesIO(office.get(f"/aktivitet/{call}/aftaler.zip").content)) as packed:
        (name,) = packed.namelist()
        assert SCHOOL in name and packed.read(name) == sealed
    head = site.signed_in("anden@kbh.example", Role.SUPERIOR, "KBH-INST")
    with zipfile.ZipFile(BytesIO(head.get(f"/aktivitet/{call}/aftaler.zip").content)) as packed:
        assert packed.namelist() == []


def test_the_goal_that_one_supports_is_chosen_and_filed_by_its_title(year: Year, tmp_path: Path) -> None:
    (task,) = (each for each in year.tasks(occurrence_of(year), TaskKind.DRAFT) if each.unit_id == SCHOOL)
    site = Site(year.engine, tmp_path, at=year.now, secret_key="k" * 40)
    with reading(year.engine) as session:
        leader = session.exec(select(Appointment.person_id).where(Appointment.unit_id == SCHOOL)).first()
    page = site.browser().get(site.link(task, leader or 0)).text
    assert 'name="enhedsmaal.G.understoetter" value="D"> D. Gennemførelse af planlagte timer' in page
    take(year, *STEPS[0])
    with reading(year.engine) as session:
        case = case_of_agreement(session, agreement_of(year))
        with CasePress(session, year.settings, "Københavns Kommune", "da") as press:
            pdf = press.paper(case.items[0]).content
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())
    assert "Hvilket givet mål støtter det? D. Gennemførelse af planlagte timer" in words
