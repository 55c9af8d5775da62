"""A folder with what `funnelsim explain` says: the page, its table, and the scenario that it is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType

from funnelsim.io.provenance import this_platform, versions
from funnelsim.io.writing import NewFolder
from funnelsim.keeping.manifest import Inputs, keep_inputs
from funnelsim.reports.document import as_json, explain_document
from funnelsim.reports.grid import as_text
from funnelsim.reports.saving import csv

if TYPE_CHECKING:
    from funnelsim.reports.document import Explained


def keep_explanation(
    folder: NewFolder, shown: str, result: Explained, page: RenderableType, given: Inputs, command: str
) -> None:
    """Write the scenario, then the page, the table as CSV, and both as JSON, with the command and versions.

    Parameters
    ----------
    folder : NewFolder
        From `new_folder`.
    shown : str
        What `--show` asked for: the name of the files.
    result : Explained
        What was found.
    page : RenderableType
        As printed, without what to try next.
    given : Inputs
        The inputs, kept before the run.
    command : str
        With which it can be made again.

    Raises
    ------
    OSError
        If a file cannot be written.
    UnfinishedError
        If another program writes there too.
    """
    keep_inputs(folder, given)
    about = {"command": command, "versions": versions(), "platform": this_platform()}
    folder.write(f"{shown}.txt", as_text(page).encode())
    folder.write(f"{shown}.csv", csv(result.table, decimal_comma=given.decimal_comma))
    folder.write(f"{shown}.json", (as_json(explain_document(shown, result) | about) + "\n").encode())
    folder.finish()
