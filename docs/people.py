"""Draw the picture of docs/people.md: `python docs/people.py`."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from example import scenario_of

from funnelsim import compare

PAGE = Path(__file__).with_name("people.md")
PICTURE = Path(__file__).parent / "pictures" / "people.png"
PANELS = {"mean_skill": "Skill, odds ratio", "on_staff": "People on staff"}


def main() -> None:
    """Simulate the page's scenario and draw skill and staff by month."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 (the backend comes first)

    result = compare(scenario_of(PAGE), replications=100)
    figure, panels = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    for name in result:
        by_month = result[name].by_month
        for panel, (metric, title) in zip(panels, PANELS.items(), strict=True):
            panel.plot(range(1, len(by_month) + 1), by_month[metric, "mean"], label=name.replace("_", " "))
            panel.set(title=title, xlabel="month")
    panels[0].legend(frameon=False)
    figure.savefig(PICTURE, dpi=110)


if __name__ == "__main__":
    main()
