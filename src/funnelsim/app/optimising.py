"""The commands that look for values of levers: the best ones together, and the least that reaches a goal.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415, PLR0913, PLR0917

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from funnelsim.app import progress, terminal
from funnelsim.app.terminal import AsJson, Assumption, Changes, Jobs, Replications, ScenarioName, Seed

NOT_FOUND = 1  # exit status

app = typer.Typer(rich_markup_mode=None)


@app.command(short_help="Find the best values of several levers together, within constraints.")
def optimise(
    file: Annotated[Path, typer.Argument(metavar="SEARCH", help="A TOML file with levers and constraints.")],
    jobs: Jobs = 0,
    as_json: AsJson = False,
) -> None:
    """Find the values of levers with the highest mean profit within constraints, or stay with today.

    Example: funnelsim optimise budget.toml
    """
    with terminal.in_sentences("stopped before the search was over"):
        from funnelsim.planning.search import read_search

        search = read_search(file)
        terminal.settings(search.study.replications, search.study.seed, jobs, "compiled")
        from funnelsim.planning.optimise import most_years, optimised

        with terminal.endings(), progress.searched(most_years(search)) as advance:
            result = optimised(search, jobs, advance)
        if as_json:
            from funnelsim.reports import document

            terminal.write_json(document.as_json(document.optimise_document(result)))
        else:
            from funnelsim.reports.optimise_pages import optimise_page

            terminal.show(optimise_page(result, terminal.width()))
        if result.finalist is None:
            raise typer.Exit(NOT_FOUND)


@app.command(short_help="Find the least of a lever that reaches a goal.")
def goal_seek(
    scenario: ScenarioName,
    goal: Annotated[str, typer.Option(metavar="NAME", help="One of the scenario's goals.")],
    lever: Annotated[
        str, typer.Option(metavar="PATH", help='What is moved; with " *=" at its end a factor.')
    ],
    low: Annotated[str, typer.Option(help="The low end of the range. Whole ends: whole numbers are tried.")],
    high: Annotated[str, typer.Option(help="Its high end.")],
    chance: Annotated[
        float, typer.Option(help="The share of simulated years that must reach the goal.")
    ] = 0.8,
    always: Annotated[
        bool, typer.Option("--always", help="As if the lever had always stood so, warm-up included.")
    ] = False,
    assumption: Assumption = None,
    replications: Replications = 400,
    seed: Seed = 1,
    jobs: Jobs = 0,
    changes: Changes = None,
) -> None:
    """Find the least value of a lever at which a goal is reached in 80 % of simulated years.

    Example: funnelsim goal-seek first_steps --goal contracts --lever teams.sales.people --low 1 --high 6
    """
    with terminal.in_sentences("stopped before the value was found"):
        read = terminal.read(scenario, changes, assumption)
        settings = terminal.settings(replications, seed, jobs, "compiled")
        settings.pop("engine")
        within = {"low": _number("--low", low), "high": _number("--high", high)}
        from funnelsim.planning.goal_seek import goal_seek as study
        from funnelsim.planning.goal_seek import most_years

        with terminal.endings(), progress.searched(most_years(replications, **within)) as advance:
            result = study(
                read, goal, {lever: within}, chance=chance, always=always, **settings, progress=advance
            )
        from funnelsim.reports.optimise_pages import goal_seek_page

        found = [] if result.found is None else [f"{lever}={result.found.value:g}"]
        command = terminal.command("run", scenario, [*(changes or ()), *found]) if found else ""
        terminal.show(goal_seek_page(result, command, terminal.width()))
        if result.found is None:
            raise typer.Exit(NOT_FOUND)


def _number(option: str, text: str) -> Any:
    """Read a number; a whole one stays whole."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        terminal.fail(f"{option} is {text}; expected a number such as 3 or 0.5")
