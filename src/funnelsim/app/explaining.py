"""The commands that say why: what to measure next, and what the choice hangs on.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415, PLR0913, PLR0917

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from funnelsim.app import progress, terminal
from funnelsim.app.terminal import (
    AsJson,
    Assumption,
    Changes,
    DecimalComma,
    Jobs,
    Out,
    Replications,
    ScenarioName,
    Seed,
)

if TYPE_CHECKING:
    from funnelsim.scenario import Scenario

SHOWN = ("tornado", "tipping", "bottleneck", "marginal", "bridge")
_BELONGS = {  # an option that not all of them take, and to which it belongs
    "--strategy": ("tornado", "bottleneck", "marginal"),
    "--strategies": ("tipping",),
    "--of": ("tipping",),
    "--low": ("tipping",),
    "--high": ("tipping",),
    "--next": ("marginal",),
    "--from": ("bridge",),
    "--to": ("bridge",),
}


class Explaining(NamedTuple):
    """What explains: a function with its options, and how many strategies it simulates."""

    ask: Callable[..., Any]
    strategies: int
    options: dict[str, Any]


@dataclass(frozen=True)
class Given:
    """The scenario that is asked about, and the options that are given."""

    read: Scenario
    given: Mapping[str, Any]

    def option(self, name: str, otherwise: str | None = None) -> str | None:
        """Return the text of an option, if it was given."""
        found: str | None = self.given.get(name, otherwise)
        return found


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
    out: Out = None,
    decimal_comma: DecimalComma = False,
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
        under = terminal.under(assumption)
        with terminal.filled(out) as folder:
            given = terminal.given(folder, scenario, read, changes, assumption, decimal_comma)
            with terminal.endings(), progress.simulated(years) as advance:
                result = study(read, strategies=chosen, **settings, progress=advance)
            if folder is not None and not result.result.stopped:
                from funnelsim.keeping.questions import Asked

                words = [*terminal.option("--strategies", strategies), *under]
                words += ["--worlds", str(worlds), "--seed", str(seed)]
                options = {"strategies": chosen, "worlds": worlds, "seed": seed}
                command = terminal.command("measure-next", scenario, changes, *words)
                terminal.keep(folder, result, given, Asked("measure-next", options, command))
        if as_json:
            from funnelsim.reports import document

            terminal.write_document(document.measure_next_document, result)
        else:
            from funnelsim.reports.measure_next_page import measure_next_page

            next_command = terminal.command("explain", scenario, changes, "--show", "tornado")
            terminal.show(measure_next_page(result, next_command, terminal.width()))
        terminal.end(result.result, lost=out is not None)


@app.command(short_help="Say what profit and the choice hang on, and where the next money goes.")
def explain(
    scenario: ScenarioName,
    show: Annotated[str, typer.Option(metavar="|".join(SHOWN), help="What to show.")],
    strategy: Annotated[
        str | None,
        typer.Option(help="tornado, bottleneck, marginal: whose profit. The best as typed, or today."),
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
    next_money: Annotated[
        float | None, typer.Option("--next", help="marginal: the money to place. 10,000 by default.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="NAME", help="bridge: where it begins. Default: today.")
    ] = None,
    goal: Annotated[
        str | None, typer.Option("--to", metavar="NAME", help="bridge: where it ends. The best by default.")
    ] = None,
    assumption: Assumption = None,
    replications: Replications = 400,
    seed: Seed = 1,
    jobs: Jobs = 0,
    changes: Changes = None,
    as_json: AsJson = False,
    out: Out = None,
    decimal_comma: DecimalComma = False,
) -> None:
    """Say what profit and the choice hang on, and where the next money goes.

    tornado: each uncertain number at its P10 and P90, each assumption on, all else as typed. tipping: the
    values at which another strategy is the best. bottleneck: which team limits profit, and by how much.
    marginal: what one more rep, hour, thousand a month and per cent of price bring. bridge: from the profit
    of one strategy to that of another, part by part.

    Example: funnelsim explain first_steps --show marginal
    """
    options = {"--strategy": strategy, "--strategies": strategies, "--of": of, "--low": low, "--high": high}
    options |= {"--next": next_money, "--from": start, "--to": goal}
    with terminal.in_sentences("stopped before all was simulated that this takes"):
        given = {name: value for name, value in options.items() if value is not None}
        _must_belong(show, given)
        read = terminal.read(scenario, changes, assumption)
        settings = terminal.settings(replications, seed, jobs, "compiled")
        under = terminal.under(assumption)
        with terminal.filled(out) as folder:
            inputs = terminal.given(folder, scenario, read, changes, assumption, decimal_comma)
            explaining = _EXPLAIN[show](Given(read, given))
            with terminal.endings(), progress.simulated(replications * explaining.strategies) as advance:
                result = explaining.ask(read, **explaining.options, **settings, progress=advance)
            _must_be_whole(result)
            if folder is not None:
                from funnelsim.keeping.questions import Asked

                words = [word for name, value in given.items() for word in (name, str(value))]
                words += [*under, "--replications", str(replications), "--seed", str(seed)]
                command = terminal.command("explain", scenario, changes, "--show", show, *words)
                del settings["jobs"]
                asked = Asked(show, _as_json(explaining.options) | settings, command)
                terminal.keep(folder, result, inputs, asked)
        if as_json:
            from funnelsim.reports import document

            terminal.write_json(document.as_json(document.explain_document(show, result)))
            return
        from funnelsim.reports import explain_pages

        next_command = terminal.command("explain", scenario, changes, "--show", _then(show, read), *under)
        page = getattr(explain_pages, f"{show}_page")
        terminal.show(page(result, next_command, terminal.width()))


def _then(show: str, read: Scenario) -> str:
    """Choose what to show next: the one that follows, of those that this scenario has something for."""
    from funnelsim.planning.held import numbers
    from funnelsim.scenario import strategy_names

    has = {
        "tornado": bool(numbers(read) or read.assumptions),
        "tipping": bool(numbers(read)),
        "bottleneck": bool(read.teams),
        "bridge": len(strategy_names(read)) > 1,
    }
    place = SHOWN.index(show) + 1
    return next(each for each in (*SHOWN[place:], *SHOWN[:place]) if has.get(each, True))


def _as_json(options: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in options.items()}


def _must_belong(show: str, given: Mapping[str, object]) -> None:
    """Refuse what cannot be shown, and options of what is not shown."""
    if show not in SHOWN:
        terminal.fail(f"--show is {show}; expected {', '.join(SHOWN[:-1])} or {SHOWN[-1]}")
    for name in given:
        if show not in _BELONGS[name]:
            from funnelsim.metrics.wording import listed

            terminal.fail(f"{name} belongs to --show {listed([*_BELONGS[name]], 'or')}")


def _range(low: float | None, high: float | None) -> tuple[float, float] | None:
    """Read the ends of a range."""
    if low is None and high is None:
        return None
    if low is None or high is None:
        terminal.fail("--low and --high are the ends of one range: give both")
    return low, high


def _tornado(asked: Given) -> Explaining:
    from funnelsim.planning import tornado

    strategy = asked.option("--strategy")
    return Explaining(tornado.tornado, tornado.simulations(asked.read, strategy), {"strategy": strategy})


def _tipping(asked: Given) -> Explaining:
    from funnelsim.planning import tipping

    of, strategies = asked.option("--of"), terminal.names_of(asked.option("--strategies"))
    within = _range(asked.given.get("--low"), asked.given.get("--high"))
    options = {"of": of, "within": within, "strategies": strategies}
    return Explaining(tipping.tipping, tipping.simulations(asked.read, of, strategies), options)


def _bottleneck(asked: Given) -> Explaining:
    from funnelsim.planning import bottleneck

    options = {"strategy": asked.option("--strategy", "today")}
    return Explaining(bottleneck.bottleneck, bottleneck.simulations(asked.read), options)


def _marginal(asked: Given) -> Explaining:
    from funnelsim.planning import marginal

    strategy = asked.given.get("--strategy", "today")
    options = {"strategy": strategy, "next_money": asked.given.get("--next", marginal.NEXT)}
    return Explaining(marginal.marginal, marginal.simulations(asked.read, strategy), options)


def _bridge(asked: Given) -> Explaining:
    from funnelsim.planning import bridge

    start, goal = asked.given.get("--from", "today"), asked.option("--to")
    options = {"start": start, "goal": goal}
    return Explaining(bridge.bridge, bridge.simulations(asked.read, start, goal), options)


def _must_be_whole(result: Any) -> None:
    """Refuse what was stopped before all years were finished."""
    of = getattr(result, "result", None)
    if of is not None and of.stopped:
        raise KeyboardInterrupt


_EXPLAIN: dict[str, Callable[[Given], Explaining]] = {
    "tornado": _tornado,
    "tipping": _tipping,
    "bottleneck": _bottleneck,
    "marginal": _marginal,
    "bridge": _bridge,
}
