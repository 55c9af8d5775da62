"""Draw the picture of docs/nurture.md from the scenario on that page: `python docs/nurture.py`."""

from __future__ import annotations

from pathlib import Path

from junk import YEARS, scenario_of

import funnelsim as fs

PAGE = Path(__file__).with_name("nurture.md")
PICTURE = PAGE.with_name("pictures") / "nurture.png"
TOLD = ("won", "profit", "reactivated", "cost_per_reactivated", "in_nurture", "reached_share", "utilisation")


def main() -> None:
    """Compare the strategies and draw the contracts of each."""
    result = fs.compare(scenario_of(PAGE), replications=YEARS)
    result.plot_strategies("won").figure.savefig(PICTURE, dpi=110)
    for name in TOLD:
        print(name, {each: round(result[each].forecast.estimate(name).mean, 3) for each in result})


if __name__ == "__main__":
    main()
