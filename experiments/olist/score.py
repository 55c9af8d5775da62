"""Forecast March 2018 of the marketplace's leads from January and February, by week; then April and May.

python -m experiments.olist.score march             # once, with everything fixed
python -m experiments.olist.score april_and_may     # writes a forecast that is scored elsewhere
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import pandas as pd
from experiments.scored import history_of, write_forecast, write_scores

from funnelsim.calibration.backtest.backtest import backtest
from funnelsim.calibration.backtest.baselines import RecentMean
from funnelsim.calibration.backtest.looks import AGE
from funnelsim.calibration.backtest.pipelines import WeightedPipeline
from funnelsim.calibration.backtest.spans import Span
from funnelsim.calibration.backtest.windows import CREATED, NEW_WINS, OPEN_WINS, WINS
from funnelsim.calibration.forecaster import Simulated
from funnelsim.history.history import History

FIRST, MARCH, APRIL = (pd.Timestamp(f"2018-0{month}-01") for month in (1, 3, 4))
MONTH, TWO_MONTHS, WEEK = Span(1, "m"), Span(2, "m"), Span(1, "w")
FORECASTERS = (Simulated(), WeightedPipeline((AGE,)), RecentMean(Span(4, "w")))
ASKED = (CREATED, WINS, OPEN_WINS, NEW_WINS)  # of April and May
HERE = Path(__file__).parent


def leads_of_2018() -> History:
    """Read the leads from 2018 on: wins of earlier ones were hardly recorded."""
    whole = history_of("olist", "olist/marketing_qualified_leads.csv", "olist/closed_deals.csv")
    deals = whole.deals[whole.deals["created"] >= FIRST].reset_index(drop=True)
    entries = whole.entries[whole.entries["deal"].isin(deals["deal"])].reset_index(drop=True)
    return replace(whole, deals=deals, entries=entries, seen_from=FIRST)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("window", choices=["march", "april_and_may"])
    history = leads_of_2018()
    if parser.parse_args().window == "march":
        result = backtest(history, FORECASTERS, MONTH, [MARCH], part=WEEK)
        write_scores(result, "marketing funnel", "olist: March 2018", HERE / "march.md")
        return
    ends = TWO_MONTHS.parts(APRIL, WEEK)
    for forecaster in FORECASTERS:
        said = forecaster.forecast(history, APRIL, ends)
        asked = {quantity: said.flows[quantity] for quantity in ASKED if quantity in said.flows}
        folder = HERE / "april_and_may" / forecaster.name.replace(" ", "_")
        print(forecaster.name, write_forecast(replace(said, flows=asked), ends, folder))


if __name__ == "__main__":
    main()
