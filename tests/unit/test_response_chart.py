"""Answers against reminders over time: what the drawing says, and that it says it in the right place."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

from cycle.tasks.responses import Day
from documents.response_chart import LEFT, RIGHT, WIDTH, Responses, draw_responses

OPENS, DUE = date(2027, 4, 1), date(2027, 4, 20)
DAYS = [
    Day(OPENS, 0, 0, 12, 0, 0),
    Day(date(2027, 4, 9), 3, 3, 0, 0, 0),
    Day(date(2027, 4, 13), 0, 3, 0, 9, 0),
    Day(date(2027, 4, 14), 6, 9, 0, 0, 0),
    Day(date(2027, 4, 27), 1, 10, 0, 0, 2),
]


def drawn(days=DAYS, owed=12, **given):
    return draw_responses(Responses(days, owed, OPENS, DUE, date(2027, 4, 30), **given))


def texts(svg):
    return [
        "".join(text.itertext())
        for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    ]


def test_it_tells_in_words_what_it_draws():
    svg = drawn()
    assert "10 af 12 havde svaret den 30. april 2027. Fristen er den 20. april 2027." in svg
    assert "skrevet til enheder på 3 dage" in svg and "frist 20.4." in texts(svg)
    assert "10 of 12 had answered on 30 April 2027." in drawn(language="en")
    assert drawn(days=[]) == ""


def test_the_line_climbs_to_the_answers_and_the_bars_are_as_high_as_they_are_many():
    svg = drawn()
    climbs = [
        float(y) for y in re.findall(r"V([\d.]+)", re.search(r'<path d="(M[^"Z]*)" fill="none"', svg)[1])
    ]
    assert climbs == sorted(climbs, reverse=True) and len(climbs) == 3
    assert (176 - climbs[0]) / (176 - climbs[-1]) == 3 / 10
    highs = [float(high) for high in re.findall(r'<rect [^>]*height="([\d.]+)"', svg)]
    assert highs[0] == max(highs) and len(highs) == 3 and highs[1] / highs[0] == 9 / 12


def test_everything_lies_on_the_paper_however_many_days_and_whatever_came_outside_the_window():
    days = [Day(OPENS - timedelta(days=3), 1, 1, 0, 0, 0), Day(DUE + timedelta(days=400), 9, 10, 0, 5, 0)]
    for svg in (drawn(days), drawn(days, owed=3), drawn(days[:1], owed=0)):
        xs = [float(x) for x in re.findall(r' x="([\d.-]+)"', svg)]
        assert all(0 <= x <= WIDTH for x in xs)
        line = re.search(r'<path d="(M[^"Z]*)" fill="none"', svg)[1]
        assert all(LEFT <= float(x) <= WIDTH - RIGHT for x in re.findall(r"[MH]([\d.]+)", line))
        assert len([text for text in texts(svg) if re.fullmatch(r"\d+\.\d+\.", text)]) <= 8
