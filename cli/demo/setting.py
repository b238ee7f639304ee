"""What the demo starts from: the folder, the municipality, its years, and whom one may be."""

import secrets
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from cli.demo.names import rename_units
from cli.installation import Installation, open_installation
from cli.municipality import Folder, load_municipality, start_years
from cli.wording import say
from config.loader import LoadedPlan
from cycle import store
from cycle.access.accounts import add_account
from cycle.access.roles import Role
from cycle.errors import Invalid, Problem
from cycle.plan.model import FlowName
from cycle.tasks.tables import Cycle, Occurrence

EXAMPLE = Path(__file__).parent.parent.parent / "config" / "examples" / "koebenhavn"
MAIL_CONNECTIONS = 8
FIRST_DAY = "2026-11-30T05:00:00+00:00"
"""The day before the first activity concerning 2027 opens that the leaders of the example are there for."""

YEARS = (2026, 2027, 2028)
ACCOUNTS = (
    ("sekretariat@demo.example", Role.SECRETARIAT, "KBH", "Sanne Sekretær"),
    ("distrikt@demo.example", Role.SUPERIOR, "KBH-SKOLER-06", "Dorte Distriktschef"),
    ("omraade@demo.example", Role.SUPERIOR, "KBH-SKOLER", "Ove Områdechef"),
    ("direktion@demo.example", Role.DIRECTION, "KBH", "Dagny Direktør"),
    ("aase.fjeldbro@buf.example", Role.SUPERIOR, "KBH-SKOLER-06", "Åse Fjeldbro"),
    ("lars.stenfeldt1@buf.example", Role.SUPERIOR, "KBH-SKOLER-06", "Lars Stenfeldt"),
)
"""The last two are the district's head in person, until and from July 2027: with them dialogues can be
prepared. Each is offered while they hold the post."""


def open_demo(folder: Path, *, port: int, smtp_port: int, reply_port: int) -> Installation:
    """The demo's installation. Mail comes in at `reply_port` of loopback, as from a mail server on this
    machine. Raises Invalid for a folder that `serve` made."""
    return open_installation(
        "demo",
        data_dir=folder,
        port=port,
        smtp_host="127.0.0.1",
        smtp_port=smtp_port,
        smtp_security="none",
        smtp_connections=MAIL_CONNECTIONS,
        mail_from="Årshjulet i København (demo) <aarshjul@demo.example>",
        reply_domain="svar.demo.example",
        inbox_dir=folder / "inbox",
        mail_listen=f"lmtp:127.0.0.1:{reply_port}",
        demo=True,
    )


def load(
    engine: Engine, now: datetime, example: Path = EXAMPLE, *, invented_names: bool = False
) -> LoadedPlan:
    """Loads the example, starts its years and makes the accounts.

    Raises Invalid for a folder in which a demo was played before: its clock and its mail are gone.
    """
    with store.transaction(engine) as session:
        if session.execute(sa.select(col(Cycle.id)).limit(1)).first() is not None:
            raise Invalid([Problem("--data-dir", say("demo played"), say("mend demo played"))])
        loaded = load_municipality(session, Folder.at(example), now=now)
        if invented_names:
            rename_units(session)
        start_years(session, loaded, YEARS, example, now=now)
        _add_accounts(session, now)
    return loaded


def end_of_year(engine: Engine, loaded: LoadedPlan, last_year: int) -> datetime:
    """When the accounts that open in `last_year`, about the year before, have been closed and what there was
    to be said about it has been sent: the end of the next working day's send window (UTC)."""
    with store.reading(engine) as session:
        closes_at: datetime = session.execute(
            sa.select(col(Occurrence.closes_at))
            .join(Cycle, col(Cycle.id) == col(Occurrence.cycle_id))
            .where(
                col(Cycle.root_id) == loaded.plan.municipality,
                col(Cycle.year) == last_year,
                col(Occurrence.flow) == FlowName.ANNUAL_ACCOUNTS.value,
            )
        ).scalar_one()
    calendar = loaded.calendar
    return calendar.send_window(calendar.local_date(calendar.next_send(closes_at)))[1]


def _add_accounts(session: Session, now: datetime) -> None:
    """Accounts to step into with one click. Their passwords are thrown away."""
    for email, role, unit_id, name in ACCOUNTS:
        add_account(
            session,
            email=email,
            name=name,
            password=secrets.token_urlsafe(24),
            role=role,
            unit_id=unit_id,
            now=now,
            by="demo",
        )
