"""Tables as plain text that is Markdown too, and the page that holds them."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from typing import NamedTuple

_SECTION = re.compile(r"^## (.+?)$.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


class Table(NamedTuple):
    """A table of finished cells, and what a reader must know about it."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    words: int = 1  # so many columns, from the left, hold words; the others hold numbers
    note: str = ""

    def __str__(self) -> str:
        return "\n\n".join(filter(None, (f"**{self.title}**", self.grid() if self.rows else "", self.note)))

    def grid(self) -> str:
        """Write the cells, each column as wide as its widest.

        >>> print(Table("Leads", ("engine", "a second"), [("SimPy", "66,000")]).grid())
        | engine | a second |
        |--------|---------:|
        | SimPy  |   66,000 |
        """
        lines = [self.head, *self.rows]
        widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
        rule = [
            "-" * (width + 2) if column < self.words else "-" * (width + 1) + ":"
            for column, width in enumerate(widths)
        ]
        head, *rows = (f"| {' | '.join(self._padded(line, widths))} |" for line in lines)
        return "\n".join([head, f"|{'|'.join(rule)}|", *rows])

    def _padded(self, line: tuple[str, ...], widths: Sequence[int]) -> list[str]:
        return [
            cell.ljust(width) if column < self.words else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]


def sections_of(page: str) -> dict[str, str]:
    r"""Take a page apart, by the titles of its sections.

    >>> sections_of("# All\n\n## One\na\n\n## Two\nb\n")
    {'One': '## One\na\n\n', 'Two': '## Two\nb\n'}
    """
    return {each.group(1): each.group(0) for each in _SECTION.finditer(page)}


def replaced(page: str, text: str) -> str:
    r"""Put a section in the place of that of the same title, or behind the others.

    >>> replaced("# All\n\n## One\n\na\n\n## Two\n\nb\n", "## One\n\nnew")
    '# All\n\n## One\n\nnew\n\n## Two\n\nb\n'
    >>> replaced("# All\n\n## One\n\na\n", "## Two\n\nb")
    '# All\n\n## One\n\na\n\n## Two\n\nb\n'
    """
    (title,) = sections_of(text)
    old = sections_of(page).get(title)
    if old is None:
        return f"{page.rstrip()}\n\n{text}\n"
    return page.replace(old, f"{text}\n\n" if old.endswith("\n\n") else f"{text}\n")


def median(figures: Sequence[float]) -> float:
    """Return the median of the runs.

    >>> median([3.0, 1.0, 2.0])
    2.0
    """
    return float(statistics.median(figures))


def times(ratio: float) -> str:
    """Write a ratio with as many digits as a benchmark deserves.

    >>> times(75.26), times(9.871), times(0.4137), times(0.0621)
    ('75', '9.9', '0.41', '0.062')
    """
    if ratio >= 10:
        return f"{ratio:,.0f}"
    return f"{ratio:.2g}"


def section(title: str, tables: Sequence[Table]) -> str:
    """Write a part of the page."""
    return "\n\n".join([f"## {title}", *map(str, tables)])


def filled(page: str, marker: str, text: str) -> str:
    r"""Put a text between its markers in a page.

    >>> filled("a <!-- peers -->old<!-- end of peers --> b", "peers", "new")
    'a <!-- peers -->\nnew\n<!-- end of peers --> b'
    """
    start, end = f"<!-- {marker} -->", f"<!-- end of {marker} -->"
    before, rest = page.split(start)
    return f"{before}{start}\n{text}\n{end}{rest.split(end)[1]}"
