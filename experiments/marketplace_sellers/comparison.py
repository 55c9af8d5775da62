"""Put what was measured beside what many simulated quarters give back, and say where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from censored_conversion import Estimate
from figures import ALL, DIGITS, EVER
from scipy import stats
from simulated import Quarter


def compare(measured: pd.DataFrame, simulated: Sequence[Quarter]) -> pd.DataFrame:
    """Compare each measured figure with its estimates in simulated quarters.

    Parameters
    ----------
    measured
        From `figures.measured_figures`.
    simulated
        At least two quarters.

    Returns
    -------
    DataFrame
        `measured` and: `mean`; `precision`, half of the mean's 95 % interval; `p10` and `p90`, the range
        of one simulated quarter; `held`, whether the measured interval holds the mean; `in_range`,
        whether the range holds the measured value.
    """
    estimated = pd.DataFrame([quarter.estimated for quarter in simulated])[measured.index]
    table = measured.assign(
        mean=estimated.mean(),
        precision=_precision(estimated),
        p10=estimated.quantile(0.1),
        p90=estimated.quantile(0.9),
    )
    return table.assign(
        held=table["mean"].between(table["low"], table["high"]),
        in_range=table["value"].between(table["p10"], table["p90"]),
    )


def recovery(order: pd.Index, simulated: Sequence[Quarter]) -> pd.DataFrame:
    """Compare the estimates from censored leads with what became of the same leads in the end.

    Parameters
    ----------
    order
        Names of figures; those that have no truth are left out.
    simulated
        At least two quarters.

    Returns
    -------
    DataFrame
        Means over quarters: `true`, `estimated`, `error` (estimated less true), each with half of its
        95 % interval in `true_precision`, `estimated_precision`, `error_precision`.
    """
    true = pd.DataFrame([quarter.true for quarter in simulated])
    true = true[[name for name in order if name in true.columns]]
    estimated = pd.DataFrame([quarter.estimated for quarter in simulated])[true.columns]
    columns = {"true": true, "estimated": estimated, "error": estimated - true}
    return pd.DataFrame(
        {name: frame.mean() for name, frame in columns.items()}
        | {f"{name}_precision": _precision(frame) for name, frame in columns.items()}
    )


def coverage(intervals: Sequence[Estimate], truth: float) -> float:
    """Share of intervals that hold the truth."""
    return float(np.mean([interval.low <= truth <= interval.high for interval in intervals]))


def report(table: pd.DataFrame, recovered: pd.DataFrame, simulated: Sequence[Quarter], seed: int) -> str:
    """All of it as Markdown."""
    return "\n".join(
        [
            "# Measured and simulated",
            "",
            f"Made by `make marketplace`: {len(simulated)} simulated quarters, seed {seed}. Intervals of "
            "measured figures and the precision (±) of simulated means are 95 %; one simulated quarter: "
            "P10 to P90.",
            "",
            *_compared(table),
            "",
            *_verdict(table),
            "",
            "## How well the censored estimate recovers what became of the same leads",
            "",
            *_recovered(recovered),
            "",
            *_reliability(simulated),
            "",
        ]
    )


def _precision(frame: pd.DataFrame) -> pd.Series:
    return frame.sem() * float(stats.t.ppf(0.975, len(frame) - 1))


def _compared(table: pd.DataFrame) -> Iterator[str]:
    yield "| figure | measured | simulated mean | one simulated quarter | measured interval holds the mean |"
    yield "|---|---|---|---|---|"
    for section, rows in table.groupby(level=0, sort=False):
        yield f"| **{section}** | | | | |"
        digits = DIGITS[str(section)]
        for label, row in rows.droplevel(0).iterrows():
            measured = f"{row.value:.{digits}f} ({row.low:.{digits}f} to {row.high:.{digits}f})"
            mean = f"{row['mean']:.{digits + 1}f} ± {row.precision:.{digits + 1}f}"
            span = f"{row.p10:.{digits}f} to {row.p90:.{digits}f}"
            yield f"| {label} | {measured} | {mean} | {span} | {'yes' if row.held else '**no**'} |"


def _verdict(table: pd.DataFrame) -> Iterator[str]:
    missed = table[~table["held"]]
    yield (
        f"The measured interval holds the simulated mean of {table['held'].sum()} of {len(table)} figures. "
        f"The range of one simulated quarter holds {table['in_range'].sum()} of the measured values: "
        f"about {0.8 * len(table):.0f} would be expected if the marketplace were the model."
    )
    if len(missed):
        yield f"\nNot held: {'; '.join(f'{section}, {label}' for section, label in missed.index)}."


def _recovered(recovered: pd.DataFrame) -> Iterator[str]:
    yield "| figure | true, whole drain | estimated, cut off at 2018-03-31 | estimated less true |"
    yield "|---|---|---|---|"
    for section, rows in recovered.groupby(level=0, sort=False):
        yield f"| **{section}** | | | |"
        digits = DIGITS[str(section)] + 1
        for label, row in rows.droplevel(0).iterrows():
            cells = [
                f"{row[name]:{sign}.{digits}f} ± {row[f'{name}_precision']:.{digits}f}"
                for name, sign in (("true", ""), ("estimated", ""), ("error", "+"))
            ]
            yield f"| {label} | {' | '.join(cells)} |"


def _reliability(simulated: Sequence[Quarter]) -> Iterator[str]:
    truth = float(np.mean([quarter.true[EVER, ALL] for quarter in simulated]))
    by_family = [quarter.ever for quarter in simulated]
    by_aic = [quarter.ever_by_aic for quarter in simulated]
    chosen = Counter(quarter.family for quarter in simulated).most_common()
    yield (
        f"The 95 % interval of the share that ever wins holds the truth, {truth:.4f}, in "
        f"{coverage(by_family, truth):.0%} of the simulated quarters. All are estimated with the family that "
        "describes the measured cycle best. By AIC they would have chosen "
        f"{', '.join(f'{family} in {count}' for family, count in chosen)} of {len(simulated)}: the mean "
        f"estimate is then {np.mean([each.value for each in by_aic]):.4f}, and the interval holds the truth "
        f"in {coverage(by_aic, truth):.0%}."
    )
    still_open = float(np.mean([quarter.open for quarter in simulated]))
    yield f"\nAt the end of the drain {still_open:.2%} of the leads are still open."
