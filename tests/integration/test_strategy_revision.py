"""The strategy revision: prepared, heard and gathered, proposed, delivered, decided, taken into the tree."""

import re
from collections import Counter
from datetime import date
from html import unescape
from pathlib import Path

import pytest
import sqlalchemy as sa
from pypdf import PdfReader
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from cli import main
from cli.municipality import Folder, load_municipality, start_years
from config.goals_file import load_goals
from cycle.access.roles import Role
from cycle.errors import Conflict
from cycle.goals.heard import gathered
from cycle.goals.heard_counts import Heard, Tone
from cycle.goals.hearing import notes_of, write_note
from cycle.goals.strategies import current_strategy, draft_of, text_of
from cycle.goals.strategy_tree import set_tree, tree_changes
from cycle.goals.tables import Goal, GoalLevel, Strategy
from cycle.goals.tree import goals_of_year, keep_goals
from cycle.history import History
from cycle.migrations.upgrade import newest_revision
from cycle.organisation.tables import Unit
from cycle.store import reading, transaction
from cycle.tasks.calendars import calendar_of
from cycle.tasks.fates import Asked
from cycle.tasks.rollup import roll_up
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Task
from tests.support import deciding
from tests.support.koebenhavn import BEFORE, ROOT, Year
from tests.support.municipality import instant
from tests.support.small_copenhagen import cut
from tests.support.web import Form, Site

UNITS = ("101019", "101012", "G23188", "281474", "G23143", "G26265", "101212", "KBH-C3")
KEEP, CHANGE = "behold", "aendr"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cut(tmp_path_factory.mktemp("lille") / "by", UNITS)


@pytest.fixture
def year(engine: Engine, folder: Path, tmp_path: Path) -> Year:
    """The hearing is open: five have answered, one has nothing to remark, two are silent."""
    with transaction(engine) as session:
        loaded = load_municipality(session, Folder.at(folder), now=BEFORE)
        start_years(session, loaded, (2027,), folder, now=BEFORE)
    year = Year(engine, tmp_path, instant(2027, 2, 28))
    year.only("strategirevision")
    year.until(instant(2027, 3, 2, 10))
    tasks = year.tasks(revision(year), TaskKind.ANSWER)
    assert len(tasks) == len(UNITS) and len(tasks[0].prefill["themes"]) == 7
    for number, task in enumerate(tasks[:5]):
        stance = {"holdning": CHANGE if number == 0 else KEEP, "begrundelse": f"Fordi {number}"}
        raw = {"temaer": {row["row"]: stance for row in task.prefill["themes"]}, "mangler": ""}
        year.answer(task, raw | ({"mangler": "Et tema om natur"} if number == 1 else {}))
    year.answer(tasks[5], nil=True)
    year.settle()
    return year


def revision(year: Year) -> int:
    return year.occurrence("strategirevision").id or 0


def office(year: Year, *, role: Role = Role.SECRETARIAT, unit: str = ROOT, name: str = "") -> TestClient:
    site = Site(year.engine, year.settings.data_dir, at=year.now)
    return site.signed_in(f"{name or role.value}@kbh.example", role, unit)


def versions(year: Year) -> list[Strategy]:
    with reading(year.engine) as session:
        return list(session.exec(select(Strategy).order_by(col(Strategy.version))))


def press(browser: TestClient, address: str, action: str, **changed: str) -> TestClient:
    page = browser.get(address)
    form = Form(page, action)
    sent = browser.post(action, data={**form.fields, **changed})
    assert sent.status_code == 303, sent.text[:3000]
    return sent


def propose(year: Year, browser: TestClient) -> Strategy:
    """Theme 1 reworded, its first goal ended, a new goal under theme 2, theme 7 ended, a new theme."""
    begun = press(browser, f"/hoering/{revision(year)}", f"/hoering/{revision(year)}/forslag")
    address = begun.headers["location"]
    press(
        browser,
        address,
        address,
        **{
            "t:overgange": "Helhed i barnets liv",
            "x:overgange.1": "1",
            "n:brugere": "Forældre svarer på en undersøgelse hvert år\n",
            "x:arbejdsplads": "1",
            "nt": "Natur og bæredygtighed",
            "nn": "Alle tilbud har en naturplan",
        },
    )
    with reading(year.engine) as session:
        draft = draft_of(session, revision(year))
        assert draft is not None
        session.expunge_all()
    return draft


def decide(
    year: Year, browser: TestClient, text: str = "Udvalget vedtog det reviderede strategiske grundlag."
) -> None:
    said = {"body": "BUU", "decided_on": "2027-03-02", "adopted": "ja"}
    deciding.decide(browser, revision(year), **said, text=text)
    year.settle()


def words(page: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))  # type: ignore[attr-defined]  # a response


def test_the_hearing_is_gathered_by_theme_and_by_area_and_nobody_is_left_out(year: Year) -> None:
    browser = office(year)
    page = browser.get(f"/hoering/{revision(year)}")
    said = words(page)
    assert page.status_code == 200 and said.count("4 Behold det 0 Skærp det 1 Ændr det 0 Lad det udgå") == 7
    assert "1 Intet at bemærke 2 Afventer svar 8 enheder i alt" in said.replace("5 Besvaret ", "")
    assert "3 sagde intet her" in said and "Et tema om natur" in said and "Fordi 4" in said
    areas = words(browser.get(f"/hoering/{revision(year)}?efter=omraade"))
    with reading(year.engine) as session:
        names = [task.unit_id for task in year.tasks(revision(year), TaskKind.ANSWER)]
        units = session.exec(select(Unit.name).where(col(Unit.id).in_(names))).all()
    assert len(units) == 8 and all(unit in areas for unit in units)
    assert {"Skoler", "Institutioner", "Centre"} <= set(areas.split()) and "Afventer svar" in areas


def heard(session: Session, year: Year, language: str = "da") -> Heard:
    occurrence = session.get_one(Occurrence, revision(year))
    calendar = calendar_of(session, occurrence)
    return Heard(
        session, Asked(occurrence, (f"/{ROOT}/",), calendar.local_date(year.now), calendar), language
    )


@pytest.mark.parametrize("language", ["da", "en"])
def test_what_is_counted_of_a_hearing_is_what_was_said_and_every_voice_is_on_a_page(
    year: Year, language: str
) -> None:
    with reading(year.engine) as session:
        occurrence = session.get_one(Occurrence, revision(year))
        rollup = roll_up(session, revision(year), now=year.now)
        whole = gathered(session, occurrence, rollup, language)
        it = heard(session, year, language)
        by_theme, by_area = it.overview(by_area=False), it.overview(by_area=True)
        assert it.whole(year.now) == whole and by_area.groups == []
        assert by_theme.total == len(rollup.lines) == 8 and by_theme.counts == whole.counts
        for tone, group in zip(by_theme.groups, whole.groups, strict=True):
            words = [voice for voice in group.voices if voice.words]
            assert tone == Tone(group.name, group.title, group.counts, len(group.voices), len(words))
            pages = [it.voices(group.name, page=at, size=2, now=year.now) for at in (1, 2, 3, 9)]
            told = [page.group.voices for page in pages[: pages[0].pages]]
            assert [voice for voices in told for voice in voices] == words and pages[0].total == len(words)
            assert pages[3].page == pages[3].pages and pages[0].title == group.title
        for part, area in zip(by_area.areas, whole.areas, strict=True):
            assert (part.name, part.title) == (area.name, area.title)
            assert +Counter(part.counts) == +Counter(area.counts)
            pages = [it.voices(area.name, page=at, size=3, now=year.now) for at in (1, 2, 3)]
            assert [unit for page in pages[: pages[0].pages] for unit in page.area.units] == area.units
        assert it.voices("area:Månen", page=1, size=3, now=year.now) is None


def test_where_many_were_asked_each_theme_and_area_has_pages_of_its_own(year: Year) -> None:
    with transaction(year.engine) as session:
        first = session.exec(select(Task).where(Task.occurrence_id == revision(year))).first()
        unit = session.get_one(Unit, first.unit_id)
        more = [f"NY{number:03}" for number in range(200)]
        like = {**unit.model_dump(), "area": "Nye", "id": "", "name": "", "path": ""}
        session.add_all(
            Unit(**like | {"id": id_, "name": f"Ny {id_}", "path": f"/{ROOT}/{id_}/"}) for id_ in more
        )
        session.flush()
        task = first.model_dump() | {"id": None, "state": TaskState.OPEN, "received_at": None}
        session.add_all(Task(**task | {"unit_id": id_}) for id_ in more)
    browser, address = office(year), f"/hoering/{revision(year)}"
    page = browser.get(address).text
    assert "208</strong> enheder i alt" in page and "Fordi 4" not in page
    links = [unescape(each) for each in re.findall(r'href="(/hoering/\d+/svar[^"]+)"', page)]
    assert len(links) == 8, "of each theme, and of the open question"
    assert "Fordi 4" in browser.get(links[0]).text and "Et tema om natur" in browser.get(links[-1]).text
    areas = browser.get(f"{address}?efter=omraade").text
    assert "Ny NY000" not in areas
    new = next(unescape(each) for each in re.findall(r'href="([^"]+/svar[^"]+)"', areas) if "Nye" in each)
    first_page, second = browser.get(new).text, browser.get(f"{new}&side=2").text
    assert "Side 1 af 2" in words(browser.get(new))
    assert all(f"Ny {id_}<" in first_page + second for id_ in more)
    assert "Fordi 0" in browser.get(f"{address}/svar").text, "the first theme, when none is named"
    assert browser.get(f"{address}/svar?om=findes-ikke").status_code == 404
    superior = office(year, role=Role.SUPERIOR, unit="KBH-SKOLER")
    assert superior.get(new).status_code == 404, "an area of others"
    assert "Ny NY000" not in superior.get(links[0]).text


def test_the_secretariat_writes_a_note_on_a_group_and_whoever_comes_second_is_told(year: Year) -> None:
    browser, address = office(year), f"/hoering/{revision(year)}"
    sent = {
        **Form(browser.get(address), f"{address}/sammenfatning").fields,
        "text": "Fire vil beholde temaet.",
    }
    sent |= {"group": "themes:overgange", "edition": "0"}
    first = browser.post(f"{address}/sammenfatning", data=sent)
    assert first.status_code == 303 and first.headers["location"].endswith("#themes-overgange")
    assert "Fire vil beholde temaet." in browser.get(address).text
    again = browser.post(f"{address}/sammenfatning", data=sent)
    assert again.status_code == 303, "the same once more changes nothing"
    late = browser.post(f"{address}/sammenfatning", data={**sent, "text": "En anden tekst"})
    assert late.status_code == 409 and "En anden tekst" in late.text, "what was written is not lost"
    with reading(year.engine) as session:
        note = notes_of(session, revision(year))["themes:overgange"]
        assert (note.text, note.edition) == ("Fire vil beholde temaet.", 1)
    odd = browser.post(f"{address}/sammenfatning", data={**sent, "group": "findes-ikke"})
    assert odd.status_code == 404
    with transaction(year.engine) as session, pytest.raises(Conflict):
        write_note(session, revision(year), "themes:overgange", "x", seen=0, by="account:2", now=year.now)


def test_others_may_read_and_not_write_and_a_superior_reads_the_own_units_alone(year: Year) -> None:
    address = f"/hoering/{revision(year)}"
    superior = office(year, role=Role.SUPERIOR, unit="KBH-SKOLER")
    page = superior.get(f"{address}?efter=omraade")
    assert page.status_code == 200 and "Du ser dine egne enheder." in page.text
    assert "<h2>Skoler</h2>" in page.text and "<h2>Centre</h2>" not in page.text
    assert "sammenfatning" not in page.text.lower().replace("sammenfatningen", "")
    direction = office(year, role=Role.DIRECTION)
    token = Form(direction.get("/strategi"), "/log-ud").fields
    for path in ("sammenfatning", "forslag"):
        refused = direction.post(
            f"{address}/{path}", data={**token, "group": "x", "edition": "0", "text": "x"}
        )
        assert refused.status_code == 403
    begun = press(office(year), address, f"{address}/forslag").headers["location"]
    assert direction.get(begun).status_code == 403 and superior.get(begun).status_code == 403
    committee = office(year, role=Role.COMMITTEE)
    assert committee.get(begun).status_code == 404 and committee.get(address).status_code == 403
    assert committee.get("/strategi").status_code == 200
    page = committee.get("/strategi/1")
    assert page.status_code == 200 and 'href="/maal/' not in page.text  # which it may not open


def test_a_proposal_is_shown_as_a_difference_and_adopted_by_the_decision(year: Year) -> None:
    browser = office(year)
    draft = propose(year, browser)
    assert (draft.version, draft.edition, draft.first_year) == (2, 2, 2028)
    said = words(browser.get(f"/strategi/{draft.id}"))
    assert "(forslag)" in said and "Helhed i barnets liv" in said and "Udgået siden udgave 1" in said
    assert "overgange.4" not in said and "Natur og bæredygtighed nyt" in said
    assert "som de blev vist" not in said and "Målene føres ind, når forslaget er vedtaget." in said
    assert office(year, role=Role.COMMITTEE).get(f"/strategi/{draft.id}").status_code == 404
    decide(year, browser)
    first, second = versions(year)
    assert (second.id, second.draft, second.adopted_on) == (draft.id, False, date(2027, 3, 2))
    titles = [goal.title for goal in text_of(second).goals]
    assert "Helhed i barnets liv" in titles and "Alle tilbud har en naturplan" in titles
    assert not [title for title in titles if title.startswith("BUF som attraktiv")]
    keys = {goal.title: goal.identity for goal in text_of(second).goals}
    assert keys["Helhed i barnets liv"] == "overgange"
    assert keys["Forældre svarer på en undersøgelse hvert år"] == "brugere.2"
    assert [goal.code for goal in text_of(second).goals][:4] == ["1", "1.1", "1.2", "2"]
    hearing = words(browser.get(f"/hoering/{revision(year)}"))
    assert "Vedtaget: BUFs Strategiske Grundlag, udgave 2" in hearing and "Begynd et forslag" not in hearing
    assert "Målene er ikke ført ind i måltræet 2028" in hearing
    assert second.hearing["counts"]["answered"] == 5 and len(second.hearing["lines"]) == 8
    assert text_of(first).goals[0].title.startswith("Helhed og sammenhæng")
    year.settle()
    assert len(versions(year)) == 2
    late = browser.get(f"/strategi/{draft.id}/forslag")
    assert late.status_code == 409


def test_two_people_on_a_proposal_lose_nothing_and_see_the_others_words_where_both_wrote(year: Year) -> None:
    one, two = office(year), office(year, name="to")
    address = press(one, f"/hoering/{revision(year)}", f"/hoering/{revision(year)}/forslag").headers[
        "location"
    ]
    mine = {**Form(two.get(address), address).fields}
    press(one, address, address, **{"t:overgange": "Den førstes ord", "t:brugere": "Kun den første"})
    mine |= {"t:overgange": "Den andens ord", "d:brugere": "Kun den anden", "n:brugere": "Et nyt mål"}
    late = two.post(address, data=mine)
    said = words(late)
    assert late.status_code == 409 and "Intet af dit er gemt endnu." in said and "Din tekst" not in said
    assert said.count("Den anden skrev:") == 1 and "Den anden skrev: Den førstes ord" in said
    shown = Form(late, address).fields
    assert shown["t:overgange"] == "Den andens ord" and shown["t:brugere"] == "Kun den første"
    assert shown["d:brugere"] == "Kun den anden" and shown["n:brugere"] == "Et nyt mål"
    assert two.post(address, data=shown).status_code == 303
    with reading(year.engine) as session:
        draft = draft_of(session, revision(year))
        assert draft is not None
        goals = {goal.identity: goal for goal in text_of(draft).goals}
    assert (goals["overgange"].title, goals["brugere"].title) == ("Den andens ord", "Kun den første")
    assert goals["brugere"].description == "Kun den anden"
    assert "Et nyt mål" in {goal.title for goal in goals.values()}


def test_what_cannot_be_saved_of_a_proposal_stands_in_its_fields_again(year: Year) -> None:
    browser = office(year)
    begun = press(browser, f"/hoering/{revision(year)}", f"/hoering/{revision(year)}/forslag")
    address = begun.headers["location"]
    opened = Form(browser.get(address), address).fields
    wrong = browser.post(address, data={**opened, "t:overgange": " ", "d:brugere": "Nye ord"})
    assert wrong.status_code == 422 and 'href="#t-overgange"' in wrong.text
    shown = Form(wrong, address).fields
    assert shown["t:overgange"] == "" and shown["d:brugere"] == "Nye ord"
    press(browser, address, address, **{"x:overgange": "1"})
    ended = browser.post(address, data={**opened, "t:overgange.1": "Ord til et mål, der er væk"})
    assert ended.status_code == 409 and "Du havde skrevet: Ord til et mål, der er væk" in words(ended)
    decide(year, browser)
    late = browser.post(address, data={**opened, "d:brugere": "For sent"})
    said = words(late)
    assert late.status_code == 409 and "For sent" in said and "Det er kommet videre" in said
    assert late.text.count("<textarea") <= 1 and "Din tekst" not in said


def test_the_goals_go_into_next_years_tree_as_shown_and_twice_changes_nothing(year: Year) -> None:
    browser = office(year)
    draft = propose(year, browser)
    decide(year, browser)
    page = browser.get(f"/strategi/{draft.id}")
    form = Form(page, f"/strategi/{draft.id}/maal")
    said = words(page)
    assert "ændret 1 Helhed og sammenhæng" in said and "nyt 2.2 Forældre svarer" in said
    assert "udgår 7 BUF som attraktiv arbejdsplads" in said and "A Sygefravær" in said, "a goal left over"
    stale = browser.post(f"/strategi/{draft.id}/maal", data={**form.fields, "seen": "noget andet"})
    assert stale.status_code == 409
    for _ in range(2):
        assert browser.post(f"/strategi/{draft.id}/maal", data=form.fields).status_code == 303
    with reading(year.engine) as session:
        tree = {goal.key: goal for goal in goals_of_year(session, ROOT, 2028, levels=list(GoalLevel))}
        assert tree["overgange"].title == "Helhed i barnets liv" and "arbejdsplads" not in tree
        assert "overgange.1" not in tree and tree["tema.1.1"].parent_key == "tema.1"
        assert {tree[key].strategy_row for key in ("overgange", "tema.1", "viden.1")} == {draft.id}
        ended = session.exec(select(Goal).where(Goal.year == 2028, Goal.key == "arbejdsplads")).one()
        assert ended.last_year == 2027, "its row stays"
        before = session.exec(select(Goal).where(Goal.year == 2027, Goal.key == "overgange")).one()
        assert before.title.startswith("Helhed og sammenhæng") and before.strategy_row != draft.id
        verbs = session.exec(select(History.verb).where(History.thing == f"strategy:{draft.id}")).all()
        assert verbs.count("set_tree") == 1
    assert "Måltræet har strategiens mål." in browser.get(f"/strategi/{draft.id}").text


def test_a_file_does_not_undo_what_a_revision_has_set(year: Year, folder: Path) -> None:
    browser = office(year)
    draft = propose(year, browser)
    decide(year, browser)
    with transaction(year.engine) as session:
        found = session.get_one(Strategy, draft.id)
        shown = tree_changes(session, found, 2028)
        set_tree(session, found, 2028, seen=shown.digest, by="account:1", now=year.now)
        keep_goals(session, load_goals(folder).texts(), root_id=ROOT, year=2028, by="cli", now=year.now)
        kept = session.exec(select(Goal).where(Goal.year == 2028, Goal.key == "overgange")).one()
        assert kept.title == "Helhed i barnets liv"


def test_the_paper_has_the_strategy_what_is_new_and_the_hearing_as_its_annex(
    year: Year, tmp_path: Path
) -> None:
    browser, address = office(year), f"/hoering/{revision(year)}"
    draft = propose(year, browser)
    sent = {
        **Form(browser.get(address), f"{address}/sammenfatning").fields,
        "text": "Et flertal vil beholde.",
    }
    browser.post(f"{address}/sammenfatning", data={**sent, "group": "themes:viden"})
    text = pdf_text(browser, f"/strategi/{draft.id}.pdf", tmp_path / "forslag.pdf")
    assert "UDKAST" in text and "Udgave 2 (forslag)" in text and "Bilag: høringen" in text
    assert "Før: Helhed og sammenhæng" in text and "Et flertal vil beholde." in text and "Fordi 3" in text
    decide(year, browser)
    text = pdf_text(browser, f"/strategi/{draft.id}.pdf", tmp_path / "udgave.pdf")
    order = [
        "Vedtaget af BUU",
        "Helhed i barnets liv",
        "Udgået siden udgave 1",
        "Bilag: høringen",
        "Bilag: enhederne i høringen",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places) and "UDKAST" not in text
    english = pdf_text(browser, f"/strategi/{draft.id}.pdf?sprog=en", tmp_path / "english.pdf")
    assert "Adopted by BUU" in english and "Annex: the hearing" in english
    committee = office(year, role=Role.COMMITTEE)
    assert "Bilag: høringen" in pdf_text(committee, f"/strategi/{draft.id}.pdf", tmp_path / "udvalg.pdf")


def pdf_text(browser: TestClient, address: str, file: Path) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text[:2000]
    file.write_bytes(answer.content)
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(file).pages))


def test_without_a_proposal_the_strategy_is_adopted_again_as_it_is(year: Year) -> None:
    browser = office(year)
    decide(year, browser)
    first, second = versions(year)
    assert text_of(second) == text_of(first) and second.version == 2
    with reading(year.engine) as session:
        present = current_strategy(session, ROOT)
        assert present is not None and present.id == second.id


def test_two_people_writing_one_proposal(year: Year) -> None:
    browser = office(year)
    draft = propose(year, browser)
    address = f"/strategi/{draft.id}/forslag"
    old = Form(browser.get(address), address).fields
    assert browser.post(address, data={**old, "t:viden": "Viden"}).status_code == 303
    late = browser.post(address, data={**old, "t:viden": "Anden viden"})
    assert late.status_code == 409 and "Anden viden" in late.text
    empty = {**Form(browser.get(address), address).fields, "t:viden": " "}
    refused = browser.post(address, data=empty)
    assert refused.status_code == 422 and "har ingen ordlyd" in refused.text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_proposal_may_come_from_a_file_and_goals_keep_their_keys(
    year: Year,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "forslag.yaml"
    text = (folder / "strategy.yaml").read_text(encoding="utf-8")
    (first,) = [line for line in text.splitlines(keepends=True) if "fælles pædagogisk grundlag for" in line]
    file.write_text(text.replace(first, ""), encoding="utf-8")
    with year.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num TEXT)"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES (:no)"), {"no": newest_revision()})
    monkeypatch.setenv("AARSHJUL_DATABASE_URL", str(year.engine.url))
    monkeypatch.setenv("AARSHJUL_DATA_DIR", str(tmp_path))

    def run(*more: str) -> tuple[int, str]:
        status = main.run("import", ["strategy", str(file), "--proposal", str(revision(year)), *more])
        return status, capsys.readouterr().out

    status, out = run("--dry-run")
    assert status == 0 and "  - 1.1 Der er etableret et fælles" in out and "(--dry-run)" in out
    assert len(versions(year)) == 1
    for ending in ("udvalgets beslutning er indskrevet.\n", "Ingen ændringer.\n"):
        status, out = run()
        assert status == 0 and out.endswith(ending)
    (_, draft) = versions(year)
    assert draft.draft and (draft.version, draft.edition) == (2, 2)
    keys = [goal.identity for goal in text_of(draft).goals]
    assert keys[:3] == ["overgange", "overgange.2", "overgange.3"], "what follows keeps its key"
