"""An agreement under negotiation: its leader's draft and the superior's step, each behind a link.

table = Table(engine, tmp_path)
table.site.browser().get(table.leader)
"""

from pathlib import Path

from sqlalchemy.engine import Engine

from cycle.goals.tables import Agreement, AgreementState, AgreementVersion
from cycle.store import transaction
from cycle.tasks.states import TaskKind
from tests.support import municipality
from tests.support.municipality import ROOT, SINCE, instant
from tests.support.web import Site

GIVEN = [{"row": "A", "label": "A. Sygefravær", "title": "Sygefravær", "level": "common", "key": "A"}]


class Table:
    """One agreement under negotiation, with the links of its leader and of the superior."""

    def __init__(self, engine: Engine, folder: Path, **settings: str) -> None:
        self.engine = engine
        with transaction(engine) as session:
            town = municipality.build(session)
            cycle = municipality.start_cycle(session, town, 2027)
            occurrence = municipality.add_occurrence(session, town, cycle)
            self.unit = town.units[0]
            period = {"period_from": SINCE, "period_to": SINCE.replace(year=2028)}
            agreement = Agreement(
                root_id=ROOT, occurrence_id=occurrence.id or 0, unit_id=self.unit, year=2027, **period
            )
            agreement.state, agreement.version = AgreementState.NEGOTIATION, 1
            session.add(agreement)
            session.flush()
            content = {"given_goals": GIVEN, "own_codes": ["G"], "own": {}}
            text = AgreementVersion(agreement_id=agreement.id, no=1, content=content, digest="1" * 64)
            text.by, text.at = "x", instant(2027, 4, 1)
            session.add(text)
            (draft,) = municipality.add_tasks(
                session, town, occurrence, units=[self.unit], kind=TaskKind.DRAFT
            )
            superior = "BY-SK-D1"
            if self.unit.startswith("BY-IN"):
                superior = "BY-IN-D1"
            (talk,) = municipality.add_tasks(
                session, town, occurrence, units=[superior], kind=TaskKind.NEGOTIATE, role="distriktschef"
            )
            draft.subject, talk.subject = "", f"forhandling:{self.unit}"
            draft.prefill = {
                "given_goals": GIVEN,
                "unit_goals": [{"row": "G", "label": "Enhedsmål G", "description": ""}],
            }
            session.add_all([draft, talk])
            session.flush()
            self.agreement, self.draft, self.talk = agreement.id or 0, draft, talk
            self.holders = (town.leaders[self.unit], town.leaders[superior])
            for row in (draft, talk):
                session.refresh(row)
                session.expunge(row)
        self.site = Site(engine, folder, at=instant(2027, 4, 12), **settings)
        self.leader = self.site.link(draft, self.holders[0])
        self.superior = self.site.link(talk, self.holders[1])
