"""A difference of hundreds of changes is shown page by page, and applied whole."""

import re
from datetime import date
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.organisation.fetched import difference_of, keep_fetched
from cycle.organisation.os2mo import Lists
from cycle.organisation.tables import Appointment, Person, Unit
from cycle.store import reading, transaction
from tests.support.municipality import instant
from tests.support.web import Form, Site

NOW = instant(2027, 3, 1, 9)
GONE = [f"S{number:03}" for number in range(230)]
FETCHED = Lists(
    b"Enheds-id;Overordnet;Navn;Art\nBY;;By Kommune;kommune\nNY;BY;Nyskolen;skole\n",
    b"Enhed;Rolle;Navn;E-mail\nNY;leder;Ny Opdigtet;ny@by.example\n",
)
"""One unit that is not in the store, with its leader, and none of the others."""


def prepare(engine: Engine) -> None:
    """Two hundred and thirty schools, of which each has a leader."""
    facts = {"root_id": "BY", "kind": "skole", "parent_id": "BY"}
    with transaction(engine) as session:
        session.add(Unit(id="BY", root_id="BY", path="/BY/", name="By Kommune", kind="kommune"))
        session.flush()
        session.add_all(Unit(id=id_, name=f"Skole {id_}", path=f"/BY/{id_}/", **facts) for id_ in GONE)
        people = [Person(root_id="BY", key=f"id:{id_}", name=f"Leder {id_}") for id_ in GONE]
        session.add_all(people)
        session.flush()
        for id_, person in zip(GONE, people, strict=True):
            term = {"unit_id": id_, "role": "leder", "valid_from": date(2025, 1, 1)}
            session.add(Appointment(person_id=person.id or 0, **term))
        keep_fetched(session, "BY", FETCHED, 462, now=NOW)


def test_every_change_is_on_one_of_the_pages_and_what_was_answered_stays(
    engine: Engine, tmp_path: Path
) -> None:
    prepare(engine)
    office = Site(engine, tmp_path, at=NOW).signed_in("sif@by.example", Role.SECRETARIAT, "BY")
    first = office.get("/os2mo?row.7=same&ledere=2").text
    assert "Enheder (231)" in first and "Ledere (231)" in first
    for name in ("enheder", "ledere"):
        links = re.findall(rf'href="([^"]*\b{name}=\d+#{name})"', first)
        assert len(links) == 3 and all("row.7=same" in link for link in links)
        assert all("ledere=2" in link for link in links if name == "enheder"), "the other list stays"
        texts = [office.get(link.replace("&amp;", "&")).text for link in links]
        lists = [re.search(rf'<h2 id="{name}">.*?</ul>', text, re.S) for text in texts]
        told = re.findall(
            r"<li><span[^>]*>[^<]*</span> (\w+)", " ".join(found[0] for found in lists if found)
        )
        assert sorted(told) == sorted([*GONE, "NY"]), "each once"
    assert "ny leder" in office.get("/os2mo?ledere=3").text + office.get("/os2mo").text
    assert office.get("/os2mo?enheder=99999&ledere=x").status_code == 200


def test_looking_writes_nothing_and_what_is_applied_is_all_of_it(engine: Engine, tmp_path: Path) -> None:
    prepare(engine)
    with reading(engine) as session:
        found = difference_of(session, FETCHED, today=NOW.date())
        assert (len(found.units.changes), len(found.leaders.changes)) == (231, 231)
        assert found.units.units["NY"].path == "/BY/NY/" and found.units.units["S000"].closed_on is not None
        assert session.get(Unit, "NY") is None
    office = Site(engine, tmp_path, at=NOW).signed_in("sif@by.example", Role.SECRETARIAT, "BY")
    page = office.get("/os2mo?enheder=3")
    assert Form(page, "/os2mo").send(office, really="ja").status_code == 303
    with reading(engine) as session:
        still = session.exec(select(Unit.id).where(col(Unit.closed_on).is_(None))).all()
        assert sorted(still) == ["BY", "NY"]
    assert "Alt her er som i OS2mo" in office.get("/os2mo").text
