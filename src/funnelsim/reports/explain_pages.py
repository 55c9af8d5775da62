"""The pages that `funnelsim explain` prints: a page for each thing that it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.console import Group, RenderableType
from rich.text import Text

from funnelsim.forecast import Interval
from funnelsim.metrics import Unit
from funnelsim.metrics.wording import money, number
from funnelsim.planning.bottleneck import MORE, BottleneckResult, Place
from funnelsim.planning.bridge import BridgeResult
from funnelsim.planning.marginal import MarginalResult
from funnelsim.planning.tipping import Tip, Tipping, TippingResult, ends
from funnelsim.planning.tornado import Swing, TornadoResult
from funnelsim.reports import notes
from funnelsim.reports.columns import PRECISION, RANGE, Column, figure_column, text_column
from funnelsim.reports.grid import WIDTH, keyed_table, printable, tables
from funnelsim.reports.question_pages import spaced
from funnelsim.scenario import TODAY, Scenario
from funnelsim.scenario.input_words import moved_to
from funnelsim.studies.replication import Plan

_TORNADO = (
    "Each bar moves one number from its P10 to its P90, or an assumption from as typed to what it says, and "
    "leaves all else as typed. Change: profit at the second end less that at the first, in the same worlds."
)
_TIPPING = (
    "The best is the strategy with the highest mean profit, in the same worlds at every value. The interval "
    "says how far the tipping point itself would move with other worlds."
)
_BOTTLENECK = (
    f"Lost to it: the profit that the firm would earn more, in the same worlds, with {MORE} times the people "
    "in that team alone, their pay, seats, training and hiring not counted. "
    "That is about the most that more people there could bring.",
    "Busy and wait of a team are on average; wait is until work starts, in hours by the clock.",
)
_MARGINAL = (
    "Brings: how much more profit the firm makes in the same worlds with one more unit from the first day of "
    "the warm-up on, after what the unit costs and all else that follows from it. Costs: what is spent on "
    "the lever itself.",
    "An hour a week more is paid as the others are. A price rises at the same odds, and what is sold costs "
    "as much as before. A channel without a response curve brings as much for the next money as for the "
    "last.",
)
_BRIDGE = (
    "Adds: what the part adds to profit, in the same worlds; a cost that rises is below 0. The parts add up "
    "to the difference. Contracts count at their expected value, over their terms."
)


def tornado_page(result: TornadoResult, next_command: str = "", width: int = WIDTH) -> RenderableType:
    """Lay out a tornado for a terminal, the widest bar first."""
    scenario = result.scenario
    return Group(
        *_top(
            scenario,
            f"what the profit of {printable(scenario.title_of(result.strategy))} hangs on",
            result.plan,
        ),
        *notes.section("Verdict", [printable(result.verdict)]),
        Text(),
        keyed_table("Moved", [result.name_of(each) for each in result.swings], _bars(result), width),
        Text(),
        Text(_TORNADO),
        *_left_out(result.left_out),
        *notes.next_step(next_command, width),
    )


def _bars(result: TornadoResult) -> list[Column]:
    currency, swings = printable(result.scenario.currency), result.swings
    changes = [each.profit for each in swings]
    columns = [
        text_column("From, to", [_span(each) for each in swings]),
        _profits(swings, currency),
        figure_column("Change\nof profit", Unit.MONEY, currency, changes, PRECISION),
    ]
    if result.strategy != TODAY:
        gains = [each.gain for each in swings]
        columns.append(figure_column("Change of\ngain on today", Unit.MONEY, currency, gains, PRECISION))
    return columns


def _profits(swings: Sequence[Swing], currency: str) -> Column:
    """Make the column of the mean profit at both ends, in one scale."""
    ends = [[each.ends[end].profit for each in swings] for end in range(2)]
    first, second = (
        figure_column("Profit", Unit.MONEY, currency, ends[end], beside=ends[1 - end]) for end in range(2)
    )
    cells = [f"{low}\nto {high}" for low, high in zip(first.values, second.values, strict=True)]
    return replace(text_column(first.title, cells), unit=first.unit)


def _span(swing: Swing) -> str:
    if swing.is_assumption:
        return "typed to assumed"
    first, second = (number(end.at) for end in swing.ends)
    return moved_to(swing.name, f"{first} to {second}")


def tipping_page(result: TippingResult, next_command: str = "", width: int = WIDTH) -> RenderableType:
    """Lay out tipping points for a terminal, assumptions that tip the choice first."""
    rows = [(each, tip) for each in result.assumptions for tip in each.tips or (None,)]
    columns = [
        text_column(
            "Range", [moved_to(each.key, f"{number(each.low)} to {number(each.high)}") for each, _ in rows]
        ),
        text_column("Tips at", [_at(each, tip) for each, tip in rows]),
        text_column("Best", [_best(result, each, tip) for each, tip in rows]),
    ]
    return Group(
        *_top(result.scenario, "at what value another strategy is the best", result.plan),
        *notes.section("Verdict", [printable(result.verdict)]),
        Text(),
        keyed_table("Assumption", [result.name_of(each) for each, _ in rows], columns, width),
        Text(),
        Text(_TIPPING),
        *_left_out(result.left_out),
        *notes.next_step(next_command, width),
    )


def _at(each: Tipping, tip: Tip | None) -> str:
    return "no change" if tip is None else f"{moved_to(each.key, number(tip.at.value))} ({ends(tip.at)})"


def _best(result: TippingResult, each: Tipping, tip: Tip | None) -> str:
    """Name what is best below and above a tipping point, or over the whole range."""
    names = (each.best,) if tip is None else (tip.below, tip.above)
    return ",\nthen ".join(printable(result.scenario.label_of(name)) for name in names)


def bottleneck_page(result: BottleneckResult, next_command: str = "", width: int = WIDTH) -> RenderableType:
    """Lay out who is busy, who waits and goes cold, and what it costs, for a terminal."""
    simulated = result.result[result.strategy]
    scenario, teams = simulated.scenario, result.teams
    currency = printable(scenario.currency)
    columns = [
        figure_column("Lost to it", Unit.MONEY, currency, [each.lost for each in teams], PRECISION),
        figure_column("Contracts lost to it", Unit.COUNT, "", [each.won for each in teams], PRECISION),
        figure_column("Busy", Unit.SHARE, "", [each.busy for each in teams], RANGE),
        figure_column("Wait", Unit.HOURS, "", [each.wait for each in teams], RANGE),
    ]
    return Group(
        *_top(
            scenario,
            f"where {printable(result.result.scenario.title_of(result.strategy))} loses profit",
            result.result.plan,
            "as it is and for each team",
        ),
        *notes.section("Verdict", [printable(result.verdict)]),
        *spaced(tables("Team", [printable(each.team) for each in teams], columns, width=width)),
        *_waiting("Stage", result.stages, width),
        *_waiting("Segment", result.segments, width),
        Text(),
        *map(Text, _BOTTLENECK),
        Text(notes.intervals(result.result.years, simulated.forecast.months)),
        *notes.next_step(next_command, width),
    )


def marginal_page(result: MarginalResult, next_command: str = "", width: int = WIDTH) -> RenderableType:
    """Lay out what the next unit of each lever brings for a terminal, the one most worth its money first."""
    scenario, levers = result.result.scenario, result.levers
    currency = printable(scenario.currency)
    each = f"per {currency} spent" if currency else "per unit spent"
    following = money(result.next_money, currency)
    columns = [
        figure_column("Costs", Unit.MONEY, currency, [lever.spent for lever in levers], PRECISION),
        figure_column("Brings", Unit.MONEY, currency, [lever.gain for lever in levers], PRECISION),
        figure_column(f"Brings\n{each}", Unit.RATIO, "", [lever.worth for lever in levers], PRECISION),
        figure_column(
            f"The next\n{following}\nbring",
            Unit.MONEY,
            currency,
            [result.of_next(lever) for lever in levers],
            PRECISION,
        ),
    ]
    title = printable(scenario.title_of(result.strategy))
    return Group(
        *_top(
            scenario,
            f"what one more of each lever brings {title}",
            result.result.plan,
            "as it is and for each",
        ),
        *notes.section("Verdict", [printable(result.verdict)]),
        *spaced(tables("Next unit", [printable(lever.lever) for lever in levers], columns, width=width)),
        Text(),
        *map(Text, _MARGINAL),
        Text(notes.precision_of_the_mean(result.result.years, scenario.months.period)),
        *notes.section("Left out", [printable(f"{each.words}: {each.reason}") for each in result.left_out]),
        *notes.next_step(next_command, width),
    )


def bridge_page(result: BridgeResult, next_command: str = "", width: int = WIDTH) -> RenderableType:
    """Lay out the way from the profit of one strategy to that of another for a terminal."""
    scenario = result.result.scenario
    start, goal = (printable(scenario.label_of(name)) for name in (result.start, result.goal))
    rows: list[tuple[str, Interval]] = [(f"Profit of {start}", result.before)]
    rows += [(each.title, each.adds) for each in result.parts]
    rows += [(f"Profit of {goal}", result.after)]
    sums = [("Difference", result.gain), ("of this, gross margin", result.margin)]
    adds = [each for _, each in (*rows, *sums)]
    column = figure_column("Adds", Unit.MONEY, printable(scenario.currency), adds, PRECISION)
    return Group(
        *_top(scenario, f"from {start} to {goal}", result.result.plan, "of each strategy"),
        *notes.section("Verdict", [printable(result.verdict)]),
        Text(),
        keyed_table("Part of profit", [name for name, _ in (*rows, *sums)], [column], width),
        Text(),
        Text(_BRIDGE),
        Text(notes.precision_of_the_mean(result.result.years, scenario.months.period)),
        *notes.next_step(next_command, width),
    )


def _waiting(heading: str, places: Sequence[Place], width: int) -> list[RenderableType]:
    """Lay out who waits and goes cold in stages or segments; nothing where nobody ever queues."""
    columns = [
        figure_column("Wait", Unit.HOURS, "", [each.wait for each in places], RANGE),
        figure_column("Gone cold", Unit.SHARE, "", [each.cold for each in places], RANGE),
    ]
    return spaced(tables(heading, [printable(each.name) for each in places], columns, width=width))


def _top(scenario: Scenario, about: str, plan: Plan, each: str = "at each value") -> list[RenderableType]:
    """State what is shown, and what was simulated for it, and how often."""
    months = scenario.months.period
    ran = notes.what_ran(plan, plan.replications, months)
    return [
        notes.heading(f"{notes.title_of(scenario)}: {about}"),
        Text(f"{ran}, {each}; {notes.horizon(scenario)}"),
    ]


def _left_out(keys: Sequence[str]) -> list[RenderableType]:
    """State which values cannot be moved alone."""
    lines = [f"{printable(key)} cannot be moved alone: the scenario would not be valid." for key in keys]
    return notes.section("Left out", lines)
