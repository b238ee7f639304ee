"""An agreement's pages: goals in words, two versions side by side, remarks; on a desk and on a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from cycle.access.roles import Role
from cycle.access.sessions import open_session
from cycle.goals.remarks import remark, resolve
from cycle.goals.tables import Agreement, AgreementVersion
from cycle.store import make_engine, transaction
from cycle.tables import METADATA
from tests.support.axe import accessible, accessible_at_every_width
from tests.support.browser import served
from tests.support.municipality import ROOT, instant
from tests.support.negotiating import GIVEN, Table
from tests.support.postgres import free_port
from web.session import COOKIE

NOW = instant(2027, 4, 12)
MEASURED = {
    "name": "Sygefravær", "unit": "%", "baseline": "6.4", "target": "6", "rule": "at_most",
}  # fmt: skip

SEALED = """<div class="alert alert-success"><div class="alert-body"><div class="alert-text">
<a class="button button-primary" href="/x.pdf">Hent aftalen</a></div></div></div>"""


@pytest.fixture(scope="module")
def served_table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Table, str]]:
    """A negotiation in its second version, with one remark resolved and one not."""
    folder, port = tmp_path_factory.mktemp("table"), free_port()
    base = f"http://127.0.0.1:{port}"
    engine = make_engine(f"sqlite:///{folder / 'aarshjul.db'}")
    METADATA.create_all(engine)
    table = Table(engine, folder, base_url=base)
    with transaction(engine) as session:
        agreement = session.get_one(Agreement, table.agreement)
        goal = {
            **GIVEN[0],
            "label": "A. Sygefravær og trivsel",
            "indicator": MEASURED,
            "signs": ["Ro", "Tid"],
        }
        own = {"enhedsmaal": [{"row": "G", "titel": "Flere fælles timer"}]}
        text = AgreementVersion(agreement_id=agreement.id, no=2, digest="2" * 64)
        text.content = {"given_goals": [goal], "own_codes": ["G"], "own": own}
        text.by, text.at, agreement.version = "x", NOW, 2
        session.add_all([text, agreement])
        said = {"by": "person:1", "post": "distriktschef, Skoler", "now": NOW}
        first = remark(session, agreement, code="A", text="Hvad er målet i tal?", once="1", **said)
        resolve(session, agreement, first.id or 0, by="person:2", now=NOW)
        remark(session, agreement, code="G", text="Hvor mange timer?", once="2", **said)
        task = session.merge(table.talk)
        task.prefill = {"agreement": {"id": agreement.id, "version": 2, "digest": "2" * 64}}
        session.add(task)
    with served(table.site.app, port):
        yield table, base
    engine.dispose()


def test_agreements_pages_are_for_everyone(browser: Browser, served_table: tuple[Table, str]) -> None:
    table, base = served_table
    page = browser.new_page(locale="da-DK")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for address in (table.superior, f"{table.superior}/bemaerkninger", table.leader):
        page.goto(base + address)
        accessible_at_every_width(page)
    account = table.site.add_account("sif@by.example", Role.SECRETARIAT, ROOT)
    with transaction(table.engine) as session:
        opened = open_session(session, account, now=NOW)
    page.context.add_cookies([{"name": COOKIE, "value": opened.token, "url": base}])
    for address in (f"/udviklingsaftale/{table.agreement}", f"/udviklingsaftale/{table.agreement}?sprog=en"):
        page.goto(base + address)
        accessible_at_every_width(page)
    assert page.locator("ins").count() > 0 and complaints == []


def test_the_button_of_a_sealed_agreement_can_be_read_on_its_green_ground(
    browser: Browser, served_table: tuple[Table, str]
) -> None:
    page = browser.new_page(locale="da-DK")
    page.goto(f"{served_table[1]}/tilgaengelighed")
    page.evaluate("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", SEALED)
    for light in ("light", "dark"):
        page.emulate_media(color_scheme=light)
        accessible(page)
