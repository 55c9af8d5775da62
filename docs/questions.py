"""Write what commands print, figures and pictures into the pages of docs/questions: `make questions`.

With --check, only say whether the pages are up to date; with names of pages, only these. A page whose answer
says what its figures do not is an error in any case.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
from example import save
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from question_claims import untrue
from readme import filled, paragraphs

import funnelsim as fs
from funnelsim.metrics import FIGURES, TIMES, Unit
from funnelsim.metrics.wording import money, money_range, number

PAGES = Path(__file__).with_name("questions")
NAMED = re.compile(r"^```toml (?P<file>\w+\.toml)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ funnelsim (?P<typed>compare .*)$", re.MULTILINE)


class Question(NamedTuple):
    """What stands behind an answer: the figures of the table, and the picture."""

    figures: tuple[str, ...]
    draw: Callable[[fs.ComparisonResult], Figure]


def strategies(result: fs.ComparisonResult) -> Figure:
    """Draw the profit of all strategies."""
    return result.plot_strategies().figure


def two_fans(result: fs.ComparisonResult) -> Figure:
    """Draw bookings and revenue of today by month, side by side."""
    figure, panels = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    for panel, metric in zip(panels, ("bookings", "revenue"), strict=True):
        result[result.base].plot_forecast(metric, panel)
        panel.set_title(f"{FIGURES[metric].title} by month", fontsize=10)
    both = [panel.get_ylim() for panel in panels]
    for panel in panels:
        panel.set_ylim(min(low for low, _ in both), max(high for _, high in both))
    return figure


QUESTIONS = {
    "hire": Question(
        ("won", "gone_cold_share", "utilisation", "time_to_first_contact"),
        lambda result: result[result.base].plot_flow(),
    ),
    "channel": Question(
        ("inquiries", "marketing_cost", "cost_per_inquiry", "won", "utilisation"), strategies
    ),
    "hot_leads": Question(("won", "gone_cold_share", "utilisation", "time_to_first_contact"), strategies),
    "answer_fast": Question(
        ("time_to_first_contact", "first_contact_within_1_hour", "gone_cold_share", "won", "utilisation"),
        strategies,
    ),
    "predictable": Question(
        ("won", "bookings", "revenue", "profit"),
        two_fans,
    ),
    "customer_worth": Question(
        ("won", "logo_churn", "lifetime_value", "cac", "ltv_to_cac", "payback"),
        lambda result: result[result.base].plot_retention().figure,
    ),
    "deliver": Question(
        ("won", "days_to_deliver", "delivered_in_time", "good_deliveries", "cancelled", "utilisation"),
        lambda result: result[result.base].plot_flow(),
    ),
    "cash": Question(
        ("profit", "cash", "lowest_cash", "ran_out_of_cash", "days_to_deliver"),
        lambda result: result["growth"].plot_cash().figure,
    ),
}


class UntrueError(Exception):
    """An answer says what its figures do not."""


def written(name: str, page: str, draw: bool) -> str:
    """Write a page anew, and its picture if asked to.

    Raises
    ------
    UntrueError
        If its answer says what the figures do not.
    """
    typed = shlex.split(COMMAND.search(page)["typed"])  # type: ignore[index]
    with tempfile.TemporaryDirectory() as folder:
        found = NAMED.search(page)
        if found is not None:
            (Path(folder) / found["file"]).write_text(found["text"], encoding="utf-8")
        parts = paragraphs(printed(typed, folder))
        result = compared(typed, Path(folder))
    wrong = untrue(name, page, result)
    if wrong:
        raise UntrueError("; ".join(wrong))
    parts |= {"figures": table(result, name, by_range=False), "ranges": table(result, name, by_range=True)}
    if draw:
        figure = QUESTIONS[name].draw(result)
        save(figure, f"question_{name}")
        plt.close(figure)
    return filled(page, {part: text for part, text in parts.items() if f"<!-- {part} -->" in page})


def printed(typed: list[str], folder: str) -> str:
    """Run a command as a user would and return what it prints."""
    command = [sys.executable, "-m", "funnelsim", *typed]
    surroundings = os.environ | {"COLUMNS": "100", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=folder, env=surroundings
    ).stdout


def compared(typed: list[str], folder: Path) -> fs.ComparisonResult:
    """Compare in Python what a command compares."""
    _, scenario, *options = typed
    asked = dict(zip(options[::2], options[1::2], strict=True))
    chosen = asked["--strategies"].split(",") if "--strategies" in asked else None
    source = folder / scenario if scenario.endswith(".toml") else scenario
    return fs.compare(fs.load(source), strategies=chosen, replications=int(asked["--replications"]))


def table(result: fs.ComparisonResult, name: str, by_range: bool) -> str:
    """Lay out figures of each strategy: means, or from where to where eight of ten years go."""
    metrics = QUESTIONS[name].figures
    head = ["Strategy", *(titled(metric) for metric in metrics)]
    rows = [
        [each.called, *(cell(each, metric, by_range) for metric in metrics)]
        for each in result.simulations.values()
    ]
    lines = [head, ["---", *["---:"] * len(metrics)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def titled(metric: str) -> str:
    """Name a figure with its unit, but for money."""
    figure = FIGURES[metric]
    unit = "%" if figure.unit is Unit.SHARE else figure.unit.value if figure.unit in TIMES else ""
    return f"{figure.title}, {unit}" if unit and unit not in figure.title.lower() else figure.title


def cell(one: fs.SimulationResult, metric: str, by_range: bool) -> str:
    """Write a figure of a strategy."""
    found, unit = one.forecast.estimate(metric), FIGURES[metric].unit
    scale = 100 if unit is Unit.SHARE else 1
    numbers = [scale * value for value in ((found.p10, found.p90) if by_range else (found.mean,))]
    if unit is Unit.MONEY:
        written = money_range if by_range else money
        return written(*numbers, one.forecast.names.currency)
    return " to ".join(number(value) for value in numbers)


def main() -> int:
    """Write pages and pictures, or check that the pages are up to date."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true")
    arguments.add_argument("pages", nargs="*", default=list(QUESTIONS))
    options = arguments.parse_args()
    mpl.use("Agg")
    stale, untrue_pages = [], 0
    for name in options.pages:
        page = PAGES / f"{name}.md"
        text = page.read_text(encoding="utf-8")
        try:
            wanted = written(name, text, draw=not options.check)
        except UntrueError as error:
            print(error)
            untrue_pages += 1
            continue
        if wanted != text:
            stale.append(name)
        if not options.check:
            page.write_text(wanted, encoding="utf-8")
    if options.check and stale:
        print("To be written anew by `make questions`:", *stale)
    return 1 if untrue_pages or (options.check and stale) else 0


if __name__ == "__main__":
    sys.exit(main())
