"""Forecast a month of loan applications from those open as it begins, and score that by week.

    python -m experiments.loan_leads.score development
    python -m experiments.loan_leads.score scored       # once, with everything fixed

The development window is November 2011, the scored one December.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from experiments.scored import history_of, write_scores

from funnelsim.calibration.backtest.backtest import backtest
from funnelsim.calibration.backtest.baselines import RecentMean
from funnelsim.calibration.backtest.pipelines import WeightedPipeline
from funnelsim.calibration.backtest.spans import Span
from funnelsim.history.history import History

MONTH, WEEK = Span(1, "m"), Span(1, "w")
ORIGINS = {"development": pd.Timestamp("2011-11-01"), "scored": pd.Timestamp("2011-12-01")}
WEEKS = {"development": 4, "scored": 8}  # that there are before the origin


def without_value(history: History) -> History:
    """Leave out the amount: it is what was asked for, not what the firm earns."""
    fields = history.fields[history.fields["field"] != "value"]
    return replace(history, deals=history.deals.assign(value=np.nan), fields=fields)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("window", choices=list(ORIGINS))
    window = parser.parse_args().window
    origin = ORIGINS[window]
    whole = without_value(history_of("loan_leads", "loan_leads/events_to_2011-12-31.csv.gz"))
    seen = whole.as_of(MONTH.after(origin))
    forecasters = (WeightedPipeline(), RecentMean(Span(WEEKS[window], "w")))
    result = backtest(seen, forecasters, MONTH, [origin], part=WEEK)
    about = f"loan_leads, {window}: the month from {origin:%Y-%m-%d}"
    write_scores(result, "loan applications", about, Path(__file__).parent / f"{window}.md")


if __name__ == "__main__":
    main()
