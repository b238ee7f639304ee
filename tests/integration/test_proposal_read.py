"""What a superior reads before a proposal is agreed on: each own goal with what it is measured by."""

import re
from pathlib import Path

from sqlalchemy.engine import Engine

from cycle.access.roles import Role
from cycle.organisation.directory import Directory
from cycle.store import reading
from cycle.tasks.states import TaskKind
from tests.support.three_agreements import SCHOOL, YES, begun, open_step, take
from tests.support.web import Site

DRAFT = {
    "enhedsmaal": {
        "G": {
            "titel": "Færre sygedage",
            "beskrivelse": "Samtaler efter fem dage",
            "indikator": "Sygefravær",
            "maaleenhed": "%",
            "udgangspunkt": "6,4",
            "regel": "hoejst",
            "maaltal": "6",
        },
        "H": {"titel": "Trivsel", "beskrivelse": "x", "udgangspunkt": "81", "regel": "ikke-under"},
    }
}


def test_every_page_of_a_proposal_says_what_its_own_goals_are_measured_by(
    store: Engine, tmp_path: Path
) -> None:
    """Behind the link of the step, and with an account: the unit's answer and the step itself."""
    year = begun(store, tmp_path)
    take(year, (TaskKind.DRAFT, DRAFT), units=(SCHOOL,))
    site = Site(store, tmp_path, at=year.now, secret_key="k" * 40)
    draft = year.task(year.occurrence("udviklingsaftaler").id, SCHOOL, TaskKind.DRAFT)
    for kind in (TaskKind.NEGOTIATE, TaskKind.APPROVE):
        step = open_step(year, kind, SCHOOL)
        with reading(store) as session:
            post = Directory.for_post(session, step.unit_id, year.now.date())
        who = post.recipient(step.unit_id, step.role)
        assert who is not None
        chief = site.signed_in(f"{kind}@kbh.example", Role.SUPERIOR, step.unit_id)
        for page in (
            site.browser().get(site.link(step, who.person_id)),
            chief.get(f"/mine-enheder/opgave/{draft.id}"),
            chief.get(f"/mine-enheder/opgave/{step.id}"),
        ):
            told = " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
            assert "Indikator Sygefravær: højst 6 % (før: 6,4 %)" in told
            assert "Indikator Trivsel: ikke under udgangspunktet 81" in told
            assert "Enheden har ikke svaret endnu" not in told
        take(year, (kind, YES), units=(SCHOOL,))
    elsewhere = site.signed_in("anden@kbh.example", Role.SUPERIOR, "KBH-SKOLER-05")
    assert elsewhere.get(f"/mine-enheder/opgave/{draft.id}").status_code == 403
