"""Text around tables: what was simulated, what strategies change, what intervals mean."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence

from rich.cells import cell_len
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from funnelsim.decisions import Comparison, Difference
from funnelsim.engines.fold import Basis
from funnelsim.forecast import Conversion, Estimate, Forecast, Goal, Interval
from funnelsim.forecast.resampling import FEWEST
from funnelsim.metrics import FIGURES, Unit
from funnelsim.metrics.wording import amount, listed, number, period, signed, simulated, span, too_few
from funnelsim.model.words import DAY
from funnelsim.reports.columns import PRECISION, RANGE, Column, figure_column, precision
from funnelsim.reports.grid import printable
from funnelsim.scenario import TODAY, Lever, Scenario, assumed, levers
from funnelsim.scenario.errors import in_words
from funnelsim.scenario.input_words import key_in_words
from funnelsim.scenario.months import months_later
from funnelsim.studies.replication import Plan

BASES = {Basis.PERIOD: "the period", Basis.COHORT: "its inquiries"}  # what a figure is counted over


def heading(text: str) -> Text:
    """Write a heading."""
    return Text(text, style="bold")


def indented(lines: Iterable[str], by: int = 2) -> list[Padding]:
    """Indent lines; folded parts a little more."""
    return [Padding(Text(line, overflow="fold"), (0, 0, 0, by), expand=False) for line in lines]


def section(title: str, lines: Sequence[str]) -> list[RenderableType]:
    """Write lines below a heading; nothing if there are none."""
    return [Text(), heading(title), *indented(lines)] if lines else []


def title_of(scenario: Scenario) -> str:
    """Name a scenario, and the assumption that it is under."""
    under = scenario.assumed
    return printable(scenario.source if under is None else f"{scenario.source} under {under.label}")


def horizon(scenario: Scenario) -> str:
    """State what is simulated before, in and after the period.

    Parameters
    ----------
    scenario : Scenario
        With its months settled.
    """
    months = scenario.months
    start = scenario.start
    end = months_later(start, months.period)
    first = months_later(start, -months.warm_up)
    last = months_later(end, months.drain)
    before = (
        f"warm-up of {_part(scenario, 'warm_up')} from {first}, in which the pipeline fills"
        if months.warm_up
        else "no warm-up: the pipeline starts empty"
    )
    after = (
        f"drain of {_part(scenario, 'drain')}, in which inquiries of the period run out, "
        f"to {_day_before(last)}"
        if months.drain
        else "no drain: what is open at the end stays open"
    )
    return f"{before}; period of {span(months.period)} from {start} to {_day_before(end)}; {after}."


def _part(scenario: Scenario, part: str) -> str:
    """State the months of a part of the horizon, and whether a pilot has chosen them."""
    chosen = " (from a pilot)" if part in scenario.not_typed else ""
    return f"{span(getattr(scenario.months, part))}{chosen}"


def _day_before(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=1)


def what_ran(plan: Plan, years: int, months: int) -> str:
    """State how much was simulated and how."""
    return f"{simulated(years, months)}, seed {plan.seed}, {plan.engine} engine"


def intervals(years: int, months: int) -> str:
    """State what the two kinds of interval are."""
    return f"{range_of_outcomes(months)} {precision_of_the_mean(years, months)}"


def range_of_outcomes(months: int) -> str:
    """State what the range of outcomes is."""
    one = simulated(1, months).removeprefix("1 ")
    return f"{RANGE}: range of outcomes; one {one} in ten is lower, one in ten is higher."


def precision_of_the_mean(years: int, months: int) -> str:
    """State what the precision of the mean is."""
    return f"{PRECISION}: precision of the mean of {simulated(years, months)}."


def without_interval(found: Mapping[str, Estimate | Difference], months: int) -> list[Text]:
    """State which figures have no interval, since there are too few simulated years; nothing if all have one.

    Parameters
    ----------
    found : mapping
        By the name of a figure.
    months : int
        Of the period.
    """
    lacking = {name: each for name, each in found.items() if 0 < each.more_years < math.inf}
    if not lacking:
        return []
    years = next(iter(lacking.values())).years
    more = {name: each.more_years for name, each in lacking.items()}
    if all(years + each <= FEWEST for each in more.values()):
        return [Text(f"No precision of the mean: {too_few(max(more.values()), rare=False)}.")]
    lacks: dict[str, list[str]] = {}
    for name, each in more.items():
        what = too_few(each, rare=FIGURES[name].basis is Basis.PERIOD)
        lacks.setdefault(what, []).append(FIGURES[name].title.replace(",", ""))
    figures = "; ".join(f"{listed(titles)} ({what})" for what, titles in lacks.items())
    return [Text(f"No precision of the mean at {simulated(years, months)}: {figures}.")]


def told_apart(strategies: int, base: str) -> list[str]:
    """State how sure a verdict on so many strategies against the base is; nothing without strategies.

    Examples
    --------
    >>> told_apart(3, "today")
    ['The chance that this is wrong about any of the 3 strategies against today is at most 5 %.']
    """
    if not strategies:
        return []
    who = f"any of the {strategies} strategies" if strategies > 1 else "the strategy"
    return [f"The chance that this is wrong about {who} against {base} is at most 5 %."]


def best(years: int, months: int) -> str:
    """State what the chance to be best and the expected regret are."""
    return (
        f"Chance to be best: that its mean profit is the highest, as far as {simulated(years, months)} "
        "can tell. Expected regret: how much mean profit it costs, on average, to choose it although another "
        "may be the best."
    )


def profit(forecast: Forecast) -> str:
    """State what profit and return on investment are, and the time that they cover."""
    return _profit(forecast.months, forecast.terms, forecast.renews)


def extra_money(comparison: Comparison, base: str) -> list[str]:
    """State what the return on the extra money is; nothing where no strategy surely costs more."""
    if all(comparison.return_on_extra(name) is None for name in comparison.differences()):
        return []
    unit = printable(comparison.forecasts[comparison.base].names.currency) or "unit of money"
    return [
        f"Return on the extra money: the gross margin that each {unit} spent beyond {printable(base)} "
        "brings; above 1 it pays. It is left out where a strategy does not surely spend more."
    ]


def profit_of_all(comparison: Comparison, roi: bool = True) -> str:
    """State what profit and, if it is shown, return on investment are, and the time that they cover."""
    base = comparison.forecasts[comparison.base]
    return _profit(base.months, comparison.terms(), base.renews, roi)


def _profit(months: int, terms: tuple[float, float] | None, renews: bool, roi: bool = True) -> str:
    when = period(months)
    begins = f"Profit is the gross margin {signed(months, terms, renews)}"
    if terms is not None and terms[1] <= 1:
        of_roi = "; ROI is profit / cost" if roi else ""
        return f"{begins}, including what they earn later, less the cost of {when}{of_roi}."
    of_roi = f"; ROI is profit / cost, so it too is over the terms and not of {when} alone" if roi else ""
    return f"{begins}, less the cost of {when}{of_roi}."


def books(forecast: Forecast, result: bool = True) -> str:
    """State what revenue and, if it is shown, result are, and which contracts may be missing in them."""
    when = period(forecast.months)
    said = (
        f"Revenue is what contracts earn in {when}, each evenly over its term, also those signed before"
        f"{'; result is the gross margin of revenue less cost' if result else ''}."
    )
    warm_up = int(forecast.model.months[0]) / (365.25 * DAY)
    if forecast.terms is not None and forecast.terms[1] <= warm_up:
        return said
    return (
        f"{said} Contracts signed before {forecast.names.start}, when the warm-up begins, are not simulated: "
        "what they still earn is missing, less of it with a longer warm-up."
    )


def worst_months(goals: Sequence[Goal]) -> list[str]:
    """State of which month the figure of a goal for every month is; nothing without such a goal.

    Examples
    --------
    >>> worst_months([Goal("steady", "won", at_least=2, each="every_month")])
    ['Of a goal for every month, the figure shown is that of the worst month of each year.']
    """
    if not any(goal.each == "every_month" for goal in goals):
        return []
    return ["Of a goal for every month, the figure shown is that of the worst month of each year."]


def counted() -> str:
    """State what figures are counted over."""
    return (
        f"Counted over {BASES[Basis.PERIOD]}: what happens in it, whenever the inquiry arrived. "
        f"Over {BASES[Basis.COHORT]}: what becomes of those that arrive in it, whenever that happens."
    )


def counted_over(metrics: Sequence[str]) -> str:
    """State which figures of a table are counted over the period, and which over its inquiries.

    Examples
    --------
    >>> counted_over(["inquiries", "won", "inquiry_to_contract"])
    "Inquiry to contract: over the period's inquiries; the rest: over the period."
    """
    titles: dict[Basis, list[str]] = {basis: [] for basis in Basis}
    for metric in metrics:
        titles[FIGURES[metric].basis].append(FIGURES[metric].title.replace(",", ""))
    fewer, rest = sorted(titles, key=lambda basis: len(titles[basis]))
    words = {Basis.PERIOD: "over the period", Basis.COHORT: "over the period's inquiries"}
    if not titles[fewer]:
        return f"Counted {words[rest]}."
    named = listed([titles[fewer][0], *(f"{title[0].lower()}{title[1:]}" for title in titles[fewer][1:])])
    return f"{named}: {words[fewer]}; the rest: {words[rest]}."


def added_up(months: int) -> str:
    """State what adds up over the months of a table: means, not ranges."""
    whole = "the year" if months == 12 else "the period"
    return f"Means of counts and of money add up to those of {whole}; the ends of ranges do not."


def next_step(command: str, width: int) -> list[RenderableType]:
    r"""State what to try next, below a blank line; nothing if there is nothing to try.

    A command too long for a line continues after backslashes, as in a shell.

    Examples
    --------
    >>> print(next_step("funnelsim run first_steps --seed 2", 40)[1])
    Next, try: funnelsim run first_steps \
      --seed 2
    """
    if not command:
        return []
    line = f"Next, try: {command}"
    folded = line if cell_len(line) <= width else " \\\n  --".join(line.split(" --"))
    return [Text(), Text(folded, no_wrap=True, overflow="ignore")]  # a path is copied in one piece


def changes(scenario: Scenario, strategy: str) -> list[str]:
    """Describe a strategy, and list each value that it changes.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> changes(load("first_steps"), "one_more_rep")
    ['one_more_rep: Hire one more rep', '  people in sales: 2 -> 3 from 2026-01-01']
    """
    about, called = scenario.about_strategy(strategy), named(strategy, scenario.label_of(strategy))
    if strategy == TODAY:
        return _described(scenario, called, about, [])
    return [*_described(scenario, called, about, levers(scenario, strategy)), *_costs(scenario, strategy)]


def what_changes(scenario: Scenario, strategies: Iterable[str]) -> list[RenderableType]:
    """State what is assumed, what changes in any case, and what each strategy changes."""
    lines = [line for name in strategies for line in changes(scenario, name)]
    return [
        *section("What is assumed", assumption(scenario)),
        *section("What changes in any case", base_changes(scenario)),
        *section("What each strategy changes", lines),
    ]


def named(name: str, title: str) -> str:
    """Call something by its title, and by the name that has to be typed where that is another.

    Examples
    --------
    >>> named("more_ads", "more money for ads"), named("more_ads", "more_ads")
    ('more money for ads (more_ads)', 'more_ads')
    """
    return printable(name if title == name else f"{title} ({name})")


def base_changes(scenario: Scenario) -> list[str]:
    """List what changes during the period in any case."""
    return _values(scenario, levers(scenario, TODAY)) + _costs(scenario, TODAY)


def begins(scenario: Scenario, strategy: str) -> str:
    """Write from when a strategy changes something; nothing for the base.

    >>> from funnelsim.scenario import load
    >>> begins(load("first_steps"), "one_more_rep")
    'from 2026-01-01'
    """
    if strategy == TODAY:
        return ""
    first = scenario.first_day_of(strategy)
    return "always" if first is None else f"from {first}"


def _costs(scenario: Scenario, strategy: str) -> list[str]:
    """List what changes cost besides what they change."""
    currency = f" {printable(scenario.currency)}" if scenario.currency else ""
    found = []
    for step in scenario.steps_of(strategy):
        day = "" if step.begins is None else f" from {step.begins}"
        if step.one_off_cost:
            found.append(f"  once {number(step.one_off_cost)}{currency}{day.replace('from', 'on')}")
        if step.cost_per_month:
            found.append(f"  {number(step.cost_per_month)}{currency} a month{day}")
    return found


def assumption(scenario: Scenario) -> list[str]:
    """Describe the assumption that a scenario is under, and list each value that it changes; or nothing."""
    under = scenario.assumed
    if under is None:
        return []
    return _described(scenario, named(under.name, under.label), under.about, assumed(scenario))


def _values(scenario: Scenario, moved: Sequence[Lever]) -> list[str]:
    """Write each value before and after, and from when."""
    found = []
    for lever in moved:
        day = "" if lever.begins is None else f" from {lever.begins}"
        before, after = value_in_words(lever.before), value_in_words(lever.after)
        called = printable(key_in_words(lever.path, scenario))
        found.append(f"  {called}: {before} -> {after}{day}")
    return found


def _described(scenario: Scenario, name: str, about: str, moved: Sequence[Lever]) -> list[str]:
    values = _values(scenario, moved)
    unchanged = "" if values else "the scenario as it is"
    return [": ".join(part for part in (name, printable(about) or unchanged) if part), *values]


def warnings(
    by_strategy: Mapping[str, tuple[str, ...]], titles: Mapping[str, str] | None = None
) -> list[str]:
    """Write each warning once, with the titles, or else the names, of the strategies that it concerns."""
    told: dict[str, list[str]] = {}
    for strategy, found in by_strategy.items():
        for warning in found:
            told.setdefault(warning, []).append(strategy if titles is None else titles[strategy])
    return [f"{', '.join(strategies)}: {warning}" for warning, strategies in told.items()]


def value_in_words(value: object) -> str:
    """Write a value as in a file, for a terminal."""
    return printable(in_words(value))


def what_is_typed(conversions: Sequence[Conversion]) -> str:
    """State what the typed conversions are of, and what they are where a stage differs by segment."""
    said = (
        "Typed: of the reference lead, who is warm, of average fit and reached within a day by an average "
        "rep; simulated: of all leads."
    )
    mixed = [
        f"{printable(each.stage)} ({printable(_by_segment(each.by_segment))})"
        for each in conversions
        if each.by_segment
    ]
    if not mixed:
        return said
    return f"{said} Typed as a mean over segments, weighted by their inquiries: {listed(mixed)}."


def _by_segment(typed: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {amount(share, Unit.SHARE)}" for name, share in typed.items())


def funnel_counts(add_up: Iterable[bool]) -> str:
    """State which contracts a funnel has, and why its steps need not add up where they do not (TE11).

    >>> funnel_counts([True, True])
    "Contracts here are those of the period's inquiries, whenever they are signed."
    >>> funnel_counts([True, False]).partition(". ")[2]
    'Leads may skip a stage or come back to one, so more or fewer can come to a stage than went on before it.'
    """
    contracts = "Contracts here are those of the period's inquiries, whenever they are signed."
    if all(add_up):
        return contracts
    return (
        f"{contracts} Leads may skip a stage or come back to one, so more or fewer can come to a stage than "
        "went on before it."
    )


def conversion_columns(conversions: Sequence[Conversion]) -> list[Column]:
    """Show conversions typed for the reference lead beside the simulated ones of all leads."""
    typed = [Interval(each.typed, each.typed, each.typed) for each in conversions]
    simulated_ = [precision(each.simulated) for each in conversions]
    return [
        figure_column("Typed", Unit.SHARE, "", typed),
        figure_column("Simulated", Unit.SHARE, "", simulated_, PRECISION),
    ]
