"""For a dry run on a bare list of units: one root above them all, an invented leader and figure for each."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.organisation.lasting import HEAD_ROLES
from cycle.organisation.tables import Address, Appointment, Person, Unit
from cycle.plan.model import FlowName
from cycle.tasks.tables import Figure, Occurrence


def gather_under(session: Session, root_id: str, name: str) -> None:
    """Puts every municipality of a flat file below one root, as a district of it."""
    roots = list(session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None))))
    session.add(
        Unit(id=root_id, parent_id=None, root_id=root_id, path=f"/{root_id}/", name=name, kind="kommune")
    )
    session.flush()
    session.execute(
        sa.update(Unit)
        .where(col(Unit.id) != root_id)
        .values(root_id=root_id, path=f"/{root_id}" + col(Unit.path))
    )
    session.execute(sa.update(Unit).where(col(Unit.id).in_(roots)).values(parent_id=root_id, kind="distrikt"))
    session.expire_all()


def invent_leaders(session: Session, root_id: str, *, since: date) -> None:
    """One leader with an address for every unit. Names and addresses are invented."""
    units = session.exec(select(Unit.id, Unit.kind).where(Unit.root_id == root_id)).all()
    people = [
        {"root_id": root_id, "key": unit_id, "name": f"Leder {number}", "language": "da"}
        for number, (unit_id, _) in enumerate(units, start=1)
    ]
    session.execute(sa.insert(Person), people)
    ids = dict(session.execute(sa.select(col(Person.key), col(Person.id))).all())
    session.execute(
        sa.insert(Appointment),
        [
            {
                "unit_id": unit_id,
                "role": HEAD_ROLES.get(kind, "leder"),
                "person_id": ids[unit_id],
                "valid_from": since,
            }
            for unit_id, kind in units
        ],
    )
    session.execute(
        sa.insert(Address),
        [
            {"person_id": ids[unit_id], "email": f"leder{number}@simulation.example", "valid_from": since}
            for number, (unit_id, _) in enumerate(units, start=1)
        ],
    )


def invent_figures(session: Session, root_id: str) -> None:
    """One amount for every unit in every budget call, which would not open without."""
    units = session.exec(select(Unit.id).where(Unit.root_id == root_id)).all()
    calls = session.exec(
        select(Occurrence.id).where(
            Occurrence.root_id == root_id, Occurrence.flow == FlowName.BUDGET_CALL.value
        )
    ).all()
    figure = {"code": "ramme", "label": "Ramme", "amount": "0.00"}
    rows = [{"occurrence_id": call, "unit_id": unit_id, **figure} for call in calls for unit_id in units]
    if rows:
        session.execute(sa.insert(Figure), rows)
