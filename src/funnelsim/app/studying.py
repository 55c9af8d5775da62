"""Commands for studies, and for the store of what they have simulated.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from funnelsim.app import progress, terminal
from funnelsim.app.terminal import AsJson, Jobs

app = typer.Typer(rich_markup_mode=None)


@app.command(short_help="Simulate strategies under a design over levers and assumptions.")
def study(
    file: Annotated[Path, typer.Argument(metavar="STUDY", help="A TOML file.")],
    store: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Keep what is simulated here, and simulate nothing twice."),
    ] = None,
    jobs: Jobs = 0,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="tcp://HOST:PORT", help="Simulate on the workers of the Dask scheduler at this address."
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Run it even if it takes more than an hour or 10 GB.")
    ] = False,
    as_json: AsJson = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="New folder for the page, every row as CSV and JSON, arrays, a manifest to repeat it."
        ),
    ] = None,
) -> None:
    """Simulate what a study asks for: points of a design over levers, under assumptions, in the same worlds.

    Example: funnelsim study people.toml --store kept
    """
    stopped = "stopped: without --store, nothing is kept"
    if store is not None:
        stopped = f"stopped: what is finished is in {store}, and the next run goes on from there"
    with terminal.in_sentences(stopped):
        from funnelsim.studies.designed.study import read_study

        asked = read_study(file)
        terminal.settings(asked.replications, asked.seed, jobs, "compiled")
        from funnelsim.reports.study_files import study_document
        from funnelsim.studies.designed.cluster import connected
        from funnelsim.studies.designed.running import run_study

        with terminal.filled(out) as folder, connected(cluster) if cluster else nullcontext() as client:
            given = terminal.given_by_a_file(folder, asked.scenario)
            shown = progress.searched if asked.stop else progress.simulated
            with terminal.endings(), shown(asked.simulated_years) as advance:
                result = run_study(asked, store=store, jobs=jobs, client=client, yes=yes, progress=advance)
            terminal.keep(folder, result, given, terminal.asked_by_a_file("study", file, asked.title))
        if as_json:
            from funnelsim.reports.document import as_json as written

            terminal.write_json(written(study_document(result)))
        else:
            from funnelsim.reports.study_page import study_page

            terminal.show(study_page(result, terminal.width()))
        for damaged in result.damaged:
            terminal.say(f"{damaged} was damaged: what it held has been simulated again")
        if store is not None:
            before = result.held - result.simulated
            others = f"; {before:,} were there before" if before > 0 else ""
            terminal.say(f"Simulated now: {result.simulated:,} years, kept in {store}{others}")


@app.command(short_help="List what a store of studies holds, or remove what is of no use.")
def store(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="That of --store.")],
    prune: Annotated[
        bool,
        typer.Option(
            "--prune", help="Remove what is damaged, not finished, or of another version of funnelsim."
        ),
    ] = False,
    studies: Annotated[
        list[Path] | None,
        typer.Option(
            "--study",
            metavar="STUDY",
            help="With --prune: remove also what is not of this study. Repeatable.",
        ),
    ] = None,
) -> None:
    """List the studies of a store and their sizes; with --prune, say and remove what is of no use.

    Example: funnelsim store kept --prune --study people.toml
    """
    with terminal.in_sentences("stopped"):
        if studies and not prune:
            terminal.fail("--study says what --prune keeps: give --prune too")
        from funnelsim.reports.study_page import megabytes, store_page
        from funnelsim.studies.designed.holdings import belonging_to, holdings
        from funnelsim.studies.designed.study import read_study
        from funnelsim.studies.store import Store

        opened = Store.open(folder, new=False)
        if not prune:
            terminal.show(store_page(str(folder), holdings(opened), terminal.width()))
            return
        asked = [read_study(each) for each in studies or ()]
        gone = opened.prune(belonging_to(opened, asked)) if asked else opened.prune()
        why = Counter(kept.state or "of another study" for kept in gone)
        told = ", ".join(f"{count:,} {reason}" for reason, count in sorted(why.items()))
        size = megabytes(sum(kept.size for kept in gone))
        terminal.write(f"Removed: {size} in {len(gone):,} files ({told})" if gone else "Nothing to remove")
