"""`funnelsim compare --assumptions`: the same comparison as typed and under every assumption.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from funnelsim.app import progress, terminal
from funnelsim.app.deciding import Shape, Typed

if TYPE_CHECKING:
    from funnelsim.io.writing import NewFolder
    from funnelsim.keeping.manifest import Inputs
    from funnelsim.scenario import Scenario
    from funnelsim.studies.assumptions import AssumptionsResult


def refuse(
    show: Sequence[str] | None, assumption: str | None, tries: Sequence[str] | None, since: Path | None
) -> None:
    """Refuse options that do not go with `--assumptions`."""
    if show or assumption is not None:
        other = "--show shows one comparison" if show else "--assumption takes one"
        terminal.fail(f"--assumptions compares under every assumption, and {other}: ask for one of them")
    if tries:
        terminal.fail("--assumptions has no strategy of --try: give it with one --assumption NAME")
    if since is not None:
        terminal.fail("--assumptions begin with the warm-up, and --from goes on later: ask for one of them")


@dataclass(frozen=True)
class Assuming:
    """What `compare --assumptions` was given.

    Attributes
    ----------
    read : Scenario
        With its changes made.
    strategies : list of str or None
        All by default.
    settings : dict
        `replications`, `seed`, `engine` and `jobs`.
    typed : Typed
    """

    read: Scenario
    strategies: Sequence[str] | None
    settings: dict[str, Any]
    typed: Typed

    def compare(self, folder: NewFolder | None, given: Inputs | None, shape: Shape) -> None:
        """Compare, print which strategy wins where, and keep only what is finished under all of them."""
        from funnelsim.reports import document
        from funnelsim.reports.assumptions_page import assumptions_page
        from funnelsim.scenario import strategy_names
        from funnelsim.studies.assumptions import compare_assumptions

        count = len(self.strategies or strategy_names(self.read)) * (1 + len(self.read.assumptions))
        with terminal.endings(), progress.simulated(self.settings["replications"] * count) as advance:
            result = compare_assumptions(
                self.read, strategies=self.strategies, **self.settings, progress=advance
            )
        if not result.stopped:
            terminal.keep(folder, result, given)
        if shape == "json":
            terminal.write_document(document.assumptions_document, result)
        else:
            command = self._next(result)
            with progress.working("Working out") as told:
                page = assumptions_page(result, command, terminal.width(), shape == "all", told)
            terminal.show(page)
        if result.stopped:
            terminal.end_of_assumptions(result.scenario, result.comparisons, lost=folder is not None)

    def _next(self, result: AssumptionsResult) -> str:
        """Choose what to try next: an assumption under which another strategy is best, if there is one."""
        from funnelsim.scenario import AS_TYPED

        differs = [name for name, best in result.best.items() if best != result.best[AS_TYPED]]
        target = [*differs, *self.read.assumptions][0]
        typed = [*self.typed.strategies, *terminal.under(target)]
        return terminal.command("compare", self.typed.scenario, self.typed.changes, *typed)
