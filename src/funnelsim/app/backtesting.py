"""The command that says whether to believe a forecast.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415, PLR0913, PLR0917

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from funnelsim.app import progress, terminal

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
    worlds: Annotated[int, typer.Option(min=20, help="Simulated for each date.")] = 200,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Of all random draws.")] = 1,
    jobs: Annotated[int, typer.Option(help="Dates at the same time; 0 takes every processor.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="New folder for the page, every score as CSV and JSON, and pictures.")
    ] = None,
) -> None:
    """Forecast as of earlier dates, from what was known then, and say whether to believe it.

    Example: funnelsim backtest history --horizon 3m --every 1m
    """
    with terminal.in_sentences("stopped before every date was scored"), terminal.reading():
        from funnelsim.calibration.backtest.backtest import backtest as score
        from funnelsim.calibration.backtest.spans import Span, origins
        from funnelsim.calibration.backtest.usual import usual_baselines
        from funnelsim.calibration.enough import must_tell
        from funnelsim.calibration.forecaster import Simulated
        from funnelsim.reports.backtest_page import backtest_page

        ahead, step = Span.read(horizon, "--horizon"), Span.read(every, "--every")
        history = _history(files, mapping)
        must_tell(history)
        days = tuple(map(terminal.instant, at)) if at else origins(history, ahead, step)
        with terminal.filled(out) as folder:
            with progress.counted("Scoring", len(days), "dates") as advance:
                result = score(
                    history,
                    [Simulated(worlds, seed=seed), *usual_baselines(history)],
                    ahead,
                    days,
                    by=by or (),
                    jobs=jobs,
                    progress=advance,
                )
            name = files[0].name
            if folder is not None and out is not None:
                from funnelsim.reports.backtest_files import backtest_files

                with terminal.writing(out), progress.working("Writing") as told:
                    folder.fill(backtest_files(result, name), told)
        terminal.show(backtest_page(result, name, terminal.width()))


def _history(files: Sequence[Path], mapping: Path | None) -> History:
    """Read the folder of a history, or the files of an export."""
    if len(files) == 1 and files[0].is_dir():
        from funnelsim.history.files import read_history

        if mapping is not None:
            terminal.fail(
                f"{files[0]} is a history, which needs no --mapping: that is for files of an export"
            )
        with progress.working("Reading") as told:
            return read_history(files[0], told)
    if mapping is None:
        terminal.fail(
            "--mapping says what the columns of an export mean: give it, or the folder that funnelsim import "
            "wrote; funnelsim import --guess proposes a mapping"
        )
    from funnelsim.history.mapping import read_mapping
    from funnelsim.history.reading.export import read_export

    meaning = read_mapping(mapping)
    with progress.working("Reading") as told:
        return read_export(files, meaning, told).history
