"""The report in a browser: no network, no errors, the figures of the API, nothing that keeps people out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import funnelsim as fs
from tests.browser.chromium import Watched
from tests.unit.made_up_report import FIRM, HARM, HARMFUL_NAME

YEARS = 60


@cache
def comparison() -> fs.ComparisonResult:
    return fs.compare(fs.parse(FIRM), replications=YEARS, jobs=1)


@pytest.fixture(scope="module")
def page_of_a_firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the report of a firm whose names would do harm, with all of them shown."""
    out = tmp_path_factory.mktemp("report") / "report.html"
    fs.report(comparison(), with_names=True, with_pay=True).save(out)
    return out


def test_it_opens_without_a_request_or_an_error(watched: Watched, page_of_a_firm: Path) -> None:
    watched.page.goto(page_of_a_firm.as_uri())
    watched.page.wait_for_load_state("networkidle")
    beside = [each for each in watched.requests if each != page_of_a_firm.as_uri()]
    assert [each for each in beside if not each.startswith("data:")] == []
    assert watched.errors == []


def test_its_figures_are_those_of_the_api(watched: Watched, page_of_a_firm: Path) -> None:
    watched.page.goto(page_of_a_firm.as_uri())
    rows = watched.page.locator("#strategies table tbody tr")
    table = comparison().table.sort_values("profit", ascending=False)
    assert rows.count() == len(table)
    for place, (_, row) in enumerate(table.iterrows()):
        profit, revenue, won = rows.nth(place).locator("td .mean").all_inner_texts()[:3]
        assert float(profit) == pytest.approx(row["profit"] / 1e3, abs=0.51)
        assert float(revenue) == pytest.approx(row["revenue"] / 1e3, abs=0.51)
        assert float(won) == pytest.approx(row["won"], abs=0.051)


def test_names_that_would_do_harm_are_shown_as_they_are(watched: Watched, page_of_a_firm: Path) -> None:
    asked: list[str] = []
    watched.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    watched.page.goto(page_of_a_firm.as_uri())
    assert watched.page.locator("img, script").count() == 0
    assert asked == []
    for name in (HARM, HARMFUL_NAME):
        assert watched.page.get_by_text(name, exact=False).first.inner_text()
    assert HARM in watched.page.locator("#strategies tbody").inner_text()  # the label of a strategy
    assert HARMFUL_NAME in watched.page.locator("#goals").inner_text()  # a rep, who has a quota
    assert HARMFUL_NAME in watched.page.locator("#bottleneck").inner_text()  # a segment


def test_the_scenario_can_be_downloaded(watched: Watched, page_of_a_firm: Path) -> None:
    watched.page.goto(page_of_a_firm.as_uri())
    with watched.page.expect_download() as started:
        watched.page.get_by_role("link", name="Download the scenario").click()
    assert started.value.suggested_filename == "scenario.toml"
    assert (
        fs.parse(Path(started.value.path()).read_text(encoding="utf-8")).document == fs.parse(FIRM).document
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_keeps_people_out(
    browser: Browser, serious: Callable[[Page], list[str]], page_of_a_firm: Path, scheme: str, width: int
) -> None:
    """On a phone nothing is wider than the screen; axe-core finds nothing serious, opened parts included."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(page_of_a_firm.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious(page) == []
    context.close()


def test_it_prints_on_few_pages(watched: Watched, page_of_a_firm: Path) -> None:
    watched.page.goto(page_of_a_firm.as_uri())
    printed = watched.page.pdf(prefer_css_page_size=True, print_background=True)
    assert 2 <= printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") <= 12
