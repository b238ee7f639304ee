"""An invitation that did not arrive is sent again to where the invited person is reached today."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.gatherings.states import Told
from cycle.messages.tables import Message, MessageState
from cycle.organisation.tables import Address, Appointment
from cycle.store import reading, transaction
from tests.support.gatherings import NOW, MeetingRoom
from tests.support.municipality import ROOT
from tests.support.web import Browser, Form, Site

NEW = "rettet@by.example"


class Refused:
    """A meeting to which a school's leader was called, at an address that refused the mail."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.room = MeetingRoom(engine)
        self.room.call()
        self.school = self.room.town.units[0]
        self.leader = self.room.town.leaders[self.school]
        with transaction(engine) as session:
            session.execute(sa.update(Message).values(state=MessageState.SENT))
            mail = self._mails()[0]
            self.mail_id, self.old = mail.id or 0, mail.address
            refused = {"state": MessageState.REJECTED, "reason": "550 5.1.1 no"}
            session.execute(sa.update(Message).where(col(Message.id) == mail.id).values(**refused))
        self.browser: Browser = Site(engine, folder, at=NOW).signed_in(
            "sek@by.example", Role.SECRETARIAT, ROOT
        )

    def _mails(self) -> list[Message]:
        with reading(self.engine) as session:
            of_leader = select(Message).where(Message.person_id == self.leader)
            return list(session.exec(of_leader.order_by(col(Message.id))))

    def mend(self) -> None:
        with transaction(self.engine) as session:
            session.execute(sa.update(Address).where(col(Address.person_id) == self.leader).values(email=NEW))

    def hand_over(self) -> None:
        """Another school's leader has the post."""
        other = self.room.town.leaders[self.room.town.units[1]]
        with transaction(self.engine) as session:
            session.execute(
                sa.update(Appointment).where(col(Appointment.unit_id) == self.school).values(person_id=other)
            )

    def page(self) -> str:
        return self.browser.get("/mail/venter").text

    def send(self) -> int:
        form = Form(self.browser.get("/mail/venter"), f"/mail/{self.mail_id}/send-igen")
        return form.send(self.browser).status_code

    def told(self) -> list[tuple[str, str, MessageState]]:
        return [(mail.context["told"], mail.address, mail.state) for mail in self._mails()]


@pytest.fixture
def refused(engine: Engine, tmp_path: Path) -> Refused:
    return Refused(engine, tmp_path)


def test_it_goes_to_todays_address_and_a_change_is_told_there_without_calling_anything_off(refused: Refused):
    assert "ny adresse" not in refused.page()
    refused.mend()
    assert "ny adresse" in refused.page() and NEW in refused.page()
    assert refused.send() == 303
    assert refused.told() == [(Told.INVITED, NEW, MessageState.READY)]
    refused.room.call(place="Rådhuset")
    assert refused.told()[1:] == [(Told.CHANGED, NEW, MessageState.READY)]


def test_one_whose_post_went_to_another_is_not_offered_the_new_holder_is_called(refused: Refused):
    refused.hand_over()
    assert "Kan ikke sendes igen: posten er gået til en anden. Indkald mødet igen" in refused.page()


def test_that_it_is_off_still_goes_to_whoever_was_called(refused: Refused):
    with transaction(refused.engine) as session:
        row = session.get_one(Message, refused.mail_id)
        row.context = {**row.context, "told": Told.CANCELLED}
        session.add(row)
    refused.hand_over()
    assert refused.send() == 303
    assert refused.told() == [(Told.CANCELLED, refused.old, MessageState.READY)]
