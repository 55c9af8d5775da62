"""The page that `run` prints: one strategy in depth."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from funnelsim.forecast import Forecast, Interval
from funnelsim.forecast.quota import WHOLE
from funnelsim.metrics import FIGURES, Unit
from funnelsim.metrics.wording import number, period
from funnelsim.reports import notes
from funnelsim.reports.cash_notes import cash_notes
from funnelsim.reports.columns import (
    PRECISION,
    RANGE,
    Column,
    chance,
    figure_column,
    outcome,
    standing,
    text_column,
)
from funnelsim.reports.cuts import by, column, currency, of_everything, reps_or_teams, section
from funnelsim.reports.grid import WIDTH, printable, tables
from funnelsim.reports.run_figures import PARTS, TABLES, Part
from funnelsim.reports.uncertainty import what_is_unknown
from funnelsim.studies.results import SimulationResult


def simulation_page(result: SimulationResult, next_command: str, width: int = WIDTH) -> RenderableType:
    """Lay out one strategy in depth for a terminal.

    Parameters
    ----------
    result : SimulationResult
        What was simulated.
    next_command : str
        What to try next; empty if the page is to be kept.
    width : int
        Characters of a line at most.
    """
    forecast = result.forecast
    ran = notes.what_ran(result.plan, result.years, forecast.months)
    found: list[RenderableType] = [
        notes.heading(
            f"{notes.title_of(result.scenario)}, strategy {notes.named(result.strategy, result.title)}"
        ),
        Text(f"{ran}; {notes.horizon(result.scenario)}"),
        *notes.section("What is assumed", notes.assumption(result.scenario)),
        Text(notes.intervals(result.years, forecast.months)),
        *section("In all", of_everything(forecast, TABLES["all"], width)),
        *notes.without_interval({name: forecast.estimate(name) for name in TABLES["all"]}, forecast.months),
        Text(notes.profit(forecast)),
        Text(notes.books(forecast)),
        Text(notes.counted()),
        *section("By month", by(forecast, "month", TABLES["month"], width)),
        Text(notes.added_up(forecast.months)),
        *section("By channel", by(forecast, "channel", TABLES["channel"], width)),
        Text(notes.counted_over(TABLES["channel"])),
        *by_segment(forecast, width),
        *section("By stage", by_stage(forecast, width)),
        Text(notes.what_is_typed(forecast.conversions())),
        Text(notes.counted_over(TABLES["stage"])),
        *section(
            f"Lost, by stage and reason (of inquiries in {period(forecast.months)}, on average)",
            lost(forecast, width),
        ),
        *parts(forecast, width),
        *cash_notes(result.scenario, forecast),
        *section("By rep", by_rep(forecast, width)),
        Text(notes.counted_over(TABLES["rep"])),
        *section("How long it takes to win", cycle(forecast, width)),
    ]
    if forecast.goals:
        found += section("Goals", goals(forecast, width))
        found += [Text(line) for line in notes.worst_months(forecast.goals)]
    quotas = quota(forecast, width)
    if quotas:
        found += section("Quotas, as far as bookings reach them", quotas)
        found += [Text(line) for line in quotas_left_out(forecast)]
    found += what_is_unknown(forecast, width)
    found += _watch(result)
    return Group(*found, *notes.next_step(next_command, width))


def by_segment(forecast: Forecast, width: int) -> list[RenderableType]:
    """Show how segments differ; nothing where there is one."""
    if len(forecast.names.segments) == 1:
        return []
    table = by(forecast, "segment", TABLES["segment"], width)
    return [*section("By segment", table), Text(notes.counted_over(TABLES["segment"]))]


def by_stage(forecast: Forecast, width: int) -> list[Table]:
    """Show conversions, typed and simulated, and what happens in each stage."""
    columns = [
        *notes.conversion_columns(forecast.conversions()),
        *(column(forecast, metric, "stage") for metric in TABLES["stage"]),
    ]
    return tables("Stage", forecast.names.stages, columns, Column.beside, width)


def lost(forecast: Forecast, width: int) -> list[Table]:
    """Count leads that ended without a contract, by stage and reason."""
    counts = forecast.reasons("stage")
    columns = [
        figure_column(printable(reason), Unit.COUNT, "", [Interval(each, each, each) for each in column])
        for reason, column in zip(forecast.names.reasons, counts.T, strict=True)
    ]
    return tables("Stage", forecast.names.stages, columns, Column.beside, width)


def parts(forecast: Forecast, width: int) -> list[RenderableType]:
    """Show the parts that occur, and of each part the figures that say anything."""
    found: list[RenderableType] = []
    for part in PARTS:
        if any(forecast.estimate(sign).mean > 0 for sign in part.signs):  # NaN is not
            found += _of_part(part, forecast, width)
    return found


def _of_part(part: Part, forecast: Forecast, width: int) -> list[RenderableType]:
    """Lay out the section of a part."""
    figures = [name for name in part.figures if part.whole or forecast.estimate(name).mean > 0]
    found = section(part.title, of_everything(forecast, figures, width))
    for asked, metrics in part.cuts:
        dimension = reps_or_teams(forecast) if asked == "rep" else asked
        shown = [name for name in metrics if name in figures]
        if shown:
            found += [Text(), *by(forecast, dimension, shown, width), Text(notes.counted_over(shown))]
    return found


def by_rep(forecast: Forecast, width: int) -> list[Table]:
    """Show what each rep does; if there are many, what each team does."""
    return by(forecast, reps_or_teams(forecast), TABLES["rep"], width)


def cycle(forecast: Forecast, width: int) -> list[Table]:
    """Show within how many days a tenth, half and nine tenths of contracts are won.

    Where leads are open at the end, these are bounds: if none of them is won, and if all of them are.
    """
    found = forecast.cycle()
    within = {level: found.quantile(level) for level in (0.1, 0.5, 0.9)}
    days = figure_column(
        "Days", Unit.DAYS, "", [*(each.precision for each in within.values()), found.mean], PRECISION
    )
    days = replace(days, unit="", values=(*(each.words() for each in within.values()), days.values[-1]))
    mean = "on average"
    if forecast.followed is not None:
        mean = f"on average, of those won within {forecast.followed:,.0f} days"
    labels = [*(f"{number(100 * level)} % of contracts within" for level in within), mean]
    return tables("Won", labels, [days], Column.beside, width)


def goals(forecast: Forecast, width: int) -> list[Table]:
    """Show what each goal asks, where its figure stands, and how likely the goal is to be reached."""
    chances = forecast.chances()
    stands = [
        figure_column("", FIGURES[each.goal.metric].unit, currency(forecast), [standing(each)], RANGE)
        for each in chances
    ]
    asked = [f"{FIGURES[each.goal.metric].title}: {each.goal.words()}" for each in chances]
    columns = [
        text_column("Mean", [each.values[0] for each in stands]),
        text_column(RANGE, [each.intervals[0] for each in stands]),
        text_column("Unit", [each.unit for each in stands]),
        text_column("Wanted", [each.goal.bounds() for each in chances]),
        figure_column("Chance", Unit.SHARE, "", [chance(each) for each in chances], PRECISION),
        text_column("What it asks", asked),
    ]
    return tables("Goal", [printable(each.goal.name) for each in chances], columns, Column.beside, width)


def quota(forecast: Forecast, width: int) -> list[Table]:
    """Show how far the firm and teams reach their quotas by quarter, and reps over the period."""
    found = [each for each in forecast.quotas() if each.dimension != "rep" or each.quarter == WHOLE]
    if not found:
        return []
    typed = [Interval(each.quota, each.quota, each.quota) for each in found]
    columns = [
        figure_column("Quota", Unit.MONEY, currency(forecast), typed),
        figure_column("Attained", Unit.SHARE, "", [outcome(each.attained) for each in found], RANGE),
        figure_column("Gap", Unit.MONEY, currency(forecast), [outcome(each.gap) for each in found], RANGE),
        figure_column("Chance", Unit.SHARE, "", [each.chance for each in found], PRECISION),
    ]
    whose = ["firm" if each.dimension == "all" else printable(each.place) for each in found]
    labels = [f"{who}, {each.quarter}" for who, each in zip(whose, found, strict=True)]
    return tables("Of, in", labels, columns, Column.beside, width)


def quotas_left_out(forecast: Forecast) -> list[str]:
    """State where the quotas are that the page leaves out."""
    left_out = any(each.dimension == "rep" and each.quarter != WHOLE for each in forecast.quotas())
    return ["Quotas of reps by quarter are in quota.csv, which --out writes."] if left_out else []


def _watch(result: SimulationResult) -> list[RenderableType]:
    if not result.warnings:
        return []
    return [Text(), notes.heading("Watch"), *notes.indented(result.warnings)]
