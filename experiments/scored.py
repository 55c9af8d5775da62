"""What the experiments on real data share: reading a history, scoring forecasts, writing what came out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from funnelsim.calibration.backtest.results import WHOLE, Backtest
from funnelsim.calibration.backtest.windows import WindowForecast
from funnelsim.history.history import History
from funnelsim.history.mapping import read_mapping
from funnelsim.history.reading.export import read_export
from funnelsim.reports.backtest_page import backtest_page
from funnelsim.reports.grid import as_text

LEVELS = (0.1, 0.5, 0.9)
DIGITS = "%.6g"  # of a forecast that is kept


def data_file(name: str) -> Path:
    """Where a public file lies: beside the project, or where FUNNELSIM_DATA points.

    Raises
    ------
    FileNotFoundError
        If it is not there.
    """
    beside = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    file = Path(os.environ.get("FUNNELSIM_DATA", beside)) / name
    if not file.is_file():
        raise FileNotFoundError(
            f"{file} is not there: the README of the experiment says where to get it; let FUNNELSIM_DATA "
            "name the folder above it."
        )
    return file


def history_of(experiment: str, *names: str) -> History:
    """Read public files by the mapping beside the experiment, as `funnelsim import` does."""
    mapping = read_mapping(Path(__file__).parent / experiment / "mapping.toml")
    return read_export([data_file(name) for name in names], mapping).history


def write_scores(result: Backtest, source: str, about: str, file: Path) -> None:
    """Write the page of a backtest, with what it is, and the scores of each part and cut of the windows."""
    page = as_text(backtest_page(result, source)).rstrip()
    is_whole = result.windows["quantity"].isin(result.quantities)
    parts = _scores(result.windows[is_whole])
    cuts = _scores(result.windows[~is_whole & (result.windows["part"] == WHOLE)].drop(columns="part"))
    texts = [f"# {about}", f"```\n{page}\n```", "## By part of the window", "Part 0 is the whole.", parts]
    texts += [f"## By {' and '.join(result.by)}", cuts] if result.by else []
    file.write_text("\n\n".join(texts) + "\n", encoding="utf-8")


def _scores(rows: pd.DataFrame) -> str:
    """Write a row for each forecast of a quantity, and what came."""
    columns = ["part", "quantity", "forecaster", "came", "mean", "p10", "p50", "p90", "crps", "pit"]
    order = ["quantity", *rows.columns.intersection(["part"])]
    return _table(rows.sort_values(order, kind="stable")[[each for each in columns if each in rows]])


def write_forecast(said: WindowForecast, ends: tuple[pd.Timestamp, ...], folder: Path) -> str:
    """Write a forecast that is to be scored elsewhere: quantiles, and every sample; return their SHA-256.

    Parameters
    ----------
    said : WindowForecast
        Of the window.
    ends : tuple of Timestamp
        Of its parts.
    folder : path
        Gets `quantiles.csv` and `samples.csv`.
    """
    days = [f"{end:%Y-%m-%d}" for end in ends]
    rows = [
        (quantity, day, *np.quantile(samples[:, part], LEVELS))
        for quantity, samples in said.flows.items()
        for part, day in enumerate(days)
    ]
    quantiles = pd.DataFrame(rows, columns=["quantity", "until", "p10", "p50", "p90"])
    samples = pd.concat(
        [
            pd.DataFrame(values, columns=days).rename_axis("sample").reset_index().assign(quantity=quantity)
            for quantity, values in said.flows.items()
        ]
    )
    contents = {
        "quantiles.csv": quantiles.to_csv(index=False, lineterminator="\n", float_format=DIGITS),
        "samples.csv": samples.to_csv(index=False, lineterminator="\n", float_format=DIGITS),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8", newline="")
    return hashlib.sha256("".join(contents.values()).encode()).hexdigest()


def _table(frame: pd.DataFrame) -> str:
    """Write a frame as a Markdown table, with three significant digits."""
    head = f"| {' | '.join(frame.columns)} |\n|{'---|' * len(frame.columns)}"
    return "\n".join([head, *(f"| {' | '.join(map(_cell, row.values()))} |" for row in _rows(frame))])


def _rows(frame: pd.DataFrame) -> list[Mapping[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return str(value)
