from datetime import date, timedelta

import pytest

from cycle.organisation.directory import Capacity, Directory
from cycle.organisation.tables import (
    Address,
    AddressHealth,
    Appointment,
    Ownership,
    Person,
    Substitute,
    Unit,
)
from cycle.plan.model import Audience
from cycle.store import reading, transaction

TODAY = date(2027, 4, 1)
START = date(2026, 8, 1)
SCHOOL, DISTRICT, AREA, ROOT = "S1", "D1", "A1", "K"


def unit(session, unit_id, parent=None, kind="skole", **more):
    path = f"{session.get(Unit, parent).path}{unit_id}/" if parent else f"/{unit_id}/"
    root = path.split("/")[1]
    session.add(
        Unit(
            id=unit_id, parent_id=parent, root_id=root, path=path, name=f"Enhed {unit_id}", kind=kind, **more
        )
    )
    session.flush()


def person(session, name, email=None, health=AddressHealth.OK):
    row = Person(root_id=ROOT, key=name, name=name)
    session.add(row)
    session.flush()
    if email:
        session.add(Address(person_id=row.id, email=email, health=health, valid_from=START))
    return row.id


def appoint(session, unit_id, role, person_id, since=START, until=None, table=Appointment):
    session.add(table(unit_id=unit_id, role=role, person_id=person_id, valid_from=since, valid_to=until))
    session.flush()


@pytest.fixture
def town(engine):
    """A municipality, an area, a district and two schools; every post above is held."""
    with transaction(engine) as session:
        unit(session, ROOT, kind="kommune")
        unit(session, AREA, ROOT, kind="område", area="Skoler")
        unit(session, DISTRICT, AREA, kind="distrikt", area="Skoler")
        unit(session, SCHOOL, DISTRICT, area="Skoler", ownership=Ownership.MUNICIPAL)
        unit(session, "S2", DISTRICT, area="Skoler", ownership=Ownership.SELF_GOVERNING)
        appoint(session, ROOT, "kommunaldirektør", person(session, "Kirsten", "kirsten@by.example"))
        appoint(session, AREA, "områdechef", person(session, "Anders", "anders@by.example"))
        appoint(session, DISTRICT, "distriktschef", person(session, "Ditte", "ditte@by.example"))
    return engine


def load(engine, on=TODAY):
    with reading(engine) as session:
        return Directory.load(session, ROOT, on)


def test_the_holder_is_who_was_appointed_on_the_day_and_a_change_takes_effect_at_midnight(town):
    with transaction(town) as session:
        appoint(session, SCHOOL, "leder", person(session, "Ida", "ida@by.example"), until=date(2027, 6, 30))
        appoint(session, SCHOOL, "leder", person(session, "Ole", "ole@by.example"), since=date(2027, 7, 1))
    directory = load(town)
    ida = directory.recipient(SCHOOL, "leder")
    assert (ida.name, ida.address, ida.capacity) == ("Ida", "ida@by.example", Capacity.HOLDER)
    assert directory.at(date(2027, 6, 30)).holder(SCHOOL, "leder").name == "Ida"
    assert directory.at(date(2027, 7, 1)).holder(SCHOOL, "leder").name == "Ole"
    assert directory.at(START - timedelta(days=1)).holder(SCHOOL, "leder") is None
    later = directory.at(date(2027, 7, 1))
    assert later.may_act(SCHOOL, "leder", later.holder(SCHOOL, "leder").person_id)
    assert not later.may_act(SCHOOL, "leder", ida.person_id)


def test_a_substitute_gets_the_mail_in_the_period_and_both_may_act(town):
    with transaction(town) as session:
        ida = person(session, "Ida", "ida@by.example")
        bo = person(session, "Bo", "bo@by.example")
        appoint(session, SCHOOL, "leder", ida)
        appoint(session, SCHOOL, "leder", bo, date(2027, 3, 1), date(2027, 5, 15), Substitute)
    directory = load(town, date(2027, 3, 1))
    found = directory.recipient(SCHOOL, "leder")
    assert (found.name, found.capacity) == ("Bo", Capacity.SUBSTITUTE)
    assert directory.may_act(SCHOOL, "leder", ida)
    assert directory.may_act(SCHOOL, "leder", bo)
    after = directory.at(date(2027, 5, 16))
    assert after.recipient(SCHOOL, "leder").name == "Ida"
    assert not after.may_act(SCHOOL, "leder", bo)


def test_a_vacant_post_goes_to_the_nearest_superior_who_may_then_act(town):
    directory = load(town)
    found = directory.recipient(SCHOOL, "leder")
    assert (found.name, found.capacity) == ("Ditte", Capacity.SUPERIOR)
    assert directory.holder(SCHOOL, "leder") is None
    assert directory.may_act(SCHOOL, "leder", found.person_id)
    area = directory.holder(AREA, "områdechef")
    assert not directory.may_act(SCHOOL, "leder", area.person_id)


def test_a_superior_of_a_held_post_may_not_act_for_it(town):
    with transaction(town) as session:
        appoint(session, SCHOOL, "leder", person(session, "Ida", "ida@by.example"))
    directory = load(town)
    assert not directory.may_act(SCHOOL, "leder", directory.superior(SCHOOL).person_id)


def test_climbing_passes_over_vacant_posts_up_to_the_root_and_ends_with_none(town):
    with transaction(town) as session:
        unit(session, "A2", ROOT, kind="område", area="Centre")
        unit(session, "C1", "A2", kind="center", area="Centre")
        unit(session, "C1a", "C1", kind="skole", area="Centre")
    directory = load(town)
    assert directory.superior_post("C1a") == ("C1", "leder")
    assert directory.superior("C1a").name == "Kirsten"
    assert directory.superior_post("C1") == ("A2", "områdechef")
    assert directory.superior(ROOT) is None
    assert directory.superior_post(ROOT) is None
    assert directory.at(date(2020, 1, 1)).recipient("C1a", "leder") is None


def test_a_shared_mailbox_of_the_post_takes_precedence_for_holder_and_substitute(town):
    with transaction(town) as session:
        appoint(session, SCHOOL, "leder", person(session, "Ida", "ida@by.example"))
        session.add(Address(unit_id=SCHOOL, role="leder", email="skolen@by.example", valid_from=START))
    assert load(town).recipient(SCHOOL, "leder").address == "skolen@by.example"
    with transaction(town) as session:
        appoint(session, SCHOOL, "leder", person(session, "Bo"), table=Substitute)
    found = load(town).recipient(SCHOOL, "leder")
    assert (found.name, found.address) == ("Bo", "skolen@by.example")


def test_a_dead_address_stays_visible_and_a_missing_one_is_none(town):
    with transaction(town) as session:
        appoint(session, SCHOOL, "leder", person(session, "Ida", "ida@by.example", AddressHealth.DEAD))
        appoint(session, "S2", "leder", person(session, "Åse"))
    directory = load(town)
    ida = directory.recipient(SCHOOL, "leder")
    assert (ida.address, ida.health) == ("ida@by.example", AddressHealth.DEAD)
    assert directory.recipient("S2", "leder").address is None


def test_the_newest_address_in_use_counts(town):
    with transaction(town) as session:
        ida = person(session, "Ida")
        appoint(session, SCHOOL, "leder", ida)
        session.add(Address(person_id=ida, email="old@by.example", valid_from=START, valid_to=TODAY))
        session.add(Address(person_id=ida, email="new@by.example", valid_from=TODAY))
    assert load(town).recipient(SCHOOL, "leder").address == "new@by.example"


def test_roles_that_were_held_override_the_kinds_usual_head(town):
    with transaction(town) as session:
        unit(session, "B", DISTRICT, kind="daginstitution")
        unit(session, "B1", "B", kind="afdeling")
        unit(session, "B2", "B", kind="afdeling")
        appoint(session, "B", "områdeleder", person(session, "Vivi"))
        appoint(session, "B1", "afdelingsleder", person(session, "Per"))
    directory = load(town)
    assert directory.head_role("B") == "områdeleder"
    assert directory.superior_post("B1") == ("B", "områdeleder")
    assert directory.head_role("B2") == "afdelingsleder"


def test_a_post_read_by_itself_has_the_head_that_the_whole_municipality_shows(town):
    """A board's chair stands beside the leader elsewhere, and so does where the leader's post is vacant."""
    with transaction(town) as session:
        for unit_id in ("B1", "B2", "B3"):
            unit(session, unit_id, DISTRICT, kind="daginstitution")
        appoint(session, "B1", "leder", person(session, "Vivi"))
        appoint(session, "B1", "bestyrelsesformand", person(session, "Per"))
        appoint(session, "B2", "bestyrelsesformand", person(session, "Ole"))
        unit(session, "H", DISTRICT, kind="hus")
        unit(session, "H1", "H", kind="hus")
        appoint(session, "H", "husleder", person(session, "Ib"))
        unit(session, "F", DISTRICT, kind="filial")
        appoint(session, "F", "souschef", person(session, "Liv"))
        appoint(session, "F", "filialleder", person(session, "Bo"))
        unit(session, "F1", DISTRICT, kind="filial")
        appoint(session, "F1", "filialleder", person(session, "Eva"))
    whole = load(town)
    assert whole.head_role("B2") == "leder" and whole.has_post("B2", "leder")
    with reading(town) as session:
        for unit_id in whole.units:
            alone = Directory.for_post(session, unit_id, TODAY)
            assert alone.head_role(unit_id) == whole.head_role(unit_id), unit_id
            assert alone.roles(unit_id) == whole.roles(unit_id), unit_id
            assert alone.superiors(unit_id) == whole.superiors(unit_id), unit_id
        together = Directory.for_units(session, ROOT, [whole.units["B2"].path], TODAY)
        assert together.head_role("B2") == "leder"


def test_an_audience_is_the_open_units_that_meet_every_criterion_in_tree_order(town):
    with transaction(town) as session:
        unit(session, "S0", DISTRICT, area="Skoler", closed_on=date(2027, 3, 31))
        unit(session, "S9", DISTRICT, area="Skoler", opened_on=date(2027, 8, 1))
    directory = load(town)
    schools = Audience(kinds=("skole",))
    assert directory.posts(schools) == [(SCHOOL, "leder"), ("S2", "leder")]
    assert directory.at(date(2027, 3, 31)).posts(schools)[0] == ("S0", "leder")
    assert directory.at(date(2027, 8, 1)).posts(schools)[-1] == ("S9", "leder")
    assert directory.posts(Audience(ownership=("selvejende",))) == [("S2", "leder")]
    assert directory.posts(Audience(areas=("Skoler",), except_units=("S2",))) == [(SCHOOL, "leder")]
    assert directory.posts(Audience(units=("S2", DISTRICT))) == [("S2", "leder")]
    assert directory.posts(Audience(kinds=("distrikt",), role="distriktschef")) == [
        (DISTRICT, "distriktschef")
    ]


def test_one_person_may_hold_two_units_and_other_municipalities_are_not_seen(town):
    with transaction(town) as session:
        ida = person(session, "Ida", "ida@by.example")
        appoint(session, SCHOOL, "leder", ida)
        appoint(session, "S2", "leder", ida)
        unit(session, "N", kind="kommune")
    directory = load(town)
    assert directory.recipient(SCHOOL, "leder").person_id == directory.recipient("S2", "leder").person_id
    assert "N" not in directory.units
    assert not directory.may_act("N", "kommunaldirektør", ida)
