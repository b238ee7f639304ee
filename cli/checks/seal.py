"""The municipality's seal: whether a document could be sealed now, and whether any has waited long."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cli.checks.finding import Finding, bad, note, ok
from cli.wording import english
from config.english import problem_in_english
from config.settings import Settings
from cycle import store
from cycle.errors import Invalid
from cycle.goals.sealed import long_unsealed
from cycle.organisation.tables import Unit
from documents.seal_key import Owner, key_path
from documents.sealing import Sealed, Sealer, SealFailed

WAITS = timedelta(days=1)
SOON = timedelta(days=60)
A4 = (0, 0, 595, 842)


def look(engine: Engine, settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """Seals an empty page for every municipality as an agreement would be sealed, and keeps it not."""
    with store.reading(engine) as session:
        roots = session.exec(select(Unit.id, Unit.name).where(col(Unit.parent_id).is_(None))).all()
        late = [name for root_id, _ in roots for name in long_unsealed(session, root_id, now - WAITS)]
    for owner in (Owner(root_id, name) for root_id, name in roots):
        if _is_made_when_needed(settings, owner):
            yield ok("seal.coming")
        else:
            yield _tried(settings, owner, now)
    if late:
        yield note("seal.late", count=len(late), names=", ".join(late[:3]) + (" …" if len(late) > 3 else ""))


def _is_made_when_needed(settings: Settings, owner: Owner) -> bool:
    """A key of our own, for which nothing has been sealed yet."""
    has_own = settings.seal_pkcs12 is None and settings.seal_pkcs11_module is None
    return has_own and not key_path(settings, owner.root_id).exists()


def _tried(settings: Settings, owner: Owner, now: datetime) -> Finding:
    try:
        sealer = Sealer.of(settings, owner, now=now)
        sealed = sealer.seal(_empty_page(), reason="doctor", now=now)
    except Invalid as error:
        problems = map(problem_in_english, error.problems) if english() else error.problems
        return bad("seal.fails", why=" ".join(map(str, problems)))
    except SealFailed as error:
        return bad("seal.fails", why=error.english if english() else str(error))
    return _in_force(sealer, sealed, now)


def _in_force(sealer: Sealer, sealed: Sealed, now: datetime) -> Finding:
    ends = sealer.good_until
    told = {"kind": sealed.level.value, "until": f"{ends:%d.%m.%Y}"}
    return note("seal.ends", **told) if ends - now < SOON else ok("seal.ok", **told)


def _empty_page() -> bytes:
    writer: Any = PdfFileWriter()  # type: ignore[no-untyped-call]  # the library's own, without types
    make_page: Any = PageObject
    writer.insert_page(make_page(contents=writer.add_object(StreamObject(stream_data=b"")), media_box=A4))
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
