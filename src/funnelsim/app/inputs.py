"""The command that lists what a scenario takes as given, and takes it back from Excel.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from funnelsim.app import terminal
from funnelsim.app.terminal import ScenarioName

if TYPE_CHECKING:
    from funnelsim.reports.inputs_workbook import Typed
    from funnelsim.scenario import Scenario
    from funnelsim.scenario.all_inputs import Listed

app = typer.Typer(rich_markup_mode=None)


@app.command(short_help="List every value that can be changed; write it to Excel, and read it back.")
def inputs(
    scenario: ScenarioName,
    excel: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the list as an Excel workbook.")
    ] = None,
    from_excel: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read values from the workbook, changed in Excel.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --from-excel: the TOML file to write.")
    ] = None,
) -> None:
    """List every lever, quota and head count of a scenario with its unit and where it comes from.

    With --excel, write them as a workbook. With --from-excel, read the workbook back: changed cells are
    listed, and --out is the scenario's file with these values; all else in it stays as it is.

    Example: funnelsim inputs first_steps --excel inputs.xlsx
    """
    with terminal.in_sentences("stopped: nothing is written"), terminal.reading():
        _must_belong(excel, from_excel, out)
        read = terminal.read(scenario, None)
        from funnelsim.scenario.all_inputs import all_inputs

        entries = all_inputs(read)
        if excel is not None:
            _write(scenario, entries, excel)
        elif from_excel is not None and out is not None:
            _read_back(scenario, read, entries, from_excel, out)
        else:
            from funnelsim.reports.inputs_page import inputs_page

            following = terminal.command("inputs", scenario, None, "--excel", "inputs.xlsx")
            terminal.show(inputs_page(read.source, entries, following, terminal.width()))


def _must_belong(excel: Path | None, from_excel: Path | None, out: Path | None) -> None:
    """Refuse options that do not go together."""
    if excel is not None and from_excel is not None:
        terminal.fail("--excel writes a workbook and --from-excel reads one: ask for one of them")
    if (from_excel is None) is not (out is None):
        terminal.fail("--from-excel reads a workbook, and --out says where the scenario goes: give both")


def _write(scenario: str, entries: Sequence[Listed], excel: Path) -> None:
    """Write the workbook."""
    if excel.suffix.lower() != ".xlsx":
        terminal.fail(f"--excel is {excel}; expected the name of a workbook, such as inputs.xlsx")
    from funnelsim.io.writing import whole_file
    from funnelsim.reports.inputs_workbook import written

    content = written(entries)
    with terminal.writing(excel), whole_file(excel) as opened:
        opened.write(content)
    back = ["--from-excel", str(excel), "--out", "changed.toml"]
    terminal.write(
        f'{excel}: {len(entries)} values. Change them in the column "Value", save, and then try: '
        f"{terminal.command('inputs', scenario, None, *back)}"
    )


def _read_back(scenario: str, read: Scenario, entries: Sequence[Listed], workbook: Path, out: Path) -> None:
    """Write the scenario's file with the values of a workbook."""
    from funnelsim.io.writing import must_be_free, whole_file
    from funnelsim.reports import inputs_workbook
    from funnelsim.scenario.files import locate
    from funnelsim.scenario.rewriting import rewritten

    with terminal.writing(out):
        must_be_free(out)
    typed = inputs_workbook.read(workbook, entries)
    changed = _changed(read, entries, typed, workbook)
    _must_find_samples(read, scenario, out)
    _, before, folder = locate(scenario)
    text = rewritten(before, read.document, changed.document)
    with terminal.writing(out), whole_file(out) as opened:
        opened.write((b"" if folder is None else _mark(Path(scenario))) + text.encode())
    lines = list(inputs_workbook.changed_lines(entries, typed.values))
    told = f"{out}: {len(lines)} of {len(entries)} values changed" if lines else f"{out}: nothing is changed"
    terminal.write("\n".join([told, *lines, f"Next, try: {terminal.command('compare', str(out), None)}"]))


def _mark(file: Path) -> bytes:
    """Return the mark with which some programs begin a file in UTF-8, if it is there."""
    with file.open("rb") as opened:
        return codecs.BOM_UTF8 if opened.read(3) == codecs.BOM_UTF8 else b""


def _changed(read: Scenario, entries: Sequence[Listed], typed: Typed, file: Path) -> Scenario:
    """Change the scenario; say all that is wrong at once, with the cell in which it is."""
    from funnelsim.reports.inputs_workbook import listed_for
    from funnelsim.scenario import ScenarioError
    from funnelsim.scenario.all_inputs import changes_of

    changes, wrong = changes_of(entries, typed.values, read), [*typed.wrong]
    try:
        changed = read.with_changes(changes) if changes else read
    except ScenarioError as error:
        cells = typed.cells
        wrong += [
            f"{cells[each.path]}: {each.sentence()}" if each.path in cells else each.sentence()
            for each in error.problems
        ]
    if wrong:
        terminal.fail(listed_for(file, wrong))
    return changed


def _must_find_samples(read: Scenario, scenario: str, out: Path) -> None:
    """Refuse to write a file that would not find the sample files beside it."""
    lacking = [name for name in read.sample_files if not (out.parent / name).exists()]
    if lacking:
        terminal.fail(
            f"{out} would not find {lacking[0]}, which is beside {scenario}: write it into the same folder"
        )
