"""A leader's request behind its link, as a browser without JavaScript meets it."""

import threading
from datetime import date

import pytest
import sqlalchemy as sa
from sqlmodel import select

from cycle.organisation.tables import Appointment, Substitute
from cycle.store import reading, transaction
from cycle.tasks.forms import Choice, Field, FieldType
from cycle.tasks.forms import Form as TaskForm
from cycle.tasks.review import return_for_changes
from cycle.tasks.states import OccurrenceState, SubmissionKind, TaskKind, TaskState
from cycle.tasks.tables import Draft, FormVersion, Occurrence, Submission, Task
from tests.support import municipality
from tests.support.municipality import instant
from tests.support.web import Form, Site

GOALS = [
    {"row": "A", "label": "A. Sygefravær", "title": "Sygefravær", "description": "Under 5 procent"},
    {"row": "B", "label": "B. <b>Budget</b>", "title": "Budget", "description": ""},
]
EVERY_TYPE = TaskForm(
    id="alle-slags",
    title="Alle slags",
    guidance="Svar kort.",
    nil_allowed=True,
    fields=(
        Field(id="overskrift", type=FieldType.TEXT, label="Overskrift", same_as_last=True),
        Field(id="om", type=FieldType.LONG_TEXT, label="Om året", required=False),
        Field(id="dage", type=FieldType.NUMBER, label="Fravær", unit="dage", minimum=0),
        Field(id="beloeb", type=FieldType.AMOUNT, label="Resultat"),
        Field(id="andel", type=FieldType.PERCENT, label="Andel"),
        Field(id="dato", type=FieldType.DATE, label="Dato"),
        Field(
            id="valg",
            type=FieldType.CHOICE,
            label="Valg",
            choices=(
                Choice(value="ja", label="Ja tak", label_en="Yes please"),
                Choice(value="nej", label="Nej"),
            ),
        ),
        Field(id="hvorfor", type=FieldType.TEXT, label="Hvorfor ikke?", only_when="valg=nej"),
        Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status"),
        Field(
            id="maal",
            type=FieldType.REPEAT,
            label="Mål",
            rows_from="goals",
            fields=(
                Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status på målet"),
                Field(id="tal", type=FieldType.NUMBER, label="Tal", required=False),
            ),
        ),
        Field(id="bilag", type=FieldType.FILE, label="Bilag", required=False),
        Field(id="bekraeft", type=FieldType.CONFIRM, label="Jeg bekræfter"),
    ),
)
FILLED = {
    "overskrift": "Et godt år",
    "om": "Første linje\nanden linje <script>alert(1)</script>",
    "dage": "4,5",
    "beloeb": "-2.093,8",
    "andel": "12,5",
    "dato": "2027-04-20",
    "valg": "ja",
    "status.light": "gul",
    "status.comment": "Vi er bagud",
    "maal.A.status.light": "grøn",
    "maal.A.tal": "7",
    "maal.B.status.light": "rød",
    "maal.B.status.comment": "Budgettet holder ikke",
    "bekraeft": "on",
}
CANONICAL = {
    "overskrift": "Et godt år",
    "om": "Første linje\nanden linje <script>alert(1)</script>",
    "dage": "4.5",
    "beloeb": "-2093.80",
    "andel": "12.5",
    "dato": "2027-04-20",
    "valg": "ja",
    "status": {"light": "gul", "comment": "Vi er bagud"},
    "maal": [
        {"row": "A", "status": {"light": "grøn", "comment": ""}, "tal": "7"},
        {"row": "B", "status": {"light": "rød", "comment": "Budgettet holder ikke"}},
    ],
    "bekraeft": True,
}


class World:
    """A town with one open occurrence; `task` is its first unit's, `link` its leader's."""

    def __init__(self, engine, folder, form=municipality.FORM, prefill=None, levels=1):
        self.engine = engine
        with transaction(engine) as session:
            self.town = municipality.build(session)
            cycle = municipality.start_cycle(session, self.town, form=form)
            occurrence = municipality.add_occurrence(session, self.town, cycle)
            tasks = municipality.add_tasks(session, self.town, occurrence)
            session.execute(sa.update(Task).values(levels=levels, prefill=prefill or {}))
            self.task, self.other = tasks[0], tasks[1]
            self.occurrence_id, self.task_id = occurrence.id, tasks[0].id
        self.leader = self.town.leaders[self.task.unit_id]
        self.site = Site(engine, folder)
        self.link = self.site.link(self.task, self.leader)
        self.browser = self.site.browser()

    def form(self, suffix=""):
        page = self.browser.get(self.link + suffix)
        assert page.status_code == 200, page.text
        return Form(page, self.link)

    def change(self, table, **values):
        with transaction(self.engine) as session:
            session.execute(sa.update(table).values(**values))

    def rows(self, table):
        with reading(self.engine) as session:
            found = session.exec(select(table)).all()
            session.expunge_all()
            return found

    def answers(self):
        return [row.answers for row in sorted(self.rows(Submission), key=lambda row: row.id)]

    def state(self):
        with reading(self.engine) as session:
            return session.get_one(Task, self.task_id).state


@pytest.fixture
def world(sqlite_engine, tmp_path):
    return World(sqlite_engine, tmp_path)


def test_get_and_head_change_nothing_and_show_whose_task_it_is(engine, tmp_path):
    world = World(engine, tmp_path)
    before = world.site.row_counts()
    for path in ("", "?ret=1", "/kvittering", "?sprog=en", "?gemt=1"):
        assert world.browser.get(world.link + path).status_code in (200, 303)
        assert world.browser.head(world.link + path).status_code in (200, 303)
    page = world.site.browser().get(world.link).text
    assert "Kvartalsrapport 1" in page
    assert "Daginstitution 1.1 Ærø" in page
    assert "tirsdag den 20. april 2027" in page
    assert "8 dage endnu" in page
    assert "Leder af BY-IN-D1-001" in page
    assert world.site.row_counts() == before
    assert world.state() is TaskState.OPEN


def test_every_field_type_goes_there_and_back_without_javascript(engine, tmp_path):
    world = World(engine, tmp_path, EVERY_TYPE, {"goals": GOALS})
    sent = world.form().send(
        world.browser, act="submit", **{k.replace(".", "__"): v for k, v in FILLED.items()}
    )
    assert (sent.status_code, sent.headers["location"]) == (303, world.link + "/kvittering")
    assert world.answers() == [CANONICAL]
    receipt = world.browser.get(world.link + "/kvittering").text
    for text in ("-2.093,80 kr.", "12,5 %", "4,5 dage", "20. april 2027", "Ja tak", "Budgettet holder ikke"):
        assert text in receipt
    again = world.form("?ret=1")
    assert again.send(world.browser, act="submit").status_code == 303
    assert world.answers()[1] == CANONICAL


def test_what_people_wrote_is_text_and_never_markup(sqlite_engine, tmp_path):
    world = World(sqlite_engine, tmp_path, EVERY_TYPE, {"goals": GOALS, "last": {"om": "<i>sidst</i>"}})
    form = world.form()
    assert "<b>Budget</b>" not in form.page.text and "&lt;i&gt;sidst" in form.page.text
    form.send(world.browser, act="submit", **{k.replace(".", "__"): v for k, v in FILLED.items()})
    receipt = world.browser.get(world.link + "/kvittering").text
    assert "<script>" not in receipt and "&lt;script&gt;alert(1)" in receipt


def test_all_faults_are_listed_with_links_to_their_fields_and_everything_typed_is_kept(world):
    sent = world.form().send(
        world.browser, act="submit", beloeb="mange", status__light="rød", bemaerkning="Hej"
    )
    assert sent.status_code == 422
    kept = Form(sent, world.link).fields
    assert (kept["beloeb"], kept["status.light"], kept["bemaerkning"]) == ("mange", "rød", "Hej")
    assert sent.text.count('<li><a href="#f-') == 2
    assert 'href="#f-1"' in sent.text and 'href="#f-2"' in sent.text and 'aria-invalid="true"' in sent.text
    assert world.answers() == [] and world.state() is TaskState.OPEN


def test_a_draft_is_kept_and_shown_again_and_never_counts_as_an_answer(world):
    sent = world.form().send(world.browser, act="draft", bemaerkning="Halvvejs", beloeb="1,5 mio.")
    assert sent.headers["location"] == world.link + "?gemt=1"
    again = world.form("?gemt=1")
    assert "Kladden er gemt" in again.page.text
    assert (again.fields["bemaerkning"], again.fields["beloeb"]) == ("Halvvejs", "1.500.000")
    assert world.answers() == [] and world.state() is TaskState.OPEN


def test_a_draft_keeps_what_can_be_read_and_says_what_could_not(world):
    sent = world.form().send(world.browser, act="draft", bemaerkning="Halvvejs", beloeb="mange")
    assert sent.status_code == 200 and "Kladden er gemt, men ikke disse felter" in sent.text
    assert "Status" not in sent.text.split("</ul>")[0].split("<ul>")[1]
    assert Form(sent, world.link).fields["beloeb"] == "mange"
    assert [draft.answers for draft in world.rows(Draft)] == [{"bemaerkning": "Halvvejs"}]
    assert Form(sent, world.link).send(world.browser, act="draft", beloeb="2").status_code == 303


def test_the_same_post_twice_is_one_submission(engine, tmp_path):
    world = World(engine, tmp_path)
    form = world.form()
    for _ in range(2):
        sent = form.send(world.browser, act="submit", status__light="grøn", beloeb="1")
        assert sent.headers["location"] == world.link + "/kvittering"
    assert len(world.answers()) == 1


def test_two_clicks_at_the_same_moment_are_one_submission(engine, tmp_path):
    world = World(engine, tmp_path)
    world.form().send(world.browser, act="submit", status__light="grøn", beloeb="1")
    form, results = world.form("?ret=1"), []

    def click():
        results.append(form.send(world.site.browser(), act="submit", beloeb="2").status_code)

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for click_ in clicks:
        click_.start()
    for click_ in clicks:
        click_.join()
    assert results == [303] * 4
    assert [answer["beloeb"] for answer in world.answers()] == ["1.00", "2.00"]


def test_going_back_and_sending_something_else_is_not_taken_for_the_same_click(world):
    form = world.form()
    form.send(world.browser, act="submit", status__light="grøn", beloeb="1")
    stale = form.send(world.browser, act="submit", status__light="grøn", beloeb="2")
    assert stale.status_code == 409
    assert "ændret et andet sted" in stale.text and Form(stale, world.link).fields["beloeb"] == "2"
    assert Form(stale, world.link).send(world.browser, act="submit").status_code == 303
    assert [answer["beloeb"] for answer in world.answers()] == ["1.00", "2.00"]


def test_two_tabs_do_not_overwrite_each_other_unnoticed(world):
    first, second = world.form(), world.form()
    assert first.send(world.browser, act="draft", bemaerkning="Fra den ene").status_code == 303
    stale = second.send(world.browser, act="draft", bemaerkning="Fra den anden")
    assert stale.status_code == 409 and Form(stale, world.link).fields["bemaerkning"] == "Fra den anden"
    assert world.rows(Draft)[0].answers == {"bemaerkning": "Fra den ene"}


def test_nothing_to_report_is_one_click(world):
    assert world.form().send(world.browser, act="nil").status_code == 303
    assert [row.kind for row in world.rows(Submission)] == [SubmissionKind.NIL]
    assert "Intet at bemærke." in world.browser.get(world.link + "/kvittering").text


def test_nothing_to_report_with_something_written_asks_which_of_the_two(world):
    sent = world.form().send(world.browser, act="nil", bemaerkning="Jo, lidt")
    assert sent.status_code == 422 and "Du har skrevet noget i skemaet" in sent.text
    assert Form(sent, world.link).fields["bemaerkning"] == "Jo, lidt" and world.answers() == []


def test_nothing_to_report_is_refused_where_the_form_does_not_offer_it(sqlite_engine, tmp_path):
    form = municipality.FORM.model_copy(update={"nil_allowed": False})
    world = World(sqlite_engine, tmp_path, form)
    page = world.form()
    assert ("act", "nil") not in page.buttons
    assert page.send(world.browser, act="nil").status_code == 422 and world.answers() == []


def test_last_periods_answer_and_figures_stand_beside_the_fields(sqlite_engine, tmp_path):
    prefill = {
        "last": {"overskrift": "Som i fjor", "beloeb": "14500000.00", "andel": {"uventet": 1}},
        "goals": GOALS,
        "figures": [{"label": "Ramme 2028", "amount": "1250000", "shown": "1.250.000 kr."}],
    }
    world = World(sqlite_engine, tmp_path, EVERY_TYPE, prefill)
    form = world.form()
    for text in (
        "Som i fjor",
        "14.500.000 kr.",
        "Ramme 2028",
        "1.250.000 kr.",
        "A. Sygefravær",
        "Under 5 procent",
    ):
        assert text in form.page.text
    filled = {k.replace(".", "__"): v for k, v in FILLED.items()} | {
        "overskrift": "",
        "overskrift__same": "1",
    }
    assert form.send(world.browser, act="submit", **filled).status_code == 303
    assert world.answers()[0]["overskrift"] == "Som i fjor"


def test_an_answer_can_be_corrected_until_it_is_approved(world):
    world.form().send(world.browser, act="submit", status__light="grøn", beloeb="1")
    assert "Ret besvarelsen" in world.browser.get(world.link).text
    corrected = world.form("?ret=1")
    assert corrected.fields["beloeb"] == "1"
    assert corrected.send(world.browser, act="submit", beloeb="3").status_code == 303
    world.change(Task, state=TaskState.APPROVED, level=1)
    page = world.browser.get(world.link + "?ret=1")
    assert "Besvarelsen er godkendt" in page.text and "<form" not in page.text
    late = corrected.send(world.browser, act="submit", beloeb="4")
    assert late.status_code in (409,) and len(world.answers()) == 2


def test_a_returned_answer_shows_the_reason_at_each_question_and_can_be_sent_again(world):
    world.form().send(world.browser, act="submit", status__light="grøn", beloeb="1")
    with transaction(world.engine) as session:
        return_for_changes(
            session,
            world.task_id,
            reason="Beløbet passer ikke.",
            field_reasons={"beloeb": "Mangler tre nuller?"},
            by="account:1",
            now=world.site.clock.at,
        )
    form = world.form()
    assert "sendt retur til rettelse" in form.page.text and "Beløbet passer ikke." in form.page.text
    assert "Mangler tre nuller?" in form.page.text and form.fields["beloeb"] == "1"
    assert form.send(world.browser, act="submit", beloeb="1000").status_code == 303
    assert world.state() is TaskState.SUBMITTED


@pytest.mark.parametrize(
    ("state", "status", "text"),
    [(TaskState.WAIVED, 200, "fritaget"), (TaskState.CANCELLED, 410, "aflyst")],
)
def test_a_task_that_is_no_longer_owed_says_so_and_takes_nothing(world, state, status, text):
    form = world.form()
    world.change(Task, state=state, waived_why="Enheden flytter")
    page = world.browser.get(world.link)
    assert page.status_code == status and text in page.text and "<form" not in page.text
    assert form.send(world.browser, act="nil").status_code in (409, 410)
    assert world.answers() == []


def test_after_the_close_nothing_is_taken_and_the_page_says_what_to_do(world):
    form = world.form()
    world.change(Occurrence, state=OccurrenceState.CLOSED)
    world.site.clock.at = instant(2027, 5, 2)
    page = world.browser.get(world.link)
    assert page.status_code == 410 and "kan ikke svares længere" in page.text
    refused = form.send(
        world.browser, act="submit", status__light="grøn", beloeb="77", bemaerkning="Min tekst"
    )
    assert refused.status_code == 409 and "Min tekst" in refused.text and world.answers() == []


def test_an_extended_task_takes_an_answer_after_the_close(world):
    world.change(Occurrence, state=OccurrenceState.CLOSED)
    world.change(Task, due_on=date(2027, 5, 10))
    world.site.clock.at = instant(2027, 5, 10, 23, 30)
    sent = world.form().send(world.browser, act="submit", status__light="grøn", beloeb="1")
    assert sent.status_code == 303 and world.rows(Submission)[0].after_close


def test_garbled_foreign_and_withdrawn_links_open_nothing(world):
    good = world.link
    reply = world.site.link(world.task, world.leader, purpose="reply")
    stranger = world.site.link(world.task, world.town.leaders[world.other.unit_id])
    old = world.site.link(world.task, world.leader, generation=0)
    unknown = world.site.link(world.task, 9999)
    broken = good[:-1] + ("a" if good[-1] != "a" else "b")
    before = world.site.row_counts()
    for link, status in ((broken, 404), (reply, 404), (stranger, 403), (old, 410), (unknown, 410)):
        for answer in (
            world.browser.get(link),
            world.browser.post(link, data={"act": "nil"}),
            world.browser.get(link + "/kvittering"),
            world.browser.get(link + "/fil/" + "0" * 64),
        ):
            assert answer.status_code == status
            assert "Daginstitution" not in answer.text
    assert world.browser.get("/opgave/" + "x" * 4000).status_code == 404
    assert world.site.row_counts() == before


def test_a_change_of_holder_revokes_the_old_holders_link(world):
    with transaction(world.engine) as session:
        session.execute(
            sa.update(Appointment)
            .where(Appointment.unit_id == world.task.unit_id)
            .values(valid_to=date(2027, 4, 11))
        )
        newcomer = world.town.leaders[world.other.unit_id]
        session.add(
            Appointment(
                unit_id=world.task.unit_id, role="leder", person_id=newcomer, valid_from=date(2027, 4, 12)
            )
        )
    assert world.browser.get(world.link).status_code == 403
    assert world.browser.get(world.site.link(world.task, newcomer)).status_code == 200


def test_a_substitute_answers_for_the_post_and_the_page_says_so(world):
    deputy = world.town.leaders[world.other.unit_id]
    with transaction(world.engine) as session:
        session.add(
            Substitute(
                unit_id=world.task.unit_id,
                role="leder",
                person_id=deputy,
                valid_from=date(2027, 4, 1),
                valid_to=date(2027, 4, 30),
            )
        )
    assert "som stedfortræder" in world.browser.get(world.site.link(world.task, deputy)).text


def test_the_superior_of_a_vacant_post_answers_for_it(world):
    with transaction(world.engine) as session:
        session.execute(sa.delete(Appointment).where(Appointment.unit_id == world.task.unit_id))
    superior = world.town.leaders["BY-IN-D1"]
    assert world.browser.get(world.link).status_code == 403
    assert "nærmeste leder" in world.browser.get(world.site.link(world.task, superior)).text


def test_a_file_is_kept_through_a_fault_and_fetched_as_an_attachment(engine, tmp_path):
    form = TaskForm(
        id="bilag",
        title="Bilag",
        fields=(
            Field(id="bilag", type=FieldType.FILE, label="Bilag"),
            Field(id="tekst", type=FieldType.TEXT, label="Tekst"),
        ),
    )
    world = World(engine, tmp_path, form)
    attached = {"bilag": ("..\\regnskab æ.html", b"<script>alert(1)</script>", "text/html")}
    faulty = world.form().send(world.browser, act="submit", files=attached)
    assert faulty.status_code == 422 and "regnskab æ.html" in faulty.text
    again = Form(faulty, world.link)
    assert again.send(world.browser, act="submit", tekst="Se bilag").status_code == 303
    file = world.answers()[0]["bilag"]
    assert (file["name"], file["size"]) == ("regnskab æ.html", 25)
    fetched = world.browser.get(f"{world.link}/fil/{file['sha256']}")
    assert fetched.content == b"<script>alert(1)</script>"
    assert fetched.headers["content-type"].startswith("text/plain")
    assert fetched.headers["content-disposition"].startswith("attachment;")
    assert fetched.headers["x-content-type-options"] == "nosniff"
    elsewhere = world.site.link(world.other, world.town.leaders[world.other.unit_id])
    assert world.browser.get(f"{elsewhere}/fil/{file['sha256']}").status_code == 404


def test_a_file_of_another_unit_cannot_be_named_by_its_digest(engine, tmp_path):
    form = TaskForm(id="bilag", title="B", fields=(Field(id="bilag", type=FieldType.FILE, label="Bilag"),))
    world = World(engine, tmp_path, form)
    world.form().send(world.browser, act="submit", files={"bilag": ("a.txt", b"hemmeligt", "text/plain")})
    file = world.answers()[0]["bilag"]
    other = world.site.link(world.other, world.town.leaders[world.other.unit_id])
    ticket = Form(world.browser.get(world.link + "?ret=1"), world.link).fields["bilag.kept"]
    for forged in (ticket, f"{file['sha256']}:9:{'0' * 32}:a.txt"):
        page = Form(world.browser.get(other), other)
        assert page.send(world.browser, act="submit", bilag__kept=forged).status_code == 422


def test_the_page_speaks_english_by_choice_and_remembers_it(world):
    page = world.browser.get(world.link + "?sprog=en")
    assert '<html lang="en">' in page.text and "Send answer" in page.text and "8 days left" in page.text
    assert "Save draft" in world.browser.get(world.link).text
    faulty = world.form().send(world.browser, act="submit")
    assert "The field is empty" in faulty.text


def test_a_review_task_leads_to_signing_in_instead_of_showing_answers(world):
    world.form().send(world.browser, act="submit", status__light="grøn", beloeb="987654")
    with transaction(world.engine) as session:
        occurrence = session.get_one(Occurrence, world.occurrence_id)
        task = municipality.add_tasks(
            session, world.town, occurrence, units=["BY-IN-D1"], kind=TaskKind.REVIEW, role="distriktschef"
        )[0]
    page = world.browser.get(world.site.link(task, world.town.leaders["BY-IN-D1"]))
    assert f"/mine-enheder/{world.occurrence_id}" in page.text and "987" not in page.text
    forged = {"act": "nil", "edition": "0", "seen": "0", "once": "x"}
    before = world.site.row_counts()
    refused = world.browser.post(world.site.link(task, world.town.leaders["BY-IN-D1"]), data=forged)
    assert refused.status_code == 403 and world.site.row_counts() == before


def test_an_answer_by_an_older_form_is_shown_by_that_form(world):
    world.form().send(world.browser, act="submit", status__light="grøn", beloeb="1")
    newer = TaskForm(
        id="kort-rapport", title="Ny", fields=(Field(id="nyt", type=FieldType.TEXT, label="Nyt"),)
    )
    with transaction(world.engine) as session:
        version = FormVersion(root_id="BY", form_id="kort-rapport", version=2, spec=newer.model_dump_json())
        session.add(version)
        session.flush()
        session.execute(sa.update(Task).values(form_version_id=version.id))
    page = world.browser.get(world.link).text
    assert "Forventet resultat" in page and "1 kr." in page
    assert "nyt" in world.form("?ret=1").fields
