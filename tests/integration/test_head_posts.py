"""All head posts at once are what the directory says of each, whoever is ill, away, acting or gone."""

import random
from datetime import date, timedelta

import pytest

from cycle.organisation.directory import Capacity, Directory
from cycle.organisation.head_posts import OF_HEALTH, Trouble, head_posts, names_of_people
from cycle.organisation.posts import post_rows
from cycle.organisation.tables import Address, AddressHealth, Appointment, Person, Substitute, Unit
from cycle.store import transaction

TODAY = date(2027, 4, 1)
ROLES = {"kommune": "kommunaldirektør", "område": "områdechef", "skole": "leder", "andet": "vært"}


def days(drawn):
    """A first and a last day, or none, around today."""
    first = TODAY + timedelta(days=drawn.randint(-3, 1))
    return {
        "valid_from": first,
        "valid_to": drawn.choice([None, first + timedelta(days=drawn.randint(0, 3))]),
    }


def people(session, drawn):
    for number in range(12):
        session.add(Person(id=number + 1, root_id="K", key=f"id:{number}", name=f"Person {number}"))
        session.flush()
        for _ in range(drawn.choice([0, 1, 1, 2])):
            ended = drawn.choice([None, None, TODAY])
            health = drawn.choice(list(AddressHealth))
            email = f"p{number}@by.example"
            facts = {"email": email, "health": health, "valid_from": TODAY, "valid_to": ended}
            session.add(Address(person_id=number + 1, **facts))


def units(session, drawn):
    """A municipality of three levels, some of it not open."""
    made = [Unit(id="K", root_id="K", path="/K/", name="K", kind="kommune")]
    for number in range(14):
        above = made[drawn.randrange(min(len(made), 5))]
        unit_id, kind = f"U{number}", drawn.choice(list(ROLES))
        path, closed = f"{above.path}{unit_id}/", drawn.choice([None, None, TODAY, TODAY - timedelta(days=1)])
        facts = {"name": f"Enhed {number}", "kind": kind, "closed_on": closed}
        made.append(Unit(id=unit_id, parent_id=above.id, root_id="K", path=path, **facts))
    session.add_all(made)
    session.flush()
    return made


def town(session, drawn):
    made = units(session, drawn)
    people(session, drawn)
    session.flush()
    for _ in range(30):
        unit = drawn.choice(made)
        role = drawn.choice([ROLES[unit.kind], ROLES[unit.kind], "formand"])
        table = drawn.choice([Appointment, Appointment, Substitute])
        session.add(table(unit_id=unit.id, role=role, person_id=drawn.randint(1, 12), **days(drawn)))
    for unit in drawn.sample(made, 3):
        health = drawn.choice(list(AddressHealth))
        facts = {"email": f"{unit.id}@by.example", "health": health, "valid_from": TODAY}
        session.add(Address(unit_id=unit.id, role=ROLES[unit.kind], **facts))


def as_the_directory_says(directory, unit_id, role):
    holder, instead = directory.holder(unit_id, role), directory.recipient(unit_id, role)
    if instead is None:
        trouble = Trouble.NOBODY
    elif holder is None:
        trouble = Trouble.VACANT
    else:
        trouble = OF_HEALTH[instead.health if instead.address else None]
    return trouble, instead is not None and instead.capacity is Capacity.SUBSTITUTE, holder, instead


@pytest.mark.parametrize("seed", range(12))
def test_each_head_post_is_what_the_directory_says_of_it(engine, seed):
    with transaction(engine) as session:
        town(session, random.Random(seed))
        directory = Directory.load(session, "K", TODAY)
        found = head_posts(session, "K", ["/K/"], today=TODAY)
        names = names_of_people(session, ["K"])
        opened = sorted((u.path, u.id) for u in directory.units.values() if directory.is_open(u.id))
        assert [(post.path, post.unit_id, post.role) for post in found] == [
            (path, id_, role) for path, id_ in opened if (role := directory.head_role(id_))
        ]
        assert len({post.trouble for post in found}) > 1
        for row in post_rows(session, found, today=TODAY):
            post = row.post
            trouble, stands_in, holder, instead = as_the_directory_says(directory, post.unit_id, post.role)
            assert (post.trouble, post.has_substitute) == (trouble, stands_in)
            assert (row.holder, row.instead) == (holder, instead)
            assert (post.holder, post.instead) == (
                holder and holder.person_id,
                instead and instead.person_id,
            )
            assert instead is None or names[post.instead or 0] == instead.name


def test_only_what_is_below_the_paths_is_there(engine):
    with transaction(engine) as session:
        town(session, random.Random(1))
        below = {post.unit_id for post in head_posts(session, "K", ["/K/U0/"], today=TODAY)}
        everything = {post.unit_id for post in head_posts(session, "K", ["/K/"], today=TODAY)}
    assert below < everything and all(unit_id != "K" for unit_id in below)
