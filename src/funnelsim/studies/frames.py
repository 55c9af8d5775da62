"""Results as pandas frames, with a column for each statistic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from funnelsim.decisions import AnyTime, Comparison, Risk
from funnelsim.forecast import ADDED_UP, MAIN, Estimate, Forecast, Interval, SoFar
from funnelsim.forecast import cohorts as followed
from funnelsim.metrics import FIGURES

STATISTICS = ("mean", "low", "high", "p10", "p50", "p90")
PRECISION = ("p10_low", "p10_high", "p90_low", "p90_high", "more_years")  # of the range, and what lacks


def summary(forecast: Forecast) -> pd.DataFrame:
    """Estimate every figure that has a value in all: (figures, title, unit, basis and statistics)."""
    figures = [figure for figure in FIGURES.values() if "all" in figure.by]
    rows = [
        [
            forecast.title(figure.name),
            _unit(forecast, figure.name),
            figure.basis.name.lower(),
            *_statistics(forecast.estimate(figure.name), (*STATISTICS, *PRECISION)),
        ]
        for figure in figures
    ]
    index = pd.Index([figure.name for figure in figures], name="figure")
    return pd.DataFrame(rows, index=index, columns=["title", "unit", "basis", *STATISTICS, *PRECISION])


def breakdown(forecast: Forecast, dimension: str) -> pd.DataFrame:
    """Estimate every figure that a dimension has: (places, figures x statistics)."""
    found = [forecast.by(name, dimension) for name, figure in FIGURES.items() if dimension in figure.by]
    columns = pd.MultiIndex.from_product(
        [[each.figure.name for each in found], STATISTICS], names=["figure", "statistic"]
    )
    rows = [
        [number for each in found for number in _statistics(each.estimates[position])]
        for position in range(len(found[0].labels))
    ]
    return pd.DataFrame(rows, index=pd.Index(found[0].labels, name=dimension), columns=columns)


def cumulative(forecast: Forecast) -> pd.DataFrame:
    """Add up what people ask for since the period began: (months, figures x statistics)."""
    found = {name: forecast.cumulative(name) for name in ADDED_UP}
    columns = pd.MultiIndex.from_product([list(found), SoFar._fields], names=["figure", "statistic"])
    rows = [[end for so_far in month for end in so_far] for month in zip(*found.values(), strict=True)]
    return pd.DataFrame(rows, index=pd.Index(forecast.names.months, name="month"), columns=columns)


def conversions(forecast: Forecast) -> pd.DataFrame:
    """Tabulate the conversions typed beside the simulated ones: (stages, typed and statistics)."""
    found = forecast.conversions()
    return pd.DataFrame(
        [[each.typed, *_statistics(each.simulated)] for each in found],
        index=pd.Index([each.stage for each in found], name="stage"),
        columns=["typed", *STATISTICS],
    )


def reasons(forecast: Forecast) -> pd.DataFrame:
    """Count leads that ended without a contract in the mean year: (stages, reasons)."""
    return pd.DataFrame(
        forecast.reasons("stage"),
        index=pd.Index(forecast.names.stages, name="stage"),
        columns=pd.Index(forecast.names.reasons, name="reason"),
    )


def goals(forecasts: Mapping[str, Forecast]) -> pd.DataFrame:
    """Estimate the chances of goals: (strategies x goals; bounds, where the figure stands, chance)."""
    found = [(name, chance) for name, forecast in forecasts.items() for chance in forecast.chances()]
    rows = [
        [
            each.goal.metric,
            each.goal.dimension,
            each.goal.place,
            each.goal.words(),
            each.goal.at_least,
            each.goal.at_most,
            *(each.mean, each.p10, each.p90),
            each.share,
            each.low,
            each.high,
            each.reached,
            each.years,
        ]
        for _, each in found
    ]
    index = pd.MultiIndex.from_tuples(
        [(name, each.goal.name) for name, each in found], names=["strategy", "goal"]
    )
    names = ["figure", "by", "of", "asks", "at_least", "at_most", "mean", "p10", "p90"]
    names += ["chance", "low", "high", "reached", "years"]
    return pd.DataFrame(rows, index=index, columns=names).astype(dict.fromkeys(names[4:9], float))


def quota(forecast: Forecast) -> pd.DataFrame:
    """Tabulate how far bookings reach quotas: (firm, teams, reps x quarters; quota, gap, ...)."""
    found = forecast.quotas()
    rows = [
        [
            each.quota,
            *_statistics(each.attained),
            *_statistics(each.gap),
            *each.chance,
        ]
        for each in found
    ]
    index = pd.MultiIndex.from_tuples(
        [(each.dimension, each.place, each.quarter) for each in found], names=["by", "of", "quarter"]
    )
    names = [
        f"{part}{end}" for part in ("attained", "gap") for end in ("", *(f"_{s}" for s in STATISTICS[1:]))
    ]
    return pd.DataFrame(
        rows, index=index, columns=["quota", *names, "chance", "chance_low", "chance_high"], dtype=float
    )


def unknown(forecast: Forecast) -> pd.DataFrame:
    """Tabulate the share of the variance that comes from uncertain numbers: (figures, interval)."""
    rows = [] if forecast.unknowns is None else [forecast.share_unknown(name) for name in MAIN]
    index = pd.Index(MAIN[: len(rows)], name="figure")
    return pd.DataFrame(rows, index=index, columns=["share", "low", "high"], dtype=float)


def drivers(forecast: Forecast) -> pd.DataFrame:
    """Tabulate rank correlations with uncertain numbers: (figures x numbers, what is drawn, interval)."""
    found = [(name, each) for name in MAIN for each in forecast.drivers(name)]
    rows = [[*each.parameter[1:], *each.correlation] for _, each in found]
    index = pd.MultiIndex.from_tuples(
        [(name, each.parameter.key) for name, each in found], names=["figure", "uncertain"]
    )
    columns = ["p10", "p50", "p90", "correlation", "low", "high"]
    return pd.DataFrame(rows, index=index, columns=columns, dtype=float)


def teams(forecast: Forecast) -> pd.DataFrame:
    """Tabulate hours asked and hours available: (teams, hours of the period)."""
    found = forecast.team_hours()
    return pd.DataFrame(
        [[each.available, each.worked, each.asked] for each in found],
        index=pd.Index([each.team for each in found], name="team"),
        columns=["available", "worked", "asked"],
    )


def cycle(forecast: Forecast) -> pd.DataFrame:
    """Tabulate the share of contracts won by each number of days since the inquiry, between two bounds."""
    found = forecast.cycle()
    columns = {
        "at_least": found.at_least.share,
        "at_least_error": found.at_least.error,
        "at_most": found.at_most.share,
        "at_most_error": found.at_most.error,
    }
    return pd.DataFrame(columns, index=pd.Index(found.at_most.days, name="days"))


def cohorts(forecast: Forecast) -> pd.DataFrame:
    """Follow the customers who signed in each month: (cohorts x months; how many, share, lifetime value)."""
    found = followed(forecast)
    columns: dict[str, object] = {"age": found.ages, "customers": found.customers}
    for name in ("retention", "lifetime_value", "beyond"):
        precision = getattr(found, name)
        columns |= {name: precision.value, f"{name}_low": precision.low, f"{name}_high": precision.high}
    index = pd.MultiIndex.from_arrays([found.signed_in, found.months], names=["cohort", "month"])
    return pd.DataFrame(columns, index=index)


def differences(comparison: Comparison) -> pd.DataFrame:
    """Compare every figure with the base's: (strategies x figures, interval and p values).

    `p_value_holm` is adjusted for `adjusted_for` strategies at once, for each figure by itself.
    """
    names = [figure.name for figure in FIGURES.values() if "all" in figure.by]
    found = {name: comparison.differences(name) for name in names}
    order = [(strategy, name) for strategy in comparison.others for name in names]
    rows = [
        [
            *(each.mean, each.low, each.high, each.p_value, each.adjusted),
            *(len(comparison.others), *each.ahead, each.more_years),
        ]
        for each in (found[name][strategy] for strategy, name in order)
    ]
    return pd.DataFrame(
        rows,
        index=pd.MultiIndex.from_tuples(order, names=["strategy", "figure"]),
        columns=[
            *("mean", "low", "high", "p_value", "p_value_holm", "adjusted_for"),
            *("ahead", "ahead_low", "ahead_high", "more_years"),
        ],
    )


def decision_table(comparison: Comparison) -> pd.DataFrame:
    """Tabulate the figures that decide: a row for each strategy, three columns for each figure."""
    rows = {}
    gains = comparison.differences()
    for name, forecast in comparison.forecasts.items():
        row: dict[str, float] = {}
        for metric in ("won", "bookings", "revenue", "cost", "profit", "roi", "result", "cycle_length"):
            estimate = forecast.estimate(metric)
            row |= {metric: estimate.mean, f"{metric}_p10": estimate.p10, f"{metric}_p90": estimate.p90}
        if name in gains:
            gain = gains[name]
            row |= {"profit_gain": gain.mean, "profit_gain_low": gain.low, "profit_gain_high": gain.high}
            extra = comparison.return_on_extra(name)
            if extra is not None:
                ends = {"return_on_extra_low": extra.low, "return_on_extra_high": extra.high}
                row |= {"return_on_extra": extra.value} | ends
            row |= {"ahead": gain.ahead.value}
        chances = comparison.chances[name]
        row |= {"chance_of_loss": forecast.loss().value}
        rows[name] = row | {"chance_best": chances.best, "expected_regret": chances.regret}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("strategy")
    wanted = [f"{name}{end}" for name in ("profit_gain", "return_on_extra") for end in ("", "_low", "_high")]
    wanted += ["ahead", "chance_of_loss", "chance_best", "expected_regret"]
    return table.reindex(columns=[*[name for name in table if name not in wanted], *wanted]).astype(float)


def sequences(found: AnyTime) -> pd.DataFrame:
    """Tabulate what is sure of each pair at any time: (strategies x those they are compared with, ...)."""
    rows = {
        (each.strategy, each.base): {
            "profit_gain": each.mean,
            "profit_gain_low": each.low,
            "profit_gain_high": each.high,
            "verdict": each.words,
            "more_years": each.more_years if each.open else 0.0,
        }
        for each in found.contrasts
    }
    for name, each in found.ahead.items():
        rows[name, found.profits.base] |= _sequence("ahead", each.ahead) | _sequence("behind", each.behind)
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["strategy", "against"])


def risks(found: Mapping[str, Risk]) -> pd.DataFrame:
    """Tabulate what single years of each strategy may bring, with sequences: (strategies, ...)."""
    rows = {}
    for name, risk in found.items():
        row = _sequence("loss", risk.loss) | _sequence("worst_in_ten", risk.worst_in_ten)
        for goal, chance in risk.goals.items():
            row |= _sequence(goal, chance)
        rows[name] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("strategy")


def _sequence(name: str, found: Interval) -> dict[str, float]:
    return {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}


def assumptions(comparisons: Mapping[str, Comparison]) -> pd.DataFrame:
    """Tabulate which strategy wins under which assumption, the first one without any: (assumptions, ...)."""
    typed = next(iter(comparisons.values())).leaders()
    rows = {}
    for name, comparison in comparisons.items():
        leaders, gains = comparison.leaders(), comparison.differences()
        row: dict[str, object] = {"best": comparison.best() or "", "same": set(leaders) == set(typed)}
        for column, chosen in (("gain", leaders), ("typed_gain", typed)):
            gain = gains[chosen[0]] if chosen else None
            ends = (None, None, None) if gain is None else (gain.mean, gain.low, gain.high)
            row |= dict(zip((column, f"{column}_low", f"{column}_high"), ends, strict=True))
        row |= {"close": ", ".join(leaders) if len(leaders) > 1 else ""}
        lead = comparison.lead()
        by = (None, None, None) if lead is None else lead.by
        row |= {"next": "" if lead is None else lead.second}
        rows[name] = row | dict(zip(("ahead", "ahead_low", "ahead_high"), by, strict=True))
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("assumption")
    numbers = (name for name in map(str, table) if "gain" in name or "ahead" in name)
    return table.astype(dict.fromkeys(numbers, float))


def side_by_side(frames: Iterable[tuple[str, pd.DataFrame]], of: str = "strategy") -> pd.DataFrame:
    """Put frames below each other, with what each is of in front."""
    return pd.concat(dict(frames), names=[of])


def _unit(forecast: Forecast, metric: str) -> str:
    unit = FIGURES[metric].unit.value
    return forecast.names.currency or unit if unit == "money" else unit


def _statistics(estimate: Estimate, names: tuple[str, ...] = STATISTICS) -> list[float]:
    return [getattr(estimate, name) for name in names]
