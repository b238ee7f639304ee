"""Every page of a played town in English says nothing of ours in Danish, and in Danish nothing in English."""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from cycle.access.roles import Role
from tests.support.languages import Texts, danish_in, own_words, titled_otherwise, translated
from tests.support.played_town import Town
from tests.support.routes import addresses, pages

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
    own, titles = own_words(town.engine), translated(town.engine)
    found: dict[str, set[str]] = defaultdict(set)
    for path, page in read(town, "en"):
        found[path].update(danish_in(page, own), titled_otherwise(page, titles))
    assert {path: sorted(texts) for path, texts in found.items() if texts} == {}


def test_danish_pages_say_nothing_of_ours_in_english(town: Town) -> None:
    titles = translated(town.engine)
    found: dict[str, set[str]] = defaultdict(set)
    for path, page in read(town, "da"):
        english = [text for text in Texts(page).found if ENGLISH.search(text)]
        found[path].update(english, titled_otherwise(page, titles.values()))
    assert {path: sorted(texts) for path, texts in found.items() if texts} == {}
