"""What the world can see of our mail's domains: SPF, DKIM, DMARC, and where replies go. Nothing is sent."""

from collections.abc import Iterator

from dns.exception import DNSException
from dns.resolver import Resolver

from cli.checks import spf
from cli.checks.finding import Finding, bad, note, ok
from config.settings import Settings
from notifications.mime import split_sender

SECONDS = 4
RESERVED = frozenset({"example", "test", "invalid", "localhost", "local", "internal"})
"""Top domains nobody can look up (RFC 6761, RFC 6762)."""


def look(settings: Settings, resolver: Resolver | None = None) -> Iterator[Finding]:
    """Nothing without a mail server; one note when names cannot be looked up."""
    sender = split_sender(settings.mail_from)[1].rpartition("@")[2].lower()
    if not settings.smtp_host:
        return
    if resolver is None and sender.rpartition(".")[2] in RESERVED:
        yield note("sender.reserved", domain=sender)
        return
    returns = settings.reply_domain if settings.smtp_return_paths and settings.reply_domain else sender
    try:
        asked = resolver or _resolver()
        yield _spf(asked, returns, settings.smtp_host)
        yield _dkim(asked, sender, settings.smtp_dkim_selector)
        yield _dmarc(asked, sender, returns)
        if settings.reply_domain:
            yield _replies(asked, settings.reply_domain)
    except DNSException as error:
        yield note("sender.silent", why=type(error).__name__)


def _resolver() -> Resolver:
    resolver = Resolver()
    resolver.lifetime = SECONDS
    return resolver


def _spf(resolver: Resolver, domain: str, host: str) -> Finding:
    """Receivers look up the domain of the return path, which need not be the sender's."""
    records = spf.texts(resolver, domain, "v=spf1")
    if not records:
        return bad("spf.none", domain=domain)
    if len(records) > 1:
        return bad("spf.several", domain=domain, count=len(records))
    if records[0].split()[-1].lower() in ("all", "+all"):
        return bad("spf.open", domain=domain)
    try:
        servers = spf.addresses(resolver, host)
        if servers and all(server.is_private for server in servers):
            return ok("spf.inside", domain=domain, host=host)
        named = spf.may_send(resolver, domain, servers)
    except spf.TooDeep:
        return bad("spf.deep", domain=domain, most=spf.MOST_LOOKUPS)
    except ValueError as error:
        return bad("spf.broken", domain=domain, why=str(error))
    return ok("spf.ok", domain=domain, host=host) if named else note("spf.other", domain=domain, host=host)


def _dkim(resolver: Resolver, domain: str, selector: str) -> Finding:
    if not selector:
        return note("dkim.unseen", domain=domain)
    name = f"{selector}._domainkey.{domain}"
    records = [text for text in spf.texts(resolver, name, "") if "p=" in text]
    if not records:
        return bad("dkim.none", name=name)
    key = records[0].replace(" ", "").partition("p=")[2].partition(";")[0]
    return ok("dkim.ok", name=name) if key else bad("dkim.revoked", name=name)


def _dmarc(resolver: Resolver, domain: str, returns: str) -> Finding:
    found = _policy(resolver, domain)
    if found is None:
        return bad("dmarc.none", domain=domain)
    tags = dict(part.strip().partition("=")[::2] for part in found.split(";") if "=" in part)
    policy = tags.get("p", "").strip().lower()
    strict = tags.get("aspf", "r").strip().lower() == "s"
    if returns != domain and (strict or organisation(returns) != organisation(domain)):
        return note("dmarc.apart", domain=domain, returns=returns, policy=policy)
    if policy == "none":
        return note("dmarc.watches", domain=domain)
    return ok("dmarc.ok", domain=domain, policy=policy)


def _policy(resolver: Resolver, domain: str) -> str | None:
    """The record of the domain, else of the nearest domain above it that has one (DMARC's tree walk)."""
    labels = domain.split(".")
    for start in range(max(len(labels) - 1, 1)):
        records = spf.texts(resolver, f"_dmarc.{'.'.join(labels[start:])}", "v=dmarc1")
        if len(records) == 1:
            return records[0]
    return None


def organisation(domain: str) -> str:
    """The domain that was registered; under .dk that is its last two labels."""
    return ".".join(domain.lower().split(".")[-2:])


def _replies(resolver: Resolver, domain: str) -> Finding:
    hosts = spf.exchangers(resolver, domain)
    if hosts == [""]:
        return bad("replies.refused", domain=domain)
    if hosts:
        return ok("replies.ok", domain=domain, hosts=", ".join(hosts[:3]))
    if spf.addresses(resolver, domain):
        return note("replies.address", domain=domain)
    return bad("replies.none", domain=domain)
