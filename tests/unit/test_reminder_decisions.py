"""Decisions: what is sent, what is not and why, over downtimes, holders and changed rules."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cycle.calendar import LocalDays, WorkingCalendar
from cycle.organisation.directory import Capacity, Recipient
from cycle.organisation.tables import AddressHealth
from cycle.plan.model import DEFAULT_REMINDERS, ReminderKind
from cycle.reminders.decide import Decision, Facts, Standing, decide
from cycle.reminders.steps import steps
from cycle.reminders.tables import Decided
from tests.unit.test_reminder_steps import CALENDARS, DATES, RULES

CALENDAR = WorkingCalendar()
DUE, OPENED = date(2027, 4, 30), date(2027, 4, 1)
BO = Recipient(1, "Bo Bak", "da", "bo@by.example", AddressHealth.OK, Capacity.HOLDER)
IDA = Recipient(2, "Ida Ø", "da", "ida@by.example", AddressHealth.OK, Capacity.HOLDER)
ROSA = Recipient(3, "Rosa Ros", "da", "rosa@by.example", AddressHealth.OK, Capacity.SUPERIOR)


def facts(*decided: str, **more) -> Facts:
    plan = more.pop("rules", DEFAULT_REMINDERS)
    calendar = more.pop("calendar", CALENDAR)
    due = more.pop("due_on", DUE)
    given = {
        "standing": Standing.WAITING,
        "recipient": BO,
        "superior": ROSA,
        "openings": 1 if "aabner" in decided else 0,
        "told": {BO.person_id} if "aabner" in decided else frozenset(),
    }
    return Facts(
        due_on=due,
        steps=steps(plan, due, more.pop("opened", OPENED), calendar),
        decided={(d.split(":")[0], int(d.split(":")[1]) if ":" in d else 1) for d in decided},
        **{**given, **more},
    )


def at(day: date, calendar: WorkingCalendar = CALENDAR) -> datetime:
    return calendar.opening(day)


def run(task: Facts, day: date) -> list[Decision]:
    return decide(task, now=at(day), mail_on=day)


def verdicts(decisions: list[Decision]) -> dict[tuple[str, int], Decided]:
    return {(d.rule.id, d.ordinal): d.verdict for d in decisions}


def test_nothing_is_decided_before_its_day():
    task = facts("aabner")
    assert run(task, date(2027, 4, 15)) == []
    assert verdicts(run(task, date(2027, 4, 16))) == {("foer-14", 1): Decided.SENT}


def test_after_a_stop_only_the_newest_reminder_is_sent_and_the_others_say_by_what_they_were_overtaken():
    found = run(facts("aabner"), date(2027, 5, 4))
    assert verdicts(found) == {
        ("foer-14", 1): Decided.OVERTAKEN,
        ("foer-5", 1): Decided.OVERTAKEN,
        ("paa-dagen", 1): Decided.OVERTAKEN,
        ("efter", 1): Decided.SENT,
    }
    assert found[0].reason == (
        "Påmindelse 14 dage før fristen 30. april 2027. Ikke sendt: afløst af rykker 1 for fristen"
        " 30. april 2027 efter driftsstop."
    )


def test_a_reminder_before_the_deadline_is_not_sent_after_it_even_when_nothing_newer_is_due():
    found = run(facts("aabner", "foer-14"), date(2027, 5, 3))
    assert verdicts(found) == {("foer-5", 1): Decided.OVERTAKEN, ("paa-dagen", 1): Decided.OVERTAKEN}
    assert found[0].reason.endswith("Ikke sendt: fristen var passeret efter driftsstop.")


def test_the_superior_and_the_post_are_overtaken_each_for_themselves():
    found = run(facts("aabner", "foer-14", "foer-5", "paa-dagen"), date(2027, 5, 20))
    assert verdicts(found) == {
        ("efter", 1): Decided.OVERTAKEN,
        ("efter", 2): Decided.OVERTAKEN,
        ("efter", 3): Decided.SENT,
        ("leder", 1): Decided.SENT,
    }
    assert {d.rule.id: d.to for d in found if d.verdict is Decided.SENT} == {"efter": BO, "leder": ROSA}


def test_an_answer_silences_what_comes_after_it_and_says_when_it_came():
    task = facts("aabner", standing=Standing.ANSWERED, answered_on=date(2027, 4, 21))
    (first, second) = run(task, date(2027, 4, 23))
    assert (first.verdict, second.verdict) == (Decided.ANSWERED, Decided.ANSWERED)
    assert second.reason == (
        "Påmindelse 5 arbejdsdage før fristen 30. april 2027. Ikke sendt: besvarelsen var modtaget"
        " 21. april 2027."
    )


def test_a_waived_task_and_a_closed_activity_are_told_apart():
    for standing, verdict in ((Standing.NOT_OWED, Decided.NOT_OWED), (Standing.CLOSED, Decided.CLOSED)):
        (found,) = run(facts("aabner", standing=standing), date(2027, 4, 16))
        assert found.verdict is verdict


def test_whoever_cannot_be_reached_is_named_with_the_cause():
    cases = [
        (None, Decided.NOBODY),
        (BO._replace(address=None), Decided.NO_ADDRESS),
        (BO._replace(health=AddressHealth.DEAD), Decided.ADDRESS_DEAD),
    ]
    for recipient, verdict in cases:
        (found,) = run(facts(recipient=recipient), OPENED)
        assert found.verdict is verdict
    (doubtful,) = run(facts(recipient=BO._replace(health=AddressHealth.DOUBTFUL)), OPENED)
    assert doubtful.verdict is Decided.SENT


def test_nobody_above_is_no_fault_of_the_post():
    done = ("aabner", "foer-14", "foer-5", "paa-dagen", "efter")
    (found,) = run(facts(*done, superior=None), date(2027, 5, 10))
    assert found.verdict is Decided.NO_SUPERIOR


def test_a_new_holder_gets_the_opening_under_its_next_ordinal_and_only_once():
    task = facts("aabner", recipient=IDA)
    (found,) = run(task, date(2027, 4, 5))
    assert (found.rule.id, found.ordinal, found.to) == ("aabner", 2, IDA)
    assert found.what == "Besked om opgaven til ny modtager"
    assert run(replace(task, told={BO.person_id, IDA.person_id}, openings=2), date(2027, 4, 5)) == []


def test_a_holder_who_comes_back_is_not_told_again():
    assert run(facts("aabner", told={BO.person_id, IDA.person_id}, openings=2), date(2027, 4, 6)) == []


def test_a_new_holder_who_gets_a_reminder_that_day_needs_no_opening_beside_it():
    found = run(facts("aabner", recipient=IDA), date(2027, 4, 16))
    assert verdicts(found) == {("foer-14", 1): Decided.SENT}


def test_an_opening_that_found_nobody_is_sent_when_somebody_comes():
    waiting = facts("aabner", told=frozenset(), recipient=None)
    assert run(waiting, date(2027, 4, 5)) == []
    (found,) = run(replace(waiting, recipient=IDA), date(2027, 4, 5))
    assert (found.ordinal, found.verdict, found.what) == (2, Decided.SENT, "Besked om åben opgave")


def test_two_reminders_of_one_day_are_one_and_the_other_says_so():
    plan = [r for r in DEFAULT_REMINDERS if r.id in ("aabner", "foer-5")]
    plan.append(plan[1].model_copy(update={"id": "foer-7", "offset": 7, "working_days": False}))
    found = run(facts("aabner", rules=plan), date(2027, 4, 23))
    assert sorted(d.verdict for d in found) == [Decided.OVERTAKEN, Decided.SENT]
    assert "falder sammen med" in found[0].reason


def test_a_changed_offset_and_a_moved_holiday_never_repeat_what_was_decided():
    later = [r.model_copy(update={"offset": 10}) if r.id == "foer-14" else r for r in DEFAULT_REMINDERS]
    assert run(facts("aabner", "foer-14", rules=later), date(2027, 4, 20)) == []
    closed = WorkingCalendar(
        local=(LocalDays(first=date(2027, 4, 15), last=date(2027, 4, 19), name="lukket"),)
    )
    assert run(facts("aabner", "foer-14", calendar=closed), date(2027, 4, 21)) == []


def test_a_new_deadline_is_a_new_series_without_a_second_opening():
    task = facts("aabner", due_on=date(2027, 5, 14), opened=date(2027, 4, 29))
    assert [s.rule_id for s in task.steps][:3] == ["aabner", "foer-14", "foer-5"]
    assert run(task, date(2027, 4, 29)) == []
    assert verdicts(run(task, date(2027, 4, 30))) == {("foer-14", 1): Decided.SENT}


@given(
    rules=RULES,
    due=DATES,
    length=st.integers(0, 60),
    calendar=CALENDARS,
    pauses=st.lists(st.integers(1, 45), min_size=1, max_size=40),
    hour=st.integers(0, 23),
)
def test_whatever_the_stops_every_step_is_decided_once_and_the_post_hears_one_thing_a_day(
    rules, due, length, calendar, pauses, hour
):
    opened = due - timedelta(days=length)
    task = facts(rules=rules, due_on=due, opened=opened, calendar=calendar)
    ledger: list[tuple[str, int]] = []
    openings, told, day = 0, set(), opened
    for pause in [0, *pauses, *[60] * 6]:
        day += timedelta(days=pause)
        now = calendar.instant(day, datetime.min.time()) + timedelta(hours=hour)
        seen = replace(task, decided=set(ledger), openings=openings, told=told)
        found = decide(seen, now=now, mail_on=calendar.local_date(calendar.next_send(now)))
        mails = [d for d in found if d.verdict is Decided.SENT]
        upwards = [d for d in mails if d.rule.kind is ReminderKind.ESCALATE]
        assert len(upwards) <= 1
        assert len(mails) - len(upwards) <= 1
        for decision in found:
            is_opening = decision.rule.kind is ReminderKind.OPENS
            ledger.append((decision.rule.id, 1 if is_opening else decision.ordinal))
            openings += is_opening
            if decision.verdict is Decided.SENT:
                assert decision.to is not None
                if decision.rule.kind in (ReminderKind.BEFORE, ReminderKind.ON):
                    assert calendar.local_date(calendar.next_send(now)) <= due
            else:
                assert "Ikke sendt: " in decision.reason
        told |= {d.to.person_id for d in mails if d.to and d.rule.kind is not ReminderKind.ESCALATE}
    if sum(r.kind is ReminderKind.OPENS for r in rules) <= 1:
        assert sorted(ledger) == sorted(step.key for step in task.steps)
