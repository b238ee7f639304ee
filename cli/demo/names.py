"""Invented names for the units, for pictures: nothing shown then names a real institution."""

from collections import Counter

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.organisation.tables import Unit

WORDS = (
    "Ahorn", "Birke", "Bøge", "Egelund", "Elme", "Enghave", "Fyrre", "Hassel", "Hyld", "Jasmin", "Kastanje",
    "Kløver", "Lærke", "Linde", "Løvspring", "Mosegård", "Pile", "Rosen", "Røn", "Skovly", "Solbakke",
    "Stenhøj", "Syren", "Tjørne", "Vibe", "Viol", "Æblegård", "Ådal",
)  # fmt: skip
ENDINGS = {
    "skole": "skolen",
    "daginstitution": "s Børnehus",
    "klub": "s Fritidsklub",
    "bydækkende institution": "s Ungdomscenter",
    "center": "centret",
}


def rename_units(session: Session) -> None:
    """Renames every school, day-care, club, city-wide institution and centre, and numbers the districts."""
    query = select(Unit.id, Unit.kind).where(col(Unit.kind).in_(ENDINGS)).order_by(Unit.id)
    units = session.exec(query).all()
    values = _districts(session)
    for number, (unit_id, kind) in enumerate(units):
        word, round_ = WORDS[number % len(WORDS)], number // len(WORDS)
        name = f"{word}{ENDINGS[kind]}" + (f" {round_ + 1}" if round_ else "")
        values.append({"id": unit_id, "name": name})
    session.execute(sa.update(Unit), values)
    session.expire_all()


def _districts(session: Session) -> list[dict[str, str]]:
    """Each district by a number within its area, instead of by the part of the town."""
    query = select(Unit.id, Unit.area).where(Unit.kind == "distrikt").order_by(Unit.id)
    numbers: Counter[str] = Counter()
    values = []
    for unit_id, area in session.exec(query):
        numbers[area] += 1
        values.append({"id": unit_id, "name": f"{area}, distrikt {numbers[area]}"})
    return values
