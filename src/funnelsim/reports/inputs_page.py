"""The page that `funnelsim inputs` prints: every value that can be changed, group by group."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.text import Text

from funnelsim.reports import notes
from funnelsim.reports.columns import text_column
from funnelsim.reports.grid import WIDTH, keyed_table, printable
from funnelsim.scenario.all_inputs import Listed


def inputs_page(
    source: str, entries: Sequence[Listed], next_command: str = "", width: int = WIDTH
) -> RenderableType:
    """Lay out the inputs of a scenario for a terminal.

    Parameters
    ----------
    source : str
        Name of the file or preset.
    entries : sequence of Listed
        In the order in which they are shown.
    next_command : str
        What to try next.
    width : int
        Characters of a line at most.
    """
    found: list[RenderableType] = [
        notes.heading(f"{printable(source)}: {len(entries)} values that can be changed")
    ]
    for group, members in groupby(entries, key=lambda each: each.group):
        shown = list(members)
        columns = [
            text_column("Value", [printable(each.told(each.value)) for each in shown]),
            text_column("Unit", [printable(each.unit) for each in shown]),
        ]
        keys = [f"{each.path}  ({each.words})" for each in shown]
        found += [Text(), keyed_table(group.capitalize(), keys, columns, width)]
    about = "Change one with --set PATH=VALUE, or all in Excel with --excel FILE, with where each comes from."
    return Group(*found, Text(), Text(about), *notes.next_step(next_command, width))
