"""The København example in a store: its cycle starts, its forms are kept and read back as they were."""

from datetime import UTC, date, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cli.municipality import Folder, load_municipality, start_years
from cycle.store import reading, transaction
from cycle.tasks.forms import Form
from cycle.tasks.tables import CycleRevision, Figure, FormVersion, Occurrence

FOLDER = Path(__file__).parents[2] / "config" / "examples" / "koebenhavn"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_the_example_starts_and_its_forms_come_back_as_they_were(engine: Engine) -> None:
    with transaction(engine) as session:
        loaded = load_municipality(session, Folder.at(FOLDER), now=NOW)
        start_years(session, loaded, [2027], FOLDER, now=NOW)
    with reading(engine) as session:
        occurrences = session.exec(select(Occurrence).order_by(col(Occurrence.opens_at))).all()
        forms = {
            version.form_id: Form.model_validate_json(version.spec)
            for version in session.exec(select(FormVersion))
        }
        revision = session.exec(select(CycleRevision)).one()
        figures = session.execute(sa.select(sa.func.count()).select_from(Figure)).scalar_one()
    assert len(occurrences) == 12 and occurrences[0].title == "Regnskabsaflæggelse inkl. opfølgning på mål"
    assert [each.concerns_year for each in occurrences].count(2028) == 6
    agreement = next(each for each in occurrences if each.activity_id == "udviklingsaftaler")
    assert agreement.due_on == date(2027, 12, 20) and set(agreement.stage_forms) == set(agreement.stage_due)
    assert forms == loaded.forms
    assert revision.sources["wheel.yaml"].startswith("# yaml-language-server")
    assert figures == (2 + 3 * 3) * 467, "the budget's two, and three beside each quarterly report"
