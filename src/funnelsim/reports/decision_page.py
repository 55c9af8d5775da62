"""The pages that `compare --margin` prints: the verdict, what each pair's sequence says, and risks."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from funnelsim.decisions import Contrast
from funnelsim.forecast import Interval
from funnelsim.metrics import Unit
from funnelsim.metrics.wording import money_range, rounded_up
from funnelsim.reports import notes
from funnelsim.reports.columns import ANY_TIME, Column, chance_column, figure_column, text_column
from funnelsim.reports.grid import WIDTH, printable, tables
from funnelsim.reports.question_pages import spaced
from funnelsim.reports.strategy_columns import dated_names, order
from funnelsim.scenario import AS_TYPED
from funnelsim.studies.sequential import Decision, DecisionsResult

_RISKS = (
    "One year in ten brings less than the worst year in ten. Here each sequence holds by itself with 95 %, "
    "whatever the distribution."
)


def decision_page(
    result: Decision, next_command: str, width: int = WIDTH, everything: bool = False
) -> RenderableType:
    """Lay out a verdict at any time for a terminal.

    Parameters
    ----------
    result : Decision
        What was simulated.
    next_command : str
        What to try next.
    width : int
        Characters of a line at most.
    everything : bool
        Whether to show also what each strategy changes, and the whole horizon.
    """
    compared = result.result
    base = compared[compared.base]
    months = base.forecast.months
    ran = f"{notes.what_ran(compared.plan, result.years, months)}, at most {result.question.at_most:,}"
    return Group(
        notes.heading(f"{notes.title_of(compared.scenario)}: a verdict at any time"),
        Text(f"{ran}; {notes.horizon(base.scenario)}" if everything else ran),
        Text(),
        notes.heading("Verdict"),
        *notes.indented([printable(result.verdict), how_sure(result)]),
        *_pairs(result, width),
        Text(),
        Text(sequences(result)),
        Text(),
        notes.heading("What single years may bring"),
        *spaced(tables("Strategy", dated_names(compared), _risks(result), width=width)),
        Text(),
        Text(_RISKS),
        *(notes.what_changes(compared.scenario, list(compared)) if everything else []),
        *notes.section("Mind", notes.warnings(compared.notes, compared.titles)),
        *notes.section("Watch", notes.warnings(compared.forecast_warnings, compared.titles)),
        *notes.next_step(next_command, width),
    )


def decisions_page(
    result: DecisionsResult, next_command: str, width: int = WIDTH, everything: bool = False
) -> RenderableType:
    """Lay out verdicts at any time, as typed and under each assumption, for a terminal.

    Parameters
    ----------
    result : DecisionsResult
        What was simulated.
    next_command : str
        What to try next.
    width : int
        Characters of a line at most.
    everything : bool
        Whether to show also what each strategy changes, and the whole horizon.
    """
    typed, scenario = result.typed, result.scenario
    others = [name for name in result.decisions if name != AS_TYPED]
    ran = f"At most {result.question.at_most:,} years of each"
    return Group(
        notes.heading(f"{notes.title_of(scenario)}: a verdict at any time, as typed and under assumptions"),
        Text(f"{ran}; {notes.horizon(typed.result.scenario)}" if everything else ran),
        Text(),
        notes.heading("What each assumption changes"),
        *notes.indented(
            line for name in others for line in notes.assumption(result.decisions[name].result.scenario)
        ),
        *(each for name in result.decisions for each in _under(result, name, width)),
        Text(),
        Text(how_sure(typed)),
        Text(),
        Text(sequences(typed)),
        *(notes.what_changes(scenario, list(typed.result)) if everything else []),
        *notes.next_step(next_command, width),
    )


def _under(result: DecisionsResult, name: str, width: int) -> list[RenderableType]:
    """Lay out what is decided under one assumption."""
    decision, title = result.decisions[name], printable(result.titles[name])
    return [
        Text(),
        notes.heading(f"Verdict {title}" if name == AS_TYPED else f"Verdict under {title}"),
        *notes.indented([printable(decision.verdict)]),
        *_pairs(decision, width),
        *notes.section("Watch", notes.warnings(decision.result.forecast_warnings, decision.result.titles)),
    ]


def _pairs(result: Decision, width: int) -> list[RenderableType]:
    """Lay out what is sure against the base, and then of the other rivals against the leader."""
    found, base = result.any_time, result.result.base
    rivals = [each for each in found.contrasts if base not in (each.strategy, each.base)]
    return [*_against(result, list(found.against_base.values()), width), *_against(result, rivals, width)]


def how_sure(result: Decision) -> str:
    """State how sure the verdict is."""
    pairs, verdicts = result.any_time.pairs, result.verdicts
    of_which = f"any of {pairs} pairs" if pairs > 1 else "the pair"
    of_which += " under any assumption" if verdicts > 1 else ""
    return (
        f"The chance that this is ever wrong about the profit of {of_which}, however often one looks, is at "
        "most 5 %; and so is that of being wrong about more than half of the years."
    )


def sequences(result: Decision) -> str:
    """State what the sequences are, and what is sure by them."""
    margin = result.question.margin
    more = " More years: about so many, if they are like these." if result.any_time.open else ""
    return (
        "At any time: a confidence sequence. It may be looked at after any number of simulated years, and "
        "holds at all of them together. Better: the whole of it lies above 0. The same: the whole of it lies "
        f"within {money_range(-margin, margin, _currency(result))}.{more}"
    )


def _against(result: Decision, contrasts: Sequence[Contrast], width: int) -> list[RenderableType]:
    """Lay out what the sequences of strategies against one of them say; nothing without strategies."""
    if not contrasts:
        return []
    titles, base = result.result.titles, contrasts[0].base
    columns = [
        figure_column(
            f"Profit against {printable(titles[base])}",
            Unit.MONEY,
            _currency(result),
            [Interval(each.mean, each.low, each.high) for each in contrasts],
            ANY_TIME,
        ),
        text_column("What is sure", [each.words for each in contrasts]),
    ]
    if any(each.open for each in contrasts):
        more = [rounded_up(each.more_years) if each.open else "" for each in contrasts]
        columns.append(text_column("More years", more))
    if base == result.result.base:
        columns += _years(result, contrasts)
    names = [printable(titles[each.strategy]) for each in contrasts]
    return spaced(tables("Strategy", names, columns, width=width))


def _years(result: Decision, contrasts: Sequence[Contrast]) -> list[Column]:
    """Make the columns of the share of years in which a strategy is ahead, and of what is sure of it."""
    found = [result.any_time.ahead[each.strategy] for each in contrasts]
    return [
        chance_column("Years ahead", [each.ahead for each in found], ANY_TIME),
        text_column("Sure of years", [each.words for each in found]),
    ]


def _risks(result: Decision) -> list[Column]:
    """Make the columns of what single years may bring."""
    found = [result.single_years[name] for name in order(result.result)]
    goals = dict.fromkeys(name for each in found for name in each.goals)
    return [
        chance_column("Chance of a loss", [each.loss for each in found], ANY_TIME),
        figure_column(
            "Profit in the worst year in ten",
            Unit.MONEY,
            _currency(result),
            [each.worst_in_ten for each in found],
            ANY_TIME,
        ),
        *(
            chance_column(f"Chance of {printable(goal)}", [each.goals.get(goal) for each in found], ANY_TIME)
            for goal in goals
        ),
    ]


def _currency(result: Decision) -> str:
    return printable(result.result[result.result.base].forecast.names.currency)
