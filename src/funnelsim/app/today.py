"""Commands for a forecast that starts from today: from what a firm's records show as open.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from funnelsim.app import progress, terminal
from funnelsim.app.terminal import AsJson, Jobs

if TYPE_CHECKING:
    from funnelsim.keeping.forecasts import Kept
    from funnelsim.keeping.manifest import Inputs
    from funnelsim.scenario import Scenario
    from funnelsim.studies.today.bridge import Bridge, Scores, Told
    from funnelsim.studies.today.forecast import TodayResult
    from funnelsim.studies.today.snapshot import Snapshot

app = typer.Typer(rich_markup_mode=None)

Pipeline = Annotated[
    Path, typer.Option("--pipeline", metavar="SNAPSHOT", help="CSV file of the deals that are open now.")
]


Shape = Literal["page", "all", "json"]  # what is printed: all deals by name, or the first ones
CustomersFile = Annotated[
    Path | None,
    typer.Option("--customers", metavar="FILE", help="CSV file of the customers that there are now."),
]


def read_records(pipeline: Path, customers: Path | None) -> Snapshot:
    """Read a firm's records: its pipeline, and its customers if there is a file of them."""
    from funnelsim.studies.today.snapshot import read_snapshot

    snapshot = read_snapshot(pipeline, customers)
    if snapshot.customers is not None and snapshot.customers.others:
        left = f"{snapshot.customers.others:,} rows are left out"
        terminal.say(f"{customers}: {left}: signed after {snapshot.at}, or ended by then")
    return snapshot


def run_pipeline(
    read: Scenario,
    snapshot: Snapshot,
    strategy: str,
    settings: dict[str, Any],
    given: Inputs,
    keep: Path | None,
    shape: Shape,
) -> None:
    """Forecast the quarter from the deals that are open, and print and keep that."""
    result = _forecast(read, snapshot, strategy, settings)
    if shape == "json":
        from funnelsim.reports import document
        from funnelsim.reports.forecast_document import forecast_document

        terminal.write_json(document.as_json(forecast_document(result)))
    else:
        from funnelsim.reports.forecast_page import forecast_page

        folder = "FOLDER" if keep is None else str(keep)
        command = terminal.command("since", folder, None, "--pipeline", "snapshot_next_week.csv")
        every_deal = shape == "all"
        terminal.show(forecast_page(result, command, terminal.width(), every_deal=every_deal))
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
    customers: CustomersFile = None,
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

        kept = read_forecasts(folder)
        snapshot = read_records(pipeline, customers)
        due = _scored(kept, snapshot)
        running = [each for each in kept if each.told.at < snapshot.at < each.told.until]
        news = _news(running[-1], snapshot, scenario, jobs) if running else None
        if as_json:
            from funnelsim.reports import document

            found: dict[str, Any] = {
                "scores": [{"at": told.at.isoformat()} | each._asdict() for told, each in due]
            }
            if news is not None:
                before, after, parts = news
                found["bridge"] = {"before": before.expected, **parts._asdict(), "after": after.expected}
            terminal.write_json(document.as_json(found))
            return
        from rich.console import Group

        from funnelsim.reports.forecast_page import bridge_table, score_lines

        currency = kept[-1].currency
        bridge = [] if news is None else [bridge_table(*news, currency)]
        terminal.show(Group(*bridge, *score_lines(due, currency)))


def _scored(kept: list[Kept], snapshot: Snapshot) -> list[tuple[Told, Scores]]:
    """Score the forecasts that are due; say which cannot be scored, and fail if there is nothing to say."""
    from funnelsim.studies.today.bridge import has_the_quarter, scores

    due = [each.told for each in kept if each.told.until <= snapshot.at]
    lacking = [told for told in due if not has_the_quarter(told, snapshot)]
    for told in lacking:
        terminal.say(
            f"The forecast of {told.at:%Y-%m-%d} is due, and the snapshot has no deal closed from then to "
            f"{told.until:%Y-%m-%d}: funnelsim snapshot --since {told.since:%Y-%m-%d} writes one that has."
        )
    if len(lacking) == len(due) and not any(each.told.at < snapshot.at < each.told.until for each in kept):
        terminal.fail(
            f"no forecast can be compared with the snapshot of {snapshot.at:%Y-%m-%d}; "
            "expected one of a later day"
        )
    return [(told, scores(told, snapshot)) for told in due if has_the_quarter(told, snapshot)]


def _news(last: Kept, snapshot: Snapshot, scenario: str | None, jobs: int) -> tuple[Told, Told, Bridge]:
    """Forecast again, with the last scenario and with another one if that is asked for."""
    from funnelsim.studies.today.bridge import bridge, told_by

    settings = {"replications": last.replications, "seed": last.seed, "jobs": jobs}
    after = told_by(_forecast(last.scenario(), snapshot, last.strategy, settings))
    renewed = None
    if scenario is not None:
        renewed = told_by(_forecast(terminal.read(scenario, None), snapshot, last.strategy, settings))
    return last.told, renewed or after, bridge(last.told, after, snapshot, renewed)
