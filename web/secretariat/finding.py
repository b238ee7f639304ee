"""Words looked for in everything the secretariat has: what they are in, kind by kind, the newest first.

Every word has to be there, in any order and either case. Tasks and agreements are found by their unit and
activity, so that a search costs what is found and not what was ever asked. What two persons write for each
other, and answers, are not searched.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.gatherings.tables import Gathering
from cycle.goals.tables import Agreement, Goal
from cycle.messages.tables import Inbound, Message
from cycle.organisation.tables import Address, Person, Unit
from cycle.tasks.tables import Occurrence, Task

MOST = 10
"""So many of each kind are shown."""
MOST_WORDS, LONGEST = 8, 200
LAST_MAILS = 20_000
"""Mails are searched this far back; the mail log finds the older ones by person and address."""
MOST_UNITS = 200
"""Tasks and agreements are looked for at no more units than this."""
THEMSELVES = "udviklingsaftale development agreement"


class Kind(StrEnum):
    """What can be found."""

    UNIT = "unit"
    PERSON = "person"
    ACTIVITY = "activity"
    TASK = "task"
    GOAL = "goal"
    AGREEMENT = "agreement"
    SENT = "sent"
    RECEIVED = "received"
    MEETING = "meeting"


@dataclass(frozen=True)
class Hit:
    """One thing found: where it is, what it is called, and what tells it from its like."""

    address: str
    title: str
    about: str


@dataclass(frozen=True)
class Found:
    """What was found of each kind, `MOST` at most, and whether there is more."""

    hits: dict[Kind, list[Hit]]
    more: frozenset[Kind]


def words_of(text: str) -> list[str]:
    """The words to look for, folded; nothing for less than two characters."""
    words = list(dict.fromkeys(text[:LONGEST].casefold().split()))[:MOST_WORDS]
    return words if sum(map(len, words)) > 1 else []


def find(session: Session, roots: Sequence[str], words: Sequence[str], *, today: date) -> Found:
    """Looks in the municipalities; `today` (local) says which years' goals are looked at."""
    search = _Search(session, roots, words, today)
    rows = {kind: look() for kind, look in search.kinds.items()}
    return Found(
        {kind: found[:MOST] for kind, found in rows.items() if found},
        frozenset(kind for kind, found in rows.items() if len(found) > MOST),
    )


class _Search:
    """One search; the units are read once."""

    def __init__(self, session: Session, roots: Sequence[str], words: Sequence[str], today: date) -> None:
        self.session, self.roots, self.words, self.today = session, list(roots), words, today
        self.units = session.execute(
            sa.select(col(Unit.id), col(Unit.name), col(Unit.kind), col(Unit.district), col(Unit.closed_on))
            .where(col(Unit.root_id).in_(self.roots))
            .order_by(col(Unit.path))
        ).all()
        self.said = {unit.id: f"{unit.id} {unit.name} {unit.district}".casefold() for unit in self.units}
        self.kinds: dict[Kind, Callable[[], list[Hit]]] = {
            Kind.UNIT: self.by_unit,
            Kind.PERSON: self.people,
            Kind.ACTIVITY: self.activities,
            Kind.TASK: self.tasks,
            Kind.GOAL: self.goals,
            Kind.AGREEMENT: self.agreements,
            Kind.MEETING: self.meetings,
            Kind.SENT: self.sent,
            Kind.RECEIVED: self.received,
        }

    def by_unit(self) -> list[Hit]:
        """Units by number, name and district."""
        known = set(self._units_with(self.words))
        found = [unit for unit in self.units if unit.id in known]
        return [Hit(f"/post/{quote(unit.id)}", unit.name, f"{unit.kind}, {unit.id}") for unit in found]

    def people(self) -> list[Hit]:
        """People by name and the address in use."""
        address = sa.func.coalesce(col(Address.email), "")
        query = (
            sa.select(col(Person.id), col(Person.name), address.label("email"))
            .outerjoin(
                Address,
                sa.and_(col(Address.person_id) == col(Person.id), col(Address.valid_to).is_(None)),
            )
            .where(col(Person.root_id).in_(self.roots), *self._in(col(Person.name) + " " + address))
            .order_by(col(Person.name), col(Person.id))
        )
        return [Hit(f"/mail/person/{row.id}", row.name, row.email) for row in self._rows(query)]

    def activities(self) -> list[Hit]:
        """Activities by title."""
        query = (
            sa.select(col(Occurrence.id), col(Occurrence.title), col(Occurrence.concerns_year))
            .where(col(Occurrence.root_id).in_(self.roots), *self._in(self._activity_said()))
            .order_by(col(Occurrence.due_on).desc(), col(Occurrence.id).desc())
        )
        return [
            Hit(f"/aktivitet/{row.id}", _of_year(row.title, row.concerns_year), "")
            for row in self._rows(query)
        ]

    def tasks(self) -> list[Hit]:
        """Tasks of units in which some of the words are, when the others are in the activity."""
        titles = self.session.execute(
            sa.select(col(Occurrence.id), self._activity_said().label("said"), col(Occurrence.title))
            .where(col(Occurrence.root_id).in_(self.roots))
            .order_by(col(Occurrence.id).desc())
        ).all()
        groups: dict[tuple[str, ...], list[int]] = {}
        for row in titles:
            rest = tuple(word for word in self.words if word not in row.said.casefold())
            groups.setdefault(rest, []).append(row.id)
        places = [
            sa.and_(col(Task.occurrence_id).in_(ids[:500]), col(Task.unit_id).in_(units))
            for rest, ids in groups.items()
            if rest and (units := self._units_with(rest)[:MOST_UNITS])
        ]
        return self._tasks_at(places) if places else []

    def goals(self) -> list[Hit]:
        """Goals of last year and later, by number and title."""
        query = (
            sa.select(col(Goal.id), col(Goal.title), col(Goal.code), col(Goal.year))
            .where(
                col(Goal.root_id).in_(self.roots),
                col(Goal.year) >= self.today.year - 1,
                *self._in(col(Goal.code) + " " + col(Goal.title)),
            )
            .order_by(col(Goal.year).desc(), col(Goal.id))
        )
        return [Hit(f"/maal/{row.id}", f"{row.code} {row.title}", str(row.year)) for row in self._rows(query)]

    def agreements(self) -> list[Hit]:
        """Development agreements by their unit."""
        words = [word for word in self.words if word not in THEMSELVES]
        units = self._units_with(words)[:MOST_UNITS] if words else []
        query = (
            sa.select(col(Agreement.id), col(Unit.name), col(Agreement.year))
            .join(Unit, col(Unit.id) == col(Agreement.unit_id))
            .where(col(Agreement.unit_id).in_(units))
            .order_by(col(Agreement.year).desc(), col(Unit.path))
        )
        return [Hit(f"/udviklingsaftale/{row.id}", row.name, str(row.year)) for row in self._rows(query)]

    def meetings(self) -> list[Hit]:
        """Meetings by title and place."""
        query = (
            sa.select(col(Gathering.id), col(Gathering.title), col(Gathering.place))
            .where(
                col(Gathering.root_id).in_(self.roots),
                *self._in(col(Gathering.title) + " " + col(Gathering.place)),
            )
            .order_by(col(Gathering.starts_at).desc(), col(Gathering.id).desc())
        )
        return [Hit(f"/moeder/{row.id}", row.title, row.place) for row in self._rows(query)]

    def sent(self) -> list[Hit]:
        """Mails sent out, by subject and address."""
        said = sa.func.coalesce(col(Message.subject), "")
        query = self._mails(Message, said, col(Message.address))
        return [Hit(f"/mail/{row.id}", row.said or row.who, row.who) for row in self._rows(query)]

    def received(self) -> list[Hit]:
        """Mails that came in, by subject and sender."""
        query = self._mails(Inbound, col(Inbound.subject), col(Inbound.sender))
        return [Hit(f"/mail/ind/{row.id}", row.said or row.who, row.who) for row in self._rows(query)]

    def _mails(
        self, table: type[Message] | type[Inbound], said: sa.SQLColumnExpression[str], who: Any
    ) -> Any:
        number = col(table.id)
        newest = sa.select(sa.func.max(number) - LAST_MAILS).scalar_subquery()
        return (
            sa.select(number, said.label("said"), who.label("who"))
            .where(number > newest, col(table.root_id).in_(self.roots), *self._in(said + " " + who))
            .order_by(number.desc())
        )

    def _tasks_at(self, places: Sequence[sa.ColumnElement[bool]]) -> list[Hit]:
        query: Any = (
            sa.select(
                col(Task.id),
                col(Unit.name),
                col(Task.title),
                col(Occurrence.title).label("activity"),
                col(Occurrence.concerns_year),
            )
            .join(Unit, col(Unit.id) == col(Task.unit_id))
            .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
            .where(sa.or_(*places))
            .order_by(col(Task.due_on).desc(), col(Task.id).desc())
        )
        return [
            Hit(
                f"/opgave-historik/{row.id}", row.name, _of_year(row.title or row.activity, row.concerns_year)
            )
            for row in self._rows(query)
        ]

    def _activity_said(self) -> sa.SQLColumnExpression[str]:
        year = sa.cast(col(Occurrence.concerns_year), sa.String)
        return col(Occurrence.title) + " " + col(Occurrence.activity_id) + " " + year

    def _units_with(self, words: Sequence[str]) -> list[str]:
        return [unit for unit, said in self.said.items() if all(word in said for word in words)]

    def _in(self, said: sa.SQLColumnExpression[str]) -> list[sa.ColumnElement[bool]]:
        return [_folded(said).contains(word, autoescape=True) for word in self.words]

    def _rows(self, query: Any) -> Sequence[Any]:
        return self.session.execute(query.limit(MOST + 1)).all()


def _of_year(title: str, year: int) -> str:
    return title if str(year) in title else f"{title} {year}"


def _folded(said: sa.SQLColumnExpression[str]) -> sa.SQLColumnExpression[str]:
    """In small letters: SQLite's own `lower` leaves the Danish ones as they are."""
    folded: sa.SQLColumnExpression[str] = sa.func.lower(said)
    for large, small in ("Ææ", "Øø", "Åå", "Éé", "Öö", "Üü", "Ää"):
        folded = sa.func.replace(folded, large, small)
    return folded
