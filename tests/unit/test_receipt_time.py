"""The time of a mail's receipt is our own server's, whatever the mail says of itself."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.receipt_time import LONGEST_WAY, taken_at

ARRIVED = datetime(2027, 4, 20, 22, 3, tzinfo=UTC)
OURS = (
    b"Received: from smtp.skole.example (smtp.skole.example [192.0.2.7])\r\n"
    b"\tby mx.kommune.example (Postfix) with ESMTPS id 4Xa1\r\n"
    b"\tfor <svar+abc@svar.kommune.example>; Tue, 20 Apr 2027 23:59:30 +0200 (CEST)\r\n"
)
STORE = b"Received: from mx.kommune.example by postkasse.kommune.example; Wed, 21 Apr 2027 00:03:00 +0200\r\n"
FORGED = (
    b"Received: from helt.andet.example by mx.kommune.example; Mon, 19 Apr 2027 08:00:00 +0200\r\n"
    b"Date: Mon, 19 Apr 2027 08:00:00 +0200\r\n"
)
BODY = b"\r\nReceived: from a by mx.kommune.example; Mon, 19 Apr 2027 08:00:00 +0200\r\n"


def test_the_servers_topmost_line_says_when_it_took_the_mail() -> None:
    at = taken_at(STORE + OURS + FORGED + BODY, ARRIVED, "MX.kommune.example")
    assert at == datetime(2027, 4, 20, 21, 59, 30, tzinfo=UTC)


@pytest.mark.parametrize("protocol", [b"LMTP", b"UTF8LMTP"])
def test_one_machine_that_is_both_mail_server_and_mailbox_counts_as_mail_server(protocol: bytes) -> None:
    into = (
        b"Received: from mx.kommune.example ([127.0.0.1])\r\n\tby mx.kommune.example with "
        + protocol
        + b"\r\n\tid 1 for <svar+abc@svar.kommune.example>; Wed, 21 Apr 2027 00:02:00 +0200\r\n"
    )
    at = taken_at(into + OURS + FORGED + BODY, ARRIVED, "mx.kommune.example")
    assert at == datetime(2027, 4, 20, 21, 59, 30, tzinfo=UTC)


@given(
    st.lists(
        st.sampled_from([STORE, OURS, FORGED, b"(", b")", b";", b"by ", b"from ", b"\xff"]) | st.binary()
    )
)
def test_whatever_the_head_holds_the_time_is_one_that_can_be(pieces: list[bytes]) -> None:
    at = taken_at(b"".join(pieces), ARRIVED, "mx.kommune.example")
    assert ARRIVED - LONGEST_WAY <= at <= ARRIVED


@pytest.mark.parametrize(
    ("head", "server"),
    [
        (STORE + OURS, ""),
        (STORE, "mx.kommune.example"),
        (b"Date: Mon, 19 Apr 2027 08:00:00 +0200\r\n", "mx.kommune.example"),
        (b"", "mx.kommune.example"),
        (b"Received: from a by mx.kommune.example; i morges\r\n", "mx.kommune.example"),
        (b"Received: from a by mx.kommune.example\r\n", "mx.kommune.example"),
        (b"Received: from a by mx.kommune.example; 99 Apr 2027 23:59:30 +0200\r\n", "mx.kommune.example"),
        (b"Received: \xff\xfe by mx.kommune.example; \xe6\r\n", "mx.kommune.example"),
    ],
)
def test_else_the_mail_counts_from_its_arrival(head: bytes, server: str) -> None:
    assert taken_at(head + BODY, ARRIVED, server) == ARRIVED


@pytest.mark.parametrize("days", [-1, 6])
def test_a_time_that_cannot_be_is_not_believed(days: int) -> None:
    assert taken_at(OURS + BODY, ARRIVED + timedelta(days=days), "mx.kommune.example") == ARRIVED + timedelta(
        days=days
    )


@pytest.mark.parametrize("name", [b"by", b"(by", b"mx.kommune.example)", b"[192.0.2.7]"])
def test_what_a_sender_calls_itself_does_not_hide_our_servers_line(name: bytes) -> None:
    """A peer's name in the greeting is written into our line; it may not push us to a line of its own."""
    line = OURS.replace(b"from smtp.skole.example", b"from " + name)
    at = taken_at(line + FORGED + BODY, ARRIVED, "mx.kommune.example")
    assert at == datetime(2027, 4, 20, 21, 59, 30, tzinfo=UTC)
