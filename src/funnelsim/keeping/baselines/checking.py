"""A check from start to finish: read, simulate, compare, and write if asked to."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from funnelsim.io.writing import whole_file
from funnelsim.keeping.baselines import report
from funnelsim.keeping.baselines.baseline import Baseline
from funnelsim.keeping.baselines.drift import Drift, drift
from funnelsim.keeping.baselines.shipped import Case
from funnelsim.keeping.baselines.text import BaselineError, as_text, read

GREEN, MOVED = 0, 1


class Checked(NamedTuple):
    """The end of a check: 0 green, 1 moved; and what to print."""

    status: int
    lines: list[str]


Measuring = Callable[[Baseline | None], Baseline]


def check(case: Case, measuring: Measuring, *, exact: bool = False, everything: bool = False) -> Checked:
    """Compare a scenario with its baseline.

    Parameters
    ----------
    case : Case
    measuring : callable
        Takes the baseline; returns the figures of today, with its seed and number of years.
    exact : bool
        Whether ledgers that differ in a bit are an error.
    everything : bool
        Whether to list all figures that moved.

    Raises
    ------
    BaselineError
        If the baseline cannot be used: it is missing or damaged, or belongs to another version or scenario.
    """
    before = read(case.baseline)
    found = drift(before, measuring(before))
    _must_belong(found, case)
    status = MOVED if found.moved or (exact and found.digests) else GREEN
    return Checked(status, [*report.summary(found, case.name, exact), *report.details(found, everything)])


def update(case: Case, measuring: Measuring, *, everything: bool = False) -> Checked:
    """Show what moved and rewrite the baseline; write the first one.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    before, lines = None, []
    if case.baseline.exists():
        try:
            before = read(case.baseline)
        except BaselineError as error:
            lines.append(f"{error}; it is written anew")
    now = measuring(before)
    if before is not None and (before.seed, before.replications) != (now.seed, now.replications):
        lines.append(f"{case.baseline} was of other simulated years: there is nothing to compare")
    elif before is not None:
        found = drift(before, now)
        lines += [*report.summary(found, case.name, exact=False), *report.details(found, everything)]
        if as_text(before) == as_text(now):
            return Checked(GREEN, [*lines, f"{case.baseline} is up to date"])
    with whole_file(case.baseline, overwrite=True) as opened:
        opened.write(as_text(now).encode())
    return Checked(GREEN, [*lines, f"{case.baseline} is written: {now.replications:,} simulated years"])


def _must_belong(found: Drift, case: Case) -> None:
    """Refuse a baseline of another version or another scenario."""
    if found.another_version:
        then, now = found.before.versions["funnelsim"], found.now.versions["funnelsim"]
        raise BaselineError(
            f"{case.baseline} was written by funnelsim {then}, and this is {now}: "
            "--update shows what moved and writes it anew"
        )
    if found.another_scenario:
        raise BaselineError(
            f"{case.baseline} was written for another scenario: only one of the two has "
            f"{', '.join(found.another_scenario)}; --update writes it anew"
        )
