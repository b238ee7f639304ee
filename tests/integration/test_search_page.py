"""One search over everything the secretariat has, in its own municipality, whatever is typed."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from cycle.access.roles import Role
from cycle.goals.tables import Agreement, Goal, GoalLevel, GoalOrigin
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.organisation.tables import Unit
from cycle.store import reading, transaction
from tests.support import municipality
from tests.support.municipality import instant
from tests.support.web import Site
from web.secretariat.finding import find, words_of


class Everything:
    """Two towns with one of each thing; the first one's secretariat searches."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.site = engine, Site(engine, folder, at=instant(2027, 4, 12))
        with transaction(engine) as session:
            for root in ("BY", "ANDEN"):
                town = municipality.build(session, root_id=root)
                cycle = municipality.start_cycle(session, town)
                occurrence = municipality.add_occurrence(session, town, cycle)
                municipality.add_tasks(session, town, occurrence)
                session.add(
                    Goal(
                        root_id=root,
                        year=2027,
                        key="faelles",
                        level=GoalLevel.COMMON,
                        code="A",
                        title="Ærlig læring for alle",
                        origin=GoalOrigin.POLITICAL,
                    )
                )
                session.add(
                    Agreement(
                        root_id=root,
                        occurrence_id=occurrence.id or 0,
                        unit_id=town.units[0],
                        year=2027,
                        period_from=instant(2027, 1, 1).date(),
                        period_to=instant(2027, 12, 31).date(),
                    )
                )
                session.add(
                    Message(
                        root_id=root,
                        key=f"x:{root}",
                        kind=MessageKind.DAILY,
                        address=f"maren@{root.lower()}.example",
                        subject="Kvartalsrapport 1 er åben",
                        state=MessageState.SENT,
                        created_at=self.site.clock.at,
                        next_at=self.site.clock.at,
                    )
                )
        self.office = self.site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")

    def search(self, text: str, language: str = "da") -> str:
        page = self.office.get("/soeg", params={"q": text, "sprog": language}, follow_redirects=True)
        assert page.status_code == 200
        return page.text


@pytest.fixture
def everything(engine: Engine, tmp_path: Path) -> Everything:
    return Everything(engine, tmp_path)


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("skole ÆRØ 1.1", ["Enheder", "Opgaver", "Udviklingsaftaler"]),
        ("leder af by-sk-d1-001", ["Personer"]),
        ("kvartalsrapport", ["Aktiviteter", "Sendte mails"]),
        ("1.1 kvartalsrapport", ["Opgaver"]),
        ("LÆRING ærlig", ["Mål"]),
        ("maren@by.example", ["Sendte mails"]),
        ("skole 1.1 udviklingsaftale", ["Udviklingsaftaler"]),
    ],
)
def test_each_kind_is_found_by_its_words_in_any_order_and_case(
    everything: Everything, text: str, headings: list[str]
) -> None:
    page = everything.search(text)
    names = ("Enheder", "Personer", "Aktiviteter", "Opgaver", "Mål", "Udviklingsaftaler", "Sendte mails")
    assert [each for each in names if f"<h2>{each}</h2>" in page] == headings
    assert "anden" not in page.casefold().split("<main")[1].split("</main")[0]


@pytest.mark.parametrize(
    "text",
    [
        "' OR 1=1 --",
        "%",
        "_",
        "%%",
        "/",
        "\\",
        "<script>alert(1)</script>",
        "\x00\x07",
        "🎡" * 500,
        "a" * 900,
        '"',
    ],
)
def test_sql_and_odd_signs_are_text(everything: Everything, text: str) -> None:
    page = everything.search(text)
    assert "<h2>" not in page.split("<main")[1] and "<script>alert" not in page


def test_it_speaks_english_and_only_the_office_may(everything: Everything) -> None:
    assert "<h2>Units</h2>" in everything.search("skole", "en")
    for role in (Role.DIRECTION, Role.SUPERIOR, Role.COMMITTEE, Role.OPERATOR):
        assert (
            everything.site.signed_in(f"{role}@by.example", role, "BY").get("/soeg?q=skole").status_code
            == 403
        )
    assert everything.site.browser().get("/soeg?q=skole").status_code == 303


def test_what_a_search_reads_does_not_grow_with_the_tasks(sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        town = municipality.build(session)
        cycle = municipality.start_cycle(session, town)
        for n in range(3):
            occurrence = municipality.add_occurrence(
                session, town, cycle, f"rapport-{n}", title=f"Rapport {n}"
            )
            municipality.add_tasks(session, town, occurrence)
    with reading(sqlite_engine) as session:
        plan = session.execute(
            sa.text(
                "EXPLAIN QUERY PLAN SELECT id FROM task WHERE occurrence_id IN (1) AND unit_id IN ('a', 'b')"
            )
        ).all()
        assert all("SCAN task" not in row[3] for row in plan)
        found = find(session, ["BY"], words_of("1.1 rapport"), today=instant(2027, 4, 12).date())
        names = set(session.execute(sa.select(Unit.name).where(Unit.kind == "skole")).scalars())
        hits = [hit for those in found.hits.values() for hit in those]
        assert len(hits) == 6 and {hit.title for hit in hits} & names
