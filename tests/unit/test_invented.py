"""What invented leaders write is such as a leader might have written."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest

from cli.demo.invented import answer_on, answers_for
from config.loader import load_plan
from cycle.calendar import WorkingCalendar
from tests.support.koebenhavn import FOLDER


def test_invented_numbers_are_of_the_size_of_real_ones() -> None:
    forms = load_plan(FOLDER).forms
    for n in range(200):
        report = answers_for(forms["kvartalsrapport"], {}, f"report:{n}")
        accounts = answers_for(forms["regnskab"], {}, f"accounts:{n}")
        assert abs(Decimal(report["forventet-afvigelse"])) <= 400_000
        assert 2 <= Decimal(report["sygefravaer"]) <= 9 and 2 <= Decimal(accounts["sygefravaer"]) <= 9
        assert 78 <= Decimal(accounts["mus-andel"]) <= 100


def test_leaders_answer_at_the_rates_of_a_real_year_between_one_mail_and_the_next() -> None:
    opened = date(2027, 1, 5)  # a Tuesday, on which nobody acts: every answer lies between two mails
    mails = [opened + timedelta(weeks=2 * n) for n in range(7)]
    answered: Counter[int | None] = Counter()
    for n in range(2_000):
        day = answer_on(
            f"kvartalsrapport-1:2027:{n}:leder:",
            contacts=mails[1:6],
            opened_on=opened,
            last_on=mails[6],
            calendar=WorkingCalendar(),
        )
        answered[None if day is None else sum(mail < day for mail in mails)] += 1
    percent = [answered[n] / 20 for n in range(1, 7)]
    assert percent == pytest.approx([25, 9, 12, 20, 12, 13], abs=2)
    assert answered[None] / 20 == pytest.approx(9, abs=2)
    assert answered.total() == answered[None] + sum(answered[n] for n in range(1, 7))


def test_whoever_would_have_waited_for_a_mail_that_is_not_sent_answers_after_the_last() -> None:
    opened, last = date(2027, 1, 5), date(2027, 1, 19)
    days = [
        answer_on(f"a:{n}", contacts=(), opened_on=opened, last_on=last, calendar=WorkingCalendar())
        for n in range(500)
    ]
    assert days.count(None) / 5 == pytest.approx(9, abs=4)
    assert all(opened <= day <= last and day.weekday() in (0, 2, 4) for day in days if day)
