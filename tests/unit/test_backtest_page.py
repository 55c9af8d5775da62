"""What the page of a backtest says, and what is written."""

from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import pytest

from funnelsim.calibration.backtest.backtest import backtest
from funnelsim.calibration.backtest.baselines import ByField, RecentMean
from funnelsim.calibration.backtest.pipelines import WeightedPipeline
from funnelsim.calibration.backtest.results import Backtest
from funnelsim.calibration.backtest.spans import Span, origins
from funnelsim.calibration.backtest.windows import WINS
from funnelsim.reports.backtest_files import backtest_files
from funnelsim.reports.backtest_page import backtest_page, verdict
from funnelsim.reports.backtest_pictures import plot_pit, plot_windows
from funnelsim.reports.grid import as_text

from .made_history import Knowing, made

WEEK, MONTH = Span(1, "w"), Span(1, "m")
WRONG = Knowing("half as much again", 1.5)


def scored(days: int, *forecasters: Knowing) -> Backtest:
    history = made(days, 31)
    return backtest(history, forecasters, WEEK, origins(history, WEEK, WEEK))


@pytest.mark.parametrize(
    ("days", "forecasters", "first"),
    [
        (700, (Knowing(), WRONG), "This forecast of wins can be believed: it is better than every simple"),
        (700, (WRONG, Knowing()), "Do not believe its ranges: what came lay outside them more often"),
        (
            90,
            (Knowing(), Knowing("twice", 2.0)),
            "Believe this forecast of wins with care: it is better than",
        ),
        (700, (Knowing(), Knowing("itself again")), "Do not rely on this forecast of wins yet"),
    ],
    ids=["good", "wrong", "few windows", "no better"],
)
def test_the_first_sentence_says_whether_to_believe_it(
    days: int, forecasters: tuple[Knowing, ...], first: str
) -> None:
    assert next(verdict(scored(days, *forecasters))).startswith(first)


@pytest.fixture(scope="module")
def months() -> Backtest:
    history = made(400, 32)
    forecasters = [ByField(each, ("segment",)) for each in (WeightedPipeline(), RecentMean(Span(8, "w")))]
    horizon = Span(2, "m")
    return backtest(history, forecasters, horizon, origins(history, horizon, MONTH), by=("segment",))


def test_the_page_tells_windows_that_overlap_and_what_was_not_made(months: Backtest) -> None:
    text = " ".join(as_text(backtest_page(months, "made.csv")).split())
    assert "they overlap, and are not independent: intervals are for the 5 that do not" in text
    assert "too few to judge" in text
    for heading in ("Wins", "Wins of new deals", "Value of wins", "Median cycle, days", "Wins by segment"):
        assert f" {heading}" in text
    for name in months.forecasters:
        assert name.split()[0] in text


def test_the_files_have_every_score(months: Backtest) -> None:
    files = dict(backtest_files(months, "made.csv"))
    windows = pd.read_csv(io.BytesIO(files["windows.csv"]))
    assert len(windows) == len(months.windows)
    document = json.loads(files["backtest.json"])
    first, second = months.forecasters
    rows = (
        windows[(windows["quantity"] == WINS) & (windows["part"] == 0)].groupby("forecaster")["crps"].mean()
    )
    told = document["quantities"][WINS]
    assert told[first]["crps"] == pytest.approx(rows[first])
    assert told[second]["judged_relative_to_it"]["ratio"] == pytest.approx(rows[first] / rows[second])
    assert sum(told[first]["pit_histogram"]) == len(months.origins)
    assert all(files[f"{name}.png"].startswith(b"\x89PNG") for name in ("windows", "pit"))


def test_pictures_show_what_came(months: Backtest) -> None:
    found = months.of(months.judged)
    drawn = plot_windows(months)
    came = next(line for line in drawn.get_lines() if line.get_label() == "came")
    assert np.array_equal(came.get_ydata(), found["came"])
    heights = [bar.get_height() for bar in plot_pit(months).patches]
    assert heights == months.pit(months.judged).tolist()
