"""A results dialogue's preparation: two parts for two people, kept apart, erased on the plan's day."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.errors import Conflict, Invalid, NotAllowed, NotNow
from cycle.history import History
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Appointment, Person
from cycle.preparations import parts
from cycle.preparations.parties import Parties, parties_of
from cycle.preparations.sealing import seal, unseal
from cycle.preparations.tables import Preparation
from cycle.store import reading, transaction
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence
from flows.due_work import next_instant, unqueued_work
from flows.registry import body
from flows.runtime import RunContext
from tests.support.dialogue import (
    CLOSES,
    DISTRICT,
    ERASED,
    LEADERS_WORDS,
    SUPERIORS_WORDS,
    UNIT,
    Dialogue,
)
from tests.support.municipality import ROOT, end_of, instant, opening
from tests.support.web import Form

SECRET = b"s" * 32
ELEMENTS = [
    "Administrativ ledelse",
    "Personaleledelse",
    "Faglig ledelse",
    "Strategisk ledelse",
    "Interessentledelse",
]


@pytest.fixture
def talk(engine: Engine, tmp_path) -> Dialogue:
    return Dialogue(engine, tmp_path)


def parties(talk: Dialogue) -> Parties:
    with reading(talk.engine) as session:
        found = parties_of(Directory.for_post(session, UNIT, talk.site.clock.at.date()), UNIT, "leder")
    assert found is not None
    return found


def test_nobody_prepares_a_dialogue_with_themselves(talk: Dialogue) -> None:
    """The district's head is the unit's leader too: there is no other party, and nothing to prepare."""
    both = talk.town.leaders[DISTRICT]
    with transaction(talk.engine) as session:
        session.execute(sa.update(Appointment).where(col(Appointment.unit_id) == UNIT).values(person_id=both))
    with reading(talk.engine) as session:
        directory = Directory.for_post(session, UNIT, talk.site.clock.at.date())
    assert directory.holder(UNIT, "leder") is not None
    assert parties_of(directory, UNIT, "leder") is None
    assert talk.site.browser().get(talk.link(both)).status_code == 403
    assert talk.account().get(talk.superior_page).status_code == 403


def test_each_party_writes_an_own_part_and_reads_the_others(talk: Dialogue) -> None:
    superior = talk.both_write()
    leaders = talk.site.browser().get(talk.link()).text
    assert all(title in leaders for title in ELEMENTS)
    own, theirs = leaders.split("Din egen del")[1], leaders.split("Din egen del")[0]
    assert LEADERS_WORDS in own and SUPERIORS_WORDS in theirs and SUPERIORS_WORDS not in own
    superiors = superior.get(talk.superior_page).text
    assert SUPERIORS_WORDS in superiors.split("Din egen del")[1]
    assert LEADERS_WORDS in superiors.split("Din egen del")[0]
    assert "slettes 30. november 2027" in " ".join(leaders.split())
    assert len(talk.rows()) == 2


def test_both_find_it_from_where_they_are(talk: Dialogue) -> None:
    page = talk.site.browser().get(talk.link().removesuffix("/forberedelse")).text
    assert f"/opgave/{talk.task.id}/forberedelse" in page and f"Leder af {DISTRICT}" in page
    case = talk.account().get(f"/mine-enheder/opgave/{talk.task.id}").text
    assert talk.superior_page in case
    english = talk.site.browser().get(talk.link() + "?sprog=en").text
    assert "Only you and" in english and "Administrative leadership" in english


def test_a_part_can_be_corrected_and_the_same_part_twice_is_one(talk: Dialogue) -> None:
    browser = talk.site.browser()
    form = Form(browser.get(talk.link()), talk.link())
    assert form.send(browser, administrativ="Første").status_code == 303
    assert form.send(browser, administrativ="Første").status_code == 303, "the same POST again"
    talk.leader_writes("Anden")
    (row,) = talk.rows()
    assert row.edition == 2 and "Anden" in browser.get(talk.link()).text


def test_a_second_window_is_told_and_loses_nothing(talk: Dialogue) -> None:
    browser = talk.site.browser()
    form = Form(browser.get(talk.link()), talk.link())
    talk.leader_writes("I det ene vindue")
    late = form.send(browser, administrativ="I det andet")
    assert late.status_code == 409 and "Intet er gemt" in late.text
    assert "I det andet" in late.text and "I det ene vindue" in browser.get(talk.link()).text
    assert Form(late, talk.link()).send(browser, administrativ="I det andet").status_code == 303


def test_too_long_a_text_is_refused_and_given_back(talk: Dialogue) -> None:
    browser = talk.site.browser()
    form = Form(browser.get(talk.link()), talk.link())
    wrong = form.send(browser, administrativ="x" * 4001)
    assert wrong.status_code == 422 and "x" * 4001 in wrong.text and talk.rows() == []


def test_it_lies_encrypted_and_bound_to_its_place(talk: Dialogue) -> None:
    talk.both_write()
    first, second = talk.rows()
    assert LEADERS_WORDS.encode() not in first.content and SUPERIORS_WORDS.encode() not in second.content
    with transaction(talk.engine) as session:
        session.execute(
            sa.text("UPDATE preparation SET content = :content WHERE id = :id"),
            {"content": first.content, "id": second.id},
        )
    page = talk.site.browser().get(talk.link())
    assert page.status_code == 422 and "secret.key" in page.text
    with pytest.raises(Invalid):
        unseal(b"t" * 32, "1/A/2/3", seal(SECRET, "1/A/2/3", {"a": "b"}))
    with pytest.raises(Invalid):
        unseal(SECRET, "1/A/2/3", b"short")


@pytest.mark.parametrize("column", ["writer", "reader"])
def test_whoever_alters_the_names_it_was_written_between_reads_nothing(talk: Dialogue, column: str) -> None:
    """Somebody with the database makes the leader's name fit a part that was written under another."""
    superior = talk.both_write()
    leader = talk.town.leaders[UNIT]
    with transaction(talk.engine) as session:
        session.get_one(Person, leader).name = "Mette Holmgaard"
        its = {f"{column}_name": "Mette Holmgaard"}
        fits = col(getattr(Preparation, f"{column}_id")) == leader
        session.execute(sa.update(Preparation).where(fits).values(**its))
    pages = [talk.site.browser().get(talk.link()), superior.get(talk.superior_page)]
    read = pages[0] if column == "reader" else pages[1]
    assert read.status_code == 422 and "secret.key" in read.text
    assert SUPERIORS_WORDS not in pages[0].text and LEADERS_WORDS not in pages[1].text


def test_what_is_erased_is_not_in_the_databases_files(talk: Dialogue) -> None:
    talk.both_write()
    written = [row.content for row in talk.rows()]
    assert all(content in files_of(talk.engine) for content in written)
    with transaction(talk.engine) as session:
        session.execute(sa.update(Occurrence).values(state=OccurrenceState.CLOSED, closed_at=end_of(CLOSES)))
    subject = f"erase:{talk.occurrence_id}"
    context = RunContext.direct(talk.engine, opening(ERASED), talk.site.settings, ROOT, subject)
    body("results_dialogue", subject)(context)
    assert talk.rows() == [] and not any(content in files_of(talk.engine) for content in written)


def files_of(engine: Engine) -> bytes:
    """Every byte of the database on the disk; of a server's, those of the table."""
    if engine.dialect.name == "sqlite":
        path = Path(engine.url.database or "")
        return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CHECKPOINT")
        folder = connection.exec_driver_sql("SHOW data_directory").scalar_one()
        file = connection.exec_driver_sql("SELECT pg_relation_filepath('preparation')").scalar_one()
    return (Path(folder) / file).read_bytes()


def test_the_day_it_is_erased_nothing_is_left_and_history_says_so_once(talk: Dialogue) -> None:
    talk.both_write()
    at = opening(ERASED)
    with transaction(talk.engine) as session:
        state = {"state": OccurrenceState.CLOSED, "closed_at": end_of(CLOSES)}
        session.execute(sa.update(Occurrence).values(**state))
    talk.site.clock.at = at - timedelta(minutes=1)
    superior = talk.account()
    assert superior.get(talk.superior_page).status_code == 200, "a minute before it is there"
    with reading(talk.engine) as session:
        assert next_instant(session, after=talk.site.clock.at, settings=talk.site.settings) == at
        wanted = unqueued_work(session, now=at, settings=talk.site.settings)
    assert [(work.flow, work.subject) for work in wanted] == [
        ("results_dialogue", f"erase:{talk.occurrence_id}")
    ]
    for _ in range(2):
        context = RunContext.direct(talk.engine, at, talk.site.settings, ROOT, wanted[0].subject)
        body(wanted[0].flow, wanted[0].subject)(context)
    assert talk.rows() == [] and talk.occurrence().erased_at == at
    with reading(talk.engine) as session:
        (told,) = session.exec(select(History).where(col(History.verb) == "erase")).all()
        assert unqueued_work(session, now=at, settings=talk.site.settings) == []
    assert (told.actor, told.data, told.why) == ("engine", {}, "")
    talk.site.clock.at = at
    for page in (talk.site.browser().get(talk.link()), superior.get(talk.superior_page)):
        assert page.status_code == 410 and "Forberedelsen er slettet" in page.text


def test_nothing_is_written_once_the_day_has_come_even_before_the_engine_turns(talk: Dialogue) -> None:
    browser = talk.site.browser()
    form = Form(browser.get(talk.link()), talk.link())
    talk.site.clock.at = opening(ERASED)
    browser.get(talk.link())
    assert form.send(browser, administrativ="For sent").status_code == 410
    with transaction(talk.engine) as session:
        occurrence = session.get_one(Occurrence, talk.occurrence_id)
        people = parties(talk)
        with pytest.raises(NotNow):
            parts.write_part(
                session,
                SECRET,
                occurrence,
                people,
                people.leader.person_id,
                answers={},
                edition=0,
                now=talk.site.clock.at,
            )
    assert talk.rows() == []


def test_an_erasing_that_came_first_refuses_a_slower_writer(talk: Dialogue) -> None:
    """The page was opened in time, the engine erased, and only then the writer's transaction began."""
    stale, people = talk.occurrence(), parties(talk)
    with transaction(talk.engine) as session:
        session.execute(sa.update(Occurrence).values(erased_at=instant(2027, 9, 10)))
    with transaction(talk.engine) as session, pytest.raises(NotNow):
        parts.write_part(
            session,
            SECRET,
            stale,
            people,
            people.leader.person_id,
            answers={},
            edition=0,
            now=instant(2027, 9, 10),
        )
    assert talk.rows() == []


def test_the_table_lets_in_its_parties_alone(talk: Dialogue) -> None:
    people = parties(talk)
    with transaction(talk.engine) as session:
        occurrence = session.get_one(Occurrence, talk.occurrence_id)
        for person in talk.town.leaders.values():
            if person in (people.leader.person_id, people.superior.person_id):
                continue
            with pytest.raises(NotAllowed):
                parts.read_parts(session, SECRET, occurrence, people, person, now=talk.site.clock.at)
        with pytest.raises(Conflict):
            parts.write_part(
                session,
                SECRET,
                occurrence,
                people,
                people.leader.person_id,
                answers={},
                edition=3,
                now=talk.site.clock.at,
            )


def test_an_activity_without_a_preparation_has_no_such_page(talk: Dialogue) -> None:
    with transaction(talk.engine) as session:
        session.execute(sa.update(Occurrence).values(stage_forms={}, erase_at=None))
    assert talk.site.browser().get(talk.link()).status_code == 404
    assert talk.account(Role.SUPERIOR).get(talk.superior_page).status_code == 404
