"""Forecast a month of loan applications from those open as it begins, and score that by week.

    python -m experiments.loan_leads.score development
    python -m experiments.loan_leads.score scored       # once, with everything fixed

The development window is November 2011, the scored one December.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from experiments.scored import history_of, write_scores

from funnelsim.calibration.backtest.backtest import backtest
from funnelsim.calibration.backtest.baselines import RecentMean
from funnelsim.calibration.backtest.pipelines import WeightedPipeline
from funnelsim.calibration.backtest.spans import Span
from funnelsim.calibration.calibrate import recent
from funnelsim.calibration.durations.product_limit import product_limit
from funnelsim.calibration.forecaster import Simulated
from funnelsim.calibration.visits import visits_of
from funnelsim.history.history import History

MONTH, WEEK = Span(1, "m"), Span(1, "w")
ORIGINS = {"development": pd.Timestamp("2011-11-01"), "scored": pd.Timestamp("2011-12-01")}
WEEKS = {"development": 4, "scored": 8}  # that there are before the origin
OFFER = "offer sent"
STEP = 0.01  # of the share of offers, from one point of a table to the next
BY_THE_BANK = ("preaccepted", OFFER, "offer back")  # stages that wait for somebody who works there
DAY = ["00:00-24:00"]
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BOXING_DAY = date(2011, 12, 26)  # a Monday; Christmas Day is a Sunday, and those are closed in all weeks


def without_value(history: History) -> History:
    """Leave out the amount: it is what was asked for, not what the firm earns."""
    fields = history.fields[history.fields["field"] != "value"]
    return replace(history, deals=history.deals.assign(value=np.nan), fields=fields)


def without_work(history: History) -> History:
    """Leave out the spells of work: see the README for what they did in development."""
    return replace(history, work=history.work.iloc[:0])


def days_of_offers(known: History) -> dict[str, float]:
    """Count how long offers are out in the last month, so that an expiry stays on its day.

    Returns
    -------
    dict of str to float
        Days by the share of offers that have ended by then: a table of quantiles.
    """
    visits = visits_of(recent(known, 1))
    seen = product_limit(visits[(visits["stage"] == OFFER) & visits["from_age"].notna()])
    ended, days = 1 - seen["share"].to_numpy(), seen["days"].to_numpy()
    points = np.searchsorted(ended, np.arange(STEP, ended[-1], STEP))
    table = {f"{ended[point]:.6f}": float(days[point]) for point in points}
    return {"0": 0.0} | table | {"1": float(days[-1])}


def known_beforehand(known: History) -> dict[str, object]:
    """Type what the records up to December cannot tell, or only as a smooth curve: a holiday, the expiry."""
    hours = dict.fromkeys(DAYS, DAY) | {"holidays": [BOXING_DAY]}
    typed: dict[str, object] = {f"stages.{stage}.customer_hours": hours for stage in BY_THE_BANK}
    return typed | {f"stages.{OFFER}.customer_takes_days": {"quantiles": days_of_offers(known)}}


def simulated(window: str, history: History) -> Simulated:
    """Measure from all that there is in development, else from November alone, when no load is missing."""
    if window == "development":
        return Simulated()
    return Simulated(recent_months=1, typed=known_beforehand(history.as_of(ORIGINS[window])))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("window", choices=list(ORIGINS))
    window = parser.parse_args().window
    origin = ORIGINS[window]
    whole = without_work(without_value(history_of("loan_leads", "loan_leads/events_to_2011-12-31.csv.gz")))
    seen = whole.as_of(MONTH.after(origin))
    forecasters = (simulated(window, seen), WeightedPipeline(), RecentMean(Span(WEEKS[window], "w")))
    result = backtest(seen, forecasters, MONTH, [origin], part=WEEK)
    about = f"loan_leads, {window}: the month from {origin:%Y-%m-%d}"
    write_scores(result, "loan applications", about, Path(__file__).parent / f"{window}.md")


if __name__ == "__main__":
    main()
