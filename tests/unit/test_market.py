"""Markets of so many companies: what may be typed, who is refused, and the figures of what is left."""

from __future__ import annotations

import numpy as np
import pytest

import funnelsim as fs
from funnelsim.compiling.arrays import Floats, Records
from funnelsim.engines import ENGINES, history
from funnelsim.model.model import Model
from funnelsim.model.words import Event
from funnelsim.scenario import Scenario, lower, parse
from funnelsim.studies.pilot import settled

from .good_scenario import after, problems_of

FIRM = """
start = 2026-03-02
horizon = { warm_up_months = 2, period_months = 3, drain_months = 1 }
[segments.small]
contract_value_per_year = 9000
[segments.small.market]
companies = 60
customers = 6
cooling_off_days = { median = 20, p90 = 50 }
[segments.large]
contract_value_per_year = 90_000
[segments.large.market]
companies = 90
[segments.other]
contract_value_per_year = 1000
[channels.web]
kind = "seo"
inquiries_per_month = 90
segments = { small = 0.6, large = 0.3, other = 0.1 }
[channels.pr]
kind = "pr"
inquiries_per_month = 30
segments = { small = 1.0 }
[teams.sales]
people = 3
[stages.call]
team = "sales"
effort_hours = 2
conversion = 0.5
goes_cold_after_days = 2
customer_takes_days = 2
[stages.offer]
team = "sales"
effort_hours = 2
conversion = 0.4
"""
SIZES = {0: (60, 6), 1: (90, 0)}


def firm(**changes: object) -> Scenario:
    return parse(FIRM).with_changes({key.replace("__", "."): value for key, value in changes.items()})


@pytest.mark.parametrize(
    ("market", "path", "words"),
    [
        (
            "{ companies = 200, customers = 300 }",
            "customers",
            "is 300, more than the 200 companies of the market; expected at most 200",
        ),
        ("{ customers = 3 }", "companies", "is missing; expected companies in all"),
        ("{ companies = 0 }", "companies", "is 0; expected at least 1"),
        ("{ companies = 20, cooling_off_days = -1 }", "cooling_off_days", "never negative"),
        ("{ companies = 20, cooling_of_days = 1 }", "cooling_of_days", "did you mean"),
    ],
)
def test_a_market_is_not_smaller_than_its_customers(market: str, path: str, words: str) -> None:
    text = after("contract_value_per_year = 1000", f"market = {market}")
    [problem] = problems_of(text)
    assert problem.path == f"segments.small.market.{path}"
    assert words in problem.sentence()


def test_a_strategy_cannot_shrink_a_market_below_its_customers() -> None:
    text = FIRM + '[strategies.less]\nchange = { "segments.small.market.companies" = 5 }\n'
    with pytest.raises(fs.ScenarioError, match="is 6, more than the 5 companies"):
        parse(text)


def test_a_market_without_end_refuses_nobody_and_changes_nothing() -> None:
    endless = {f"segments.{name}.market.companies": 1e9 for name in ("small", "large")}
    text = FIRM.replace("[segments.small.market]\ncompanies = 60\ncustomers = 6\ncooling_off_days = {", "#")
    text = text.replace("[segments.large.market]\ncompanies = 90\n", "")
    assert "market" not in text
    plain = history("compiled", lower(parse(text)).model)
    rows = history("compiled", lower(parse(FIRM).with_changes(endless)).model)
    assert (rows["event"] == Event.COOLED_OFF).sum() > 50
    np.testing.assert_array_equal(rows[rows["event"] != Event.COOLED_OFF], plain)


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_whoever_comes_is_the_company_that_would_have_come_anyway(engine: str) -> None:
    few, many = (history(engine, lower(firm(segments__small__market__companies=n)).model) for n in (12, 400))
    of_few, of_many = (rows[rows["event"] == Event.INQUIRY] for rows in (few, many))
    assert 0 < len(of_few) < len(of_many)
    known = {int(row["pursuit"]): row for row in of_many}
    both = [(row, known[int(row["pursuit"])]) for row in of_few if int(row["pursuit"]) in known]
    assert len(both) > len(of_few) / 2
    assert all(ours == theirs for ours, theirs in both)


def taken_after(rows: Records, segment: int) -> tuple[Records, Floats]:
    """Count the companies of a segment that are taken, after each row that takes or frees one."""
    moves = rows[np.isin(rows["event"], (Event.INQUIRY, Event.COOLED_OFF)) & (rows["segment"] == segment)]
    return moves, np.where(moves["event"] == Event.INQUIRY, 1, -1).cumsum()


@pytest.mark.parametrize("segment", SIZES)
def test_every_company_is_accounted_for(segment: int) -> None:
    """Those taken are those with an open lead, the customers won in the period, and those that cool off."""
    model = lower(parse(FIRM)).model
    rows = history("reference", model, seed=5)
    rows = rows[rows["segment"] == segment]
    _, taken = taken_after(rows, segment)
    companies, customers = SIZES[segment]
    assert taken.min() >= 0
    assert taken.max() <= companies - customers
    ended = rows[np.isin(rows["event"], (Event.WON, Event.LOST, Event.WENT_COLD))]
    in_period = ended["time"] >= model.months[0]
    won = (ended["event"] == Event.WON) & in_period
    cooled = set(rows["pursuit"][rows["event"] == Event.COOLED_OFF].tolist())
    still = [int(one) not in cooled for one in ended["pursuit"]]
    assert set(ended["pursuit"][won].tolist()).isdisjoint(cooled)
    assert int(taken[-1]) == int((rows["event"] == Event.OPEN).sum()) + sum(still)
    if segment == 1:  # they cool off for ever, but for those who ended in the warm-up
        assert still == in_period.tolist()


def left_of(rows: Records, model: Model, segment: int) -> tuple[list[float], list[float]]:
    """Integrate what is left of a segment's market over each month, and read it at its end."""
    moves, taken = taken_after(rows, segment)
    companies, customers = SIZES[segment]
    on_average, at_end = [], []
    for start, end in zip(model.months[:-1], model.months[1:], strict=True):
        before = int(taken[moves["time"] < start][-1])
        inside = moves[(moves["time"] >= start) & (moves["time"] < end)]
        counts = [before, *taken[(moves["time"] >= start) & (moves["time"] < end)]]
        edges = np.array([start, *inside["time"], end])
        on_average.append(companies - customers - float(np.diff(edges) @ counts) / (end - start))
        at_end.append(companies - customers - counts[-1])
    return on_average, at_end


def test_the_figure_is_what_is_left_on_average_and_at_the_end() -> None:
    scenario = parse(FIRM)
    model = lower(scenario).model
    found = fs.simulate(scenario, replications=1, seed=4)
    rows = history("reference", model, seed=4)
    small, large = (left_of(rows, model, segment) for segment in SIZES)
    months = found.by_month
    for figure, part in (("market_available", 0), ("market_available_at_end", 1)):
        expected = [(one + other) / 150 for one, other in zip(small[part], large[part], strict=True)]
        assert months[figure, "mean"].tolist() == pytest.approx(expected, rel=1e-12)
    by_segment = found.by_segment["market_available_at_end", "mean"]
    assert by_segment["small"] == pytest.approx(small[1][-1] / 60)
    assert by_segment["large"] == pytest.approx(large[1][-1] / 90)
    assert np.isnan(by_segment["other"])
    weights = np.diff(model.months)
    mean = np.average(np.array(small[0]) + large[0], weights=weights) / 150
    assert found.summary["mean"]["market_available"] == pytest.approx(mean)


def test_without_a_market_there_is_no_figure_of_it() -> None:
    found = fs.simulate(fs.load("first_steps"), replications=2).summary["mean"]
    assert np.isnan(found["market_available"])


def test_channels_that_share_a_market_take_from_each_other() -> None:
    alone = fs.simulate(firm(channels__pr__inquiries_per_month=0), replications=20).by_channel[
        "inquiries", "mean"
    ]
    shared = fs.simulate(firm(channels__pr__inquiries_per_month=300), replications=20).by_channel[
        "inquiries", "mean"
    ]
    assert shared["web"] < 0.8 * alone["web"]


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_a_change_leaves_companies_taken(engine: str) -> None:
    """A strategy that doubles the market frees nobody, and the figure counts all of its companies."""
    change = '{ "segments.large.market.companies *=" = 2 }'
    scenario = parse(FIRM + f"[strategies.abroad]\nstarts = 2026-04-01\nchange = {change}\n")
    left = {}
    for strategy, companies in (("today", 90), ("abroad", 180)):
        result = fs.simulate(scenario, strategy=strategy, replications=5, engine=engine)
        share = result.by_segment["market_available_at_end", "mean"]["large"]
        left[strategy] = companies * share
    assert left["today"] < left["abroad"] < left["today"] + 90


def test_a_pilot_finds_months_for_a_market_that_drains() -> None:
    text = FIRM.replace("horizon = { warm_up_months = 2, period_months = 3, drain_months = 1 }\n", "")
    drains = settled(parse(text)).months
    endless = {f"segments.{name}.market.companies": 1e9 for name in ("small", "large")}
    assert drains.warm_up <= settled(parse(text).with_changes(endless)).months.warm_up
    assert drains.period == 12


def test_the_size_of_a_market_can_be_uncertain() -> None:
    unknown = '[uncertainties]\n"segments.small.market.companies" = { low = 20, likely = 60, high = 200 }\n'
    sure, unsure = (fs.simulate(parse(text), replications=40) for text in (FIRM, FIRM + unknown))
    spread = [
        each.summary.loc["inquiries", "p90"] - each.summary.loc["inquiries", "p10"] for each in (sure, unsure)
    ]
    assert spread[1] > 1.2 * spread[0]


def test_what_cools_off_past_the_horizon_is_no_row_and_no_open_lead() -> None:
    model = lower(firm(segments__small__market__cooling_off_days=4000)).model
    rows = history("compiled", model)
    cooled, won = (set(rows["pursuit"][rows["event"] == event]) for event in (Event.COOLED_OFF, Event.WON))
    assert cooled  # of the warm-up, whose customers are free at once
    small = set(rows["pursuit"][rows["segment"] == 0])
    assert cooled & small <= won
    count = {event: int((rows["event"] == event).sum()) for event in Event}
    ended = count[Event.WON] + count[Event.LOST] + count[Event.WENT_COLD] + count[Event.OPEN]
    assert count[Event.INQUIRY] == ended
    assert rows["time"].max() <= model.horizon
