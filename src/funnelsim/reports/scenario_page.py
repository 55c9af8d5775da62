"""Pages about a scenario before it is simulated: what was understood, where values come from."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from funnelsim.forecast import Interval
from funnelsim.forecast.forecast import MOST_ASKED
from funnelsim.metrics import Unit
from funnelsim.metrics.wording import listed, number
from funnelsim.reports import notes
from funnelsim.reports.columns import Column, figure_column, text_column
from funnelsim.reports.grid import WIDTH, printable, tables
from funnelsim.scenario import (
    Outlook,
    Scenario,
    load,
    origins,
    outlook,
    overridden,
    presets,
    strategy_names,
)


def outlook_page(scenario: Scenario, next_command: str, width: int = WIDTH) -> RenderableType:
    """Lay out what a valid scenario says.

    Parameters
    ----------
    scenario : Scenario
        Valid, with its strategies.
    next_command : str
        What to try next.
    width : int
        Characters of a line at most.
    """
    names = strategy_names(scenario)
    expected = [outlook(scenario.strategy(name)) for name in names]
    counts = {
        "channel": len(scenario.channels),
        "segment": len(scenario.segments),
        "team": len(scenario.teams),
        "stage": len(scenario.stages),
        "goal": len(scenario.goals),
    }
    if scenario.uncertainties:
        counts["uncertain number"] = len(scenario.uncertainties)
    if scenario.assumptions:
        counts["assumption"] = len(scenario.assumptions)
    parts = [f"{count} {word}{'' if count == 1 else 's'}" for word, count in counts.items()]
    found: list[RenderableType] = [
        Text(f"{printable(scenario.source)} is valid", style="bold", no_wrap=True, overflow="ignore"),
        *notes.indented([printable(scenario.about)] if scenario.about else []),
        Text(f"It has {listed(parts)}."),
        Text(f"It runs over a {notes.horizon(scenario)}"),
        Text(),
        notes.heading("Expected in an average month, before queues form and leads go cold"),
        *tables("Strategy", names, _flows(expected), Column.beside, width),
        Text(),
        notes.heading("Hours a week asked of each team, of those it has"),
        *tables("Strategy", names, _hours(names, expected), Column.beside, width),
    ]
    watch = [line for name, each in zip(names, expected, strict=True) for line in _overloads(name, each)]
    watch += [line for name in scenario.assumptions for line in _under(scenario.under(name))]
    return Group(*found, *notes.section("Watch", watch), Text(), notes.next_step(next_command, width))


def _under(scenario: Scenario) -> list[str]:
    """Warn of strategies that set what an assumption changes."""
    found = {name: tuple(filter(None, [overridden(scenario, name)])) for name in strategy_names(scenario)}
    return [f"{notes.title_of(scenario)}: {line}" for line in notes.warnings(found)]


def origins_page(scenario: Scenario, width: int = WIDTH) -> RenderableType:
    """Lay out every value of a scenario with where it comes from: source, measured or assumed."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, width=width)
    table.add_column("Value", overflow="fold", ratio=3)
    table.add_column("comes from", overflow="fold", ratio=2)
    for row in origins(scenario):
        equals = "" if row.path.endswith("=") else " ="  # an uncertainty may be a factor: " *="
        value = f"{printable(row.path)}{equals} {notes.value_in_words(row.value)}"
        table.add_row(Text(value), Text(printable(row.origin)))
    title = notes.heading(printable(scenario.source))
    return Group(title, Text(printable(scenario.about)), Text(), table)


def _flows(expected: Sequence[Outlook]) -> list[Column]:
    """Make columns of inquiries, leads and contracts."""
    flows = (
        ("Inquiries", [each.inquiries for each in expected]),
        ("Leads", [each.leads for each in expected]),
        ("Contracts", [each.contracts for each in expected]),
    )
    return [
        figure_column(title, Unit.COUNT, "", [Interval(value, value, value) for value in values])
        for title, values in flows
    ]


def _hours(names: Sequence[str], expected: Sequence[Outlook]) -> list[Column]:
    """Make a column for each team: hours asked, hours available, their ratio."""
    teams = list(dict.fromkeys(team for each in expected for team in each.teams))
    return [
        text_column(
            printable(team),
            [_asked(expected[position], team) for position in range(len(names))],
        )
        for team in teams
    ]


def _asked(expected: Outlook, team: str) -> str:
    load = expected.teams[team]
    share = f" ({number(100 * load.share)} %)" if load.available > 0 else ""
    return f"{number(load.asked)} of {number(load.available)}{share}"


def _overloads(strategy: str, expected: Outlook) -> list[str]:
    """Warn of teams that are asked for nearly all of their hours, or for more."""
    return [
        f"{strategy}: team {printable(team)} is asked for {number(load.asked)} hours a week and has "
        f"{number(load.available)}: its queues will grow or its leads go cold."
        for team, load in expected.teams.items()
        if load.asked > MOST_ASKED * load.available
    ]


def presets_page() -> RenderableType:
    """List the presets with a description of each."""
    found: list[RenderableType] = []
    for name in presets():
        about = printable(load(name).about)
        found += [notes.heading(name), *notes.indented([about])]
    return Group(*found, Text(), Text(f"Next, try: funnelsim scenarios show {presets()[0]}"))
