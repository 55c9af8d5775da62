"""The bridge: from the profit of one strategy to that of another, part by part, in the same worlds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.forecast import Forecast, Interval
from funnelsim.forecast.resampling import ROUNDING
from funnelsim.io.progress import Progress
from funnelsim.metrics.wording import listed, money_range, simulated
from funnelsim.planning.paired import leader, mean_of, must_be_known, profits_of, sum_of
from funnelsim.scenario import TODAY, Problem, Scenario, ScenarioError, strategy_names
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.study import compare

if TYPE_CHECKING:
    import pandas as pd

MARGIN = "margin"
PEOPLE = "people"

# What profit is made of, each with the figures that add to it, and those that take from it (EX2).
_PARTS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "bookings": ("Bookings", ("bookings",), ()),
    "later_terms": ("Later terms", ("later_term_value",), ()),
    "repeat_purchases": ("Repeat purchases", ("repeat_purchase_value",), ()),
    "delivery": (
        "Cost of what is sold",
        ("contribution",),
        ("bookings", "later_term_value", "repeat_purchase_value"),
    ),
    "media": ("Media", (), ("media_cost",)),
    "inquiries": ("Cost of inquiries", (), ("inquiry_cost",)),
    "leads": ("Price of leads", (), ("lead_cost",)),
    "holding": ("Cost of holding", (), ("holding_cost",)),
    "nurture": ("Cost of nurture", (), ("nurture_cost",)),
    "pay": ("Pay", (), ("pay_cost",)),  # that of prospecting included
    "commission": ("Commission", (), ("commission_cost",)),
    "visits": ("Cost of visits", (), ("visit_cost",)),
    "training": ("Training", (), ("training_cost",)),
    "turnover": ("Turnover", (), ("turnover_cost",)),
    "changes": ("Cost of changes", (), ("change_cost",)),
}
_OF_PEOPLE = ("pay", "commission", "training", "turnover")
_OF_THE_MARGIN = ("bookings", "later_terms", "repeat_purchases", "delivery")


class Part(NamedTuple):
    """A part of profit, and what it adds to it on the way from one strategy to another."""

    name: str
    title: str
    adds: Interval  # to profit: a cost that rises is below 0

    @property
    def sure(self) -> bool:
        """Return whether it surely adds to profit, or surely takes from it."""
        return self.adds.low > 0 or self.adds.high < 0


@dataclass(frozen=True)
class BridgeResult:
    """From the profit of one strategy to that of another, as `bridge` returns it.

    Attributes
    ----------
    result : ComparisonResult
        What was simulated.
    start, goal : str
        The strategies.
    before, after : Interval
        Their profits.
    gain : Interval
        The profit of the second less that of the first, in the same worlds.
    margin : Interval
        What gross margin adds: bookings, later terms, repeat purchases and the cost of what is sold.
    parts : tuple of Part
        Their values add up to that of `gain`. Those that are the same in both strategies are left out.
    """

    result: ComparisonResult
    start: str
    goal: str
    before: Interval
    after: Interval
    gain: Interval
    margin: Interval
    parts: tuple[Part, ...]

    @property
    def steps(self) -> tuple[Part, ...]:
        """Return gross margin, and each part that is no part of it."""
        costs = tuple(each for each in self.parts if each.name not in _OF_THE_MARGIN)
        return (Part(MARGIN, "Gross margin", self.margin), *costs)

    @property
    def of_the_margin(self) -> tuple[Part, ...]:
        """Return the parts of gross margin."""
        return tuple(each for each in self.parts if each.name in _OF_THE_MARGIN)

    @property
    def table(self) -> pd.DataFrame:
        """Tabulate the parts: what each `adds` to profit, with `low` and `high`, its 95 % precision.

        Rows `from`, `to`, `gain` and `margin` are profits, their difference, and the parts of gross margin
        together.
        """
        import pandas as pd  # noqa: PLC0415 (a frame is asked for)

        rows = {"from": self.before} | {each.name: each.adds for each in self.parts}
        rows |= {"to": self.after, "gain": self.gain, MARGIN: self.margin}
        index = pd.Index(list(rows), name="part")
        return pd.DataFrame(list(rows.values()), index=index, columns=["adds", "low", "high"], dtype=float)

    @property
    def verdict(self) -> str:
        """State in words where the difference comes from."""
        called, currency = self.result.scenario.title_of, self.result.scenario.currency
        start, goal, gain = called(self.start), called(self.goal), self.gain
        ran = simulated(self.result.years, self.result[self.start].forecast.months)
        if math.isnan(gain.low):
            return f"{ran} are too few to say how far {goal} is from {start}."
        if not self.parts:
            return f"{goal} would make no difference to {start} at all.".capitalize()
        if gain.low > 0 or gain.high < 0:
            way, ends = (
                ("more", gain) if gain.low > 0 else ("less", Interval(-gain.value, -gain.high, -gain.low))
            )
            said = f"{goal} earns {money_range(ends.low, ends.high, currency)} {way} than {start} on average"
        else:
            said = (
                f"{goal} and {start} cannot be told apart on profit: the difference is "
                f"{money_range(gain.low, gain.high, currency)}"
            )
        return f"{said[0].upper()}{said[1:]}. {self._of_the_steps(currency)}".rstrip()

    def _of_the_steps(self, currency: str) -> str:
        """State what surely adds to profit, and what surely takes from it, the largest first."""
        sure = sorted((each for each in self.steps if each.sure), key=lambda each: -abs(each.adds.value))
        more = [_amount(each, currency) for each in sure if each.adds.value > 0]
        less = [_amount(each, currency) for each in sure if each.adds.value < 0]
        said = (
            [f"{listed(more)} add to profit" if len(more) > 1 else f"{more[0]} adds to profit"]
            if more
            else []
        )
        said += (
            [f"{listed(less)} take from it" if len(less) > 1 else f"{less[0]} takes from it"] if less else []
        )
        if not said:
            return "No part of it is surely higher or lower."
        text = "; ".join(said) if more else said[0].replace("from it", "from profit")
        return f"{text[0].upper()}{text[1:]}."


def _amount(part: Part, currency: str) -> str:
    low, high = sorted(map(abs, part.adds[1:]))
    return f"{part.title.lower()} ({money_range(low, high, currency)})"


def bridge(
    scenario: Scenario,
    *,
    start: str = TODAY,
    goal: str | None = None,
    replications: int = 400,
    seed: int = 1,
    engine: str = "compiled",
    jobs: int = 0,
    progress: Progress = lambda _: None,
) -> BridgeResult:
    """Say from which parts the difference in profit of two strategies comes (EX2).

    Each part is subtracted within each world, so that the parts add up to the difference of the profits.
    Contracts count at their expected value, as in a comparison.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    start : str
        Where the bridge begins: one of the scenario's strategies, or "today".
    goal : str, optional
        Where it ends. Default: the strategy with the highest mean profit, `start` aside.
    replications, seed, engine, jobs, progress
        As in `compare`. Without `goal`, all strategies are simulated.

    Raises
    ------
    ScenarioError
        If there is no such strategy, or no two of them.
    ValueError, KeyboardInterrupt
        As in `compare`.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> document = load("first_steps").document
    >>> document["horizon"] = {"warm_up_months": 1, "period_months": 3, "drain_months": 1}
    >>> found = bridge(load("first_steps").beginning(document), goal="one_more_rep", replications=30, jobs=1)
    >>> [each.name for each in found.parts]
    ['bookings', 'delivery', 'pay', 'commission']
    >>> bool(abs(sum(each.adds.value for each in found.parts) - found.gain.value) < 1e-6)
    True
    """
    result = compare(
        scenario,
        strategies=ends_of(scenario, start, goal),
        replications=replications,
        seed=seed,
        engine=engine,
        jobs=jobs,
        progress=progress,
    )
    profits = profits_of(result.comparison, result.comparison.expected)
    return bridge_of(
        result, start, goal or leader({name: profits[name] for name in profits if name != start})
    )


def bridge_of(result: ComparisonResult, start: str, goal: str, people_as_one: bool = False) -> BridgeResult:
    """Say from which parts the difference in profit of two strategies of a comparison comes (EX2).

    Parameters
    ----------
    result : ComparisonResult
        What was simulated.
    start, goal : str
        Two of its strategies.
    people_as_one : bool
        Whether pay, commission, training and turnover are one part, which tells nobody's pay.
    """
    expected = result.comparison.expected
    profits = profits_of(result.comparison, expected)
    first, second = (parts_of(result[name].forecast, expected) for name in (start, goal))
    moved = {name: _without_rounding(second[name] - first[name], first[name]) for name in first}
    if people_as_one:
        moved[PEOPLE] = np.sum([moved.pop(name) for name in _OF_PEOPLE], axis=0)
    of_the_margin = np.sum([moved[name] for name in _OF_THE_MARGIN], axis=0)
    return BridgeResult(
        result,
        start,
        goal,
        mean_of(profits[start]),
        mean_of(profits[goal]),
        mean_of(profits[goal] - profits[start]),
        mean_of(of_the_margin),
        tuple(Part(name, _title_of(name), mean_of(adds)) for name, adds in moved.items() if adds.any()),
    )


def _title_of(part: str) -> str:
    return "Cost of people" if part == PEOPLE else _PARTS[part][0]


def ends_of(scenario: Scenario, start: str, goal: str | None) -> list[str]:
    """List the strategies that a bridge simulates."""
    known = strategy_names(scenario)
    asked = [start, *([] if goal is None else [goal])]
    must_be_known(scenario, [part for name in asked for part in name.split("+")], known, "strategy")
    names = list(dict.fromkeys(asked if goal is not None else [start, *known]))
    if len(names) < 2:
        wrong = f"goes from {start} to {names[0]}, which is no way"
        raise ScenarioError([Problem("the bridge", wrong, "two different strategies")], scenario.source)
    return names


def simulations(scenario: Scenario, start: str, goal: str | None) -> int:
    """Count how many strategies `bridge` simulates."""
    return len(ends_of(scenario, start, goal))


def parts_of(forecast: Forecast, expected: bool) -> dict[str, Floats]:
    """Return what each part adds to profit in each world: (R,) each."""
    return {
        name: sum_of(forecast, more, expected) - sum_of(forecast, less, expected)
        for name, (_, more, less) in _PARTS.items()
    }


def _without_rounding(difference: Floats, amounts: Floats) -> Floats:
    """Drop what is left over from sums in another order."""
    return np.where(np.abs(difference) > ROUNDING * np.abs(amounts), difference, 0.0)
