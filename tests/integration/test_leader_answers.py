"""Answering behind a leader's link, as a browser without JavaScript does it."""

import threading
from collections import Counter

import pytest
from sqlmodel import select

from cycle.files.tables import File
from cycle.messages.tables import Message, MessageKind
from cycle.store import transaction
from cycle.tasks.forms import Field, FieldType
from cycle.tasks.forms import Form as TaskForm
from cycle.tasks.states import SubmissionKind, TaskState
from cycle.tasks.tables import Draft, Submission, Task
from tests.support import municipality
from tests.support.leader import CANONICAL, EVERY_TYPE, FILLED, GOALS, World
from tests.support.web import Form

REPLAYS = 100


@pytest.fixture
def world(sqlite_engine, tmp_path):
    return World(sqlite_engine, tmp_path)


def test_every_field_type_goes_there_and_back_without_javascript(engine, tmp_path):
    world = World(engine, tmp_path, EVERY_TYPE, {"goals": GOALS})
    sent = world.form().send(world.browser, act="submit", **FILLED)
    assert (sent.status_code, sent.headers["location"]) == (303, world.page + "/kvittering")
    assert world.answers() == [CANONICAL]
    receipt = world.browser.get(world.page + "/kvittering").text
    for text in ("-2.093,80 kr.", "12,5 %", "4,5 dage", "20. april 2027", "Ja tak", "Budgettet holder ikke"):
        assert text in receipt
    again = world.form("?ret=1")
    assert again.send(world.browser, act="submit").status_code == 303
    assert world.answers()[1] == CANONICAL


def test_what_people_wrote_is_text_and_never_markup(sqlite_engine, tmp_path):
    world = World(sqlite_engine, tmp_path, EVERY_TYPE, {"goals": GOALS, "last": {"om": "<i>sidst</i>"}})
    form = world.form()
    assert "<b>Budget</b>" not in form.page.text and "&lt;i&gt;sidst" in form.page.text
    form.send(world.browser, act="submit", **FILLED)
    receipt = world.browser.get(world.page + "/kvittering").text
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
    assert sent.headers["location"] == world.page + "?gemt=1"
    again = world.form("?gemt=1")
    assert "Kladden er gemt" in again.page.text
    assert (again.fields["bemaerkning"], again.fields["beloeb"]) == ("Halvvejs", "1.500.000")
    assert world.answers() == [] and world.state() is TaskState.OPEN


def test_a_draft_keeps_all_that_was_typed_and_says_what_has_to_be_mended(world):
    sent = world.form().send(world.browser, act="draft", bemaerkning="Halvvejs", beloeb="mange")
    assert sent.status_code == 303
    page = world.browser.get(sent.headers["location"])
    assert "Kladden er gemt" in page.text and "Skal rettes, før du sender" in page.text
    named = page.text.split("Skal rettes, før du sender")[1].split("</ul>")[0]
    assert "Forventet resultat" in named and "Status" not in named
    assert Form(page, world.link).fields["beloeb"] == "mange"
    (draft,) = world.rows(Draft)
    assert draft.answers == {"bemaerkning": "Halvvejs"} and draft.typed == {"beloeb": "mange"}
    assert Form(page, world.link).send(world.browser, act="draft", beloeb="2").status_code == 303
    (draft,) = world.rows(Draft)
    assert draft.answers == {"bemaerkning": "Halvvejs", "beloeb": "2.00"} and draft.typed == {}


def test_the_same_post_twice_is_one_submission(engine, tmp_path):
    world = World(engine, tmp_path)
    form = world.form()
    for _ in range(2):
        sent = form.send(world.browser, act="submit", status__light="grøn", beloeb="1")
        assert sent.headers["location"] == world.page + "/kvittering"
    assert len(world.answers()) == 1


def test_two_clicks_at_the_same_moment_are_one_submission(engine, tmp_path):
    world = World(engine, tmp_path)
    world.form().send(world.browser, act="submit", status__light="grøn", beloeb="1")
    form, results = world.form("?ret=1"), []

    def click():
        browser = world.site.browser()
        browser.get(world.link)
        results.append(form.send(browser, act="submit", beloeb="2").status_code)

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for click_ in clicks:
        click_.start()
    for click_ in clicks:
        click_.join()
    assert results == [303] * 4
    assert [answer["beloeb"] for answer in world.answers()] == ["1.00", "2.00"]


def test_a_hundred_replays_at_the_same_moment_are_one_submission(engine, tmp_path):
    world, results = World(engine, tmp_path), Counter()
    form, start = world.form(), threading.Barrier(REPLAYS)

    def replay():
        browser = world.site.browser()
        browser.get(world.link)
        start.wait(120)
        sent = form.send(browser, act="submit", status__light="grøn", beloeb="1")
        results[sent.status_code, sent.headers.get("location")] += 1

    replays = [threading.Thread(target=replay) for _ in range(REPLAYS)]
    for each in replays:
        each.start()
    for each in replays:
        each.join()
    assert results == {(303, f"{world.page}/kvittering"): REPLAYS}
    assert [answer["beloeb"] for answer in world.answers()] == ["1.00"]
    receipts = [each for each in world.rows(Message) if each.kind is MessageKind.RECEIPT]
    assert len(receipts) == 1


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


def test_what_two_people_change_in_different_fields_is_put_together(sqlite_engine, tmp_path):
    """Every type of field: what one saved is in the fields of the other, who has written elsewhere."""
    world = World(sqlite_engine, tmp_path, EVERY_TYPE, {"goals": GOALS})
    first, second = world.form(), world.form()
    filled = {name.replace(".", "__"): value for name, value in FILLED.items() if name != "om"}
    file = {"bilag": ("bilag.txt", b"Bilag", "text/plain")}
    assert first.send(world.browser, act="draft", files=file, **filled).status_code == 303
    saved = world.rows(Draft)[0].answers
    stale = second.send(world.browser, act="draft", om="Skrevet af den anden", maal__A__tal="8")
    assert stale.status_code == 409 and "Ændret af jer begge" in stale.text
    assert '<span class="what">Den anden har svaret</span><span class="pre">7</span>' in stale.text
    fields = Form(stale, world.link)
    assert fields.fields["om"] == "Skrevet af den anden" and fields.fields["maal.A.tal"] == "8"
    assert world.rows(Draft)[0].answers == saved, "nothing is kept before it has been looked through"
    assert fields.send(world.browser, act="draft").status_code == 303
    both = world.rows(Draft)[0].answers
    assert both["om"] == "Skrevet af den anden" and both["maal"][0]["tal"] == "8"
    changed = {"om", "maal"}
    assert {name: value for name, value in both.items() if name not in changed} == {
        name: value for name, value in saved.items() if name not in changed
    }
    assert both["bilag"]["name"] == "bilag.txt" and both["maal"][1] == saved["maal"][1]


def test_an_emptied_field_and_an_untouched_one_are_not_the_same(world):
    world.form().send(world.browser, act="draft", bemaerkning="Fra før", beloeb="1")
    first, second = world.form(), world.form()
    first.send(world.browser, act="draft", bemaerkning="", beloeb="2")
    stale = second.send(world.browser, act="draft", bemaerkning="Rettet", beloeb="")
    fields = Form(stale, world.link).fields
    assert (fields["bemaerkning"], fields["beloeb"]) == ("Rettet", "")
    assert '<span class="pre">(tomt)</span>' in stale.text and '<span class="pre">2 kr.</span>' in stale.text


def test_a_third_change_meanwhile_is_noticed_as_well(world):
    """A page that was refused, for a fault or for a change, stands for what it was made from."""
    first, second = world.form(), world.form()
    wrong = second.send(world.browser, act="submit", status__light="grøn", beloeb="mange")
    assert wrong.status_code == 422
    first.send(world.browser, act="draft", bemaerkning="Fra den ene")
    stale = Form(wrong, world.link).send(world.browser, act="submit", beloeb="1")
    assert stale.status_code == 409 and "Hentet ind fra den anden:" in stale.text
    world.form().send(world.browser, act="draft", bemaerkning="Endnu en gang")
    again = Form(stale, world.link).send(world.browser, act="submit")
    assert again.status_code == 409 and Form(again, world.link).fields["bemaerkning"] == "Endnu en gang"
    assert Form(again, world.link).send(world.browser, act="submit").status_code == 303
    assert world.answers() == [
        {"status": {"light": "grøn", "comment": ""}, "beloeb": "1.00", "bemaerkning": "Endnu en gang"}
    ]


@pytest.mark.parametrize("shown", [None, "", "[1]", "{", '{"beloeb": 5}'])
def test_a_page_that_does_not_say_what_it_showed_loses_nothing(world, shown):
    first, second = world.form(), world.form()
    first.send(world.browser, act="draft", bemaerkning="Fra den ene", beloeb="1")
    data = {name: value for name, value in second.fields.items() if name != "shown"}
    if shown is not None:
        data["shown"] = shown
    stale = world.browser.post(world.link, data={**data, "act": "draft", "beloeb": "2"})
    assert stale.status_code == 409 and "Fra den ene" in stale.text and "1 kr." in stale.text


def test_nothing_to_report_is_one_click(world):
    assert world.form().send(world.browser, act="nil").status_code == 303
    assert [row.kind for row in world.rows(Submission)] == [SubmissionKind.NIL]
    assert "Intet at bemærke." in world.browser.get(world.page + "/kvittering").text


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
    attached = {"bilag": ("..\\regnskab æ.txt", b"<script>alert(1)</script>", "text/html")}
    faulty = world.form().send(world.browser, act="submit", files=attached)
    assert faulty.status_code == 422 and "regnskab æ.txt" in faulty.text
    again = Form(faulty, world.link)
    assert again.send(world.browser, act="submit", tekst="Se bilag").status_code == 303
    file = world.answers()[0]["bilag"]
    assert (file["name"], file["size"]) == ("regnskab æ.txt", 25)
    fetched = world.browser.get(f"{world.link}/fil/{file['sha256']}")
    assert fetched.content == b"<script>alert(1)</script>"
    assert fetched.headers["content-type"].startswith("text/plain")
    assert fetched.headers["content-disposition"].startswith("attachment;")
    assert fetched.headers["x-content-type-options"] == "nosniff"
    elsewhere = world.site.link(world.other, world.town.leaders[world.other.unit_id])
    assert world.browser.get(f"{elsewhere}/fil/{file['sha256']}").status_code == 404


def with_file(engine, tmp_path) -> World:
    fields = (
        Field(id="bilag", type=FieldType.FILE, label="Bilag"),
        Field(id="tekst", type=FieldType.TEXT, label="Tekst"),
    )
    return World(engine, tmp_path, TaskForm(id="bilag", title="B", fields=fields))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("virus.exe", b"MZ\x90\x00\x03", "et program eller en fil med makroer"),
        ("regnskab.pdf", b"MZ\x90\x00\x03", "ikke en slags fil, vi tager imod"),
        ("makro.docm", b"PK\x03\x04....word/document.xml", "et program eller en fil med makroer"),
        ("tom.pdf", b"", "er tom"),
    ],
)
def test_a_program_or_an_empty_file_is_refused_at_its_question_and_the_rest_is_kept(
    engine, tmp_path, name, content, said
):
    world = with_file(engine, tmp_path)
    sent = {"bilag": (name, content, "application/pdf")}
    refused = world.form().send(world.browser, act="submit", tekst="Se bilag", files=sent)
    assert refused.status_code == 422 and said in refused.text and f"»{name}«" in refused.text
    assert Form(refused, world.link).fields["tekst"] == "Se bilag" and world.answers() == []
    draft = world.form().send(world.browser, act="draft", tekst="Se bilag", files=sent)
    assert draft.status_code in (200, 422) and said in draft.text
    with transaction(engine) as session:
        assert session.exec(select(File)).all() == []


def test_the_same_bytes_from_two_units_have_each_units_name(engine, tmp_path):
    world = with_file(engine, tmp_path)
    world.form().send(
        world.browser,
        act="submit",
        tekst="A",
        files={"bilag": ("opsigelse.txt", b"fortroligt", "text/plain")},
    )
    other = world.site.link(world.other, world.town.leaders[world.other.unit_id])
    page = Form(world.browser.get(other), other)
    page.send(
        world.browser, act="submit", tekst="B", files={"bilag": ("budget.txt", b"fortroligt", "text/plain")}
    )
    digest = world.answers()[0]["bilag"]["sha256"]
    for link, mine, theirs in ((world.link, "opsigelse", "budget"), (other, "budget", "opsigelse")):
        named = world.browser.get(f"{link}/fil/{digest}").headers["content-disposition"]
        receipt = world.browser.get(f"{link}/kvittering").text
        assert mine in named and theirs not in named
        assert mine in receipt and theirs not in receipt


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
