"""The command that writes a report: one page for somebody who was not there.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415, PLR0913, PLR0917 (an argument for every option)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funnelsim.app import progress, terminal
from funnelsim.app.terminal import SEED, YEARS, Assumption, Changes, Jobs

if TYPE_CHECKING:
    from funnelsim.keeping.manifest import Manifest
    from funnelsim.scenario import Scenario

app = typer.Typer(rich_markup_mode=None)


@dataclass(frozen=True)
class Asked:
    """What a report is made of, and how it is simulated."""

    read: Scenario
    strategies: Sequence[str] | None
    settings: Mapping[str, Any]
    manifest: Manifest | None = None  # of the folder that it is made from


@app.command(short_help="Write one page for somebody who was not there.")
def report(
    of: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO|FOLDER", help="A preset, a TOML file, or a folder of compare --out."
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The page to write, such as report.html.")],
    strategies: Annotated[
        str | None,
        typer.Option(metavar="NAME,NAME", help="Which ones, the base first: today,a,a+b. All by default."),
    ] = None,
    assumption: Assumption = None,
    replications: Annotated[
        int | None, typer.Option(help=f"Simulated years of each strategy. Default: {YEARS}.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help=f"Of all random draws: the same seed gives the same years. Default: {SEED}."),
    ] = None,
    jobs: Jobs = 0,
    changes: Changes = None,
    with_names: Annotated[
        bool, typer.Option("--with-names", help="Name reps; they are numbered otherwise.")
    ] = False,
    with_pay: Annotated[
        bool, typer.Option("--with-pay", help="Show pay and commission; they are left out otherwise.")
    ] = False,
) -> None:
    """Simulate what explains the choice between strategies, and write one HTML file that needs no network.

    Example: funnelsim report professional_services --out report.html
    """
    typed: dict[str, object] = {"--strategies": strategies, "--assumption": assumption, "--set": changes}
    typed |= {"--replications": replications, "--seed": seed}
    with terminal.in_sentences(f"stopped: {out} is not written"):
        from funnelsim.io.writing import must_be_free

        if out.suffix.lower() not in (".html", ".htm"):
            terminal.fail(f"--out is {out}; expected the name of a page, such as report.html")
        with terminal.writing(out):
            must_be_free(out)
        if _is_folder(of):
            asked = _of_folder(Path(of), [name for name, value in typed.items() if value is not None], jobs)
        else:
            settings = terminal.settings(
                YEARS if replications is None else replications,
                SEED if seed is None else seed,
                jobs,
                "compiled",
            )
            asked = Asked(terminal.read(of, changes, assumption), terminal.names_of(strategies), settings)
        _write(asked, out, with_names, with_pay)


def _is_folder(of: str) -> bool:
    """Return whether a folder of results is meant, and not a preset or a file."""
    from funnelsim.scenario import presets

    return of not in presets() and Path(of).is_dir()


def _of_folder(folder: Path, typed: Sequence[str], jobs: int) -> Asked:
    """Read what a folder of `compare --out` was made of."""
    from funnelsim.keeping import manifest as manifests

    if typed:
        terminal.fail(f"{typed[0]} goes with a scenario: {folder} has its own, as it was simulated")
    path = folder / manifests.NAME
    if not path.exists():
        terminal.fail(f"{folder} has no {manifests.NAME}: expected a folder that compare --out has written")
    found = manifests.read_manifest(path)
    if found.kind not in ("compare", "assumptions"):
        what = "a run of one strategy" if found.kind == "run" else f"funnelsim {found.kind}"
        scenario = folder / manifests.SCENARIO / manifests.SCENARIO_FILE
        terminal.fail(
            f"{folder} is of {what}, and a report compares strategies. "
            f"Try: {terminal.command('report', str(scenario), found.changes, '--out', 'report.html')}"
        )
    changed = manifests.changed_files(found, folder)
    if changed:
        files = f"{', '.join(changed)} {'is' if len(changed) == 1 else 'are'}"
        terminal.say(f"{files} not as compare --out wrote it. The report simulates anew, from {path.name}.")
    read, _ = manifests.inputs_again(found, folder)
    ran = found.options
    settings = terminal.settings(ran["replications"], ran["seed"], jobs, ran["engine"])
    return Asked(read, ran["strategies"], settings, found)


def _write(asked: Asked, out: Path, with_names: bool, with_pay: bool) -> None:
    """Simulate, write the page, and say what it says."""
    from datetime import date

    from funnelsim.keeping.manifest import same_figures, why_others
    from funnelsim.planning.case import make_case
    from funnelsim.reports.report.report import Report
    from funnelsim.scenario.withheld import Withheld

    with terminal.endings(), progress.simulated(0) as advance:
        case = make_case(asked.read, strategies=asked.strategies, **asked.settings, progress=advance)
    withheld = Withheld(case.result.scenario, names=not with_names, pay=not with_pay)
    made = Report(case, withheld, date.today())
    with terminal.writing(out):
        made.save(out)
    if asked.manifest is not None and not same_figures(asked.manifest, case.result):
        terminal.say(f"The figures are not those of the folder: {why_others(asked.manifest)}.")
    terminal.write(f"{made.contents.question}\n{' '.join(made.contents.answer)}\nWritten: {out}")
