"""The flow `remind` on both databases: who gets which mail on which day, and what the ledger says."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.access.links import read_token
from cycle.calendar import LocalDays, WorkingCalendar
from cycle.messages.claiming import claim
from cycle.messages.outcomes import ALL_ANSWERED, Outcome, settle
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Address, AddressHealth, Appointment, Person, Substitute
from cycle.plan.model import DEFAULT_REMINDERS
from cycle.reminders import ledger
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.store import is_sqlite
from cycle.tasks import change, told
from cycle.tasks.change import extend, look_again
from cycle.tasks.closing import close_occurrence
from cycle.tasks.reminder_facts import Reader
from cycle.tasks.reminding import decide_due
from cycle.tasks.states import OccurrenceState, TaskKind, TaskState
from cycle.tasks.tables import CycleRevision, Occurrence, Task
from flows.remind import sweep
from tests.support import municipality
from tests.support.mailed_town import CALENDAR, DUE, OPENED, RULES, SECRET, World, groups
from tests.support.municipality import ROOT, instant, opening


@pytest.fixture
def world(engine: Engine, tmp_path: Path) -> Iterator[World]:
    made = World(engine, tmp_path)
    yield made
    made.one_mail_a_day()


def days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def only(world: World, address: str) -> list[tuple[date, list[str]]]:
    return [(day, groups(letter)) for day, to, letter in world.sent if to == address]


def test_three_tasks_of_a_day_are_one_mail(world):
    unit = world.units[0]
    ids = [world.activity(name, units=[unit])[1][0] for name in ("rapport", "budget", "samtale")]
    assert world.day(OPENED) == [(world.address_of(unit), ["new"] * 3)]
    assert [world.verdicts(task) for task in ids] == [
        [("opens", "sent")],
        [("opens", "merged")],
        [("opens", "merged")],
    ]
    assert world.reasons(ids[0]) == ["Besked om ny opgave: sendt i dagens mail."]
    assert world.reasons(ids[1]) == ["Besked om ny opgave: kom med i dagens mail."]


def test_a_year_of_one_unanswered_task_leaves_on_exactly_these_days(world):
    unit = world.units[0]
    world.activity(units=[unit])
    world.play(OPENED, date(2027, 6, 1))
    assert only(world, world.address_of(unit)) == [
        (date(2027, 4, 1), ["new"]),
        (date(2027, 4, 16), ["reminder"]),
        (date(2027, 4, 23), ["reminder"]),
        (date(2027, 4, 30), ["reminder"]),
        (date(2027, 5, 4), ["overdue"]),
        (date(2027, 5, 12), ["overdue"]),
        (date(2027, 5, 20), ["overdue"]),
    ]
    assert only(world, "by-sk-d1@by.example") == [(date(2027, 5, 10), ["missing"])]


def test_the_superior_gets_one_mail_with_every_late_unit_and_their_own_tasks(world):
    late = [unit for unit in world.units if unit.startswith("BY-SK-D1")]
    world.activity(units=late)
    world.activity(
        "egen", units=["BY-SK-D1"], role="distriktschef", opens=date(2027, 5, 10), due=date(2027, 6, 1)
    )
    for day in (OPENED, date(2027, 5, 4), date(2027, 5, 10)):
        mails = dict(world.day(day))
    assert mails == {"by-sk-d1@by.example": ["missing"] * 3 + ["new"]}
    assert "by-sk@by.example" not in {address for _, address, _ in world.sent}


def test_running_again_changes_nothing(world):
    world.activity()
    world.decide(opening(OPENED))
    with world.write() as session:
        before = session.exec(select(sa.func.count()).select_from(ReminderDecision)).one()
    assert world.decide(opening(OPENED)) == {}
    with world.write() as session:
        assert session.exec(select(sa.func.count()).select_from(ReminderDecision)).one() == before == 6


def test_a_substitute_gets_the_mail_while_they_stand_in_and_the_holder_is_not_told_again(world):
    unit = world.units[0]
    _, (task,) = world.activity(units=[unit])
    stand_in = world.person("Siv Stedfortræder", "siv@by.example")
    with world.write() as session:
        session.add(
            Substitute(
                unit_id=unit,
                role="leder",
                person_id=stand_in,
                valid_from=date(2027, 4, 12),
                valid_to=date(2027, 4, 18),
            )
        )
    world.day(OPENED)
    for day in days(date(2027, 4, 12), date(2027, 4, 23)):
        sweep(world.context(instant(day.year, day.month, day.day, 5)))
        world.day(day)
    assert only(world, "siv@by.example") == [
        (date(2027, 4, 12), ["handed"]),
        (date(2027, 4, 16), ["reminder"]),
    ]
    assert only(world, world.address_of(unit)) == [(OPENED, ["new"]), (date(2027, 4, 23), ["reminder"])]
    assert "Besked om opgaven til ny modtager: sendt i dagens mail." in world.reasons(task)


def test_a_vacant_post_goes_to_the_superior_whose_own_superior_hears_when_it_is_late(world):
    unit = world.units[0]
    world.appointed(unit, valid_to=date(2027, 3, 31))
    world.activity(units=[unit])
    assert world.day(OPENED) == [("by-sk-d1@by.example", ["new"])]
    world.play(date(2027, 4, 2), date(2027, 5, 10))
    assert only(world, "by-sk@by.example") == [(date(2027, 5, 10), ["missing"])]


def test_a_post_with_nobody_is_a_red_row_until_someone_is_appointed(world):
    unit = world.units[0]
    with world.write() as session:
        session.execute(sa.update(Appointment).values(valid_to=date(2027, 3, 31)))
    _, (task,) = world.activity(units=[unit])
    assert world.day(OPENED) == []
    assert world.verdicts(task) == [("opens", "nobody")]
    with world.write() as session:
        assert told.unreached(session, ROOT) == [(task, Decided.NOBODY)]
        ida = Person(root_id=ROOT, key="ida", name="Ida Ø")
        session.add(ida)
        session.flush()
        session.add(Address(person_id=ida.id, email="ida@by.example", valid_from=OPENED))
        session.add(
            Appointment(unit_id=unit, role="leder", person_id=ida.id or 0, valid_from=date(2027, 4, 6))
        )
        look_again(session, [(unit, "leder")], now=instant(2027, 4, 5))
    assert world.day(date(2027, 4, 5)) == []
    sweep(world.context(instant(2027, 4, 6, 5)))
    assert world.day(date(2027, 4, 6)) == [("ida@by.example", ["new"])]
    with world.write() as session:
        assert told.unreached(session, ROOT) == []
    assert world.reasons(task)[-1] == "Besked om åben opgave: sendt i dagens mail."


def test_a_dead_address_is_told_apart_and_a_new_address_gets_the_opening(world):
    unit = world.units[0]
    with world.write() as session:
        session.execute(
            sa.update(Address)
            .where(col(Address.email) == world.address_of(unit))
            .values(health=AddressHealth.DEAD, health_reason="550")
        )
    _, (task,) = world.activity(units=[unit])
    assert world.day(OPENED) == []
    assert world.verdicts(task) == [("opens", "address_dead")]
    with world.write() as session:
        leader = world.town.leaders[unit]
        session.add(Address(person_id=leader, email="ny@by.example", valid_from=date(2027, 4, 6)))
    (difference,) = sweep(world.context(instant(2027, 4, 6, 5)))
    assert (difference.task_id, difference.new_recipient) == (task, True)
    assert world.day(date(2027, 4, 6)) == [("ny@by.example", ["new"])]


def test_a_late_unit_with_a_dead_address_is_still_escalated(world):
    unit = world.units[0]
    with world.write() as session:
        session.execute(sa.update(Address).values(health=AddressHealth.DEAD))
        session.add(
            Address(person_id=world.town.leaders["BY-SK-D1"], email="dc@by.example", valid_from=OPENED)
        )
    world.activity(units=[unit])
    world.play(OPENED, date(2027, 5, 10))
    assert [(day, to) for day, to, _ in world.sent] == [(date(2027, 5, 10), "dc@by.example")]


def test_after_thirty_days_down_everyone_gets_one_mail_and_the_ledger_explains_the_rest(world):
    _, ids = world.activity()
    world.day(OPENED)
    world.sent.clear()
    mails = world.day(date(2027, 5, 12))
    holders = [address for address, said in mails if "overdue" in said]
    assert sorted(holders) == sorted(world.address_of(unit) for unit in world.units)
    assert len(mails) == len(world.units) + 2  # two superiors
    for task in ids:
        verdicts = [verdict for _, verdict in world.verdicts(task)]
        assert verdicts.count("overtaken") == 4
        assert all("afløst af rykker 2" in r for r in world.reasons(task) if "Ikke sendt" in r)
    assert world.day(date(2027, 5, 12)) == world.day(date(2027, 5, 13)) == []


def test_an_extension_starts_a_new_series_and_ends_the_old_one(world):
    unit = world.units[0]
    _, (task,) = world.activity(units=[unit])
    world.day(OPENED)
    with world.write() as session:
        extend(
            session,
            task,
            new_due_on=date(2027, 5, 21),
            reason="Sygdom",
            by="account:1",
            now=instant(2027, 4, 29),
        )
    world.play(date(2027, 4, 29), date(2027, 5, 25))
    assert only(world, world.address_of(unit)) == [
        (OPENED, ["new"]),
        (date(2027, 5, 7), ["reminder"]),
        (date(2027, 5, 13), ["reminder"]),
        (date(2027, 5, 21), ["reminder"]),
        (date(2027, 5, 25), ["overdue"]),
    ]
    with world.write() as session:
        deadlines = {row.deadline for row in session.exec(select(ReminderDecision))}
    assert deadlines == {DUE, date(2027, 5, 21)}


def test_an_extension_after_the_close_is_reminded_of_like_any_other(world):
    unit = world.units[0]
    occurrence_id, (task,) = world.activity(units=[unit])
    world.day(OPENED)
    with world.write() as session:
        close_occurrence(session, session.get_one(Occurrence, occurrence_id), now=instant(2027, 5, 3))
        extend(session, task, new_due_on=date(2027, 5, 21), reason="", by="x", now=instant(2027, 5, 4))
    world.sent.clear()
    world.play(date(2027, 5, 5), date(2027, 6, 1))
    assert [said for _, said in only(world, world.address_of(unit))] == [["reminder"]] * 3
    assert world.verdicts(task)[-1][1] == "closed"


def test_a_changed_offset_keeps_what_was_decided_and_moves_what_was_not(world):
    unit = world.units[0]
    world.activity(units=[unit])
    for day in (OPENED, date(2027, 4, 16)):
        world.day(day)
    changed = tuple(
        rule.model_copy(update={"offset": {"foer-14": 8, "foer-5": 3}[rule.id]})
        if rule.id in ("foer-14", "foer-5")
        else rule
        for rule in DEFAULT_REMINDERS
    )
    with world.write() as session:
        session.execute(sa.update(Occurrence).values(rules=RULES.dump_json(changed).decode()))
        session.execute(sa.update(Task).values(next_reminder_at=instant(2027, 4, 17)))
    world.play(date(2027, 4, 17), date(2027, 4, 29))
    assert only(world, world.address_of(unit))[2:] == [(date(2027, 4, 27), ["reminder"])]


def test_a_holiday_moved_in_never_repeats_a_step(world):
    unit = world.units[0]
    world.activity(units=[unit])
    for day in (OPENED, date(2027, 4, 16)):
        world.day(day)
    closed = LocalDays(first=date(2027, 4, 12), last=date(2027, 4, 16), name="lukkeuge")
    with world.write() as session:
        session.execute(sa.update(CycleRevision).values(calendar=WorkingCalendar(local=(closed,)).to_json()))
        session.execute(sa.update(Task).values(next_reminder_at=instant(2027, 4, 17)))
    assert world.play(date(2027, 4, 17), date(2027, 4, 22)) == []


def test_an_answer_between_the_decision_and_the_mail_leaves_its_item_out(world):
    unit = world.units[0]
    first, second = (world.activity(name, units=[unit])[1][0] for name in ("rapport", "budget"))
    world.decide(opening(OPENED))
    with world.write() as session:
        municipality.answer(session, session.get_one(Task, first), at=instant(2027, 4, 1, 6, 30))
    assert world.day(OPENED) == [(world.address_of(unit), ["new"])]
    assert world.verdicts(first) == [("opens", "answered")]
    assert world.reasons(first) == ["Besked om ny opgave. Ikke sendt: opgaven blev besvaret, før mailen gik."]
    assert world.verdicts(second) == [("opens", "merged")]


def test_what_was_waived_or_closed_between_the_decision_and_the_mail_is_not_called_answered(world):
    unit = world.units[0]
    waived, over = (world.activity(name, units=[unit]) for name in ("rapport", "budget"))
    world.decide(opening(OPENED))
    with world.write() as session:
        change.waive(session, waived[1][0], why="Lukket skole", by="account:1", now=opening(OPENED))
        occurrence = session.get_one(Occurrence, over[0])
        occurrence.state = OccurrenceState.CLOSED
        session.execute(
            sa.update(Task).where(col(Task.id) == over[1][0]).values(due_on=OPENED - timedelta(1))
        )
    assert world.day(OPENED) == []
    assert world.verdicts(waived[1][0]) == [("opens", "not_owed")]
    assert world.verdicts(over[1][0]) == [("opens", "closed")]
    (said,) = world.reasons(over[1][0])
    assert said.endswith("Ikke sendt: aktiviteten blev lukket for besvarelser, før mailen gik.")


def test_a_mail_whose_every_task_was_answered_is_withheld(world):
    unit = world.units[0]
    _, (task,) = world.activity(units=[unit])
    world.decide(opening(OPENED))
    with world.write() as session:
        municipality.answer(session, session.get_one(Task, task), at=instant(2027, 4, 1, 6, 30))
    assert world.day(OPENED) == []
    with world.write() as session:
        (mail,) = session.exec(select(Message)).all()
        assert (mail.state, mail.reason) == (MessageState.WITHHELD, ALL_ANSWERED)


def test_an_answered_task_is_looked_at_once_more_and_says_why_nothing_came(world):
    unit = world.units[0]
    _, (task,) = world.activity(units=[unit])
    world.day(OPENED)
    with world.write() as session:
        municipality.answer(session, session.get_one(Task, task), at=instant(2027, 4, 12))
    assert world.play(date(2027, 4, 13), date(2027, 5, 30)) == []
    assert world.reasons(task)[1:] == [
        "Påmindelse 14 dage før fristen 30. april 2027. Ikke sendt: besvarelsen var modtaget 12. april 2027."
    ]
    with world.write() as session:
        assert session.get_one(Task, task).next_reminder_at is None


def test_two_persons_with_one_address_get_one_mail_with_each_ones_own_link(world):
    first, second = world.units[:2]
    with world.write() as session:
        session.execute(
            sa.update(Address)
            .where(col(Address.email) == world.address_of(second))
            .values(email=world.address_of(first).upper())
        )
    world.activity(units=[first, second])
    assert world.day(OPENED) == [(world.address_of(first), ["new", "new"])]
    (_, _, letter) = world.sent[0]
    tokens = [item.url.rpartition("/")[2] for item in letter.items]
    holders = [read_token(SECRET, token, "task").person_id for token in tokens]
    assert holders == [world.town.leaders[first], world.town.leaders[second]]


def test_a_mail_refused_by_the_address_counts_as_not_said_and_a_new_address_gets_the_opening(world):
    unit = world.units[0]
    _, (task,) = world.activity(units=[unit])
    world.decide(opening(OPENED))
    now = instant(2027, 4, 1, 7)
    with world.write() as session:
        (mail,) = claim(session, root_id=ROOT, now=now, calendar=CALENDAR)
        settle(session, mail.id or 0, mail.fence, Outcome.REJECTED, now=now, calendar=CALENDAR, reason="550")
        assert ledger.came_back(session, mail.id or 0) == 1
        session.execute(
            sa.update(Address).where(col(Address.email) == mail.address).values(health=AddressHealth.DEAD)
        )
    assert world.reasons(task) == ["Besked om ny opgave. Ikke sendt: mailen kom ikke frem til adressen."]
    with world.write() as session:
        assert told.unreached(session, ROOT) == [(task, Decided.ADDRESS_DEAD)]
        leader = world.town.leaders[unit]
        session.add(Address(person_id=leader, email="ny@by.example", valid_from=date(2027, 4, 6)))
        look_again(session, [(unit, "leder")], now=instant(2027, 4, 5))
    assert world.day(date(2027, 4, 6)) == [("ny@by.example", ["new"])]


def test_what_comes_after_the_days_mail_has_left_waits_for_the_next_working_day(world):
    unit = world.units[0]
    world.activity("rapport", units=[unit], opens=date(2027, 4, 9))
    world.day(date(2027, 4, 9))
    _, (task,) = world.activity("budget", units=[unit], opens=date(2027, 4, 9))
    world.decide(instant(2027, 4, 9, 13))
    world.deliver(instant(2027, 4, 9, 13))
    assert world.reasons(task) == ["Besked om ny opgave: sendt i mailen 12. april 2027."]
    assert only(world, world.address_of(unit)) == [
        (date(2027, 4, 9), ["new"]),
    ]
    world.day(date(2027, 4, 12))
    assert only(world, world.address_of(unit))[1:] == [(date(2027, 4, 12), ["new"])]


def test_mails_that_could_not_leave_for_days_become_one_mail_in_the_end(world):
    unit = world.units[0]
    world.activity("rapport", units=[unit])
    world.activity("budget", units=[unit], opens=date(2027, 4, 5))
    for day in days(OPENED, date(2027, 4, 6)):
        world.decide(opening(day))
    assert world.day(date(2027, 4, 7)) == [(world.address_of(unit), ["new", "new"])]


def test_a_new_leader_in_the_middle_of_the_year_gets_the_open_tasks(world):
    unit = world.units[0]
    new = world.person("Nanna Ny", "nanna@by.example")
    world.appointed(unit, valid_to=date(2027, 6, 30))
    with world.write() as session:
        session.add(Appointment(unit_id=unit, role="leder", person_id=new, valid_from=date(2027, 7, 1)))
    opened = date(2027, 6, 21)
    world.activity("rapport", units=world.units, opens=opened, due=date(2027, 8, 2))
    world.activity("budget", units=[unit], opens=opened, due=date(2027, 8, 2))
    for day in days(opened, date(2027, 7, 2)):
        sweep(world.context(instant(day.year, day.month, day.day, 5)))
        world.day(day)
    assert only(world, "nanna@by.example") == [(date(2027, 7, 1), ["handed", "handed"])]
    assert len(only(world, world.address_of(unit))) == 1


def test_a_review_opened_again_is_told_again_and_nobody_is_told_twice_of_the_same_opening(world):
    _, (task,) = world.activity(units=["BY-SK-D1"], role="distriktschef", kind=TaskKind.REVIEW)
    world.day(OPENED)
    again = instant(2027, 4, 13)
    with world.write() as session:
        session.execute(sa.update(Task).values(opened_at=again, next_reminder_at=again))
    assert world.day(date(2027, 4, 14)) == [("by-sk-d1@by.example", ["review"])]
    assert world.day(date(2027, 4, 15)) == []
    with world.write() as session:
        ordinals = session.exec(
            select(ReminderDecision.ordinal).where(ReminderDecision.task_id == task)
        ).all()
    assert sorted(ordinals) == [1, 2]


def test_the_sweep_puts_right_a_lost_hint_and_reports_it(world):
    _, ids = world.activity(units=world.units[:2])
    world.day(OPENED)
    assert sweep(world.context(instant(2027, 4, 2, 5))) == []
    with world.write() as session:
        session.execute(sa.update(Task).where(col(Task.id) == ids[1]).values(next_reminder_at=None))
    (difference,) = sweep(world.context(instant(2027, 4, 3, 5)))
    assert (difference.task_id, difference.stored, difference.new_recipient) == (ids[1], None, False)
    assert difference.expected == opening(date(2027, 4, 16))
    assert sweep(world.context(instant(2027, 4, 3, 5))) == []


def test_two_reminds_at_once_decide_everything_once(world):
    world.activity()
    with ThreadPoolExecutor(3) as pool:
        assert len(list(pool.map(world.decide, [opening(OPENED)] * 3))) == 3
    with world.write() as session:
        rows = session.exec(select(ReminderDecision)).all()
    assert sorted(row.verdict for row in rows) == [Decided.SENT] * 6


def test_the_story_of_a_person_has_their_reminders_and_the_mails_that_answered_an_act(world):
    unit = world.units[0]
    _, (task,) = world.activity(units=[unit])
    world.day(OPENED)
    with world.write() as session:
        extend(session, task, new_due_on=date(2027, 5, 7), reason="Ferie", by="x", now=instant(2027, 4, 2))
    with world.write() as session:
        rows = told.story(session, world.town.leaders[unit])
    assert [(row.rule_kind, row.message_kind) for row in rows] == [
        ("opens", MessageKind.DAILY),
        ("", MessageKind.EXTENDED),
    ]
    assert rows[0].message_state is MessageState.SENT


def test_a_waived_task_is_not_reminded_of(world):
    unit = world.units[0]
    _, (task,) = world.activity(units=[unit])
    with world.write() as session:
        session.execute(sa.update(Task).values(state=TaskState.WAIVED))
    assert world.day(OPENED) == []
    assert world.verdicts(task) == [("opens", "not_owed")]


def test_a_sender_leaves_alone_a_mail_that_is_just_getting_one_more_item(world):
    unit = world.units[0]
    world.activity("rapport", units=[unit])
    world.decide(opening(OPENED))
    world.activity("budget", units=[unit])
    now = instant(2027, 4, 1, 7)
    with ThreadPoolExecutor(1) as pool:
        with world.write() as session:
            reader = Reader(Directory.load(session, ROOT, CALENDAR.local_date(now)), CALENDAR, now)
            assert decide_due(session, reader, ROOT) == {"merged": 1, "tasks": 1, "mails": 0}
            if not is_sqlite(session):  # there the sender waits for this transaction to end
                assert pool.submit(world.deliver, now).result() is None
                assert world.sent == []
        pool.submit(world.deliver, now).result()
    assert only(world, world.address_of(unit)) == [(OPENED, ["new", "new"])]
