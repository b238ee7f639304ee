"""What the demo starts from: the folder, the municipality, its years, and whom one may be."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from cli.demo.names import rename_units
from cli.installation import Installation, open_installation
from cli.municipality import Folder, load_municipality, start_years
from config.loader import LoadedPlan
from cycle import store
from cycle.access.accounts import add_account
from cycle.access.roles import Role
from cycle.plan.model import FlowName
from cycle.tasks.tables import Cycle, Occurrence
from web.demo.controls import Persona

EXAMPLE = Path(__file__).parent.parent.parent / "config" / "examples" / "koebenhavn"
FIRST_DAY = "2026-11-30T05:00:00+00:00"
"""The day before the first activity concerning 2027 opens that the leaders of the example are there for."""

YEARS = (2026, 2027, 2028)
ACCOUNTS = (
    ("sekretariat@demo.example", Role.SECRETARIAT, "KBH", "Sekretariatet", "The secretariat"),
    ("distrikt@demo.example", Role.SUPERIOR, "KBH-SKOLER-06", "En distriktschef", "A district head"),
    ("omraade@demo.example", Role.SUPERIOR, "KBH-SKOLER", "En områdechef", "An area head"),
    ("direktion@demo.example", Role.DIRECTION, "KBH", "Direktionen", "The direction"),
)


def open_demo(folder: Path, *, port: int, smtp_port: int) -> Installation:
    """The demo's installation. Raises Invalid for a folder that `serve` made."""
    return open_installation(
        "demo",
        data_dir=folder,
        port=port,
        smtp_host="127.0.0.1",
        smtp_port=smtp_port,
        smtp_security="none",
        mail_from="Årshjulet i København (demo) <aarshjul@demo.example>",
        demo=True,
    )


def load(
    engine: Engine, now: datetime, *, invented_names: bool = False
) -> tuple[LoadedPlan, Sequence[Persona]]:
    """Loads the example, starts its years and makes the accounts."""
    with store.transaction(engine) as session:
        loaded = load_municipality(session, Folder.at(EXAMPLE), now=now)
        if invented_names:
            rename_units(session)
        start_years(session, loaded, YEARS, EXAMPLE, now=now)
        return loaded, _personas(session, now)


def end_of_year(engine: Engine, root_id: str, last_year: int) -> datetime:
    """When the accounts that open in `last_year`, about the year before, have been closed."""
    with store.reading(engine) as session:
        closes_at: datetime = session.execute(
            sa.select(col(Occurrence.closes_at))
            .join(Cycle, col(Cycle.id) == col(Occurrence.cycle_id))
            .where(
                col(Cycle.root_id) == root_id,
                col(Cycle.year) == last_year,
                col(Occurrence.flow) == FlowName.ANNUAL_ACCOUNTS.value,
            )
        ).scalar_one()
    return closes_at + timedelta(hours=6)


def _personas(session: Session, now: datetime) -> list[Persona]:
    made = []
    for email, role, unit_id, danish, english in ACCOUNTS:
        account = add_account(
            session,
            email=email,
            name=danish,
            password=secrets.token_urlsafe(24),
            role=role,
            unit_id=unit_id,
            now=now,
            by="demo",
        )
        session.flush()
        assert account.id is not None
        made.append(Persona(account.id, danish, english))
    return made
