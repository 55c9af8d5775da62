"""How every command reads its input, shows its progress, prints, and says in sentences what is wrong.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TextIO

import typer

from funnelsim.app import progress

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd
    from rich.console import Console, RenderableType

    from funnelsim.io.writing import NewFolder
    from funnelsim.keeping.manifest import Inputs
    from funnelsim.keeping.questions import Asked
    from funnelsim.reports.questions import Question
    from funnelsim.scenario import Scenario
    from funnelsim.scenario.tries import Tries
    from funnelsim.studies.assumptions import AssumptionsResult
    from funnelsim.studies.checkpoint import Checkpoint
    from funnelsim.studies.results import ComparisonResult, SimulationResult

    Result = AssumptionsResult | ComparisonResult | SimulationResult

YEARS, SEED = 400, 1  # simulated, unless another number is typed
STOPPED = 130  # exit status after Ctrl-C, as shells have it
WRONG = 2  # exit status where the input is wrong

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A preset or the path of a TOML file.")]
Replications = Annotated[int, typer.Option(help="Simulated years of each strategy.")]
Seed = Annotated[int, typer.Option(help="Of all random draws: the same seed gives the same years.")]
Jobs = Annotated[int, typer.Option(help="Years that run at the same time; 0 takes every processor.")]
Engine = Annotated[str, typer.Option(help="compiled, or reference: slower, to the same bits.")]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change a value; also *= and +=, and a * for every name. Repeatable.",
    ),
]
Try = Annotated[
    list[str] | None,
    typer.Option(
        "--try",
        metavar="PATH=VALUE",
        help="Add a strategy, what_if, that changes a value from the period's first day on. Repeatable.",
    ),
]
On = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        help="With --try: the day on which what_if begins; with --from, that of the checkpoint by default.",
    ),
]
Assumption = Annotated[
    str | None, typer.Option("--assumption", metavar="NAME", help="Under one assumption of the scenario.")
]
Strategy = Annotated[str, typer.Option(help="Which strategy of the scenario; a+b is two together.")]
Out = Annotated[
    Path | None,
    typer.Option(
        help="New folder: the page, figures as CSV, JSON and Excel, pictures, a manifest to repeat it."
    ),
]
DecimalComma = Annotated[
    bool,
    typer.Option(
        "--decimal-comma", help="CSV of --out with 0,5 for 0.5, and semicolons between, as Excel may need."
    ),
]
Since = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="CHECKPOINT",
        help="Go on from a file that `funnelsim keep` wrote; it sets replications and seed.",
    ),
]
Show = Annotated[
    list[str] | None,
    typer.Option(
        metavar="QUESTION",
        help="Answer one question: bottleneck, money, funnel, people or customers. Repeatable.",
    ),
]
Everything = Annotated[bool, typer.Option("--all", help="Show all there is; with --show, all on that.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print all figures as one JSON document.")]


# ---- reading --------------------------------------------------------------------------------


def read(
    scenario: str,
    changes: Sequence[str] | None,
    assumption: str | None = None,
    tries: Tries | None = None,
    since: Checkpoint | None = None,
) -> Scenario:
    """Load a scenario, make the changes of `--set` and an assumption, add the strategy of `--try` (WI7)."""
    from funnelsim.scenario import load

    found = _changes_of("--set", changes or ())
    loaded = load(scenario)
    changed = loaded.with_changes(found) if found else loaded
    made = changed if assumption is None else changed.under(assumption)
    if not tries:
        return made
    announce_compiling()
    from funnelsim.studies.what_if import tried

    with progress.working("Trying out") as told, _of_try():
        found = _changes_of("--try", tries.changes)
        return tried(made, found, on=tries.on, since=since, progress=told)


@contextmanager
def _of_try() -> Iterator[None]:
    """Say of what cannot be tried that it was typed: it is on no line of the file."""
    from dataclasses import replace

    from funnelsim.scenario import ScenarioError
    from funnelsim.studies.what_if import WHAT_IF

    place = f"strategies.{WHAT_IF}"
    try:
        yield
    except ScenarioError as error:
        of_try = [
            replace(
                each, path=each.path.replace(f"{place}.change.", "--try ").replace(place, "--try"), line=None
            )
            for each in error.problems
        ]
        raise ScenarioError(of_try, error.source) from error


def _changes_of(option: str, texts: Sequence[str]) -> dict[str, Any]:
    """Read changes as an option takes them."""
    from funnelsim.scenario import parse_assignment

    found: dict[str, Any] = {}
    for text in texts:
        key, value = parse_assignment(text)
        if key in found:
            fail(f"{option} {key} is given twice")
        found[key] = value
    return found


def tries(changes: Sequence[str] | None, on: str | None, since: Checkpoint | None) -> Tries:
    """Read `--try` and `--on`: on which day it begins is kept, if that is not the period's first."""
    from funnelsim.scenario.tries import Tries

    if on is not None and not changes:
        fail("--on is the day on which --try begins: give --try too")
    of_since = None if since is None or not changes else since.day
    return Tries(tuple(changes or ()), of_since if on is None else day(on))


def day(text: str) -> date:
    """Read the date of `--on`."""
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"--on is {text}, which is no date; expected one such as 2026-07-01")


def option(name: str, value: str | Path | None) -> list[str]:
    """Write an option as it would be typed, if it was given."""
    return [] if value is None else [name, str(value)]


def options(name: str, values: Sequence[str] | None) -> list[str]:
    """Write an option that may be repeated as it would be typed."""
    return [word for each in values or () for word in option(name, each)]


def under(assumption: str | None, tries: Tries | None = None) -> list[str]:
    """Write the options that say which scenario it is, besides those of `--set`, as they would be typed."""
    return [*option("--assumption", assumption), *(tries.words() if tries else [])]


def names_of(strategies: str | None) -> list[str] | None:
    """Read the names of `--strategies`."""
    if strategies is None:
        return None
    names = [name.strip() for name in strategies.split(",")]
    if not all(names) or len(set(names)) < len(names):
        fail("--strategies takes different names with commas between them, such as today,a,a+b")
    return names


def questions(show: Sequence[str] | None, figures: bool) -> Sequence[Question]:
    """Read the questions of `--show`."""
    if not show:
        return ()
    if figures:
        fail("--show lays out pages, and --json and --digest print none: ask for one of them")
    from funnelsim.reports.questions import chosen

    try:
        return chosen(show)
    except ValueError as error:
        fail(f"--show: {error}")


def instant(text: str, option: str = "--at") -> pd.Timestamp:
    """Read the date of an option."""
    from datetime import datetime

    import pandas as pd

    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is not None:
        fail(f"{option} is {text}; expected a date such as 2026-04-01, or a time: 2026-04-01T14:30")
    return pd.Timestamp(instant)


@contextmanager
def reading() -> Iterator[None]:
    """State in a sentence why a file cannot be read."""
    try:
        yield
    except OSError as error:
        if error.filename is None or isinstance(error, BrokenPipeError):
            raise
        fail(f"{error.filename} cannot be read: {error.strerror}")


def settings(replications: int, seed: int, jobs: int, engine: str) -> dict[str, Any]:
    """Check the numbers before anything is simulated."""
    settings = {"replications": replications, "seed": seed, "engine": engine, "jobs": jobs}
    announce_compiling()
    from funnelsim.studies.replication import Plan

    try:
        Plan(**settings)  # type: ignore[arg-type]
    except ValueError as error:
        fail(f"--{error}")
    return settings


def announce_compiling() -> None:
    """Say, if something has to be compiled, that this run takes longer, and whether the next one will too."""
    from funnelsim.compiling.on_disk import elsewhere, watch

    said = set()

    def announce(folder: Path, failure: OSError | None) -> None:
        how_often = "once on this machine" + elsewhere()
        if failure:
            how_often = f"in every run because {folder} cannot be written ({failure.strerror})"
        if how_often not in said:
            said.add(how_often)
            say(f"Compiling the engine, {how_often}: this takes about 30 seconds ...")

    watch(announce)


# ---- running --------------------------------------------------------------------------------


@contextmanager
def endings() -> Iterator[None]:
    """Turn an endless loop of leads into a sentence about it."""
    from funnelsim.studies.endless import EndlessLoopError

    try:
        yield
    except EndlessLoopError as error:
        fail(str(error))


def command(verb: str, scenario: str, changes: Sequence[str] | None, *rest: str) -> str:
    """Write a command as it would be typed."""
    from funnelsim.io.texts import without_controls

    typed = ["funnelsim", verb, scenario, *rest, *options("--set", changes)]
    return shlex.join(map(without_controls, typed))


# ---- keeping --------------------------------------------------------------------------------


@contextmanager
def filled(out: Path | None) -> Iterator[NewFolder | None]:
    """Make the folder of `--out` before anything is simulated; remove it if it is not finished."""
    from funnelsim.io.writing import new_folder

    with ExitStack() as stack:
        folder = None
        if out is not None:
            with writing(out):
                folder = stack.enter_context(new_folder(out))
        yield folder


def checkpoint(since: Path | None, seed: int, replications: int | None = None) -> Checkpoint | None:
    """Read the checkpoint of `--from`, if it is given: what it sets is not typed besides."""
    if since is None:
        return None
    typed = {"--seed": seed != SEED, "--replications": replications not in (None, YEARS)}
    for name in (each for each, is_typed in typed.items() if is_typed):
        fail(f"--from goes on with the seed and the simulated years of its file: leave {name} out")
    announce_compiling()
    from funnelsim.studies.checkpoint import Checkpoint

    try:
        with progress.working("Reading") as told:
            return Checkpoint.load(since, told)
    except OSError as error:
        fail(f"{since} cannot be read: {error.strerror}")


def years_of(settings: Mapping[str, Any]) -> int:
    """Count the simulated years of each strategy: those of the checkpoint, if there is one."""
    since = settings.get("since")
    years: int = settings["replications"] if since is None else since.replications
    return years


def given(
    folder: NewFolder | None,
    scenario: str,
    read: Scenario,
    changes: Sequence[str] | None,
    assumption: str | None = None,
    decimal_comma: bool = False,
    tries: Tries | None = None,
) -> Inputs | None:
    """Keep a run's inputs, if its results are kept."""
    if folder is None:
        if decimal_comma:
            fail("--decimal-comma is for the CSV files of --out DIR: give --out too")
        return None
    from funnelsim.keeping.manifest import NOTHING_TRIED, inputs

    return inputs(scenario, read, changes or (), assumption, decimal_comma, tries or NOTHING_TRIED)


def given_by_a_file(folder: NewFolder | None, read: Scenario) -> Inputs | None:
    """Keep the scenario that a file names, if results are kept."""
    return given(folder, read.source, read, ())


def asked_by_a_file(kind: str, file: Path, title: str) -> Asked:
    """Tell what a file asks: all that it says, but for the scenario."""
    from funnelsim.keeping.questions import Asked
    from funnelsim.scenario.files import read_text

    options = {"document": read_text(file), "title": title}
    return Asked(kind, options, shlex.join(["funnelsim", kind, str(file)]))


def keep(folder: NewFolder | None, result: Any, given: Inputs | None, asked: Asked | None = None) -> None:
    """Write the files of an answer, if `--out` asks for them."""
    if folder is None or given is None:
        return
    from funnelsim.keeping.manifest import NAME, keep

    with writing(folder.path), progress.working("Writing") as told:
        keep(folder, result, given, asked, told)
    again = shlex.join(["funnelsim", "repeat", str(folder.path / NAME)])
    say(f"Written: {len(folder.written)} files in {folder.path}. To make them again: {again}")
    from funnelsim.reports import workbook

    if not workbook.is_there():
        say(f"{workbook.MISSING}.")


# ---- printing -------------------------------------------------------------------------------


def width() -> int:
    """Return the terminal's width: at most 100, and 100 if there is no terminal."""
    from funnelsim.reports.grid import WIDTH

    return min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)


def _console() -> Console:
    from rich.console import Console

    return Console(
        width=width(), height=24, highlight=False
    )  # without a height, rich takes 80 for a dumb one


def open_streams() -> None:
    """Make sure that whatever is printed goes where it belongs, in whatever encoding there is.

    What an encoding lacks is printed as a question mark. A stream that is closed takes everything: otherwise
    the next file that is opened would get its number, and be printed into.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (open to the end)
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@contextmanager
def _printing() -> Iterator[None]:
    """State in a sentence why something cannot be printed."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        no_room(error)
        raise typer.Exit(WRONG) from None


def no_room(error: OSError) -> None:
    """Say why something cannot be printed, and print no more."""
    _write_no_more(sys.stdout)
    say(f"what is to be printed cannot be written: {error.strerror}")


def _write_no_more(stream: TextIO) -> None:
    """Let what a stream still has to write go nowhere: Python would try again when it ends, and fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def show(page: RenderableType) -> None:
    """Print a page."""
    with _printing():
        _console().print(page, crop=False)  # anything longer than a line is a path or a command


def write(text: str) -> None:
    """Print a text."""
    from funnelsim.io.texts import without_controls

    with _printing():
        print(without_controls(text))


def write_json(text: str) -> None:
    """Print a JSON document, for programs: in any encoding, and without raw control characters."""
    from funnelsim.io.texts import escaped_json

    with _printing():
        print(escaped_json(text, sys.stdout.encoding))


def write_document(make: Callable[..., dict[str, Any]], *of: Any) -> None:
    """Make a document, which takes a progress at its end, and print it as JSON."""
    from funnelsim.reports.document import as_json

    with progress.working("Working out") as told:
        text = as_json(make(*of, told))
    write_json(text)


def say(text: str) -> None:
    """Print something on the error stream, which no program reads."""
    from funnelsim.io.texts import without_controls

    try:
        print(without_controls(text), file=sys.stderr, flush=True)
    except OSError:  # nobody can be told
        _write_no_more(sys.stderr)


def fail(sentence: str) -> NoReturn:
    """Print what is wrong and end."""
    say(sentence)
    raise typer.Exit(WRONG)


def end(result: Result, lost: bool = False) -> None:
    """Report that the run was stopped, if it was, and whether nothing is kept in `--out` for that."""
    if result.stopped:
        told = "; nothing is kept in --out" if lost else ""
        say(f"stopped after {result.years:,} of {result.plan.replications:,} simulated years{told}")
        raise typer.Exit(STOPPED)


def end_of_assumptions(scenario: Scenario, done: Mapping[str, ComparisonResult], lost: bool) -> None:
    """Report that a comparison under assumptions was stopped: which are done, and what is lost."""
    missing = [name for name in scenario.assumptions if name not in done]
    never = f", and before any under {', '.join(missing)}" if missing else ""
    name, last = [*done.items()][-1]
    told = "; nothing is kept in --out" if lost else ""
    years = f"{last.years:,} of {last.plan.replications:,} simulated years"
    say(f"stopped after {years} under {name}{never}{told}")
    raise typer.Exit(STOPPED)


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """State in a sentence why a file cannot be written."""
    try:
        yield
    except FileExistsError:
        fail(f"{target} exists already: it is left as it is")
    except FileNotFoundError:
        fail(f"{target} cannot be written: the folder {target.parent} does not exist")
    except OSError as error:
        fail(f"{target} cannot be written: {error.strerror}")


@contextmanager
def in_sentences(
    stopped: str = "stopped before every strategy had finished a simulated year",
) -> Iterator[None]:
    """Print on the error stream, in sentences, what is wrong, without a traceback."""
    try:
        yield
    except KeyboardInterrupt:
        say(stopped)
        raise typer.Exit(STOPPED) from None
    except BrokenPipeError:  # the reader has seen enough
        _write_no_more(sys.stdout)
        raise typer.Exit(0) from None
    except ValueError as error:
        from funnelsim.io.writing import UnusableError
        from funnelsim.scenario import ScenarioError

        if not isinstance(error, ScenarioError | UnusableError):
            raise
        fail(str(error))
