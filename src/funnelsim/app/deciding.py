"""`funnelsim compare --margin`: simulate until it is decided, and say so.

What a command needs is imported when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from funnelsim.app import progress, terminal

if TYPE_CHECKING:
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


def decide(
    read: Scenario,
    strategies: Sequence[str] | None,
    question: Question,
    seed: int,
    jobs: int,
    shape: Shape,
    typed: Typed,
) -> None:
    """Simulate until it is decided, and print the verdict; after Ctrl-C, the verdict so far."""
    from funnelsim.scenario import strategy_names
    from funnelsim.studies import sequential

    names = strategies or strategy_names(read)
    if len(names) < 2:
        terminal.fail(f"--margin compares strategies, and there is only one, {names[0]}")
    settings = terminal.settings(question.at_most, seed, jobs, "compiled")
    with terminal.endings(), progress.simulated(question.at_most * len(names)) as advance:
        result = sequential.decide(
            read,
            question.margin,
            strategies=strategies,
            at_most=question.at_most,
            best=question.best,
            seed=settings["seed"],
            jobs=settings["jobs"],
            progress=advance,
        )
    if shape == "json":
        from funnelsim.reports import document

        terminal.write_json(document.as_json(document.decision_document(result)))
    else:
        from funnelsim.reports.decision_page import decision_page

        terminal.show(decision_page(result, _next(result, typed), terminal.width(), shape == "all"))
    terminal.end(result.result)


class Typed(NamedTuple):
    """What was typed, to write the next command."""

    scenario: str
    changes: Sequence[str] | None
    strategies: Sequence[str]  # the option and its value, or nothing
    assumption: Sequence[str]


def _next(result: Decision, typed: Typed) -> str:
    """Choose what to try next: the leader in depth, or as many years as what is open needs."""
    years = result.years + result.any_time.more_years
    if result.decided or years > MOST_YEARS:
        chosen = ["--strategy", result.any_time.leader, *typed.assumption]
        return terminal.command("run", typed.scenario, typed.changes, *chosen)
    question = result.question
    at_most = max(math.ceil(years), question.at_most)
    asked = ["--margin", f"{question.margin:.15g}", "--at-most", str(at_most)]
    asked += [] if question.best else ["--no-best"]
    options = [*typed.strategies, *typed.assumption, *asked]
    return terminal.command("compare", typed.scenario, typed.changes, *options)
