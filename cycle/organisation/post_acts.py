"""What the secretariat does to one post by hand: a new leader, an end, a substitute, an address.

Every act is refused when the post is no longer as it was seen. Whoever calls asks the next turn to look at
the post's tasks again (`cycle.tasks.change.look_again`) in the same transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle import history
from cycle.danish import format_date
from cycle.errors import AnswerInvalid, Conflict, NotFound, Problem
from cycle.organisation.applying import hold
from cycle.organisation.newcomers import Newcomer, checked_email, find_or_make, key_after, whose_address
from cycle.organisation.post_file import Held, PostFile, Table, read_post, thing_of
from cycle.organisation.snapshot import Post
from cycle.organisation.tables import Address, AddressHealth, Appointment, Person, Substitute

BACK, AHEAD = timedelta(days=366), timedelta(days=731)
"""So far back and so far ahead of today a date typed by hand may lie."""


@dataclass(frozen=True)
class Change:
    """Which post, as it was `seen`, by whom and when; `today` is the local date."""

    root_id: str
    post: Post
    seen: str
    by: str
    now: datetime
    today: date


@dataclass(frozen=True)
class TakenBack:
    """What goes with a coming term: the last day of those `leaving` on its eve is no longer for its sake.

    `until`: the last local date they can stay to, the eve of the next who comes (None: until further notice).
    `is_vacant`: nobody else has the post on the term's first day.
    """

    term: Held
    leaving: Sequence[Held]
    until: date | None
    is_vacant: bool

    @property
    def eve(self) -> date:
        """The local date before the term would have begun."""
        return self.term.valid_from - timedelta(days=1)


def appoint(session: Session, change: Change, who: Newcomer, *, first_day: date) -> Person:
    """Gives the post to somebody from a local date; whoever has it then has it to the day before.

    Raises Conflict; AnswerInvalid when the date is too far off, somebody comes later already, or it is the
    one who has the post.
    """
    file = _as_seen(session, change)
    leaving = check_first_day(file, first_day, today=change.today)
    person = find_or_make(session, change.root_id, who, change.post, today=change.today)
    check_not_holding(person, leaving)
    for each in leaving:
        _set_end(session, Appointment, each.id, first_day - timedelta(days=1))
    session.add(_term(Appointment, change.post, person, first_day, None))
    names = {"before": ", ".join(each.name for each in leaving), "after": person.name}
    _record(session, change, "appoint", names, {"from": first_day})
    return person


def check_first_day(file: PostFile, first_day: date, *, today: date) -> list[Held]:
    """Who leaves the post when somebody takes it over on that local date. Raises AnswerInvalid."""
    _check_near(today, first_day=first_day)
    for each in file.holders:
        if each.valid_from >= first_day:
            what = f"{each.name} har posten fra {format_date(each.valid_from)}."
            raise AnswerInvalid(
                [Problem("first_day", what, "Vælg en senere dag, eller tag det tilbage først.")]
            )
    return [each for each in file.holders if each.valid_to is None or each.valid_to >= first_day]


def check_not_holding(person: Person, holders: Sequence[Held]) -> None:
    """Refuses somebody for a post that is theirs. Raises AnswerInvalid."""
    if any(each.person_id == person.id for each in holders):
        raise AnswerInvalid([Problem("name", f"{person.name} har allerede posten.", "Skriv en anden.")])


def check_period(first_day: date, last_day: date | None, *, today: date) -> None:
    """Refuses local dates that nobody can stand in for. Raises AnswerInvalid with the faults of both."""
    _check_near(today, first_day=first_day, last_day=last_day)
    if last_day is not None and last_day < first_day:
        what = "Perioden slutter, før den begynder."
        raise AnswerInvalid([Problem("last_day", what, "Byt om på de to datoer.")])


def stand_in(
    session: Session, change: Change, who: Newcomer, *, first_day: date, last_day: date | None
) -> Person:
    """Somebody acts for the post, both local dates inclusive. Raises Conflict, AnswerInvalid."""
    file = _as_seen(session, change)
    check_period(first_day, last_day, today=change.today)
    for each in file.substitutes:
        if each.valid_from <= (last_day or date.max) and first_day <= (each.valid_to or date.max):
            what = f"{each.name} er allerede stedfortræder i perioden."
            raise AnswerInvalid(
                [Problem("first_day", what, "Afslut den periode først, eller vælg en anden.")]
            )
    person = find_or_make(session, change.root_id, who, change.post, today=change.today)
    check_not_holding(person, [each for each in file.holders if each.covers(first_day)])
    session.add(_term(Substitute, change.post, person, first_day, last_day))
    _record(session, change, "stand_in", {"after": person.name}, {"from": first_day, "to": last_day})
    return person


def end_term(session: Session, change: Change, table: Table, term_id: int, *, last_day: date) -> None:
    """Somebody has the post, or stands in, to that local date. Raises Conflict, NotFound, AnswerInvalid."""
    file = _as_seen(session, change)
    term = _find(file, table, term_id)
    _check_near(change.today, last_day=last_day)
    if last_day < term.valid_from:
        what = f"{term.name} begynder først {format_date(term.valid_from)}."
        raise AnswerInvalid([Problem("last_day", what, "Vælg en senere dag, eller tag det tilbage.")])
    others = file.holders if table is Appointment else file.substitutes
    for each in others:
        if each.id != term.id and term.valid_from < each.valid_from <= last_day:
            what = f"{each.name} har posten fra {format_date(each.valid_from)}."
            raise AnswerInvalid([Problem("last_day", what, "Vælg en tidligere dag.")])
    _set_end(session, table, term.id, last_day)
    _record(session, change, f"end_{_word(table)}", {"before": term.name}, {"to": last_day})


def stay(session: Session, change: Change, term_id: int) -> None:
    """The last day of somebody at the post goes: they have it to the eve of whoever comes next, else until
    further notice. Raises Conflict, NotFound.
    """
    file = _as_seen(session, change)
    term, longest = who_stays(file, term_id, today=change.today)
    _set_end(session, Appointment, term_id, longest)
    days = {"removed": term.valid_to, "to": longest}
    _record(session, change, "stay", {"after": term.name}, days)


def who_stays(file: PostFile, term_id: int, *, today: date) -> tuple[Held, date | None]:
    """Whose last day goes, and to which local date they then have the post (None: until further notice).

    Raises NotFound; Conflict when there is no last day that can go.
    """
    term = _find(file, Appointment, term_id)
    if not file.may_stay(term, today=today):
        raise Conflict("post", "/".join(file.post))
    return term, file.longest(term)


def what_goes(file: PostFile, table: Table, term_id: int, *, today: date) -> TakenBack:
    """What goes with a term that has not begun on the local date. Raises NotFound; Conflict when it has."""
    term = _find(file, table, term_id)
    if not term.is_coming(today):
        raise Conflict("post", "/".join(file.post))
    others = [each for each in file.holders if each.id != term.id] if table is Appointment else []
    eve = term.valid_from - timedelta(days=1)
    return TakenBack(
        term,
        [each for each in others if each.valid_to == eve],
        file.longest(term) if table is Appointment else None,
        table is Appointment and not any(each.covers(term.valid_from) for each in others),
    )


def take_back(session: Session, change: Change, table: Table, term_id: int, *, stays: bool) -> None:
    """What has not begun never was. `stays`: whether those who were to leave for it keep the post; else their
    last day stands. Raises Conflict, NotFound.
    """
    goes = what_goes(_as_seen(session, change), table, term_id, today=change.today)
    session.execute(sa.delete(table).where(col(table.id) == term_id))
    staying = goes.leaving if stays else ()
    for each in staying:
        _set_end(session, Appointment, each.id, goes.until)
    _record(
        session,
        change,
        f"take_back_{_word(table)}",
        {"before": goes.term.name, "after": ", ".join(each.name for each in staying)},
        {"from": goes.term.valid_from},
    )


def change_address(session: Session, change: Change, person_id: int | None, email: str) -> None:
    """A new address of somebody at the post, or (None) of its shared mailbox, which an empty one ends.

    Raises Conflict, NotFound; AnswerInvalid when it cannot be an address or is somebody else's.
    """
    file, email = _as_seen(session, change), checked_email(email)
    before = file.mailbox if person_id is None else file.addresses.get(person_id)
    if person_id is not None:
        _move_person(session, change, file, person_id, email)
    if before is not None:
        before.valid_to = change.today - timedelta(days=1)
        session.add(before)
    if email:
        at_post = {"unit_id": change.post[0], "role": change.post[1]}
        owner = {"person_id": person_id} if person_id is not None else at_post
        session.add(Address(**owner, email=email, valid_from=change.today))
    verb = "change_mailbox" if person_id is None else "change_address"
    _record(session, change, verb, {"before": before.email if before else "", "after": email}, {})


def trust_address(session: Session, change: Change, address_id: int) -> None:
    """The address works after all: mail goes there again. Raises Conflict, NotFound."""
    file = _as_seen(session, change)
    known = {each.id: each for each in (*file.addresses.values(), file.mailbox) if each is not None}
    address = known.get(address_id)
    if address is None:
        raise NotFound("address", address_id)
    address.health, address.health_reason = AddressHealth.OK, ""
    session.add(address)
    _record(session, change, "trust_address", {"after": address.email}, {})


def _move_person(session: Session, change: Change, file: PostFile, person_id: int, email: str) -> None:
    if person_id not in {term.person_id for term in (*file.holders, *file.substitutes)}:
        raise NotFound("person", person_id)
    if not email:
        raise AnswerInvalid([Problem("email", "Adressen mangler.", "Skriv navn@domæne.dk.")])
    owner = whose_address(session, change.root_id, email)
    if owner is not None and owner.id != person_id:
        what = f"Adressen hører til {owner.name}."
        raise AnswerInvalid([Problem("email", what, "Skriv en anden adresse.")])
    person = session.get_one(Person, person_id)
    person.key = key_after(person, email)
    session.add(person)


def _as_seen(session: Session, change: Change) -> PostFile:
    """The post, kept from other changes until the transaction ends. Raises Conflict."""
    hold(session, [change.root_id])
    file = read_post(session, change.post)
    if file.seen != change.seen:
        raise Conflict("post", "/".join(change.post))
    return file


def _find(file: PostFile, table: Table, term_id: int) -> Held:
    terms = file.holders if table is Appointment else file.substitutes
    found = next((term for term in terms if term.id == term_id), None)
    if found is None:
        raise NotFound("term", term_id)
    return found


def _check_near(today: date, **days: date | None) -> None:
    """Refuses the days, by the field they came in, that no hand could mean. Raises AnswerInvalid with all."""
    what, cure = "Datoen ligger mere end et år tilbage eller to år frem.", "Se efter, om året er rigtigt."
    far = [where for where, day in days.items() if day and not today - BACK <= day <= today + AHEAD]
    if far:
        raise AnswerInvalid([Problem(where, what, cure) for where in far])


def _term(
    table: Table, post: Post, person: Person, first: date, last: date | None
) -> Appointment | Substitute:
    return table(unit_id=post[0], role=post[1], person_id=person.id or 0, valid_from=first, valid_to=last)


def _set_end(session: Session, table: Table, term_id: int, last_day: date | None) -> None:
    session.execute(sa.update(table).where(col(table.id) == term_id).values(valid_to=last_day))


def _word(table: Table) -> str:
    return "term" if table is Appointment else "substitute"


def _record(
    session: Session,
    change: Change,
    verb: str,
    personal: Mapping[str, str],
    days: Mapping[str, date | None],
) -> None:
    history.record(
        session,
        root_id=change.root_id,
        at=change.now,
        actor=change.by,
        verb=verb,
        thing=thing_of(change.post),
        data={name: day.isoformat() for name, day in days.items() if day},
        personal={name: value for name, value in personal.items() if value},
    )
