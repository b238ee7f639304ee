"""What a leader's link shows in every state of the task, and to whom it opens."""

from datetime import date

import pytest
import sqlalchemy as sa

from config.loader import load_plan
from cycle.organisation.tables import Appointment, Substitute
from cycle.plan.model import Activity
from cycle.store import transaction
from cycle.tasks.forms import Field, FieldType
from cycle.tasks.forms import Form as TaskForm
from cycle.tasks.review import return_for_changes
from cycle.tasks.states import OccurrenceState, TaskKind, TaskState
from cycle.tasks.tables import FormVersion, Occurrence, Submission, Task
from tests.support import municipality
from tests.support.koebenhavn import FOLDER
from tests.support.leader import EVERY_TYPE, FILLED, GOALS, World
from tests.support.municipality import instant
from tests.support.web import Form


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
    filled = {k.replace(".", "__"): v for k, v in FILLED.items() if k != "overskrift"}
    form = Form(form.send(world.browser, uaendret="overskrift"), world.link)
    assert form.send(world.browser, act="submit", **filled).status_code == 303
    assert world.answers()[0]["overskrift"] == "Som i fjor"


def test_rows_that_no_question_asks_about_are_read_whatever_they_say_of_themselves(sqlite_engine, tmp_path):
    bare = {"unit_goals": [{"row": "G", "label": "Enhedsmål G"}], "themes": [{"row": "1"}], "none": []}
    page = World(sqlite_engine, tmp_path, prefill=bare).form().page.text
    assert "<strong>Enhedsmål G</strong>" in page and "<strong>1</strong>" in page
    assert page.count("Til orientering") == 2


OWN_ROWS = {"unit_goals": [{"row": code, "label": f"Enhedsmål {code}"} for code in "GH"]}
MEASURED = {
    "enhedsmaal__G__titel": "Flere forældre med",
    "enhedsmaal__G__beskrivelse": "Vi spørger dem.",
    "enhedsmaal__G__indikator": "Andel af forældre",
    "enhedsmaal__G__udgangspunkt": "62",
}


def test_a_goal_that_is_measured_demands_its_target_and_an_odd_one_is_pointed_out(sqlite_engine, tmp_path):
    world = World(sqlite_engine, tmp_path, load_plan(FOLDER).forms["udviklingsaftale"], OWN_ROWS)
    form = world.form()
    assert form.page.text.count('<details class="details more">') == 2, "what is seldom needed is folded away"
    refused = form.send(world.browser, act="submit", **MEASURED)
    assert refused.status_code == 422 and "Målet måles, men måltallet mangler." in refused.text
    assert 'name="enhedsmaal.G.maaltal" value="" aria-invalid="true"' in refused.text
    assert 'value="Andel af forældre"' in refused.text
    english = world.site.browser().post(
        f"{world.link}?sprog=en",
        data={**form.fields, "act": "submit"} | {k.replace("__", "."): v for k, v in MEASURED.items()},
    )
    assert "The goal is measured, but its target is missing." in english.text
    saved = world.form().send(world.browser, act="draft", **MEASURED, enhedsmaal__G__maaltal="50")
    assert saved.status_code == 303
    page = world.form()
    assert "tallet nu er højere end måltallet" in page.page.text and "Mål G" in page.page.text
    more = page.send(world.browser, act="draft", enhedsmaal__H__kilder="Lønsystemet")
    assert more.status_code == 303
    again = world.form()
    assert again.page.text.count('<details class="details more" open>') == 1, "what is written is not hidden"
    sent = again.send(world.browser, act="submit", enhedsmaal__H__kilder="")
    assert sent.status_code == 303, "a warning is no refusal"
    assert "tallet nu er højere end måltallet" in world.browser.get(f"{world.link}/kvittering").text


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
    assert refused.status_code == 410 and "kan ikke svares længere" in refused.text
    assert "Min tekst" in refused.text and world.answers() == []
    assert ">Bemærkninger</label>" in refused.text and ">Forventet resultat</label>" in refused.text
    for raw in ("bemaerkning", "beloeb", "status.light", ">act<", ">submit<"):
        assert raw not in refused.text
    english = world.site.browser().post(
        f"{world.link}?sprog=en", data={"status.comment": "Mine", "act": "submit"}
    )
    assert english.status_code == 410 and ">Status · Comment</label>" in english.text


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


def test_the_page_speaks_english_by_choice_and_remembers_it(world):
    activity = Activity.model_validate_json(world.rows(Occurrence)[0].activity)
    in_english = activity.model_copy(update={"title_en": "Quarterly report 1"})
    world.change(Occurrence, activity=in_english.model_dump_json())
    assert "<h1>Kvartalsrapport 1</h1>" in world.browser.get(world.link).text
    assert "<h1>Quarterly report 1</h1>" in world.browser.get(world.link + "?sprog=en").text
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
