"""One browser for the tests of a file; each test opens windows of its own.

Playwright keeps an event loop running in the thread it was started from, so a browser that outlived its file
would make every later `asyncio.run` of the suite fail.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import launched


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser
