from collections import Counter
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import given as all_of
from hypothesis import strategies as st
from sqlmodel import col, select

from cycle import history
from cycle.errors import ImportInvalid
from cycle.organisation.directory import Capacity, Directory
from cycle.organisation.importing import import_leaders, import_meetings, import_units
from cycle.organisation.leader_comparison import leaders_difference
from cycle.organisation.leader_difference import LeaderChanged
from cycle.organisation.leader_file import read_leaders
from cycle.organisation.meetings import MeetingChanged
from cycle.organisation.people import Choice, Choices
from cycle.organisation.tables import (
    Address,
    AddressHealth,
    Appointment,
    ImportRecord,
    Meeting,
    Person,
    Substitute,
    Unit,
)
from cycle.organisation.unit_difference import UnitChanged
from cycle.plan.meetings import MeetingDay
from cycle.plan.model import Audience
from cycle.store import make_engine, reading, transaction
from cycle.tables import METADATA
from tests.support.examples import examples
from tests.support.files import KOEBENHAVN, LEADERS, UNITS, given

LATER = date(2027, 4, 1)
ONE_MORE = "S4;D1;Bakkeskolen;skole;Skoler;kommunal\n"


@pytest.fixture
def town(engine):
    """Byby: six units, five leaders."""
    with transaction(engine) as session:
        import_units(session, given(UNITS))
        import_leaders(session, given(LEADERS))
    return engine


def units(engine, text, **more):
    with transaction(engine) as session:
        return import_units(session, given(text, **{"today": LATER, **more}))


def leaders(engine, text, choices=None, **more):
    with transaction(engine) as session:
        return import_leaders(session, given(text, **{"today": LATER, **more}), choices or Choices())


def directory(engine, on=LATER, root="BY"):
    with reading(engine) as session:
        return Directory.load(session, root, on)


def told(difference):
    return [(change.what.value, *change.post, change.before, change.after) for change in difference.changes]


def refused(act):
    with pytest.raises(ImportInvalid) as caught:
        act()
    return [str(problem) for problem in caught.value.problems]


def test_copenhagen_is_imported_and_the_same_files_again_change_nothing(engine):
    with transaction(engine) as session:
        first = import_units(session, given(KOEBENHAVN / "units.csv"))
        people = import_leaders(session, given(KOEBENHAVN / "leaders.csv"))
    assert Counter(change.what for change in first.changes) == {UnitChanged.ADDED: 496}
    assert Counter(change.what for change in people.changes) == {
        LeaderChanged.ADDED: 658,
        LeaderChanged.SUBSTITUTE_ADDED: 12,
    }
    with transaction(engine) as session:
        assert not import_units(session, given(KOEBENHAVN / "units.csv", LATER)).changes
        again = import_leaders(session, given(KOEBENHAVN / "leaders.csv", LATER))
        assert not again.changes
        assert not again.posts
        records = session.exec(select(ImportRecord).order_by(col(ImportRecord.id))).all()
        assert [(record.kind, sum(record.counts.values())) for record in records] == [
            ("units", 496),
            ("leaders", 670),
        ]


def test_copenhagens_posts_are_as_its_description_says(engine):
    with transaction(engine) as session:
        import_units(session, given(KOEBENHAVN / "units.csv"))
        import_leaders(session, given(KOEBENHAVN / "leaders.csv"))
    spring = directory(engine, date(2027, 4, 1), "KBH")
    heads = {unit_id: spring.recipient(unit_id, spring.head_role(unit_id)) for unit_id in spring.units}
    assert Counter(head.capacity for head in heads.values()) == {
        Capacity.HOLDER: 476,
        Capacity.SUBSTITUTE: 12,
        Capacity.SUPERIOR: 8,
    }
    holders = {unit_id: spring.holder(unit_id, spring.head_role(unit_id)) for unit_id in spring.units}
    assert sum(holder is None for holder in holders.values()) == 8
    assert sum(holder is not None and holder.address is None for holder in holders.values()) == 6
    foreign = [holder for holder in holders.values() if holder and not (holder.address or "").isascii()]
    assert len(foreign) == 2
    summer = spring.at(date(2027, 7, 1))
    changed = [
        unit_id
        for unit_id in spring.units
        if spring.holder(unit_id, spring.head_role(unit_id))
        != summer.holder(unit_id, spring.head_role(unit_id))
    ]
    assert len(changed) == 9
    assert holders["101012"] == holders["G26265"]
    assert spring.superior_post("KBH-C1") == ("KBH-CENTRE", "områdechef")
    assert spring.superior("KBH-C1").address is None
    assert len(spring.posts(Audience(kinds=("skole",)))) == 70


def test_the_whole_country_is_imported_flat_with_each_municipality_a_root(engine):
    text = (KOEBENHAVN.parents[2] / "bench/data/danmark_units.csv").read_bytes()
    with transaction(engine) as session:
        difference = import_units(session, given(text))
        roots = session.exec(select(Unit).where(col(Unit.parent_id).is_(None))).all()
        assert len(roots) == 99
        assert len(difference.changes) == 5049 + 99
        assert not import_units(session, given(text)).changes


def test_a_units_file_that_adds_moves_renames_changes_and_closes_is_told_and_done(town):
    with transaction(town) as session:
        import_units(session, given(UNITS + "".join(f"X{i};D1;X{i};klub;;\n" for i in range(30))))
    more = "".join(f"X{i};D1;X{i};klub;;\n" for i in range(29))
    text = (
        UNITS.replace("Havneskolen;skole;Skoler;kommunal", "Ny Havneskole;skole;Skoler;selvejende")
        .replace("D1;SK;", "D1;BY;")
        .replace("S3;SK;Ærø Friskole;skole;Skoler;selvejende\n", "")
    )
    difference = units(town, text + more + ONE_MORE, confirmed=True)
    assert {(change.what, change.unit_id, change.field) for change in difference.changes} == {
        (UnitChanged.ADDED, "S4", ""),
        (UnitChanged.MOVED, "D1", ""),
        (UnitChanged.RENAMED, "S1", "name"),
        (UnitChanged.CHANGED, "S1", "ownership"),
        (UnitChanged.CLOSED, "S3", ""),
        (UnitChanged.CLOSED, "X29", ""),
    }
    assert ("D1", "distriktschef") in difference.posts
    now = directory(town)
    assert now.units["S1"].path == "/BY/D1/S1/"
    assert now.units["X29"].path == "/BY/D1/X29/"
    assert now.superior("D1").name == "Kirsten Mose"
    assert (now.is_open("S3"), now.at(date(2027, 3, 31)).is_open("S3")) == (False, True)
    assert (now.is_open("S4"), now.at(date(2027, 3, 31)).is_open("S4")) == (True, False)
    assert units(town, text + more + ONE_MORE).changes == ()
    reopened = units(town, UNITS + more + ONE_MORE)
    assert (UnitChanged.REOPENED, "S3") in {(change.what, change.unit_id) for change in reopened.changes}


def test_columns_a_file_does_not_have_are_left_alone(town):
    narrow = "\n".join(";".join(line.split(";")[:4]) for line in UNITS.splitlines())
    assert not units(town, narrow).changes
    assert directory(town).units["S1"].area == "Skoler"


def test_a_file_that_closes_more_than_one_in_twenty_units_has_to_be_confirmed(town):
    fewer = "\n".join(UNITS.splitlines()[:-1])
    assert "Filen lukker 1 af 6 enheder" in refused(lambda: units(town, fewer))[0]
    assert directory(town).is_open("S3")
    units(town, fewer, confirmed=True)
    assert not directory(town).is_open("S3")


def test_ids_of_another_municipality_are_refused_once(town):
    other = "unit_id;parent_id;name;kind\nNY;;Nyby;kommune\nS1;NY;Havneskolen;skole\nS2;NY;Åskolen;skole\n"
    problems = refused(lambda: units(town, other))
    assert len(problems) == 1
    assert problems[0].startswith("række 3: 2 id'er hører allerede til kommunen BY; det første er S1.")
    assert "NY" not in directory(town).units


def test_a_change_of_leader_in_the_middle_of_the_year_keeps_both_dates(town):
    text = LEADERS.replace(
        "S1;leder;Ida Eg;ida@by.example;2026-08-01;",
        "S1;leder;Ida Eg;ida@by.example;2026-08-01;2027-06-30\nS1;leder;Ole Ø;ole@by.example;2027-07-01;",
    )
    difference = leaders(town, text)
    assert told(difference) == [("leader_changed", "S1", "leder", "Ida Eg", "Ole Ø")]
    assert difference.posts == {("S1", "leder")}
    now = directory(town)
    assert now.holder("S1", "leder").name == "Ida Eg"
    assert now.at(date(2027, 7, 1)).holder("S1", "leder").name == "Ole Ø"
    assert not leaders(town, text).changes


def test_a_leader_missing_from_the_file_ends_the_day_before_and_the_superior_stands_in(town):
    text = LEADERS.replace("S1;leder;Ida Eg;ida@by.example;2026-08-01;\n", "")
    assert told(leaders(town, text, confirmed=True)) == [("ended", "S1", "leder", "Ida Eg", "")]
    now = directory(town)
    assert now.at(date(2027, 3, 31)).holder("S1", "leder").name == "Ida Eg"
    assert now.holder("S1", "leder") is None
    assert now.recipient("S1", "leder").name == "Ditte Lund"


def test_posts_left_vacant_up_the_tree_pass_to_the_next_who_is_there(town):
    text = "".join(line + "\n" for line in LEADERS.splitlines() if line[:2] not in ("S1", "D1", "SK"))
    leaders(town, text, confirmed=True)
    found = directory(town).recipient("S1", "leder")
    assert (found.name, found.capacity) == ("Kirsten Mose", Capacity.SUPERIOR)


def test_a_row_without_a_name_leaves_its_post_vacant(town):
    text = LEADERS.replace("Ida Eg;ida@by.example;2026-08-01", ";;")
    assert told(leaders(town, text, confirmed=True)) == [("ended", "S1", "leder", "Ida Eg", "")]


def test_a_file_that_ends_more_than_one_in_ten_appointments_has_to_be_confirmed(town):
    text = LEADERS.replace("S1;leder;Ida Eg;ida@by.example;2026-08-01;\n", "")
    assert "Filen afslutter 1 af 5 ansættelser" in refused(lambda: leaders(town, text))[0]
    assert directory(town).holder("S1", "leder").name == "Ida Eg"


def test_a_substitute_stands_in_for_the_units_head_in_the_dates_given(town):
    text = LEADERS + "D1;stedfortræder;Bo Vig;bo@by.example;2027-03-01;2027-05-15\n"
    difference = leaders(town, text)
    assert told(difference) == [("substitute_added", "D1", "distriktschef", "", "Bo Vig")]
    now = directory(town)
    assert now.recipient("D1", "distriktschef").name == "Bo Vig"
    assert now.superior("S1").name == "Bo Vig"
    assert now.at(date(2027, 5, 16)).recipient("D1", "distriktschef").name == "Ditte Lund"
    longer = text.replace("2027-05-15", "2027-05-31")
    assert told(leaders(town, longer)) == [("substitute_changed", "D1", "distriktschef", "Bo Vig", "Bo Vig")]
    assert told(leaders(town, LEADERS)) == [("substitute_ended", "D1", "distriktschef", "Bo Vig", "")]


def test_a_new_address_of_the_same_name_is_not_applied_until_someone_has_chosen(town):
    text = LEADERS.replace("ida@by.example", "ida.eg@by.example")
    problems = refused(lambda: leaders(town, text))
    assert problems == [
        "række 5: Ida Eg havde adressen ida@by.example; nu ida.eg@by.example. Er det samme person? "
        "Vælg samme person eller ny person."
    ]
    before = directory(town).holder("S1", "leder")
    assert before.address == "ida@by.example"
    assert told(leaders(town, text, Choices(default=Choice.SAME))) == [
        ("address_changed", "S1", "leder", "ida@by.example", "ida.eg@by.example")
    ]
    after = directory(town).holder("S1", "leder")
    assert (after.person_id, after.address) == (before.person_id, "ida.eg@by.example")
    assert not leaders(town, text).changes


def test_a_new_person_of_the_same_name_takes_over_the_post(town):
    text = LEADERS.replace("ida@by.example", "ida.eg@by.example")
    before = directory(town).holder("S1", "leder")
    leaders(town, text, Choices(by_row={5: Choice.NEW}), confirmed=True)
    after = directory(town).holder("S1", "leder")
    assert after.person_id != before.person_id
    assert not directory(town).may_act("S1", "leder", before.person_id)
    assert not leaders(town, text).changes


def test_another_name_at_a_known_address_may_be_a_new_person_who_inherits_the_address(town):
    text = LEADERS.replace("Ida Eg", "Ole Ø")
    assert "Adressen ida@by.example hørte til Ida Eg; nu Ole Ø" in refused(lambda: leaders(town, text))[0]
    before = directory(town).holder("S1", "leder")
    leaders(town, text, Choices(default=Choice.NEW), confirmed=True)
    after = directory(town).holder("S1", "leder")
    assert (after.name, after.address) == ("Ole Ø", "ida@by.example")
    assert after.person_id != before.person_id
    assert not leaders(town, text).changes


@pytest.mark.parametrize("name", ["Ida Holm", "Ida Eg Holm", "Ida Egh", "I. Eg"])
def test_a_name_that_may_be_a_successors_is_asked_and_may_be_a_corrected_one(town, name):
    """Most institutions have one address, and it passes to whoever follows."""
    text = LEADERS.replace("Ida Eg", name)
    assert f"Adressen ida@by.example hørte til Ida Eg; nu {name}" in refused(lambda: leaders(town, text))[0]
    before = directory(town).holder("S1", "leder")
    renamed = leaders(town, text, Choices(by_row={5: Choice.SAME}))
    assert told(renamed) == [("renamed", "S1", "leder", "Ida Eg", name)]
    assert directory(town).holder("S1", "leder").person_id == before.person_id
    assert not leaders(town, text).changes


def test_a_name_written_in_another_order_is_the_same_and_nobody_is_asked(town):
    before = directory(town).holder("S1", "leder")
    leaders(town, LEADERS.replace("Ida Eg", "EG, Ida"))
    assert directory(town).holder("S1", "leder").person_id == before.person_id


def test_a_name_like_the_holders_with_another_address_is_asked(town):
    text = LEADERS.replace("Ida Eg;ida@by.example", "Ida Holm;holm@by.example")
    assert "Ida Eg var knyttet til posten S1, leder; nu Ida Holm" in refused(lambda: leaders(town, text))[0]
    before = directory(town).holder("S1", "leder")
    leaders(town, text, Choices(by_row={5: Choice.NEW}), confirmed=True)
    after = directory(town).holder("S1", "leder")
    assert (after.name, after.address) == ("Ida Holm", "holm@by.example")
    assert after.person_id != before.person_id
    assert not leaders(town, text).changes


def test_ids_can_be_taken_into_use_later_and_then_carry_a_new_address(town):
    def with_ids(text):
        head, *rows = text.splitlines()
        return "\n".join([head + ";person_id", *(f"{row};{i}" for i, row in enumerate(rows, 100))])

    before = directory(town).holder("S1", "leder")
    assert not leaders(town, with_ids(LEADERS)).changes
    changed = with_ids(LEADERS.replace("Ida Eg;ida@by.example", "Ida Holm;holm@by.example"))
    assert [what for what, *_ in told(leaders(town, changed))] == ["renamed", "address_changed"]
    after = directory(town).holder("S1", "leder")
    assert (after.person_id, after.address) == (before.person_id, "holm@by.example")


def test_an_address_that_is_lost_and_found_again_stays_with_its_person(town):
    before = directory(town).holder("S1", "leder")
    without = LEADERS.replace("ida@by.example", "")
    assert told(leaders(town, without)) == [("address_changed", "S1", "leder", "ida@by.example", "")]
    assert directory(town).holder("S1", "leder").address is None
    assert not leaders(town, without).changes
    leaders(town, LEADERS)
    assert directory(town).holder("S1", "leder").person_id == before.person_id


def test_a_shared_mailbox_is_the_posts_and_outlives_its_leader(town):
    def with_mailbox(text):
        head, *rows = text.splitlines()
        box = [f"{row};{'skolen@by.example' if row.startswith('S1') else ''}" for row in rows]
        return "\n".join([head + ";fællespostkasse", *box])

    text = with_mailbox(LEADERS)
    assert told(leaders(town, text)) == [("mailbox_changed", "S1", "leder", "", "skolen@by.example")]
    leaders(town, with_mailbox(LEADERS.replace("Ida Eg;ida@", "Ole Ø;ole@")), confirmed=True)
    found = directory(town).recipient("S1", "leder")
    assert (found.name, found.address) == ("Ole Ø", "skolen@by.example")
    assert not leaders(town, LEADERS.replace("Ida Eg;ida@", "Ole Ø;ole@")).changes


def test_one_leader_of_two_units_is_one_person(town):
    text = LEADERS.replace("S2;leder;Åse Ø;åse.ø@by.example", "S2;leder;Ida Eg;ida@by.example")
    leaders(town, text, confirmed=True)
    now = directory(town)
    assert now.holder("S1", "leder") == now.holder("S2", "leder")


def test_a_dead_address_stays_dead_when_the_same_file_comes_again(town):
    with transaction(town) as session:
        session.execute(
            sa.update(Address).where(col(Address.email) == "ida@by.example").values(health=AddressHealth.DEAD)
        )
    assert not leaders(town, LEADERS).changes
    assert directory(town).holder("S1", "leder").health is AddressHealth.DEAD


def test_rows_that_do_not_fit_the_municipality_are_told_together(town):
    units(town, "\n".join(UNITS.splitlines()[:-1]), confirmed=True)
    text = LEADERS + (
        "XX;leder;Per;per@by.example;;\n"
        "S3;leder;Vivi;vivi@by.example;;\n"
        "S1;leder;Ida Eg;ida@by.example;2027-01-01;\n"
    )
    beginnings = (
        "række 7: Enheden »XX« findes ikke,",
        "række 8: Enheden S3 lukkede 31. marts 2027.",
        "række 9: Rækken siger det samme som række 5, med overlappende datoer.",
    )
    for line, beginning in zip(refused(lambda: leaders(town, text)), beginnings, strict=True):
        assert line.startswith(beginning)


def test_two_leaders_of_one_post_at_once_are_noticed_and_the_later_row_has_it(town):
    difference = leaders(town, LEADERS + "S1;leder;Ole Ø;ole@by.example;2026-08-01;\n")
    assert "Posten er også besat af Ida Eg (5)" in str(difference.notes[0])
    assert directory(town).holder("S1", "leder").name == "Ole Ø"


def test_a_role_left_out_is_the_units_head_and_other_roles_override_it(town):
    text = "enhed;navn;mail\nS1;Ida Eg;ida@by.example\nD1;Ditte Lund;ditte@by.example\n"
    difference = leaders(town, text, confirmed=True)
    assert {change.post for change in difference.changes} == {
        ("BY", "kommunaldirektør"),
        ("SK", "områdechef"),
        ("S2", "leder"),
    }


def test_an_import_that_fails_changes_nothing_and_writes_no_history(town):
    with reading(town) as session:
        before = session.exec(select(sa.func.count()).select_from(history.History)).one()
    refused(lambda: leaders(town, LEADERS + "XX;leder;Per;per@by.example;;\n"))
    with reading(town) as session:
        assert session.exec(select(sa.func.count()).select_from(history.History)).one() == before


def test_history_tells_each_change_and_names_can_be_erased(town):
    leaders(town, LEADERS.replace("Ida Eg", "Ida Holm"), Choices(default=Choice.SAME))
    with transaction(town) as session:
        history.chain(session, "BY")
        rows = session.exec(select(history.History).where(history.History.thing == "post:S1/leder")).all()
        assert [(row.verb, row.actor) for row in rows] == [
            ("import: added", "account:1"),
            ("import: renamed", "account:1"),
        ]
        assert "Ida" not in str([row.data for row in rows])
        values = session.exec(select(history.HistorySalt.value)).all()
        assert {"Ida Eg", "Ida Holm"} <= set(values)
        session.execute(sa.delete(history.HistorySalt))
    with reading(town) as session:
        assert history.verify(session, "BY") == []


def test_a_meeting_calendar_is_kept_and_a_coming_meeting_it_no_longer_has_is_cancelled(town):
    def meeting(day, body="BUU"):
        return MeetingDay(body, day, None, "Møde")

    calendar = [meeting(date(2027, 5, 12)), meeting(date(2027, 6, 9)), meeting(date(2027, 1, 13))]
    for expected in (3, 0):
        with transaction(town) as session:
            assert len(import_meetings(session, "BY", calendar, given("", LATER))) == expected
    with transaction(town) as session:
        changes = import_meetings(
            session, "BY", [meeting(date(2027, 6, 9)), meeting(date(2027, 5, 5), "BR")], given("", LATER)
        )
        assert [(change.what, change.meeting.held_on) for change in changes] == [
            (MeetingChanged.ADDED, date(2027, 5, 5)),
            (MeetingChanged.CANCELLED, date(2027, 5, 12)),
        ]
        assert session.exec(select(sa.func.count()).select_from(Meeting)).one() == 3


PEOPLE = st.sampled_from(["Ida Eg", "Ole Ø", "Åse Bro", "Vivi Lund"])
ADDRESSES = {
    "Ida Eg": "ida@by.example",
    "Ole Ø": "ole@by.example",
    "Åse Bro": "åse@by.example",
    "Vivi Lund": "",
}
START = st.sampled_from(["", "2026-08-01", "2027-02-01", "2027-06-01"])
END = st.sampled_from(["", "2027-07-31", "2028-01-31"])
ROWS = st.dictionaries(
    st.tuples(st.sampled_from(["S1", "S2", "S3", "D1"]), st.sampled_from(["", "stedfortræder"])),
    st.tuples(PEOPLE, START, END),
    max_size=6,
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(40), deadline=None
)
@all_of(st.lists(ROWS, min_size=1, max_size=4))
def test_whatever_files_come_applying_a_difference_leaves_none(files):
    engine = make_engine("sqlite://")
    METADATA.create_all(engine)
    with transaction(engine) as session:
        import_units(session, given(UNITS))
        for month, rows in enumerate(files, 1):
            lines = ["unit_id;role;name;email;valid_from;valid_to", "BY;;Kirsten;kirsten@by.example;;"]
            for (unit_id, role), (name, since, until) in rows.items():
                lines.append(f"{unit_id};{role};{name};{ADDRESSES[name]};{since};{until}")
            today = date(2027, month, 1)
            file = given("\n".join(lines), today, confirmed=True)
            import_leaders(session, file, Choices(default=Choice.SAME))
            again = leaders_difference(session, read_leaders(file.data), today=today)
            assert not again.changes
            assert not again.posts
            assert not (again.new_people or again.changed_people or again.addresses)
            check_store(session)
    engine.dispose()


def check_store(session):
    for table in (Appointment, Substitute):
        for row in session.exec(select(table)):
            assert row.valid_to is None or row.valid_from <= row.valid_to
    keys = session.exec(select(Person.key)).all()
    assert len(keys) == len(set(keys))


def test_faults_of_the_file_hide_no_unknown_units(town):
    text = (
        "enhed;rolle;navn;mail\nS1;;;a@by.example\nS2;;Bo;b@by.example\nS3;;Ib;b@by.example\n"
        "FINDES-IKKE;;Eva;e@by.example\n;;Liv;l@by.example\n"
    )
    told = refused(lambda: leaders(town, text))
    assert [each.partition(":")[0] for each in told] == ["række 2", "række 6", "række 4", "række 5"]
    assert "»FINDES-IKKE« findes ikke" in told[-1]
