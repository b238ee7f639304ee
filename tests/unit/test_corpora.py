"""Real mails of many systems: which address has failed, and what a person wrote."""

import json
import quopri
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cycle.messages.verdicts import InboundVerdict as V
from notifications.reading.mail import Mail
from notifications.reading.read import read_mail
from notifications.reading.words import own_words

CORPORA = Path(__file__).parents[1] / "corpora"
NOT_BOUNCES = {"arf": V.COMPLAINT, "rfc3834": V.AUTOMATIC}
"""What the first word of a file's name says; all others are reports of failed delivery."""


@cache
def reports() -> dict[str, tuple[bytes, Mail]]:
    with zipfile.ZipFile(CORPORA / "bounces.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".eml")]
        return {name: (raw := archive.read(name), read_mail(raw)) for name in names}


def bounces() -> Iterator[tuple[str, bytes, Mail]]:
    for name, (raw, mail) in reports().items():
        if name.split("-")[0] not in NOT_BOUNCES:
            yield name, raw, mail


def recorded(name: str, found: dict[str, Any], record: bool) -> dict[str, Any]:
    file = CORPORA / name
    if record:
        lines = (f"{json.dumps(key)}: {json.dumps(found[key], ensure_ascii=False)}" for key in sorted(found))
        file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return json.loads(file.read_text(encoding="utf-8"))


def test_the_failed_address_is_found_in_at_least_95_of_100_reports() -> None:
    found = [(name, mail) for name, _, mail in bounces()]
    assert len(found) == 303
    missed = [name for name, mail in found if mail.verdict is not V.BOUNCE or not mail.failed]
    assert len(missed) <= 0.05 * len(found), missed


def test_what_is_found_stands_in_the_report_and_where_it_names_recipients_is_one_of_them() -> None:
    wrong = []
    for name, raw, mail in bounces():
        named = set(
            re.findall(rb"^(?:final|original)-recipient:[^;\n]*;\s*<?([^\s<>]+@[^\s<>]+)", raw.lower(), re.M)
        )
        for failed in mail.failed:
            address = failed.address.encode()
            if address not in raw.lower() and b"base64" not in raw.lower():
                wrong.append((name, failed.address))
            if named and address not in named:
                wrong.append((name, failed.address))
    assert wrong == []


def test_complaints_and_automatic_replies_are_told_from_bounces() -> None:
    for name, (_, mail) in reports().items():
        expected = NOT_BOUNCES.get(name.split("-")[0])
        assert expected is None or (mail.verdict is expected and mail.reason), name


def test_each_report_says_what_was_read_in_it_before(pytestconfig: pytest.Config) -> None:
    found = {
        name: [
            mail.verdict.value if mail.verdict else "",
            *(f"{f.address} {f.status} {'hard' if f.hard else 'soft'}" for f in mail.failed),
        ]
        for name, (_, mail) in reports().items()
    }
    assert found == recorded("bounces.json", found, pytestconfig.getoption("--record"))


def test_each_reply_says_what_its_author_wrote(pytestconfig: pytest.Config) -> None:
    found = {}
    for file in sorted((CORPORA / "replies").glob("*.txt")):
        raw = file.read_bytes()
        text = quopri.decodestring(raw) if b"=\n" in raw else raw
        found[file.name] = own_words(text.decode("utf-8", "replace"))
    assert len(found) == 45
    assert found == recorded("replies.json", found, pytestconfig.getoption("--record"))
