"""Compare every truth with theory and write `docs/truth.md`: `python -m tests.analytic`."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .figures import Count, Figure, Outcome
from .truths import TRUTHS

PAGE = Path(__file__).parents[2] / "docs" / "truth.md"
HEAD = """# Truth: theory and simulation side by side

Written by `make truth` (`python -m tests.analytic`), on the compiled engine. Each system has random draws of
its own, with the seeds 1, 2, 3, ...; one unit of time is an hour. The standard error is taken between
replications; a row passes where the simulated mean lies within 4 standard errors of theory (z) and the
standard error is at most 1 % of theory (of the figure's scale, where theory says 0). Systems, formulas and
sources: `tests/analytic/`.
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


def figure_row(system: str, figure: Figure) -> str:
    """Write a row of the table of figures."""
    numbers = f"{figure.theory:.5g} | {figure.mean:.5g} | {figure.error:.2g} | {figure.z:+.2f}"
    return f"| {system} | {figure.name} | {numbers} | {len(figure.values)} |\n"


def count_row(system: str, count: Count) -> str:
    """Write a row of the table of exact comparisons."""
    return f"| {system} | {count.name} | {count.compared:,} | {count.differing:,} |\n"


def page(outcomes: Sequence[tuple[str, Outcome]]) -> str:
    """Write the whole page."""
    found = [(system, each) for system, outcome in outcomes for each in outcome]
    figures = [(system, each) for system, each in found if isinstance(each, Figure)]
    counts = [(system, each) for system, each in found if isinstance(each, Count)]
    farthest = max(abs(figure.z) for _, figure in figures)
    return "".join(
        [
            HEAD,
            FIGURES,
            *(figure_row(system, figure) for system, figure in figures),
            f"\n{len(figures)} figures; the farthest is {farthest:.2f} standard errors from theory.\n",
            COUNTS,
            *(count_row(system, count) for system, count in counts),
        ]
    )


def main(path: Path) -> int:
    """Compare, print how it goes, write the page; return 1 where simulation and theory differ."""
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
    sys.exit(main(PAGE))
