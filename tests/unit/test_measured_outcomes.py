"""How visits end: against explicit likelihoods, exact integrals and truths drawn from the priors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from benchmarks.measured import outcomes as benchmark
from scipy import optimize, special, stats

from funnelsim.calibration.outcomes import measure_outcomes
from funnelsim.calibration.outcomes.layout import ages, laid_out, months
from funnelsim.calibration.outcomes.logit import LOOSE, SCALE, mode
from funnelsim.io.writing import UnusableError
from funnelsim.scenario.paths import kind_at, parts_of

STAGES = ("call", "offer")


@pytest.fixture(scope="module")
def world():
    return benchmark.ended(benchmark.like(np.random.default_rng(7)), np.random.default_rng(8))


def visits_of(counts: dict[str, tuple[int, int]]) -> pd.DataFrame:
    """Make visits to one stage, at one age and in one month: (won, lost) by rep."""
    rows = [
        (rep, outcome)
        for rep, (won, lost) in counts.items()
        for outcome, times in (("won", won), ("lost", lost))
        for _ in range(times)
    ]
    visits = pd.DataFrame(rows, columns=["rep", "went_to"])
    return visits.assign(
        deal=[str(number) for number in range(len(rows))],
        stage="offer",
        segment="",
        channel="",
        ended=pd.Timestamp("2026-03-04"),
        low=3.0,
        high=3.0,
    )


def test_the_mode_is_that_of_the_likelihood_written_out(world) -> None:
    visits = world.visits.iloc[:300].copy()
    visits["advanced"] = visits["went_to"].isin(["won", "offer"])
    layout = laid_out(visits, STAGES)
    logit = layout.logit(visits)
    prior = logit.prior(np.full(len(logit.deviations), 0.4))

    def log_odds(values: np.ndarray, row: pd.Series) -> float:
        own = layout.stages[row["stage"]]
        age = own.age.log_ratios(values[None])[0]
        month = own.log_ratios_of_month(values[None])[0]
        odds = values[own.level] + month[(row["ended"].month - 1) % 3]
        odds += np.interp(np.log(row["low"]), np.log(own.age.points), age)
        if not np.isnan(row["wait"]):
            by_wait = layout.wait.log_ratios(values[None])[0]
            odds += np.interp(np.log(row["wait"]), np.log(layout.wait.points), by_wait)
        for name, field in layout.fields.items():
            odds += values[field.first + field.levels.index(row[name])]
        return odds

    rows = [row for _, row in visits.iterrows()]
    design = np.array([[log_odds(unit, row) for row in rows] for unit in np.eye(layout.width)]).T
    won = visits["advanced"].to_numpy()

    def cost(values: np.ndarray) -> float:
        chance = special.expit(design @ values)
        return -np.sum(np.log(np.where(won, chance, 1 - chance))) - stats.norm.logpdf(values, 0, prior).sum()

    found = optimize.minimize(cost, np.zeros(layout.width), method="BFGS", options={"gtol": 1e-4})
    assert mode(logit, prior, np.zeros(layout.width)) == pytest.approx(found.x, abs=2e-4)


def test_posterior_of_one_random_effect_is_that_of_gauss_hermite_integration() -> None:
    counts = {"Ann": (9, 6), "Bob": (3, 17), "Cem": (12, 9), "Dov": (0, 6), "Eva": (14, 3), "Fay": (6, 11)}
    won, lost = (np.array(each, float) for each in zip(*counts.values(), strict=True))
    nodes, masses = np.polynomial.hermite_e.hermegauss(60)
    level = np.linspace(-3, 3, 121)[:, None, None, None]
    deviation = np.linspace(0.005, 2.5, 200)[None, :, None, None]
    odds = level + deviation * nodes
    likelihood = np.exp(won[:, None] * odds - (won + lost)[:, None] * np.logaddexp(0, odds))
    by_rep = likelihood @ (masses / masses.sum())
    density = (
        by_rep.prod(axis=-1)
        * stats.norm.pdf(level / LOOSE)[..., 0, 0]
        * np.exp(-0.5 * (deviation / SCALE) ** 2)[..., 0, 0]
    )
    density /= density.sum()
    measured = measure_outcomes(visits_of(counts), ("offer",), draws=8000, seed=1)
    drawn = measured.deviation("rep")
    grid, over_level = deviation.ravel(), density.sum(axis=0)
    mean = over_level @ grid
    spread = np.sqrt(over_level @ (grid - mean) ** 2)
    assert drawn.mean() == pytest.approx(mean, abs=0.1 * spread)
    assert drawn.std() == pytest.approx(spread, rel=0.1)
    inside = (likelihood * odds) @ (masses / masses.sum()) / by_rep  # of the log odds of each rep
    exact = (density[..., None] * inside).sum(axis=(0, 1))
    own = special.logit(measured.chances(measured.visits.drop_duplicates("rep")))
    assert own.mean(axis=0) == pytest.approx(exact, abs=0.05)


def test_one_share_has_its_posterior_by_quadrature() -> None:
    visits = visits_of({"": (7, 3)})
    conversion = measure_outcomes(visits, ("offer",), draws=8000, seed=2).estimates()[0]
    odds = np.linspace(-6, 8, 4001)
    density = np.exp(7 * odds - 10 * np.logaddexp(0, odds) - 0.5 * (odds / 1.5) ** 2)
    mass = np.cumsum(density) / density.sum()
    exact = special.expit(np.interp([0.025, 0.975], mass, odds))
    assert conversion.interval("share advancing") == pytest.approx(tuple(exact), abs=0.01)


def test_paths_are_those_of_a_scenario(world) -> None:
    measured = measure_outcomes(world.visits, STAGES, draws=50, seed=1)
    found = {each.path: each for each in measured.estimates()}
    new = ("decided", "time_in_stage", "month_of_quarter")  # keys of V28
    assert all(kind_at(parts_of(path)) for path in found if path.split(".")[-1] not in new)
    assert {path.split(".")[0] for path in found} == {"stages", "segments", "channels", "teams", "effects"}
    assert all(each.draws is None or len(each.draws) == 50 for each in found.values())
    assert set(found["stages.offer.effects.time_in_stage"].value) == {"days", "odds_ratio"}


def test_average_visit_has_the_odds_of_the_stage(world) -> None:
    measured = measure_outcomes(world.visits, STAGES, draws=50, seed=1)
    for field in ("segment", "channel", "rep"):
        levels, logs = measured.log_ratios(field)
        shares = measured.visits[field].value_counts(normalize=True)[list(levels)].to_numpy()
        assert logs @ shares == pytest.approx(np.zeros(50), abs=1e-12)
    months_of = measured.layout.stages["call"].log_ratios_of_month(measured.posterior.coefficients)
    assert months_of.sum(axis=1) == pytest.approx(np.zeros(50), abs=1e-12)


def test_table_of_ages_says_what_the_chances_are_made_of(world) -> None:
    measured = measure_outcomes(world.visits, STAGES, draws=3, seed=1)
    found = {each.path: each for each in measured.estimates()}
    row = measured.visits[measured.visits["wait"].notna()].iloc[[0]]
    stage = row["stage"].iloc[0]

    def read(path: str, unit: str, length: float) -> float:
        table = found[path].draws[2]
        return np.exp(np.interp(np.log(length), np.log(table[unit]), np.log(table["odds_ratio"])))

    ratio = read(f"stages.{stage}.effects.time_in_stage", "days", ages(row)[0])
    ratio *= read("effects.wait", "hours", row["wait"].iloc[0])
    odds = special.logit(found[f"stages.{stage}.conversion"].draws[2])
    ratio *= found[f"stages.{stage}.effects.month_of_quarter"].draws[2][months(row)[0]]
    for path, field in (
        ("segments.{}.odds_ratio", "segment"),
        ("channels.{}.fit", "channel"),
        ("teams.sales.reps.{}.skill", "rep"),
    ):
        ratio *= found[path.format(row[field].iloc[0])].draws[2]
    assert special.logit(measured.chances(row)[2, 0]) == pytest.approx(odds + np.log(ratio), abs=1e-4)


def test_a_name_never_seen_is_taken_as_average(world) -> None:
    measured = measure_outcomes(world.visits, STAGES, draws=5, seed=1)
    known = measured.visits[measured.visits["wait"].notna()].iloc[[0]]
    levels, logs = measured.log_ratios("rep")
    own = logs[:, levels.index(known["rep"].iloc[0])]
    apart = special.logit(measured.chances(known)) - special.logit(measured.chances(known.assign(rep="new")))
    assert apart[:, 0] == pytest.approx(own)


def test_shares_of_routes_and_reasons_are_those_of_a_dirichlet() -> None:
    visits = visits_of({"": (30, 20)})
    visits.loc[:29, "went_to"] = ["won"] * 20 + ["offer"] * 10
    visits["stage"] = "call"
    visits.loc[30:34, "went_to"] = "call"  # a stage entered anew
    reason_of = pd.Series("price", index=visits["deal"]).where(visits.index < 45, "")
    measured = measure_outcomes(visits, STAGES, draws=6000, seed=3, reason_of=reason_of)
    found = {each.path: each for each in measured.estimates()}
    onward = found["stages.call.next"]
    assert onward.value == pytest.approx({"won": 21 / 32, "offer": 11 / 32})
    exact = stats.beta(21, 11).ppf([0.025, 0.975])
    assert onward.interval("share won") == pytest.approx(tuple(exact), abs=0.02)
    assert found["stages.call.back_to"].value == pytest.approx({"call": 6 / 22})
    assert found["stages.call.lost_reasons"].value == pytest.approx({"price": 11 / 17, "unstated": 6 / 17})
    assert found["stages.offer.conversion"].n == 0


def test_what_is_blank_throughout_is_left_out_and_a_single_blank_is_not() -> None:
    visits = visits_of({"Ann": (5, 5), "": (5, 5)})
    found = [each.path for each in measure_outcomes(visits, ("offer",), draws=9, seed=1).estimates()]
    assert found == ["stages.offer.conversion", "stages.offer.decided", "teams.sales.reps.Ann.skill"]
    visits["rep"] = None
    found = [each.path for each in measure_outcomes(visits, ("offer",), draws=9, seed=1).estimates()]
    assert found == ["stages.offer.conversion", "stages.offer.decided"]


def test_a_history_in_which_nothing_has_ended_is_refused_in_a_sentence() -> None:
    visits = visits_of({"Ann": (2, 2)}).assign(went_to="")
    with pytest.raises(UnusableError, match=r"no visit to a stage has ended \(visits in all: 4\)"):
        measure_outcomes(visits, ("offer",), draws=9, seed=1)


def test_all_won_and_one_deal_are_measured_with_wide_intervals() -> None:
    for counts in ({"Ann": (1, 0)}, {"Ann": (40, 0), "Bob": (40, 0)}):
        conversion = measure_outcomes(visits_of(counts), ("offer",), draws=400, seed=1).estimates()[0]
        low, high = conversion.interval("share advancing")
        assert 0 < low < high < 1


def test_what_ended_between_two_looks_has_the_month_in_the_middle_of_them() -> None:
    seen = pd.DataFrame({"ended": pd.to_datetime(["2026-04-02", "2026-04-02", "2026-04-01"])})
    assert months(seen).tolist() == [0, 0, 0]
    assert months(seen.assign(ended_within=[7.0, 0.0, 1.0])).tolist() == [2, 0, 0]
