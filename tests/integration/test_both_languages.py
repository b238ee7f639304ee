"""Every page of a played town in English says nothing of ours in Danish, and in Danish nothing in English."""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from cycle.access.roles import Role
from tests.support.languages import Texts, danish_in, own_words, titled_otherwise, translated
from tests.support.played_town import RENAMED, Town
from tests.support.routes import addresses, pages
from tests.support.web import Form

EACH = 4
"""So many of each kind of page are read."""
ENGLISH = re.compile(r"\b(the|and|with|from|your|have|this|which|they|been)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("town"))
    yield town
    town.engine.dispose()


def read(town: Town, language: str) -> Iterator[tuple[str, str]]:
    """(path, page) of every page there is, as the secretariat and a leader read it."""
    email = f"{language}@kbh.example"
    client = town.site.signed_in(email, Role.SECRETARIAT, "KBH")
    tokens = [*town.leader_links(), *town.invitations()]
    for path in pages(town.site.app):
        seen = 0
        for address in addresses(path, town.engine, token=tokens, what=["aktivitet"]):
            answer = client.get(f"{address}{'&' if '?' in address else '?'}sprog={language}")
            if answer.status_code == 200:
                seen += 1
                yield path, answer.text
            if seen == EACH:
                break


def test_english_pages_say_nothing_of_ours_in_danish(town: Town) -> None:
    own, titles = [*own_words(town.engine), RENAMED], translated(town.engine)
    found: dict[str, set[str]] = defaultdict(set)
    for path, page in read(town, "en"):
        found[path].update(danish_in(page, own), titled_otherwise(page, titles))
    assert {path: sorted(texts) for path, texts in found.items() if texts} == {}


REFUSED = {
    "/moeder/1/indkald/vis": {"edition": "1", "title": "", "day": "2027-02-30", "begins": "x", "ends": "y"},
    "/moeder/1/aflys/vis": {"edition": "1", "why": ""},
    "/moeder/1/hjemmeopgave": {"edition": "1", "text": "", "due_on": "i morgen"},
    "/aktivitet/5/flere/vis": {"act": "forlaeng", "new_due_on": "x"},
    "/aktivitet/2/beslutning/vis": {"body": "BUU", "decided_on": "2027-05-12", "adopted": "", "text": "x"},
    "/aktivitet/2/beslutning": {"body": "", "decided_on": "2099-05-12", "adopted": "ja", "text": ""},
    "/beslutning/2/traek": {"edition": "1", "why": ""},
    "/maal/76/ret": {"title": "", "measure": "", "rule": "at_most", "target": "x"},
    "/maal/ny": {"aar": "2027", "level": "area", "area": ""},
    "/sag/journaliseret": {"vis": "", "aar": "2028"},
    "/sag/aktivitet/2/journaliseret": {"alle": "ja", "case_number": "", "dato": ""},
    "/strategi/2/forslag": {"edition": "1", **{f"t:{n}": "" for n in range(1, 8)}, "t:overgange": ""},
}
"""What the secretariat may send in haste, and what the page is asked in English."""


@pytest.mark.parametrize("path", REFUSED)
def test_what_is_refused_is_refused_in_one_language(town: Town, path: str) -> None:
    email = f"{len(path)}{path.replace('/', '')}@kbh.example"
    client = town.site.signed_in(email, Role.SECRETARIAT, "KBH")
    client.cookies["sprog"] = "en"
    csrf = Form(client.get("/aarshjul"), "/log-ud").fields["csrf"]
    answer = client.post(path, data={"csrf": csrf, **REFUSED[path]})
    assert answer.status_code in (404, 409, 422), answer.text[:2000]
    assert danish_in(answer.text, [*own_words(town.engine), *REFUSED[path].values()]) == []


def test_danish_pages_say_nothing_of_ours_in_english(town: Town) -> None:
    titles = translated(town.engine)
    found: dict[str, set[str]] = defaultdict(set)
    for path, page in read(town, "da"):
        english = [text for text in Texts(page).found if ENGLISH.search(text)]
        found[path].update(english, titled_otherwise(page, titles.values()))
    assert {path: sorted(texts) for path, texts in found.items() if texts} == {}
