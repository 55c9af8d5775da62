"""The command that says whether to believe a forecast.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from funnelsim.app import terminal
from funnelsim.app.firm import _instant, _reading

if TYPE_CHECKING:
    from funnelsim.history.history import History

app = typer.Typer(rich_markup_mode=None)


@app.command(short_help="Score forecasts, as they would have been made, on what came next.")
def backtest(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Files of an export, or the folder of a history."),
    ],
    mapping: Annotated[
        Path | None, typer.Option(help="TOML file: what columns and statuses mean. For files.")
    ] = None,
    horizon: Annotated[str, typer.Option(help="How far each forecast looks: 3m, 8w or 90d.")] = "3m",
    every: Annotated[str, typer.Option(help="Time from one forecast to the next.")] = "1m",
    at: Annotated[
        list[str] | None,
        typer.Option(metavar="DATE", help="Forecast as of this date alone, in place of --every. Repeatable."),
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="Score wins by this field too, such as segment. Repeatable.")
    ] = None,
    jobs: Annotated[int, typer.Option(help="Dates at the same time; 0 takes every processor.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="New folder for the page, every score as CSV and JSON, and pictures.")
    ] = None,
) -> None:
    """Forecast as of earlier dates, from what was known then, and say whether to believe it.

    Example: funnelsim backtest history --horizon 3m --every 1m
    """
    with terminal.in_sentences("stopped before every date was scored"), _reading():
        from funnelsim.calibration.backtest.backtest import backtest as score
        from funnelsim.calibration.backtest.backtest import check_deals
        from funnelsim.calibration.backtest.spans import Span, origins
        from funnelsim.calibration.backtest.usual import usual_baselines
        from funnelsim.reports.backtest_page import backtest_page

        ahead, step = Span.read(horizon, "--horizon"), Span.read(every, "--every")
        history = _history(files, mapping)
        check_deals(history)
        days = tuple(map(_instant, at)) if at else origins(history, ahead, step)
        with terminal.filled(out) as folder, _dates_scored(len(days)) as progress:
            result = score(
                history,
                usual_baselines(history),
                ahead,
                days,
                by=by or (),
                jobs=jobs,
                progress=progress,
            )
            name = files[0].name
            if folder is not None and out is not None:
                from funnelsim.reports.backtest_files import backtest_files

                with terminal.writing(out):
                    for file, content in backtest_files(result, name):
                        folder.write(file, content)
        terminal.show(backtest_page(result, name, terminal.width()))


def _history(files: Sequence[Path], mapping: Path | None) -> History:
    """Read the folder of a history, or the files of an export."""
    if len(files) == 1 and files[0].is_dir():
        from funnelsim.history.files import read_history

        if mapping is not None:
            terminal.fail(
                f"{files[0]} is a history, which needs no --mapping: that is for files of an export"
            )
        return read_history(files[0])
    if mapping is None:
        terminal.fail(
            "--mapping says what the columns of an export mean: give it, or the folder that funnelsim import "
            "wrote; funnelsim import --guess proposes a mapping"
        )
    from funnelsim.history.mapping import read_mapping
    from funnelsim.history.reading.export import read_export

    return read_export(files, read_mapping(mapping)).history


@contextmanager
def _dates_scored(count: int) -> Iterator[Callable[[int], None]]:
    """Show how many dates have been scored, on the error stream, if that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("Scoring"), BarColumn(), MofNCompleteColumn(), TextColumn("dates"))
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as shown:
        task = shown.add_task("", total=count)
        yield lambda finished: shown.advance(task, finished)
