"""Years in which everything goes wrong: every reminder comes once, or the ledger says why it did not.

What ought to happen is worked out here anew, from the rules as the plan has them, the holidays library and
the calendar of the year; nothing of the engine's own deciding is asked. `LAST_YEAR=2045` in the environment
makes it the long proof.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import cache
from typing import NamedTuple

import pytest
from holidays import country_holidays

from cycle.messages.tables import MessageState
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.tasks.tables import Task
from tests.support.municipality import COPENHAGEN
from tests.support.telling import tell
from tests.support.troubled_years import DAY, FORWARD, GRACE, WINDOW, Term, TroubledYears

FIRST, LAST = 2026, int(os.environ.get("LAST_YEAR", "2028"))
FORWARD_ON = tuple(
    day for day in (date(2026, 10, 12), date(2033, 3, 10), date(2041, 6, 11)) if day.year < LAST
)
SAID = (Decided.SENT, Decided.MERGED)


@cache
def closed(day: date) -> bool:
    """Whether the municipality is closed."""
    yearly = {(5, 1), (6, 5), (12, 24), (12, 31)}
    holiday = day in country_holidays("DK", years=day.year)
    return day.weekday() > 4 or (day.month, day.day) in yearly or holiday


def moved(day: date, by: int) -> date:
    """The nearest working day on that side, or the day itself."""
    while closed(day):
        day += by * DAY
    return day


def working(day: date, number: int) -> date:
    """So many working days later, or earlier."""
    by = 1 if number > 0 else -1
    for _ in range(abs(number)):
        day = moved(day + by * DAY, by)
    return day


class Due(NamedTuple):
    """A step of a rule: the date the rule gives, and the day its mail leaves at the earliest."""

    rule: str
    ordinal: int
    nominal: date
    leaves: date

    @property
    def at(self) -> datetime:
        """From when it may be decided."""
        return datetime.combine(self.leaves, time(6), COPENHAGEN)


def expected(years: TroubledYears, due_on: date) -> list[Due]:
    """The steps of the usual rules: at the opening, 14 days and 5 working days before, on the day, 2 working
    days after and every 5 after that, three in all; and to the superior 5 working days after."""
    opened = opened_on(years, due_on)
    opening = moved(opened, 1)
    found = [Due("aabner", 1, opened, opening)]
    for rule, nominal in (
        ("foer-14", due_on - 14 * DAY),
        ("foer-5", working(due_on, -5)),
        ("paa-dagen", due_on),
    ):
        found.append(Due(rule, 1, nominal, moved(nominal, -1)))
    for ordinal in (1, 2, 3):
        nominal = working(due_on, 2 + 5 * (ordinal - 1))
        found.append(Due("efter", ordinal, nominal, nominal))
    found.append(Due("leder", 1, working(due_on, 5), working(due_on, 5)))
    return [step for step in found if step.rule == "aabner" or step.leaves > opening]


def opened_on(years: TroubledYears, due_on: date) -> date:
    """The day the activity was opened: planned, or the first on which the engine looked."""
    planned = datetime.combine(due_on - WINDOW * DAY, time(6), COPENHAGEN)
    return next(clock for _, clock in years.looked if clock >= planned).astimezone(COPENHAGEN).date()


@pytest.fixture(scope="module")
def years() -> Iterator[TroubledYears]:
    with TroubledYears(FIRST, LAST, seed=2, forward=FORWARD_ON) as made:
        made.play()
        yield made


def by_task(rows: list[ReminderDecision]) -> dict[int, list[ReminderDecision]]:
    found: dict[int, list[ReminderDecision]] = defaultdict(list)
    for row in rows:
        found[row.task_id].append(row)
    return found


def over_from(years: TroubledYears, task: Task) -> datetime:
    """From what true time on the task waits for nobody: it was answered, or its activity is closed."""
    closes = datetime.combine(task.due_on + (GRACE + 1) * DAY, time.min, COPENHAGEN)
    ahead = [at for at, clock in years.looked if clock - at == FORWARD and clock >= closes]
    return min([years.answered.get(task.id or 0, closes), closes, *ahead[:1]])


def looks(years: TroubledYears, step: Due, until: datetime) -> bool:
    """Whether the engine looked, its clock past the step's time, while the task waited."""
    return any(clock >= step.at and at < until for at, clock in years.looked)


@pytest.mark.timeout(14400)
def test_each_step_of_each_rule_is_decided_once(years: TroubledYears) -> None:
    decided = by_task(years.decisions())
    assert len(years.tasks()) > 30
    for task in years.tasks():
        rows = decided[task.id or 0]
        keys = Counter((row.rule_id, row.deadline, row.ordinal) for row in rows)
        assert set(keys.values()) == {1}
        steps = {(step.rule, step.ordinal): step for step in expected(years, task.due_on)}
        found = {(row.rule_id, row.ordinal): row for row in rows}
        again = {key for key in found if key[0] == "aabner" and key[1] > 1}
        assert found.keys() - again <= steps.keys()
        until = over_from(years, task)
        missing = [key for key, step in steps.items() if key not in found and looks(years, step, until)]
        assert missing == [], (task.id, task.due_on, until)
        assert {key: found[key].nominal_on for key in found if key not in again} == {
            key: steps[key].nominal for key in found if key not in again
        }


def test_no_mail_before_its_day_and_what_was_not_sent_says_why(years: TroubledYears) -> None:
    messages = {row.id: row for row in years.messages().values()}
    dues = {task.id: {(s.rule, s.ordinal): s for s in expected(years, task.due_on)} for task in years.tasks()}
    tasks = {task.id: task for task in years.tasks()}
    for task_id, rows in by_task(years.decisions()).items():
        for row in rows:
            step = dues[task_id].get((row.rule_id, row.ordinal))
            if step is not None:
                assert row.decided_at >= step.at
            if row.verdict in SAID:
                left = messages[row.message_id].sent_at
                assert left is not None and (step is None or left.date() >= step.leaves), row
                continue
            assert "Ikke sendt: " in row.reason
            others = [o for o in rows if o.id != row.id and o.decided_at == row.decided_at]
            clock_past = row.decided_at > datetime.combine(tasks[task_id].due_on, time(16), COPENHAGEN)
            assert {
                Decided.ANSWERED: task_id in years.answered,
                Decided.OVERTAKEN: bool(others) or clock_past,
                Decided.CLOSED: row.decided_at.date() > tasks[task_id].due_on,
                Decided.ADDRESS_DEAD: years.is_dead(row.person_id or 0, row.decided_at.date()),
            }.get(row.verdict, False), row


def test_at_most_one_mail_a_person_and_day_in_the_window_of_a_working_day(years: TroubledYears) -> None:
    daily = years.daily()
    sent = [(at, clock, mail) for at, clock, mail in years.received if mail.message_id in daily]
    assert len(sent) > 100
    for _, clock, _ in sent:
        local = clock.astimezone(COPENHAGEN)
        assert time(7) <= local.time() < time(16) and not closed(local.date()), clock
    days = Counter((mail.recipient, clock.astimezone(COPENHAGEN).date()) for _, clock, mail in sent)
    assert set(days.values()) == {1}
    right = [(at, mail) for at, clock, mail in sent if clock - at != FORWARD]
    really = Counter((mail.recipient, at.astimezone(COPENHAGEN).date()) for at, mail in right)
    assert set(really.values()) == {1}


def test_the_server_has_each_mail_of_the_ledger_once(years: TroubledYears) -> None:
    came = Counter(mail.message_id for _, _, mail in years.received)
    states = Counter(row.state for row in years.messages().values())
    assert set(came.values()) == {1}
    assert came.keys() == {i for i, row in years.messages().items() if row.state is MessageState.SENT}
    assert states.keys() <= {MessageState.SENT, MessageState.WITHHELD}


def test_nobody_who_has_answered_is_reminded(years: TroubledYears) -> None:
    ids = {row.id: id_ for id_, row in years.daily().items()}
    received = {mail.message_id: at for at, _, mail in years.received}
    checked = 0
    for row in years.decisions():
        if row.verdict in SAID and ids[row.message_id] in received and row.task_id in years.answered:
            assert received[ids[row.message_id]] <= years.answered[row.task_id], row
            checked += 1
    assert checked > 50


def at_post(terms: list[Term], unit: str, day: date) -> int | None:
    return next((t.person_id for t in terms if t.unit_id == unit and t.first <= day <= t.last), None)


def test_each_mail_goes_to_who_holds_the_post_or_stands_in_that_day(years: TroubledYears) -> None:
    units = {task.id: task.unit_id for task in years.tasks()}
    ahead = {clock for at, clock in years.looked if clock - at == FORWARD}
    checked: Counter[str] = Counter()
    for row in years.decisions():
        if row.verdict not in SAID or row.decided_at in ahead:
            continue  # nobody knew then who would hold the post a year later
        day, unit = row.decided_at.astimezone(COPENHAGEN).date(), units[row.task_id]
        above = at_post(years.holders, unit.rpartition("-")[0], day)
        holder, standing_in = at_post(years.holders, unit, day), at_post(years.substitutes, unit, day)
        asked = standing_in or holder or above
        if row.rule_id == "leder":
            asked = above if asked != above else at_post(years.holders, unit.rsplit("-", 2)[0], day)
        assert row.person_id == asked, (row, unit, day)
        checked["substitute" if standing_in else "holder" if holder else "vacant"] += 1
    assert min(checked[who] for who in ("substitute", "holder")) > 0


def test_it_was_trouble_enough(years: TroubledYears) -> None:
    happened = {name for name, times in years.troubles.items() if times}
    assert {
        "nights the clocks are changed",
        "leap days",
        "clock set back an hour",
        "clock set forward a year",
        "days without the mail server",
        "changes of holder",
        "substitutes",
        "addresses that died",
    } <= happened
    assert sum(name.startswith("downtime") for name in happened) >= 4
    verdicts = Counter(row.verdict.value for row in years.decisions())
    troubles = ", ".join(f"{name} {times}" for name, times in sorted(years.troubles.items()))
    tell(
        f"{FIRST} to {LAST}: {len(years.looked)} turns, {len(years.tasks())} tasks, {sum(verdicts.values())} "
        f"decisions ({', '.join(f'{verdict} {number}' for verdict, number in verdicts.items())}), "
        f"{len(years.received)} mails. {troubles}"
    )
