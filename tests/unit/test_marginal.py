"""Marginal value and the bridge, on firms whose answers are known by hand; and what `explain` writes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import funnelsim as fs
from funnelsim.compiling.arrays import Floats
from funnelsim.engines.fold import Measure
from funnelsim.metrics import FIGURES
from funnelsim.metrics.figure import Parts
from funnelsim.planning.bridge import parts_of
from funnelsim.planning.units import units_of
from funnelsim.scenario import parse

from .test_cli import call, says

# Every inquiry is decided at once, by nobody: margin is 100 x contracts x 0.6.
SHOP = """
start = 2026-01-01
currency = "EUR"
horizon = { period_months = 12, warm_up_months = 1, drain_months = 1 }
segments.all = { contract_value = 100, gross_margin = 0.6 }
stages.ask.conversion = 0.5
channels.ads = { kind = "advertising", inquiries_per_month = 400, cost_per_month = 6000 }
channels.same = { kind = "advertising", inquiries_per_month = 400, cost_per_month = 6000 }
channels.dear = { kind = "advertising", inquiries_per_month = 100, cost_per_month = 4000 }
[channels.curve]
kind = "advertising"
inquiries_per_month = 40
cost_per_month = 1500
response = { at_cost_per_month = 1500, curve = "hill", half_at = 1500 }
"""
THOUSAND = "1,000 a month more in"


@pytest.fixture(scope="module")
def shop() -> fs.MarginalResult:
    return fs.marginal(parse(SHOP), replications=100, jobs=1)


def test_what_a_thousand_more_brings_is_known(shop: fs.MarginalResult) -> None:
    """Two channels bring 1/15 of an inquiry for each EUR, one 1/40, and a curve 10 inquiries for 1,000."""
    inquiries = {"ads": 400 / 6, "same": 400 / 6, "dear": 25, "curve": 80 * 2500 / 4000 - 40}
    found = {each.lever: each for each in shop.levers}
    for channel, more in inquiries.items():
        value, gain = found[f"{THOUSAND} {channel}"], 12 * (more * 0.5 * 60 - 1000)
        assert value.spent == pytest.approx((12_000,) * 3)
        error = (value.gain.high - value.gain.low) / 2 / 1.96
        assert abs(value.gain.value - gain) < 4 * error
        assert error < 150
        assert value.worth == pytest.approx([end / 12_000 for end in value.gain])  # money counts once
        assert shop.of_next(value) == pytest.approx([end / 1.2 for end in value.gain])
    assert [each.lever.split()[-1] for each in shop.levers[2:]] == ["dear", "curve", "all"]
    assert [each.close for each in shop.levers] == [False, True, False, False, False]
    first, second = (each.lever for each in shop.levers[:2])
    assert {first, second} == {f"{THOUSAND} ads", f"{THOUSAND} same"}
    assert f"worth most in {first}" in shop.verdict
    assert f"It cannot be told apart from {second}." in shop.verdict
    assert "for the next money as for the last: it has no response curve." in shop.verdict
    assert {name.split()[-1] for name, each in found.items() if each.assumed} == {"ads", "same", "dear"}


def test_a_dearer_price_is_all_margin(shop: fs.MarginalResult) -> None:
    """1 EUR more for each of 940 x 12 x 0.5 contracts; what is delivered costs as much as before."""
    price = shop.levers[-1]
    assert price.lever == "1 % more on the price of all"
    assert not price.costs
    assert np.isnan(price.worth.value)
    error = (price.gain.high - price.gain.low) / 2 / 1.96
    assert abs(price.gain.value - 940 * 6) < 4 * error
    assert "What costs nothing: 1 % more on the price of all brings" in shop.verdict
    assert shop.table.loc[price.lever, "gain"] == price.gain.value


# Nobody signs anything: profit is pay and nothing else.
PAY = """
start = 2026-01-01
currency = "EUR"
horizon = { warm_up_months = 0, period_months = 3, drain_months = 0 }
segments.all = { contract_value = 1, gross_margin = 1 }
channels.web = { kind = "seo", inquiries_per_month = 1 }
teams.sales.people = 2
teams.sales.cost_per_person_month = 1000
teams.sales.hours_per_week = 40
teams.sales.reps.anna.cost_per_month = 2000
stages.call = { team = "sales", conversion = 0 }
strategies.fixed.change = { "teams.sales.people" = 3 }
assumptions.dear.change = { "teams.sales.cost_per_person_month" = 1600 }
"""


def test_people_who_sell_nothing_lose_their_pay() -> None:
    """A rep costs 3 x 1,000; an hour of 40 costs 1/40 of 3 x 4,000: that of Anna's pay, too."""
    found = fs.marginal(parse(PAY), replications=30, jobs=1)
    rep, hour = sorted((each for each in found.levers if each.costs), key=lambda each: -each.spent.value)
    assert (rep.lever, rep.whole) == ("one more rep in sales", True)
    assert (hour.lever, hour.whole) == ("an hour a week more in sales", False)
    assert rep.gain == pytest.approx((-3_000,) * 3)
    assert hour.gain == pytest.approx((-300,) * 3)
    assert rep.worth == hour.worth == pytest.approx((-1,) * 3)
    assert "even in" in found.verdict
    assert "they lose 10 thousand EUR of profit" in found.verdict
    assert [each.reason for each in found.left_out] == [
        "its inquiries cost nothing, so that money does not say how many more there are"
    ]


def test_commission_follows_and_is_not_chosen() -> None:
    """A tenth of each contract is commission: it lowers what is gained, and is no part of what is spent."""
    text = SHOP.replace("stages.ask.conversion = 0.5", 'stages.ask = { team = "desk", conversion = 0.5 }')
    text += "[teams.desk]\npeople = 1\ncommission = 0.1\n"
    alone = parse(text).with_changes({f"channels.{name}.off": True for name in ("same", "dear", "curve")})
    found = fs.marginal(alone, replications=40, jobs=1)
    ads = next(each for each in found.levers if each.lever == f"{THOUSAND} ads")
    error = (ads.gain.high - ads.gain.low) / 2 / 1.96
    assert abs(ads.gain.value - 12 * (400 / 6 * 0.5 * 50 - 1000)) < 4 * error
    assert ads.spent.value == pytest.approx(12_000)


def test_units_that_are_not_there_are_told() -> None:
    units, left_out = units_of(parse(PAY), "fixed")
    assert "one_more_in_sales" not in [unit.name for unit in units]
    assert left_out[0] == (
        "one more rep in sales",
        "the strategy or a dated change sets it, whatever was added before",
    )
    weekdays = PAY.replace("hours_per_week = 40", 'hours.monday = [["09:00", "17:00"]]')
    assert units_of(parse(weekdays), "today")[1][0].reason == "its hours are typed by weekday"
    off = parse(SHOP).with_changes({"channels.ads.off": True})
    assert all("ads" not in each.words for found in units_of(off, "today") for each in found)


def test_prices_of_products_rise_with_those_of_segments() -> None:
    text = SHOP.replace("{ contract_value = 100, gross_margin = 0.6 }", "{}")
    text += "[products.box]\nprice = 50\ngross_margin = 0.5\nsegments.all = { price = 60 }\n"
    (box,) = (unit for unit in units_of(parse(text), "today")[0] if unit.table == "products")
    assert box.change == {
        "products.box.price *=": 1.01,
        "products.box.gross_margin +=": pytest.approx(0.5 / 101),
        "products.box.segments.all.price *=": 1.01,
    }


def test_what_has_no_margin_is_told() -> None:
    with pytest.raises(fs.ScenarioError, match="next is 0; expected an amount of money above 0"):
        fs.marginal(parse(SHOP), next_money=0)
    with pytest.raises(fs.ScenarioError, match=r"strategies\.more does not exist"):
        fs.marginal(parse(SHOP), strategy="more")


# ---- the bridge -------------------------------------------------------------------------------

DESK = (
    SHOP.replace("stages.ask.conversion = 0.5", 'stages.ask = { team = "desk", conversion = 0.5 }')
    + """
[teams.desk]
people = 1
commission = 0.1
cost_per_person_month = 2000
[strategies.bigger]
one_off_cost = 700
cost_per_month = 50
[strategies.bigger.change]
"channels.ads.inquiries_per_month *=" = 2
"channels.ads.cost_per_month *=" = 2
"teams.desk.people" = 2
[strategies.worse]
one_off_cost = 900
"""
)


@pytest.fixture(scope="module")
def way() -> fs.BridgeResult:
    return fs.bridge(parse(DESK), replications=60, jobs=1)


def test_the_parts_of_a_bridge_are_known_and_add_up(way: fs.BridgeResult) -> None:
    """400 inquiries a month more are 12 x 200 contracts of 100: delivery takes 40 of it, commission 10."""
    parts = {each.name: each.adds for each in way.parts}
    assert (way.start, way.goal) == ("today", "bigger")
    assert list(parts) == ["bookings", "delivery", "media", "pay", "commission", "changes"]
    error = (parts["bookings"].high - parts["bookings"].low) / 2 / 1.96
    assert abs(parts["bookings"].value - 240_000) < 4 * error
    assert error < 2_000
    assert parts["delivery"].value == pytest.approx(-0.4 * parts["bookings"].value)
    assert parts["commission"].value == pytest.approx(-0.1 * parts["bookings"].value)
    assert parts["media"] == pytest.approx((-72_000,) * 3)
    assert parts["pay"] == pytest.approx((-24_000,) * 3)
    assert parts["changes"] == pytest.approx((-1_300,) * 3)
    assert sum(each.value for each in parts.values()) == pytest.approx(way.gain.value, rel=1e-9)
    assert sum(each.adds.value for each in way.steps) == pytest.approx(way.gain.value, rel=1e-9)
    assert way.after.value - way.before.value == pytest.approx(way.gain.value)
    assert way.margin.value == pytest.approx(0.6 * parts["bookings"].value)


class Random:
    """A forecast in which every kind of row has an amount of its own, whatever firm that would be."""

    years = 5

    def __init__(self) -> None:
        self.random = np.random.default_rng(7)
        self.found: dict[tuple[int, int], Floats] = {}

    def period(self, event: int, measure: int = Measure.COUNT) -> Floats:
        return self.found.setdefault((event, measure), self.random.normal(size=(self.years, 1)))

    def parts(self, metric: str, dimension: str, expected: bool) -> Parts:
        assert (dimension, expected) == ("all", True)
        return FIGURES[metric].parts(self)  # type: ignore[arg-type]


def test_the_parts_are_all_that_profit_is_made_of() -> None:
    """Also those of firms that hold leads, nurture, train, prospect, renew and hire."""
    forecast = Random()
    parts = parts_of(forecast, expected=True)  # type: ignore[arg-type]
    (profit,) = forecast.parts("profit", "all", True)
    assert sum(parts.values()) == pytest.approx(profit[:, 0])
    assert all(each.any() for each in parts.values())


def test_a_bridge_is_told_in_words(way: fs.BridgeResult) -> None:
    assert way.verdict.startswith("Bigger earns ")
    assert "more than today on average. Gross margin (" in way.verdict
    assert "adds to profit; media (72 thousand EUR), pay (24 thousand EUR), commission (" in way.verdict
    assert way.verdict.endswith("cost of changes (1.3 thousand EUR) take from it.")
    assert way.table.loc["gain", "adds"] == way.gain.value


def test_a_bridge_goes_back_as_it_came(way: fs.BridgeResult) -> None:
    back = fs.bridge(parse(DESK), start="bigger", goal="today", replications=60, jobs=1)
    assert [each.adds.value for each in back.parts] == pytest.approx([-each.adds.value for each in way.parts])
    assert "Today earns" in back.verdict
    assert "less than bigger" in back.verdict
    assert "add to profit; gross margin (" in back.verdict


def test_where_no_bridge_goes_is_told() -> None:
    with pytest.raises(fs.ScenarioError, match="there is no strategy 'smaller'; expected today, bigger"):
        fs.bridge(parse(DESK), goal="smaller")
    with pytest.raises(fs.ScenarioError, match="goes from today to today, which is no way"):
        fs.bridge(parse(DESK), goal="today")
    with pytest.raises(fs.ScenarioError, match="the bridge goes from today to today"):
        fs.bridge(parse(SHOP))


# ---- the command ------------------------------------------------------------------------------

FEW = ("--replications", "25", "--jobs", "1")


@pytest.fixture
def firm(tmp_path: Path) -> str:
    file = tmp_path / "pay.toml"
    file.write_text(PAY, encoding="utf-8")
    return str(file)


def test_explain_shows_both(firm: str) -> None:
    told = says(call("explain", firm, "--show", "marginal", "--next", "600", *FEW))
    assert "they lose 600 EUR of profit" in told
    assert "Next, try: funnelsim explain" in told
    assert "--show bridge" in told
    told = says(call("explain", firm, "--show", "bridge", "--from", "fixed", "--to", "today", *FEW))
    assert (
        "Today earns 3 thousand EUR more than fixed on average. Pay (3 thousand EUR) adds to profit." in told
    )


def test_what_comes_next_can_be_shown() -> None:
    """The preset has no uncertain number, so that a tornado and a tipping point have nothing to move."""
    told = says(call("explain", "first_steps", "--show", "bridge", *FEW))
    assert told.endswith("Next, try: funnelsim explain first_steps --show bottleneck")


@pytest.mark.parametrize("shown", ["tornado", "tipping", "bottleneck", "marginal", "bridge"])
def test_all_that_explain_shows_is_written_too(firm: str, tmp_path: Path, shown: str) -> None:
    """Under an assumption, which the page, the document and the command name."""
    text = Path(firm).read_text(encoding="utf-8")
    wage = "teams.sales.reps.anna.cost_per_month"
    unsure = f'[uncertainties]\n"{wage}" = {{ low = 1, likely = 2, high = 3 }}'
    Path(firm).write_text(f"{text}\n{unsure}", "utf-8")
    out = tmp_path / "out"
    words = ("explain", firm, "--show", shown, "--assumption", "dear", *FEW, "--json", "--out", str(out))
    result = call(*words)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert json.loads((out / "results.json").read_text(encoding="utf-8")) == found
    assert found["assumption"]["name"] == "dear"
    command = json.loads((out / "MANIFEST.json").read_text(encoding="utf-8"))["command"]
    assert command.startswith(f"funnelsim explain {firm} --show {shown}")
    assert "--assumption dear" in command
    rows = pd.read_csv(io.StringIO((out / f"{shown}.csv").read_text(encoding="utf-8-sig")))
    assert len(rows) == len(found["rows"]) > 0
    page = (out / f"{shown}.txt").read_text(encoding="utf-8")
    assert "pay.toml under dear" in page
    assert " ".join(found["verdict"].split()) in " ".join(page.split())
    assert (out / "scenario" / "scenario.toml").read_text(encoding="utf-8").startswith("\nstart")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--show", "bridge", "--next", "5"], "--next belongs to --show marginal"),
        (["--show", "marginal", "--to", "fixed"], "--to belongs to --show bridge"),
        (["--show", "bridge", "--strategy", "x"], "--strategy belongs to --show tornado, bottleneck or"),
        (["--show", "marginal", "--next", "-5"], "next is -5; expected an amount of money above 0"),
        (["--show", "bridge", "--decimal-comma"], "--decimal-comma is for the CSV files of --out DIR"),
    ],
)
def test_explain_says_what_is_wrong(firm: str, options: list[str], told: str) -> None:
    result = call("explain", firm, *options)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())
