"""What the scripts that draw the example pages have in common."""

from __future__ import annotations

import re
from pathlib import Path

import funnelsim as fs


def scenario_of(page: Path) -> fs.Scenario:
    """Read the scenario that a page shows."""
    found = re.search(r"^```toml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    return fs.parse(found[1])


def tell(page: Path, metric: str, told: tuple[str, ...], years: int = 100) -> fs.ComparisonResult:
    """Compare the strategies of a page, draw a figure of each, and print what the page says of others.

    Returns the comparison, for more pictures.
    """
    result = fs.compare(scenario_of(page), replications=years)
    picture = page.parent / "pictures" / f"{page.stem}.png"
    result.plot_strategies(metric).figure.savefig(picture, dpi=110)
    for name in told:
        print(name, {each: round(result[each].forecast.estimate(name).mean, 3) for each in result})
    return result
