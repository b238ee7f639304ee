"""A leader's task in a small town, and a browser that has its link (`link` as mailed, `page` once opened)."""

import sqlalchemy as sa
from sqlmodel import select

from cycle.store import reading, transaction
from cycle.tasks.forms import Choice, Field, FieldType
from cycle.tasks.forms import Form as TaskForm
from cycle.tasks.tables import Submission, Task
from tests.support import municipality
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
        self.page = f"/opgave/{self.task_id}"
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
