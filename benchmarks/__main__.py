"""Measure everything side by side and write `benchmarks/results.md`: `make bench`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from benchmarks.machine import described
from benchmarks.report import Table, filled, replaced, section

HERE = Path(__file__).parent
RESULTS = HERE / "results.md"
PAGE = HERE.parent / "docs" / "performance.md"
COMMAND = "make bench"
LEAST = 5  # runs that a median is taken of
SHOWN = {"peers": "common_funnel", "nanoseconds": "nanoseconds"}  # by marker in PAGE: the part put there
PARTS = {  # by the name of the part, in the order of the page: a module with TITLE and tables(runs)
    "common_funnel": "benchmarks.common_funnel.comparison",
    "full_model": "benchmarks.full_model",
    "nanoseconds": "benchmarks.nanoseconds",
    "studies": "benchmarks.studies",
    "commands": "benchmarks.commands",
    "what_if": "benchmarks.what_if",
    "report": "benchmarks.reports",
    "cluster": "benchmarks.cluster",
    "growth": "benchmarks.growth",
    "start": "benchmarks.start",
}


def measure(name: str, runs: int) -> tuple[str, Sequence[Table]]:
    """Measure a part; return its section of the page, and its tables."""
    part = import_module(PARTS[name])
    tables = part.tables(runs)
    text = section(part.TITLE, tables)
    print(text, end="\n\n", flush=True)
    return text, tables


def _with_facts(text: str, facts: str) -> str:
    """Say in a section itself how it was measured: not with the rest of the page."""
    heading, _, tables = text.partition("\n\n")
    return f"{heading}\n\n{facts}\n\n{tables}"


def main(command: Sequence[str] | None = None) -> None:
    """Measure every part and write the pages; or some parts, and print them, or put them into the page."""
    arguments = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks")
    arguments.add_argument("--only", nargs="+", choices=PARTS, help="measure these parts, and print them")
    arguments.add_argument(
        "--keep", action="store_true", help="put the parts of --only into the page as well"
    )
    arguments.add_argument(
        "--runs", type=int, default=LEAST, help="runs of each program (default: %(default)s)"
    )
    options = arguments.parse_args(command)
    if options.keep and not options.only:
        arguments.error("--keep is for the parts of --only: a whole run is written anyway")
    if options.runs < LEAST and (options.keep or not options.only):
        arguments.error(f"medians of fewer than {LEAST} runs are not written")
    alone = f"python -m benchmarks --only {' '.join(options.only)} --keep" if options.only else COMMAND
    facts = described(alone, options.runs)
    print(facts, end="\n\n", flush=True)
    measured = {name: measure(name, options.runs) for name in options.only or PARTS}
    if options.keep:
        page = RESULTS.read_text(encoding="utf-8")
        for text, _ in measured.values():
            page = replaced(page, _with_facts(text, facts))
        RESULTS.write_text(page, encoding="utf-8")
    if options.only:
        return
    page = "\n\n".join(["# Results", facts, *(text for text, _ in measured.values())])
    RESULTS.write_text(page + "\n", encoding="utf-8")
    shown = PAGE.read_text(encoding="utf-8")
    for marker, name in SHOWN.items():
        tables = "\n\n".join(map(str, measured[name][1]))
        shown = filled(shown, marker, f"{facts}\n\n{tables}")
    PAGE.write_text(shown, encoding="utf-8")


if __name__ == "__main__":
    main()
