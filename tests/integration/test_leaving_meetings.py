"""Taking somebody off a meeting, or off the rest of the series: who is told is seen first."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from cycle.access.roles import Role
from cycle.gatherings.reading import participants_of
from cycle.plan.gatherings import Meetings
from cycle.store import reading
from tests.support.gatherings import NOW, MeetingRoom, activity
from tests.support.web import Form, Site


@pytest.fixture
def room(engine: Engine) -> MeetingRoom:
    """Four workshops; the first two are called."""
    room = MeetingRoom(engine, activity(meetings=Meetings(title="Workshop", count=4)))
    for id_ in room.ids[:2]:
        room.call(id_=id_)
    return room


@pytest.fixture
def site(room: MeetingRoom, tmp_path: Path) -> Site:
    return Site(room.engine, tmp_path, at=NOW, secret_key="k" * 40)


def preview(site: Site, room: MeetingRoom) -> tuple[Any, Any, Form]:
    """The secretariat's browser, the page that shows what would be, and its form."""
    browser, address = site.signed_in("s@by.example", Role.SECRETARIAT, "BY"), f"/moeder/{room.ids[0]}"
    with reading(room.engine) as session:
        who = next(each.key for each in participants_of(session, room.ids[0]) if each.invited_address)
    shown = Form(browser.get(address), f"{address}/deltager/fjern/vis").send(browser, participant=who)
    return browser, shown, Form(shown, f"{address}/deltager/fjern")


def taking_part(room: MeetingRoom) -> list[int]:
    with reading(room.engine) as session:
        return [len(participants_of(session, id_)) for id_ in room.ids]


def test_who_is_told_is_seen_before_and_the_rest_of_the_series_may_go_too(
    room: MeetingRoom, site: Site
) -> None:
    before, everyone = len(room.messages()), taking_part(room)
    browser, shown, form = preview(site, room)
    assert shown.status_code == 200 and "Der er ikke sket noget endnu." in shown.text
    assert shown.text.count('name="meeting"') == 4 and shown.text.count(" checked>") == 1
    assert shown.text.count("mail om, at mødet er aflyst for dem") == 2, "two are only proposed"
    assert "Ikke længere indkaldt" in shown.text and "ingen mail: er ikke indkaldt" in shown.text
    assert len(room.messages()) == before and taking_part(room) == everyone
    three = [str(id_) for id_ in (room.ids[0], room.ids[1], room.ids[3])]
    sent = {**form.fields, "meeting": three}
    done = browser.post(form.action, data=sent)
    assert done.status_code == 303 and len(room.messages()) == before + 2
    assert taking_part(room) == [everyone[0] - 1, everyone[1] - 1, everyone[2], everyone[3] - 1]
    again = browser.post(form.action, data=sent)
    assert again.status_code == 409 and len(room.messages()) == before + 2, "twice sends nothing more"


def test_all_or_none_when_a_meeting_has_changed_since(room: MeetingRoom, site: Site) -> None:
    browser, _, form = preview(site, room)
    room.call(id_=room.ids[1], place="Taget")
    before, everyone = len(room.messages()), taking_part(room)
    refused = browser.post(form.action, data={**form.fields, "meeting": [str(id_) for id_ in room.ids[:2]]})
    assert refused.status_code == 409 and taking_part(room) == everyone and len(room.messages()) == before


def test_nothing_ticked_and_others_are_refused(room: MeetingRoom, site: Site) -> None:
    browser, _, form = preview(site, room)
    nothing = browser.post(form.action, data={**form.fields, "meeting": []})
    assert nothing.status_code == 422 and "Der er ikke valgt noget møde." in nothing.text
    reader = site.signed_in("d@by.example", Role.DIRECTION, "BY")
    csrf = Form(reader.get("/moeder"), "/log-ud").fields["csrf"]
    for address in (form.action, f"{form.action}/vis"):
        sent = {**form.fields, "csrf": csrf, "meeting": [str(room.ids[0])]}
        assert reader.post(address, data=sent).status_code == 403
