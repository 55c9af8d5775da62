"""A backtest as files: the page, a CSV for each frame, one JSON document, the pictures."""

from __future__ import annotations

from typing import Any

import pandas as pd

from funnelsim.calibration.backtest.results import Backtest
from funnelsim.io.files import Files, Make
from funnelsim.reports.backtest_page import backtest_page, verdict
from funnelsim.reports.backtest_pictures import backtest_pictures
from funnelsim.reports.document import as_json
from funnelsim.reports.grid import as_text


def backtest_files(result: Backtest, source: str) -> Files:
    """Write a backtest, file by file.

    Parameters
    ----------
    result : Backtest
        What was forecast and what came.
    source : str
        Name of the history.

    Returns
    -------
    Files
        The page as text; `windows.csv` and `deals.csv`, a row for each score, with numbers in full;
        `backtest.json`; PNG.
    """
    makes: dict[str, Make] = {
        "backtest.txt": lambda: as_text(backtest_page(result, source)).encode(),
        "windows.csv": lambda: _csv(result.windows),
        "deals.csv": lambda: _csv(result.deals),
        "backtest.json": lambda: as_json(backtest_document(result)).encode(),
    }
    return Files(makes | backtest_pictures(result).makes)


def _csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def backtest_document(result: Backtest) -> dict[str, Any]:
    """Write the scores of a backtest as plain tables; undefined values are null in JSON."""
    return {
        "verdict": list(verdict(result)),
        "judged": result.judged,
        "baselines": list(result.baselines),
        "horizon": result.horizon.words(),
        "windows": len(result.origins),
        "windows_that_do_not_overlap": result.independent,
        "quantities": {
            quantity: {name: _scores(result, name, quantity) for name in result.forecasters}
            for quantity in result.quantities
        },
        "open_deals": {name: _deals(result, name) for name in result.forecasters},
        "not_scored": list(result.not_scored),
        "not_made": list(result.not_made),
    }


def _scores(result: Backtest, name: str, quantity: str) -> dict[str, Any]:
    found = result.of(name, quantity)
    document: dict[str, Any] = {
        "windows": len(found),
        "crps": float(found["crps"].mean()),
        "bias": result.bias(name, quantity),
        "coverage": [{**each._asdict(), "verdict": each.verdict} for each in result.coverage(name, quantity)],
        "pit_histogram": result.pit(name, quantity).tolist(),
    }
    if name != result.judged:
        against = result.against(name, quantity)
        document["judged_relative_to_it"] = {**against._asdict(), "beats": against.beats}
    return document


def _deals(result: Backtest, name: str) -> dict[str, Any]:
    own = result.deal_scores(name)
    document: dict[str, Any] = {
        "deals": own.deals,
        "log_score": own.log._asdict(),
        "brier_score": own.brier._asdict(),
    }
    if name != result.judged:
        less = result.deals_against(name)
        document["judged_less_it"] = {
            "log_score": less.log._asdict(),
            "brier_score": less.brier._asdict(),
        }
    return document
