"""Draw the picture of docs/people.md: `python docs/people.py`."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from example import save, scenario_of

from funnelsim import compare
from funnelsim.reports.names import styles

PAGE = Path(__file__).with_name("people.md")
PANELS = {"mean_skill": "Skill, odds ratio", "on_staff": "People on staff"}


def main() -> None:
    """Simulate the page's scenario and draw skill and staff by month."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 (the backend comes first)

    result = compare(scenario_of(PAGE), replications=100)
    figure, panels = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    for name, look in zip(result, styles(), strict=False):
        by_month = result[name].by_month
        for panel, (metric, title) in zip(panels, PANELS.items(), strict=True):
            panel.plot(
                range(1, len(by_month) + 1), by_month[metric, "mean"], label=result[name].called, **look
            )
            panel.set(title=title, xlabel="Month")
            panel.spines[["top", "right"]].set_visible(False)
    panels[0].legend(frameon=False)
    save(figure, "people")


if __name__ == "__main__":
    main()
