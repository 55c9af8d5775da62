"""What the other tests in a browser trust: faults of a page are seen."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.chromium import Watched

BARE = "<!doctype html><html lang='en'><title>t</title><main><h1>t</h1>"


def test_requests_and_errors_are_noted(watched: Watched) -> None:
    watched.page.set_content(BARE + "<img alt='none' src='http://127.0.0.1:9/x.png'><script>no()</script>")
    watched.page.wait_for_load_state("load")
    assert "http://127.0.0.1:9/x.png" in watched.requests
    assert any("no is not defined" in error for error in watched.errors)


def test_axe_finds_a_picture_without_words(watched: Watched, serious: Callable[[Page], list[str]]) -> None:
    watched.page.set_content(BARE + "<p>fine</p>")
    assert serious(watched.page) == []
    watched.page.set_content(BARE + "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>")
    assert [each.split(":")[0] for each in serious(watched.page)] == ["image-alt"]
