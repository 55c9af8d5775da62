"""Commands for what is kept: folders of results, event logs, baselines.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415, PLR0913, PLR0917 (an argument for every option)

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funnelsim.app import progress, terminal
from funnelsim.app.terminal import (
    Assumption,
    Changes,
    Engine,
    Jobs,
    Out,
    Replications,
    ScenarioName,
    Seed,
    Strategy,
)

if TYPE_CHECKING:
    from funnelsim.keeping.baselines import Baseline
    from funnelsim.scenario import Scenario

app = typer.Typer(rich_markup_mode=None)


@app.command(short_help="Make a folder of --out again and compare.")
def repeat(
    manifest: Annotated[Path, typer.Argument(metavar="MANIFEST", help="DIR/MANIFEST.json of --out DIR.")],
    jobs: Jobs = 0,
    out: Out = None,
) -> None:
    """Simulate again what a manifest says, and say whether every figure comes out the same.

    Exit status: 0 all the same, 1 something differs, 2 wrong input.

    Example: funnelsim repeat results/MANIFEST.json
    """
    with terminal.in_sentences():
        from funnelsim.keeping import manifest as manifests
        from funnelsim.keeping.questions import QUESTIONS

        found = manifests.read_manifest(manifest)
        scenario, given = manifests.inputs_again(found, manifest.parent)
        terminal.settings(1, 1, jobs, "compiled")
        years = QUESTIONS[found.kind].years(scenario, found.options)
        with terminal.filled(out) as folder:
            with terminal.endings(), progress.searched(years) as advance:
                result = manifests.ask_again(found, scenario, jobs=jobs, progress=advance)
            if isinstance(result, manifests.Simulated):
                terminal.end(result)
            terminal.keep(folder, result, given, manifests.asked_again(found, result, given))
        with progress.working("Comparing") as told:
            differing = manifests.differences(found, result, told)
        terminal.write("\n".join(manifests.verdict(found, differing)))
        raise typer.Exit(1 if differing else 0)


@app.command(short_help="Write one simulated year as an event log.")
def trace(
    scenario: ScenarioName,
    out: Annotated[Path, typer.Option(help="File to write: .csv, or .xes for process mining.")],
    strategy: Strategy = "today",
    assumption: Assumption = None,
    replication: Annotated[int, typer.Option(help="Which simulated year, from 0.")] = 0,
    seed: Seed = 1,
    engine: Engine = "compiled",
    changes: Changes = None,
) -> None:
    """Write what happens to every lead in one simulated year, event by event, with pm4py's names.

    Example: funnelsim trace first_steps --out year.xes
    """
    with terminal.in_sentences(f"stopped: {out} is not written"):
        read = terminal.read(scenario, changes, assumption)
        terminal.settings(1, seed, 1, engine)
        from funnelsim.keeping.eventlog import write_event_log

        year: dict[str, Any] = {"strategy": strategy, "replication": replication, "seed": seed}
        with terminal.writing(out), terminal.endings(), progress.working("Writing") as told:
            written = write_event_log(out, read, engine=engine, **year, progress=told)
        terminal.write(f"{out}: {written.events:,} events of {written.leads:,} leads")


@app.command(short_help="Keep how things stand on a day, to go on from there.")
def keep(
    scenario: ScenarioName,
    on: Annotated[str, typer.Option(metavar="DATE", help="The first day that is not simulated: 2026-07-01.")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    replications: Replications = 400,
    seed: Seed = 1,
    changes: Changes = None,
) -> None:
    """Simulate the past once, and keep it: `run`, `compare` and `what-if` go on from the file with --from.

    Strategies can go on from it if they begin on that day or later.

    Example: funnelsim keep first_steps --on 2026-07-01 --out july.checkpoint
    """
    with terminal.in_sentences(f"stopped: {out} is not written"):
        read = terminal.read(scenario, changes)
        terminal.settings(replications, seed, 1, "compiled")
        from funnelsim.io.writing import must_be_free
        from funnelsim.studies import study

        with terminal.writing(out):
            must_be_free(out)
        with terminal.endings(), progress.simulated(replications) as advance:
            kept = study.keep(read, terminal.day(on), replications=replications, seed=seed, progress=advance)
        with terminal.writing(out), progress.working("Writing") as told:
            kept.save(out, progress=told)
        command = terminal.command("run", scenario, changes, "--from", str(out))
        terminal.write(f"{out} has {replications:,} simulated years up to {on}. Next, try: {command}")


@app.command(short_help="Compare scenarios with their baselines.")
def check(
    scenario: Annotated[
        str | None, typer.Argument(help="Yours, or a reference scenario; all by default.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Of your scenario; by default the file beside it.")
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Show what moved, and write the baseline.")
    ] = False,
    exact: Annotated[bool, typer.Option("--exact", help="Not the same bits is an error as well.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Show every figure that moved.")] = False,
    replications: Annotated[int | None, typer.Option(help="Simulated years, with --update.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of all random draws, with --update.")] = None,
    jobs: Jobs = 0,
    engine: Engine = "compiled",
    changes: Changes = None,
) -> None:
    """Show figure by figure what moved since a baseline was written: a regression check for scenarios.

    Exit status: 0 green, 1 something moved, 2 wrong input.

    Example: funnelsim check mine.toml --update
    """
    with terminal.in_sentences("stopped: nothing was compared to the end"):
        if not update and (replications, seed) != (None, None):
            terminal.fail("--replications and --seed are the baseline's: --update writes it with others")
        if changes and (update or scenario is None):
            terminal.fail("--set changes one scenario for a check, and not for --update: name the scenario")
        if baseline is not None and scenario is None:
            terminal.fail("--baseline belongs to a scenario: name it")
        from funnelsim.keeping import baselines

        cases = (
            [*baselines.shipped().values()] if scenario is None else [baselines.case_of(scenario, baseline)]
        )
        worst = 0
        for case in cases:
            measuring = _measuring(terminal.read(case.scenario, changes), replications, seed, jobs, engine)
            with terminal.writing(case.baseline):
                if update:
                    checked = baselines.update(case, measuring, everything=everything)
                else:
                    checked = baselines.check(case, measuring, exact=exact, everything=everything)
            terminal.write("\n".join(checked.lines))
            worst = max(worst, checked.status)
        raise typer.Exit(worst)


def _measuring(
    scenario: Scenario, replications: int | None, seed: int | None, jobs: int, engine: str
) -> Callable[[Baseline | None], Baseline]:
    """Make a function that measures a scenario with its baseline's seed and number of years."""
    from funnelsim.keeping.baselines import measure
    from funnelsim.scenario import strategy_names

    def measuring(before: Baseline | None) -> Baseline:
        years, number = (20, 1) if before is None else (before.replications, before.seed)
        years = years if replications is None else replications
        settings = terminal.settings(years, number if seed is None else seed, jobs, engine)
        with terminal.endings(), progress.simulated(years * len(strategy_names(scenario))) as advance:
            return measure(scenario, **settings, progress=advance)

    return measuring
