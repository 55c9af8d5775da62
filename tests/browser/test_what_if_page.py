"""The what-if page in a browser: its numbers are those of a comparison, and nothing on it does harm (WI8)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import funnelsim as fs
from funnelsim.app.what_if.server import serving
from funnelsim.app.what_if.session import Session
from funnelsim.metrics.wording import amount
from funnelsim.reports.what_if import answer_document
from funnelsim.scenario import load, preset_text
from funnelsim.scenario.withheld import Withheld
from funnelsim.studies.what_if import WhatIf, tried

WORLDS = 25
HOSTILE = "</script><img onerror>"
_SLOW = 60_000  # milliseconds


def served(name, *, sizes=None, since=None, **shown):
    """Serve the page of a preset or file."""
    return serving(Session(name, WhatIf(load(name), sizes=sizes, since=since), **shown))


@pytest.fixture(scope="module")
def server():
    with served("first_steps", sizes=(1, 4, 9, WORLDS)) as found:
        yield found


@pytest.fixture
def page(watched, server):
    yield _opened(watched, server.address)
    assert watched.errors == []
    assert all(request.startswith(server.address.partition("#")[0]) for request in watched.requests)


def _opened(watched, address):
    watched.page.goto(address)
    _settle(watched.page, 1)
    return watched.page


def _settle(page, number):
    """Wait until the answer to so many questions of the page is settled."""
    page.wait_for_selector(f'body[data-settled="{number}"]', timeout=_SLOW)


def _figure(page, name):
    shown = page.locator(f'[data-figure="{name}"]')
    return {"what_if": shown.locator(".big").inner_text(), "today": shown.locator(".was").inner_text()}


def test_a_slider_moves_and_the_numbers_are_those_of_a_comparison(page):
    """WI8, in the same worlds."""
    page.get_by_label("people in sales", exact=True).press("ArrowRight")
    _settle(page, 2)
    compared = fs.compare(
        tried(load("first_steps"), {"teams.sales.people": 3}),
        strategies=["today", "what_if"],
        replications=WORLDS,
    )
    for name in ("profit", "revenue", "won"):
        figure = compared["today"].forecast.by(name, "all").figure
        means = {each: compared[each].forecast.estimate(name).mean for each in compared}
        currency = compared.scenario.currency
        assert _figure(page, name) == {
            "what_if": amount(means["what_if"], figure.unit, currency),
            "today": f"today {amount(means['today'], figure.unit, currency)}",
        }
    assert page.locator("#verdict").inner_text() == compared.answer
    document = answer_document(compared, Withheld(compared.scenario))
    assert page.locator("#gain").inner_text() == document["gain"]["words"]
    assert document["gain"]["range"] in page.locator("#range").inner_text()
    assert page.locator("#worlds").inner_text().startswith(f"{WORLDS} simulated years")
    busy = page.locator("#busy > .pairs .bar-row").nth(1).inner_text()
    assert document["busy"]["team"][0]["what_if_words"] in busy


def test_undo_reset_and_search(page):
    people = page.get_by_label("people in sales", exact=True)
    box = page.get_by_label("people in sales, as a number")
    people.press("ArrowRight")
    people.press("ArrowRight")
    assert (box.input_value(), page.locator("#changes li").count()) == ("4", 1)
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    assert (box.input_value(), page.locator("#changes li").count()) == ("2", 0)
    box.fill("5")
    box.press("Enter")
    assert "2 people \u2192 5 people" in page.locator("#changes").inner_text()
    page.get_by_role("button", name="Reset").click()
    assert box.input_value() == "2"
    page.get_by_role("button", name="Undo").click()
    assert box.input_value() == "5"
    page.get_by_label("Find a lever").fill("cold")
    found = page.locator(".lever label").all_inner_texts()
    assert found
    assert all("cold" in each for each in found)
    page.get_by_label("Find a lever").fill("no such lever")
    assert page.locator("#groups").inner_text().startswith("No lever is called that. Pay is left out")
    page.get_by_label("Find a lever").fill("hire")
    assert page.get_by_label("people in sales", exact=True).is_visible()


def test_people_are_whole_numbers(page):
    """A fraction that is rounded to the value from before is not left standing in the field."""
    box = page.get_by_label("people in sales, as a number, people")
    box.fill("2.4")
    box.press("Tab")
    assert box.input_value() == "2"
    assert page.locator("#changes li").count() == 0


def test_a_lever_that_cannot_be_so_says_why_and_the_page_goes_on(watched, server):
    page = _opened(watched, server.address)
    box = page.get_by_label("people in sales, as a number")
    box.fill("0")
    box.press("Enter")
    page.wait_for_selector("#wrong:not([hidden])")
    assert "people in sales is 0" in page.locator("#wrong").inner_text()
    assert "The answer below is the one from before." in page.locator("#wrong").inner_text()
    assert page.locator("#figures").evaluate("each => getComputedStyle(each).opacity") == "0.4"
    for name in ("Copy command", "Report", "Save as strategy"):
        assert page.get_by_role("button", name=name).is_disabled()
    box.fill("3")
    box.press("Enter")
    page.wait_for_selector("#wrong[hidden]", state="attached")
    page.wait_for_selector("#save:enabled")
    assert page.locator("#figures").evaluate("each => getComputedStyle(each).opacity") == "1"
    assert [each for each in watched.errors if "422" not in each] == []  # the browser's own note of it


def test_the_command_is_shown_to_be_copied(page):
    page.get_by_label("people in sales", exact=True).press("ArrowRight")
    _settle(page, 2)
    page.get_by_role("button", name="Copy command").click()
    page.wait_for_selector("#command-dialog[open]")
    command = page.locator("#command-text").input_value()
    assert command == (
        f"funnelsim compare first_steps --strategies today,what_if --replications {WORLDS} --seed 1 "
        "--try teams.sales.people=3"
    )


def test_a_what_if_on_a_day_says_so_and_goes_on_from_a_checkpoint(watched, tmp_path):
    """WI14: a command in fewer worlds than those of the file is refused in a sentence."""
    since = fs.keep(load("first_steps"), date(2026, 7, 1), replications=9)
    with served("first_steps", since=since, kept_in=tmp_path / "july") as server:
        page = _opened(watched, server.address)
        assert "from 1 july 2026 on" in page.locator("#starts").inner_text().lower()
        page.get_by_label("people in sales", exact=True).press("ArrowRight")
        _settle(page, 2)
        compared = fs.compare(
            tried(load("first_steps"), {"teams.sales.people": 3}, since=since),
            strategies=["today", "what_if"],
            since=since,
        )
        shown = answer_document(compared, Withheld(compared.scenario))
        assert page.locator("#gain").inner_text() == shown["gain"]["words"]
        page.evaluate("state.worlds = 4")
        page.get_by_role("button", name="Copy command").click()
        page.locator("#said").filter(has_text="copy it when the answer has them all").wait_for()
        assert not page.locator("#command-dialog").is_visible()


def test_the_report_is_that_of_the_command(page):
    """WI12: a download, with the question and the answer."""
    page.get_by_label("people in sales", exact=True).press("ArrowRight")
    _settle(page, 2)
    with page.expect_download(timeout=_SLOW) as download:
        page.get_by_role("button", name="Report").click()
    assert download.value.suggested_filename == "what_if_report.html"
    html = Path(download.value.path()).read_text(encoding="utf-8")
    made = fs.report(
        tried(load("first_steps"), {"teams.sales.people": 3}),
        strategies=["today", "what_if"],
        replications=WORLDS,
    )
    assert html == made.html


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_serious_stands_in_the_way_of_anybody(browser, server, serious, scheme, width):
    """WI8: axe-core, in both colour schemes, on a phone and on a screen; nothing runs out of the page."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    try:
        page = context.new_page()
        page.goto(server.address)
        _settle(page, 1)
        page.get_by_label("people in sales", exact=True).press("ArrowRight")
        _settle(page, 2)
        assert serious(page) == []
        page.get_by_role("button", name="Save as strategy").click()
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        context.close()


def test_on_a_phone_the_figures_stand_above_the_levers_and_the_money_fits(browser, server):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    try:
        page = context.new_page()
        page.goto(server.address)
        _settle(page, 1)
        page.get_by_label("people in sales", exact=True).press("ArrowRight")
        _settle(page, 2)
        figures, levers = (page.locator(each).bounding_box() for each in ("#figures", ".levers"))
        assert figures["y"] + figures["height"] <= levers["y"]
        wide, room = page.locator("#money").evaluate(
            "each => [each.parentNode.scrollWidth, each.parentNode.clientWidth]"
        )
        assert wide <= room
        assert page.locator("#money-note").inner_text().startswith("Pay has no row of its own")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        context.close()


def test_the_edge_of_the_levers_fades(page):
    """More groups are below what is seen."""
    edge = page.locator(".levers").evaluate(
        "each => { const of = getComputedStyle(each, '::after'); return [of.position, of.backgroundImage] }"
    )
    assert edge[0] == "sticky"
    assert "linear-gradient" in edge[1]


def test_without_the_key_nothing_is_shown(watched, server):
    """WI10."""
    watched.page.goto(server.address.partition("#")[0])
    watched.page.wait_for_selector("#wrong:not([hidden])")
    assert "without its key" in watched.page.locator("#wrong").inner_text()
    assert watched.page.locator(".lever").count() == 0


def test_a_page_of_somebody_else_gets_nothing(watched, server):
    """WI10: even one that knows the key, served from another port of this machine."""
    with served("first_steps", sizes=(1,)) as other:
        watched.page.goto(other.address)
        _settle(watched.page, 1)
        address, _, token = server.address.partition("#")
        asked = """async ([address, token]) => {
            const headers = { "X-Funnelsim-Token": token, "Content-Type": "application/json" };
            const body = JSON.stringify({ page: "x", number: 1, values: {} });
            try { return (await fetch(address + "api/answer", { method: "POST", headers, body })).status }
            catch (error) { return error.name }
        }"""
        assert watched.page.evaluate(asked, [address, token]) == "TypeError"


def test_save_writes_a_strategy_that_validates(watched, tmp_path):
    """WI11: into the file, with a backup; refused with a difference if the file was changed meanwhile."""
    mine = tmp_path / "mine.toml"
    mine.write_text("# my own\n" + preset_text("first_steps"), encoding="utf-8")
    with served(str(mine), sizes=(1,)) as server:
        page = _opened(watched, server.address)
        page.get_by_label("people in sales", exact=True).press("ArrowRight")
        page.get_by_role("button", name="Save as strategy").click()
        page.get_by_label("Name", exact=True).fill(HOSTILE)
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_selector("#save-dialog", state="hidden")
        assert f"Saved: {HOSTILE}, in mine.toml" in page.locator("#said").inner_text()
        assert page.locator("img").count() == 0
        saved = load(mine)
        assert saved.strategies[HOSTILE].change == {"teams.sales.people": 3}
        assert fs.compare(saved, strategies=["today", HOSTILE], replications=2).years == 2
        assert mine.read_text(encoding="utf-8").startswith("# my own\n")
        assert (tmp_path / "mine.toml.bak").exists()

        mine.write_text("# changed\n" + mine.read_text(encoding="utf-8"), encoding="utf-8")
        page.get_by_role("button", name="Save as strategy").click()
        page.get_by_label("Name", exact=True).fill("another")
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_selector("#save-wrong:not([hidden])")
        assert "was changed since it was read" in page.locator("#save-wrong").inner_text()
        assert "+# changed" in page.locator("#save-difference").inner_text()
        assert "another" not in load(mine).strategies


def test_names_that_would_be_markup_are_texts(watched, tmp_path):
    """WI10: names of a stage, a team, a channel, a segment, a rep, a goal and a strategy."""
    mine = tmp_path / "mine.toml"
    text = (
        preset_text("first_steps")
        .replace("[stages.proposal]", f'[stages."{HOSTILE}"]')
        .replace("[channels.website]", f'[channels."{HOSTILE}"]')
        .replace("[segments.default]", f'[segments."{HOSTILE}"]')
        .replace("stages.proposal", f"stages.{HOSTILE}")
        .replace("channels.website", f"channels.{HOSTILE}")
        .replace("segments.default", f"segments.{HOSTILE}")
    )
    text += (
        f'\n[teams.sales.reps."{HOSTILE}"]\nskill = 1.2\n'
        f'[goals."{HOSTILE}"]\nmetric = "won"\nat_least = 1\nrep = "{HOSTILE}"\n'
        f'[strategies."{HOSTILE}"]\nabout = "{HOSTILE}"\nchange = {{ "teams.sales.people" = 3 }}\n'
    )
    mine.write_text(text, encoding="utf-8")
    with served(str(mine), sizes=(2,), with_names=True) as server:
        page = _opened(watched, server.address)
        page.get_by_label(f"skill of {HOSTILE} of sales", exact=True).first.wait_for(state="attached")
        page.get_by_label("people in sales besides the named reps", exact=True).press("ArrowRight")
        _settle(page, 2)
        assert HOSTILE in page.locator("#funnel").inner_text()
        assert HOSTILE in page.locator("#goals").inner_text()
        assert HOSTILE in page.locator("#busy").inner_text() or page.locator("#busy details").count() == 1
        assert page.locator("img").count() == 0
        assert page.locator("script").count() == 1
    assert watched.errors == []
