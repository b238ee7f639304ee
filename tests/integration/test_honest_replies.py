"""What becomes of replies that are easily read as less than they are, or as more."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from config.settings import Settings
from cycle.messages.outbox import ONCE_A_DAY
from cycle.messages.tables import Inbound, InboundVerdict, Message, MessageKind, MessageState
from cycle.store import reading, transaction
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.states import SubmissionKind
from cycle.tasks.tables import Draft, FormVersion, Submission, Task
from flows.collect import collect
from flows.runtime import RunContext
from tests.support import municipality
from tests.support.municipality import ROOT, Town, instant
from tests.support.outbox import sending_to
from tests.support.replies import address_of, put, reply_to, write

NOON = instant(2027, 4, 6)
V = InboundVerdict
ONE_TEXT = Form(
    id="fri",
    title="Fri",
    nil_allowed=True,
    fields=(Field(id="bem", type=FieldType.LONG_TEXT, label="Bemærkninger", required=True),),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return sending_to(25, tmp_path, reply_domain="svar.by.example", inbox_dir=tmp_path / "ind")


def add_version(session: Session, task: Task) -> FormVersion:
    """The form of one text, beside the one the task has."""
    now = session.get_one(FormVersion, task.form_version_id)
    kept = now.model_dump(exclude={"id", "form_id", "spec"})
    version = FormVersion(**kept, form_id=ONE_TEXT.id, spec=ONE_TEXT.model_dump_json())
    session.add(version)
    session.flush()
    return version


def built(engine: Engine) -> Town:
    """A town whose leaders owe one text, and next quarter's report with several questions."""
    with transaction(engine) as session:
        town = municipality.build(session)
        cycle = municipality.start_cycle(session, town)
        for activity in ("kvartalsrapport-1", "kvartalsrapport-2"):
            tasks = municipality.add_tasks(
                session, town, municipality.add_occurrence(session, town, cycle, activity)
            )
            if activity == "kvartalsrapport-1":
                version = add_version(session, tasks[0])
                for task in tasks:
                    task.form_version_id = version.id
    return town


@pytest.fixture
def town(sqlite_engine: Engine) -> Town:
    return built(sqlite_engine)


def tasks_of(engine: Engine, town: Town) -> list[Task]:
    """The two tasks of the first unit."""
    with reading(engine) as session:
        return list(session.exec(select(Task).where(Task.unit_id == town.units[0]).order_by(col(Task.id))))


def taken(engine: Engine, settings: Settings) -> tuple[list[Inbound], list[Submission], list[Draft]]:
    collect(RunContext.direct(engine, NOON + timedelta(minutes=5), settings, ROOT))
    with reading(engine) as session:
        return tuple(list(session.exec(select(table))) for table in (Inbound, Submission, Draft))


def reply(engine: Engine, settings: Settings, town: Town, text: str, **headers: str):
    put(settings, write(settings, town, tasks_of(engine, town)[0], text, **headers), NOON)
    return taken(engine, settings)


@pytest.mark.parametrize(
    ("text", "seconds", "kind", "verdict"),
    [
        ("Sagen er oprettet med nummer 4711 i vores system.", 4, "daily", V.DRAFT),
        ("Vi har ansat to lærere og er på plads.", 30, "daily", V.DRAFT),
        ("Vi har ansat to lærere og er på plads.", 31, "daily", V.ANSWER),
        ("Sagen er oprettet med nummer 4712 i vores system.", 4, "receipt", V.DRAFT),
        ("Intet at bemærke", 4, "daily", V.ANSWER),
    ],
)
def test_words_that_come_at_once_are_asked_about_where_any_words_would_be_the_answer(
    engine, settings, text, seconds, kind, verdict
):
    town = built(engine)
    with transaction(engine) as session:
        session.add(
            Message(
                root_id=ROOT,
                key="asked",
                kind=MessageKind(kind),
                address=address_of(town.units[0]),
                state=MessageState.SENT,
                created_at=NOON,
                next_at=NOON,
                sent_at=NOON - timedelta(seconds=seconds),
            )
        )
    (inbound,), submitted, drafts = reply(engine, settings, town, text)
    assert inbound.verdict is verdict
    assert (len(submitted), len(drafts)) == ((1, 0) if verdict is V.ANSWER else (0, 1))
    with reading(engine) as session:
        told = session.exec(select(Message.context).where(Message.kind == MessageKind.REPLY_PROBLEM)).all()
    assert len(told) == (verdict is V.DRAFT)
    assert all("få sekunder efter vores mail" in each["problems"][0][1] for each in told)


def test_an_absence_under_our_subject_is_no_answer(sqlite_engine, town, settings):
    text = "Jeg er på ferie til og med den 12. august. Kontakt sekretariatet ved hastende henvendelser."
    (inbound,), submitted, drafts = reply(sqlite_engine, settings, town, text)
    assert inbound.verdict is V.AUTOMATIC and inbound.reason
    assert submitted == drafts == []
    with reading(sqlite_engine) as session:
        assert session.exec(select(Message)).all() == [], "nobody writes to a machine"


@pytest.mark.parametrize(
    "text",
    [
        "Jeg er på ferie til og med 12. august. Vi får et merforbrug på 2 mio. kr.",
        "Se mit svar nedenfor.\n\nMvh Ane",
    ],
)
def test_what_may_be_less_than_the_answer_is_a_draft_and_asked_about(sqlite_engine, town, settings, text):
    (inbound,), submitted, (draft,) = reply(sqlite_engine, settings, town, text)
    assert inbound.verdict is V.DRAFT and submitted == []
    assert draft.answers["bem"] == text.partition("\n")[0]
    with reading(sqlite_engine) as session:
        (told,) = session.exec(select(Message)).all()
        assert told.kind is MessageKind.REPLY_PROBLEM


def test_a_greeting_on_the_line_of_a_nil_return_is_no_obstacle(sqlite_engine, town, settings):
    _, (submitted,), _ = reply(sqlite_engine, settings, town, "Hej Anne, vi har intet at bemærke.")
    assert submitted.kind is SubmissionKind.NIL


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (
            "Hej Anne, vi får et merforbrug på 2 mio. kr.\nResten er som planlagt.",
            "vi får et merforbrug på 2 mio. kr.\nResten er som planlagt.",
        ),
        (
            "OBS: vi har eksterne konsulenter i år, det koster 2 mio.\n\nEllers som planlagt.",
            "OBS: vi har eksterne konsulenter i år, det koster 2 mio.\n\nEllers som planlagt.",
        ),
        (
            "Se mit svar nedenfor.\n\nMvh Ane\n\nVi mangler to lærere og overskrider med 2 mio. kr.",
            "Se mit svar nedenfor.\n\nVi mangler to lærere og overskrider med 2 mio. kr.",
        ),
    ],
)
def test_the_whole_text_is_submitted(sqlite_engine, town, settings, text, answer):
    _, (submitted,), _ = reply(sqlite_engine, settings, town, text)
    assert (submitted.kind, submitted.answers) == (SubmissionKind.COMPLETE, {"bem": answer})


@pytest.mark.parametrize("only_named", [True, False])
def test_one_reply_to_two_reply_addresses_answers_both_tasks_once(engine, settings, only_named):
    """Both addresses stand in To, or each copy has the one it was delivered to; each copy comes twice."""
    town = built(engine)
    first, second = tasks_of(engine, town)
    person = town.leaders[first.unit_id]
    addresses = [reply_to(settings, task, person) for task in (first, second)]
    for address in addresses * 2:
        to = ", ".join(addresses) if only_named else address
        raw = write(settings, town, first, "Intet at bemærke", To=to, Delivered_To=address)
        put(settings, raw, NOON)
    inbound, submitted, _ = taken(engine, settings)
    assert sorted(each.task_id for each in submitted) == sorted([first.id, second.id])
    assert {each.kind for each in submitted} == {SubmissionKind.NIL}
    assert [each.verdict for each in inbound] == [V.ANSWER, V.ANSWER]
    assert len({each.message_id for each in inbound}) == 2


def test_of_mails_without_a_clear_answer_an_address_hears_once_a_day(sqlite_engine, town, settings):
    _, report = tasks_of(sqlite_engine, town)
    unclear = ["Vi ser på sagen nr. 1.", "Vi ser på sagen nr. 2.", "Vi ser på sagen nr. 3."]
    for number, text in enumerate([*unclear, "Status: lilla\nForventet resultat: 12 mio."]):
        raw = write(settings, town, report, text, Message_ID=f"<{number}@x.example>")
        put(settings, raw, NOON + timedelta(seconds=number))
    inbound, submitted, _ = taken(sqlite_engine, settings)
    assert {each.verdict for each in inbound} == {V.DRAFT} and submitted == []
    with reading(sqlite_engine) as session:
        told = session.exec(select(Message).order_by(col(Message.id))).all()
    assert [each.state for each in told] == [
        MessageState.READY,
        MessageState.WITHHELD,
        MessageState.WITHHELD,
        MessageState.READY,
    ], "what was partly understood is told"
    assert {each.reason for each in told[1:3]} == {ONCE_A_DAY}
