"""Measure how often ranges hold what is true, and write `docs/measured.md`: `make measured`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from time import process_time

from joblib import Parallel, delayed

from benchmarks.measured import amounts, arrivals, lengths, outcomes, whole_path, windows
from benchmarks.measured.study import Range, Study, table
from benchmarks.report import sections_of

PAGE = Path(__file__).parent.parent.parent / "docs" / "measured.md"
HEAD = """# Measured: how often the ranges hold what is true

Written by `make measured`, with the seeds 0, 1, 2, ... In each run what is true is drawn from a declared
distribution, a history is made up or simulated by it, and the history is measured. A 95 % interval should
hold what is true in 95 % of the runs, an 80 % range in 80 %. *Band* is where the share held lies with 95 %
if so, and if no two ranges have to do with each other; those of a run do, so the true band is wider.
"""
STUDIES = {
    "How long visits last": lengths.STUDY,
    "How visits end": outcomes.STUDY,
    "How deals come": arrivals.STUDY,
    "What contracts are worth": amounts.STUDY,
    "The whole path": whole_path.STUDY,
    "Forecasts of 90 days": windows.STUDY,
}


def section(title: str, study: Study, runs: int) -> str:
    """Run a study and write its part of the page."""
    found = Parallel(n_jobs=-1)(delayed(_timed)(study, seed) for seed in range(runs))
    seconds = sum(each for _, each in found)
    rows = table(chain.from_iterable(ranges for ranges, _ in found), study.level)
    return f"## {title}\n{study.about}\n{runs:,} runs; {seconds:,.0f} seconds of one processor.\n{rows}\n"


def _timed(study: Study, seed: int) -> tuple[list[Range], float]:
    began = process_time()
    return list(study.run(seed)), process_time() - began


def page_of(sections: dict[str, str]) -> str:
    """Put sections together in the order of the studies."""
    return f"{HEAD}\n" + "".join(sections[title] for title in STUDIES if title in sections).rstrip() + "\n"


def main(command: Sequence[str] | None = None) -> None:
    """Run all studies, or some of them, and write the page; other studies keep what it says of them."""
    arguments = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.measured")
    arguments.add_argument("--only", nargs="+", choices=STUDIES, default=[*STUDIES], help="run these")
    arguments.add_argument("--runs", type=int, help="of each study, instead of its own number")
    options = arguments.parse_args(command)
    sections = sections_of(PAGE.read_text(encoding="utf-8"))
    for title in options.only:
        study = STUDIES[title]
        sections[title] = section(title, study, options.runs or study.runs)
        print(sections[title], flush=True)
        PAGE.write_text(page_of(sections), encoding="utf-8")


if __name__ == "__main__":
    main()
