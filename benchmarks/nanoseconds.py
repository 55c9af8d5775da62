"""Where an event's nanoseconds go: agenda, queues, draws, rules, ledger, fold."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import process_time
from typing import NamedTuple

import funnelsim
from benchmarks.common_funnel.in_funnelsim import PROGRAM, scenario_for
from benchmarks.lives import lived, page_for
from benchmarks.report import Table, median
from benchmarks.sampling import Origin, observed, obstacle, origins
from funnelsim.scenario import TODAY, Course, course_of, load
from funnelsim.studies.pilot import settled
from funnelsim.studies.replication import Plan, replicate

TITLE = "Where the nanoseconds go"
SCENARIOS: Mapping[str, int] = {  # worlds in one run
    "common_funnel": 1,
    "professional_services": 20,
    "marketplace_sellers": 20,
    "junk_leads": 20,
    "outbound_and_inbound": 20,
}
SECONDS = 4.0  # of sampling: some 50,000 samples
LINES = "NUMBA_DEBUGINFO"  # in the environment of the process that samples; the cache tells such code apart
CLOSE = 0.1  # code with line tables must be as fast as without, or it is other code

# By how the file's place in the package begins; the first that fits.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "agenda": ("engines/compiled/agenda.py", "engines/compiled/days.py"),
    "queues": ("engines/compiled/queues.py",),
    "draws": ("chance/",),
    "rules": ("rules/", "model/"),
    "ledger": ("engines/ledger.py",),
    "fold": ("engines/fold/",),
    "event loop and the rest": ("",),
}
FOLD, REST = "fold", "event loop and the rest"
MATHEMATICS, OUTSIDE = "logarithms, exponentials, powers (libm)", "Python and others outside"
ROWS = (*GROUPS, MATHEMATICS, OUTSIDE)
PACKAGE = f"{Path(funnelsim.__file__).parent}/"


class Share(NamedTuple):
    """What sampling found out about a scenario."""

    nanoseconds: float  # per ledger row, of the code that was sampled
    samples: Mapping[str, int]  # by group


# ---- attribution -----------------------------------------------------------------------------


def group_of(origin: Origin) -> str:
    """Name the group that a sample belongs to.

    It is the innermost one: a draw for which a rule asks is a draw. Only the fold owns whatever it calls,
    since without it none of that would be asked for.
    """
    if not origin.files:
        return MATHEMATICS if origin.library.startswith("libm") else OUTSIDE
    places = [file.removeprefix(PACKAGE) for file in origin.files if file.startswith(PACKAGE)]
    groups = [group_at(place) for place in places]
    if FOLD in groups:
        return FOLD
    return groups[0] if groups else REST


def group_at(place: str) -> str:
    """Name the group of a file of the package.

    >>> group_at("rules/arrivals.py"), group_at("engines/compiled/loop.py")
    ('rules', 'event loop and the rest')
    """
    return next(group for group, beginnings in GROUPS.items() if place.startswith(beginnings))


# ---- measuring -------------------------------------------------------------------------------


def course_in(name: str) -> Course:
    """Lower a scenario by its name in the table."""
    scenario = scenario_for(PROGRAM.leads) if name == "common_funnel" else settled(load(name))
    return course_of(scenario, TODAY)


def living(name: str) -> Callable[[], int]:
    """Return what lives through a scenario's worlds on one thread, figures folded, and counts the rows."""
    strategies = {name: course_in(name)}
    plan = Plan(replications=SCENARIOS[name], jobs=1)
    return lambda: replicate(strategies, plan)[name].rows


def speed(live: Callable[[], int], runs: int) -> float:
    """Return the median of nanoseconds of the processor per ledger row."""
    live()  # compiles, or reads what was compiled
    found = []
    for _ in range(runs):
        began = process_time()
        rows = live()
        found.append((process_time() - began) / rows * 1e9)
    return median(found)


def rows_to_a_lead(name: str) -> float:
    """Return how many rows of the ledger come to each lead."""
    course = course_in(name)
    model, names = course.typed[-1].model, course.names
    life = lived("compiled", model, names, page_for(model), range(SCENARIOS[name]), folded=False)
    return life.rows / life.leads


def sample(names: Sequence[str], runs: int) -> dict[str, Share]:
    """Sample each scenario in this process, where nothing was compiled before."""
    libraries = observed()
    shares = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            live = living(name)
            nanoseconds = speed(live, runs)
            samples: Counter[str] = Counter()
            for origin, count in origins(live, SECONDS, libraries, Path(folder)).items():
                samples[group_of(origin)] += count
            shares[name] = Share(nanoseconds, samples)
    return shares


def sampled(names: Sequence[str], runs: int) -> dict[str, Share]:
    """Sample in a process of its own: this one's code, and what is kept on disk, stay without line tables."""
    with tempfile.TemporaryDirectory() as folder:
        answer = subprocess.run(
            [sys.executable, "-m", __spec__.name, "--runs", str(runs), "--sample", *names],
            env=os.environ | {"XDG_CACHE_HOME": folder, LINES: "1"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
    return {name: Share(*share) for name, share in json.loads(answer).items()}


# ---- the table -------------------------------------------------------------------------------


def tables(runs: int) -> Sequence[Table]:
    """Measure how fast each scenario is, and sample what it does meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        if reason := obstacle(Path(folder)):
            return [Table("Nanoseconds per ledger row", (), (), note=f"Not measured. {reason}")]
    ordinary = {name: speed(living(name), runs) for name in SCENARIOS}
    leads = {name: ordinary[name] * rows_to_a_lead(name) for name in SCENARIOS}
    return [table(ordinary, leads, sampled(tuple(SCENARIOS), runs))]


def table(ordinary: Mapping[str, float], leads: Mapping[str, float], shares: Mapping[str, Share]) -> Table:
    """Split the nanoseconds as the samples are split."""
    rows = [
        (group, *(f"{ordinary[name] * portion(share, group):.1f}" for name, share in shares.items()))
        for group in ROWS
    ]
    totals = [
        ("all", *(f"{ordinary[name]:.1f}" for name in shares)),
        ("all, as sampled", *(beside(share.nanoseconds, ordinary[name]) for name, share in shares.items())),
        ("all, per lead", *(f"{leads[name]:.0f}" for name in shares)),
    ]
    samples = min(sum(share.samples.values()) for share in shares.values())
    return Table(
        "Nanoseconds per ledger row, one thread, figures folded",
        ("group", *shares),
        rows + totals,
        note=(
            f"Processor time, split by at least {samples:,} samples. As sampled: the same with line tables; "
            f"it DIFFERS where that is off by more than {CLOSE:.0%}."
        ),
    )


def portion(share: Share, group: str) -> float:
    """Return which share of the samples a group has.

    >>> portion(Share(50.0, {"agenda": 3, "draws": 1}), "draws")
    0.25
    """
    return share.samples.get(group, 0) / sum(share.samples.values())


def beside(sampled: float, ordinary: float) -> str:
    """Write the speed of the code that was sampled, and whether it is another than that of ordinary code.

    >>> beside(52.0, 50.0), beside(60.0, 50.0)
    ('52.0', '60.0 DIFFERS')
    """
    return f"{sampled:.1f}{'' if abs(sampled / ordinary - 1) <= CLOSE else ' DIFFERS'}"


def main() -> None:
    """Sample scenarios and print what was found as JSON."""
    arguments = argparse.ArgumentParser(description=main.__doc__)
    arguments.add_argument("--sample", nargs="+", choices=SCENARIOS, required=True)
    arguments.add_argument("--runs", type=int, required=True)
    options = arguments.parse_args()
    if LINES not in os.environ:  # what is compiled here would be kept on disk as the ordinary code
        arguments.error("this is started by: python -m benchmarks --only nanoseconds")
    print(json.dumps(sample(options.sample, options.runs)))


if __name__ == "__main__":
    main()
