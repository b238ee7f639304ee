"""Whether our own mail server vouches that a mail comes from where its From says (RFC 8601)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_RESULT = re.compile(r"([a-z0-9-]+)\s*=\s*([a-z]+)(.*)", re.IGNORECASE | re.DOTALL)
_PROPERTY = re.compile(r"([a-z]+\.[a-z0-9_-]+)\s*=\s*(\"[^\"]*\"|\S+)", re.IGNORECASE)


@dataclass(frozen=True)
class _Result:
    """One method's result: dmarc, spf or dkim; `found` are its properties ("header.d")."""

    method: str
    result: str
    found: Mapping[str, str]


def vouched_for(headers: Sequence[str], authserv_id: str, sender: str) -> bool | None:
    """Whether the mail's author is authentic, by the Authentication-Results our own server put on top.

    `headers` are those of the mail, the topmost first; only those that stand above any other's are ours.
    DMARC decides where it says pass or fail; else SPF or DKIM must pass for the domain of `sender`. None:
    our server said nothing of it, or nobody has told us its name (`authserv_id`). Our server has to take
    off what others have written in its name (RFC 8601, 5).
    """
    results = [each for each in _ours(headers, authserv_id) if each.method in ("dmarc", "spf", "dkim")]
    if not results:
        return None
    domain = sender.rpartition("@")[2].lower().rstrip(".")
    dmarc = next((each for each in results if each.method == "dmarc"), None)
    if dmarc is not None and dmarc.result in ("pass", "fail"):
        about = dmarc.found.get("header.from", domain)
        return dmarc.result == "pass" and aligned(about, domain)
    return any(each.result == "pass" and aligned(_domain_of(each), domain) for each in results)


def aligned(other: str, domain: str) -> bool:
    """Whether one of the two domains is the other or lies in it; never for a top-level domain alone."""
    one, two = other.lower().strip('."@'), domain.lower().strip(".")
    if "." not in one or "." not in two:
        return False
    return one == two or one.endswith(f".{two}") or two.endswith(f".{one}")


def _domain_of(result: _Result) -> str:
    names = ("smtp.mailfrom", "smtp.helo") if result.method == "spf" else ("header.d", "header.i")
    value = next((result.found[name] for name in names if name in result.found), "")
    return value.strip('"').rpartition("@")[2]


def _ours(headers: Sequence[str], authserv_id: str) -> Iterator[_Result]:
    """The results of the headers on top that have our server's name, each method's first."""
    for header in headers:
        name, *results = _COMMENT.sub(" ", " ".join(header.split())).split(";")
        if not authserv_id or name.lower().split()[:1] != [authserv_id.lower()]:
            return
        for text in results:
            if match := _RESULT.match(text.strip()):
                found = {key.lower(): value for key, value in _PROPERTY.findall(match[3])}
                yield _Result(match[1].lower(), match[2].lower(), found)
