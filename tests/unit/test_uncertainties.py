"""Uncertain numbers: drawn once per world, alike in all strategies, moved or ended by changes."""

from __future__ import annotations

import numpy as np
import pytest

import funnelsim as fs
from funnelsim.chance.distributions import (
    Constant,
    Distribution,
    Lognormal,
    Pert,
    Quantiles,
    Sample,
    Scaled,
    Scipy,
)
from funnelsim.chance.keys import hash24, hash32, uniforms, world_of
from funnelsim.model.model import Model
from funnelsim.scenario import json_schema, lower, lower_in, origins, parse, worlds_of
from funnelsim.scenario.uncertainties import applied
from funnelsim.scenario.unknowns import Unknown
from funnelsim.studies.pilot import settled

from . import good_scenario
from .good_scenario import problems_of

GOOD = f"horizon = {{ warm_up_months = 1, drain_months = 1 }}{good_scenario.GOOD}"
RATE = "channels.web.inquiries_per_month"
TALK = "stages.talk.conversion"
VALUE = "segments.small.contract_value_per_year"


def with_unknown(*lines: str, text: str = GOOD) -> fs.Scenario:
    return parse("\n".join((text, "[uncertainties]", *lines)))


def wrong(line: str, text: str = GOOD) -> str:
    """Return the one sentence that says what is wrong with an uncertainty."""
    (problem,) = problems_of("\n".join((text, "[uncertainties]", line)))
    return problem.sentence().partition(": ")[2] or problem.sentence()


def same(one: Model, other: Model) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


# ---- drawing ----------------------------------------------------------------------------------


def test_numbers_are_drawn_anew_in_each_world_and_from_their_distribution() -> None:
    worlds = worlds_of(with_unknown(f'"{TALK}" = {{ low = 0.2, likely = 0.3, high = 0.7 }}'))
    odds = np.array([worlds(world_of(1, number)).stages["odds"][0] for number in range(400)])
    shares = odds / (1 + odds)
    assert len(np.unique(shares)) == 400
    assert 0.2 < shares.min() < shares.max() < 0.7
    mean, spread = (0.2 + 4 * 0.3 + 0.7) / 6, 0.0866  # beta(1.8, 4.2) on 0.2 to 0.7: 0.5 sqrt(0.03)
    assert abs(shares.mean() - mean) < 4 * spread / np.sqrt(400)


def test_levels_are_uniform_and_different_paths_are_independent() -> None:
    worlds = worlds_of(with_unknown(f'"{TALK} *=" = {{ low = 0, likely = 1, high = 1 }}', f'"{VALUE}" = 5'))
    levels = np.array([worlds.levels(world_of(2, number)) for number in range(2000)])
    assert levels.mean(axis=0) == pytest.approx([0.5, 0.5], abs=4 / np.sqrt(12 * 2000))
    assert abs(np.corrcoef(levels.T)[0, 1]) < 4 / np.sqrt(2000)


def test_a_draw_depends_on_its_own_path_only() -> None:
    line = f'"{TALK}" = {{ low = 0.2, likely = 0.3, high = 0.7 }}'
    alone, among = with_unknown(line), with_unknown(f'"{VALUE} *=" = {{ median = 1, p90 = 2 }}', line)
    for number in range(5):
        world = world_of(7, number)
        assert (
            lower_in(alone, world).model.stages["odds"][0] == lower_in(among, world).model.stages["odds"][0]
        )


def test_the_key_of_a_draw_is_that_of_the_architecture() -> None:
    world = world_of(11, 4)
    (level,) = worlds_of(with_unknown(f'"{TALK} *=" = 1')).levels(world)
    assert level == uniforms(world, 3 << 56 | hash24(TALK) << 32, hash32("uncertainty", ""), 0)[0]


@pytest.mark.parametrize(
    ("line", "change"),
    [
        (f'"{TALK}" = 0.25', {TALK: 0.25}),
        (f'"{TALK} *=" = 0.5', {f"{TALK} *=": 0.5}),
        (f'"{TALK} +=" = 0.125', {f"{TALK} +=": 0.125}),
        (f'"{VALUE}" = {{ low = 900, likely = 900, high = 900 }}', {VALUE: 900}),
        (f'"{VALUE} *=" = 1.1', {f"{VALUE} *=": 1.1}),
        (f'"{RATE}" = 12.5', {RATE: 12.5}),
        ('"effects.theorist" = 0.3', {"effects.theorist": 0.3}),
        ('"teams.sales.speed" = { low = 2, likely = 2, high = 2, plus = -0.5 }', {"teams.sales.speed": 1.5}),
    ],
)
def test_a_certain_uncertainty_is_the_fixed_value_bit_for_bit(line: str, change: dict[str, float]) -> None:
    fixed = lower(parse(GOOD).with_changes(change)).model
    for number in range(3):
        assert same(lower_in(with_unknown(line), world_of(1, number)).model, fixed)


def test_a_factor_scales_a_whole_distribution_and_shares_its_table() -> None:
    text = GOOD.replace(
        "contract_value_per_year = 1000", "contract_value_per_year = { median = 900, p90 = 2000 }"
    )
    certain = lower(parse(text)).model
    worlds = worlds_of(with_unknown(f'"{VALUE} *=" = {{ median = 1, p90 = 1.5 }}', text=text))
    model = worlds(world_of(1, 0))
    place = model.segments["value"][0]
    factor = model.distributions["scale"][place] / 900
    assert factor != 1
    assert np.array_equal(model.knots, certain.knots)
    assert same(worlds.median._replace(distributions=certain.distributions), certain)
    assert worlds.median.distributions["scale"] == pytest.approx(certain.distributions["scale"], rel=1e-12)


@pytest.mark.parametrize(
    "typed",
    [
        Constant(3.0),
        Lognormal(2.0, 6.0),
        Pert(1.0, 2.0, 9.0),
        Scipy("poisson", {"mu": 3.0}),
        Quantiles((0.0, 0.5, 1.0), (1.0, 2.0, 5.0)),
        Sample((1.0, 4.0, 4.0)),
    ],
)
def test_a_scaled_distribution_is_the_typed_one_times_a_factor(typed: Distribution) -> None:
    scaled, again = Scaled(typed, 1.5), Scaled(typed, 0.5).scaled(3.0)
    assert again == scaled
    for name in ("mean", "lowest"):
        assert getattr(scaled, name)() == pytest.approx(getattr(typed.scaled(1.5), name)(), rel=1e-12)
    for level in (0.01, 0.5, 0.99):
        assert scaled.quantile(level) == pytest.approx(typed.scaled(1.5).quantile(level), rel=1e-12)
    for level in (2.0**-53, 0.25, 0.5, 1 - 2.0**-20):
        assert Unknown(scaled).at(level) == pytest.approx(1.5 * Unknown(typed).at(level), rel=1e-12)


@pytest.mark.parametrize("factor", [0.0, -1.0, np.inf])
def test_distributions_are_scaled_by_what_is_above_zero(factor: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Scaled(Constant(1.0), factor)


def test_what_is_certain_is_lowered_as_before() -> None:
    preset = settled(fs.load("professional_services"))
    assert same(lower_in(preset, world_of(1, 3)).model, lower(preset).model)
    assert same(worlds_of(preset)(world_of(1, 3)), lower(preset).model)


def test_putting_numbers_in_place_leaves_the_rest_the_same_object() -> None:
    before = parse(GOOD)
    after = applied(before, {f"{TALK} *=": 0.5})
    assert after.stages["talk"].conversion == 0.25
    assert after.stages["offer"] is before.stages["offer"]
    assert before.stages["talk"].conversion == 0.5


# ---- strategies and changes -------------------------------------------------------------------

STRATEGIES = f"""
[strategies.more]
change = {{ "teams.sales.people" = 3 }}
[strategies.fixed]
change = {{ "{TALK}" = 0.4 }}
[strategies.times]
change = {{ "{TALK} *=" = 0.5 }}
[strategies.plus]
change = {{ "{TALK} +=" = 0.125 }}
[strategies.whole]
change = {{ "channels.web" = {{ kind = "seo", inquiries_per_month = 3 }} }}
[strategies.gone]
change = {{ "{RATE} *=" = 0 }}
[uncertainties]
"{TALK}" = {{ low = 0.2, likely = 0.3, high = 0.7 }}
"{RATE}" = {{ median = 10, p90 = 14 }}
"""


def shares(scenario: fs.Scenario, strategy: str) -> list[float]:
    worlds = worlds_of(scenario.strategy(strategy))
    odds = np.array([worlds(world_of(3, number)).stages["odds"][0] for number in range(4)])
    return (odds / (1 + odds)).tolist()


def test_numbers_are_the_same_in_every_strategy() -> None:
    scenario = parse(GOOD + STRATEGIES)
    assert shares(scenario, "more") == shares(scenario, "today")


def test_a_fixed_value_ends_an_uncertainty_there_and_nowhere_else() -> None:
    scenario = parse(GOOD + STRATEGIES)
    assert list(scenario.strategy("fixed").uncertainties) == [RATE]
    assert shares(scenario, "fixed") == pytest.approx([0.4] * 4, rel=1e-12)
    assert list(scenario.strategy("whole").uncertainties) == [TALK]
    assert list(scenario.with_changes({TALK: 0.4}).uncertainties) == [RATE]


def test_a_factor_and_a_summand_keep_an_uncertainty_and_move_it() -> None:
    scenario = parse(GOOD + STRATEGIES)
    today = np.array(shares(scenario, "today"))
    assert shares(scenario, "times") == pytest.approx(0.5 * today, rel=1e-6)
    assert shares(scenario, "plus") == pytest.approx(today + 0.125, rel=1e-6)
    both = scenario.with_changes({f"{TALK} +=": 0.1, f"{TALK} *=": 0.5})
    assert shares(both, "today") == pytest.approx(0.5 * (today + 0.1), rel=1e-6)


def test_times_nothing_leaves_nothing_to_be_uncertain() -> None:
    assert list(parse(GOOD + STRATEGIES).strategy("gone").uncertainties) == [TALK]


def test_relative_uncertainties_act_on_what_a_strategy_makes_of_the_value() -> None:
    line = f'"{TALK} *=" = {{ low = 0.5, likely = 0.8, high = 1 }}'
    scenario = with_unknown(line, text=GOOD + f'[strategies.times]\nchange = {{ "{TALK} *=" = 0.5 }}')
    today = np.array(shares(scenario, "today"))
    assert shares(scenario, "times") == pytest.approx(0.5 * today, rel=1e-12)


def test_a_strategy_may_not_move_an_uncertainty_beyond_what_is_allowed() -> None:
    (problem,) = problems_of(GOOD + STRATEGIES + f'[strategies.far]\nchange = {{ "{TALK} *=" = 1.6 }}')
    assert problem.path == "strategies.far"
    assert "can be 1.12" in problem.sentence()
    assert "at most 1" in problem.sentence()


# ---- what is said about them ------------------------------------------------------------------


def test_origins_list_each_uncertainty() -> None:
    text = GOOD + f'[uncertainties]\n"{TALK}" = {{ low = 0.2, likely = 0.3, high = 0.7 }}\n'
    scenario = parse(text + '[origins]\n"uncertainties.*" = "measured: a pilot"')
    (row,) = (row for row in origins(scenario) if row.path.startswith("uncertainties"))
    assert row == (f"uncertainties.{TALK}", {"low": 0.2, "likely": 0.3, "high": 0.7}, "measured: a pilot")


def test_the_schema_describes_them() -> None:
    found = json_schema()["properties"]["uncertainties"]
    assert "drawn once" in found["description"]
    forms = found["additionalProperties"]["anyOf"]
    assert all("plus" in form["properties"] for form in forms if "properties" in form)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f'"{TALK}n" = 0.5', f'"{TALK}n" does not exist; did you mean "{TALK}"?'),
        (f'"{TALK}" = {{ median = 0.3, p90 = 0.5 }}', "which can be 7.912; expected at most 1"),
        (f'"{TALK} *=" = {{ quantiles = {{ "0" = 1, "1" = 3 }} }}', f"which at its most makes {TALK} 1.5"),
        (f'"{RATE} +=" = {{ quantiles = {{ "0" = -20, "1" = 1 }} }}', f"which at its least makes {RATE} -10"),
        ('"teams.sales.people" = 2.5', "is a choice and no measured number"),
        ('"teams.sales.hours_per_week" = 30', 'the pace of work: "teams.sales.speed *="'),
        ('"teams.sales.assignment" = 1', "is not a number"),
        ('"stages.talk.goes_cold_after_days" = 3', "has no value that could be uncertain"),
        ('"horizon.period_months" = 3', "cannot be uncertain"),
        ('"" = 3', "is not a path"),
        (f'"{TALK}" = "high"', 'is "high"; expected a number, { median, p90 }'),
        (f'"{TALK}" = {{ low = 0.2, high = 0.7 }}', "without likely"),
        (
            f'"{TALK}" = {{ low = 0.2, likely = 0.3, high = 0.7, plus = "x" }}',
            'plus is "x"; expected a number',
        ),
        (f'"{TALK}" = 0.5\n"{TALK} *=" = 1', f'is given beside "{TALK}"'),
        ('"channels.web.temperature.warm" = 0.5', "channels.web.temperature sums to 0.5"),
    ],
)
def test_bad_uncertainties_are_told_in_sentences(line: str, expected: str) -> None:
    assert expected in wrong(line)


def test_parts_of_a_distribution_cannot_be_uncertain_alone() -> None:
    text = GOOD.replace(
        "contract_value_per_year = 1000", "contract_value_per_year = { median = 900, p90 = 2000 }"
    )
    assert f'expected a factor on all of it: "{VALUE} *="' in wrong(f'"{VALUE}.median" = 800', text)
    assert f'is a distribution already; expected a factor on it: "{VALUE} *="' in wrong(
        f'"{VALUE}" = 800', text
    )


# ---- the preset that has some -----------------------------------------------------------------

# Share that ever wins, 95 % interval (experiments/marketplace_sellers/README.md, what was measured).
EVER_WIN = {
    "organic_search": (0.114, 0.163),
    "paid_search": (0.118, 0.185),
    "unknown": (0.181, 0.268),
    "social": (0.046, 0.098),
    "direct_traffic": (0.118, 0.230),
    "email": (0.026, 0.090),
    "other": (0.037, 0.123),
    "referral": (0.039, 0.140),
}
EVER_WIN_OF_ALL = (0.117, 0.154)


def log_error(low: float, high: float) -> float:
    return float(np.log(high / low)) / 3.92


def test_the_marketplace_is_as_uncertain_as_it_was_measured() -> None:
    scenario = settled(fs.load("marketplace_sellers"))
    worlds = worlds_of(scenario)
    ever: dict[str, list[float]] = {name: [] for name in (*scenario.channels, "all")}
    rates = {name: channel.inquiries_per_month for name, channel in scenario.channels.items()}
    for number in range(1000):
        levels = worlds.levels(world_of(1, number))
        drawn = zip(scenario.uncertainties.items(), levels, strict=True)
        world = applied(scenario, {key: unknown.at(float(level)) for (key, unknown), level in drawn})
        for name, channel in world.channels.items():
            odds = [stage.conversion / (1 - stage.conversion) for stage in world.stages.values()]
            fits = [each * channel.fit.mean() for each in odds]
            ever[name].append(float(np.prod([each / (1 + each) for each in fits])))
        won = sum(rate * ever[name][-1] for name, rate in rates.items())
        ever["all"].append(won / sum(rates.values()))
    found = {name: float(np.std(np.log(shares))) for name, shares in ever.items()}
    assert found["all"] == pytest.approx(log_error(*EVER_WIN_OF_ALL), rel=0.1)
    common = 2 * (np.log(1.045) / 1.2816) ** 2  # of both stages, in all channels
    for name, ends in EVER_WIN.items():  # the fit is a factor on odds, which bends the tails of rare wins
        assert found[name] == pytest.approx(np.sqrt(log_error(*ends) ** 2 + common), rel=0.12)


def test_uncertainties_themselves_cannot_be_changed() -> None:
    with pytest.raises(fs.ScenarioError, match="cannot be changed"):
        parse(GOOD + STRATEGIES).with_changes({"uncertainties": {}})
