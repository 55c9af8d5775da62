"""Names of the user's own in pictures: whatever letters and signs they have."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.font_manager import get_font_names

from funnelsim.io.texts import printable

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
