"""The secretariat acts on many units at once: seen first, then done to all of them or to none."""

import html
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from httpx import Response
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.history import History
from cycle.messages.tables import Message, MessageKind
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Substitute
from cycle.plan.model import Activity, Stage, When
from cycle.store import reading, transaction
from cycle.tasks.states import TaskState
from cycle.tasks.tables import Extension, Occurrence, Task
from notifications.gather import Letters
from notifications.office import Office as MailOffice
from notifications.render import render
from tests.support import municipality
from tests.support.municipality import instant
from tests.support.web import Form, Site
from web.secretariat import activity

PAGE, SEEN, DONE = "/aktivitet/1", "/aktivitet/1/flere/vis", "/aktivitet/1/flere"
LATER = {"act": "forlaeng", "new_due_on": "2027-04-27", "text": "Systemet var nede"}
MAIL = {"act": "besked", "text": "Husk <b>rapporten</b>."}
FREE = {"act": "fritag", "text": "Lukket for ombygning"}


class Office:
    """A town whose report is open, and the secretariat's browser."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.site = Site(engine, folder, at=instant(2027, 4, 12))
        with transaction(engine) as session:
            self.town = municipality.build(session)
            cycle = municipality.start_cycle(session, self.town)
            occurrence = municipality.add_occurrence(session, self.town, cycle)
            self.tasks = [task.id or 0 for task in municipality.add_tasks(session, self.town, occurrence)]
        self.browser = self.site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")
        self.csrf = Form(self.browser.get(PAGE), SEEN).fields["csrf"]

    def see(self, fields: dict[str, str], tasks: Sequence[int]) -> Response:
        """Ticks these units and asks who it concerns."""
        sent = {"csrf": self.csrf, **fields, "task": [str(task) for task in tasks]}
        return self.browser.post(SEEN, data=sent)

    def confirm(self, page: Response) -> Response:
        """Presses the button of the page that showed who it concerns."""
        return Form(page, DONE).send(self.browser)

    def answer(self, task_id: int) -> None:
        with transaction(self.engine) as session:
            municipality.answer(session, session.get_one(Task, task_id), at=self.site.clock.at)

    def rows(self, model: type) -> list:
        with reading(self.engine) as session:
            return list(session.exec(select(model).order_by(sa.text("id"))).all())

    def acted_on(self, verb: str) -> list[str]:
        with reading(self.engine) as session:
            found = select(History.thing).where(History.verb == verb).order_by(col(History.id))
            return list(session.exec(found))


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Office:
    return Office(engine, tmp_path)


@pytest.fixture
def small(sqlite_engine: Engine, tmp_path: Path) -> Office:
    return Office(sqlite_engine, tmp_path)


def words(page: Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_each_unit_that_still_owes_can_be_ticked_and_all_of_them_with_one_link(office: Office) -> None:
    office.answer(office.tasks[0])
    with transaction(office.engine) as session:
        session.execute(sa.update(Task).where(Task.id == office.tasks[1]).values(state=TaskState.WAIVED))
    page = office.browser.get(PAGE)
    ticks = re.findall(r'<input type="checkbox" form="flere" name="task" value="(\d+)"[^>]*>', page.text)
    assert [int(tick) for tick in ticks] == [office.tasks[0], *office.tasks[2:]]
    assert "checked" not in page.text
    all_of_them = office.browser.get(f"{PAGE}?valg=alle")
    assert all_of_them.text.count(" checked>") == len(ticks)


def test_nothing_is_done_before_it_has_been_seen_whom_it_concerns(office: Office) -> None:
    before = office.site.row_counts()
    said = words(office.see(LATER, office.tasks[:2]))
    assert "Der er ikke sket noget endnu." in said and "tirsdag den 27. april 2027" in said
    assert "Systemet var nede" in said and "2 enheder" in said
    assert "Leder af BY-IN-D1-001" in said and "by-in-d1-001@by.example" in said
    assert "BY-IN-D1-003" not in said
    mail = office.see(MAIL, office.tasks[:2])
    assert "Sådan ser mailen ud hos Daginstitution 1.1 Ærø" in words(mail)
    assert "Husk &lt;b&gt;rapporten&lt;/b&gt;." in mail.text and "Send mailen til 2 enheder" in words(mail)
    assert office.site.row_counts() == before


def test_the_mail_and_the_button_stand_above_the_list_which_is_folded_when_it_is_long(small: Office) -> None:
    gone = sa.text("UPDATE address SET valid_to = '2027-01-01' WHERE person_id = :p")
    with transaction(small.engine) as session:
        session.execute(gone, {"p": small.town.leaders["BY-IN-D1-002"]})
    few, many = small.see(LATER, small.tasks[:3]), small.see(LATER, small.tasks)
    for page, count, folded in ((few, 3, False), (many, len(small.tasks), True)):
        mail, button, table = (page.text.index(each) for each in ("panel mail", "Fortryd</a>", "<tbody>"))
        assert mail < button < table
        fold = page.text[:table].rpartition("<details")[2]
        assert fold.startswith(' class="details">' if folded else ' class="details" open>')
        assert f"Det gælder {count} enheder" in fold
        facts = words(page).partition("Får ingen mail")[2].partition("der er ingen adresse")[0]
        assert facts.strip() == "Daginstitution 1.2 Ærø :", "named above, so that nobody must unfold the list"


@pytest.mark.parametrize(
    ("fields", "verb", "kind"),
    [
        (LATER, "extend", MessageKind.EXTENDED),
        (MAIL, "nudge", MessageKind.NUDGE),
        (FREE, "waive", MessageKind.WAIVED),
    ],
)
def test_the_act_is_done_to_each_with_a_mail_and_history_and_pressing_twice_does_it_once(
    office: Office, fields: dict[str, str], verb: str, kind: MessageKind
) -> None:
    page = office.see(fields, office.tasks[:3])
    for _ in range(2):
        sent = office.confirm(page)
        assert sent.status_code == 303 and sent.headers["location"].startswith(
            f"{PAGE}?gjort={fields['act']}"
        )
    messages = office.rows(Message)
    assert [(mail.kind, mail.task_id) for mail in messages] == [(kind, task) for task in office.tasks[:3]]
    once = Form(page, DONE).fields["once"]
    assert office.acted_on(verb) == [*(f"task:{task}" for task in office.tasks[:3]), f"many:{once}"]
    said = words(office.browser.get(sent.headers["location"]))
    assert {"extend": "forlænget for", "nudge": "afsendelse til", "waive": "svare:"}[
        verb
    ] + " 3 enheder." in said


def test_all_have_the_new_deadline_and_the_reason(office: Office) -> None:
    office.confirm(office.see(LATER, office.tasks))
    assert {(x.new_due_on, x.reason) for x in office.rows(Extension)} == {
        (date(2027, 4, 27), "Systemet var nede")
    }
    assert {task.due_on for task in office.rows(Task)} == {date(2027, 4, 27)}


def test_those_that_cannot_be_included_are_named_with_the_reason_and_left_out(office: Office) -> None:
    answered, later, free, silent, *rest = office.tasks
    office.answer(answered)
    with transaction(office.engine) as session:
        of = sa.update(Task)
        session.execute(of.where(Task.id == later).values(due_on=date(2027, 5, 1)))
        session.execute(of.where(Task.id == free).values(state=TaskState.WAIVED))
        unit = session.get_one(Task, silent).unit_id
        gone = sa.text("UPDATE address SET valid_to = '2027-01-01' WHERE person_id = :p")
        session.execute(gone, {"p": office.town.leaders[unit]})
    page = office.see(LATER, office.tasks)
    said = words(page)
    assert "Daginstitution 1.1 Ærø : enheden har svaret" in said
    assert "Daginstitution 1.2 Ærø : fristen er allerede den nye dato eller senere" in said
    assert "Daginstitution 1.3 Ærø : enheden skal ikke svare" in said
    assert "Ingen mail: ingen adresse" in said, "a later deadline holds without a mail"
    assert office.confirm(page).status_code == 303
    assert [x.task_id for x in office.rows(Extension)] == sorted([silent, *rest])
    said = words(office.see(MAIL, office.tasks))
    assert "Daginstitution 2.1 Ærø : der er ingen adresse at skrive til" in said
    assert "Fritag 11 enheder" in words(office.see(FREE, office.tasks)), "who has answered can be waived"
    nobody = office.see(LATER, [answered, free])
    assert nobody.status_code == 200 and DONE + '"' not in nobody.text


def test_when_one_has_answered_meanwhile_none_is_changed_and_the_page_says_so(office: Office) -> None:
    page = office.see(LATER, office.tasks[:3])
    office.answer(office.tasks[1])
    before = office.site.row_counts()
    refused = office.confirm(page)
    assert refused.status_code == 409 and office.site.row_counts() == before
    assert "Noget er ændret, siden du så listen. Der er ikke sket noget endnu." in words(refused)
    assert "Daginstitution 1.2 Ærø : enheden har svaret" in words(refused)
    assert office.confirm(refused).status_code == 303
    assert [x.task_id for x in office.rows(Extension)] == [office.tasks[0], office.tasks[2]]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"act": ""}, "Der er ikke valgt, hvad der skal ske."),
        ({"act": "slet"}, "Der er ikke valgt, hvad der skal ske."),
        ({"text": " "}, "Begrundelsen mangler."),
        ({"new_due_on": "snart"}, "Den nye frist er ikke en dato."),
        ({"new_due_on": "", "text": ""}, "Den nye frist mangler."),
        ({"new_due_on": "", "text": ""}, "Begrundelsen mangler."),
        ({"new_due_on": "2027-04-11"}, "Den nye frist ligger før i dag."),
        ({"new_due_on": "2099-01-01"}, "mere end to år"),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_words(small: Office, wrong: dict[str, str], said: str) -> None:
    page = small.see({**LATER, **wrong}, small.tasks[:2])
    assert page.status_code == 422 and said in page.text


@pytest.mark.parametrize("chosen", [[], ["1", "x"], ["-1"], ["²"]])
def test_without_a_unit_there_is_nothing_to_do(small: Office, chosen: list[str]) -> None:
    page = small.browser.post(SEEN, data={"csrf": small.csrf, **LATER, "task": chosen})
    assert page.status_code == 422 and "Der er ikke valgt nogen enhed." in page.text


def test_a_task_of_another_activity_cannot_be_slipped_in(small: Office) -> None:
    with transaction(small.engine) as session:
        other = municipality.build(session, root_id="ANDEN")
        cycle = municipality.start_cycle(session, other)
        occurrence = municipality.add_occurrence(session, other, cycle)
        foreign = municipality.add_tasks(session, other, occurrence)[0].id or 0
    page = small.see(LATER, small.tasks[:1])
    sent = {**Form(page, DONE).fields, "task": [str(small.tasks[0]), str(foreign)]}
    assert small.see(LATER, [small.tasks[0], foreign]).status_code == 404
    assert small.browser.post(DONE, data=sent).status_code == 404
    assert small.rows(Extension) == []


def test_who_may_not_act_sees_no_boxes_and_a_closed_activity_can_still_be_extended(small: Office) -> None:
    superior = small.site.signed_in("own@by.example", Role.SUPERIOR, small.town.districts[0])
    assert 'type="checkbox"' not in superior.get(PAGE).text and SEEN not in superior.get(PAGE).text
    with transaction(small.engine) as session:
        session.execute(sa.text("UPDATE occurrence SET state = 'closed'"))
    assert small.confirm(small.see(LATER, small.tasks[:2])).status_code == 303
    assert len(small.rows(Extension)) == 2
    with transaction(small.engine) as session:
        session.execute(sa.text("UPDATE occurrence SET state = 'cancelled'"))
    assert 'type="checkbox"' not in small.browser.get(PAGE).text


def stand_in(email: str = "by-in-d2-001@by.example", until: str = "2027-04-30") -> dict[str, str]:
    """Somebody else acts for the posts."""
    return {"act": "stedfortraeder", "email": email, "until": until, "text": "Sygemeldt"}


def test_a_substitute_named_for_several_posts_gets_their_mail_until_the_last_day(office: Office) -> None:
    before = office.site.row_counts()
    page = office.see(stand_in("BY-IN-D2-001@by.example"), office.tasks[:2])
    assert (
        "Leder af BY-IN-D2-001, BY-IN-D2-001@by.example, fra i dag til og med fredag den 30. april"
        in words(page)
    )
    assert office.site.row_counts() == before, "only shown"
    for _ in range(2):
        assert office.confirm(page).status_code == 303
    acting = office.rows(Substitute)
    assert [(x.unit_id, x.role, x.valid_from, x.valid_to) for x in acting] == [
        (unit, "leder", date(2027, 4, 12), date(2027, 4, 30)) for unit in ("BY-IN-D1-001", "BY-IN-D1-002")
    ]
    assert {x.person_id for x in acting} == {office.town.leaders["BY-IN-D2-001"]}
    with reading(office.engine) as session:
        for day, who in ((date(2027, 4, 30), "BY-IN-D2-001"), (date(2027, 5, 1), "BY-IN-D1-001")):
            found = Directory.load(session, "BY", day).recipient("BY-IN-D1-001", "leder")
            assert found and found.person_id == office.town.leaders[who]
    looked_at = [task.next_reminder_at for task in office.rows(Task) if task.id in office.tasks[:2]]
    assert looked_at == [office.site.clock.at] * 2, "the next turn hands over"
    once = Form(page, DONE).fields["once"]
    assert office.acted_on("reassign") == [*(f"task:{task}" for task in office.tasks[:2]), f"many:{once}"]


def test_nobody_stands_in_for_themselves_nor_for_a_post_that_somebody_stands_in_for(small: Office) -> None:
    small.confirm(small.see(stand_in(), small.tasks[:1]))
    said = words(small.see(stand_in("by-in-d1-002@by.example", "2027-04-12"), small.tasks[:3]))
    reason = "personen har selv posten, eller der er en stedfortræder i forvejen"
    assert said.count(reason) == 2 and "Sæt stedfortræderen på for 1 enhed" in said
    first = small.see(stand_in(), small.tasks[4:6])
    other = small.see(stand_in("by-sk-d1-001@by.example"), small.tasks[5:7])
    assert small.confirm(first).status_code == 303
    refused = small.confirm(other)
    assert refused.status_code == 409 and reason in words(refused)
    assert len(small.rows(Substitute)) == 3


@pytest.mark.parametrize(
    "fields",
    [
        stand_in("ukendt@by.example"),
        stand_in(""),
        stand_in(until="2027-04-11"),
        stand_in(until="2029-01-01"),
        stand_in(until="i morgen"),
    ],
)
def test_a_substitute_nobody_knows_or_a_time_that_is_none_is_refused(
    small: Office, fields: dict[str, str]
) -> None:
    before = small.site.row_counts()
    assert small.see(fields, small.tasks[:2]).status_code == 422
    assert small.site.row_counts() == before


MAILED = [
    (LATER, ("tirsdag den 27. april 2027", "Systemet var nede")),
    (FREE, ("er fritaget for", "Lukket for ombygning")),
    (MAIL, ("Husk <b>rapporten</b>.",)),
]


@pytest.mark.parametrize(("fields", "said"), MAILED)
def test_the_mail_shown_is_the_one_that_goes(
    office: Office, fields: dict[str, str], said: tuple[str]
) -> None:
    before = office.site.row_counts()
    page = office.see(fields, office.tasks[:2])
    shown = html.unescape(page.text.partition('<pre class="panel mail">')[2].partition("</pre>")[0])
    assert all(each in shown for each in said), shown
    assert office.site.row_counts() == before, "the act was only tried"
    office.confirm(page)
    sent = office.rows(Message)[0]
    settings = office.site.settings
    with reading(office.engine) as session:
        letters = Letters(session, [sent], office=MailOffice.of(settings), today=date(2027, 4, 12))
        assert render(letters.write(sent).letter).kept == shown


def test_the_mail_shown_is_that_of_the_first_who_can_be_written_to(small: Office) -> None:
    gone = sa.text("UPDATE address SET valid_to = '2027-01-01' WHERE person_id = :p")
    with transaction(small.engine) as session:
        session.execute(gone, {"p": small.town.leaders["BY-IN-D1-001"]})
    assert "Sådan ser mailen ud hos Daginstitution 1.2 Ærø" in words(small.see(LATER, small.tasks[:3]))
    with transaction(small.engine) as session:
        session.execute(gone, {"p": small.town.leaders["BY-IN-D1-002"]})
    assert "Sådan ser mailen ud" not in words(small.see(LATER, small.tasks[:2]))


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (
            "2027-05-06",
            ["torsdag den 6. maj 2027, er en lukkedag (Kristi himmelfartsdag). Næste arbejdsdag er"],
        ),
        (
            "2027-04-24",
            ["lørdag den 24. april 2027, er en lukkedag. Næste arbejdsdag er mandag den 26. april"],
        ),
        ("2027-12-01", ["efter at indsamlingen lukker", "Du kan forlænge fristen alligevel."]),
    ],
)
def test_an_odd_deadline_is_warned_of_and_stays_possible(small: Office, day: str, said: list[str]) -> None:
    page = small.see({**LATER, "new_due_on": day}, small.tasks[:2])
    assert all(each in words(page) for each in said), words(page)
    assert small.confirm(page).status_code == 303
    assert {x.new_due_on for x in small.rows(Extension)} == {date.fromisoformat(day)}


def test_a_plain_deadline_is_not_warned_of(small: Office) -> None:
    assert "Se den nye frist efter" not in words(small.see(LATER, small.tasks[:2]))


def test_the_next_step_that_is_due_before_the_new_deadline_is_named(small: Office) -> None:
    stages = [
        Stage(
            id="omraadet", title="Området samler", title_en="The area", by="leder", due=When(date="26. april")
        ),
        Stage(id="direktionen", title="Direktionen samler", by="leder", due=When(date="27. april")),
    ]
    with transaction(small.engine) as session:
        it = session.get_one(Occurrence, 1)
        activity = Activity.model_validate_json(it.activity)
        it.activity = activity.model_copy(update={"stages": tuple(stages)}).model_dump_json()
        it.stage_due = {"omraadet": "2027-04-26", "direktionen": "2027-04-27"}
    said = words(small.see(LATER, small.tasks[:2]))
    assert "»Området samler«, har frist mandag den 26. april 2027, altså før den nye frist" in said
    assert "Direktionen" not in said
    assert "»Området" not in words(small.see({**LATER, "new_due_on": "2027-04-23"}, small.tasks[:2]))
    same = words(small.see({**LATER, "new_due_on": "2027-04-26"}, small.tasks[:2]))
    assert "samme dag som den nye frist" in same


def test_a_wanting_form_comes_back_with_ticks_words_and_every_fault_at_its_field(
    small: Office,
) -> None:
    wrong = {"act": "stedfortraeder", "email": "", "until": "snart", "text": "", "art": "daginstitution"}
    page = small.see(wrong, small.tasks[1:3])
    assert page.status_code == 422 and 'id="fejl"' in page.text
    for field in ("many-email", "many-until", "many-text"):
        assert f'<a href="#{field}">' in page.text and f'aria-describedby="{field}-p' in page.text
    assert 'name="act" value="stedfortraeder" checked' in page.text and 'value="snart"' in page.text
    ticked = re.findall(r'name="task" value="(\d+)"[^>]* checked', page.text)
    assert [int(each) for each in ticked] == list(small.tasks[1:3])
    assert "Skole" not in page.text.partition("<tbody>")[2].partition("</tbody>")[0], "the same list"
    right = {**Form(page, SEEN).fields, **stand_in(), "task": ticked}
    assert "2 enheder" in words(small.browser.post(SEEN, data=right))


def test_no_tick_is_said_where_the_ticks_are_and_what_was_written_stays(small: Office) -> None:
    page = small.see({**MAIL, "text": "En lang besked"}, [])
    assert page.status_code == 422 and '<a href="#liste">Der er ikke valgt nogen enhed.' in page.text
    assert ">En lang besked</textarea>" in page.text and 'id="task-p"' in page.text


@pytest.fixture
def paged(small: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The same, with so few lines on a page that there are several."""
    monkeypatch.setattr(activity, "PAGE", 4)
    return small


def whole(page: Response) -> str:
    return re.search(r'id="many-whole" name="alle" value="([^"]+)"', page.text)[1]


def test_the_whole_selection_is_one_tick_and_all_of_it_is_seen_and_done(paged: Office) -> None:
    paged.answer(paged.tasks[0])
    listed = paged.browser.get(f"{PAGE}?tilstand=mangler&art=daginstitution")
    those = [task.id for task in paged.rows(Task) if task.unit_id.startswith("BY-IN")][1:]
    assert f"Vælg alle {len(those)} i udvalget" in words(listed) and len(those) > 4
    sent = {**Form(listed, SEEN).fields, **LATER, "alle": whole(listed)}
    page = paged.browser.post(SEEN, data=sent)
    assert (
        f"Forlæng fristen for {len(those)} enheder" in words(page) and "Udvalget er ændret" not in page.text
    )
    assert paged.confirm(page).status_code == 303
    assert [x.task_id for x in paged.rows(Extension)] == those


def test_a_selection_that_changed_is_told_and_what_was_not_seen_is_not_done(paged: Office) -> None:
    listed = paged.browser.get(f"{PAGE}?tilstand=mangler")
    sent = {**Form(listed, SEEN).fields, **LATER, "alle": whole(listed)}
    count = len(paged.tasks)
    paged.answer(paged.tasks[0])
    page = paged.browser.post(SEEN, data=sent)
    assert f"Udvalget er ændret, siden du så listen: dengang {count}, nu {count - 1}." in words(page)
    with transaction(paged.engine) as session:
        session.execute(sa.update(Task).where(Task.id == paged.tasks[0]).values(state=TaskState.RETURNED))
    assert paged.confirm(page).status_code == 303
    done = {x.task_id for x in paged.rows(Extension)}
    assert done == set(paged.tasks[1:]), "what came since was not seen"


def test_the_tick_for_all_stays_in_a_wanting_form_and_is_not_offered_on_one_page(
    paged: Office,
) -> None:
    listed = paged.browser.get(f"{PAGE}?tilstand=mangler&side=2")
    sent = {**Form(listed, SEEN).fields, **MAIL, "text": "", "alle": whole(listed)}
    page = paged.browser.post(SEEN, data=sent)
    assert page.status_code == 422 and f'value="{whole(listed)}" checked' in page.text
    assert "side 2 af" in words(page) and "Der er ikke valgt nogen enhed" not in page.text
    assert "many-whole" not in paged.browser.get(f"{PAGE}?vis=alle").text
    assert paged.browser.post(SEEN, data={**sent, "alle": "300", "text": "x"}).status_code == 422
