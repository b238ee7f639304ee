"""A mailed link is exchanged at once for a visit: its token leaves the address, and opens one task only."""

import os
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cycle.access.links import LinkClaims, Visit, read_token, visit_token
from cycle.organisation.tables import Appointment
from cycle.tasks.tables import Draft, Task
from notifications.office import TASK
from tests.support.leader import World
from tests.support.web import Form
from tests.support.whole_store import contents
from web.signing_in.visits import COOKIE, LASTS, WRITTEN_LATE

OPENED = int(os.environ.get("LINKS_OPENED", "120"))
SCANNERS = (
    {"user-agent": "Mozilla/5.0 (compatible; SafeLinks)", "sec-fetch-site": "none"},
    {"purpose": "prefetch", "sec-purpose": "prefetch;prerender"},
    {},
)


@pytest.fixture
def world(sqlite_engine, tmp_path):
    return World(sqlite_engine, tmp_path)


def test_the_token_leaves_the_address_and_the_rest_of_it_stays(world):
    person = world.site.stranger()
    for rest in ("", "/kalender", "?sprog=en", "/kvittering?a=b"):
        opened = person.get(world.link + rest)
        assert (opened.status_code, opened.headers["location"]) == (303, world.page + rest)
        assert opened.headers["referrer-policy"] == "no-referrer" and not opened.text
    page = person.get(world.page)
    token = world.link.removeprefix("/opgave/")
    assert page.status_code == 200 and token not in page.text
    assert Form(page, world.page).send(person, act="nil").headers["location"] == f"{world.page}/kvittering"


def test_the_cookie_is_for_this_one_task_hidden_from_scripts_and_forgotten_with_the_browser(world):
    flags = world.site.stranger().get(world.link).headers["set-cookie"]
    assert f"Path={world.page};" in flags and "HttpOnly" in flags and "SameSite=lax" in flags
    assert "Max-Age" not in flags and "expires" not in flags.lower()


def test_a_visit_is_no_link_and_a_link_no_visit(world):
    person = world.site.stranger()
    person.get(world.link)
    visit = next(each.value for each in person.cookies.jar if each.name == COOKIE)
    token = world.link.removeprefix("/opgave/")
    assert world.site.stranger().get(f"/opgave/{visit}").status_code == 404
    assert world.site.browser(cookies={COOKIE: token}).get(world.page).status_code == 401


def test_several_tasks_stand_side_by_side_and_none_opens_another(world):
    other = world.site.link(world.other, world.town.leaders[world.other.unit_id])
    person = world.site.stranger()
    assert person.get(f"/opgave/{world.other.id}").status_code == 401
    person.get(world.link)
    assert person.get(f"/opgave/{world.other.id}").status_code == 401
    person.get(other)
    assert {person.get(f"/opgave/{each.id}").status_code for each in (world.task, world.other)} == {200}
    mine = next(each.value for each in person.cookies.jar if each.path == world.page)
    foreign = world.site.browser(cookies={COOKIE: mine})
    assert foreign.get(world.page).status_code == 200
    assert foreign.get(f"/opgave/{world.other.id}").status_code == 401


def test_a_withdrawn_link_and_a_new_holder_end_the_visit_at_the_next_request(world):
    assert world.browser.get(world.link, follow_redirects=True).status_code == 200
    world.change(Task, link_generation=2)
    assert world.browser.get(world.page).status_code == 410
    assert world.browser.post(world.page, data={"act": "nil"}).status_code == 410
    world.change(Task, link_generation=1)
    assert world.browser.get(world.page).status_code == 200
    world.change(Appointment, valid_to=world.site.clock.at.date() - timedelta(days=1))
    assert world.browser.get(world.page).status_code == 403
    assert world.answers() == []


def test_a_visit_ends_after_four_hours_and_opening_the_link_again_begins_another(world):
    world.browser.get(world.link)
    world.site.clock.at += LASTS - timedelta(seconds=1)
    assert world.browser.get(world.page).status_code == 200
    world.site.clock.at += timedelta(seconds=1)
    ended = world.browser.get(world.page)
    assert ended.status_code == 401 and "Linket skal åbnes igen" in ended.text
    assert world.browser.get(world.link, follow_redirects=True).status_code == 200


def test_what_was_written_when_the_visit_ended_is_kept_as_a_draft_and_nothing_is_sent(world):
    form = world.form()
    world.site.clock.at += LASTS
    late = form.send(world.browser, act="submit", status__light="grøn", bemaerkning="En lang tekst")
    assert late.status_code == 401 and "Din kladde er gemt" in late.text
    assert world.answers() == [] and len(world.rows(Draft)) == 1
    again = Form(world.browser.get(world.link, follow_redirects=True), world.link)
    assert again.fields["bemaerkning"] == "En lang tekst"
    assert again.send(world.browser, act="submit", beloeb="5").status_code == 303
    assert world.answers()[0]["bemaerkning"] == "En lang tekst"


def test_a_late_draft_that_cannot_be_kept_is_given_back_to_be_sent_once_more(world):
    form, other = world.form(), world.form()
    other.send(world.browser, act="draft", bemaerkning="Kollegaens")
    world.site.clock.at += LASTS
    late = form.send(world.browser, act="draft", bemaerkning="Mit")
    assert late.status_code == 401 and "Mit" in late.text and "Intet er gemt" in late.text
    assert [each.answers["bemaerkning"] for each in world.rows(Draft)] == ["Kollegaens"]
    again = Form(late, world.page)
    world.browser.get(world.link)
    assert again.send(world.browser).status_code == 409


def test_a_visit_that_ended_a_day_ago_keeps_nothing(world):
    form = world.form()
    world.site.clock.at += LASTS + WRITTEN_LATE
    late = form.send(world.browser, act="draft", bemaerkning="Mit")
    assert late.status_code == 401 and "Mit" in late.text
    assert world.rows(Draft) == []


def test_a_link_that_was_not_opened_here_says_so_whatever_is_typed(world):
    person = world.site.stranger()
    for path in (world.page, f"{world.page}/kvittering", f"{world.page}/kalender", "/opgave/2147483647"):
        answer = person.get(path)
        assert answer.status_code == 401 and "Åbn linket i mailen" in answer.text
    for path in ("/opgave/0", "/opgave/-1", "/opgave/041", "/opgave/99999999999999999999", "/opgave/1'--"):
        assert person.get(path).status_code == 404
    assert person.post(world.page, data={"act": "nil"}).status_code == 401
    assert person.post(world.link, data={"act": "nil"}).status_code == 401
    assert world.answers() == []


def test_a_changed_visit_opens_nothing(world):
    claims = read_token(world.site.settings.secret, world.link.removeprefix("/opgave/"), TASK)
    ends = world.site.clock.at + LASTS
    good = visit_token(world.site.settings.secret, Visit(claims, ends), TASK)
    assert world.site.browser(cookies={COOKIE: good}).get(world.page).status_code == 200
    for wrong in (
        visit_token(b"another installation", Visit(claims, ends), TASK),
        visit_token(world.site.settings.secret, Visit(claims, ends), "meeting"),
        visit_token(world.site.settings.secret, Visit(LinkClaims(1, 1, 1), ends), TASK),
        good[:-1],
        "",
    ):
        assert world.site.browser(cookies={COOKIE: wrong}).get(world.page).status_code == 401


def test_programs_that_open_every_link_change_nothing(world):
    """Scanners that follow, that only look, that keep cookies; whatever the mail's links lead to."""
    before, statements = contents(world.engine), []

    @sa.event.listens_for(world.engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    for number in range(OPENED // 3):
        scanner = world.site.stranger()
        path = world.link + ("", "/kalender", "/kvittering", "?ret=1")[number % 4]
        for method in ("HEAD", "GET", "GET"):
            headers = SCANNERS[number % len(SCANNERS)]
            assert scanner.request(method, path, headers=headers, follow_redirects=True).status_code == 200
    assert contents(world.engine) == before
    assert not [each for each in statements if each.startswith(("INSERT", "UPDATE", "DELETE"))]
