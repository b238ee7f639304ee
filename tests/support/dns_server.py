"""A name server on this machine that knows what a test gives it.

with dns_server.running({("by.example", "TXT"): ['"v=spf1 -all"']}) as resolver:
"""

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.resolver import Resolver

Records = Mapping[tuple[str, str], Sequence[str]]


@contextmanager
def running(records: Records, *, answers: bool = True) -> Iterator[Resolver]:
    """A resolver that asks a server with these records; one that does not answer, when `answers` is false."""
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(line, records), daemon=True)
    if answers:
        thread.start()
    resolver = Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], line.getsockname()[1]
    resolver.lifetime = 5 if answers else 0.2
    yield resolver
    if answers:
        line.sendto(b"", line.getsockname())
        thread.join(timeout=5)
    line.close()


def _serve(line: socket.socket, records: Records) -> None:
    names = {name for name, _ in records}
    while True:
        asked, sender = line.recvfrom(4096)
        if not asked:
            return
        query = dns.message.from_wire(asked)
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
        if found := records.get((name, kind)):
            reply.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, list(found)))
        elif name not in names:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        line.sendto(reply.to_wire(), sender)
