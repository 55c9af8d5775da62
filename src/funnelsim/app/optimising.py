"""The commands that look for values of levers: the best ones together, and the least that reaches a goal.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415, PLR0913, PLR0917

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from funnelsim.app import progress, terminal
from funnelsim.app.terminal import AsJson, Assumption, Changes, Jobs, Out, Replications, ScenarioName, Seed

if TYPE_CHECKING:
    from funnelsim.io.writing import NewFolder
    from funnelsim.keeping.manifest import Inputs
    from funnelsim.keeping.questions import Asked
    from funnelsim.planning.search import Search

NOT_FOUND = 1  # exit status

app = typer.Typer(rich_markup_mode=None)


@app.command(short_help="Find the best values of several levers together, within constraints.")
def optimise(
    what: Annotated[
        str,
        typer.Argument(
            metavar="SEARCH|SCENARIO", help="A TOML file with levers and constraints; or a scenario alone."
        ),
    ],
    margin: Annotated[
        float | None,
        typer.Option(
            help="Of a scenario: the least difference in profit that matters. A hundredth of costs."
        ),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(help="Of a scenario: what its people and media may cost a month. As today by default."),
    ] = None,
    trials: Annotated[
        int | None, typer.Option(help="Of a scenario: points that are tried; 20 for each lever by default.")
    ] = None,
    seed: Seed = 1,
    assumption: Assumption = None,
    changes: Changes = None,
    store: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Keep what is simulated here: a search goes on where it was."),
    ] = None,
    jobs: Jobs = 0,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Find the values of levers with the highest mean profit within constraints, or stay with today.

    Of a scenario alone, its people and its media are tried, for what they cost today. After Ctrl-C, the best
    so far is told.

    Example: funnelsim optimise professional_services --budget 90000
    """
    with terminal.in_sentences("stopped before any point was tried"):
        options = {"margin": margin, "budget": budget, "trials": trials, "seed": seed}
        if _is_scenario(what):
            asked = _of_a_scenario(what, options, changes, assumption)
        else:
            asked = _of_a_file(what, options | {"set": changes, "assumption": assumption})
        terminal.settings(asked.search.study.replications, asked.search.study.seed, jobs, "compiled")
        from funnelsim.planning.optimise import most_years, optimised
        from funnelsim.studies.store import Store

        box = None if store is None else Store.open(store)
        with terminal.filled(out) as folder:
            given = asked.given(folder)
            with terminal.endings(), progress.searched(most_years(asked.search)) as advance:
                result = optimised(asked.search, jobs, advance, box)
            if not result.stopped:
                terminal.keep(folder, result, given, asked.asked)
        if as_json:
            from funnelsim.reports import document

            terminal.write_document(document.optimise_document, result)
        else:
            from funnelsim.reports.optimise_pages import optimise_page

            terminal.show(optimise_page(result, terminal.width()))
        for damaged in dict.fromkeys(box.damaged if box else ()):
            terminal.say(f"{damaged} was damaged: what it held has been simulated again")
        if result.stopped:
            lost = "" if out is None else "; nothing is kept in --out"
            lost += "" if store is None else f"; the next run with --store {store} goes on from there"
            terminal.say(f"stopped after {len(result.tried):,} of {asked.search.trials:,} trials{lost}")
            raise typer.Exit(terminal.STOPPED)
        if result.finalist is None:
            raise typer.Exit(NOT_FOUND)


class Searching(NamedTuple):
    """A search, what keeps its inputs, and what makes its answer again."""

    search: Search
    given: Callable[[NewFolder | None], Inputs | None]
    asked: Asked


def _is_scenario(what: str) -> bool:
    """Return whether it is a scenario, and not a file that names one."""
    from funnelsim.scenario.files import parse_toml, presets, read_text

    if what in presets() or not Path(what).is_file():
        return what in presets() or Path(what).suffix != ".toml"
    return not {"scenario", "levers"} & parse_toml(read_text(Path(what)), what).keys()


def _of_a_file(what: str, options: Mapping[str, Any]) -> Searching:
    """Read a search from a file, which says all that options would."""
    usual = {"seed": 1}
    given = [f"--{name}" for name, value in options.items() if value is not None and value != usual.get(name)]
    if given:
        terminal.fail(f"{given[0]} is for a scenario alone: {what} is a search, so write it there")
    from funnelsim.planning.search import read_search

    search = read_search(Path(what))
    asked = terminal.asked_by_a_file("optimise", Path(what), search.study.title)
    return Searching(search, lambda folder: terminal.given_by_a_file(folder, search.study.scenario), asked)


def _of_a_scenario(
    what: str, options: dict[str, Any], changes: Sequence[str] | None, assumption: str | None
) -> Searching:
    """Make a search over the levers that a scenario has itself."""
    read = terminal.read(what, changes, assumption)
    from funnelsim.keeping.questions import Asked
    from funnelsim.planning.firm_search import search_of_firm

    words = terminal.under(assumption)
    words += [
        word
        for name, value in options.items()
        if value is not None
        for word in (f"--{name}", f"{value:.15g}")
    ]
    asked = Asked("optimise firm", options, terminal.command("optimise", what, changes, *words))
    search = search_of_firm(read, **options)
    return Searching(search, lambda folder: terminal.given(folder, what, read, changes, assumption), asked)


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
