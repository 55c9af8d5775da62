"""Pages about a scenario before it is simulated: what was understood, where values come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from funnelsim.forecast import Forecast, Interval
from funnelsim.forecast.forecast import TeamHours
from funnelsim.metrics import FIGURES
from funnelsim.metrics.wording import listed, number, simulated
from funnelsim.model.words import DAY
from funnelsim.reports import notes
from funnelsim.reports.columns import Column, figure_column, text_column
from funnelsim.reports.grid import WIDTH, printable, tables
from funnelsim.reports.money_typed import doubtful, money_typed
from funnelsim.scenario import (
    TODAY,
    Scenario,
    held_over,
    load,
    made_certain,
    origins,
    overridden,
    presets,
    prices_without_margins,
    strategy_names,
)
from funnelsim.studies.pilot import Pilot


def pilot_page(scenario: Scenario, found: Pilot, next_command: str, width: int = WIDTH) -> RenderableType:
    """Lay out what a valid scenario says, and what to expect of it.

    Parameters
    ----------
    scenario : Scenario
        Valid, with its strategies.
    found : Pilot
        Of all strategies.
    next_command : str
        What to try next.
    width : int
        Characters of a line at most.
    """
    names = [printable(scenario.label_of(name)) for name in found.forecasts]
    forecasts = list(found.forecasts.values())
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
    ran = simulated(forecasts[0].years, found.months.period)
    lines: list[RenderableType] = [
        Text(f"{printable(scenario.source)} is valid", style="bold", no_wrap=True, overflow="ignore"),
        *notes.indented([printable(scenario.about)] if scenario.about else []),
        Text(f"It has {listed(parts)}."),
        Text(f"Its months: {notes.horizon(scenario.with_months(found.months))}"),
        Text(),
        notes.heading(f"Expected in an average month, from a pilot of {ran} of each strategy"),
        *tables("Strategy", names, _flows(forecasts), Column.beside, width),
    ]
    if scenario.teams:
        lines += [
            Text(),
            notes.heading("Hours a week worked by each team, of those it has"),
            *tables("Strategy", names, _hours(forecasts), Column.beside, width),
        ]
    lines += money_typed(scenario, width)
    lines += notes.section("Meant so?", doubtful(scenario))
    watch = notes.warnings(
        {
            name: (*prices_without_margins(scenario, name), *found.doubts[name], *each.warnings())
            for name, each in found.forecasts.items()
        },
        scenario.labels,
    )
    watch += _without_effect(scenario)
    watch += [line for name in scenario.assumptions for line in _under(scenario, name)]
    lines += notes.section("Watch", list(map(printable, watch)))
    return Group(*lines, *notes.next_step(next_command, width))


def _without_effect(scenario: Scenario) -> list[str]:
    """Warn of strategies that set what the base changes later, or what is uncertain."""
    told = (held_over, made_certain)
    found = {
        name: tuple(filter(None, (each(scenario, name) for each in told)))
        for name in strategy_names(scenario)
    }
    return notes.warnings(found, scenario.labels)


def _under(typed: Scenario, assumption: str) -> list[str]:
    """Warn of strategies that set what an assumption changes, and of prices that it changes."""
    scenario, told = typed.under(assumption), prices_without_margins(typed, TODAY)
    found = {name: tuple(filter(None, [overridden(scenario, name)])) for name in strategy_names(scenario)}
    prices = (line for line in prices_without_margins(scenario, TODAY) if line not in told)
    found[TODAY] = (*found[TODAY], *prices)
    return [f"{notes.title_of(scenario)}: {line}" for line in notes.warnings(found, scenario.labels)]


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


def _flows(forecasts: Sequence[Forecast]) -> list[Column]:
    """Make columns of what comes in a month, and of how long it takes."""
    columns = []
    for name in ("inquiries", "leads", "won", "time_to_first_contact", "cycle_length"):
        figure = FIGURES[name]
        values = [each.estimate(name).mean / (each.months if figure.flow else 1) for each in forecasts]
        means = [Interval(value, value, value) for value in values]
        titles = [each.title(name) for each in forecasts]
        columns.append(figure_column(max(titles, key=len), figure.unit, "", means))
    return columns


def _hours(forecasts: Sequence[Forecast]) -> list[Column]:
    """Make a column for each team: hours worked, hours available, their ratio."""
    hours = [{team.team: team for team in each.team_hours()} for each in forecasts]
    weeks = [(each.model.months[-1] - each.model.months[0]) / (7 * DAY) for each in forecasts]
    teams = list(dict.fromkeys(name for each in hours for name in each))
    return [
        text_column(
            printable(name),
            [_worked(each.get(name), over) for each, over in zip(hours, weeks, strict=True)],
        )
        for name in teams
    ]


def _worked(team: TeamHours | None, weeks: float) -> str:
    """Write the hours of a team; a dash in a strategy that does not have it."""
    if team is None:
        return "-"
    share = f" ({number(100 * team.worked / team.available)} %)" if team.available > 0 else ""
    return f"{number(team.worked / weeks)} of {number(team.available / weeks)}{share}"


def list_page(checked: Mapping[str, str], width: int = WIDTH) -> RenderableType:
    """List the presets and other scenarios of the package, one line each.

    Parameters
    ----------
    checked : mapping of str to str
        Those with a baseline: their names, and what `load` takes.
    width : int
        Characters of a line at most.
    """
    room = max(map(len, [*presets(), *checked])) + 2
    first, other = presets()[0], next(iter(checked))
    return Group(
        notes.heading("To start from"),
        *(_line(name, name, room, width) for name in presets()),
        Text(),
        notes.heading("With a baseline, which tells what has moved"),
        *(_line(name, scenario, room, width) for name, scenario in checked.items()),
        Text(),
        Text(f"Make one yours: funnelsim scenarios copy {first} mine.toml"),
        Text(f"Check a baseline: funnelsim check {other}"),
    )


def _line(name: str, scenario: str, room: int, width: int) -> Text:
    """Say on one line what a scenario is, as far as the line goes: its first sentence."""
    words = " ".join(printable(load(scenario).about).split())
    line = Text(f"{name:<{room}}{words.split('. ')[0].removesuffix('.')}")
    line.truncate(width, overflow="ellipsis")
    return line


def presets_page() -> RenderableType:
    """List the presets with a description of each."""
    found: list[RenderableType] = []
    for name in presets():
        about = printable(load(name).about)
        found += [notes.heading(name), *notes.indented([about])]
    return Group(*found, Text(), Text(f"Next, try: funnelsim scenarios show {presets()[0]}"))
