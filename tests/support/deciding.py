"""A body's decision as a secretary records it: written, seen, recorded."""

from httpx import Response
from starlette.testclient import TestClient

from tests.support.web import Form


def preview(browser: TestClient, occurrence_id: int, **said: str) -> Response:
    """The page that says what the decision would put in force."""
    address = f"/aktivitet/{occurrence_id}"
    form = Form(browser.get(address), f"{address}/beslutning/vis")
    return browser.post(form.action, data={**form.fields, **said})


def record(browser: TestClient, shown: Response, occurrence_id: int) -> Response:
    """Presses the preview's button."""
    form = Form(shown, f"/aktivitet/{occurrence_id}/beslutning")
    return browser.post(form.action, data=form.fields)


def decide(browser: TestClient, occurrence_id: int, **said: str) -> Response:
    """Both."""
    shown = preview(browser, occurrence_id, **said)
    assert shown.status_code == 200, shown.text[:3000]
    sent = record(browser, shown, occurrence_id)
    assert sent.status_code == 303, sent.text[:3000]
    return sent
