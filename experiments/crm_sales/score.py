"""Forecast a quarter of the hardware maker's sales from what was known as it began, and score that.

    python -m experiments.crm_sales.score development
    python -m experiments.crm_sales.score scored        # once, with everything fixed

The development window is July to September 2017; the scored one is October to December.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from experiments.scored import history_of, write_scores

from funnelsim.calibration.backtest.backtest import backtest
from funnelsim.calibration.backtest.baselines import ByField, MeanOf, SeasonalNaive
from funnelsim.calibration.backtest.looks import AGE
from funnelsim.calibration.backtest.pipelines import WeightedPipeline
from funnelsim.calibration.backtest.spans import Span
from funnelsim.calibration.backtest.windows import Forecaster
from funnelsim.calibration.forecaster import Simulated

QUARTER = Span(3, "m")
ORIGINS = {"development": pd.Timestamp("2017-07-01"), "scored": pd.Timestamp("2017-10-01")}
BY = ("segment", "rep")  # product and agent

# The share won of a single earlier snapshot: that of as many days before the origin as the window has.
SHARES = WeightedPipeline((AGE, "segment"), looks=1)
BEFORE = SeasonalNaive(QUARTER)
BASELINES = [ByField(each, BY) for each in (SHARES, BEFORE, MeanOf((SHARES, BEFORE)))]

# Measured from whole quarters alone: who decides when depends on the month of the quarter.
WHOLE_QUARTERS = {"development": 3, "scored": 6}  # months from 2017-04-01 to the origin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("window", choices=list(ORIGINS))
    window = parser.parse_args().window
    origin = ORIGINS[window]
    whole = history_of("crm_sales", "crm_sales/sales_pipeline.csv")
    seen = whole.as_of(QUARTER.after(origin))  # what comes after the window is not even looked at
    forecasters: list[Forecaster] = [Simulated(recent_months=WHOLE_QUARTERS[window]), *BASELINES]
    result = backtest(seen, forecasters, QUARTER, [origin], by=BY)
    about = f"crm_sales, {window}: the quarter from {origin:%Y-%m-%d}"
    write_scores(result, "sales_pipeline.csv", about, Path(__file__).parent / f"{window}.md")


if __name__ == "__main__":
    main()
