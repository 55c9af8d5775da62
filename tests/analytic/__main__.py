"""Compare every truth with theory and write the table: `python -m tests.analytic docs/truth.md`."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .figures import Count, Figure
from .truths import TRUTHS, Outcome

HEAD = """# Truth: theory and simulation side by side

Written by `make truth` (`python -m tests.analytic docs/truth.md`), on the compiled engine, with the seeds
1, 2, 3, ... One unit of time is an hour. The standard error is taken between replications; a row passes
where the simulated mean lies within 4 standard errors of theory (z) and the standard error is at most 1 % of
theory (of the figure's scale, where theory says 0). Systems, formulas and sources: `tests/analytic/`.
"""
FIGURES = """
| system | figure | theory | simulated | standard error | z | replications |
|---|---|---:|---:|---:|---:|---:|
"""
COUNTS = """
Exact, with no standard error:

| what | compared | count | differing |
|---|---|---:|---:|
"""


def row(system: str, figure: Figure) -> str:
    """Write a row of the table of figures."""
    numbers = f"{figure.theory:.5g} | {figure.mean:.5g} | {figure.error:.2g} | {figure.z:+.2f}"
    return f"| {system} | {figure.name} | {numbers} | {len(figure.values)} |\n"


def page(outcomes: Sequence[tuple[str, Outcome]]) -> str:
    """Write the whole page."""
    figures = [row(system, each) for system, found in outcomes for each in found if isinstance(each, Figure)]
    counts = [
        f"| {system} | {each.name} | {each.compared:,} | {each.differing:,} |\n"
        for system, found in outcomes
        for each in found
        if isinstance(each, Count)
    ]
    return HEAD + FIGURES + "".join(figures) + COUNTS + "".join(counts)


def main(path: Path) -> int:
    """Compare, say how it went, write the page; 1 where simulation and theory differ."""
    outcomes = []
    problems = 0
    for truth in TRUTHS:
        began = time.perf_counter()
        found = truth.outcome()
        wrong = [each.problem() for each in found if each.problem()]
        print(f"{time.perf_counter() - began:6.1f} s  {truth.system}", *wrong, sep="\n          ", flush=True)
        problems += len(wrong)
        outcomes.append((truth.system, found))
    path.write_text(page(outcomes), encoding="utf-8")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
