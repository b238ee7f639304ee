"""A superior's own units: what is seen, who may judge, and that only the version shown is judged."""

import re

import pytest
import sqlalchemy as sa
from sqlmodel import select

from cycle.access.roles import Role
from cycle.errors import NotAllowed
from cycle.organisation.tables import Appointment
from cycle.plan.model import Activity, Audience, FlowName, When, Window
from cycle.store import reading, transaction
from cycle.tasks.review import approve
from cycle.tasks.states import OccurrenceState, TaskState, Verdict
from cycle.tasks.tables import Occurrence, Review, Submission, Task
from tests.support import municipality
from tests.support.municipality import instant
from tests.support.web import Form, Site

CHAIN = ("distriktschef", "områdechef")


class Office:
    """A town whose first institution has answered an activity that two levels approve."""

    def __init__(self, engine, folder):
        self.engine = engine
        activity = Activity(
            id="kvartalsrapport-1",
            title="Kvartalsrapport 1",
            title_en="Quarterly report 1",
            flow=FlowName.QUARTERLY_REPORT,
            window=Window(opens=When(date="1. april"), due=When(date="20. april")),
            audience=Audience(kinds=("skole", "daginstitution")),
            approval=CHAIN,
        )
        with transaction(engine) as session:
            self.town = municipality.build(session)
            cycle = municipality.start_cycle(session, self.town)
            occurrence = municipality.add_occurrence(session, self.town, cycle, activity=activity)
            tasks = municipality.add_tasks(session, self.town, occurrence)
            session.execute(sa.update(Task).values(levels=len(CHAIN)))
            municipality.answer(session, tasks[0], at=instant(2027, 4, 10))
            self.occurrence_id, self.task_id, self.unit_id = occurrence.id, tasks[0].id, tasks[0].unit_id
            self.elsewhere = next(task.id for task in tasks if task.unit_id.startswith("BY-SK"))
        self.site = Site(engine, folder)
        self.page = f"/mine-enheder/opgave/{self.task_id}"
        self.district = self.site.signed_in("dorte@by.example", Role.SUPERIOR, "BY-IN-D1")

    def approve(self, browser, **changed):
        return Form(browser.get(self.page), f"{self.page}/godkend").send(browser, **changed)

    def task(self):
        with reading(self.engine) as session:
            task = session.get_one(Task, self.task_id)
            return task.state, task.level

    def reviews(self):
        with reading(self.engine) as session:
            return [(r.verdict, r.by, r.field_reasons) for r in session.exec(select(Review)).all()]


@pytest.fixture
def office(sqlite_engine, tmp_path):
    return Office(sqlite_engine, tmp_path)


def test_a_superior_sees_own_units_counted_and_none_of_the_others(engine, tmp_path):
    office = Office(engine, tmp_path)
    front = office.district.get("/")
    assert front.headers["location"] == "/mine-enheder"
    listed = office.district.get("/mine-enheder").text
    assert "Kvartalsrapport 1 2027" in listed and '<strong class="badge badge-warning">1</strong>' in listed
    assert 'data-label="Besvaret">1 af 3<' in listed and 'data-label="Til tiden">1 af 1<' in listed
    units = office.district.get(f"/mine-enheder/{office.occurrence_id}").text
    assert "Daginstitution 1.1 Ærø" in units and "Besvaret, ikke godkendt" in units
    assert "Daginstitution 2.1" not in units and "Skole" not in units
    assert office.district.get(f"/mine-enheder/opgave/{office.elsewhere}").status_code == 403
    assert office.district.get("/mine-enheder/opgave/9999").status_code == 404
    assert office.district.get("/mine-enheder/9999").status_code == 404


def test_an_answer_sent_back_is_answered_in_no_list_until_it_comes_again(office):
    direction = office.site.signed_in("dir@by.example", Role.DIRECTION, "BY")

    def answered():
        units = direction.get("/mine-enheder").text.partition('data-label="Besvaret">')[2].split()[:3]
        whole = direction.get(f"/aktivitet/{office.occurrence_id}").text
        return " ".join(units).partition("<")[0], re.search(r"<strong>(\d+ af \d+)</strong>", whole)[1]

    assert answered() == ("1 af 12", "1 af 12")
    sent = Form(office.district.get(office.page), f"{office.page}/retur").send(office.district, reason="Nej")
    assert sent.status_code == 303
    assert answered() == ("0 af 12", "0 af 12")
    assert 'data-label="Til tiden">1 af 1<' in direction.get("/mine-enheder").text, "it keeps its date"


def test_a_units_answer_is_called_the_same_in_the_list_and_on_its_own_page(office):
    area = office.site.signed_in("anders@by.example", Role.SUPERIOR, "BY-IN")
    for judge, said in ((office.district, "Besvaret, ikke godkendt"), (area, "Besvaret, ikke godkendt")):
        assert _tags(area.get(f"/mine-enheder/{office.occurrence_id}"), "Daginstitution 1.1 Ærø")[0] == said
        assert _tags(area.get(office.page), "<dt>Status")[0] == said
        office.approve(judge)
    assert _tags(area.get(f"/mine-enheder/{office.occurrence_id}"), "Daginstitution 1.1 Ærø")[0] == "Godkendt"
    assert _tags(area.get(office.page), "<dt>Status")[0] == "Godkendt"


def test_the_column_of_how_timely_an_answer_is_has_the_secretariats_name(office):
    """It holds "Inden for fristen" and "For sent": under "Til tiden" the second would say the opposite."""
    units = office.district.get(f"/mine-enheder/{office.occurrence_id}").text
    assert '<th scope="col">Rettidighed</th>' in units and 'data-label="Rettidighed"' in units
    assert "Til tiden</th>" not in units


def _tags(page, after):
    return re.findall(r'<span class="badge[^>]*>([^<]+)</span>', page.text.partition(after)[2])


def test_an_english_page_calls_the_activity_by_its_english_title(office):
    for path in ("/mine-enheder", f"/mine-enheder/{office.occurrence_id}", office.page):
        english = office.district.get(f"{path}?sprog=en").text
        danish = office.district.get(f"{path}?sprog=da").text
        assert "Quarterly report 1" in english and "Kvartalsrapport 1" not in english
        assert "Kvartalsrapport 1" in danish and "Quarterly report 1" not in danish


def test_what_was_not_judged_in_time_is_not_counted_as_waiting_any_more(engine, tmp_path):
    office = Office(engine, tmp_path)
    over = {"state": OccurrenceState.CLOSED, "closes_at": instant(2027, 3, 1)}
    with transaction(engine) as session:
        session.execute(sa.update(Occurrence).values(**over))
    listed = office.district.get("/mine-enheder").text
    assert "Kvartalsrapport 1 2027" in listed and "badge-warning" not in listed
    with transaction(engine) as session:
        session.execute(sa.update(Submission).values(after_close=True))  # by an extension
    assert '<strong class="badge badge-warning">1</strong>' in office.district.get("/mine-enheder").text


def test_two_levels_approve_in_their_order_and_nobody_twice(engine, tmp_path):
    office = Office(engine, tmp_path)
    area = office.site.signed_in("anders@by.example", Role.SUPERIOR, "BY-IN")
    assert "Sygefraværet er steget." in office.district.get(office.page).text
    assert office.approve(office.district).status_code == 303
    assert office.task() == (TaskState.APPROVED, 1)
    after = office.district.get(office.page + "?gjort=godkendt").text
    assert "Besvarelsen er godkendt" in after and "/godkend" not in after and "/retur" not in after
    assert office.approve(area).status_code == 303
    assert office.task() == (TaskState.APPROVED, 2)
    assert f"{office.page}/godkend" not in area.get(office.page).text


def test_the_next_answer_that_waits_is_offered_until_none_does(office):
    with transaction(office.engine) as session:
        second = session.get_one(Task, office.task_id + 1)
        municipality.answer(session, second, at=instant(2027, 4, 11))
    next_page = f"/mine-enheder/opgave/{office.task_id + 1}"
    units = office.district.get(f"/mine-enheder/{office.occurrence_id}").text
    assert "2 venter på godkendelse" in units and "10. apr. 2027 12.00" in units
    assert f'href="{next_page}"' in office.district.get(office.page).text
    assert office.approve(office.district).status_code == 303
    assert f'href="{next_page}"' in office.district.get(f"{office.page}?gjort=godkendt").text
    Form(office.district.get(next_page), f"{next_page}/godkend").send(office.district)
    assert "Næste, der venter" not in office.district.get(f"{next_page}?gjort=godkendt").text


def test_the_reasons_stand_beside_the_answers_they_are_about(office):
    form = Form(office.district.get(office.page), f"{office.page}/retur")
    form.send(office.district, **{"reason": "Se beløbet", "reason:beloeb": "Er det tusinder?"})
    assert "Er det tusinder?" in office.district.get(office.page).text
    secretariat = office.site.signed_in("sif@by.example", Role.SECRETARIAT, "BY")
    told = secretariat.get(f"/opgave-historik/{office.task_id}").text
    assert "Er det tusinder?" in told and "Se beløbet" in told


def test_a_verdict_sent_twice_is_one_verdict_and_leads_to_the_same_receipt(office):
    form = Form(office.district.get(office.page), f"{office.page}/godkend")
    for _ in range(2):
        assert form.send(office.district).headers["location"] == f"{office.page}?gjort=godkendt"
    assert office.task() == (TaskState.APPROVED, 1) and len(office.reviews()) == 1
    assert (
        office.approve(office.site.signed_in("anders@by.example", Role.SUPERIOR, "BY-IN")).status_code == 303
    )
    assert form.send(office.district).headers["location"] == f"{office.page}?gjort=godkendt"
    assert office.task() == (TaskState.APPROVED, 2) and len(office.reviews()) == 2


def test_an_answer_sent_back_twice_is_sent_back_once(office):
    form = Form(office.district.get(office.page), f"{office.page}/retur")
    for _ in range(2):
        sent = form.send(office.district, reason="Se beløbet ")
        assert sent.headers["location"] == f"{office.page}?gjort=retur"
    assert office.task() == (TaskState.RETURNED, 0) and len(office.reviews()) == 1
    other = form.send(office.district, reason="Noget andet")
    assert other.status_code == 409 and "allerede sendt retur" in other.text
    assert ">Hvad skal rettes?</label>" in other.text and ">Noget andet</textarea>" in other.text
    assert ">Ny frist</label>" in other.text and ">Forventet resultat</label>" not in other.text
    for raw in (">version<", ">level<", ">reason<", ">due_on<", "reason:"):
        assert raw not in other.text


def test_whoever_comes_second_is_told_what_the_first_one_did(office):
    approve = Form(office.district.get(office.page), f"{office.page}/godkend")
    send_back = Form(office.district.get(office.page), f"{office.page}/retur")
    secretariat = office.site.signed_in("sif@by.example", Role.SECRETARIAT, "BY")
    theirs = Form(secretariat.get(office.page), f"{office.page}/retur")
    assert office.approve(secretariat).status_code == 303
    for form, words in ((approve, {}), (send_back, {"reason": "Se beløbet"})):
        late = form.send(office.district, **words)
        assert late.status_code == 409 and "Besvarelsen er allerede godkendt" in late.text
    assert office.task() == (TaskState.APPROVED, 1) and len(office.reviews()) == 1
    again = Form(secretariat.get(office.page), f"{office.page}/retur")
    assert theirs.send(secretariat, reason="Se beløbet").status_code == 409
    assert again.send(secretariat, reason="Se beløbet").status_code == 303
    late = approve.send(office.district)
    assert late.status_code == 409 and "Besvarelsen er allerede sendt retur" in late.text


def test_a_verdict_after_the_close_says_that_it_is_too_late_and_not_that_it_is_forbidden(office):
    form = Form(office.district.get(office.page), f"{office.page}/godkend")
    over = {"state": OccurrenceState.CLOSED, "closes_at": instant(2027, 3, 1)}
    with transaction(office.engine) as session:
        session.execute(sa.update(Occurrence).values(**over))
    late = form.send(office.district)
    assert late.status_code == 409 and "Det har du ikke adgang til" not in late.text


def test_the_area_gives_the_districts_approval_only_while_nobody_has_the_districts_post(office):
    area = office.site.signed_in("anders@by.example", Role.SUPERIOR, "BY-IN")
    assert f"{office.page}/godkend" not in area.get(office.page).text
    with transaction(office.engine) as session:
        session.execute(
            sa.update(Appointment)
            .where(Appointment.unit_id == "BY-IN-D1")
            .values(valid_to=instant(2027, 4, 1).date())
        )
    stand_in = Form(area.get(office.page), f"{office.page}/godkend")
    assert stand_in.send(area).status_code == 303 and office.task() == (TaskState.APPROVED, 1)


@pytest.mark.parametrize(("role", "unit_id"), [(Role.SUPERIOR, "BY-IN"), (Role.SECRETARIAT, "BY")])
def test_nobody_gives_two_levels_of_one_answer(office, role, unit_id):
    browser = office.site.signed_in("nina@by.example", role, unit_id)
    with transaction(office.engine) as session:
        session.execute(sa.delete(Appointment).where(Appointment.unit_id == "BY-IN-D1"))
    assert office.approve(browser).status_code == 303
    page = browser.get(office.page)
    assert f"{office.page}/godkend" not in page.text
    form = Form(page, f"{office.page}/retur")
    forged = browser.post(f"{office.page}/godkend", data=form.fields)
    assert forged.status_code == 403 and office.task() == (TaskState.APPROVED, 1)
    with pytest.raises(NotAllowed), transaction(office.engine) as session:
        approve(session, office.task_id, by=office.reviews()[0][1], now=office.site.clock.at)


def test_sending_back_needs_a_reason_and_keeps_what_was_typed(office):
    form = Form(office.district.get(office.page), f"{office.page}/retur")
    empty = form.send(office.district, **{"reason": " ", "reason:beloeb": "Tusinder?"})
    assert empty.status_code == 422 and "Der mangler en begrundelse." in empty.text
    again = Form(empty, f"{office.page}/retur")
    assert again.fields["reason:beloeb"] == "Tusinder?"
    wrong = again.send(office.district, reason="Se beløbet", due_on="i morgen")
    assert wrong.status_code == 422 and "kan ikke læses som en dato" in wrong.text
    assert again.send(office.district, reason="Se beløbet", due_on="2027-04-26").status_code == 303
    assert office.task() == (TaskState.RETURNED, 0)
    assert office.reviews() == [(Verdict.RETURNED, "account:1", {"beloeb": "Tusinder?"})]


def test_an_answer_corrected_meanwhile_has_to_be_seen_before_it_is_judged(office):
    form = Form(office.district.get(office.page), f"{office.page}/godkend")
    with transaction(office.engine) as session:
        task = session.get_one(Task, office.task_id)
        municipality.answer(session, task, at=instant(2027, 4, 11), version=2)
    assert form.send(office.district).status_code == 409
    assert office.task() == (TaskState.SUBMITTED, 0) and office.reviews() == []


def test_a_verdict_without_the_sessions_csrf_field_is_refused(office):
    for form in (f"{office.page}/godkend", f"{office.page}/retur"):
        page = Form(office.district.get(office.page), form)
        for wrong in ("", "x"):
            refused = page.send(office.district, csrf=wrong, reason="Min begrundelse")
            assert refused.status_code == 403 and "Min begrundelse" in refused.text
    assert office.reviews() == []


@pytest.mark.parametrize(
    ("role", "unit_id", "sees", "judges"),
    [
        (Role.SUPERIOR, "BY-IN-D1", True, True),
        (Role.SUPERIOR, "BY-IN", True, False),
        (Role.SUPERIOR, "BY-IN-D2", False, False),
        (Role.SUPERIOR, "BY-SK", False, False),
        (Role.SUPERIOR, "BY-IN-D1-001", True, False),
        (Role.SECRETARIAT, "BY", True, True),
        (Role.DIRECTION, "BY", True, False),
        (Role.COMMITTEE, "BY", False, False),
        (Role.OPERATOR, "BY", False, False),
    ],
)
def test_who_sees_and_who_judges(office, role, unit_id, sees, judges):
    browser = office.site.signed_in("nina@by.example", role, unit_id)
    page = browser.get(office.page)
    assert (page.status_code == 200) is sees
    assert (f"{office.page}/godkend" in page.text) is judges
    assert (f"{office.page}/retur" in page.text) is judges
    units = browser.get(f"/mine-enheder/{office.occurrence_id}")
    assert ("Daginstitution 1.1 Ærø" in units.text) is sees
    form = Form(office.district.get(office.page), f"{office.page}/godkend")
    own = Form(browser.get("/log-ind"), "/log-ud").fields["csrf"]
    assert form.send(browser, csrf=own).status_code == (303 if judges else 403)


def test_a_stranger_is_sent_to_sign_in_and_back_and_can_change_nothing(office):
    stranger = office.site.browser()
    before = office.site.row_counts()
    for path in ("/", "/mine-enheder", f"/mine-enheder/{office.occurrence_id}", office.page):
        answer = stranger.get(path)
        assert answer.status_code == 303 and answer.headers["location"].startswith("/log-ind")
    assert stranger.get(f"{office.page}/fil/{'0' * 64}").status_code == 303
    for path in ("/godkend", "/retur"):
        assert stranger.post(office.page + path, data={"version": "1"}).status_code == 401
    assert stranger.post("/log-ud").status_code == 401
    assert office.site.row_counts() == before
