"""The command line: parse, call, print.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415, PLR0913, PLR0917 (an argument for every option)

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funnelsim.app import (
    assuming,
    backtesting,
    deciding,
    explaining,
    firm,
    inputs,
    kept,
    optimising,
    progress,
    reporting,
    selecting,
    studying,
    terminal,
    today,
    trying,
)
from funnelsim.app.terminal import (
    YEARS,
    AsJson,
    Assumption,
    Changes,
    DecimalComma,
    Engine,
    Everything,
    Jobs,
    On,
    Out,
    Replications,
    ScenarioName,
    Seed,
    Show,
    Since,
    Strategy,
    Try,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

    from funnelsim.io.progress import Progress
    from funnelsim.scenario import Scenario
    from funnelsim.scenario.tries import Tries
    from funnelsim.studies.checkpoint import Checkpoint
    from funnelsim.studies.results import ComparisonResult, SimulationResult

OBJECTS = 50_000  # made before garbage is collected: in a short run most come from imports, and stay

app = typer.Typer(
    name="funnelsim",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
scenarios_app = typer.Typer(rich_markup_mode=None)
app.add_typer(scenarios_app, name="scenarios", short_help="List, show or copy the scenarios of the package.")
app.add_typer(firm.app)
app.add_typer(inputs.app)
app.add_typer(backtesting.app)
app.add_typer(explaining.app)
app.add_typer(kept.app)
app.add_typer(optimising.app)
app.add_typer(reporting.app)
app.add_typer(selecting.app)
app.add_typer(studying.app)
app.add_typer(today.app)
app.add_typer(trying.app)


def main() -> None:
    """Run the command line."""
    gc.set_threshold(OBJECTS)
    terminal.open_streams()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a scheduler ends it as Ctrl-C does
    try:
        app()
    except OSError as error:
        if error.filename is not None:
            raise
        terminal.no_room(error)
        sys.exit(terminal.WRONG)
    finally:
        gc.freeze()  # the process ends, so no last garbage collection


@app.callback()
def about() -> None:
    """Simulate a sales organisation: which strategy to choose, what it will bring, and how sure we are.

    Begin with: funnelsim compare professional_services
    """


@app.command(short_help="Simulate all strategies and say which to choose.")
def compare(
    scenario: ScenarioName,
    strategies: Annotated[
        str | None,
        typer.Option(metavar="NAME,NAME", help="Which ones, the base first: today,a,a+b. All by default."),
    ] = None,
    assumption: Assumption = None,
    assumptions: Annotated[
        bool, typer.Option("--assumptions", help="Compare as typed and under every assumption.")
    ] = False,
    replications: Replications = YEARS,
    margin: deciding.Margin = None,
    at_most: deciding.AtMost = None,
    best: deciding.Best = True,
    seed: Seed = 1,
    jobs: Jobs = 0,
    engine: Engine = "compiled",
    changes: Changes = None,
    try_: Try = None,
    on: On = None,
    since: Since = None,
    show: Show = None,
    everything: Everything = False,
    as_json: AsJson = False,
    out: Out = None,
    decimal_comma: DecimalComma = False,
) -> None:
    """Simulate every strategy of a scenario in the same worlds, and say which to choose.

    Example: funnelsim compare first_steps --replications 200 --set teams.sales.people=3
    """
    with terminal.in_sentences():
        chosen = terminal.names_of(strategies)
        pages = terminal.questions(show, as_json)
        shape: deciding.Shape = "json" if as_json else "all" if everything else "page"
        question = deciding.question(margin, at_most, best)
        if question is not None:
            others = {"--show": bool(show), f"--engine {engine}": engine != "compiled"}
            others |= {"--replications": replications != YEARS}
            deciding.refuse(others)
            if since is not None and at_most is not None:
                terminal.fail("--from sets how many years there are at most: leave --at-most out")
        if assumptions:
            assuming.refuse(show, assumption, try_, since)
        kept = terminal.checkpoint(since, seed, replications)
        tries = terminal.tries(try_, on, kept)
        going_on = terminal.option("--from", since)
        typed = deciding.Typed(
            scenario,
            changes,
            terminal.option("--strategies", strategies),
            terminal.under(assumption, tries),
            going_on,
        )
        read = terminal.read(scenario, changes, assumption, tries, kept)
        if question is not None:
            settings = terminal.settings(question.at_most, seed, jobs, engine)
            settings = {"seed": seed, "jobs": settings["jobs"]} | _going_on(kept)
            wanted = deciding.Deciding(read, chosen, question, settings, assumptions, typed)
            with terminal.filled(out) as folder:
                given = terminal.given(folder, scenario, read, changes, assumption, decimal_comma, tries)
                wanted.decide(folder, given, shape)
            return
        settings = terminal.settings(replications, seed, jobs, engine) | _going_on(kept)
        if assumptions:
            with terminal.filled(out) as folder:
                given = terminal.given(folder, scenario, read, changes, decimal_comma=decimal_comma)
                assuming.Assuming(read, chosen, settings, typed).compare(folder, given, shape)
            return
        with terminal.filled(out) as folder:
            given = terminal.given(folder, scenario, read, changes, assumption, decimal_comma, tries)
            result = _compared(read, chosen, settings)
            terminal.keep(folder, result, given)
        if as_json:
            from funnelsim.reports import document

            terminal.write_document(document.comparison_document, result)
        else:
            from funnelsim.reports.comparison_page import comparison_page

            besides = [*terminal.under(assumption), *going_on, *terminal.options("--show", show)]
            command = _after_compare(result, scenario, changes, besides, tries)
            with progress.working("Working out") as told:
                page = comparison_page(result, command, everything, terminal.width(), pages, told)
            terminal.show(page)
        terminal.end(result)


def _going_on(kept: Checkpoint | None) -> dict[str, Any]:
    """Return the checkpoint as an argument of `simulate` and `compare`, if there is one."""
    return {} if kept is None else {"since": kept}


@app.command(short_help="Simulate one strategy in depth.")
def run(
    scenario: ScenarioName,
    strategy: Strategy = "today",
    assumption: Assumption = None,
    replications: Replications = 400,
    seed: Seed = 1,
    jobs: Jobs = 0,
    engine: Engine = "compiled",
    changes: Changes = None,
    try_: Try = None,
    on: On = None,
    since: Since = None,
    pipeline: Annotated[
        Path | None,
        typer.Option(
            metavar="SNAPSHOT", help="Begin with the open deals of this CSV file; to the quarter's end."
        ),
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Keep the forecast of --pipeline in this folder.")
    ] = None,
    customers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="With --pipeline: begin with the customers of this CSV file."),
    ] = None,
    show: Show = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show all there is; with --pipeline, every open deal by name.")
    ] = False,
    digest: Annotated[bool, typer.Option("--digest", help="Print only the SHA-256 of the ledgers.")] = False,
    as_json: AsJson = False,
    out: Out = None,
    decimal_comma: DecimalComma = False,
) -> None:
    """Simulate one strategy in depth: by month, channel, stage and rep.

    Example: funnelsim run first_steps --strategy one_more_rep --seed 7
    """
    with terminal.in_sentences():
        if digest and as_json:
            terminal.fail("--digest prints one line and --json one document: ask for one of them")
        pages = terminal.questions(show, as_json or digest)
        kept = terminal.checkpoint(since, seed, replications)
        tries = terminal.tries(try_, on, kept)
        read = terminal.read(scenario, changes, assumption, tries, kept)
        if pipeline is not None:
            if digest or out is not None or since is not None or tries or engine != "compiled" or show:
                terminal.fail(
                    "--pipeline goes with none of --digest, --out, --from, --try, --engine, --show; "
                    "--keep keeps it"
                )
            from funnelsim.keeping.manifest import inputs

            settings = terminal.settings(replications, seed, jobs, engine)
            settings.pop("engine")
            given_ = inputs(scenario, read, changes or (), assumption)
            records = today.read_records(pipeline, customers)
            shape: today.Shape = "json" if as_json else "all" if everything else "page"
            today.run_pipeline(read, records, strategy, settings, given_, keep, shape)
            return
        if keep is not None or customers is not None:
            terminal.fail("--keep and --customers belong to the forecast of --pipeline: give it, too")
        settings = terminal.settings(replications, seed, jobs, engine) | _going_on(kept)
        with terminal.filled(out) as folder:
            given = terminal.given(folder, scenario, read, changes, assumption, decimal_comma, tries)
            result = _simulated(read, strategy, settings | {"digest": digest})
            terminal.keep(folder, result, given)
        if as_json:
            from funnelsim.reports import document

            terminal.write_document(document.simulation_document, result)
        elif result.digest is None:
            from funnelsim.reports.simulation_page import simulation_page

            under = [*terminal.under(assumption, tries), *terminal.option("--from", since)]
            command = _after_run(result, scenario, changes, under)
            with progress.working("Working out") as told:
                page = simulation_page(result, command, everything, terminal.width(), pages, told)
            terminal.show(page)
        elif not result.stopped:
            terminal.write(result.digest)
        terminal.end(result)


@app.command(short_help="Say what each channel brings, against the firm without it.")
def romi(
    scenario: ScenarioName,
    channels: Annotated[
        str | None, typer.Option(metavar="NAME,NAME", help="Which channels. All by default.")
    ] = None,
    assumption: Assumption = None,
    replications: Replications = 400,
    seed: Seed = 1,
    jobs: Jobs = 0,
    engine: Engine = "compiled",
    changes: Changes = None,
    as_json: AsJson = False,
) -> None:
    """Simulate a firm with all its channels and without each one, and say what each brings.

    Example: funnelsim romi outbound_and_inbound --replications 100
    """
    from funnelsim.studies import romi as study

    with terminal.in_sentences():
        read = terminal.read(scenario, changes, assumption)
        settings = terminal.settings(replications, seed, jobs, engine)
        chosen = terminal.names_of(channels)
        count = 1 + len(chosen or read.channels)
        with terminal.endings(), progress.simulated(settings["replications"] * count) as advance:
            result = study.romi(read, channels=chosen, **settings, progress=advance)
        if as_json:
            from funnelsim.reports import document

            terminal.write_document(document.romi_document, result)
        else:
            from funnelsim.reports.romi_page import romi_page

            least = min(result.channels, key=lambda name: result.more(name, "profit").value)
            off = [*(changes or ()), f"channels.{least}.off=true"]
            terminal.show(romi_page(result, terminal.command("run", scenario, off), terminal.width()))
        terminal.end(result.result)


@app.command(short_help="Say what is wrong with a file, or what was understood.")
def validate(
    scenario: Annotated[str, typer.Argument(metavar="FILE", help="A TOML file or the name of a preset.")],
) -> None:
    """List all that is wrong with a scenario file, or say what was understood, and what to expect of it.

    Example: funnelsim validate mine.toml
    """
    with terminal.in_sentences():
        read = terminal.read(scenario, None)
        terminal.announce_compiling()
        from funnelsim.reports.scenario_page import pilot_page
        from funnelsim.studies.pilot import pilot

        with terminal.endings(), progress.working("Trying out") as told:
            found = pilot(read, progress=told)
        next_command = terminal.command("compare", scenario, None)
        terminal.show(pilot_page(read, found, next_command, terminal.width()))


@scenarios_app.callback(invoke_without_command=True)
def scenarios(context: typer.Context) -> None:
    """List the scenarios that come with funnelsim; show one, or copy one to make it yours.

    Example: funnelsim scenarios copy first_steps mine.toml
    """
    if context.invoked_subcommand is None:
        with terminal.in_sentences():
            from funnelsim.reports.scenario_page import presets_page

            terminal.show(presets_page())


@scenarios_app.command("list", short_help="List all, one line each.")
def list_all() -> None:
    """List the scenarios to start from, and those that are checked against a baseline, one line each.

    Example: funnelsim scenarios list
    """
    with terminal.in_sentences():
        from funnelsim.keeping.baselines import shipped
        from funnelsim.reports.scenario_page import list_page

        terminal.show(list_page({name: case.scenario for name, case in shipped().items()}, terminal.width()))


@scenarios_app.command(short_help="Show where every value comes from.")
def show(name: Annotated[str, typer.Argument(help="The name of a preset, or a TOML file.")]) -> None:
    """Show every value of a scenario, and where it comes from: source, measured or assumed.

    Example: funnelsim scenarios show professional_services
    """
    with terminal.in_sentences():
        from funnelsim.reports.scenario_page import origins_page

        terminal.show(origins_page(terminal.read(name, None), terminal.width()))


@scenarios_app.command(short_help="Copy one into a file to edit.")
def copy(
    name: Annotated[str, typer.Argument(help="The name of a preset.")],
    file: Annotated[Path | None, typer.Argument(help="Where to; NAME.toml by default.")] = None,
) -> None:
    """Copy a scenario into a file to edit. A file that exists is left alone.

    Example: funnelsim scenarios copy first_steps mine.toml
    """
    with terminal.in_sentences():
        from funnelsim.scenario import preset_text

        text = preset_text(name)
        target = Path(f"{name}.toml") if file is None else file
        from funnelsim.io.writing import whole_file

        with terminal.writing(target), whole_file(target) as opened:
            opened.write(text.encode())
        terminal.write(
            f"{target} is a copy of {name}. Next, try: {terminal.command('validate', str(target), None)}"
        )


@app.command(short_help="Print the JSON Schema of scenario files.")
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check while typing.

    Example: funnelsim schema > scenario.schema.json
    """
    with terminal.in_sentences():
        import json

        from funnelsim.scenario import json_schema

        terminal.write_json(json.dumps(json_schema(), indent=2, default=str))


@app.command(short_help="Write the main job's table, workbook and pictures into a folder.")
def demo(
    scenario: ScenarioName = "professional_services",
    out: Annotated[Path, typer.Option(help="Folder for the table and the pictures.")] = Path("demo"),
    replications: Replications = 400,
    seed: Seed = 1,
    jobs: Jobs = 0,
) -> None:
    """Compare the strategies of a scenario, and write table, workbook and pictures into a folder.

    Example: funnelsim demo --out demo
    """
    with terminal.in_sentences():
        read = terminal.read(scenario, None)
        with terminal.writing(out):
            out.mkdir(parents=True, exist_ok=True)
        result = _compared(read, None, terminal.settings(replications, seed, jobs, "compiled"))
        from funnelsim.reports.comparison_page import comparison_page

        page = comparison_page(
            result, terminal.command("compare", scenario, None, "--all"), width=terminal.width()
        )
        terminal.show(page)
        with terminal.writing(out), progress.working("Drawing") as told:
            written = _demo_files(result, page, out, told)
        terminal.write("\nWritten: " + ", ".join(map(str, written)))
        terminal.end(result)


def _demo_files(result: ComparisonResult, page: RenderableType, out: Path, progress: Progress) -> list[Path]:
    """Write the table as text, the workbook, and the pictures as PNG."""
    from funnelsim.io.files import Files
    from funnelsim.io.writing import whole_file
    from funnelsim.reports.grid import as_text
    from funnelsim.reports.pictures import write_pictures
    from funnelsim.reports.question_sheets import result_workbook
    from funnelsim.reports.workbook import workbook_file

    files = Files(
        {"comparison.txt": lambda: as_text(page, terminal.width()).encode()}
        | workbook_file(partial(result_workbook, result))
    )
    for name, content in files.items():
        with whole_file(out / name, overwrite=True) as opened:
            opened.write(content)
    return [*(out / name for name in files), *write_pictures(result, out, progress)]


# ---- running --------------------------------------------------------------------------------


def _compared(
    scenario: Scenario, strategies: Sequence[str] | None, settings: dict[str, Any]
) -> ComparisonResult:
    from funnelsim.scenario import strategy_names
    from funnelsim.studies import study

    years = terminal.years_of(settings) * len(strategies or strategy_names(scenario))
    with terminal.endings(), progress.simulated(years) as advance:
        return study.compare(scenario, strategies=strategies, **settings, progress=advance)


def _simulated(scenario: Scenario, strategy: str, settings: dict[str, Any]) -> SimulationResult:
    from funnelsim.studies import study

    with terminal.endings(), progress.simulated(terminal.years_of(settings)) as advance:
        return study.simulate(scenario, strategy=strategy, **settings, progress=advance)


def _after_compare(
    result: ComparisonResult,
    scenario: str,
    changes: Sequence[str] | None,
    besides: Sequence[str],
    tries: Tries,
) -> str:
    """Show the strategy that is ahead in depth; what is tried is said again only if it is part of that."""
    from funnelsim.studies.what_if import WHAT_IF

    target = result.comparison.front_runner() or result.base
    tried = tries.words() if WHAT_IF in target.split("+") else []
    return terminal.command("run", scenario, changes, "--strategy", target, *besides, *tried)


def _after_run(
    result: SimulationResult, scenario: str, changes: Sequence[str] | None, under: Sequence[str]
) -> str:
    """Choose what to try next: one more person if work waits for a team, else a comparison."""
    scarce = [each for each in result.forecast.scarce_teams() if each.available]
    if scarce and not any(f"teams.{scarce[0].team}." in text for text in changes or ()):
        more = [*(changes or ()), f"teams.{scarce[0].team}.people+={scarce[0].missing}"]
        chosen = [] if result.strategy == "today" else ["--strategy", result.strategy]
        return terminal.command("run", scenario, more, *chosen, *under)
    return terminal.command("compare", scenario, changes, *under)
