"""The command that selects the best of many strategies.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415, PLR0913, PLR0917

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from funnelsim.app import progress, terminal
from funnelsim.app.terminal import AsJson, Assumption, Changes, DecimalComma, Jobs, Out, ScenarioName, Seed

if TYPE_CHECKING:
    from funnelsim.planning.select import SelectionResult

UNDECIDED = 1  # exit status

app = typer.Typer(rich_markup_mode=None)


@app.command(short_help="Select the best of few or hundreds of strategies.")
def select(
    scenario: ScenarioName,
    margin: Annotated[float, typer.Option(help="The least difference in profit that matters, in money.")],
    strategies: Annotated[
        str | None, typer.Option(metavar="NAME,NAME", help="Which ones: today,a,a+b. All by default.")
    ] = None,
    alpha: Annotated[float, typer.Option(help="The chance of error.")] = 0.05,
    at_most: Annotated[int, typer.Option(help="Simulated years of each strategy, to select.")] = 5_000,
    fresh: Annotated[
        int, typer.Option(help="Simulated years of the winner that are not used to select.")
    ] = 400,
    assumption: Assumption = None,
    seed: Seed = 1,
    jobs: Jobs = 0,
    changes: Changes = None,
    everything: Annotated[bool, typer.Option("--all", help="List every strategy.")] = False,
    as_json: AsJson = False,
    out: Out = None,
    decimal_comma: DecimalComma = False,
) -> None:
    """Simulate strategies in the same worlds, those that are surely behind no further, and say which is best.

    Example: funnelsim select professional_services --margin 10000
    """
    with terminal.in_sentences("stopped before every strategy had finished its first simulated years"):
        chosen = terminal.names_of(strategies)
        terminal.settings(1, seed, jobs, "compiled")
        read = terminal.read(scenario, changes, assumption)
        from funnelsim.planning import select as planning
        from funnelsim.scenario import strategy_names

        options: dict[str, Any] = {"margin": margin, "strategies": chosen, "alpha": alpha}
        options |= {"at_most": at_most, "fresh": fresh, "seed": seed}
        under = terminal.under(assumption)
        named = [*terminal.option("--strategies", strategies), *under]
        with terminal.filled(out) as folder:
            given = terminal.given(folder, scenario, read, changes, assumption, decimal_comma)
            most = at_most * len(chosen or strategy_names(read)) + 2 * fresh
            with terminal.endings(), progress.searched(most) as advance:
                result = planning.select(read, **options, jobs=jobs, progress=advance)
            if folder is not None and not result.stopped:
                from funnelsim.keeping.questions import Asked

                words = ["--margin", f"{margin:.15g}", "--alpha", f"{alpha:g}", "--at-most", str(at_most)]
                words += ["--fresh", str(fresh), "--seed", str(seed), *named]
                command = terminal.command("select", scenario, changes, *words)
                terminal.keep(folder, result, given, Asked("select", options, command))
        if as_json:
            from funnelsim.reports import document

            terminal.write_document(document.selection_document, result)
        else:
            from funnelsim.reports.selection_page import selection_page

            if result.chosen is None:
                raised = ["--margin", f"{margin:g}", "--at-most", str(result.most_worlds)]
                command = terminal.command("select", scenario, changes, *raised, *named)
            else:
                command = terminal.command("run", scenario, changes, "--strategy", result.chosen, *under)
            terminal.show(selection_page(result, command, everything, terminal.width()))
        _end(result, lost=out is not None)


def _end(result: SelectionResult, lost: bool) -> None:
    """Report that nothing is decided, or that the run was stopped."""
    if result.stopped:
        told = "; nothing is kept in --out" if lost else ""
        terminal.say(f"stopped after {int(result.worlds.sum()):,} simulated years{told}")
        raise typer.Exit(terminal.STOPPED)
    if result.chosen is None:
        terminal.say(
            f"not decided within {result.asked.at_most:,} simulated years: {', '.join(result.left)} are left"
        )
        raise typer.Exit(UNDECIDED)
