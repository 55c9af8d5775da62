"""Tables of columns: as many side by side as the width allows, the rest below."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Sequence

from rich import box
from rich.cells import cell_len, chop_cells
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from funnelsim.io import texts
from funnelsim.reports.columns import RANGE, Column

WIDTH = 100  # of a page, if the terminal is wider or there is none
_WIDEST_LABEL = 18
_WIDEST_WORD = 13  # of a heading; longer words are folded
printable = texts.printable
_FEWEST_OF_A_KEY = 16  # characters on a line
_GAP = 2  # between columns: one space of padding and one that the box draws

Cells = Callable[[Column], tuple[str, ...]]


def tables(
    heading: str,
    labels: Sequence[str],
    columns: Sequence[Column],
    cells: Cells = Column.beneath,
    width: int = WIDTH,
    widest: int = _WIDEST_LABEL,
) -> list[Table]:
    """Lay out columns in as few tables as the width allows; each repeats the labels.

    Numbers are never cut or folded; labels and headings are folded.

    Parameters
    ----------
    heading : str
        Of the labels.
    labels : sequence of str
        One for each row.
    columns : sequence of Column
        With a cell for each label.
    cells : callable
        Writes values and intervals: `Column.beneath` or `Column.beside`.
    width : int
        Characters.
    widest : int
        Characters of a label on a line.
    """
    label_width = _label_width([heading, *labels], widest)
    wanted = [_column_width(column, cells(column)) for column in columns]
    groups: list[list[int]] = [[]]
    free = width - label_width
    for position, needed in enumerate(wanted):
        if groups[-1] and free < needed + _GAP:
            groups.append([])
            free = width - label_width
        groups[-1].append(position)
        free -= needed + _GAP
    return [
        _table(heading, labels, label_width, [(columns[i], cells(columns[i]), wanted[i]) for i in group])
        for group in groups
    ]


def _table(
    heading: str,
    labels: Sequence[str],
    label_width: int,
    columns: Sequence[tuple[Column, Sequence[str], int]],
) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, _GAP - 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column(Text(heading), width=label_width, overflow="fold")
    for column, shown, needed in columns:
        text = Text("\n".join(_heading(column, shown)), style="bold")
        table.add_column(text, justify="right", width=needed, overflow="fold")
    for row, label in enumerate(labels):
        name = Text("\n".join(folded(label, label_width)), style="bold")
        table.add_row(name, *(_cell(cells[row]) for _, cells, _ in columns))
    return table


def _heading(column: Column, cells: Sequence[str]) -> list[str]:
    """Write what a column shows; where cells have an interval beneath their value, what each line is."""
    two_lines = column.interval and any("\n" in cell for cell in cells)
    value = ("mean" if column.interval == RANGE else "estimate") if two_lines else ""
    return [part for part in (column.title, column.unit, value, column.interval) if part]


def keyed_table(heading: str, keys: Sequence[str], columns: Sequence[Column], width: int) -> RenderableType:
    """Lay out columns beside keys, which take the width that is left: such as paths, too long for labels.

    Parameters
    ----------
    heading : str
        Of the keys.
    keys : sequence of str
        One for each row.
    columns : sequence of Column
        With a cell for each key; each interval is in brackets after its value, or beneath it where keys would
        have too little room. Where they still would, columns go into several tables.
    width : int
        Characters.
    """
    cells, free = [column.beside() for column in columns], width
    for laid in (Column.beside, Column.beneath):
        cells = [laid(column) for column in columns]
        free = width - sum(_keyed_width(*each) + _GAP for each in zip(columns, cells, strict=True))
        if free >= _FEWEST_OF_A_KEY:
            break
    if free < _FEWEST_OF_A_KEY:
        return Group(*tables(heading, list(map(printable, keys)), columns, width=width))
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, width=width)
    table.add_column(Text(heading), overflow="fold", ratio=1)
    for column, shown in zip(columns, cells, strict=True):
        table.add_column(Text("\n".join(_heading(column, shown))), justify="right")
    for row, key in enumerate(keys):
        table.add_row(Text(printable(key), style="bold"), *(_cell(each[row]) for each in cells))
    return table


def _keyed_width(column: Column, cells: Sequence[str]) -> int:
    """Return how wide a column is whose heading breaks only where it says so."""
    lines = [line for text in (*_heading(column, cells), *cells) for line in text.split("\n")]
    return max(map(cell_len, lines))


def _cell(text: str) -> Text:
    value, _, interval = text.partition("\n")
    return Text(value) + Text(f"\n{interval}", style="dim") if interval else Text(value)


def folded(name: str, width: int) -> list[str]:
    r"""Break a name into lines: at its own breaks, then after an underscore, a space or a +, else anywhere.

    Examples
    --------
    >>> folded("first_contact_twice_as_fast", 16), folded("abcdefgh\nij", 5)
    (['first_contact_', 'twice_as_fast'], ['abcde', 'fgh', 'ij'])
    """
    return [line for part in name.split("\n") for line in _wrapped(part, width)]


def _wrapped(name: str, width: int) -> list[str]:
    lines = [""]
    for word in re.findall(r"[^_ +]*[_ +]|[^_ +]+", name):
        if lines[-1] and cell_len(lines[-1] + word.rstrip()) > width:
            lines.append("")
        pieces = chop_cells(word, width)
        lines[-1] += pieces[0]
        lines += pieces[1:]
    return [line.rstrip() for line in lines]


def _label_width(labels: Sequence[str], widest: int) -> int:
    lines = [line for label in labels for line in folded(label, widest)]
    return min(max(map(cell_len, lines)), widest)


def _column_width(column: Column, cells: Sequence[str]) -> int:
    words = [word for part in (column.title, column.unit) for word in part.split()]
    heading = max([min(cell_len(word), _WIDEST_WORD) for word in words] + [cell_len(column.interval)])
    return max([heading, *(cell_len(line) for cell in cells for line in cell.split("\n"))])


def as_text(page: RenderableType, width: int = WIDTH) -> str:
    r"""Write a page as plain text, the same in whatever terminal.

    Examples
    --------
    >>> as_text(Text("Verdict", style="bold"))
    'Verdict\n'
    """
    written = io.StringIO()
    plain = Console(file=written, width=width, force_terminal=False, color_system=None, legacy_windows=False)
    plain.print(page, crop=False)
    return written.getvalue()


def as_html(heading: str, labels: Sequence[str], columns: Sequence[Column]) -> str:
    """Write columns as one HTML table."""
    heads = [heading, *("\n".join(_heading(c, c.beneath())) for c in columns)]
    rows = [[label, *(column.beneath()[row] for column in columns)] for row, label in enumerate(labels)]
    head = "".join(f"<th>{_html(text)}</th>" for text in heads)
    body = "".join(f"<tr>{''.join(f'<td>{_html(text)}</td>' for text in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _html(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")
