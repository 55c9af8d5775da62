"""Is a firm that goes on told apart from one that is restarted from what its records show?

    python -m tests.analytic.restarting [WORLDS]

For each preset, two samples of independent worlds: contracts of 90 days, in a world that goes on, and in one
that is restarted from the snapshot of yet another world on the first of these days.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

import funnelsim as fs
from funnelsim.compiling.arrays import Floats
from funnelsim.engines import history
from funnelsim.model.words import DAY
from funnelsim.scenario import TODAY, Scenario, course_of
from funnelsim.studies.pilot import settled
from funnelsim.studies.today.ends import WON, ends_of
from funnelsim.studies.today.observed import observed
from funnelsim.studies.today.restart import forecast_from

PRESETS = ("first_steps", "professional_services", "outbound_and_inbound")
WINDOW, WORLDS = 90, 1_000  # days; of each sample
PAGE = Path(__file__).parents[2] / "docs" / "restarts.md"
TEXT = """# Restarts: worlds that go on, and worlds that begin with their records

Written by `make restarts` (`python -m tests.analytic.restarting`), on the compiled engine. For each preset,
two samples of {worlds:,} independent worlds: the contracts of {days} days in a world that goes on; and in one
that is [restarted](today.md) from what the records of yet another world show on the first of these days. They
are told apart where the means differ at 5 %. A shift of a tenth of the mean would be seen with a chance of
90 %, unless the line says otherwise.

```text
{lines}
```

The snapshots show the deals that were lost in the 1,000 days before, too: outbound_and_inbound has a finite
market with `cooling_off_days`, and whom the firm leaves alone follows from the deals lost lately (OD9). A
snapshot does not tell who has left and has not been replaced yet, or who is new and learning: a restarted
world has all its people, experienced and at work. That preset has a team with turnover, so a little more is
to be expected of it after a restart.
"""
NOBODY = np.empty(0, np.int64)
_YEARS = 1000 * DAY  # within which companies of lost deals have cooled off
_TOLD_APART, _POWER = 1.959964, 1.281552  # normal quantiles: 5 % on two sides, .9


class Samples(NamedTuple):
    """Contracts of as many worlds that went on as were restarted."""

    continued: Floats
    restarted: Floats

    @property
    def error(self) -> float:
        """Return the standard error of the difference of the means."""
        return math.sqrt(sum(each.var(ddof=1) / len(each) for each in self))

    @property
    def z(self) -> float:
        """Return the difference of the means in standard errors."""
        return float(self.restarted.mean() - self.continued.mean()) / self.error

    @property
    def has_power(self) -> bool:
        """Return whether a shift of a tenth of the mean would be seen with probability .9."""
        return bool(0.1 * self.continued.mean() / self.error >= _TOLD_APART + _POWER)

    @property
    def is_told_apart(self) -> bool:
        """Return whether the means differ at 5 %."""
        return abs(self.z) > _TOLD_APART


def typed_months(preset: str) -> Scenario:
    """Return a preset with the warm-up of its pilot, three months of period, and none of drain."""
    found = settled(fs.load(preset))
    document = found.document
    typed = {"warm_up_months": found.months.warm_up, "period_months": 4, "drain_months": 0}
    for key in ("goals", "changes", "strategies", "assumptions", "origins"):
        document.pop(key, None)
    return found.beginning(document | {"horizon": typed})


def sample(preset: str, worlds: Sequence[int]) -> Samples:
    """Simulate both samples."""
    scenario = typed_months(preset)
    course = course_of(scenario, TODAY)
    chapters, names = course.typed, course.names
    begins = int(chapters[0].model.months[0])
    continued, restarted = [], []
    for world in worlds:
        ends = ends_of(history("compiled", chapters, 1, world), 0, NOBODY, begins + WINDOW * DAY)
        continued.append(int(((ends["outcome"] == WON) & (ends["time"] >= begins)).sum()))
        snapshot = observed(history("compiled", chapters, 2, world), names, begins, begins - _YEARS)
        until = snapshot.at + pd.Timedelta(days=WINDOW)
        found = forecast_from(scenario, snapshot, until=until, replications=1, seed=1000 + world, jobs=1)
        restarted.append(int(found.contracts(new=False)[0] + found.contracts(new=True)[0]))
    return Samples(np.array(continued, float), np.array(restarted, float))


def sentence(preset: str, found: Samples) -> str:
    """State what came out for a preset."""
    means = f"{found.continued.mean():.2f} went on, {found.restarted.mean():.2f} restarted"
    verdict = "told apart" if found.is_told_apart else "not told apart"
    power = "" if found.has_power else ", and a shift of a tenth might not be seen"
    return f"{preset}: {means}, z = {found.z:+.2f}: {verdict}{power}"


def main(count: int = WORLDS) -> int:
    """Print and write down what came out; return how many presets were told apart, or could not have been."""
    failed, lines = 0, []
    for preset in PRESETS:
        found = sample(preset, range(count))
        lines.append(sentence(preset, found))
        print(lines[-1])
        failed += found.is_told_apart or not found.has_power
    if count == WORLDS:
        PAGE.write_text(TEXT.format(worlds=count, days=WINDOW, lines="\n".join(lines)), encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
