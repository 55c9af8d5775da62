"""Shocks from month to month: what moves, what stays as typed, and what a file may say."""

from __future__ import annotations

import math
from itertools import groupby

import numpy as np
import pytest

from funnelsim.chance.keys import world_of
from funnelsim.compiling.arrays import Floats
from funnelsim.engines import ENGINES, history
from funnelsim.model.model import DEMAND_OF_ALL, ODDS_OF_ALL, Model
from funnelsim.model.words import DAY, Event
from funnelsim.rules.arrivals import expect_inquiries
from funnelsim.rules.shocks import expect_odds
from funnelsim.scenario import ScenarioError, from_document, lower, parse, worlds_of

from ..property.test_lowering_in_worlds import assert_same

FIRM = """
start = 2026-03-01
horizon = {{ warm_up_months = {warm_up}, period_months = {period}, drain_months = {drain} }}
[segments.all]
contract_value_per_year = 1000
[channels.web]
kind = "seo"
inquiries_per_month = 30
{web}
[channels.friends]
kind = "referral"
inquiries_per_month = 20
[stages.call]
conversion = {conversion}
[shocks]
{shocks}
"""
LASTING = "{ deviation = 0.3, persistence = 0.7 }"
WALKING = "{ deviation = 0.2, persistence = 1 }"
WORLDS = 600
KINDS = ["{ deviation = 0.3, persistence = 0 }", LASTING, WALKING]


def firm(
    shocks: str = "", web: str = "", months: tuple[int, int, int] = (2, 6, 1), conversion: float = 0.5
) -> str:
    warm_up, period, drain = months
    return FIRM.format(
        warm_up=warm_up, period=period, drain=drain, shocks=shocks, web=web, conversion=conversion
    )


def model_of(text: str) -> Model:
    return lower(parse(text)).model


def demand(model: Model, replication: int) -> Floats:
    """Return what a world expects of each day, as a share of what is typed: (channels, days)."""
    of_world = model.expected.copy()
    expect_inquiries(model, world_of(1, replication), of_world, 0)
    shape = len(model.channels), -1
    return np.diff(of_world.reshape(shape), axis=1) / np.diff(model.expected.reshape(shape), axis=1)


def odds(model: Model, replication: int) -> Floats:
    """Return the factor on the odds of each day in a world."""
    by_day = np.full(len(model.month_days), math.nan)
    expect_odds(model, world_of(1, replication), by_day)
    return by_day


def by_month(model: Model, by_day: Floats) -> list[float]:
    """Return the factor of each calendar month, in which all days must be alike."""
    months = groupby(zip(model.calendar_months, by_day, strict=True), key=lambda pair: pair[0])
    found = [[factor for _, factor in days] for _, days in months]
    assert all(month == pytest.approx([month[0]] * len(month), rel=1e-9) for month in found)
    return [month[0] for month in found]


@pytest.mark.parametrize("kind", KINDS)
def test_neither_warm_up_nor_drain_moves_a_month(kind: str) -> None:
    shocks = f"demand = {kind}\nodds = {kind}"
    short = model_of(firm(shocks, f"demand_shock = {kind}", (1, 6, 0)))
    long = model_of(firm(shocks, f"demand_shock = {kind}", (4, 9, 3)))
    for replication in range(5):
        for channel in (0, 1):
            few, many = (by_month(model, demand(model, replication)[channel]) for model in (short, long))
            assert few == pytest.approx(many[3:10], rel=1e-9)
        few, many = (by_month(model, odds(model, replication)) for model in (short, long))
        assert few == many[3:10]


@pytest.mark.parametrize("kind", KINDS)
def test_the_demand_expected_is_what_is_typed_and_the_middling_odds_too(kind: str) -> None:
    model = model_of(firm(f"demand = {kind}\nodds = {kind}"))
    worlds = range(WORLDS)
    factors = np.array([by_month(model, demand(model, number)[0]) for number in worlds])
    error = factors.std(axis=0) / math.sqrt(len(worlds))
    assert np.abs(factors.mean(axis=0) - 1.0) == pytest.approx(0.0, abs=4 * error.max())
    levels = np.log([by_month(model, odds(model, number)) for number in worlds])
    error = levels.std(axis=0) / math.sqrt(len(worlds))
    assert np.all(np.abs(levels.mean(axis=0)) <= 4 * error)


def test_a_walk_begins_with_the_period_and_takes_a_step_a_month() -> None:
    model = model_of(firm(f"demand = {WALKING}\nodds = {WALKING}"))
    levels = np.log([by_month(model, odds(model, number)) for number in range(WORLDS)])
    assert np.all(levels[:, :2] == 0.0)
    steps = np.diff(levels[:, 1:], axis=1)
    assert steps.std(axis=0) == pytest.approx([0.2] * 7, rel=4 / math.sqrt(2 * WORLDS))
    assert np.corrcoef(steps.T) == pytest.approx(np.eye(7), abs=4 / math.sqrt(WORLDS))
    factors = np.log([by_month(model, demand(model, number)[0]) for number in range(WORLDS)])
    assert np.all(factors[:, :2] == 0.0)
    assert factors[:, 2:].mean(axis=0) == pytest.approx(
        -0.02 * np.arange(1, 8), abs=4 * 0.53 / math.sqrt(WORLDS)
    )


def test_a_month_by_itself_is_the_same_month_whenever_the_period_begins() -> None:
    alone = "demand = { deviation = 0.3, persistence = 0 }\nodds = { deviation = 0.3, persistence = 0 }"
    march, may = (firm(alone).replace("2026-03-01", start) for start in ("2026-03-01", "2026-05-01"))
    earlier, later = model_of(march), model_of(may)
    assert by_month(earlier, odds(earlier, 3))[2:] == by_month(later, odds(later, 3))[:-2]
    shares = by_month(earlier, demand(earlier, 3)[0]), by_month(later, demand(later, 3)[0])
    assert shares[0][2:] == pytest.approx(shares[1][:-2], rel=1e-9)


def test_a_period_that_begins_within_a_month_has_the_factor_of_that_month() -> None:
    text = firm(f"odds = {WALKING}").replace("2026-03-01", "2026-03-11")
    model = model_of(text)
    factors = by_month(model, odds(model, 0))
    assert len(factors) == 10  # from 11 January to 10 October
    assert factors[:2] == [1.0, 1.0]
    assert factors[2] != 1.0
    assert odds(model, 0)[int(model.months[0]) // DAY - 1] == factors[2]  # 10 March is in the warm-up


def test_channels_share_a_shock_or_have_their_own() -> None:
    plain, alike, own, both = (
        model_of(text)
        for text in (
            firm(),
            firm(f"demand = {LASTING}"),
            firm(web=f"demand_shock = {LASTING}"),
            firm(f"demand = {LASTING}", f"demand_shock = {LASTING}"),
        )
    )
    assert np.all(demand(plain, 0) == 1.0)
    shared = demand(alike, 0)
    assert shared[0] == pytest.approx(shared[1], rel=1e-9)
    alone = demand(own, 0)
    assert np.all(alone[1] == 1.0)
    assert by_month(own, alone[0]) != pytest.approx(by_month(alike, shared[0]), rel=0.01)
    assert demand(both, 0) == pytest.approx(shared * alone, rel=1e-9)


def test_a_shock_of_nothing_is_no_shock() -> None:
    still = "{ deviation = 0, persistence = 0.5 }"
    shocks = f"demand = {still}\nodds = {still}"
    assert_same(model_of(firm(shocks, f"demand_shock = {still}")), model_of(firm()))
    assert np.all(np.isnan(odds(model_of(firm(shocks)), 0)))  # nothing is drawn or written


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_good_months_win_more_and_a_certain_conversion_stays_certain(engine: str) -> None:
    certain = model_of(firm(f"odds = {LASTING}", conversion=1))
    rows = history(engine, certain, 1)
    assert np.sum(rows["event"] == Event.WON) == np.sum(rows["event"] == Event.INQUIRY) > 0
    wide = model_of(
        firm("odds = { deviation = 1, persistence = 0 }", "demand_shock = { deviation = 0, persistence = 0 }")
    )
    rows = history(engine, wide, 1)
    month = (
        wide.calendar_months[rows["time"][rows["event"] == Event.STARTED] // DAY] - wide.calendar_months[0]
    )
    won = wide.calendar_months[rows["time"][rows["event"] == Event.WON] // DAY] - wide.calendar_months[0]
    shares = np.bincount(won, minlength=9) / np.bincount(month, minlength=9)
    ratios = np.array(by_month(wide, odds(wide, 0)))
    assert np.all(np.abs(shares - ratios / (1 + ratios)) < 4 * 0.5 / math.sqrt(40))


def test_how_far_and_how_long_may_be_uncertain() -> None:
    document = parse(firm(f"demand = {LASTING}\nodds = {LASTING}")).document
    document["uncertainties"] = {
        "shocks.demand.deviation": {"low": 0.1, "likely": 0.2, "high": 0.5},
        "shocks.odds.persistence +=": {"low": -0.2, "likely": 0.0, "high": 0.3},
    }
    worlds = worlds_of(from_document(document))
    models = [worlds(world_of(1, number)) for number in range(3)]
    deviations = [float(model.shocks["deviation"][DEMAND_OF_ALL]) for model in models]
    persistences = [float(model.shocks["persistence"][ODDS_OF_ALL]) for model in models]
    assert len(set(deviations)) == len(set(persistences)) == 3
    assert all(0.1 < deviation < 0.5 for deviation in deviations)
    assert all(0.5 < persistence < 1.0 for persistence in persistences)


@pytest.mark.parametrize(
    ("shocks", "sentence"),
    [
        (
            "demand = { deviation = 20, persistence = 0.5 }",
            "shocks.demand.deviation is 20; expected a share of at most 1, such as 0.2",
        ),
        (
            "odds = { deviation = -0.1, persistence = 0 }",
            "shocks.odds.deviation is -0.1; expected at least 0",
        ),
        (
            "odds = { deviation = 0.1, persistence = 1.2 }",
            "shocks.odds.persistence is 1.2; expected at most 1",
        ),
        (
            "odds = { deviation = 0.1, persistence = -0.2 }",
            "shocks.odds.persistence is -0.2; expected at least 0",
        ),
        ("odds = { deviation = 0.1 }", "shocks.odds.persistence is missing"),
        ("odds = { persistence = 0.1 }", "shocks.odds.deviation is missing"),
        ("odds = 0.3", "shocks.odds is 0.3; expected a table"),
        ("odd = { deviation = 0.1, persistence = 0 }", 'shocks.odd is not a key here; did you mean "odds"?'),
        (
            "demand = { deviation = 0.8, persistence = 1 }",
            "shocks.demand.deviation is 0.8 a month of a random walk, which gets too far in 7 months; "
            "expected at most 0.75, or a persistence below 1",
        ),
    ],
)
def test_mistakes_are_told_in_a_sentence(shocks: str, sentence: str) -> None:
    with pytest.raises(ScenarioError) as told:
        parse(firm(shocks))
    (problem,) = told.value.problems
    assert sentence in problem.sentence()


@pytest.mark.parametrize(
    ("key", "given", "sentence"),
    [
        ("deviation", {"median": 0.3, "p90": 0.6}, "expected at most 1"),
        ("persistence +=", {"low": 0, "likely": 0.2, "high": 0.4}, "expected at most 1"),
        ("deviation *=", {"low": 1, "likely": 2, "high": 3}, "gets too far"),
    ],
)
def test_an_uncertain_shock_must_be_one_in_every_world(key: str, given: object, sentence: str) -> None:
    walks = key == "deviation *="
    kind = "{ deviation = 0.3, persistence = 1 }" if walks else LASTING
    document = parse(firm(f"demand = {kind}")).document
    document["uncertainties"] = {f"shocks.demand.{key}": given}
    with pytest.raises(ScenarioError, match=sentence):
        from_document(document)
