"""A browser for the tests of pages. They are skipped by name where there is no Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import chromium
from tests.browser.chromium import Watched


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if chromium.EXECUTABLE is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with chromium.launched() as found:
        yield found


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """Open an empty page of 1,280 by 900, and note its requests and errors."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield Watched.of(context.new_page())
    context.close()


@pytest.fixture
def serious() -> Callable[[Page], list[str]]:
    """List what axe-core finds on a page that is serious."""
    if not chromium.AXE.exists():
        pytest.skip("needs axe-core: npm install --prefix tests/browser")
    return chromium.serious
