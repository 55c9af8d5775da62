"""Names of the user's own in pictures: whatever letters and signs they have."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.font_manager import get_font_names

from funnelsim.io.texts import printable
from funnelsim.reports.grid import folded

# Okabe and Ito's colours, which the colour-blind tell apart (Color Universal Design, 2008).
BLUE, ORANGE, GREEN, RED, SKY, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7"
GREY, LIGHT = "#8C8C8C", "#D9D9D9"
TODAY = "#4D4D4D"  # what others are compared with, wherever it stands beside them
_COLOURS = (BLUE, RED, GREEN, PURPLE, SKY, ORANGE, GREY, "black")
_DASHES = ((5, 2), (1, 1.5), (6, 1.5, 1, 1.5), (9, 2.5), (3, 1, 1, 1, 1, 1), (2.5, 2.5), (9, 1.5, 3, 1.5))

# With Chinese, Japanese and Korean letters, as systems and people install them.
_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
    "PingFang SC",
    "Hiragino Sans",
    "Apple SD Gothic Neo",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "Arial Unicode MS",
)


def drawable(text: str) -> str:
    r"""Write a name for a picture, where a $ would begin a formula.

    >>> print(drawable("1 to 5 $ or 5 $"))
    1 to 5 \$ or 5 \$
    """
    return printable(text).replace("$", r"\$")


def in_lines(text: str, width: int) -> str:
    """Write a text for a picture, folded into lines of so many characters at most."""
    return "\n".join(folded(drawable(text), width))


def styles() -> Iterator[dict[str, Any]]:
    """Give each line a colour and dashes of its own: where lines lie on each other, gaps show the one below.

    Examples
    --------
    >>> first, second, *_ = zip(styles(), range(3))
    >>> "linestyle" in first[0], second[0]["linestyle"]
    (False, (0, (5, 2)))
    """
    yield {"color": BLUE, "linewidth": 2.4}
    for colour, dashes in zip(cycle((*_COLOURS[1:], BLUE)), cycle(_DASHES), strict=False):
        yield {"color": colour, "linestyle": (0, dashes), "linewidth": 1.8}


def legend_of(ax: Axes, labels: Sequence[str]) -> Axes:
    """Write labels into a legend that was made with others: one that begins with _ would be left out."""
    legend = ax.get_legend()
    for text, label in zip(legend.get_texts() if legend else (), labels, strict=True):
        text.set_text(label)
    return ax


@contextmanager
def with_fonts() -> Iterator[None]:
    """Draw letters that the usual font lacks with another that is installed, or as boxes."""
    with (
        plt.rc_context({"font.family": [*plt.rcParams["font.family"], *_installed()]}),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


@cache
def _installed() -> list[str]:
    known = set(get_font_names())
    return [font for font in _FONTS if font in known]
