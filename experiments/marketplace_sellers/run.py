"""Measure the marketplace, simulate the preset, compare: `python experiments/marketplace_sellers/run.py`.

Writes `result.md`, `share_won.png` and `weeks.png`, and prints the first.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from comparison import compare, recovery, report
from figures import measured_figures
from measure import data_folder, followed, load, measure, plausible
from picture import draw, draw_weeks
from simulated import by_week, quarters


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the comparison, or say which file is missing (exit status 2)."""
    options = _options(arguments)
    try:
        folder = data_folder()
    except FileNotFoundError as missing:
        print(missing, file=sys.stderr)
        return 2
    print(f"Simulating {options.worlds} quarters ...", file=sys.stderr)
    print(write_results(folder, options.out, options.worlds, options.seed, options.jobs))
    return 0


def write_results(folder: Path, out: Path, worlds: int, seed: int, jobs: int) -> str:
    """Compare, write text and picture into `out`, and return the text."""
    measured = measure(folder)
    leads = plausible(load(folder))
    after, until = followed(leads)
    simulated = quarters(worlds, seed, measured.fit.family, jobs)
    table = compare(measured_figures(measured), simulated)
    text = report(table, recovery(table.index, simulated), simulated, seed)
    out.mkdir(parents=True, exist_ok=True)
    (out / "result.md").write_text(text, encoding="utf-8")
    draw(out / "share_won.png", after, until, measured.fit, table, simulated)
    draw_weeks(out / "weeks.png", by_week(leads), simulated)
    return text


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare the marketplace's data with the preset.")
    parser.add_argument("--worlds", type=_at_least_two, default=200, help="simulated quarters")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="worlds at the same time")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent, help="folder of result.md and the pictures"
    )
    return parser.parse_args(arguments)


def _at_least_two(text: str) -> int:
    number = int(text)
    if number < 2:
        raise argparse.ArgumentTypeError("an interval needs at least 2 worlds")
    return number


if __name__ == "__main__":
    sys.exit(main())
