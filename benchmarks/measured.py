"""How often the ranges of what is measured hold what is true: `python -m benchmarks.measured`.

In each run what is true is drawn from a declared distribution, a history is made up by it, and the history
is measured. A 95 % interval should hold what is true in 95 % of the runs.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from joblib import Parallel, delayed
from scipy import special, stats

from funnelsim.calibration.durations import FAMILIES, Family, Prior, measure_lengths
from funnelsim.calibration.estimate import Estimate
from funnelsim.calibration.visits import visits_of
from funnelsim.history import DEALS, ENTRIES, FIELDS, WORK, History

Floats = npt.NDArray[np.float64]

PAGE = Path(__file__).parent.parent / "docs" / "measured.md"
HEAD = """# Measured: how often the ranges hold what is true

Written by `python -m benchmarks.measured`, with the seeds 0, 1, 2, ... In each of {runs:,} runs what is true
is drawn from a declared distribution, a history is made up by it, and the history is measured. A 95 %
interval should hold what is true in 95 % of the runs; *band* is where the share held lies with 95 % if so.
"""
TABLE = """
| what | of which | held | band | truth below | truth above | runs |
|---|---|---:|---:|---:|---:|---:|
"""


class Range(NamedTuple):
    """A 95 % interval of what was measured in a run of a kind, and what is true."""

    name: str
    kind: str
    low: float
    high: float
    truth: float


class Study(NamedTuple):
    """A kind of things that are measured: what its runs are like, and one of them by its seed."""

    about: str
    run: Callable[[int], Iterable[Range]]


def ranges(estimate: Estimate, truth: dict[str, float], kind: str) -> list[Range]:
    """Set the intervals of an estimate beside what is true."""
    where = estimate.path.rpartition(".")[2]
    return [Range(f"{where}: {name}", kind, *estimate.interval(name), truth[name]) for name in estimate.told]


# ---- how long visits last -----------------------------------------------------------------------

SEEN_FROM = pd.Timestamp("2026-01-05")
WINDOW = 365  # days that the history covers; as long before it, deals have begun
DEALS_SEEN = 150
KINDS = EXACTLY, DAILY, WEEKLY = "times to the second", "days only", "one look a week"
LENGTHS = f"""
A stage that decides. Its median, its spread and the share that never decides are drawn from the prior of
`funnelsim.calibration.durations`, its family is one of the four. {DEALS_SEEN} deals are seen. They entered
the stage from a year before the history begins to its end, a year later; those that had ended before it
are not in it. In turn, times are known to the second, days only, or what one look a week shows.
"""


def lengths_run(seed: int) -> Iterable[Range]:
    """Measure the visits of a made-up stage; those before the history are seen late, if at all."""
    rng = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    family = FAMILIES[rng.integers(len(FAMILIES))]
    ((center, log_spread, odds),) = Prior().draw(1, rng)
    median, p90, never = np.exp(center), np.exp(center + np.exp(log_spread)), special.expit(odds)
    visits = visits_of(made_up(kind, family, (median, p90, never), rng))
    truth = {"median, days": median, "p90, days": p90, "share": never}
    lengths = measure_lengths(visits, draws=400, seed=seed)
    return [each for found in lengths.estimates("offer") for each in ranges(found, truth, kind)]


def made_up(
    kind: str, family: Family, truth: tuple[float, float, float], rng: np.random.Generator
) -> History:
    """Make up a history of a single stage, from its median, its 90 % quantile and the share of never."""
    began, ended = np.empty(0), np.empty(0)
    while len(began) < DEALS_SEEN:
        entered = rng.uniform(-WINDOW, WINDOW, DEALS_SEEN)
        days = lengths_drawn(family, *truth[:2], DEALS_SEEN, rng)
        left = entered + np.where(rng.random(DEALS_SEEN) < truth[2], np.inf, days)
        seen = left >= 0  # the others had been closed before
        began, ended = np.concatenate([began, entered[seen]]), np.concatenate([ended, left[seen]])
    return history_of(kind, began[:DEALS_SEEN], ended[:DEALS_SEEN])


def lengths_drawn(family: Family, median: float, p90: float, n: int, rng: np.random.Generator) -> Floats:
    """Draw lengths by scipy's distributions."""
    written = family.written(median, p90)
    if "scipy" not in written:
        deviation = np.log(p90 / median) / stats.norm.ppf(0.9)
        return np.asarray(stats.lognorm(deviation, scale=median).rvs(n, random_state=rng))
    return np.asarray(getattr(stats, written.pop("scipy"))(**written).rvs(n, random_state=rng))


def history_of(kind: str, began: Floats, ended: Floats) -> History:
    """Write down when deals began and ended, in days since the history began, as far as it can be seen."""
    known_until = WINDOW // 7 * 7
    if kind == WEEKLY:  # the look after a change sees it
        began, ended = np.ceil(began / 7) * 7, np.ceil(ended / 7) * 7
    elif kind == DAILY:
        began, ended = np.floor(began), np.floor(ended)
    there = began < known_until
    over = ended[there] < known_until
    entered, closed = _instants(began[there]), _instants(np.where(over, ended[there], np.nan))
    deals = pd.DataFrame({"deal": np.arange(there.sum()).astype(str), "created": entered, "closed": closed})
    deals = deals.assign(
        outcome=np.where(over, "won", ""), reason="", channel="", segment="", rep="", value=1.0
    )
    entries = pd.DataFrame({"deal": deals["deal"], "stage": "offer", "entered": entered, "rep": ""})
    return History(
        deals.assign(closed_after=_look_before(closed, kind))[list(DEALS)],
        entries.assign(entered_after=_look_before(entered, kind))[list(ENTRIES)],
        pd.DataFrame(columns=FIELDS),
        pd.DataFrame(columns=WORK),
        ("offer",),
        SEEN_FROM,
        SEEN_FROM + pd.Timedelta(days=known_until),
        by_day=kind == DAILY,
    )


def _look_before(times: pd.Series, kind: str) -> pd.Series:
    weekly = np.full(len(times), kind == WEEKLY)
    return (times - pd.Timedelta(days=7)).where(weekly)


def _instants(days: Floats) -> pd.Series:
    return pd.Series(SEEN_FROM + pd.to_timedelta(days, unit="D").round("s"))


# ---- the table ----------------------------------------------------------------------------------

STUDIES = {"How long visits last": Study(LENGTHS, lengths_run)}


ALL = "all"  # kinds of runs


def held(found: Iterable[Range]) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Count by name and kind the intervals above what is true, those below it, and all."""
    counts: dict[tuple[str, str], npt.NDArray[np.int64]] = defaultdict(lambda: np.zeros(3, dtype=np.int64))
    for each in found:
        for kind in (ALL, each.kind):
            counts[each.name, kind] += (each.truth < each.low, each.truth > each.high, 1)
    return {what: (int(row[0]), int(row[1]), int(row[2])) for what, row in counts.items()}


def row(what: tuple[str, str], below: int, above: int, runs: int) -> str:
    """Write a row of the table."""
    low, high = stats.binom(runs, 0.95).ppf([0.025, 0.975]) / runs
    share = 1 - (below + above) / runs
    shares = f"{share:.1%} | {low:.1%} to {high:.1%} | {below / runs:.1%} | {above / runs:.1%}"
    return f"| {what[0]} | {what[1]} | {shares} | {runs:,} |\n"


def section(title: str, study: Study, runs: int) -> str:
    """Run a study and write its part of the page."""
    found = Parallel(n_jobs=-1)(delayed(study.run)(seed) for seed in range(runs))
    counts = held(each for run in found for each in run)
    return f"\n## {title}\n{study.about}{TABLE}" + "".join(
        row(what, *counts[what]) for what in sorted(counts)
    )


def main(command: Sequence[str] | None = None) -> None:
    """Run every study and write the page, or some of them and only print them."""
    arguments = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.measured")
    arguments.add_argument("--only", nargs="+", choices=STUDIES, help="run these and write nothing")
    arguments.add_argument("--runs", type=int, default=1_000, help="runs of each (default: %(default)s)")
    options = arguments.parse_args(command)
    page = HEAD.format(runs=options.runs)
    for name in options.only or STUDIES:
        part = section(name, STUDIES[name], options.runs)
        print(part, flush=True)
        page += part
    if not options.only:
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
