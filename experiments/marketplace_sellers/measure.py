"""Measure the marketplace's sales funnel: `python experiments/marketplace_sellers/measure.py`.

Every figure is a function of one table of leads, so that simulated leads, followed for as long as the
real ones, can be measured by the same functions. README.md says what the data are and what their
quirks do to the figures.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from censored_conversion import (
    Cure,
    Estimate,
    Floats,
    best_family,
    conversion_by_group,
    ever_interval,
    fit_cure,
    kaplan_meier,
)
from scipy import special, stats

FIRST_DAY = pd.Timestamp("2018-01-01")
END = pd.Timestamp("2018-04-01")  # deals won before this midnight are in the data
SUMMER_TIME_ENDS = pd.Timestamp("2018-02-18 02:00")  # UTC; in São Paulo UTC-2 before, UTC-3 after
SMALLEST_CHANNEL = 100  # leads; channels with fewer are merged into "other"
CURVE_DAYS = np.array([7.0, 14.0, 30.0, 60.0, 85.0])
LEVELS = np.array([0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95])
RESAMPLES = 400
SEED = 1

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NORMAL_95 = float(stats.norm.ppf(0.975))


@dataclass(frozen=True)
class Measured:
    """All figures, each with a 95 % interval in the columns or fields `low` and `high`."""

    dropped: int
    rates: pd.DataFrame
    weekdays: pd.DataFrame
    dispersion: pd.DataFrame
    common_variation: Estimate
    raw_ratio: Estimate
    curve: pd.DataFrame
    families: pd.DataFrame
    fit: Cure
    ever: Estimate
    channels: pd.DataFrame
    cohorts: pd.DataFrame
    cycle: pd.DataFrame
    people: pd.DataFrame


def data_folder() -> Path:
    """Where the public files lie: beside the project, or where FUNNELSIM_DATA points.

    Raises
    ------
    FileNotFoundError
        If they are not there.
    """
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("FUNNELSIM_DATA", beside)) / "olist"
    for name in ("marketing_qualified_leads.csv", "closed_deals.csv"):
        if not (folder / name).is_file():
            raise FileNotFoundError(
                f"{folder / name} is not there: get Olist's marketing funnel data (public, CC BY-NC-SA 4.0) "
                "and let FUNNELSIM_DATA name the folder that holds olist/."
            )
    return folder


def load(folder: Path) -> pd.DataFrame:
    """Read the leads of the window and join the deals won.

    Returns
    -------
    DataFrame
        One row per lead: `channel`; `contacted`, a day; `won`, local time, missing where not won;
        `won_day_only`, where no time of day was noted; `sdr_id`, `sr_id`.
    """
    leads = pd.read_csv(folder / "marketing_qualified_leads.csv", parse_dates=["first_contact_date"])
    deals = pd.read_csv(folder / "closed_deals.csv", parse_dates=["won_date"])
    table = leads.merge(deals[["mql_id", "won_date", "sdr_id", "sr_id"]], on="mql_id", how="left")
    table = table[table["first_contact_date"].between(FIRST_DAY, END, inclusive="left")]
    won = _local_time(table["won_date"])
    return pd.DataFrame(
        {
            "channel": _channels(table["origin"]),
            "contacted": table["first_contact_date"],
            "won": won,
            "won_day_only": won.notna() & (won == won.dt.normalize()),
            "sdr_id": table["sdr_id"],
            "sr_id": table["sr_id"],
        }
    ).reset_index(drop=True)


def _local_time(utc: pd.Series) -> pd.Series:
    behind = np.where(utc < SUMMER_TIME_ENDS, 2, 3)
    return utc - pd.to_timedelta(behind, unit="h")


def _channels(origin: pd.Series) -> pd.Series:
    named = origin.fillna("unknown").replace({"other_publicities": "other"})
    sizes = named.map(named.value_counts())
    return named.where(sizes >= SMALLEST_CHANNEL, "other")


def plausible(leads: pd.DataFrame) -> pd.DataFrame:
    """Leave out leads won before the day of their first contact."""
    return leads[~(leads["won"] < leads["contacted"])].reset_index(drop=True)


def followed(leads: pd.DataFrame) -> tuple[Floats, Floats]:
    """Interval of days since first contact that holds each lead's win, shape (leads,) each.

    The first contact lies anywhere in its day, so a win at day w after that day's midnight came
    after more than w - 1 and at most w days; where only the day of the win is known, at most w + 1.
    Leads without a win were followed to `END` from, on average, noon of their day; their end is infinite.
    """
    since_midnight = (leads["won"] - leads["contacted"]).dt.total_seconds() / 86_400
    follow_up = (END - leads["contacted"]).dt.days - 0.5
    won = leads["won"].notna()
    after = np.where(won, np.maximum(since_midnight - 1, 0), follow_up)
    until = np.where(won, since_midnight + leads["won_day_only"], np.inf)
    return after.astype(float), until.astype(float)


def inquiry_rates(leads: pd.DataFrame) -> pd.DataFrame:
    """Leads per channel and calendar month, and the mean month, with exact Poisson intervals."""
    month = leads["contacted"].dt.strftime("%Y-%m")
    counts = pd.crosstab(leads["channel"], month, margins=True, margins_name="all")
    months = counts.shape[1] - 1
    total = counts.pop("all")
    counts["per_month"] = total / months
    counts["low"] = stats.chi2.ppf(0.025, 2 * total) / 2 / months
    counts["high"] = stats.chi2.ppf(0.975, 2 * total + 2) / 2 / months
    return counts.sort_values("per_month", ascending=False)


def weekday_shape(leads: pd.DataFrame) -> pd.DataFrame:
    """Mean leads of a day by weekday over the mean of the seven, with the spread between such days."""
    by_weekday = _daily(leads).groupby("weekday")["inquiries"]
    level = by_weekday.mean().mean()
    factor, error = by_weekday.mean() / level, by_weekday.sem() / level
    shape = pd.DataFrame(
        {"factor": factor, "low": factor - _NORMAL_95 * error, "high": factor + _NORMAL_95 * error}
    )
    return shape.set_axis(pd.Index(_WEEKDAYS, name="weekday"))


def daily_dispersion(leads: pd.DataFrame) -> Estimate:
    """Variance of a day's leads over their mean, beyond weekday and month; 1 if Poisson.

    Pearson's chi-square over its degrees of freedom, the expected count of a day being the product of
    its month's and its weekday's mean; interval by the chi-square's spread.
    """
    daily = _daily(leads)
    seen, expected = daily["inquiries"], _expected(daily)
    freedom = len(daily) - daily["month"].nunique() - 6
    pearson = float(((seen - expected) ** 2 / expected).sum())
    quantile = stats.chi2(freedom).ppf
    return Estimate(pearson / freedom, pearson / float(quantile(0.975)), pearson / float(quantile(0.025)))


def dispersion_by_channel(leads: pd.DataFrame) -> pd.DataFrame:
    """Variance of a day's leads over their mean (see `daily_dispersion`), in all and by channel."""
    parts = {"all": leads} | dict(list(leads.groupby("channel")))
    rows = {name: daily_dispersion(part)._asdict() for name, part in parts.items()}
    return pd.DataFrame.from_dict(rows, orient="index")


def common_variation(leads: pd.DataFrame) -> Estimate:
    """Standard deviation of the factor by which a day is busy or quiet for all channels alike.

    Its variance is the sum over pairs of channels of their covariance beyond weekday and month, over the sum
    of the products of their expected counts (0 where it is negative). Interval: bootstrap over days.
    """
    daily = {name: _daily(part) for name, part in leads.groupby("channel")}
    expected = np.array([_expected(each) for each in daily.values()])
    beyond = np.array([each["inquiries"] for each in daily.values()]) - expected
    shared, possible = _products(beyond), _products(expected)
    random = np.random.default_rng(SEED)
    picks = random.integers(len(shared), size=(RESAMPLES, len(shared)))
    resampled = shared[picks].sum(axis=1) / possible[picks].sum(axis=1)
    low, high = np.sqrt(np.maximum(np.quantile(resampled, [0.025, 0.975]), 0.0))
    return Estimate(float(np.sqrt(max(shared.sum() / possible.sum(), 0.0))), float(low), float(high))


def _products(counts: Floats) -> Floats:
    """Sum, for each day (column), the products of all pairs of different channels (rows)."""
    return np.asarray(counts.sum(axis=0) ** 2 - (counts**2).sum(axis=0))


def _expected(daily: pd.DataFrame) -> Floats:
    """Expect of a day the product of its month's and its weekday's mean."""
    month, weekday = (daily.groupby(by)["inquiries"].transform("mean") for by in ("month", "weekday"))
    return np.asarray(month * weekday / daily["inquiries"].mean())


def _daily(leads: pd.DataFrame) -> pd.DataFrame:
    days = pd.date_range(FIRST_DAY, END, inclusive="left")
    inquiries = leads.groupby("contacted").size().reindex(days, fill_value=0)
    return pd.DataFrame({"inquiries": inquiries, "weekday": days.day_of_week, "month": days.month})


def raw_ratio(leads: pd.DataFrame) -> Estimate:
    """Won so far over leads, with its Wilson interval: too low, as late wins are missing."""
    test = stats.binomtest(int(leads["won"].notna().sum()), len(leads))
    interval = test.proportion_ci(method="wilson")
    return Estimate(float(test.statistic), float(interval.low), float(interval.high))


def family_table(after: Floats, until: Floats, fits: tuple[Cure, ...]) -> pd.DataFrame:
    """Each family's criterion, share that ever wins, median cycle, and share of it seen by day 90."""
    rows = [
        (fit.family, fit.aic, *ever_interval(after, until, fit), fit.quantile(0.5), fit.share_by(90.0))
        for fit in fits
    ]
    return pd.DataFrame(
        rows, columns=["family", "aic", "ever", "low", "high", "median_days", "won_by_90"]
    ).set_index("family")


def channel_conversion(leads: pd.DataFrame, after: Floats, until: Floats, fit: Cure) -> pd.DataFrame:
    """Share that ever wins by channel, odds ratio to all leads, and the fit that a preset needs."""
    codes, names = pd.factorize(leads["channel"], sort=True)
    table = conversion_by_group(after, until, codes, fit).set_axis(pd.Index(names, name="channel"))
    ratio = table["log_odds"] - special.logit(fit.ever)
    error = table["standard_error"]
    table["odds_ratio"] = np.exp(ratio)
    table["ratio_low"] = np.exp(ratio - _NORMAL_95 * error)
    table["ratio_high"] = np.exp(ratio + _NORMAL_95 * error)
    table["fit"] = [stage_fit(value, fit.ever) for value in table["value"]]
    return table.drop(columns=["log_odds", "standard_error"]).sort_values("value", ascending=False)


def stage_conversion(reference: float) -> float:
    """Conversion of each of the preset's two stages: the data know no stages, so they share alike."""
    return float(np.sqrt(reference))


def stage_fit(conversion: float, reference: float) -> float:
    """Odds ratio that, applied in both stages of the preset, gives the channel its conversion.

    A channel's fit acts on the odds of every stage, so it is milder than the odds ratio of the whole
    funnel: with two equal stages, the odds ratio of the square roots.
    """
    return float(
        np.exp(special.logit(stage_conversion(conversion)) - special.logit(stage_conversion(reference)))
    )


def cohort_curves(leads: pd.DataFrame, after: Floats, until: Floats) -> pd.DataFrame:
    """Share won within 7 and 14 days by month of first contact, to see whether the funnel changed."""
    month = leads["contacted"].dt.strftime("%Y-%m")
    curves = {
        name: kaplan_meier(after[month == name], until[month == name], np.array([7.0, 14.0]))
        for name in month.unique()
    }
    joined: pd.DataFrame = pd.concat(curves, names=["month"])
    return joined


def cycle_quantiles(after: Floats, until: Floats, fit: Cure, resamples: int = RESAMPLES) -> pd.DataFrame:
    """Days from first contact to win: fitted for all who ever win, and seen for those won in 85 days.

    Intervals are percentiles of a bootstrap over leads.
    """
    random = np.random.default_rng(SEED)
    fitted, seen = [], []
    for _ in range(resamples):
        pick = random.integers(len(after), size=len(after))
        fitted.append(fit_cure(after[pick], until[pick], fit.family, start=fit).quantile(LEVELS))
        seen.append(quantiles_seen(after[pick], until[pick]))
    columns = {"fitted": fit.quantile(LEVELS)} | _range(fitted, "fitted")
    columns |= {"seen": quantiles_seen(after, until)} | _range(seen, "seen")
    return pd.DataFrame(columns, index=pd.Index(LEVELS, name="level"))


def quantiles_seen(after: Floats, until: Floats) -> Floats:
    """Quantiles of the cycle among those won within the curve's last day, censoring accounted for."""
    days = np.arange(0.0, CURVE_DAYS[-1] + 0.25, 0.25)
    share = kaplan_meier(after, until, days)["value"].to_numpy()
    return np.asarray(days[np.searchsorted(share, LEVELS * share[-1])])


def _range(resampled: list[Floats], name: str) -> dict[str, Floats]:
    low, high = np.quantile(resampled, [0.025, 0.975], axis=0)
    return {f"{name}_low": low, f"{name}_high": high}


def people(leads: pd.DataFrame) -> pd.DataFrame:
    """How many different reps won deals, by month and in all: a lower bound of the teams' sizes."""
    won = leads[leads["won"].notna()]
    month = won["won"].dt.strftime("%Y-%m")
    rows = {name: won[month == name] for name in sorted(month.unique())} | {"all": won}
    return pd.DataFrame(
        {
            name: {"won": len(part), "sdr": part["sdr_id"].nunique(), "sr": part["sr_id"].nunique()}
            for name, part in rows.items()
        }
    ).T


def measure(folder: Path) -> Measured:
    """Measure every figure from the files in the folder."""
    everyone = load(folder)
    leads = plausible(everyone)
    after, until = followed(leads)
    fits = best_family(after, until)
    best = fits[0]
    return Measured(
        dropped=len(everyone) - len(leads),
        rates=inquiry_rates(everyone),
        weekdays=weekday_shape(everyone),
        dispersion=dispersion_by_channel(everyone),
        common_variation=common_variation(everyone),
        raw_ratio=raw_ratio(leads),
        curve=kaplan_meier(after, until, CURVE_DAYS),
        families=family_table(after, until, fits),
        fit=best,
        ever=ever_interval(after, until, best),
        channels=channel_conversion(leads, after, until, best),
        cohorts=cohort_curves(leads, after, until),
        cycle=cycle_quantiles(after, until, best),
        people=people(leads),
    )


def report(measured: Measured) -> str:
    """All figures as tables of plain text."""

    def table(title: str, frame: pd.DataFrame, form: str) -> str:
        return f"{title}\n{frame.to_string(float_format=form.format)}\n"

    def line(title: str, figure: Estimate, form: str) -> str:
        value, low, high = (form.format(number) for number in figure)
        return f"{title}: {value} ({low} to {high})\n"

    return "\n".join(
        [
            f"Intervals are 95 %. Leads won before their first contact, dropped: {measured.dropped}\n",
            table("Inquiries per calendar month", measured.rates, "{:.1f}"),
            table("Weekday, 1 = average day", measured.weekdays, "{:.2f}"),
            table("Variance over mean of a day's inquiries", measured.dispersion, "{:.2f}"),
            line("Standard deviation of days that all channels share", measured.common_variation, "{:.2f}"),
            line("Won so far / leads (not the final conversion)", measured.raw_ratio, "{:.4f}"),
            table(
                "Share won within so many days (Kaplan-Meier, nothing extrapolated)", measured.curve, "{:.4f}"
            ),
            table("Month by month (Kaplan-Meier)", measured.cohorts, "{:.4f}"),
            table(
                "Share that ever wins, by family (extrapolated beyond day 90)", measured.families, "{:.4f}"
            ),
            line("Share that ever wins, best family", measured.ever, "{:.4f}"),
            table("Share that ever wins by channel, given the common cycle", measured.channels, "{:.3f}"),
            table("Days from first contact to win, quantiles", measured.cycle, "{:.2f}"),
            table("Different people with deals won", measured.people, "{:.0f}"),
        ]
    )


def main() -> int:
    """Print the figures, or say where the data should be."""
    try:
        folder = data_folder()
    except FileNotFoundError as missing:
        print(missing, file=sys.stderr)
        return 2
    print(report(measure(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
