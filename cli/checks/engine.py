"""What the store says of itself, of the clock and the workers, and of the municipality's year."""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from cli.checks import seal
from cli.checks.finding import Finding, bad, note, ok
from cli.checks.reasons import reason
from cli.wording import language
from config.settings import Settings
from cycle import store
from cycle.cases.waiting import by_activity
from cycle.danish import format_datetime
from cycle.messages.tables import Message, MessageState
from cycle.migrations.upgrade import newest_revision, revision_of
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Person, Unit
from cycle.runs.reading import overrun, pauses, pulses
from cycle.runs.tables import Run, RunState
from cycle.runs.workers import workers
from cycle.tasks.tables import Cycle

STOPPED_AFTER = timedelta(minutes=2)
IDLE_AFTER = timedelta(minutes=10)
LATE_AFTER = timedelta(hours=1)
SHOWN = 3


def look(engine: Engine, settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """Store and schema; when they are right, everything that is written there."""
    if _not_made_yet(engine):
        yield note("store.none")
        return
    started = time.monotonic()
    try:
        found = revision_of(engine)
    except DBAPIError as error:
        yield bad("store.unreachable", why=reason(error.orig))
        return
    milliseconds = round((time.monotonic() - started) * 1000)
    yield ok("store.ok", kind=engine.dialect.name, milliseconds=milliseconds)
    wanted = newest_revision()
    if found != wanted:
        yield bad("schema.other", found=found, wanted=wanted)
        return
    yield ok("schema.ok", revision=found)
    with store.reading(engine) as session:
        yield from _engine(session, now, settings.zone)
        yield from _year(session, now.astimezone(settings.zone))
        if settings.unfiled_days:
            yield from _unfiled(session, settings.unfiled_days, now)
    yield from seal.look(engine, settings, now=now)


def _not_made_yet(engine: Engine) -> bool:
    """Whether the SQLite file is missing: looking into it would make it."""
    path = engine.url.database
    return engine.dialect.name == "sqlite" and not (path and Path(path).exists())


def _engine(session: Session, now: datetime, zone: ZoneInfo) -> Iterator[Finding]:
    yield _clock(session, now, zone)
    yield _workers(session, now, zone)
    yield from _runs(session, now)
    yield _outbox(session, now)


def _clock(session: Session, now: datetime, zone: ZoneInfo) -> Finding:
    found = pulses(session)
    if not found:
        return note("clock.never")
    newest = found[0]
    if now - newest.turned_at > STOPPED_AFTER:
        return bad("clock.stopped", at=format_datetime(newest.turned_at, language(), zone))
    if newest.error:
        return bad("clock.failing", error=newest.error)
    return ok("clock.ok", seconds=round((now - newest.turned_at).total_seconds()))


def _workers(session: Session, now: datetime, zone: ZoneInfo) -> Finding:
    if stuck := overrun(session, real=now):
        return note("workers.overrun", count=len(stuck))
    idle = _count(session, RunState.WANTED, col(Run.wanted_at) < now - IDLE_AFTER)
    return bad("workers.idle", count=idle) if idle else _hands(session, now, zone)


def _hands(session: Session, now: datetime, zone: ZoneInfo) -> Finding:
    """Whether any worker lives; where the clock goes, one that does not is the fault."""
    known = workers(session)
    living = [each for each in known if now - each.beaten_at <= STOPPED_AFTER]
    if living:
        busy, hands = sum(each.busy for each in living), sum(each.hands for each in living)
        return ok("workers.ok", count=len(living), busy=busy, hands=hands)
    if known:
        return bad("workers.silent", at=format_datetime(known[0].beaten_at, language(), zone))
    turns = any(now - each.turned_at <= STOPPED_AFTER for each in pulses(session))
    return bad("workers.none") if turns else note("workers.none")


def _runs(session: Session, now: datetime) -> Iterator[Finding]:
    lately = col(Run.ended_at) > now - timedelta(days=1)
    failed = select(Run).where(Run.state == RunState.FAILED, lately)
    newest = session.exec(failed.order_by(col(Run.id).desc()).limit(1)).first()
    if newest is None:
        yield ok("runs.ok")
    else:
        yield note(
            "runs.failed",
            count=_count(session, RunState.FAILED, lately),
            flow=newest.flow,
            subject=newest.subject,
            error=newest.error.splitlines()[0][:200],
        )
    if paused := pauses(session, _roots(session)):
        yield note("runs.paused", flows=", ".join(f"{row.root_id} {row.flow}" for row in paused))


def _outbox(session: Session, now: datetime) -> Finding:
    waiting = col(Message.state).in_((MessageState.READY, MessageState.WAITING))
    late = session.execute(
        sa.select(sa.func.count())
        .select_from(Message)
        .where(waiting, col(Message.next_at) < now - LATE_AFTER)
    ).scalar_one()
    return bad("outbox.late", count=late) if late else ok("outbox.ok")


def _year(session: Session, local: datetime) -> Iterator[Finding]:
    roots = _roots(session)
    if not roots:
        yield note("organisation.none")
        return
    units = session.execute(sa.select(sa.func.count()).select_from(Unit)).scalar_one()
    people = session.execute(sa.select(sa.func.count()).select_from(Person)).scalar_one()
    yield ok("organisation.ok", units=units, people=people)
    cycles = session.execute(sa.select(col(Cycle.title)).order_by(col(Cycle.year))).scalars().all()
    yield ok("cycles.ok", titles=", ".join(cycles)) if cycles else note("cycles.none")
    for root_id in roots:
        yield from _posts(Directory.load(session, root_id, local.date()))


def _unfiled(session: Session, days: int, now: datetime) -> Iterator[Finding]:
    """Documents that have waited too long to be journalised."""
    before = now - timedelta(days=days)
    for root_id in _roots(session):
        late = [each for each in by_activity(session, root_id, before=before) if each.tally.old]
        count = sum(each.tally.old for each in late)
        names = [each.title for each in late]
        shown = ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
        yield (
            note("filing.late", count=count, days=days, names=shown) if count else ok("filing.ok", days=days)
        )


def _posts(directory: Directory) -> Iterator[Finding]:
    """Heads of open units: without anyone who can be written to, and vacant.

    Both are notes: what is missing is in the municipality's data, and the installation works.
    """
    unreachable, vacant = [], []
    for unit_id in directory.units:
        role = directory.head_role(unit_id)
        if role is None or not directory.is_open(unit_id):
            continue
        recipient = directory.recipient(unit_id, role)
        if recipient is None or recipient.address is None:
            unreachable.append(unit_id)
        elif directory.holder(unit_id, role) is None:
            vacant.append(unit_id)
    if unreachable:
        yield note("posts.unreachable", count=len(unreachable), names=_named(directory, unreachable))
    if vacant:
        yield note("posts.vacant", count=len(vacant), names=_named(directory, vacant))
    if not unreachable and not vacant:
        yield ok("posts.ok")


def _named(directory: Directory, unit_ids: Sequence[str]) -> str:
    shown = [f"{directory.units[unit_id].name} ({unit_id})" for unit_id in unit_ids[:SHOWN]]
    return ", ".join(shown) + (" …" if len(unit_ids) > SHOWN else "")


def _roots(session: Session) -> list[str]:
    return list(session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None))))


def _count(session: Session, state: RunState, *which: sa.ColumnElement[bool]) -> int:
    runs = sa.select(sa.func.count()).select_from(Run).where(col(Run.state) == state, *which)
    number: int = session.execute(runs).scalar_one()
    return number
