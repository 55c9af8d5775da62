"""`funnelsim compare --margin`: simulate until it is decided, and say so.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

from funnelsim.app import progress, terminal

if TYPE_CHECKING:
    from funnelsim.io.writing import NewFolder
    from funnelsim.keeping.manifest import Inputs
    from funnelsim.keeping.questions import Asked
    from funnelsim.scenario import Scenario
    from funnelsim.studies.sequential import Decision, Question

Shape = Literal["page", "all", "json"]  # what is printed: the verdict, or all there is
MOST_YEARS = 1_000_000  # more cannot be asked for

Margin = Annotated[
    float | None,
    typer.Option(help="Simulate until it is decided; differences in profit up to MARGIN do not matter."),
]
AtMost = Annotated[
    int | None, typer.Option(help="With --margin: simulated years of each strategy; 4,000 by default.")
]
Best = Annotated[
    bool,
    typer.Option("--best/--no-best", help="With --margin: ask which is best, or only which beats the base."),
]


def question(margin: float | None, at_most: int | None, best: bool) -> Question | None:
    """Read what is to be decided; None without a margin."""
    if margin is None:
        if at_most is not None or not best:
            terminal.fail("--at-most and --no-best belong to a verdict at any time: give its --margin, too")
        return None
    from funnelsim.studies.sequential import AT_MOST, Question

    try:
        return Question(margin, AT_MOST if at_most is None else at_most, best)
    except ValueError as error:
        terminal.fail(f"--{str(error).replace('at_most', 'at-most')}")


def refuse(asked: Mapping[str, bool]) -> None:
    """Refuse options that do not go with a margin."""
    given = [option for option, is_given in asked.items() if is_given]
    if given:
        terminal.fail(
            f"--margin simulates as many years as the verdict takes, which does not go with {given[0]}: "
            "leave one of them out"
        )


@dataclass(frozen=True)
class Deciding:
    """What `compare --margin` was given.

    Attributes
    ----------
    read : Scenario
        With its changes made, under its assumption.
    strategies : list of str or None
        All by default.
    question : Question
    settings : dict
        `seed` and `jobs`, and `since`, the checkpoint from which it goes on, if there is one.
    assumptions : bool
        Whether to decide under every assumption.
    typed : Typed
    """

    read: Scenario
    strategies: Sequence[str] | None
    question: Question
    settings: dict[str, Any]
    assumptions: bool
    typed: Typed

    def decide(self, folder: NewFolder | None, given: Inputs | None, shape: Shape) -> None:
        """Simulate until it is decided, print the verdict and keep it; after Ctrl-C, print that so far."""
        if self.assumptions:
            self._under_assumptions(folder, given, shape)
            return
        from funnelsim.reports import document
        from funnelsim.reports.decision_page import decision_page
        from funnelsim.studies.sequential import decide

        with terminal.endings(), progress.searched(self._most) as advance:
            result = decide(self.read, **self._options, **self.settings, progress=advance)
        if not result.stopped:
            terminal.keep(folder, result, given, self._asked("decide"))
        if shape == "json":
            terminal.write_json(document.as_json(document.decision_document(result)))
        else:
            terminal.show(decision_page(result, self._next(result), terminal.width(), shape == "all"))
        terminal.end(result.result, lost=folder is not None)

    def _under_assumptions(self, folder: NewFolder | None, given: Inputs | None, shape: Shape) -> None:
        from funnelsim.reports import document
        from funnelsim.reports.decision_page import decisions_page
        from funnelsim.studies.sequential import decide_assumptions

        most = self._most * (1 + len(self.read.assumptions))
        with terminal.endings(), progress.searched(most) as advance:
            result = decide_assumptions(self.read, **self._options, **self.settings, progress=advance)
        if not result.stopped:
            terminal.keep(folder, result, given, self._asked("decide assumptions"))
        if shape == "json":
            terminal.write_json(document.as_json(document.decisions_document(result)))
        else:
            next_command = self._next(result.longest)
            terminal.show(decisions_page(result, next_command, terminal.width(), shape == "all"))
        if result.stopped:
            done = {name: each.result for name, each in result.decisions.items()}
            terminal.end_of_assumptions(result.scenario, done, lost=folder is not None)

    @property
    def names(self) -> Sequence[str]:
        """List the strategies, of which there must be two."""
        from funnelsim.scenario import strategy_names

        names = self.strategies or strategy_names(self.read)
        if len(names) < 2:
            terminal.fail(f"--margin compares strategies, and there is only one, {names[0]}")
        return names

    @property
    def _most(self) -> int:
        """Return how many years are simulated at most."""
        return terminal.years_of({"replications": self.question.at_most} | self.settings) * len(self.names)

    @property
    def _options(self) -> dict[str, Any]:
        return {**asdict(self.question), "strategies": self.names}

    def _asked(self, kind: str) -> Asked:
        """Tell what makes the verdict again: a checkpoint only saves time."""
        from funnelsim.keeping.questions import Asked

        since = self.settings.get("since")
        seed, at_most = self.settings["seed"], self.question.at_most
        if since is not None:
            seed, at_most = since.seed, since.replications
        options = {**self._options, "strategies": [*self.names], "at_most": at_most, "seed": seed}
        words = [*self._words(at_most), "--seed", str(seed)]
        return Asked(
            kind, options, terminal.command("compare", self.typed.scenario, self.typed.changes, *words)
        )

    def _words(self, at_most: int) -> list[str]:
        """Write the options as they would be typed."""
        asked = ["--margin", f"{self.question.margin:.15g}", "--at-most", str(at_most)]
        asked += [] if self.question.best else ["--no-best"]
        under = ["--assumptions"] if self.assumptions else self.typed.assumption
        return [*self.typed.strategies, *under, *asked]

    def _next(self, result: Decision) -> str:
        """Choose what to try next: the leader in depth, or as many years as what is open needs."""
        typed, years = self.typed, result.years + result.any_time.more_years
        if result.decided or years > MOST_YEARS or "since" in self.settings:
            chosen = ["--strategy", result.any_time.leader, *typed.assumption, *typed.going_on]
            return terminal.command("run", typed.scenario, typed.changes, *chosen)
        at_most = max(math.ceil(years), result.question.at_most)
        return terminal.command("compare", typed.scenario, typed.changes, *self._words(at_most))


class Typed(NamedTuple):
    """What was typed, to write the next command."""

    scenario: str
    changes: Sequence[str] | None
    strategies: Sequence[str]  # the option and its value, or nothing
    assumption: Sequence[str]  # with what is tried
    going_on: Sequence[str]  # --from and the checkpoint, or nothing
