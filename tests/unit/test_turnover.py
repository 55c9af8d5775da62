"""People who stay for a time and are replaced, from the file to the figures."""

from __future__ import annotations

import numpy as np
import pytest

from funnelsim.chance.distributions import Constant, Gamma, Quantiles, Residual, Sample, Scaled, Scipy
from funnelsim.engines import ENGINES, history
from funnelsim.engines.fold import fold, new_tally, stack
from funnelsim.metrics import FIGURES, cut
from funnelsim.model.words import DAY, Event
from funnelsim.scenario import ScenarioError, lower, parse

FIRM = """
start = 2026-01-05
[horizon]
period_months = 12
warm_up_months = 0
drain_months = 0
[segments.all]
contract_value_per_year = 9000
[channels.web]
kind = "seo"
inquiries_per_month = 90
[teams.sales]
people = 3
[teams.sales.turnover]
tenure_months = { scipy = "expon", scale = 4 }
replacement_days = { low = 1, likely = 20, high = 60 }
cost = 500
[teams.sales.reps.Ann]
[stages.call]
team = "sales"
conversion = 0.3
effort_hours = 2
"""
engines = pytest.mark.parametrize("engine", sorted(ENGINES))


@pytest.mark.parametrize(
    ("tenure", "moment"),  # the second moment
    [
        (Scipy("expon", {"scale": 24.0}), 2 * 24.0**2),
        (Gamma(2.0, 3.0), 2 * 9 + 36),
        (Constant(8.0), 64.0),
        (Sample((1.0, 3.0, 8.0)), (1 + 9 + 64) / 3),
        (Quantiles(levels=(0, 0.5, 1), values=(2, 4, 10)), (28 / 3 + 52) / 2),
        (Scaled(Gamma(2.0, 3.0), 2.0), 4 * 54),
        (Scipy("uniform", {"loc": 5.0, "scale": 10.0}), 10**2 / 12 + 100),
    ],
)
def test_what_is_left_of_a_tenure_has_half_the_second_moment_over_the_mean(tenure, moment) -> None:
    assert Residual(tenure).mean() == pytest.approx(moment / (2 * tenure.mean()), rel=3e-4)


def test_what_is_left_of_an_exponential_is_exponential() -> None:
    tenure = Scipy("expon", {"scale": 24.0})
    for u in (0.001, 0.1, 0.5, 0.9, 0.999):
        assert Residual(tenure).quantile(u) == pytest.approx(-24 * np.log1p(-u), rel=1e-4)


def test_what_is_left_of_a_fixed_tenure_is_anything_up_to_it() -> None:
    assert [Residual(Constant(8.0)).quantile(u) for u in (0.25, 0.5)] == [2.0, 4.0]
    assert Residual(Scaled(Constant(8.0), 0.5)).quantile(0.5) == 2.0


@engines
def test_what_hiring_costs_is_a_cost_of_sales(engine: str) -> None:
    model = lower(parse(FIRM)).model
    rows = history(engine, model, 2)
    joined = rows[rows["event"] == Event.JOINED]
    assert len(joined) > 3
    assert set(joined["rep"].tolist()) <= {0, 1, 2}  # Ann has a name of her own
    tally = new_tally(model, 2)
    fold(rows, model, tally)
    everything = cut(model, stack([tally]), "all")
    found = {name: FIGURES[name].values(everything)[0, 0] for name in ("turnover_cost", "sales_cost")}
    assert found == {"turnover_cost": 500.0 * len(joined), "sales_cost": 500.0 * len(joined)}


@engines
def test_people_on_staff_are_those_between_coming_and_going(engine: str) -> None:
    model = lower(parse(FIRM)).model
    rows = history(engine, model, 2)
    tally = new_tally(model, 2)
    fold(rows, model, tally)
    there = np.zeros(4)
    for row in rows[rows["event"] == Event.ON_STAFF]:
        there[row["rep"]] += row["waited"]
    by_rep = FIGURES["on_staff"].values(cut(model, stack([tally]), "rep"))[0]
    assert by_rep == pytest.approx(there / (365 * DAY))
    assert by_rep[3] == 1.0


def test_without_turnover_nobody_leaves() -> None:
    model = lower(
        parse(FIRM.replace("[teams.sales.turnover]", "[teams.other]\npeople = 1\n[teams.other.turnover]"))
    ).model
    rows = history("reference", model, 2)
    assert set(rows["rep"][rows["event"] == Event.JOINED].tolist()) == {4}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('{ scipy = "expon", scale = 4 }', "0", "teams.sales.turnover.tenure_months is 0"),
        ("people = 3\n", "", "teams.sales.turnover is of nobody: people with names of their own come and go"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(old: str, new: str, sentence: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        parse(FIRM.replace(old, new))
    assert any(sentence in problem.sentence() for problem in refused.value.problems)
