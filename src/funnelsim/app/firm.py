"""Commands for a firm's own records: from an export to a history.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from funnelsim.app import progress, terminal

if TYPE_CHECKING:
    import pandas as pd

    from funnelsim.history import History
    from funnelsim.history.reading.export import Imported

app = typer.Typer(rich_markup_mode=None)

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="CSV or XES files of an export; may be .gz.")
]


@app.command("import", short_help="Turn an export of deals into a history.")
def import_(
    files: Files,
    mapping: Annotated[Path | None, typer.Option(help="TOML file: what columns and statuses mean.")] = None,
    out: Annotated[Path | None, typer.Option(help="New folder for the history.")] = None,
    guess: Annotated[bool, typer.Option("--guess", help="Propose a mapping from the header.")] = False,
) -> None:
    """Turn what a firm has, an export of its deals or an event log, into a history; list what is wrong in it.

    Example: funnelsim import deals.csv --mapping mapping.toml --out history
    """
    with terminal.in_sentences("stopped: nothing is written"), terminal.reading():
        if guess:
            from funnelsim.history.guess import guess_mapping

            with progress.working("Looking") as told:
                proposed = guess_mapping(files, told)
            terminal.write(proposed.rstrip())
            return
        if mapping is None or out is None:
            terminal.fail(
                "--mapping says what the columns mean, and --out where the history goes: give both, "
                "or --guess for a mapping to begin with"
            )
        from funnelsim.history.files import write_history
        from funnelsim.history.mapping import read_mapping
        from funnelsim.history.reading.export import read_export

        meaning = read_mapping(mapping)
        with terminal.filled(out) as folder:
            with progress.working("Reading") as told:
                imported = read_export(files, meaning, told)
            assert folder is not None  # as `out` is given
            with terminal.writing(out), progress.working("Writing") as told:
                write_history(folder, imported, told)
        terminal.write("\n".join(_told(imported, out)))


@app.command(short_help="Write the deals that were open on a date.")
def snapshot(
    history: Annotated[Path, typer.Argument(metavar="HISTORY", help="A folder of `funnelsim import`.")],
    out: Annotated[Path, typer.Option(help="CSV file to write.")],
    at: Annotated[
        str | None, typer.Option(metavar="DATE", help="As of which date or time; the end by default.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="With the deals closed since; the quarter's begin by default."),
    ] = None,
    customers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the customers of that date, too, into this file."),
    ] = None,
) -> None:
    """Write the deals that were open on a date, as known then, and those closed since its quarter began.

    Example: funnelsim snapshot history --at 2026-04-01 --out snapshot.csv
    """
    with terminal.in_sentences(f"stopped: {out} is not written"), terminal.reading():
        from funnelsim.history.files import csv_of, read_history
        from funnelsim.history.snapshot import snapshot_of
        from funnelsim.io.writing import whole_file

        with progress.working("Reading") as told:
            found = read_history(history, told)
        instant = found.seen_until if at is None else terminal.instant(at)
        first = instant.to_period("Q").start_time if since is None else terminal.instant(since, "--since")
        rows = snapshot_of(found, instant, first)
        if customers is not None:
            _write_customers(history, instant, customers)
        with terminal.writing(out), whole_file(out) as opened:
            opened.write(csv_of(rows))
        count = int((rows["status"] == "open").sum())
        closed = f"{len(rows) - count:,} closed since {first:%Y-%m-%d}"
        terminal.write(f"{out}: {count:,} deals open at {instant}, {closed}")
        for name in _not_known(found) if instant < found.seen_until else ():
            terminal.say(f"{name} is blank: the history does not have what it was then")


def _write_customers(history: Path, instant: pd.Timestamp, out: Path) -> None:
    """Write the customers of a history whose contracts were in force at an instant."""
    from funnelsim.history.customers import in_force
    from funnelsim.history.files import csv_of, read_customers
    from funnelsim.io.writing import whole_file

    rows = in_force(read_customers(history), instant)
    with terminal.writing(out), whole_file(out) as opened:
        opened.write(csv_of(rows))
    terminal.write(f"{out}: {len(rows):,} customers at {instant}")


@app.command(short_help="Measure a firm from its history: a scenario with how sure each value is.")
def calibrate(
    history: Annotated[Path, typer.Argument(metavar="HISTORY", help="A folder of `funnelsim import`.")],
    out: Annotated[Path, typer.Option(help="New folder for the scenario, its draws and the page.")],
    at: Annotated[
        str | None, typer.Option(metavar="DATE", help="From what was known then; at the end by default.")
    ] = None,
    recent: Annotated[
        int | None, typer.Option(metavar="MONTHS", min=1, help="From the last months alone. Default: all.")
    ] = None,
    draws: Annotated[int, typer.Option(min=20, max=10_000, help="Rows of the file of draws.")] = 400,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Of the draws.")] = 1,
) -> None:
    """Measure arrivals, stages, values and people from a history, and write a scenario that can be run.

    Example: funnelsim calibrate history --out my_firm
    """
    with terminal.in_sentences("stopped: nothing is written"), terminal.reading():
        from funnelsim.calibration.calibrate import calibrate as measure
        from funnelsim.calibration.calibrate import parts_of
        from funnelsim.calibration.document import firm_of
        from funnelsim.history.files import read_history
        from funnelsim.io.files import Files, Make
        from funnelsim.io.writing import new_folder
        from funnelsim.reports.calibration_page import as_html, calibration_page

        with progress.working("Reading") as told:
            whole = read_history(history, told)
        known = whole if at is None else whole.as_of(terminal.instant(at))
        with terminal.writing(out), new_folder(out) as folder:
            with progress.counted("Measuring", parts_of(known), "parts") as advance:
                found = measure(known, draws=draws, seed=seed, recent_months=recent, progress=advance)
            firm = firm_of(found)
            makes: dict[str, Make] = {name: text.encode for name, text in firm.files().items()}
            makes["calibration.html"] = lambda: as_html(found, firm).encode()
            with progress.working("Writing") as told:
                folder.fill(Files(makes), told)
        page = out / "calibration.html"
        command = terminal.command("run", str(out / "scenario.toml"), None)
        terminal.show(calibration_page(found, firm, command, terminal.width()))
        terminal.say(f"Written: {len(folder.written)} files in {out}. Each fit beside the data: {page}")


def _not_known(history: History) -> list[str]:
    """Name the fields that are in the history, but not what they were at an earlier time."""
    return [name for name in history.not_known if history.deals[name].replace("", None).notna().any()]


def _told(imported: Imported, out: Path) -> Iterator[str]:
    """Say what the history has, what is known when, and what was wrong."""
    from funnelsim.history.dirt import Dirt
    from funnelsim.history.history import Known

    history = imported.history
    outcomes = history.deals["outcome"].value_counts()
    won, lost, still = (int(outcomes.get(name, 0)) for name in ("won", "lost", ""))
    yield (
        f"{len(history.deals):,} deals from {history.seen_from} to {history.seen_until}: "
        f"{won:,} won, {lost:,} lost, {still:,} open"
    )
    work = f", {len(history.work):,} spells of work" if len(history.work) else ""
    yield f"{len(history.entries):,} entries into {len(history.stages)} stages{work}"
    if history.by_day:
        yield "Times of the day are not in the file: what happened on a day happened at some time of it."
    for since, words in (
        (Known.CREATED, "Taken to be known since the deal was created (never_changes)"),
        (Known.CLOSED, "Taken to be known since the deal was closed (final_when_closed)"),
    ):
        names = [name for name, each in history.known.items() if each == since]
        if names:
            yield f"{words}: {', '.join(names)}"
    if names := _not_known(history):
        yield f"Known at the end of the file only, not used for any time before: {', '.join(names)}"
    if len(imported.customers):
        ended = int(imported.customers["ended"].notna().sum())
        yield f"{len(imported.customers):,} contracts of customers, {ended:,} of them ended"
    counts = imported.dirt.counts()
    yield f"Rows repaired or left out: {sum(counts.values()):,}{', listed in dirt.csv' if counts else ''}"
    for kind in Dirt:
        if str(kind) in counts:
            yield f"  {counts[str(kind)]:>9,}  {kind.wrong}: {kind.done}"
    command = terminal.command("snapshot", str(out), None, "--out", "snapshot.csv")
    yield f"Written: {out}. Next, try: {command}"
