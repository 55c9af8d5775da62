"""Draw the picture of docs/loop.md from the scenario on that page: `python docs/loop.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib.pyplot as plt
from example import save, scenario_of

import funnelsim as fs
from funnelsim.reports.names import styles

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "loop.md"
STRATEGIES = {"today": "today", "closed_loop": "marketing learns", "with_control": "... and management asks"}
YEARS = 400


def main() -> int:
    """Simulate, draw and save."""
    figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
    for (name, words), look in zip(STRATEGIES.items(), styles(), strict=False):
        found = fs.simulate(scenario_of(PAGE), strategy=name, replications=YEARS).by_month["junk_rate"]
        ax.plot(range(1, len(found) + 1), 100 * found["mean"], label=words, **look)
        low, high = 100 * found["low"], 100 * found["high"]
        ax.fill_between(range(1, len(found) + 1), low, high, color=look["color"], alpha=0.2, linewidth=0)
    ax.set(xlabel="Month of the year", ylabel="Junk rate of the month's inquiries, %", ylim=(0, None))
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    save(figure, "loop")
    return 0


if __name__ == "__main__":
    sys.exit(main())
