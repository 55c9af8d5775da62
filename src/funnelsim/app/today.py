"""Commands for a forecast that starts from today: from what a firm's records show as open.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funnelsim.app import progress, terminal
from funnelsim.app.terminal import AsJson, Jobs

if TYPE_CHECKING:
    from funnelsim.keeping.forecasts import Kept
    from funnelsim.keeping.manifest import Inputs
    from funnelsim.scenario import Scenario
    from funnelsim.studies.today.bridge import Told
    from funnelsim.studies.today.forecast import TodayResult
    from funnelsim.studies.today.snapshot import Snapshot

app = typer.Typer(rich_markup_mode=None)

Pipeline = Annotated[
    Path, typer.Option("--pipeline", metavar="SNAPSHOT", help="CSV file of the deals that are open now.")
]


def run_pipeline(
    read: Scenario,
    pipeline: Path,
    strategy: str,
    settings: dict[str, Any],
    given: Inputs,
    keep: Path | None,
    as_json: bool,
) -> None:
    """Forecast the quarter from the deals that are open, and print and keep that."""
    from funnelsim.studies.today.snapshot import read_snapshot

    result = _forecast(read, read_snapshot(pipeline), strategy, settings)
    if as_json:
        from funnelsim.reports import document
        from funnelsim.reports.forecast_document import forecast_document

        terminal.write_json(document.as_json(forecast_document(result)))
    else:
        from funnelsim.reports.forecast_page import forecast_page

        command = terminal.command("since", "FOLDER", None, "--pipeline", "snapshot_next_week.csv")
        terminal.show(forecast_page(result, command, terminal.width()))
    if keep is not None:
        from funnelsim.keeping.forecasts import keep_forecast

        with terminal.writing(keep):
            terminal.say(f"Kept: {keep_forecast(keep, result, given)}")


def _forecast(read: Scenario, snapshot: Snapshot, strategy: str, settings: dict[str, Any]) -> TodayResult:
    from funnelsim.studies.today.restart import forecast_from

    worlds = settings["replications"] * (1 if snapshot.overridden.empty else 2)
    with terminal.endings(), progress.simulated(worlds) as advance:
        return forecast_from(read, snapshot, strategy=strategy, **settings, progress=advance)


@app.command(short_help="Say what has changed since the last forecast, and score those due.")
def since(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where run --keep keeps forecasts.")],
    pipeline: Pipeline,
    scenario: Annotated[
        str | None, typer.Option(help="Another scenario for the forecast of now. Default: that of the last.")
    ] = None,
    jobs: Jobs = 0,
    as_json: AsJson = False,
) -> None:
    """Forecast the quarter again, say what has moved it since the last time, and score what is due.

    Example: funnelsim since forecasts --pipeline snapshot_now.csv
    """
    with terminal.in_sentences():
        from funnelsim.keeping.forecasts import read_forecasts
        from funnelsim.studies.today.bridge import scores
        from funnelsim.studies.today.snapshot import read_snapshot

        kept, snapshot = read_forecasts(folder), read_snapshot(pipeline)
        due = [(each.told, scores(each.told, snapshot)) for each in kept if each.told.until <= snapshot.at]
        running = [each for each in kept if each.told.at < snapshot.at < each.told.until]
        if not due and not running:
            terminal.fail(f"{folder} has no forecast that was made before {snapshot.at:%Y-%m-%d}")
        currency = kept[-1].currency
        if as_json:
            from funnelsim.reports import document

            found: dict[str, Any] = {"scores": [each._asdict() for _, each in due]}
            if running:
                before, after, parts = _news(running[-1], snapshot, scenario, jobs)
                found["bridge"] = {"before": before.expected, **parts._asdict(), "after": after.expected}
            terminal.write_json(document.as_json(found))
        elif running:
            from funnelsim.reports.forecast_page import bridge_page

            terminal.show(bridge_page(*_news(running[-1], snapshot, scenario, jobs), due, currency))
        else:
            from rich.console import Group

            from funnelsim.reports.forecast_page import score_lines

            terminal.show(Group(*score_lines(due, currency)))


def _news(last: Kept, snapshot: Snapshot, scenario: str | None, jobs: int) -> tuple[Told, Told, Any]:
    """Forecast again, with the last scenario and with another one if that is asked for."""
    from funnelsim.studies.today.bridge import bridge, told_by

    settings = {"replications": last.replications, "seed": last.seed, "jobs": jobs}
    after = told_by(_forecast(last.scenario(), snapshot, last.strategy, settings))
    renewed = None
    if scenario is not None:
        renewed = told_by(_forecast(terminal.read(scenario, None), snapshot, last.strategy, settings))
    return last.told, renewed or after, bridge(last.told, after, snapshot, renewed)
