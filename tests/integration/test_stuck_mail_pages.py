"""Mails that have not arrived, page by page: each is on one, and goes again to whoever its page has named."""

import re
from pathlib import Path

from sqlalchemy.engine import Engine

from cycle.access.roles import Role
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.store import transaction
from tests.support import municipality
from tests.support.municipality import instant
from tests.support.web import Form, Site

NOW = instant(2027, 4, 12)
MAILS = 120


def test_every_mail_is_on_one_of_the_pages_and_can_be_sent_again_from_it(
    engine: Engine, tmp_path: Path
) -> None:
    with transaction(engine) as session:
        municipality.build(session, root_id="BY")
        facts = {"root_id": "BY", "kind": MessageKind.NUDGE, "state": MessageState.REJECTED}
        for number in range(MAILS):
            named = {"key": f"BY:{number}", "address": f"p{number}@by.example", "reason": "550 5.1.1 unknown"}
            session.add(Message(**facts, **named, created_at=NOW, rejected_at=NOW, next_at=NOW))
    office = Site(engine, tmp_path, at=NOW).signed_in("sek@by.example", Role.SECRETARIAT, "BY")
    first = office.get("/mail/venter").text
    links = re.findall(r'href="(/mail/venter\?side=\d+)"', first)
    assert len(links) == 3
    pages = [office.get(link).text for link in links]
    shown = [re.findall(r'<span class="small">(p\d+)@by', page) for page in pages]
    assert [len(each) for each in shown] == [50, 50, 20]
    assert len({name for each in shown for name in each}) == MAILS
    assert re.findall(r"<tr.*", first) == re.findall(r"<tr.*", pages[0])
    last = office.get("/mail/venter?side=99")
    act = re.search(r'action="(/mail/\d+/send-igen)"', last.text)
    assert act is not None and Form(last, act[1]).send(office).status_code == 303
    assert len(re.findall(r'<span class="small">p\d+@by', office.get("/mail/venter?side=3").text)) == 19
