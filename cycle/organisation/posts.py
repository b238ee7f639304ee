"""The posts that need someone's eye: nobody there, nobody reachable, someone new, someone acting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.access.rules import within
from cycle.organisation.directory import Directory, Recipient
from cycle.organisation.head_posts import HeadPost
from cycle.organisation.tables import Appointment, Person, Substitute, Unit


class PostRow(NamedTuple):
    """A head post with its people: the appointed one, and `instead` whoever gets the mail today."""

    post: HeadPost
    holder: Recipient | None
    instead: Recipient | None


@dataclass(frozen=True)
class Term:
    """Someone at a post from one local date to another, both inclusive (None: until further notice)."""

    unit_id: str
    unit: str
    role: str
    person_id: int
    person: str
    valid_from: date
    valid_to: date | None


def post_rows(session: Session, posts: Iterable[HeadPost], *, today: date) -> list[PostRow]:
    """These posts, each with its people; those of one municipality stand together."""
    return [
        row
        for root_id, those in groupby(posts, lambda post: post.path.split("/")[1])
        for row in _of_root(session, root_id, list(those), today)
    ]


def leader_changes(
    session: Session, paths: Sequence[str], *, today: date, days: int = 90
) -> tuple[list[Term], list[Term]]:
    """(who begins, who ends) at a post within `days` before and after the local date."""
    first, last = today - timedelta(days=days), today + timedelta(days=days)
    begin, end = col(Appointment.valid_from), col(Appointment.valid_to)
    return (
        _terms(session, Appointment, begin.between(first, last), paths, order=begin),
        _terms(session, Appointment, end.between(first, last), paths, order=end),
    )


def substitutes(session: Session, paths: Sequence[str], *, today: date, days: int = 90) -> list[Term]:
    """Who acts for someone on the local date, or will within `days`."""
    begin, end = col(Substitute.valid_from), col(Substitute.valid_to)
    in_time = sa.and_(begin <= today + timedelta(days=days), sa.or_(end.is_(None), end >= today))
    return _terms(session, Substitute, in_time, paths, order=begin)


def _of_root(session: Session, root_id: str, posts: Sequence[HeadPost], today: date) -> Iterable[PostRow]:
    directory = Directory.for_units(session, root_id, [post.path for post in posts], today)
    for post in posts:
        at = (post.unit_id, post.role)
        yield PostRow(post, directory.holder(*at), directory.recipient(*at))


def _terms(
    session: Session,
    table: type[Appointment] | type[Substitute],
    condition: sa.ColumnElement[bool],
    paths: Iterable[str],
    *,
    order: sa.SQLColumnExpression[Any],
) -> list[Term]:
    rows = session.execute(
        sa.select(
            col(table.unit_id),
            col(Unit.name),
            col(table.role),
            col(table.person_id),
            col(Person.name),
            col(table.valid_from),
            col(table.valid_to),
        )
        .join(Unit, col(Unit.id) == col(table.unit_id))
        .join(Person, col(Person.id) == col(table.person_id))
        .where(condition, within(col(Unit.path), paths))
        .order_by(order, col(Unit.path))
    )
    return [Term(*row) for row in rows]
