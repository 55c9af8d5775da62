"""What the scripts that draw the example pages have in common."""

from __future__ import annotations

import io
import re
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

import funnelsim as fs

COLOURS = 96  # of a picture: few, so that it is small
DOTS = 100  # an inch


def scenario_of(page: Path) -> fs.Scenario:
    """Read the scenario that a page shows."""
    found = re.search(r"^```toml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    return fs.parse(found[1])


def save(figure: Figure, name: str) -> None:
    """Write a picture of the pages, small."""
    content = io.BytesIO()
    figure.savefig(content, dpi=DOTS)
    shrink(content, name)


def shrink(drawn: io.BytesIO | Path, name: str) -> None:
    """Write a picture that has been drawn with few colours."""
    picture = Path(__file__).with_name("pictures") / f"{name}.png"
    Image.open(drawn).convert("RGB").quantize(COLOURS).save(picture, optimize=True)


def tell(page: Path, metric: str, told: tuple[str, ...], years: int = 100) -> fs.ComparisonResult:
    """Compare the strategies of a page, draw a figure of each, and print what the page says of others.

    Returns the comparison, for more pictures.
    """
    result = fs.compare(scenario_of(page), replications=years)
    save(result.plot_strategies(metric).figure, page.stem)
    for name in told:
        print(name, {each: round(result[each].forecast.estimate(name).mean, 3) for each in result})
    return result
