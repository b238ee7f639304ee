"""Whether an address may send for a domain, as its SPF record says (RFC 7208), as far as that can be seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from dns.resolver import NXDOMAIN, NoAnswer, Resolver

MOST_LOOKUPS = 10
"""Terms that ask DNS (RFC 7208, 4.6.4); a record with more is void."""

Ip = IPv4Address | IPv6Address


class TooDeep(Exception):
    """The record asks more of DNS than receivers will do: to them it is none."""


def texts(resolver: Resolver, name: str, start: str) -> list[str]:
    """The TXT records of a name that begin so; empty when there is none. Raises DNSException."""
    found = [b"".join(row.strings).decode(errors="replace") for row in _rows(resolver, name, "TXT")]
    return [text for text in found if text.lower().startswith(start)]


def addresses(resolver: Resolver, host: str) -> list[Ip]:
    """The addresses of a host, or of an address written as one. Raises DNSException."""
    try:
        return [ip_address(host)]
    except ValueError:
        kinds = ("A", "AAAA")
        return [ip_address(row.address) for kind in kinds for row in _rows(resolver, host, kind)]


def exchangers(resolver: Resolver, domain: str) -> list[str]:
    """The hosts that take a domain's mail, "" for one that takes none (RFC 7505). Raises DNSException."""
    return [row.exchange.to_text(omit_final_dot=True).strip(".") for row in _rows(resolver, domain, "MX")]


def may_send(resolver: Resolver, domain: str, senders: Sequence[Ip]) -> bool:
    """Whether the domain's record names one of the addresses. Raises DNSException, TooDeep."""
    return any(_Asked(resolver, sender).passes(domain) for sender in senders)


@dataclass
class _Asked:
    """One evaluation: what has been asked counts over all records it leads to."""

    resolver: Resolver
    sender: Ip
    lookups: int = field(default=0)

    def passes(self, domain: str) -> bool:
        """Whether a term of the record names the sender and lets it through."""
        records = texts(self.resolver, domain, "v=spf1")
        if len(records) != 1:
            return False
        terms = records[0].lower().split()[1:]
        for term in terms:
            if self._matches(term.lstrip("+-~?"), domain):
                return term[0] not in "-~?"
        redirects = [term.partition("=")[2] for term in terms if term.startswith("redirect=")]
        return bool(redirects) and self._asks(redirects[0])

    def _asks(self, domain: str) -> bool:
        self._count()
        return self.passes(domain)

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            raise TooDeep

    def _matches(self, term: str, domain: str) -> bool:
        name, _, value = term.partition(":")
        if name == "all":
            return True
        if name in ("ip4", "ip6"):
            network = ip_network(value, strict=False)
            return network.version == self.sender.version and self.sender in network
        if name == "include":
            return self._asks(value)
        kind, _, prefix = (name if name.startswith(("a/", "mx/")) else term).partition("/")
        kind, _, host = kind.partition(":")
        if kind not in ("a", "mx"):
            return False
        self._count()
        hosts = [host or domain] if kind == "a" else exchangers(self.resolver, host or domain)
        found = [each for one in hosts for each in addresses(self.resolver, one)]
        return any(self._is_near(each, prefix) for each in found)

    def _is_near(self, found: Ip, prefix: str) -> bool:
        length = prefix.partition("/")[0] if prefix else str(found.max_prefixlen)
        return self.sender in ip_network(f"{found}/{length}", strict=False)


def _rows(resolver: Resolver, name: str, kind: str) -> list[Any]:
    try:
        return list(resolver.resolve(name, kind))
    except (NXDOMAIN, NoAnswer):
        return []
