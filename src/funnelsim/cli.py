"""The command line: parse, call, print.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from funnelsim.reports import ComparisonResult, SimulationResult
    from funnelsim.scenario import Scenario

MOST_ASKED = 0.85  # of a team's hours: beyond, one more person is what to try next
STOPPED = 130  # exit status after Ctrl-C, as shells have it
WRONG = 2  # exit status where the input is wrong

app = typer.Typer(
    name="funnelsim",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
scenarios_app = typer.Typer(rich_markup_mode=None)
app.add_typer(scenarios_app, name="scenarios", short_help="List, show or copy the scenarios of the package.")

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A preset or the path of a TOML file.")]
Replications = Annotated[int, typer.Option(help="Simulated years of each strategy.")]
Seed = Annotated[int, typer.Option(help="Of all random draws: the same seed gives the same years.")]
Jobs = Annotated[int, typer.Option(help="Years that run at the same time; 0 takes every processor.")]
Engine = Annotated[str, typer.Option(help="compiled, or reference: slower, to the same bits.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a value; also *= and +=. May be repeated."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print all figures as one JSON document.")]


def main() -> None:
    """Run the command line."""
    app()


@app.callback()
def about() -> None:
    """Simulate a sales organisation: which strategy to choose, what it will bring, and how sure we are.

    Begin with: funnelsim compare professional_services
    """


@app.command(short_help="Simulate all strategies and say which to choose.")
def compare(
    scenario: ScenarioName,
    replications: Replications = 400,
    seed: Seed = 1,
    jobs: Jobs = 0,
    engine: Engine = "compiled",
    changes: Changes = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every figure.")] = False,
    as_json: AsJson = False,
) -> None:
    """Simulate every strategy of a scenario in the same worlds, and say which to choose.

    Example: funnelsim compare first_steps --replications 200 --set teams.sales.people=3
    """
    with _in_sentences():
        read = _read(scenario, changes)
        settings = _settings(replications, seed, jobs, engine)
        result = _compared(read, settings)
        if as_json:
            from funnelsim.reports import document

            _write(document.as_json(document.comparison_document(result)))
        else:
            from funnelsim.reports.comparison_page import comparison_page

            target = result.best or [*result.comparison.others, result.base][0]
            command = _command("run", scenario, changes, "--strategy", target)
            _print(comparison_page(result, command, everything, _width()))
        _end(result)


@app.command(short_help="Simulate one strategy in depth.")
def run(
    scenario: ScenarioName,
    strategy: Annotated[str, typer.Option(help="Which strategy of the scenario.")] = "today",
    replications: Replications = 400,
    seed: Seed = 1,
    jobs: Jobs = 0,
    engine: Engine = "compiled",
    changes: Changes = None,
    digest: Annotated[bool, typer.Option("--digest", help="Print only the SHA-256 of the ledgers.")] = False,
    as_json: AsJson = False,
) -> None:
    """Simulate one strategy in depth: by month, channel, stage and rep.

    Example: funnelsim run first_steps --strategy one_more_rep --seed 7
    """
    with _in_sentences():
        if digest and as_json:
            _fail("--digest prints one line and --json one document: ask for one of them")
        read = _read(scenario, changes)
        settings = _settings(replications, seed, jobs, engine)
        result = _simulated(read, strategy, settings | {"digest": digest})
        if as_json:
            from funnelsim.reports import document

            _write(document.as_json(document.simulation_document(result)))
        elif result.digest is None:
            from funnelsim.reports.simulation_page import simulation_page

            _print(simulation_page(result, _after_run(result, scenario, changes), _width()))
        elif not result.stopped:
            _write(result.digest)
        _end(result)


@app.command(short_help="Say what is wrong with a file, or what was understood.")
def validate(
    scenario: Annotated[str, typer.Argument(metavar="FILE", help="A TOML file or the name of a preset.")],
) -> None:
    """List all that is wrong with a scenario file, or say what was understood.

    Example: funnelsim validate mine.toml
    """
    with _in_sentences():
        from funnelsim.reports.scenario_page import outlook_page

        _print(outlook_page(_read(scenario, None), _command("compare", scenario, None), _width()))


@scenarios_app.callback(invoke_without_command=True)
def scenarios(context: typer.Context) -> None:
    """List the scenarios that come with funnelsim; show one, or copy one to make it yours.

    Example: funnelsim scenarios copy first_steps mine.toml
    """
    if context.invoked_subcommand is None:
        with _in_sentences():
            from funnelsim.reports.scenario_page import presets_page

            _print(presets_page())


@scenarios_app.command(short_help="Show where every value comes from.")
def show(name: Annotated[str, typer.Argument(help="The name of a preset, or a TOML file.")]) -> None:
    """Show every value of a scenario, and where it comes from: source, measured or assumed.

    Example: funnelsim scenarios show professional_services
    """
    with _in_sentences():
        from funnelsim.reports.scenario_page import origins_page

        _print(origins_page(_read(name, None), _width()))


@scenarios_app.command(short_help="Copy one into a file to edit.")
def copy(
    name: Annotated[str, typer.Argument(help="The name of a preset.")],
    file: Annotated[Path | None, typer.Argument(help="Where to; NAME.toml by default.")] = None,
) -> None:
    """Copy a scenario into a file to edit. A file that exists is left alone.

    Example: funnelsim scenarios copy first_steps mine.toml
    """
    with _in_sentences():
        from funnelsim.scenario import preset_text

        text = preset_text(name)
        target = Path(f"{name}.toml") if file is None else file
        with _writing(target), target.open("x", encoding="utf-8") as opened:
            opened.write(text)
        _write(f"{target} is a copy of {name}. Next, try: {_command('validate', str(target), None)}")


@app.command(short_help="Print the JSON Schema of scenario files.")
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check while typing.

    Example: funnelsim schema > scenario.schema.json
    """
    with _in_sentences():
        import json

        from funnelsim.scenario import json_schema

        _write(json.dumps(json_schema(), indent=2, default=str))


@app.command(short_help="Write the main job's table and pictures into a folder.")
def demo(
    scenario: ScenarioName = "professional_services",
    out: Annotated[Path, typer.Option(help="Folder for the table and the pictures.")] = Path("demo"),
    replications: Replications = 400,
    seed: Seed = 1,
    jobs: Jobs = 0,
) -> None:
    """Compare the strategies of a scenario, and write the table and four pictures into a folder.

    Example: funnelsim demo --out demo
    """
    with _in_sentences():
        read = _read(scenario, None)
        with _writing(out):
            out.mkdir(parents=True, exist_ok=True)
        result = _compared(read, _settings(replications, seed, jobs, "compiled"))
        from funnelsim.reports.comparison_page import comparison_page

        page = comparison_page(result, _command("compare", scenario, None, "--all"), width=_width())
        _print(page)
        with _writing(out):
            written = _demo_files(result, page, out)
        _write("\nWritten: " + ", ".join(map(str, written)))
        _end(result)


def _demo_files(result: ComparisonResult, page: RenderableType, out: Path) -> list[Path]:
    """Write the table as text and the pictures as PNG."""
    from rich.console import Console

    from funnelsim.reports.figures import write_pictures

    table = out / "comparison.txt"
    with table.open("w", encoding="utf-8") as opened:
        Console(file=opened, width=_width()).print(page)
    return [table, *write_pictures(result, out)]


# ---- reading --------------------------------------------------------------------------------


def _read(scenario: str, changes: Sequence[str] | None) -> Scenario:
    """Load a scenario and make the changes of `--set`."""
    from funnelsim.scenario import load, parse_assignment

    found: dict[str, Any] = {}
    for text in changes or ():
        key, value = parse_assignment(text)
        if key in found:
            _fail(f"--set {key} is given twice")
        found[key] = value
    loaded = load(scenario)
    return loaded.with_changes(found) if found else loaded


def _settings(replications: int, seed: int, jobs: int, engine: str) -> dict[str, Any]:
    """Check the numbers before anything is simulated."""
    settings = {"replications": replications, "seed": seed, "engine": engine, "jobs": jobs}
    _announce_compiling()
    from funnelsim.replication import Plan

    try:
        Plan(**settings)  # type: ignore[arg-type]
    except ValueError as error:
        _fail(f"--{error}")
    return settings


def _announce_compiling() -> None:
    """Say why the first run takes longer."""
    from numba import config

    from funnelsim.compilation import cache_folder

    if not config.DISABLE_JIT and not any(cache_folder().rglob("*.nbi")):  # type: ignore[attr-defined]
        _say("Compiling the engine, once on this machine: this takes about half a minute ...")


# ---- running --------------------------------------------------------------------------------


def _compared(scenario: Scenario, settings: dict[str, Any]) -> ComparisonResult:
    from funnelsim import study
    from funnelsim.scenario import strategy_names

    simulations = settings["replications"] * len(strategy_names(scenario))
    with _endings(), _progress(simulations) as progress:
        return study.compare(scenario, **settings, progress=progress)


def _simulated(scenario: Scenario, strategy: str, settings: dict[str, Any]) -> SimulationResult:
    from funnelsim import study

    with _endings(), _progress(settings["replications"]) as progress:
        return study.simulate(scenario, strategy=strategy, **settings, progress=progress)


@contextmanager
def _endings() -> Iterator[None]:
    """Say in a sentence that leads go round for ever."""
    from funnelsim.study import EndlessLoopError

    try:
        yield
    except EndlessLoopError as error:
        _fail(str(error))


@contextmanager
def _progress(simulations: int) -> Iterator[Callable[[int], None]]:
    """Show how far it is on the terminal's error stream, and nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("Simulating"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("years"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task("", total=simulations)
        yield lambda finished: shown.advance(task, finished)


def _after_run(result: SimulationResult, scenario: str, changes: Sequence[str] | None) -> str:
    """Choose what to try next: one more person where a team has hardly an hour left, else comparing."""
    loads = {
        each.team: each.asked / each.available for each in result.forecast.team_hours() if each.available
    }
    busiest = max(loads, key=loads.__getitem__, default="")
    if (
        busiest
        and loads[busiest] > MOST_ASKED
        and not any(f"teams.{busiest}." in text for text in changes or ())
    ):
        more = [*(changes or ()), f"teams.{busiest}.people+=1"]
        return _command("run", scenario, more, "--strategy", result.strategy)
    return _command("compare", scenario, changes)


def _command(verb: str, scenario: str, changes: Sequence[str] | None, *rest: str) -> str:
    """Write a command as it would be typed."""
    sets = [word for change in changes or () for word in ("--set", change)]
    return shlex.join(["funnelsim", verb, scenario, *rest, *sets])


# ---- printing -------------------------------------------------------------------------------


def _width() -> int:
    """Take the terminal's width, 100 at most and where there is none."""
    from funnelsim.reports.grid import WIDTH

    return min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)


def _console() -> Console:
    from rich.console import Console

    return Console(width=_width(), highlight=False)


def _print(page: RenderableType) -> None:
    _console().print(page)


def _write(text: str) -> None:
    """Print a text as it is, for people and for programs."""
    print(text, flush=True)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _fail(sentence: str) -> NoReturn:
    _say(sentence)
    raise typer.Exit(WRONG)


def _end(result: ComparisonResult | SimulationResult) -> None:
    """Say that it was stopped, if it was."""
    if result.stopped:
        _say(f"stopped after {result.years:,} of {result.plan.replications:,} simulated years")
        raise typer.Exit(STOPPED)


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Say in a sentence why a file cannot be written."""
    try:
        yield
    except FileExistsError:
        _fail(f"{target} exists already: it is left as it is")
    except OSError as error:
        _fail(f"{target} cannot be written: {error.strerror}")


@contextmanager
def _in_sentences() -> Iterator[None]:
    """Say what is wrong in sentences on the error stream, and never show a traceback for it."""
    try:
        yield
    except KeyboardInterrupt:
        _say("stopped before every strategy had finished a simulated year")
        raise typer.Exit(STOPPED) from None
    except BrokenPipeError:  # whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except ValueError as error:
        from funnelsim.scenario import ScenarioError

        if not isinstance(error, ScenarioError):
            raise
        _fail(str(error))
