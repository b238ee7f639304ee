"""Whether our own mail server vouches for a sender (RFC 8601)."""

import pytest

from notifications.authenticity import aligned, vouched_for

SENDER = "mette@skole.by.example"


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ([], None),
        (["mx.by.example; dmarc=pass header.from=by.example"], True),
        (["MX.by.example 1; dmarc=pass (p=reject) header.from=skole.by.example; spf=fail"], True),
        (["mx.by.example; dmarc=fail header.from=by.example; spf=pass smtp.mailfrom=by.example"], False),
        (["mx.by.example; dmarc=pass header.from=ond.example"], False),
        (["mx.by.example; dmarc=none; dkim=pass header.d=by.example"], True),
        (["mx.by.example; dkim=pass header.d=ond.example; spf=fail smtp.mailfrom=x@by.example"], False),
        (["mx.by.example;\r\n spf=pass smtp.mailfrom=mette@skole.by.example"], True),
        (["mx.by.example; spf=softfail smtp.mailfrom=skole.by.example"], False),
        (["mx.by.example; spf=pass smtp.mailfrom=example"], False),
        (["mx.by.example; dkim=pass header.i=@by.example"], True),
        (["mx.by.example; none"], None),
        (["mx.by.example; auth=pass smtp.auth=mette"], None),
        (["mx.ond.example; dmarc=pass header.from=by.example"], None),
        (["mx.ond.example; dmarc=fail", "mx.by.example; dmarc=pass header.from=by.example"], None),
        (["mx.by.example; dmarc=fail", "mx.by.example; dmarc=pass header.from=by.example"], False),
        (["mx.by.example; spf=pass smtp.mailfrom=by.example", "mx.by.example; dmarc=fail"], False),
        (["mx.by.example; dmarc=fail (says; dmarc=pass header.from=by.example)"], False),
        (["mx.by.example.ond.example; dmarc=pass header.from=by.example"], None),
        ([";;;===", ""], None),
    ],
)
def test_only_what_our_own_server_put_on_top_counts(headers, answer):
    assert vouched_for(headers, "mx.by.example", SENDER) is answer


def test_nobody_is_asked_while_the_servers_name_is_unknown():
    assert vouched_for(["mx.by.example; dmarc=fail"], "", SENDER) is None


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("by.example", "by.example", True),
        ("by.example", "skole.by.example", True),
        ("mail.by.example", "by.example", True),
        ("by.example", "andenby.example", False),
        ("example", "by.example", False),
        ("", "by.example", False),
    ],
)
def test_domains_are_aligned_when_one_lies_in_the_other(one, two, same):
    assert aligned(one, two) is same
