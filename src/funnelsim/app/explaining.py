"""The commands that say why: what to measure next, and what the choice hangs on.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415, PLR0913, PLR0917

from __future__ import annotations

from typing import Annotated

import typer

from funnelsim.app import progress, terminal
from funnelsim.app.terminal import AsJson, Assumption, Changes, Jobs, ScenarioName, Seed

app = typer.Typer(rich_markup_mode=None)

Strategies = Annotated[
    str | None,
    typer.Option(metavar="NAME,NAME", help="Which ones, the base first: today,a,a+b. All by default."),
]


@app.command(short_help="Say what it is worth to know each uncertain number.")
def measure_next(
    scenario: ScenarioName,
    strategies: Strategies = None,
    assumption: Assumption = None,
    worlds: Annotated[int, typer.Option(help="Simulated years of each strategy, 1,000 or more.")] = 2_000,
    seed: Seed = 1,
    jobs: Jobs = 0,
    changes: Changes = None,
    as_json: AsJson = False,
) -> None:
    """Say what it is worth to know each uncertain number before a strategy is chosen.

    Example: funnelsim measure-next marketplace_sellers --worlds 1000
    """
    with terminal.in_sentences():
        from funnelsim.decisions.information import check_worlds
        from funnelsim.planning.measure_next import measure_next as study
        from funnelsim.scenario import strategy_names

        check_worlds(worlds)
        read = terminal.read(scenario, changes, assumption)
        settings = terminal.settings(worlds, seed, jobs, "compiled")
        settings.pop("engine")
        settings["worlds"] = settings.pop("replications")
        chosen = terminal.names_of(strategies)
        years = worlds * len(chosen or strategy_names(read))
        with terminal.endings(), progress.simulated(years) as advance:
            result = study(read, strategies=chosen, **settings, progress=advance)
        if as_json:
            from funnelsim.reports import document

            terminal.write_json(document.as_json(document.measure_next_document(result)))
        else:
            from funnelsim.reports.measure_next_page import measure_next_page

            next_command = terminal.command("explain", scenario, changes, "--show", "tornado")
            terminal.show(measure_next_page(result, next_command, terminal.width()))
        terminal.end(result.result)
