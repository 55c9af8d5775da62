"""Channels that are off, and what each brings against the firm without it."""

from __future__ import annotations

import math

import numpy as np
import pytest

import funnelsim as fs
from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Records
from funnelsim.engines import ENGINES, history
from funnelsim.model.model import Chapters
from funnelsim.model.words import DAY, Event
from funnelsim.reports.grid import as_text
from funnelsim.reports.romi_page import romi_page
from funnelsim.scenario import TODAY, course_of, lower, parse

from .test_cli import call, says

FIRM = """
start = 2026-01-01
horizon = { warm_up_months = 1, period_months = 6, drain_months = 1 }
[segments.all]
contract_value = 1000
gross_margin = 0.5
[channels.web]
kind = "seo"
inquiries_per_month = 30
cost_per_month = 1000
[channels.fair]
kind = "pr"
inquiries_per_month = 10
cost_per_inquiry = 20
[channels.calls]
kind = "personal_selling"
prospecting = { team = "callers", inquiries_per_hour = 0.5 }
[channels.friends]
kind = "referral"
referrals = { per_customer_per_month = 0.2, lasts = "for_ever" }
[teams.callers]
people = 1
cost_per_person_month = 1600
[stages.call]
conversion = 0.5
"""


def chapters_of(text: str) -> Chapters:
    return course_of(parse(text), TODAY).chapters(world_of(1, 0))


def rows_of(text: str, **off: bool) -> Records:
    changes = {f"channels.{name}.off": value for name, value in off.items()}
    return history("compiled", lower(parse(text).with_changes(changes)).model)


@pytest.mark.parametrize(
    ("channel", "event"),
    [
        ("web", Event.MEDIA),
        ("fair", Event.INQUIRY),
        ("calls", Event.PROSPECTED),
        ("friends", Event.INQUIRY),
    ],
)
def test_a_channel_that_is_off_brings_nothing_and_costs_nothing(channel: str, event: Event) -> None:
    number = list(parse(FIRM).channels).index(channel)
    before, after = rows_of(FIRM), rows_of(FIRM, **{channel: True})
    assert ((before["event"] == event) & (before["channel"] == number)).sum() > 5
    assert (after["channel"] != number).all()
    for other in {0, 1, 2} - {number}:  # the others go on as they were: only customers refer
        mine = [found[found["channel"] == other] for found in (before, after)]
        asked = [each[each["event"] == Event.INQUIRY]["time"].tolist() for each in mine]
        assert asked[0] == asked[1]


def test_a_channel_can_be_switched_off_on_a_day_by_both_engines() -> None:
    text = FIRM + '[[changes]]\ndate = 2026-03-01\nchange = { "channels.web.off" = true }\n'
    chapters = chapters_of(text)
    found = [history(engine, chapters, 1) for engine in ENGINES]
    assert found[0].tobytes() == found[1].tobytes()
    of_web = found[0][(found[0]["channel"] == 0) & (found[0]["event"] == Event.INQUIRY)]
    assert (of_web["time"] < (31 + 59) * DAY).all()  # the warm-up, January and February
    assert len(of_web) > 20


def test_money_that_is_not_spent_works_on_no_later_day() -> None:
    """What was spent before a channel is off would work when it is on again; what was not spent does not."""
    response = "response = { at_cost_per_month = 1000, ceiling = 100, half_life_days = 20 }"
    off = '[[changes]]\ndate = 2026-02-01\nchange = { "channels.web.off" = true }\n'
    on = '[[changes]]\ndate = 2026-05-01\nchange = { "channels.web.off" = false }\n'
    text = FIRM.replace("cost_per_month = 1000\n", f"cost_per_month = 1000\n{response}\n")
    usual, paused = (chapters_of(each)[-1].model for each in (text, text + off + on))
    by_day = [np.diff(model.expected[: len(model.month_days) + 1]) for model in (usual, paused)]
    february, may, july = 31 + 31 + 5, 31 + 31 + 28 + 31 + 30 + 2, 240  # days from the warm-up on
    assert by_day[1][february] == 0
    assert 0 < by_day[1][may] < 0.2 * by_day[0][may]
    assert by_day[1][july] > 0.8 * by_day[0][july]


def test_without_queues_a_channel_brings_what_it_is_credited_with() -> None:
    scenario = parse(FIRM.replace("per_customer_per_month = 0.2", "per_customer_per_month = 0"))
    found = fs.romi(scenario, channels=["web", "fair", "friends"], replications=30, jobs=1)
    credited = fs.simulate(scenario, replications=30, jobs=1).by_channel
    for channel in ("web", "fair"):
        bookings, spent = (credited.loc[channel, (name, "mean")] for name in ("bookings", "marketing_cost"))
        margin = bookings / 2
        row = found.table.loc[channel]
        assert row["romi"] == pytest.approx((margin - spent) / spent, rel=1e-6)
        assert row["contribution"] == pytest.approx(margin, rel=1e-6)
        assert row["marketing_cost"] == pytest.approx(spent, rel=1e-6)
        assert row["low"] < row["romi"] < row["high"]
    assert math.isnan(found.table.loc["friends", "romi"])  # it costs nothing


def test_what_its_customers_refer_is_credited_to_a_channel() -> None:
    scenario = parse(FIRM)
    found = fs.romi(scenario, channels=["web"], replications=30, jobs=1).table.loc["web"]
    credited = fs.simulate(scenario, replications=30, jobs=1).by_channel
    assert found["won"] > 1.1 * credited.loc["web", ("won", "mean")]


def test_a_channel_that_is_not_there_is_told() -> None:
    with pytest.raises(fs.ScenarioError, match="there is no channel 'wb'; expected web, fair"):
        fs.romi(parse(FIRM), channels=["wb"], replications=2)


def test_a_firm_without_channels_that_are_on_is_told() -> None:
    changes = {f"channels.{name}.off": True for name in ("web", "fair", "calls", "friends")}
    with pytest.raises(fs.ScenarioError, match="there is no channel that is on; expected one at least"):
        fs.romi(parse(FIRM).with_changes(changes), replications=2)


def test_the_command_says_what_each_channel_brings() -> None:
    told = says(call("romi", "first_steps", "--replications", "5", "--jobs", "1"))
    assert "what each channel brings, in the same worlds" in told
    assert "Next, try: funnelsim run first_steps --set channels.website.off=true" in told


def test_the_page_names_the_assumption() -> None:
    scenario = fs.load("professional_services").under("slow_market")
    page = as_text(romi_page(fs.romi(scenario, channels=["pr"], replications=2, jobs=1), "", 100))
    assert page.startswith("professional_services under slow_market: what each channel brings")


def test_the_verdict_names_the_channels_that_surely_add_to_profit() -> None:
    found = fs.romi(fs.load("professional_services"), replications=40)
    more = {name: found.more(name, "profit") for name in found.channels}
    adds = [name for name in sorted(more, key=lambda name: -more[name].value) if more[name].low > 0]
    takes = [name for name, each in more.items() if each.high < 0]
    assert adds
    begins = found.verdict.split(" surely add")[0].lower()
    assert begins.replace(" and ", ", ").split(", ") == [name.replace("_", " ") for name in adds]
    assert (" from it" in found.verdict) == bool(takes)
    page = " ".join(as_text(romi_page(found, "next")).split())
    assert f"Verdict {found.verdict}" in page
