"""Steps: which dates the rules give, how they move, and what is dropped."""

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cycle.calendar import LocalDays, Move, WorkingCalendar
from cycle.plan.model import DEFAULT_REMINDERS, ReminderKind, ReminderRule
from cycle.reminders import wording
from cycle.reminders.steps import next_look, steps

CALENDAR = WorkingCalendar()
EARLY = {ReminderKind.BEFORE, ReminderKind.ON}
LATE = {ReminderKind.AFTER, ReminderKind.ESCALATE}


def rule(kind: ReminderKind, offset: int = 0, **more) -> ReminderRule:
    return ReminderRule(id=more.pop("id", "regel"), kind=kind, offset=offset, **more)


def days(*rules: ReminderRule, due: date, opened: date, calendar: WorkingCalendar = CALENDAR) -> list[date]:
    return [step.sends_on for step in steps(rules, due, opened, calendar)]


def test_the_default_rules_give_these_dates_for_a_quarterly_report():
    found = steps(DEFAULT_REMINDERS, date(2027, 4, 30), date(2027, 4, 1), CALENDAR)
    assert [(step.rule_id, step.ordinal, step.sends_on) for step in found] == [
        ("aabner", 1, date(2027, 4, 1)),
        ("foer-14", 1, date(2027, 4, 16)),
        ("foer-5", 1, date(2027, 4, 23)),
        ("paa-dagen", 1, date(2027, 4, 30)),
        ("efter", 1, date(2027, 5, 4)),
        # 5 May plus four: Ascension Day (6 May) is closed
        ("leder", 1, date(2027, 5, 10)),
        ("efter", 2, date(2027, 5, 12)),
        ("efter", 3, date(2027, 5, 20)),
    ]


def test_a_step_is_decided_at_six_and_leaves_from_seven_local_time_in_summer_and_winter():
    for due, offset in ((date(2027, 1, 20), "+01:00"), (date(2027, 7, 20), "+02:00")):
        (step,) = steps([rule(ReminderKind.ON)], due, date(2026, 12, 1), CALENDAR)
        assert step.decide_at == datetime.fromisoformat(f"{due}T06:00{offset}")
        assert step.at == datetime.fromisoformat(f"{due}T07:00{offset}")


def test_each_policy_moves_a_reminder_on_a_saturday_its_own_way():
    due, opened = date(2027, 4, 24), date(2027, 4, 1)  # 14 days before: Saturday 10 April
    moved = {
        move: steps([rule(ReminderKind.BEFORE, 14, move=move)], due, opened, CALENDAR)[0] for move in Move
    }
    assert (moved[Move.EARLIER].on, moved[Move.EARLIER].sends_on) == (date(2027, 4, 9), date(2027, 4, 9))
    assert (moved[Move.LATER].on, moved[Move.LATER].sends_on) == (date(2027, 4, 12), date(2027, 4, 12))
    assert (moved[Move.KEEP].on, moved[Move.KEEP].sends_on) == (date(2027, 4, 10), date(2027, 4, 12))
    assert {step.nominal_on for step in moved.values()} == {date(2027, 4, 10)}


def test_whit_monday_that_is_constitution_day_moves_a_reminder_past_both():
    due = date(2028, 6, 5)
    assert days(rule(ReminderKind.ON), due=due, opened=date(2028, 5, 1)) == [date(2028, 6, 2)]
    assert days(rule(ReminderKind.AFTER, 1, working_days=True), due=due, opened=date(2028, 5, 1)) == [
        date(2028, 6, 6)
    ]


def test_no_move_takes_a_step_across_the_deadline():
    sunday, opened = date(2027, 4, 25), date(2027, 4, 1)
    assert days(rule(ReminderKind.ON, move=Move.LATER), due=sunday, opened=opened) == [date(2027, 4, 23)]
    friday = date(2027, 4, 23)
    assert days(rule(ReminderKind.AFTER, 1, move=Move.EARLIER), due=friday, opened=opened) == [
        date(2027, 4, 26)
    ]


def test_reminders_on_or_before_the_day_the_opening_leaves_are_dropped():
    saturday = date(2027, 4, 10)
    found = steps(DEFAULT_REMINDERS, date(2027, 4, 26), saturday, CALENDAR)
    assert [step.rule_id for step in found][:3] == ["aabner", "foer-5", "paa-dagen"]
    assert found[0].sends_on == date(2027, 4, 12)  # 14 days before the deadline: the opening says it


def test_a_series_before_the_deadline_ends_at_the_deadline():
    series = rule(ReminderKind.BEFORE, 10, every=4, at_most=9)
    assert [s.nominal_on for s in steps([series], date(2027, 4, 30), date(2027, 4, 1), CALENDAR)] == [
        date(2027, 4, 20),
        date(2027, 4, 24),
        date(2027, 4, 28),
    ]


def test_the_words_for_a_step_say_how_far_off_the_deadline_is():
    due, opened = date(2027, 4, 30), date(2027, 4, 1)
    titles = [wording.title(s, due) for s in steps(DEFAULT_REMINDERS, due, opened, CALENDAR)]
    assert titles[2:6] == [
        "Påmindelse 5 arbejdsdage før fristen 30. april 2027",
        "Påmindelse på fristdagen 30. april 2027",
        "Rykker 1 for fristen 30. april 2027",
        "Orientering til nærmeste leder om overskredet frist 30. april 2027",
    ]
    (tomorrow,) = steps([rule(ReminderKind.BEFORE, 1)], due, opened, CALENDAR)
    assert wording.title(tomorrow, due) == "Påmindelse 1 dag før fristen 30. april 2027"


RULES = st.lists(
    st.builds(
        ReminderRule,
        id=st.sampled_from(["a", "b", "c", "d", "e", "f"]),
        kind=st.sampled_from(ReminderKind),
        offset=st.integers(0, 40),
        working_days=st.booleans(),
        every=st.integers(0, 8),
        at_most=st.integers(1, 5),
        move=st.sampled_from(Move),
    ),
    max_size=6,
    unique_by=lambda rule: rule.id,
)
DATES = st.dates(date(2026, 1, 1), date(2030, 12, 31))
CALENDARS = st.lists(st.tuples(DATES, st.integers(0, 40)), max_size=4).map(
    lambda closed: WorkingCalendar(
        local=tuple(LocalDays(first=d, last=d + timedelta(days=n), name="lukket") for d, n in closed)
    )
)


@given(rules=RULES, due=DATES, length=st.integers(0, 60), calendar=CALENDARS)
def test_every_step_leaves_in_the_send_window_of_a_working_day_on_its_side_of_the_deadline(
    rules, due, length, calendar
):
    opened = due - timedelta(days=length)
    found = steps(rules, due, opened, calendar)
    assert len({step.key for step in found}) == len(found)
    for step in found:
        assert calendar.is_working_day(step.sends_on)
        assert calendar.next_send(step.at) == step.at
        assert step.at.astimezone(calendar.zone).time() == time(7)
        assert step.decide_at < step.at
        if step.kind in EARLY:
            assert step.sends_on <= due
        if step.kind in LATE and step.nominal_on > due:
            assert step.sends_on > due
        if step.kind is ReminderKind.OPENS:
            assert step.sends_on >= opened
        else:
            assert step.sends_on > opened
    assert [step.at for step in found] == sorted(step.at for step in found)


@given(rules=RULES, due=DATES, length=st.integers(0, 60), done=st.integers(0, 30))
def test_the_next_look_is_the_first_undecided_step(rules, due, length, done):
    found = steps(rules, due, due - timedelta(days=length), CALENDAR)
    decided = {step.key for step in found[:done]}
    left = found[done:]
    assert next_look(found, decided) == (min(s.decide_at for s in left) if left else None)
