"""People and posts on the pages: a new leader, a substitute, an address mended; refused to everyone else."""

from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from httpx import Response
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.history import History
from cycle.organisation.tables import Address, AddressHealth, Appointment, Person, Substitute
from cycle.runs.tables import Wake
from cycle.store import reading, transaction
from cycle.tasks.tables import Draft, Task
from tests.support import municipality
from tests.support.municipality import instant
from tests.support.web import Form, Site

TODAY = date(2027, 4, 12)


class Posts:
    """A town with one open report, its secretariat, and a town beside it."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.site = engine, Site(engine, folder, at=instant(2027, 4, 12))
        with transaction(engine) as session:
            self.town = municipality.build(session)
            cycle = municipality.start_cycle(session, self.town)
            occurrence = municipality.add_occurrence(session, self.town, cycle)
            self.tasks = municipality.add_tasks(session, self.town, occurrence)
            municipality.build(session, root_id="ANDEN")
        self.unit = self.town.units[0]
        (self.task,) = [task.id or 0 for task in self.tasks if task.unit_id == self.unit]
        self.leader = self.town.leaders[self.unit]
        self.page = f"/post/{self.unit}"
        self.office = self.site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")

    def send(self, act: str, **fields: str) -> Response:
        """Opens the post's page and posts one of its acts."""
        form = Form(self.office.get(self.page), "/log-ud")
        seen = self.seen()
        data = {**form.fields, "role": "leder", "seen": seen, **fields}
        return self.office.post(f"{self.page}/{act}", data=data)

    def seen(self) -> str:
        return Form(self.office.get(self.page), f"{self.page}/leder/vis").fields["seen"]

    def holders(self) -> list[tuple[str, date, date | None]]:
        with reading(self.engine) as session:
            rows = session.exec(
                select(Person.name, Appointment.valid_from, Appointment.valid_to)
                .join(Appointment, col(Appointment.person_id) == col(Person.id))
                .where(Appointment.unit_id == self.unit)
                .order_by(col(Appointment.valid_from))
            )
            return [(name, first, last) for name, first, last in rows]

    def changed(self) -> list[str]:
        with reading(self.engine) as session:
            told = select(History.verb).where(History.thing == f"post:{self.unit}/leder")
            return list(session.exec(told.order_by(col(History.id))))


@pytest.fixture
def posts(engine: Engine, tmp_path: Path) -> Posts:
    return Posts(engine, tmp_path)


@pytest.fixture
def small(sqlite_engine: Engine, tmp_path: Path) -> Posts:
    return Posts(sqlite_engine, tmp_path)


IDA = {"name": "Ida Ødegaard", "email": "ida@by.example", "first_day": "2027-05-01"}


def test_a_new_leader_is_shown_what_goes_over_and_has_the_post_from_the_day(posts: Posts) -> None:
    with transaction(posts.engine) as session:
        session.add(Draft(task_id=posts.task, answers={}, by="person:1", at=instant(2027, 4, 9)))
    shown = posts.send("leder/vis", **IDA)
    assert shown.status_code == 200 and posts.changed() == []
    for said in (
        "Kvartalsrapport 1",
        "svar begyndt",
        f"Leder af {posts.unit}",
        "30. april 2027",
        "1. maj 2027",
    ):
        assert said in shown.text, said
    done = Form(shown, f"{posts.page}/leder").send(posts.office)
    assert done.status_code == 303
    assert posts.holders() == [
        (f"Leder af {posts.unit}", municipality.SINCE, date(2027, 4, 30)),
        ("Ida Ødegaard", date(2027, 5, 1), None),
    ]
    assert posts.changed() == ["appoint"]
    with reading(posts.engine) as session:
        task = session.get_one(Task, posts.task)
        assert task.next_reminder_at == posts.site.clock.at and session.exec(select(Wake)).all()
    page = posts.office.get(done.headers["location"])
    assert "Den nye leder er gemt" in page.text and "Ida Ødegaard" in page.text


def taken_back(posts: Posts, which: str, name: str) -> Response:
    """Presses *Tag tilbage* beside the name."""
    page = posts.office.get(posts.page).text
    row = next(each for each in page.split("<tr>") if f">{name}</a>" in each and "/traek/vis" in each)
    term = row.partition('name="term" value="')[2].partition('"')[0]
    return posts.send("traek/vis", which=which, term=term)


def stop(posts: Posts, shown: Response, **chosen: str) -> Response:
    """Presses the button of the page that named what goes."""
    return Form(shown, f"{posts.page}/traek").send(posts.office, **chosen)


@pytest.mark.parametrize(("chosen", "last"), [("bliver", None), ("fratraeder", date(2027, 4, 30))])
def test_what_goes_with_a_coming_leader_is_named_and_the_last_day_of_the_old_one_is_chosen(
    posts: Posts, chosen: str, last: date | None
) -> None:
    posts.send("leder", **IDA)
    before = posts.site.row_counts()
    shown = taken_back(posts, "leder", "Ida Ødegaard")
    old = f"Leder af {posts.unit}"
    for said in (
        "Der er ikke ændret noget endnu.",
        "fra 1. maj 2027",
        "Ida Ødegaard får ikke posten",
        f"{old} står til at fratræde 30. april 2027",
        f"Den falder væk: {old} har posten indtil videre",
        f"Den står ved: {old} fratræder, og posten er ledig fra 1. maj 2027",
    ):
        assert said in shown.text, said
    unsaid = stop(posts, shown)
    assert unsaid.status_code == 422 and '<a href="#traek-stays">' in unsaid.text
    assert 'id="traek-stays" tabindex="-1" aria-invalid="true"' in unsaid.text
    assert posts.site.row_counts() == before, "only shown"
    assert stop(posts, unsaid, stays=chosen).status_code == 303
    assert posts.holders() == [(old, municipality.SINCE, last)]
    assert posts.changed() == ["appoint", "take_back_term"]
    again = stop(posts, shown, stays=chosen)
    assert again.status_code == 409 and "Nogen har ændret posten" in again.text


def test_who_stays_makes_room_for_the_next_who_comes(small: Posts) -> None:
    small.send("leder", **IDA)
    small.send("leder", name="Bo Lund", email="bo@by.example", first_day="2027-08-01")
    shown = taken_back(small, "leder", "Ida Ødegaard")
    assert "har posten til og med 31. juli 2027, dagen før den næste begynder" in shown.text
    stop(small, shown, stays="bliver")
    old = (f"Leder af {small.unit}", municipality.SINCE, date(2027, 7, 31))
    assert small.holders() == [old, ("Bo Lund", date(2027, 8, 1), None)]


def test_a_vacant_post_and_a_coming_substitute_ask_nothing_and_name_what_goes(small: Posts) -> None:
    with transaction(small.engine) as session:
        session.delete(session.exec(select(Appointment).where(Appointment.unit_id == small.unit)).one())
    small.send("leder", **IDA)
    small.send("stedfortraeder", name="Bo Lund", email="bo@by.example", first_day="2027-05-03")
    shown = taken_back(small, "stedfortraeder", "Bo Lund")
    assert "Bo Lund får ikke postens mails i perioden" in shown.text and 'type="radio"' not in shown.text
    assert stop(small, shown).status_code == 303
    shown = taken_back(small, "leder", "Ida Ødegaard")
    assert "Posten er ledig fra 1. maj 2027." in shown.text and 'type="radio"' not in shown.text
    assert stop(small, shown).status_code == 303 and small.holders() == []
    with reading(small.engine) as session:
        assert session.exec(select(Substitute)).all() == []


def test_what_has_begun_is_not_taken_back(small: Posts) -> None:
    with reading(small.engine) as session:
        term = session.exec(select(Appointment.id).where(Appointment.unit_id == small.unit)).one()
    for act in ("traek/vis", "traek"):
        page = small.send(act, which="leder", term=str(term), stays="bliver")
        assert page.status_code == 409 and "Nogen har ændret posten" in page.text
    assert small.holders() == [(f"Leder af {small.unit}", municipality.SINCE, None)]


@pytest.mark.parametrize(
    ("act", "form", "sent", "wrong"),
    [
        ("leder/vis", "leder", {}, ("name", "first_day")),
        (
            "leder/vis",
            "leder",
            {"name": "I" * 201, "email": "ida", "first_day": "2031-01-01"},
            ("name", "email", "first_day"),
        ),
        ("stedfortraeder", "sted", {}, ("name", "first_day")),
        (
            "stedfortraeder",
            "sted",
            {"email": "bo", "first_day": "2031-01-01", "last_day": "2032-01-01"},
            ("name", "email", "first_day", "last_day"),
        ),
        (
            "stedfortraeder",
            "sted",
            {"first_day": "2027-05-01", "last_day": "2027-04-20"},
            ("name", "last_day"),
        ),
    ],
)
def test_all_that_is_wrong_with_a_form_is_said_at_once(
    small: Posts, act: str, form: str, sent: dict[str, str], wrong: tuple[str, ...]
) -> None:
    page = small.send(act, **sent)
    assert page.status_code == 422
    fields = ("name", "email", "first_day", "last_day")
    assert tuple(field for field in fields if f'<a href="#{form}-{field}">' in page.text) == wrong
    assert page.text.count('aria-invalid="true"') == len(wrong)


def test_who_has_the_post_is_no_new_leader_of_it(small: Posts) -> None:
    page = small.send(
        "leder/vis", **{**IDA, "name": f"Leder af {small.unit}", "email": f"{small.unit}@by.example"}
    )
    assert page.status_code == 422 and f"Leder af {small.unit} har allerede posten." in page.text


def test_a_last_day_leaves_the_post_vacant_and_the_list_says_so(posts: Posts) -> None:
    with reading(posts.engine) as session:
        term = session.exec(select(Appointment.id).where(Appointment.unit_id == posts.unit)).one()
    assert posts.send("afslut", which="leder", term=str(term), last_day="2027-04-11").status_code == 303
    row = posts.office.get("/poster?vis=ledig").text
    assert "Skole 1.1 Ærø" in row and "Ingen på posten" in row and "Skole 1.2 Ærø" not in row
    assert "Skole 1.2 Ærø" in posts.office.get("/poster?vis=alle&soeg=1.2").text


def kept(posts: Posts, name: str) -> Response:
    """Presses *Fjern den sidste dag* beside the name."""
    page = posts.office.get(posts.page).text
    row = next(each for each in page.split("<tr>") if f">{name}</a>" in each and "/bliver/vis" in each)
    return posts.send("bliver/vis", term=row.partition('name="term" value="')[2].partition('"')[0])


def ended(posts: Posts, last_day: str) -> str:
    """The holder's last day is that; their name."""
    with reading(posts.engine) as session:
        term = session.exec(select(Appointment.id).where(Appointment.person_id == posts.leader)).one()
    assert posts.send("afslut", which="leder", term=str(term), last_day=last_day).status_code == 303
    return f"Leder af {posts.unit}"


def test_a_last_day_set_by_mistake_is_removed_after_a_look(posts: Posts) -> None:
    assert "/bliver/vis" not in posts.office.get(posts.page).text, "no last day"
    old = ended(posts, "2027-06-30")
    before = posts.site.row_counts()
    shown = kept(posts, old)
    for said in (
        "Der er ikke ændret noget endnu.",
        "30. juni 2027",
        "indtil videre",
        f"{old} beholder posten",
    ):
        assert said in shown.text, said
    assert posts.site.row_counts() == before, "only shown"
    done = Form(shown, f"{posts.page}/bliver").send(posts.office)
    assert done.status_code == 303 and posts.holders() == [(old, municipality.SINCE, None)]
    assert posts.changed() == ["end_term", "stay"]
    page = posts.office.get(done.headers["location"]).text
    told = page.partition("Hvad der er ændret")[2]
    assert "Den sidste dag er fjernet." in page and "/bliver/vis" not in page
    assert "sidste dag fjernet" in told and old in told.partition("sidste dag fjernet")[2]
    assert told.count("30. juni 2027") == 2
    again = Form(shown, f"{posts.page}/bliver").send(posts.office)
    assert again.status_code == 409 and "Nogen har ændret posten" in again.text


def test_who_keeps_the_post_makes_room_for_whoever_comes_later(small: Posts) -> None:
    old = ended(small, "2027-06-30")
    small.send("leder", **{**IDA, "first_day": "2027-08-01"})
    shown = kept(small, old)
    assert "til og med 31. juli 2027, dagen før den næste begynder" in shown.text
    assert Form(shown, f"{small.page}/bliver").send(small.office).status_code == 303
    assert small.holders()[0] == (old, municipality.SINCE, date(2027, 7, 31))
    assert "/bliver/vis" not in small.office.get(small.page).text, "the last day is the next one's eve"


def test_a_post_that_became_vacant_by_mistake_goes_back(small: Posts) -> None:
    old = ended(small, "2027-04-11")
    assert "Ingen på posten" in small.office.get("/poster?vis=ledig").text
    shown = kept(small, old)
    assert f"Posten er ikke længere ledig: {old} har den" in shown.text
    assert Form(shown, f"{small.page}/bliver").send(small.office).status_code == 303
    assert small.holders() == [(old, municipality.SINCE, None)]
    with reading(small.engine) as session:
        assert session.get_one(Task, small.task).next_reminder_at == small.site.clock.at


def test_a_last_day_that_is_not_there_or_has_a_new_leader_behind_it_is_not_removed(small: Posts) -> None:
    with reading(small.engine) as session:
        term = session.exec(select(Appointment.id).where(Appointment.unit_id == small.unit)).one()
    for setting in ({}, {**IDA, "first_day": "2027-04-12"}):
        if setting:
            small.send("leder", **setting)
        before = small.holders()
        for act in ("bliver/vis", "bliver"):
            page = small.send(act, term=str(term))
            assert page.status_code == 409 and "Nogen har ændret posten" in page.text
        assert small.holders() == before
    assert small.send("bliver/vis", term="x").status_code == 422


def test_a_search_finds_a_post_that_nothing_is_wrong_with(posts: Posts) -> None:
    shown = posts.office.get("/poster")
    assert "Alle poster er besat" in shown.text
    assert '<form method="get" action="/poster"' in shown.text and 'name="vis"' not in shown.text
    found = posts.office.get("/poster?soeg=skole+1.2")
    assert "Skole 1.2 Ærø" in found.text and "Ingen poster passer" not in found.text
    assert "Ingen poster passer" in posts.office.get("/poster?vis=ledig&soeg=1.2").text


def test_a_substitute_gets_the_mail_for_the_period_and_no_two_at_once(posts: Posts) -> None:
    asked = {"name": "Bo Lund", "email": "bo@by.example", "first_day": "2027-04-12", "last_day": "2027-05-12"}
    assert posts.send("stedfortraeder", **asked).status_code == 303
    listed = posts.office.get("/poster?vis=stedfortraeder").text
    assert "Bo Lund (stedfortræder), bo@by.example" in listed
    again = posts.send("stedfortraeder", **{**asked, "name": "Eva Holm", "email": "eva@by.example"})
    assert again.status_code == 422 and "Bo Lund er allerede stedfortræder i perioden." in again.text
    assert 'value="Eva Holm"' in again.text
    with reading(posts.engine) as session:
        assert len(session.exec(select(Substitute)).all()) == 1
        assert session.exec(select(Person).where(Person.name == "Eva Holm")).first() is None


def test_a_dead_address_is_mended_on_the_page(posts: Posts) -> None:
    with transaction(posts.engine) as session:
        address = session.exec(select(Address).where(Address.person_id == posts.leader)).one()
        address.health = AddressHealth.DEAD
        old = address.id
    assert "Mailadressen virker ikke" in posts.office.get("/poster?vis=adressefejl").text
    assert posts.send("adresse", person=str(posts.leader), email="ny@by.example").status_code == 303
    with reading(posts.engine) as session:
        rows = session.exec(select(Address).where(Address.person_id == posts.leader)).all()
        assert {(row.id == old, row.email, row.valid_to is None) for row in rows} == {
            (True, "by-sk-d1-001@by.example", False),
            (False, "ny@by.example", True),
        }
        assert session.get_one(Person, posts.leader).key == "ny@by.example"
    assert "Ingen poster passer" in posts.office.get("/poster?vis=adressefejl").text
    assert "ny@by.example" in posts.office.get(posts.page).text


def test_an_address_that_works_after_all_is_trusted_again_and_a_mailbox_is_set_and_removed(
    posts: Posts,
) -> None:
    with transaction(posts.engine) as session:
        address = session.exec(select(Address).where(Address.person_id == posts.leader)).one()
        address.health, number = AddressHealth.DOUBTFUL, address.id
    assert posts.send("adresse", trusted=str(number)).status_code == 303
    assert posts.send("adresse", person="", email="skolen@by.example").status_code == 303
    assert "skolen@by.example" in posts.office.get("/poster?vis=alle&soeg=1.1").text
    assert posts.send("adresse", person="", email="").status_code == 303
    assert posts.changed() == ["trust_address", "change_mailbox", "change_mailbox"]
    with reading(posts.engine) as session:
        assert session.get_one(Address, number).health is AddressHealth.OK
        assert not session.exec(
            select(Address).where(col(Address.unit_id).is_not(None), col(Address.valid_to).is_(None))
        ).all()


@pytest.mark.parametrize(
    ("changed", "danish", "english"),
    [
        ({"name": ""}, "Navnet mangler.", "The name is missing."),
        ({"email": "ida"}, "ikke en gyldig e-mailadresse", "no valid e-mail address"),
        ({"email": "a@by.example\r\nBcc: x@y.example"}, "ikke en gyldig e-mailadresse", "no valid e-mail"),
        ({"email": "by-sk-d1-002@by.example"}, "Adressen hører til", "The address is"),
        ({"first_day": "2031-01-01"}, "to år frem", "two years ahead"),
        ({"first_day": "i morgen"}, "Datoen er ikke en dato", "is no date"),
        ({"first_day": "2026-08-01"}, "har posten fra 1. august 2026", "has the post from 1 August 2026"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_is_lost(
    small: Posts, changed: dict[str, str], danish: str, english: str
) -> None:
    before = small.site.row_counts()
    for language, said in (("da", danish), ("en", english)):
        small.office.get(f"{small.page}?sprog={language}")
        page = small.send("leder/vis", **{**IDA, **changed})
        assert page.status_code == 422 and said in page.text, said
        kept = {**IDA, **changed}["name"]
        assert f'value="{kept}"' in page.text and 'id="leder-name"' in page.text
    assert small.site.row_counts() == before


def test_whoever_comes_second_is_told_and_loses_nothing(posts: Posts) -> None:
    seen = posts.seen()
    posts.send("leder", **IDA)
    late = posts.send(
        "stedfortraeder", seen=seen, name="Bo Lund", email="bo@by.example", first_day="2027-04-20"
    )
    assert late.status_code == 409
    assert "Nogen har ændret posten" in late.text and 'value="Bo Lund"' in late.text
    with reading(posts.engine) as session:
        assert session.exec(select(Substitute)).all() == []
    preview = posts.send("leder/vis", **{**IDA, "seen": seen, "first_day": "2027-06-01"})
    assert preview.status_code == 409 and "Nogen har ændret posten" in preview.text
    assert 'value="Ida Ødegaard"' in preview.text and "Sæt Ida" not in preview.text


def test_only_the_office_of_the_municipality_sees_or_changes_a_post(small: Posts) -> None:
    others = {
        "direction": small.site.signed_in("dir@by.example", Role.DIRECTION, "BY"),
        "superior": small.site.signed_in("own@by.example", Role.SUPERIOR, small.town.districts[0]),
        "operator": small.site.signed_in("drift@by.example", Role.OPERATOR, "BY"),
        "elsewhere": small.site.signed_in("sek@anden.example", Role.SECRETARIAT, "ANDEN"),
        "nobody": small.site.browser(),
    }
    before = small.site.row_counts()
    acts = ("leder/vis", "leder", "stedfortraeder", "afslut", "traek/vis", "traek", "adresse")
    for (who, browser), act in product(others.items(), acts):
        page = browser.get(small.page)
        assert page.status_code == (303 if who == "nobody" else 403), who
        csrf = "" if who == "nobody" else Form(browser.get("/tilgaengelighed"), "/log-ud").fields["csrf"]
        sent = {**IDA, "csrf": csrf, "role": "leder", "seen": "x", "which": "leder", "term": "1"}
        assert browser.post(f"{small.page}/{act}", data=sent).status_code in (401, 403), (who, act)
    assert small.site.row_counts() == before


def test_nasty_words_are_words_and_an_unknown_post_is_not_there(small: Posts) -> None:
    for nasty in ("' OR 1=1 --", "%", "<script>alert(1)</script>", "🎡" * 90):
        page = small.send("leder/vis", **{**IDA, "name": nasty})
        assert page.status_code == 200 and "<script>alert" not in page.text
        assert small.office.get("/poster", params={"soeg": nasty, "vis": "alle"}).status_code == 200
    assert small.office.get("/post/findes-ikke").status_code == 404
    assert small.office.get(f"{small.page}?rolle=konge").status_code == 404
    soon = (TODAY + timedelta(days=3)).isoformat()
    assert small.send("leder", role="konge", **{**IDA, "first_day": soon}).status_code == 404


def test_a_search_field_does_not_say_that_it_may_stay_empty(small: Posts) -> None:
    for path in ("/poster", "/se-som", "/soeg"):
        page = small.office.get(path).text
        assert 'type="search"' in page.split("<main")[1] and "(kan udelades)" not in page, path
    assert "(kan udelades)" in small.office.get("/nyt-aarshjul").text
