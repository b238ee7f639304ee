"""A goal hides its small numbers from mid-year: so do the units' own goals under it, in every output."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from pypdf import PdfReader
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from cycle.access.roles import Role
from cycle.goals.goal_edits import goal_digest, reword_goal
from cycle.goals.indicators import Indicator
from cycle.goals.own_goals import own_goals
from cycle.goals.rolling import text_of_goal
from cycle.goals.statuses import keep_statuses
from cycle.goals.tables import Agreement, AgreementState, AgreementVersion, Goal, GoalLevel
from cycle.goals.told_rollup import told_rollup
from cycle.goals.trace import trace
from cycle.goals.tree import GoalText, keep_goals
from cycle.store import reading, transaction
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.releases import release
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence
from tests.support import municipality
from tests.support.municipality import ROOT, instant
from tests.support.web import Site

NOW = instant(2027, 4, 25)
SECRET, OPEN, FIGURE = "To medarbejdere er langtidssyge.", "Åbent for alle", "6,789"
REPORT = Form(
    id="kvartalsrapport",
    title="Kvartalsrapport",
    fields=(
        Field(
            id="goals",
            type=FieldType.REPEAT,
            label="Mål",
            rows_from="goals",
            fields=(
                Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status"),
                Field(id="vaerdi", type=FieldType.NUMBER, label="Værdi", required=False),
            ),
        ),
    ),
)
MEASURED = Indicator.model_validate({"name": "Sygedage", "unit": "dage", "target": "4"})
TREE = (
    GoalText(GoalLevel.COMMON, "A", "Sygefraværet falder"),
    GoalText(GoalLevel.COMMON, "B", "Budgettet overholdes"),
)
PATHS = (f"/{ROOT}/",)


@pytest.fixture
def town(engine: Engine, tmp_path: Path) -> Site:
    """Every unit has own goals in force, G under A and H under B; one hides its H. All have reported."""
    with transaction(engine) as session:
        built = municipality.build(session)
        keep_goals(session, TREE, root_id=ROOT, year=2027, by="cli", now=NOW)
        cycle = municipality.start_cycle(session, built, form=REPORT)
        occurrence = municipality.add_occurrence(session, built, cycle, state=OccurrenceState.CLOSED)
        own: list[GoalText] = []
        for n, unit_id in enumerate(built.units):
            own += _agreed(session, unit_id, occurrence.id or 0, hides=n == 0)
        keep_goals(session, own, root_id=ROOT, year=2027, by="engine", now=NOW)
        keys = {goal.key for goal in session.exec(select(Goal))}
        for task in municipality.add_tasks(session, built, occurrence):
            codes = {code: f"{task.unit_id}/2027/{code}" for code in "GH"} | {"A": "A", "B": "B"}
            assert set(codes.values()) <= keys
            task.prefill = {
                "goals": [{"row": code, "title": code, "key": key} for code, key in sorted(codes.items())]
            }
            secret = {"light": "rød", "comment": SECRET}
            free = {"light": "gul", "comment": OPEN}
            rows = [{"row": code, "status": secret if code in "AG" else free} for code in sorted(codes)]
            rows[2]["vaerdi"] = "6.789"
            municipality.answer(session, task, at=instant(2027, 4, 9), answers={"goals": rows})
        keep_statuses(session, occurrence.id or 0)
    return Site(engine, tmp_path, at=NOW)


def _agreed(session: Session, unit_id: str, occurrence_id: int, *, hides: bool) -> list[GoalText]:
    agreement = Agreement(
        root_id=ROOT, occurrence_id=occurrence_id, unit_id=unit_id, year=2027, state=AgreementState.IN_FORCE,
        period_from=date(2027, 1, 1), period_to=date(2027, 12, 31), version=1, in_force_version=1,
    )  # fmt: skip
    session.add(agreement)
    session.flush()
    rows = [
        {
            "row": code,
            "titel": f"Eget mål {code}",
            "understoetter": above,
            "skjul-smaa-tal": hides and code == "H",
        }
        for code, above in (("G", "A"), ("H", "B"))
    ]
    content = {
        "given_goals": [{"row": code, "key": code, "label": code} for code in "AB"],
        "own_codes": ["G", "H"],
        "own": {"enhedsmaal": rows},
    }
    text = AgreementVersion(agreement_id=agreement.id, no=1, content=content, digest="1" * 64, by="x", at=NOW)
    session.add(text)
    return own_goals(content, agreement)


def hide(engine: Engine, key: str, *, hides: bool) -> None:
    """The secretariat ticks the goal's box, or takes the tick away."""
    with transaction(engine) as session:
        goal = session.exec(select(Goal).where(Goal.key == key)).one()
        text = text_of_goal(goal)
        text = GoalText(**{**text.__dict__, "hide_small": hides})
        seen = goal_digest(goal)
        reword_goal(session, goal.id or 0, text, seen=seen, also=False, by="sif@by.example", now=NOW)


def hidden(engine: Engine, code: str) -> int:
    """How many units' own goals of that letter are hidden."""
    with reading(engine) as session:
        query = select(Goal).where(Goal.level == GoalLevel.UNIT, Goal.code == code)
        return sum(goal.hide_small for goal in session.exec(query))


def words(path: str, content: bytes) -> str:
    """What a reader finds in the page or file."""
    if path.partition("?")[0].endswith(".pdf"):
        return " ".join(
            " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split()
        )
    if path.endswith((".xlsx", ".docx")):
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            return "".join(file.read(name).decode() for name in file.namelist() if name.endswith(".xml"))
    return content.decode()


OUTPUTS = (
    "/afrapportering/1",
    "/afrapportering/1.pdf",
    "/afrapportering/1.docx",
    "/maalregnskab/1.pdf",
    "/maalregnskab/1.pdf?under=BY-SK",
    "/maalregnskab/1.pdf?under=BY-SK-D1-001",
    "/eksport/aktivitet/1.xlsx",
    "/eksport/aktivitet/1.csv",
    "/aktivitet/1/samlet",
    "/maal?aar=2027",
    "/maal/{A}",
    "/maal/{G}",
)


def test_in_every_output_the_own_goals_under_it_are_hidden_from_that_moment(town: Site) -> None:
    office = town.signed_in("sek@by.example", Role.SECRETARIAT, ROOT)
    with reading(town.engine) as session:
        ids = {code: session.exec(select(Goal.id).where(Goal.code == code)).first() for code in "AG"}

    def told() -> dict[str, str]:
        pages = {path: office.get(path.format(**ids)) for path in OUTPUTS}
        assert {page.status_code for page in pages.values()} == {200}
        return {path: words(path, page.content) for path, page in pages.items()}

    before = told()
    assert sum(SECRET in said for said in before.values()) >= 4
    assert any(FIGURE in said or "6.789" in said for said in before.values())
    hide(town.engine, "A", hides=True)
    for path, said in told().items():
        assert SECRET not in said and FIGURE not in said and "6.789" not in said, path
        assert OPEN in said or OPEN not in before[path], path
    with transaction(town.engine) as session:
        made = release(session, 1, by="engine", now=NOW, make=told_rollup)
        assert (
            SECRET not in str(made.content) and "6.789" not in str(made.content) and OPEN in str(made.content)
        )
        for goal_id, below in ((ids["A"], False), (ids["G"], False)):
            found = trace(session, goal_id or 0, paths=PATHS)
            assert any(each.own for each in found.below) is below, "what was counted before is counted anew"


def test_what_shows_again_is_what_the_units_have_not_hidden_themselves(town: Site) -> None:
    engine = town.engine
    assert (hidden(engine, "G"), hidden(engine, "H")) == (0, 1)
    for key in "AB":
        hide(engine, key, hides=True)
    assert (hidden(engine, "G"), hidden(engine, "H")) == (12, 12)
    with reading(engine) as session:
        assert not any(each.own for each in trace(session, 2, paths=PATHS).below)
    for key in "AB":
        hide(engine, key, hides=False)
    assert (hidden(engine, "G"), hidden(engine, "H")) == (0, 1)
    with reading(engine) as session:
        below = trace(session, 2, paths=PATHS).below
        (mine,) = [each for each in below if each.own]
        assert sum(mine.counts[1].lights[light] or 0 for light in ("grøn", "gul", "rød")) == 11


def test_an_import_that_hides_or_a_new_year_passes_it_on_too(town: Site) -> None:
    later = [GoalText(**{**text.__dict__, "hide_small": text.code == "A"}) for text in TREE]
    with transaction(town.engine) as session:
        session.execute(
            sa.update(Goal).where(Goal.level == GoalLevel.UNIT).values(year=2028)  # type: ignore[arg-type]
        )
        keep_goals(session, later, root_id=ROOT, year=2027, by="cli", now=NOW)
    assert hidden(town.engine, "G") == 0, "another year's"
    with transaction(town.engine) as session:
        keep_goals(session, later, root_id=ROOT, year=2028, by="cli", now=NOW)
    assert (hidden(town.engine, "G"), hidden(town.engine, "H")) == (12, 1)


def test_the_account_of_an_open_report_asks_the_goals_as_they_are(town: Site) -> None:
    with transaction(town.engine) as session:
        occurrence = session.get_one(Occurrence, 1)
        occurrence.state = OccurrenceState.OPEN
        session.add(occurrence)
    hide(town.engine, "A", hides=True)
    with reading(town.engine) as session:
        assert SECRET not in str(told_rollup(session, 1, now=NOW))
