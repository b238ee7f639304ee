"""What `doctor` says of SPF, DKIM, DMARC and the replies, from a name server on this machine."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from cli.checks import mail_domain, spf
from cli.checks.finding import Finding, Level
from cli.checks.mail_wording import MAIL_SENTENCES
from config.settings import Settings, load_settings
from tests.support import dns_server

RELAY = "8.8.4.4"
GOOD: Mapping[tuple[str, str], Sequence[str]] = {
    ("svar.by.dk", "TXT"): ['"google=abc"', '"v=spf1 include:_spf.by.dk " "-all"'],
    ("_spf.by.dk", "TXT"): ['"v=spf1 ip4:8.8.4.0/24 ?all"'],
    ("smtp.by.dk", "A"): [RELAY],
    ("k1._domainkey.by.dk", "TXT"): ['"v=DKIM1; k=rsa; p=MIGfMA0"'],
    ("_dmarc.by.dk", "TXT"): ['"v=DMARC1; p=reject; rua=mailto:d@by.dk"'],
    ("svar.by.dk", "MX"): ["10 mx.by.dk."],
    ("by.dk", "TXT"): ['"v=spf1 mx -all"'],
    ("by.dk", "MX"): ["10 smtp.by.dk."],
}


def settings(folder: Path, **more: object) -> Settings:
    given: dict[str, object] = {
        "smtp_host": "smtp.by.dk",
        "mail_from": "Årshjulet <aarshjul@by.dk>",
        "reply_domain": "svar.by.dk",
        "smtp_dkim_selector": "k1",
    }
    return load_settings(data_dir=folder, **{**given, **more})


def looked(folder: Path, changed: Mapping[tuple[str, str], Sequence[str]], **more: object) -> list[Finding]:
    known = {key: value for key, value in {**GOOD, **changed}.items() if value}
    with dns_server.running(known) as resolver:
        return list(mail_domain.look(settings(folder, **more), resolver))


def test_domains_in_order_have_nothing_to_say(tmp_path: Path) -> None:
    found = looked(tmp_path, {})
    assert [(each.check, each.level) for each in found] == [
        ("spf", Level.OK),
        ("dkim", Level.OK),
        ("dmarc", Level.OK),
        ("replies", Level.OK),
    ]
    assert found[0].what == "svar.by.dk lader smtp.by.dk sende."


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({("svar.by.dk", "TXT"): []}, "spf.none"),
        ({("svar.by.dk", "TXT"): ['"v=spf1 -all"', '"v=spf1 mx -all"']}, "spf.several"),
        ({("svar.by.dk", "TXT"): ['"v=spf1 +all"']}, "spf.open"),
        ({("svar.by.dk", "TXT"): ['"v=spf1 include:svar.by.dk -all"']}, "spf.deep"),
        ({("svar.by.dk", "TXT"): ['"v=spf1 ip4:8.8.4 -all"']}, "spf.broken"),
        ({("svar.by.dk", "TXT"): ['"v=spf1 ip4:9.9.9.9 -all"']}, "spf.other"),
        ({("svar.by.dk", "TXT"): ['"v=spf1 -ip4:8.8.4.4 ip4:8.8.4.0/24 -all"']}, "spf.other"),
        ({("smtp.by.dk", "A"): ["10.0.0.5"]}, "spf.inside"),
        ({("k1._domainkey.by.dk", "TXT"): []}, "dkim.none"),
        ({("k1._domainkey.by.dk", "TXT"): ['"v=DKIM1; p="']}, "dkim.revoked"),
        ({("_dmarc.by.dk", "TXT"): []}, "dmarc.none"),
        ({("_dmarc.by.dk", "TXT"): ['"v=DMARC1; p=none"']}, "dmarc.watches"),
        ({("_dmarc.by.dk", "TXT"): ['"v=DMARC1; p=reject; aspf=s"']}, "dmarc.apart"),
        ({("svar.by.dk", "MX"): []}, "replies.none"),
        ({("svar.by.dk", "MX"): ["0 ."]}, "replies.refused"),
        ({("svar.by.dk", "MX"): [], ("svar.by.dk", "A"): ["8.8.4.9"]}, "replies.address"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_fault_of_the_domains_is_named_with_its_cure(
    tmp_path: Path, changed: Mapping[tuple[str, str], Sequence[str]], sentence: str
) -> None:
    check = sentence.partition(".")[0]
    (found,) = [each for each in looked(tmp_path, changed) if each.check == check]
    pieces = re.split(r"\{\w+\}", MAIL_SENTENCES[sentence][0])
    assert re.fullmatch(".+".join(map(re.escape, pieces)), found.what)
    mild = {"spf.inside": Level.OK, "spf.other": Level.NOTE, "dmarc.watches": Level.NOTE}
    mild |= {"dmarc.apart": Level.NOTE, "replies.address": Level.NOTE}
    assert found.level is mild.get(sentence, Level.BAD)
    assert found.cure or found.level is Level.OK


def test_without_a_selector_it_says_how_to_look(tmp_path: Path) -> None:
    dkim = next(each for each in looked(tmp_path, {}, smtp_dkim_selector="") if each.check == "dkim")
    assert dkim.level is Level.NOTE and "dkim=pass" in dkim.cure


def test_a_reply_domain_elsewhere_leaves_dmarc_to_the_signature(tmp_path: Path) -> None:
    found = looked(
        tmp_path,
        {
            ("svar.firma.dk", "TXT"): ['"v=spf1 a:smtp.by.dk -all"'],
            ("svar.firma.dk", "MX"): ["5 mx.firma.dk."],
        },
        reply_domain="svar.firma.dk",
    )
    levels = {each.check: each.level for each in found}
    assert (levels["spf"], levels["dmarc"]) == (Level.OK, Level.NOTE)


def test_without_return_paths_the_senders_own_domain_is_what_receivers_look_up(tmp_path: Path) -> None:
    found = looked(tmp_path, {("svar.by.dk", "TXT"): []}, smtp_return_paths=False)
    assert found[0].what == "by.dk lader smtp.by.dk sende."


def test_no_network_is_a_note_and_no_failure(tmp_path: Path) -> None:
    with dns_server.running({}, answers=False) as resolver:
        (found,) = mail_domain.look(settings(tmp_path), resolver)
    assert (found.level, found.check) == (Level.NOTE, "sender") and "ikke undersøgt" in found.what


def test_domains_for_examples_are_not_looked_up(tmp_path: Path) -> None:
    (found,) = mail_domain.look(settings(tmp_path, mail_from="aarshjul@by.example"))
    assert found.level is Level.NOTE and "eksempler" in found.what
    assert list(mail_domain.look(settings(tmp_path, smtp_host=""))) == []


@pytest.mark.parametrize(
    ("record", "passes"),
    [
        ("v=spf1 mx -all", True),
        ("v=spf1 a:smtp.by.dk ~all", True),
        ("v=spf1 mx/24 -all", True),
        ("v=spf1 ip6:2001:db8::/32 -all", False),
        ("v=spf1 redirect=_spf.by.dk", True),
        ("v=spf1 exists:%{i}.by.dk -all", False),
    ],
)
def test_the_terms_of_spf_are_read(record: str, passes: bool) -> None:
    with dns_server.running({**GOOD, ("by.dk", "TXT"): [f'"{record}"']}) as resolver:
        assert spf.may_send(resolver, "by.dk", spf.addresses(resolver, "smtp.by.dk")) is passes
