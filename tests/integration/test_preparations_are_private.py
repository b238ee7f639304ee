"""Every way in which a results dialogue's preparation must not be seen, one test each."""

import io
import logging
import re
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pypdf
import pytest
import sqlalchemy as sa
from httpx import Response
from sqlalchemy.engine import Engine
from sqlmodel import col, select
from starlette.testclient import TestClient

from cycle.access.roles import Role
from cycle.access.rules import PERMISSIONS, Granted, Thing, Verb, allowed
from cycle.cases.gathering import case_of_occurrence
from cycle.errors import ImportInvalid
from cycle.history import History
from cycle.messages.tables import Message
from cycle.organisation.applying import Import
from cycle.organisation.importing import import_leaders
from cycle.organisation.leader_comparison import NO_CHOICES
from cycle.organisation.people import Choice, Choices
from cycle.organisation.tables import Address, Appointment, Person, Substitute
from cycle.preparations.parties import person_of_account
from cycle.store import reading, transaction
from cycle.tables import METADATA
from cycle.tasks.rollup import roll_up
from cycle.tasks.tables import Draft, Submission
from flows.remind import remind
from flows.runtime import RunContext
from tests.support.dialogue import (
    AREA,
    DISTRICT,
    LEADERS_WORDS,
    OFFICE,
    SECRETS,
    SUPERIORS_WORDS,
    UNIT,
    Dialogue,
    is_silent,
)
from tests.support.municipality import ROOT
from tests.support.routes import gets
from tests.support.web import Form
from web.app import create_app

REPOSITORY = Path(__file__).parents[2]
TODAY = date(2027, 9, 10)
ONLY_PARTIES = "Forberedelsen er kun for samtalens to parter"
NO_PARTY = [
    (Role.SECRETARIAT, ROOT),
    (Role.DIRECTION, ROOT),
    (Role.COMMITTEE, ROOT),
    (Role.OPERATOR, ROOT),
    (Role.SUPERIOR, ROOT),
    (Role.SUPERIOR, OFFICE),
    (Role.SUPERIOR, AREA),
    (Role.SUPERIOR, "BY-IN-D2"),
]


@pytest.fixture
def talk(sqlite_engine: Engine, tmp_path) -> Dialogue:
    return Dialogue(sqlite_engine, tmp_path)


@pytest.fixture
def written(talk: Dialogue) -> Dialogue:
    talk.both_write()
    return talk


def refused(page: Response) -> bool:
    return page.status_code == 403 and ONLY_PARTIES in page.text and is_silent(page.text)


def words_of(content: bytes) -> str:
    """Everything a page or a file says, also inside a workbook, a Word file, a PDF, or a package of them."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            return "".join(name + words_of(file.read(name)) for name in file.namelist())
    if content.startswith(b"%PDF"):
        return "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(content)).pages)
    return content.decode("utf-8", "replace")


def every_address(talk: Dialogue, link: str) -> list[str]:
    """Every GET address of the application, with this store's ids."""
    ids = {
        "occurrence_id": talk.occurrence_id,
        "task_id": talk.task.id,
        "person_id": talk.town.leaders[UNIT],
        "token": link.split("/")[2],
        "what": "aktivitet",
        "number": talk.occurrence_id,
    }
    paths = gets(talk.site.app)
    return sorted(re.sub(r"\{(\w+)[^}]*\}", lambda name: str(ids.get(name[1], 1)), path) for path in paths)


# ---- roles and accounts


@pytest.mark.parametrize(("role", "unit"), NO_PARTY, ids=lambda value: str(value))
def test_no_role_opens_it(written: Dialogue, role: Role, unit: str) -> None:
    """Not the secretariat, the direction, the committee or the operator, and not the superior's superiors."""
    assert refused(written.account(role, unit).get(written.superior_page))


def test_no_role_may_in_the_table_of_access() -> None:
    for role in Role:
        for verb in Verb:
            assert not allowed([Granted(role, ROOT, f"/{ROOT}/")], verb, Thing.PARTIES, f"/{ROOT}/")
    assert not any(Thing.PARTIES in one.things for verbs in PERMISSIONS.values() for one in verbs.values())


def test_a_grant_over_the_district_is_not_enough_without_being_its_head(written: Dialogue) -> None:
    assert refused(written.account(email="en.anden@by.example").get(written.superior_page))


def test_nobody_posts_into_it_but_the_parties(written: Dialogue) -> None:
    before = [(row.content, row.edition) for row in written.rows()]
    browser = written.account(Role.SECRETARIAT, ROOT)
    csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get("/aarshjul").text)
    assert csrf is not None
    sent = {"csrf": csrf[1], "edition": "0", "administrativ": "Indbrud"}
    assert browser.post(written.superior_page, data=sent).status_code == 403
    assert [(row.content, row.edition) for row in written.rows()] == before


def test_a_stranger_is_sent_to_sign_in(written: Dialogue) -> None:
    assert written.site.browser().get(written.superior_page).status_code == 303


def test_an_address_that_two_share_is_nobodys(talk: Dialogue) -> None:
    with transaction(talk.engine) as session:
        other = talk.town.leaders["BY-IN-D2"]
        shared = f"{DISTRICT.lower()}@by.example"
        session.add(Address(person_id=other, email=shared.upper(), valid_from=date(2026, 1, 1)))
    with reading(talk.engine) as session:
        assert person_of_account(session, ROOT, shared) is None
    assert refused(talk.account().get(talk.superior_page))


def test_an_address_that_a_post_shares_is_nobodys(talk: Dialogue) -> None:
    shared = f"{DISTRICT.lower()}@by.example"
    with transaction(talk.engine) as session:
        since = date(2026, 1, 1)
        session.add(Address(unit_id=DISTRICT, role="distriktschef", email=shared, valid_from=since))
    assert refused(talk.account().get(talk.superior_page))


def test_the_demos_one_click_role_obeys_it(written: Dialogue) -> None:
    class Demo:
        controls = None
        mark = file_mark = ("Opdigtede svar", "Invented answers")

    accounts = [
        written.site.add_account("sif@by.example", Role.SECRETARIAT, ROOT),
        written.site.add_account("dagny@by.example", Role.DIRECTION, ROOT),
        written.site.add_account("dorte@by.example", Role.SUPERIOR, DISTRICT),
    ]
    written.site.app = create_app(written.engine, written.site.settings, written.site.clock, demo=Demo())
    for account in accounts:
        browser = written.site.browser()
        assert browser.post("/demo/log-ind", data={"account": str(account.id)}).status_code == 303
        assert refused(browser.get(written.superior_page))
        assert is_silent(browser.get("/demo").text)


# ---- links, substitutes, successors


def test_another_leaders_link_leads_to_an_own_empty_page(written: Dialogue) -> None:
    other = written.tasks[1]
    link = written.site.link(other, written.town.leaders[other.unit_id]) + "/forberedelse"
    page = written.site.browser().get(link)
    assert page.status_code == 200 and is_silent(page.text)


def test_a_link_made_out_to_somebody_else_opens_nothing(written: Dialogue) -> None:
    for person in (written.town.leaders[AREA], written.town.leaders["BY-IN-D1-002"]):
        page = written.site.browser().get(written.link(person))
        assert page.status_code == 403 and is_silent(page.text)


def test_a_substitute_of_the_leader_sees_neither_it_nor_a_way_to_it(written: Dialogue) -> None:
    stand_in = written.add_person("Sus Stedfortræder", "sus@by.example")
    with transaction(written.engine) as session:
        session.add(Substitute(unit_id=UNIT, role="leder", person_id=stand_in, valid_from=TODAY))
    link = written.link(stand_in)
    task = written.site.browser().get(link.removesuffix("/forberedelse"))
    assert task.status_code == 200 and "forberedelse" not in task.text
    assert refused(written.site.browser().get(link))


def test_a_substitute_of_the_superior_sees_nothing(written: Dialogue) -> None:
    stand_in = written.add_person("Sus Stedfortræder", "sus@by.example")
    with transaction(written.engine) as session:
        session.add(Substitute(unit_id=DISTRICT, role="distriktschef", person_id=stand_in, valid_from=TODAY))
    assert refused(written.account(email="sus@by.example").get(written.superior_page))


def readdress(talk: Dialogue, person_id: int, email: str) -> None:
    """What an import of leaders does when the same person has another address."""
    with transaction(talk.engine) as session:
        mine = col(Address.person_id) == person_id
        session.execute(sa.update(Address).where(mine).values(valid_to=TODAY))
        session.add(Address(person_id=person_id, email=email, valid_from=TODAY))


def test_whoever_gives_a_party_another_address_reads_nothing(written: Dialogue) -> None:
    """Somebody at the office makes themselves the superior, then the leader, by the list of leaders."""
    chief, leader = written.town.leaders[DISTRICT], written.town.leaders[UNIT]
    readdress(written, chief, "sek@by.example")
    as_superior = written.account(Role.SECRETARIAT, ROOT, "sek@by.example").get(written.superior_page)
    assert as_superior.status_code == 200 and is_silent(as_superior.text)
    assert "Dit navn eller din adresse er ændret" in as_superior.text
    readdress(written, leader, "sek2@by.example")
    as_leader = written.site.browser().get(written.link())
    assert as_leader.status_code == 200 and is_silent(as_leader.text)


def test_a_party_whose_address_was_changed_in_earnest_reads_what_is_saved_again(written: Dialogue) -> None:
    readdress(written, written.town.leaders[UNIT], "ny@by.example")
    superior = written.account()
    page = superior.get(written.superior_page)
    assert LEADERS_WORDS in page.text and SUPERIORS_WORDS in page.text
    assert f"Du gemte til Leder af {UNIT}." in page.text
    assert is_silent(written.site.browser().get(written.link()).text)
    assert written.superior_writes(SUPERIORS_WORDS, superior).status_code == 303
    theirs = written.site.browser().get(written.link()).text
    assert SUPERIORS_WORDS in theirs and LEADERS_WORDS not in theirs
    assert written.leader_writes("Nyskrevet").status_code == 303
    assert "Nyskrevet" in superior.get(written.superior_page).text


def rename(talk: Dialogue, person_id: int, name: str) -> None:
    """What an import of leaders does when somebody has answered that a name is the same person's."""
    with transaction(talk.engine) as session:
        session.get_one(Person, person_id).name = name


def test_a_successor_taken_for_the_leader_at_the_schools_own_address_reads_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    """The address is the institution's, and whoever imported said that both names are one person."""
    talk = Dialogue(engine, tmp_path)
    superior = talk.both_write()
    rename(talk, talk.town.leaders[UNIT], "Mette Holmgaard")
    page = talk.site.browser().get(talk.link())
    assert page.status_code == 200 and is_silent(page.text)
    assert "Dit navn eller din adresse er ændret" in page.text
    assert "skrevet noget her under et andet navn" in page.text
    superiors = superior.get(talk.superior_page).text
    assert LEADERS_WORDS not in superiors, "it is not what Mette Holmgaard has written"
    assert f"Det er skrevet under navnet Leder af {UNIT}." in superiors
    assert SUPERIORS_WORDS in superiors and f"Du gemte til Leder af {UNIT}." in superiors
    english = superior.get(talk.superior_page + "?sprog=en").text
    assert f"It was written under the name Leder af {UNIT}." in english


def test_a_successor_taken_for_the_superior_reads_nothing(engine: Engine, tmp_path: Path) -> None:
    talk = Dialogue(engine, tmp_path)
    superior = talk.both_write()
    rename(talk, talk.town.leaders[DISTRICT], "Mette Holmgaard")
    page = superior.get(talk.superior_page)
    assert page.status_code == 200 and is_silent(page.text)
    leaders = talk.site.browser().get(talk.link()).text
    assert LEADERS_WORDS in leaders and SUPERIORS_WORDS not in leaders
    assert f"Du gemte til Leder af {DISTRICT}." in leaders


def test_a_party_whose_name_was_changed_in_earnest_reads_what_is_saved_again(
    engine: Engine, tmp_path: Path
) -> None:
    talk = Dialogue(engine, tmp_path)
    superior = talk.both_write()
    rename(talk, talk.town.leaders[UNIT], "Mette Nielsen")
    assert talk.superior_writes(SUPERIORS_WORDS, superior).status_code == 303
    theirs = talk.site.browser().get(talk.link()).text
    assert SUPERIORS_WORDS in theirs and LEADERS_WORDS not in theirs
    assert talk.leader_writes("Nyskrevet").status_code == 303
    assert "Nyskrevet" in superior.get(talk.superior_page).text
    rename(talk, talk.town.leaders[UNIT], "NIELSEN, Mette")
    theirs = talk.site.browser().get(talk.link()).text
    assert SUPERIORS_WORDS in theirs and "Nyskrevet" in theirs, "the same name, written otherwise"


def test_whoever_follows_under_the_schools_own_address_is_asked_about_and_begins_with_an_empty_page(
    engine: Engine, tmp_path: Path
) -> None:
    """Same first name, same address: the ordinary import asks, and the answer is a new person."""
    talk = Dialogue(engine, tmp_path)
    rename(talk, talk.town.leaders[UNIT], "Mette Nielsen")
    talk.both_write()
    leaders = "unit_id;role;name;email\n" + "".join(
        f"{unit};{role};{name};{email}\n" for unit, role, name, email in listed(talk)
    )
    followed = leaders.replace("Mette Nielsen", "Mette Holmgaard")
    with pytest.raises(ImportInvalid, match="hørte til Mette Nielsen; nu Mette Holmgaard"):
        import_leaders_of(talk, followed)
    import_leaders_of(talk, followed, Choices(default=Choice.NEW))
    with reading(talk.engine) as session:
        new = session.exec(select(Person.id).where(Person.name == "Mette Holmgaard")).one()
    assert talk.site.browser().get(talk.link()).status_code == 403
    page = talk.site.browser().get(talk.link(new))
    assert page.status_code == 200 and is_silent(page.text)


def listed(talk: Dialogue) -> list[tuple[str, str, str, str]]:
    """The list of leaders as it is."""
    with reading(talk.engine) as session:
        query = (
            select(Appointment.unit_id, Appointment.role, Person.name, Address.email)
            .join(Person, col(Person.id) == col(Appointment.person_id))
            .join(Address, col(Address.person_id) == col(Person.id))
        )
        return list(session.exec(query))


def import_leaders_of(talk: Dialogue, text: str, choices: Choices = NO_CHOICES) -> None:
    given = Import(
        "ledere.csv", text.encode(), "account:1", now=talk.site.clock.at, today=TODAY, confirmed=True
    )
    with transaction(talk.engine) as session:
        import_leaders(session, given, choices)


def successor(talk: Dialogue, unit: str, role: str, email: str) -> int:
    """Somebody new holds the post from today on."""
    new = talk.add_person("Ny Leder", email)
    with transaction(talk.engine) as session:
        session.execute(
            sa.update(Appointment)
            .where(Appointment.unit_id == unit)  # type: ignore[arg-type]  # SQLModel's attribute is a column
            .values(valid_to=TODAY - timedelta(days=1))
        )
        session.add(Appointment(unit_id=unit, role=role, person_id=new, valid_from=TODAY))
    return new


def test_a_new_leader_begins_with_an_empty_page_and_the_old_one_is_out(written: Dialogue) -> None:
    new = successor(written, UNIT, "leder", "ny@by.example")
    page = written.site.browser().get(written.link(new))
    assert page.status_code == 200 and is_silent(page.text)
    assert written.site.browser().get(written.link()).status_code == 403
    superior = written.account()
    assert is_silent(superior.get(written.superior_page).text), "what was written about another stays away"


def test_a_new_superior_begins_with_an_empty_page_and_the_old_one_is_out(written: Dialogue) -> None:
    successor(written, DISTRICT, "distriktschef", "ny@by.example")
    page = written.account(email="ny@by.example").get(written.superior_page)
    assert page.status_code == 200 and is_silent(page.text)
    assert refused(written.account().get(written.superior_page))
    assert is_silent(written.site.browser().get(written.link()).text)


def test_nobody_climbs_over_a_vacant_post(written: Dialogue) -> None:
    with transaction(written.engine) as session:
        session.execute(
            sa.update(Appointment)
            .where(Appointment.unit_id == DISTRICT)  # type: ignore[arg-type]  # as above
            .values(valid_to=TODAY - timedelta(days=1))
        )
    assert refused(written.account(Role.SUPERIOR, AREA).get(written.superior_page))
    assert refused(written.site.browser().get(written.link()))


# ---- pages, search, exports, documents, API


@pytest.mark.parametrize(("role", "unit"), [*NO_PARTY, (Role.SUPERIOR, DISTRICT)], ids=str)
def test_no_page_file_or_export_has_a_word_of_it(written: Dialogue, role: Role, unit: str) -> None:
    """Every GET address there is; even the superior's other pages are silent."""
    browser = written.account(role, unit)
    looked_at = [path for path in every_address(written, written.link()) if "forberedelse" not in path]
    pages = {path: browser.get(path) for path in looked_at}
    seen = sum(page.status_code == 200 for page in pages.values())
    assert len(pages) > 30 and (seen > 15 or role is not Role.SECRETARIAT)
    for path, page in pages.items():
        assert is_silent(words_of(page.content)), path


def test_the_leaders_other_pages_are_silent(written: Dialogue) -> None:
    link = written.link().removesuffix("/forberedelse")
    for path in ("", "/kvittering", "?ret=1"):
        assert is_silent(written.site.browser().get(link + path).text)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_search_for_its_words_finds_no_unit(written: Dialogue, secret: str) -> None:
    browser: TestClient = written.account(Role.SECRETARIAT, ROOT)
    for path in (
        f"/aktivitet/{written.occurrence_id}?soeg={secret}",
        f"/mail?soeg={secret}",
        f"/maal?soeg={secret}",
    ):
        found = browser.get(path)
        assert found.status_code == 200 and "Leder af" not in found.text.partition("<main")[2]


def test_a_search_and_hand_out_leaves_it_out(written: Dialogue) -> None:
    """By unit, by each of the two persons, and by a period."""
    browser = written.account(Role.SECRETARIAT, ROOT)
    people = [written.town.leaders[unit] for unit in (UNIT, DISTRICT)]
    wishes = [f"enhed={UNIT}", *(f"person={person}" for person in people), "fra=2027-09-01&til=2027-09-30"]
    for wish in wishes:
        for path in (f"/aktindsigt?{wish}", f"/aktindsigt.zip?{wish}"):
            page = browser.get(path)
            assert page.status_code == 200, (path, page.text)
            assert is_silent(words_of(page.content)), path


def test_a_case_package_leaves_it_out(written: Dialogue) -> None:
    with reading(written.engine) as session:
        case = case_of_occurrence(session, written.occurrence_id)
    assert is_silent(repr(case)) and "preparation" not in repr(case)


def test_only_the_parties_pages_and_the_erasing_know_the_table() -> None:
    """Whatever is written tomorrow has to be named here before it can read a preparation."""
    found = {
        str(file.relative_to(REPOSITORY))
        for room in ("cli", "config", "cycle", "documents", "flows", "notifications", "web")
        for file in (REPOSITORY / room).rglob("*.py")
        if "cycle.preparations" in file.read_text(encoding="utf-8") and file.parent.name != "preparations"
    }
    assert found == {
        "cycle/access/rules.py",  # its docstring says who decides
        "cycle/tables.py",
        "cycle/tasks/forms.py",  # its docstring says what such a form is for
        "flows/results_dialogue.py",
        "web/preparation.py",
        "web/superior/preparation.py",
    }


def test_the_roll_up_knows_nothing_of_it(written: Dialogue) -> None:
    with reading(written.engine) as session:
        rollup = roll_up(session, written.occurrence_id, now=written.site.clock.at)
        assert is_silent(repr(rollup)) and "forberedelse" not in repr(rollup)
        assert session.exec(select(Submission)).all() == [] and session.exec(select(Draft)).all() == []


# ---- mails, history, logs, the store itself


def test_no_mail_speaks_of_it_before_or_after_an_answer(written: Dialogue) -> None:
    link = written.link().removesuffix("/forberedelse")
    browser = written.site.browser()
    Form(browser.get(link), link).send(browser, act="submit", holdt="ja", dato="2027-09-09")
    remind(RunContext.direct(written.engine, written.site.clock.at, written.site.settings, ROOT))
    with reading(written.engine) as session:
        mails = session.exec(select(Message)).all()
    assert mails and is_silent(repr([mail.model_dump() for mail in mails]))


def test_no_browser_or_proxy_keeps_a_copy_and_no_other_site_learns_the_link(written: Dialogue) -> None:
    page = written.site.browser().get(written.link())
    assert page.headers["Cache-Control"] == "no-store" and page.headers["Referrer-Policy"] == "no-referrer"


def test_history_says_nothing_not_even_that_somebody_wrote(talk: Dialogue) -> None:
    def told() -> int:
        with reading(talk.engine) as session:
            return len(session.exec(select(History)).all())

    before = told()
    talk.both_write()
    assert told() - before == 0


def test_no_log_has_a_word_of_it(talk: Dialogue, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        talk.both_write()
        talk.site.browser().get(talk.link())
    assert is_silent(caplog.text)


def test_a_copy_of_the_database_alone_shows_no_word_of_it(engine: Engine, tmp_path) -> None:
    talk = Dialogue(engine, tmp_path)
    talk.both_write()
    with engine.connect() as connection:
        for table in METADATA.sorted_tables:
            assert is_silent(repr(connection.execute(sa.select(table)).all())), table.name
    for file in tmp_path.glob("aarshjul.db*"):
        content = file.read_bytes()
        assert not any(secret.encode() in content for secret in SECRETS), file.name


def test_the_ordinary_form_of_the_task_does_not_take_it(talk: Dialogue) -> None:
    """Its questions are not the task's: what is sent to the task under their names is not kept."""
    link = talk.link().removesuffix("/forberedelse")
    browser = talk.site.browser()
    Form(browser.get(link), link).send(
        browser, act="submit", holdt="ja", dato="2027-09-09", administrativ=SECRETS[0]
    )
    with reading(talk.engine) as session:
        (kept,) = session.exec(select(Submission)).all()
    assert set(kept.answers) == {"holdt", "dato"}
