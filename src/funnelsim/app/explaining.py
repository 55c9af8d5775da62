"""The commands that say why: what to measure next, and what the choice hangs on.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415, PLR0913, PLR0917

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funnelsim.app import progress, terminal
from funnelsim.app.terminal import AsJson, Assumption, Changes, Jobs, Replications, ScenarioName, Seed

if TYPE_CHECKING:
    from rich.console import RenderableType

    from funnelsim.scenario import Scenario

SHOWN = ("tornado", "tipping", "bottleneck")
Page = Callable[[str, int], "RenderableType"]  # from the next command and the width

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


@app.command(short_help="Say what profit and the choice hang on: tornado, tipping or bottleneck.")
def explain(
    scenario: ScenarioName,
    show: Annotated[str, typer.Option(metavar="|".join(SHOWN), help="What to show.")],
    strategy: Annotated[
        str | None, typer.Option(help="tornado, bottleneck: whose profit. The best as typed, or today.")
    ] = None,
    strategies: Annotated[
        str | None, typer.Option(metavar="NAME,NAME", help="tipping: which to choose from. All by default.")
    ] = None,
    of: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="tipping: what is moved. All uncertain numbers by default."),
    ] = None,
    low: Annotated[
        float | None, typer.Option(help="tipping: the low end of the range. P5 by default.")
    ] = None,
    high: Annotated[float | None, typer.Option(help="tipping: its high end. P95 by default.")] = None,
    replications: Replications = 400,
    seed: Seed = 1,
    jobs: Jobs = 0,
    changes: Changes = None,
) -> None:
    """Say what profit and the choice hang on.

    tornado: each uncertain number at its P10 and P90, each assumption on, all else as typed. tipping: the
    values at which another strategy is the best. bottleneck: which team limits profit, and by how much.

    Example: funnelsim explain first_steps --show bottleneck
    """
    with terminal.in_sentences("stopped before all was simulated that this takes"):
        if show not in SHOWN:
            terminal.fail(f"--show is {show}; expected {', '.join(SHOWN[:-1])} or {SHOWN[-1]}")
        moved = {"--strategies": strategies, "--of": of, "--low": low, "--high": high}
        given = [name for name, value in moved.items() if value is not None]
        if show != "tipping" and given:
            terminal.fail(f"{given[0]} belongs to --show tipping")
        if show == "tipping" and strategy is not None:
            terminal.fail("--strategy belongs to --show tornado or bottleneck; --strategies to tipping")
        read = terminal.read(scenario, changes)
        settings = terminal.settings(replications, seed, jobs, "compiled")
        if show == "tornado":
            page = _tornado(read, strategy, settings)
        elif show == "tipping":
            page = _tipping(read, of, _range(low, high), terminal.names_of(strategies), settings)
        else:
            page = _bottleneck(read, strategy or "today", settings)
        then = SHOWN[(SHOWN.index(show) + 1) % len(SHOWN)]
        next_command = terminal.command("explain", scenario, changes, "--show", then)
        terminal.show(page(next_command, terminal.width()))


def _range(low: float | None, high: float | None) -> tuple[float, float] | None:
    """Read the ends of a range."""
    if low is None and high is None:
        return None
    if low is None or high is None:
        terminal.fail("--low and --high are the ends of one range: give both")
    return low, high


def _tornado(read: Scenario, strategy: str | None, settings: dict[str, Any]) -> Page:
    from functools import partial

    from funnelsim.planning import tornado
    from funnelsim.reports.explain_pages import tornado_page

    count = tornado.simulations(read, strategy)
    with terminal.endings(), progress.simulated(settings["replications"] * count) as advance:
        result = tornado.tornado(read, strategy=strategy, **settings, progress=advance)
    return partial(tornado_page, result)


def _tipping(
    read: Scenario,
    of: str | None,
    within: tuple[float, float] | None,
    strategies: Sequence[str] | None,
    settings: dict[str, Any],
) -> Page:
    from functools import partial

    from funnelsim.planning import tipping
    from funnelsim.reports.explain_pages import tipping_page

    count = tipping.most_simulations(read, of, strategies)
    with terminal.endings(), progress.simulated(settings["replications"] * count) as advance:
        result = tipping.tipping(
            read, of=of, within=within, strategies=strategies, **settings, progress=advance
        )
    return partial(tipping_page, result)


def _bottleneck(read: Scenario, strategy: str, settings: dict[str, Any]) -> Page:
    from functools import partial

    from funnelsim.planning import bottleneck
    from funnelsim.reports.explain_pages import bottleneck_page

    count = bottleneck.simulations(read)
    with terminal.endings(), progress.simulated(settings["replications"] * count) as advance:
        result = bottleneck.bottleneck(read, strategy=strategy, **settings, progress=advance)
    if result.result.stopped:
        raise KeyboardInterrupt
    return partial(bottleneck_page, result)
