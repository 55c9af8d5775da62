"""Why: the bridge from the base to the other strategy, and what would change the answer."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, pairwise

from funnelsim.forecast import Interval
from funnelsim.metrics import Unit
from funnelsim.metrics.wording import listed, number, spoken
from funnelsim.planning.bridge import bridge_of
from funnelsim.planning.case import MOST_MOVED, Case
from funnelsim.planning.tornado import Swing, TornadoResult
from funnelsim.reports.columns import PRECISION, figure_column
from funnelsim.reports.report.contents import Bar, Bars, Cell, Heading, Row, Table
from funnelsim.reports.report.naming import caller, in_quotes, path_title, titled
from funnelsim.reports.report.shapes import scale_over
from funnelsim.scenario import AS_TYPED
from funnelsim.scenario.input_words import moved_to
from funnelsim.scenario.withheld import Withheld
from funnelsim.studies.assumptions import AssumptionsResult


def bridge(case: Case, withheld: Withheld) -> Bars | None:
    """Lead from the profit of the base to that of the other strategy, part by part."""
    if case.rival is None:
        return None
    found = bridge_of(case.result, case.result.base, case.rival, people_as_one=withheld.pay)
    currency = case.result.scenario.currency
    steps = [each for each in found.steps if each.adds.value]
    levels = list(accumulate([found.before.value, *(each.adds.value for each in steps)]))
    amounts = [found.before, *(each.adds for each in steps), found.after]
    places = [*levels, found.before.value, found.after.value]
    scale = scale_over(places, Unit.MONEY, currency, zero=True, told=amounts)
    column = figure_column("", Unit.MONEY, currency, amounts, PRECISION)
    told = [
        f"{value} ({sure})" if sure else value
        for value, sure in zip(column.values, column.intervals, strict=True)
    ]

    called = caller(case.result)

    def whole(name: str, profit: Interval, kind: str, words: str) -> Bar:
        since, until = sorted((scale.at(0.0), scale.at(profit.value)))
        return Bar(f"Profit with {called(name)}", words, kind, since, until)

    bars = [whole(found.start, found.before, "base", told[0])]
    for each, (before, after), words in zip(steps, pairwise(levels), told[1:-1], strict=True):
        since, until = sorted((scale.at(before), scale.at(after)))
        adds = each.adds.value > 0
        bars.append(Bar(each.title, f"{'+' * adds}{words}", "more" if adds else "less", since, until))
    bars.append(whole(found.goal, found.after, "rival", told[-1]))
    said = [f"In brackets: {PRECISION} precision of the mean; the parts are of the same worlds."]
    if withheld.pay:
        said.append("Cost of people: pay, commission, training and turnover together.")
    title = f"From {called(found.start)} to {called(found.goal)}"
    zero = scale.at(0.0) if scale.has_zero else None
    return Bars(title, column.unit, found.verdict, tuple(bars), scale.ticks, zero, tuple(said))


# ---- what would change the answer ------------------------------------------------------------


def assumptions(case: Case) -> tuple[Table | None, list[str]]:
    """Tabulate which strategy is the best under which assumption, and by how much it is ahead."""
    found = case.assumptions
    if found is None:
        return None, []
    called, currency = found.scenario.title_of, found.scenario.currency
    names, leads = [*found], found.leads
    by = figure_column(
        "",
        Unit.MONEY,
        currency,
        [None if lead is None else lead.by for lead in leads.values()],
        PRECISION,
    )
    rows = []
    for place, name in enumerate(names):
        lead = leads[name]
        leaders = found[name].comparison.leaders()
        if lead is not None:
            best = titled(called(lead.best))
        elif leaders:
            best = f"{titled(listed(list(map(called, leaders))))}: cannot be told apart"
        else:
            best = f"Nothing surely beats {called(found.base)}"
        second = "-" if lead is None else titled(called(lead.second))
        cells = (Cell(best), Cell(second), Cell(by.values[place], "", by.intervals[place]))
        rows.append(
            Row(titled(found.titles[name]), cells, "base" if name == AS_TYPED else "", _about(found, name))
        )
    headings = (
        Heading("The best", words=True),
        Heading("The next best", words=True),
        Heading("Ahead by", by.unit),
    )
    table = Table("If", headings, tuple(rows), "Which strategy is the best under which assumption")
    return table, [found.verdict]


def _about(found: AssumptionsResult, name: str) -> tuple[str, ...]:
    under = found[name].scenario.assumed
    return (under.about,) if under is not None and under.about else ()


def tornado(case: Case, withheld: Withheld) -> Bars | None:
    """Show how far the gain on today goes as each number or assumption is moved alone."""
    found = case.tornado
    if found is None or not found.swings:
        return None
    currency, called = found.scenario.currency, caller(case.result)(found.strategy)
    swings = sorted(found.swings, key=lambda each: abs(each.gain.value), reverse=True)
    ends = [end.gain.value for each in swings for end in each.ends]
    gains = [found.typed.gain, *(end.gain for each in swings for end in each.ends)]
    scale = scale_over([*ends, found.typed.gain.value], Unit.MONEY, currency, zero=True, told=gains)
    column = figure_column("", Unit.MONEY, currency, gains, PRECISION)
    at_ends = zip(column.values[1::2], column.values[2::2], strict=True)
    bars = tuple(
        _swing_bar(each, told, found, scale.at, withheld) for each, told in zip(swings, at_ends, strict=True)
    )
    typed = f"{column.values[0]} {column.unit}".rstrip()
    if column.intervals[0]:
        typed += f" ({column.intervals[0]})"
    moved = [each for each in swings if not each.is_assumption]
    certain = ", with nothing uncertain," if moved else ""
    said = [
        *_bars_are(moves=bool(moved), assumes=len(moved) < len(swings)),
        f"It shows how much more profit {called} then earns than today, on average.",
        f"As typed{certain} that is {typed}.",
    ]
    if len(moved) == MOST_MOVED:
        said.append(f"Shown are the {MOST_MOVED} uncertain numbers that its profit goes with most closely.")
    zero = scale.at(0.0) if scale.has_zero else None
    title = f"Gain of {called} on today"
    return Bars(title, column.unit, _hangs(found, withheld), bars, scale.ticks, zero, tuple(said))


def _bars_are(moves: bool, assumes: bool) -> list[str]:
    """Say from where to where bars go, of numbers and of assumptions."""
    of_a_number = "moves one number from its P10 to its P90, below and above which it is one time in ten each"
    of_an_assumption = "goes from the scenario as typed to what an assumption says"
    ways = [of_a_number] * moves + [of_an_assumption] * assumes
    return [f"Each bar {', or '.join(ways)}; all else is as typed."]


def _swing_bar(
    each: Swing,
    gains: tuple[str, str],
    found: TornadoResult,
    at: Callable[[float], float],
    withheld: Withheld,
) -> Bar:
    """Draw a bar, with the gain at its ends; where one is as typed, that is said once for all bars."""
    since, until = sorted(at(end.gain.value) for end in each.ends)
    shown = gains[1:] if each.is_assumption else gains
    told = ", ".join(
        f"{gain} {_at(each, end, withheld)}" for end, gain in enumerate(shown, start=2 - len(shown))
    )
    return Bar(_moved(each, found, withheld), told, "turns" if each.turns else "swing", since, until)


def _moved(each: Swing, found: TornadoResult, withheld: Withheld) -> str:
    """Name what is moved, as readers do who do not know the file."""
    if each.is_assumption:
        return titled(found.name_of(each))
    return path_title(each.name, withheld)


def _at(each: Swing, end: int, withheld: Withheld) -> str:
    if each.is_assumption:
        return "if it holds"
    if withheld.is_pay(each.name):
        return ("at P10", "at P90")[end]
    return f"at {moved_to(each.name, number(each.ends[end].at))}"


def _hangs(found: TornadoResult, withheld: Withheld) -> str:
    """Say whether anything that is moved alone turns the gain."""
    turning = [_moved(each, found, withheld) for each in found.swings if each.turns]
    if turning:
        return f"Moved alone, {listed(turning, 'or')} can turn the gain into a loss, or back."
    return "Moved alone, none of these turns a sure gain into a sure loss, or a sure loss into a sure gain."


def tipping(case: Case, withheld: Withheld) -> list[str]:
    """State at what values of uncertain numbers the choice changes."""
    if case.tipping is None:
        return []
    kept_back = [each.key for each in case.tipping.assumptions if withheld.is_pay(each.key)]
    if kept_back:
        return [f"The choice hangs on {withheld.in_words(kept_back[0])}, which is left out here."]
    return [case.tipping.verdict]


def nothing_unsure(case: Case) -> list[str]:
    """State that nothing could change the answer, as far as the scenario says; nothing if something could."""
    if case.assumptions is not None or case.tornado is not None:
        return []
    return [
        "The scenario names no assumptions and no uncertain numbers, so that nothing here says what would "
        "change the answer. Name them in [assumptions] and [uncertainties]."
    ]


def assumed(case: Case) -> list[str]:
    """State the assumption that the whole report is under; nothing if it is under none."""
    under = case.result.scenario.assumed
    if under is None:
        return []
    about = f": {under.about.rstrip('.')}" if under.about else ""
    return [f"All of this is under the assumption {in_quotes(spoken(under.label))}{about}."]
