"""What invented leaders write is such as a leader might have written."""

from decimal import Decimal

from cli.demo.invented import answers_for
from config.loader import load_plan
from tests.support.koebenhavn import FOLDER


def test_invented_numbers_are_of_the_size_of_real_ones() -> None:
    forms = load_plan(FOLDER).forms
    for n in range(200):
        report = answers_for(forms["kvartalsrapport"], {}, f"report:{n}")
        accounts = answers_for(forms["regnskab"], {}, f"accounts:{n}")
        assert abs(Decimal(report["forventet-afvigelse"])) <= 400_000
        assert 2 <= Decimal(report["sygefravaer"]) <= 9 and 2 <= Decimal(accounts["sygefravaer"]) <= 9
        assert 78 <= Decimal(accounts["mus-andel"]) <= 100
