"""The verdict in words: what to choose, and what cannot be told apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from funnelsim.forecast import Interval
from funnelsim.forecast.resampling import FEWEST
from funnelsim.metrics.wording import (
    Called,
    listed,
    money_range,
    percent,
    periods,
    rounded_up,
    simulated,
    spoken,
    too_few,
)

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class Standing:
    """How a strategy stands against the base on profit."""

    strategy: str
    low: float  # 95 % interval of the mean difference
    high: float
    better: bool  # surely, at 5 % for all strategies at once
    worse: bool
    identical: bool  # the same history in every world
    ahead: float  # share of single years in which it is ahead of the base
    more_years: float = 0.0  # simulated years that it would take besides to tell; 0 if there are enough

    @property
    def untold(self) -> bool:
        """Return whether there are too few simulated years to say anything of it."""
        return not self.identical and 0 < self.more_years < math.inf


@dataclass(frozen=True)
class Money:
    """What the amounts of a verdict are: their currency, and of which contracts they are."""

    currency: str
    signed: str  # as `wording.signed` writes it

    def range(self, low: float, high: float) -> str:
        """Write a range of money."""
        return money_range(low, high, self.currency)


def losses(profits: Mapping[str, Interval], money: Money, called: Called = spoken) -> list[str]:
    """State that every strategy surely loses money, and which loses least; else nothing.

    Parameters
    ----------
    profits : mapping of str to Interval
        The mean profit of each strategy with its 95 % precision.
    money : Money
        What they are.
    called : callable
        From the name of a strategy to its title.

    Examples
    --------
    >>> money = Money("USD", "from the contracts signed in the year")
    >>> profits = {"today": Interval(-90e3, -95e3, -85e3), "thrift": Interval(-40e3, -44e3, -36e3)}
    >>> losses(profits, money)
    ['Every strategy loses money: thrift the least, on average 36 to 44 thousand USD.']
    >>> losses(profits | {"growth": Interval(2e3, -3e3, 7e3)}, money)
    []
    """
    if not all(each.high < 0 for each in profits.values()):
        return []
    least = max(profits, key=lambda name: profits[name].value)
    lost = money.range(-profits[least].high, -profits[least].low)
    if len(profits) == 1:
        text = f"{called(least)} loses on average {lost} {money.signed}."
        return [f"{text[0].upper()}{text[1:]}"]
    return [f"Every strategy loses money: {called(least)} the least, on average {lost}."]


def verdict(
    standings: Sequence[Standing],
    leader: str | None,
    rivals: Mapping[str, Interval | None],
    base: str,
    years: int,
    months: int,
    money: Money,
    called: Called = spoken,
) -> str:
    """State what to choose, and what its amounts are.

    Parameters
    ----------
    standings : sequence of Standing
        Every strategy but the base.
    leader : str or None
        The highest mean among those that surely beat the base.
    rivals : mapping
        By how much the leader is surely ahead of each other strategy; None where that is not sure.
    base : str
        What all are compared with.
    years : int
        Simulated, the same for all.
    months : int
        Of the period.
    money : Money
        What its amounts are.
    called : callable
        From the name of a strategy to its title.

    Examples
    --------
    >>> standings = [
    ...     Standing("one_more_rep", -62_000, -36_000, False, True, False, ahead=0.2),
    ...     Standing("shared_queue", -9_000, 4_000, False, False, False, ahead=0.4),
    ...     Standing("richer_mix", -1_000, 8_000, False, False, False, ahead=0.6),
    ... ]
    >>> money = Money("USD", "from the contracts signed in the year, over their terms of up to 4 years")
    >>> said = verdict(standings, None, {}, "today", 400, 12, money).replace(". ", "; ")
    >>> for clause in said.split("; "):
    ...     print(clause)
    Nothing beats today on profit
    one more rep would cost on average 36 to 62 thousand USD
    the other two (shared queue and richer mix) cannot be told apart from today at 400 simulated years
    Profit is from the contracts signed in the year, over their terms of up to 4 years.
    """
    if not standings:
        return f"There is nothing to compare {called(base)} with."
    if years < FEWEST:
        return cannot_tell(standings, years, months)
    teller = _Teller(base, years, months, money, called)
    different = [standing for standing in standings if not standing.identical]
    worse = [standing for standing in different if standing.worse]
    untold = [standing for standing in different if standing.untold]
    unclear = [
        standing
        for standing in different
        if not standing.better and not standing.worse and not standing.untold
    ]
    clauses = [
        *teller.of_the_leader(standings, leader, rivals),
        *teller.of_the_worse(worse),
        *teller.of_the_unclear(unclear, len(standings)),
        *teller.of_the_untold(untold),
        *teller.of_the_identical([standing for standing in standings if standing.identical]),
    ]
    text = "; ".join(clauses)
    of_what = "" if len(untold) == len(standings) else f" Profit is {money.signed}."
    return f"{text[0].upper()}{text[1:]}.{of_what}"


def cannot_tell(standings: Sequence[Standing], years: int, months: int) -> str:
    """State that there are too few simulated years to tell strategies apart, and how many more it would take.

    Examples
    --------
    >>> cannot_tell([Standing("ads", 0.0, 1.0, False, False, False, 0.5, more_years=5.0)], 4, 12)
    '4 simulated years are too few to tell strategies apart. It takes about 5 more.'
    """
    known = [standing.more_years for standing in standings if math.isfinite(standing.more_years)]
    more = max(known, default=FEWEST - years)
    few = f"{simulated(years, months).capitalize()} {'is' if years == 1 else 'are'} too few"
    return f"{few} to tell strategies apart. It takes about {rounded_up(more)} more."


def under_assumptions(
    typed: Sequence[str],
    leaders: Mapping[str, Sequence[str]],
    base: str,
    called: Called = spoken,
    assumption_called: Called = spoken,
) -> str:
    """State under which assumptions the choice stays the same, and what it is under the others.

    Parameters
    ----------
    typed : sequence of str
        The best strategy of the scenario as typed, or those that cannot be told apart; none where nothing
        surely beats the base.
    leaders : mapping of str to sequence of str
        The same by assumption.
    base : str
        What all are compared with.
    called, assumption_called : callable
        From the name of a strategy, or of an assumption, to its title.

    Examples
    --------
    >>> print(under_assumptions(["x"], {"slow_market": ["y"], "rivals": ["x"], "dear_ads": ["x"]}, "today"))
    X is best as typed and under 2 of 3 assumptions; under slow market it is y.
    >>> print(under_assumptions([], {"slow_market": ["x", "y"]}, "today"))
    Nothing beats today as typed; under slow market x and y cannot be told apart.
    """
    differs: dict[tuple[str, ...], list[str]] = {}
    for name, each in leaders.items():
        if set(each) != set(typed):
            differs.setdefault(tuple(each), []).append(assumption_called(name))
    same = len(leaders) - sum(map(len, differs.values()))
    whole = "the one assumption" if len(leaders) == 1 else f"all {len(leaders)} assumptions"
    of = whole if not differs else f"{same} of {len(leaders)} assumptions"
    begins = f"{_leading(typed, base, called)} as typed"
    if same:
        begins += f"{' and' if typed else ' or'} under {of}"
    elif len(typed) == 1:
        none = f"not under {whole}" if len(leaders) == 1 else f"under none of {len(leaders)} assumptions"
        begins += f", but {none}"
    clauses = [begins]
    for each, names in differs.items():
        what = f"it is {called(each[0])}" if len(typed) == len(each) == 1 else _leading(each, base, called)
        clauses.append(f"under {listed(names)} {what}")
    text = "; ".join(clauses)
    return f"{text[0].upper()}{text[1:]}."


def ahead_under(
    leads: Mapping[str, tuple[str, str, Interval]], currency: str, called: Called = spoken
) -> str:
    """State by how much the best strategy is ahead of the next best, under each assumption (EX1).

    Parameters
    ----------
    leads : mapping of str to tuple
        By what is assumed, in words: the best strategy, the next best, and the margin in profit with its 95 %
        precision.
    currency : str
        Of the margins.
    called : callable
        From the name of a strategy to its title.

    Examples
    --------
    >>> leads = {"as typed": ("x", "y", Interval(5e3, 4e3, 6e3))}
    >>> leads |= {"under rivals": ("x", "y", Interval(8e3, 7e3, 9e3))}
    >>> leads |= {"under slow market": ("today", "x", Interval(2e3, 1e3, 3e3))}
    >>> for clause in ahead_under(leads, "USD").split("; "):
    ...     print(clause)
    X is ahead of the next best, y, by 4 to 6 thousand USD as typed and 7 to 9 thousand USD under rivals
    today is ahead of the next best, x, by 1 to 3 thousand USD under slow market.
    >>> ahead_under({}, "USD")
    ''
    """
    pairs: dict[tuple[str, str], list[str]] = {}
    for assumed, (best, second, by) in leads.items():
        pairs.setdefault((best, second), []).append(f"{money_range(by.low, by.high, currency)} {assumed}")
    clauses = [
        f"{called(best)} is ahead of the next best, {called(second)}, by {listed(margins)}"
        for (best, second), margins in pairs.items()
    ]
    text = "; ".join(clauses)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _leading(leaders: Sequence[str], base: str, called: Called) -> str:
    """State which strategy is best, which cannot be told apart, or that there is none."""
    if not leaders:
        return f"nothing beats {called(base)}"
    names = listed([called(name) for name in leaders])
    return f"{names} is best" if len(leaders) == 1 else f"{names} cannot be told apart"


@dataclass(frozen=True)
class _Teller:
    """Words for the strategies, the money and the number of simulated years."""

    base: str
    years: int
    months: int
    money: Money
    called: Called

    def of_the_leader(
        self, standings: Sequence[Standing], leader: str | None, rivals: Mapping[str, Interval | None]
    ) -> list[str]:
        """State which strategies beat the base, and whether one beats all others."""
        if leader is None:
            told = any(not standing.untold for standing in standings)
            return [] if not told else [f"nothing beats {self.called(self.base)} on profit"]
        better = {standing.strategy: standing for standing in standings if standing.better}
        close = [name for name, ahead in rivals.items() if ahead is None]
        if close:
            return self._of_the_close(leader, close, better)
        clauses = [f"best on profit is {self.called(leader)}: it {self._earns(better[leader])}"]
        sure = {name: ahead for name, ahead in rivals.items() if ahead is not None and name in better}
        if sure:
            second = min(sure, key=lambda name: sure[name].value)
            gap = self.money.range(sure[second].low, sure[second].high)
            clauses[0] += f", and {gap} more than the next best, {self.called(second)}"
        others = [name for name in better if name != leader]
        return clauses + [f"{self.called(name)} {self._earns(better[name])}" for name in others]

    def of_the_worse(self, worse: Sequence[Standing]) -> list[str]:
        """State how much each worse strategy costs against the base."""
        return [
            f"{self.called(standing.strategy)} would cost on average "
            f"{self.money.range(-standing.high, -standing.low)}"
            for standing in worse
        ]

    def of_the_unclear(self, unclear: Sequence[Standing], strategies: int) -> list[str]:
        """State which strategies cannot be told apart from the base."""
        if not unclear:
            return []
        names = self._listed(unclear)
        count = _NUMBERS[len(unclear)] if len(unclear) < len(_NUMBERS) else str(len(unclear))
        if len(unclear) == 1:
            who = names
        elif len(unclear) == strategies:
            who = f"the {count} strategies ({names})"
        else:
            who = f"the other {count} ({names})"
        return [f"{who} cannot be told apart from {self.called(self.base)} at {self._years()}"]

    def of_the_untold(self, untold: Sequence[Standing]) -> list[str]:
        """State which strategies nothing can be said of yet, and how many years that would take."""
        if not untold:
            return []
        lacks = too_few(max(standing.more_years for standing in untold), rare=True)
        return [f"nothing can be said yet of {self._listed(untold)} ({lacks})"]

    def of_the_identical(self, identical: Sequence[Standing]) -> list[str]:
        """State which strategies change nothing."""
        if not identical:
            return []
        return [f"{self._listed(identical)} would make no difference at all"]

    def _of_the_close(self, leader: str, close: Sequence[str], better: Mapping[str, Standing]) -> list[str]:
        """State which strategies beat the base, if the leader cannot be told apart from others."""
        base = self.called(self.base)
        gains = {name: self.money.range(standing.low, standing.high) for name, standing in better.items()}
        clauses = [
            f"{self.called(name)} would beat {base} on profit by {gain} on average"
            for name, gain in gains.items()
        ]
        leaders = listed([self.called(name) for name in (leader, *close)])
        clauses.append(f"{leaders} cannot be told apart at {self._years()}")
        return clauses

    def _earns(self, standing: Standing) -> str:
        gain = self.money.range(standing.low, standing.high)
        ahead = f"(ahead in {percent(standing.ahead)} of simulated {periods(self.months)})"
        return f"would earn on average {gain} more than {self.called(self.base)} {ahead}"

    def _listed(self, standings: Sequence[Standing]) -> str:
        return listed([self.called(standing.strategy) for standing in standings])

    def _years(self) -> str:
        return simulated(self.years, self.months)
