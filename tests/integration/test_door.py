"""A mail server on this machine hands mail over (LMTP, SMTP): it lies on the disk before it is answered."""

import asyncio
import select
import smtplib
import socket
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.incoming_settings import DoorPlace
from config.settings import load_settings
from cycle.errors import PlanInvalid
from notifications.door import MOST_AT_ONCE, MOST_RECIPIENTS, Door
from notifications.mailbox import LARGEST, FolderMailbox, Place

NOON = datetime(2027, 4, 6, 10, 0, tzinfo=UTC)
SVAR, RETUR = f"svar+{'a' * 40}@svar.by.example", f"retur+{'b' * 40}@svar.by.example"
MAIL = "From: bo@by.example\r\nMessage-ID: <1@by.example>\r\n\r\nStatus: grøn\r\n.punktum\r\n".encode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class House:
    """A folder with a door, and how often somebody was told."""

    def __init__(self, folder: Path, place: DoorPlace) -> None:
        self.folder, self.place, self.told = folder, place, 0

    def tell(self) -> None:
        assert self.mails(), "told of a mail that does not lie there"
        self.told += 1

    def mails(self) -> list[bytes]:
        return [mail.raw for mail in FolderMailbox(self.folder).new(Place())]

    def client(self) -> smtplib.SMTP:
        kind = smtplib.LMTP if self.place.protocol == "lmtp" else smtplib.SMTP
        client = kind(self.place.path or self.place.host, self.place.port)
        client.ehlo_or_helo_if_needed()
        return client


@asynccontextmanager
async def opened(folder: Path, place: DoorPlace) -> AsyncIterator[House]:
    house = House(folder, place)
    async with Door(
        place, FolderMailbox(folder), reply_domain="Svar.BY.example", now=lambda: NOON, told=house.tell
    ):
        yield house


def at(folder: Path, place: DoorPlace, work: Callable[[House], None]) -> House:
    """Does some work of a mail server at the open door."""

    async def run() -> House:
        async with opened(folder, place) as house:
            await asyncio.to_thread(work, house)
            return house

    return asyncio.run(run())


@pytest.fixture
def lmtp() -> DoorPlace:
    return DoorPlace("lmtp", "127.0.0.1", free_port())


@pytest.fixture(params=["lmtp", "lmtp socket", "smtp"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> DoorPlace:
    protocol = request.param.split()[0]
    if request.param.endswith("socket"):
        return DoorPlace(protocol, path=str(tmp_path / "lmtp"))
    return DoorPlace(protocol, "127.0.0.1", free_port())


def test_a_mail_is_kept_with_its_envelope_and_our_time_and_somebody_is_told(tmp_path, place):
    def hand_over(house: House) -> None:
        with house.client() as client:
            assert client.sendmail("bo@by.example", [SVAR], MAIL) == {}

    house = at(tmp_path / "ind", place, hand_over)
    (mail,) = FolderMailbox(house.folder).new(Place())
    head, _, body = mail.raw.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[:2] == ["Return-Path: <bo@by.example>", f"Delivered-To: {SVAR}"]
    by = f"by aarshjul.localhost with {place.protocol.upper()}"
    assert lines[2] == f"Received: {by}; Tue, 06 Apr 2027 10:00:00 +0000"
    assert "Message-ID: <1@by.example>" in lines and body == "Status: grøn\r\n.punktum\r\n".encode()
    assert mail.received_at == NOON and house.told == 1
    (file,) = house.folder.glob("*.eml")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_only_reply_and_return_addresses_of_our_domain_are_taken(tmp_path, lmtp):
    refused = [
        "bo@svar.by.example",
        "svar@svar.by.example",
        "svar+@svar.by.example",
        "svar+x@by.example",
        "svar",
    ]

    def hand_over(house: House) -> None:
        with house.client() as client:
            client.mail("")
            assert {client.rcpt(address)[0] for address in refused} == {550}
            assert client.rcpt(RETUR.upper())[0] == 250
            assert client.data(MAIL)[0] == 250

    (mail,) = at(tmp_path / "ind", lmtp, hand_over).mails()
    assert mail.startswith(f"Return-Path: <>\r\nDelivered-To: {RETUR.upper()}\r\n".encode())


def test_lmtp_answers_for_each_recipient_and_the_mail_lies_there_once(tmp_path, lmtp):
    def hand_over(house: House) -> None:
        with house.client() as client:
            refused = client.sendmail("bo@by.example", [SVAR, "bo@by.example", RETUR], MAIL)
            assert [code for code, _ in refused.values()] == [550]
            assert client.getreply()[0] == 250, "smtplib has read the first one"
            assert client.noop() == (250, b"OK"), "an answer is missing or left over"
            assert client.vrfy("bo")[0] == 252

    (mail,) = at(tmp_path / "ind", lmtp, hand_over).mails()
    assert mail.count(b"Delivered-To: ") == 2


def test_what_is_too_large_is_refused_for_each_recipient_and_leaves_nothing(tmp_path, lmtp):
    def hand_over(house: House) -> None:
        with house.client() as client:
            assert int(client.esmtp_features["size"]) == LARGEST
            assert client.mail("bo@by.example", [f"size={LARGEST + 1}"])[0] == 552
            client.mail("bo@by.example")
            assert (client.rcpt(SVAR)[0], client.rcpt(RETUR)[0]) == (250, 250)
            assert client.data(b"x" * 70 + b"\r\n" + (b"y" * 998 + b"\r\n") * (LARGEST // 1000 + 1))[0] == 552
            assert client.getreply()[0] == 552
            assert client.noop()[0] == 250

    house = at(tmp_path / "ind", lmtp, hand_over)
    assert house.mails() == [] and house.told == 0


def test_a_mail_that_cannot_be_kept_is_not_taken(tmp_path, lmtp):
    (tmp_path / "ind").write_text("not a folder")

    def hand_over(house: House) -> None:
        with house.client() as client, pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("bo@by.example", [SVAR], MAIL)
        assert refused.value.smtp_code == 451

    assert at(tmp_path / "ind", lmtp, hand_over).told == 0


def test_a_mail_cut_off_leaves_nothing(tmp_path, lmtp):
    def hand_over(house: House) -> None:
        client = house.client()
        client.mail("bo@by.example")
        client.rcpt(SVAR)
        client.putcmd("data")
        assert client.getreply()[0] == 354
        client.send(MAIL)
        client.close()
        with house.client() as other:
            assert other.noop()[0] == 250

    house = at(tmp_path / "ind", lmtp, hand_over)
    assert not house.folder.exists() and house.told == 0


def test_too_many_recipients_are_put_off(tmp_path, lmtp):
    def hand_over(house: House) -> None:
        client = house.client()
        client.mail("bo@by.example")
        given = [client.rcpt(SVAR)[0] for _ in range(MOST_RECIPIENTS + 1)]
        assert given == [250] * MOST_RECIPIENTS + [452]
        client.close()

    at(tmp_path / "ind", lmtp, hand_over)


def test_more_mails_than_there_is_room_for_wait_for_their_turn_and_none_is_refused(tmp_path, place):
    """Twenty connections that all stay open, as Postfix has them: refusing some would starve all."""

    def hand_over(house: House) -> None:
        clients = [house.client() for _ in range(20)]
        for client in clients:
            client.mail("bo@by.example")
            client.rcpt(SVAR)
            client.putcmd("data")
        assert [client.getreply()[0] for client in clients[:MOST_AT_ONCE]] == [354] * MOST_AT_ONCE
        assert not select.select([client.sock for client in clients[MOST_AT_ONCE:]], [], [], 0.2)[0]
        for number, client in enumerate(clients):
            if number >= MOST_AT_ONCE:
                assert client.getreply()[0] == 354
            client.send(MAIL + b".\r\n")
            assert client.getreply()[0] == 250
        for client in clients:
            client.close()

    assert len(at(tmp_path / "ind", place, hand_over).mails()) == 20


def test_what_a_killed_process_left_is_cleared_away(tmp_path):
    place = DoorPlace("lmtp", path=str(tmp_path / "lmtp"))
    (tmp_path / "ind").mkdir()
    half = tmp_path / "ind" / "20270406T100000000000Z-00000000.eml.part"
    half.write_bytes(MAIL[:20])
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(place.path)
    at(tmp_path / "ind", place, lambda house: house.client().close())
    assert stat.S_IMODE(Path(place.path).stat().st_mode) == 0o666
    assert not half.exists()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("lmtp:127.0.0.1:8324", DoorPlace("lmtp", "127.0.0.1", 8324)),
        ("smtp:[::1]:2525", DoorPlace("smtp", "::1", 2525)),
        ("lmtp:/run/aarshjul/lmtp", DoorPlace("lmtp", path="/run/aarshjul/lmtp")),
        ("lmtp:0.0.0.0:24", None),
        ("lmtp:mx.kommune.example:24", None),
        ("lmtp:127.0.0.1:70000", None),
        ("lmtp:run/lmtp", None),
        ("8324", None),
    ],
)
def test_where_mail_is_taken_is_on_this_machine(text, place):
    assert DoorPlace.read(text) == place


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mail_listen": "lmtp:0.0.0.0:24"}, "er ikke et sted på denne maskine"),
        ({"mail_listen": "lmtp:127.0.0.1:24", "imap_host": "imap.by.example"}, "Behold kun den ene"),
        ({"mail_listen": "lmtp:127.0.0.1:24"}, "Sæt også AARSHJUL_INBOX_DIR"),
    ],
)
def test_settings_that_cannot_take_mail_in_are_refused_with_a_cure(tmp_path, given, said):
    with pytest.raises(PlanInvalid) as refused:
        load_settings(data_dir=tmp_path, **given)
    (problem,) = refused.value.problems
    assert problem.where == "AARSHJUL_MAIL_LISTEN" and said in str(problem)
