"""The page of mails that have not arrived, and what the secretariat does about them."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.history import History
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.store import reading, transaction
from tests.support import municipality
from tests.support.municipality import instant
from tests.support.web import Form, Site

NOW = instant(2027, 4, 12)
WAITS = "Venter: mailserveren tager kun imod uden kryptering."
STATES = (
    (MessageState.UNKNOWN, "Uvist om mailen gik ud: afsendelsen blev afbrudt 3 gange."),
    (MessageState.REJECTED, "550 5.1.1 unknown"),
    (MessageState.WAITING, WAITS),
    (MessageState.READY, "forbindelse: Connection refused"),
    (MessageState.READY, ""),
    (MessageState.SENT, "250 OK"),
)


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> Site:
    with transaction(engine) as session:
        for root_id in ("BY", "ANDEN"):
            municipality.build(session, root_id=root_id)
            for number, (state, reason) in enumerate(STATES, 1):
                session.add(
                    Message(
                        root_id=root_id,
                        key=f"{root_id}:{number}",
                        kind=MessageKind.NUDGE,
                        address=f"p{number}@{root_id.lower()}.example",
                        state=state,
                        reason=reason,
                        created_at=NOW,
                        next_at=NOW,
                    )
                )
                session.flush()
    return Site(engine, tmp_path, at=NOW)


def ids(site: Site) -> dict[str, int]:
    with reading(site.engine) as session:
        return {key: id_ for key, id_ in session.execute(sa.select(col(Message.key), col(Message.id)))}


def state(site: Site, key: str) -> Message:
    with reading(site.engine) as session:
        return session.exec(select(Message).where(Message.key == key)).one()


def test_it_lists_what_waits_was_refused_or_is_uncertain_and_says_why(site: Site) -> None:
    page = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY").get("/mail/venter")
    listed = re.findall(r"p(\d)@(\w+)\.example", page.text)
    assert listed == [("1", "by"), ("2", "by"), ("3", "by"), ("4", "by")]
    assert WAITS in page.text
    assert page.text.count("/send-igen") == 3 and page.text.count("/kom-frem") == 1


def test_the_secretariat_sends_again_and_notes_what_arrived(site: Site) -> None:
    browser, known = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY"), ids(site)
    for number, act in ((2, "send-igen"), (1, "kom-frem")):
        path = f"/mail/{known[f'BY:{number}']}/{act}"
        done = Form(browser.get("/mail/venter"), path).send(browser)
        assert done.status_code == 303, done.text[:500]
    assert (state(site, "BY:2").state, state(site, "BY:2").reason) == (MessageState.READY, "")
    assert (state(site, "BY:1").state, state(site, "BY:1").sent_at) == (MessageState.SENT, NOW)
    with reading(site.engine) as session:
        noted = session.exec(select(History).where(col(History.verb).startswith("mail_"))).all()
    assert [(row.verb, row.actor.partition(":")[0]) for row in noted] == [
        ("mail_sent_again", "account"),
        ("mail_arrived", "account"),
    ]


def test_what_has_left_meanwhile_is_not_sent_twice(site: Site) -> None:
    browser, known = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY"), ids(site)
    form = Form(browser.get("/mail/venter"), f"/mail/{known['BY:1']}/send-igen")
    with transaction(site.engine) as session:
        session.execute(sa.update(Message).values(state=MessageState.SENT))
    assert form.send(browser).status_code == 409
    assert state(site, "BY:1").state is MessageState.SENT


def test_the_operator_sees_them_and_others_neither_see_nor_act(site: Site) -> None:
    operator = site.signed_in("drift@by.example", Role.OPERATOR, "BY")
    page = operator.get("/mail/venter")
    assert page.status_code == 200 and "/send-igen" not in page.text
    secretariat = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")
    path = f"/mail/{ids(site)['BY:1']}/send-igen"
    form = Form(secretariat.get("/mail/venter"), path)
    foreign = path.replace(str(ids(site)["BY:1"]), str(ids(site)["ANDEN:1"]))
    assert secretariat.post(foreign, data=form.fields).status_code == 404
    superior = site.signed_in("chef@by.example", Role.SUPERIOR, "BY-SK")
    assert superior.get("/mail/venter").status_code == 403
    assert state(site, "ANDEN:1").state is MessageState.UNKNOWN
