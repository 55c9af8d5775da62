"""The answer in a few sentences: what to choose, by how much, and what becomes of the goals (TE3)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from funnelsim.decisions.verdict import Money, Standing, cannot_tell
from funnelsim.forecast import Interval
from funnelsim.forecast.resampling import FEWEST
from funnelsim.metrics.wording import Called, listed, percent, periods, simulated, spoken, too_few

MOST_NAMED = 3  # strategies or goals; of more, their number says as much


def choice(
    standings: Sequence[Standing],
    leader: str | None,
    rivals: Mapping[str, Interval | None],
    base: str,
    years: int,
    months: int,
    money: Money,
    called: Called = spoken,
) -> list[str]:
    r"""State what to choose, as `verdict` does of all strategies, in one or two sentences (TE3).

    Parameters
    ----------
    standings, leader, rivals, base, years, months, money, called
        As those of `verdict`.

    Examples
    --------
    >>> money = Money("USD", "from the contracts signed in the year")
    >>> better = Standing("richer_mix", 98e3, 125e3, True, False, False, ahead=0.775)
    >>> worse = Standing("more_ads", -92e3, -70e3, False, True, False, ahead=0.2)
    >>> unclear = Standing("shared_queue", -9e3, 4e3, False, False, False, ahead=0.4)
    >>> told = ("today", 400, 12, money)
    >>> print(*choice([better, worse], "richer_mix", {}, *told))
    Choose richer mix: it would earn on average 98 to 125 thousand USD more than today (ahead in 78 % of simulated years).
    >>> behind = {"more_ads": Interval(190e3, 180e3, 200e3)}
    >>> print(choice([better, worse], "richer_mix", behind, *told)[1])
    Next comes today itself; more ads is 180 to 200 thousand USD behind.
    >>> print(*choice([better, unclear], "richer_mix", {"shared_queue": None}, *told), sep="\n")
    Richer mix beats today by 98 to 125 thousand USD on average, but cannot be told apart from shared queue at 400 simulated years.
    Choose among them on other grounds.
    >>> choice([worse], None, {}, *told)
    ['Stay with today: more ads would cost on average 70 to 92 thousand USD.']
    >>> print(*choice([worse, unclear], None, {}, *told), sep="\n")
    Nothing surely beats today on profit: shared queue cannot be told apart from it at 400 simulated years, and more ads would cost money.
    Shared queue differs from today by -9 to 4 thousand USD on average (ahead in 40 % of simulated years).
    """  # noqa: E501 (sentences)
    if years < FEWEST:
        return [cannot_tell(standings, years, months)]
    if leader is None:
        return _nothing_beats(standings, base, years, months, money, called)
    best = next(each for each in standings if each.strategy == leader)
    gain = money.range(best.low, best.high)
    close = [name for name, ahead in rivals.items() if ahead is None]
    if close:
        return [
            f"{_capital(called(leader))} beats {called(base)} by {gain} on average, but cannot be told apart "
            f"from {_named(close, called)} at {simulated(years, months)}.",
            "Choose among them on other grounds.",
        ]
    text = (
        f"Choose {called(leader)}: it would earn on average {gain} more than {called(base)} "
        f"{_ahead(best, months)}."
    )
    behind = {name: each for name, each in rivals.items() if each is not None}
    if not behind:
        return [text]
    second = min(behind, key=lambda name: behind[name].value)
    gap = money.range(behind[second].low, behind[second].high)
    if next(each for each in standings if each.strategy == second).worse:
        return [text, f"Next comes {called(base)} itself; {called(second)} is {gap} behind."]
    return [text, f"Next comes {called(second)}, {gap} behind."]


def nothing_beside(base: str, profit: Interval, money: Money, called: Called = spoken) -> list[str]:
    """State that there is nothing to choose, and what the one strategy earns, if that is known.

    Examples
    --------
    >>> money = Money("USD", "from the contracts signed in the year")
    >>> nothing_beside("today", Interval(50e3, 45e3, 55e3), money)
    ['There is nothing to compare today with.', 'Its profit is 45 to 55 thousand USD on average.']
    """
    said = [f"There is nothing to compare {called(base)} with."]
    if math.isnan(profit.low):
        return said
    return [*said, f"Its profit is {money.range(profit.low, profit.high)} on average."]


def _nothing_beats(
    standings: Sequence[Standing], base: str, years: int, months: int, money: Money, called: Called
) -> list[str]:
    """State why to stay with the base, or what cannot be told apart from it."""
    different = [each for each in standings if not each.identical]
    worse = [each for each in different if each.worse]
    untold = [each for each in different if each.untold]
    unclear = [each for each in different if not each.worse and not each.untold]
    if not different:
        return [f"No strategy would make any difference to {called(base)}."]
    if len(worse) == len(different):
        return _stay(worse, base, money, called)
    clauses = []
    if unclear:
        names = _named([each.strategy for each in unclear], called)
        clauses.append(f"{names} cannot be told apart from it at {simulated(years, months)}")
    if untold:
        lacks = too_few(max(each.more_years for each in untold), rare=True)
        clauses.append(f"nothing can be said yet of {_named([e.strategy for e in untold], called)} ({lacks})")
    if worse:
        clauses.append(f"{_named([each.strategy for each in worse], called)} would cost money")
    said = [f"Nothing surely beats {called(base)} on profit: {', and '.join(clauses)}."]
    known = [each for each in unclear if math.isfinite(each.low + each.high)]
    if known:
        first = _highest(known)
        name, by = called(first.strategy), money.range(first.low, first.high)
        who = name if len(unclear) == 1 else f"the highest of them, {name},"
        said.append(
            f"{_capital(who)} differs from {called(base)} by {by} on average {_ahead(first, months)}."
        )
    return said


def _stay(worse: Sequence[Standing], base: str, money: Money, called: Called) -> list[str]:
    """State that all else earns less, and what the least costly would cost."""
    closest = _highest(worse)
    cost = f"would cost on average {money.range(-closest.high, -closest.low)}."
    if len(worse) == 1:
        return [f"Stay with {called(base)}: {called(closest.strategy)} {cost}"]
    return [
        f"Stay with {called(base)}: every other strategy would earn less.",
        f"The closest, {called(closest.strategy)}, {cost}",
    ]


def _highest(standings: Sequence[Standing]) -> Standing:
    return max(standings, key=lambda each: each.low + each.high)


def _ahead(standing: Standing, months: int) -> str:
    return f"(ahead in {percent(standing.ahead)} of simulated {periods(months)})"


def of_the_goals(
    chances: Mapping[str, Mapping[str, float]],
    together: Mapping[str, float],
    strategy: str,
    base: str,
    called: Called = spoken,
) -> list[str]:
    """State how likely a strategy reaches the goals, against the base; nothing without goals.

    Parameters
    ----------
    chances : mapping of str to mapping of str to float
        Of each goal, by strategy.
    together : mapping of str to float
        The chance that all goals are reached, by strategy.
    strategy, base : str
        The same where there is nothing to choose.
    called : callable
        From the name of a strategy to its title.

    Examples
    --------
    >>> chances = {"leads": {"today": 0.61, "ads": 0.99}, "clients": {"today": 0.57, "ads": 0.64}}
    >>> of_the_goals(chances, {}, "ads", "today")
    ['Chances of the goals: leads 99 % and clients 64 %, against 61 % and 57 % with today.']
    >>> of_the_goals({"leads": chances["leads"]}, {}, "today", "today")
    ['The chance of the goal leads is 61 % with today.']
    >>> many = {f"goal {i}": {} for i in range(4)}
    >>> of_the_goals(many, {"today": 0.1, "ads": 0.3}, "ads", "today")
    ['The chance of all 4 goals is 30 %, against 10 % with today.']
    """
    if not chances:
        return []
    if len(chances) > MOST_NAMED:
        begins, of = f"The chance of all {len(chances)} goals is ", {"": together}
    elif len(chances) == 1:
        begins, of = (
            f"The chance of the goal {spoken(next(iter(chances)))} is ",
            {"": next(iter(chances.values()))},
        )
    else:
        begins, of = "Chances of the goals: ", {f"{spoken(goal)} ": each for goal, each in chances.items()}
    text = begins + listed([f"{goal}{percent(each[strategy])}" for goal, each in of.items()])
    against = f", against {listed([percent(each[base]) for each in of.values()])}" if strategy != base else ""
    return [f"{text}{against} with {called(base)}."]


def of_the_cash(
    chances: Mapping[str, float], strategy: str, base: str, months: int, called: Called = spoken
) -> list[str]:
    """State in how many simulated years cash runs out, if it does in any.

    Parameters
    ----------
    chances : mapping of str to float
        By strategy.
    strategy, base : str
        As in `of_the_goals`.
    months : int
        Of the period.
    called : callable
        From the name of a strategy to its title.

    Examples
    --------
    >>> of_the_cash({"today": 0.155, "growth": 0.35}, "growth", "today", 12)
    ['Cash runs out in 35 % of simulated years with growth, against 16 % with today.']
    >>> of_the_cash({"today": 0.155}, "today", "today", 24), of_the_cash({"today": 0.0}, "today", "today", 12)
    (['Cash runs out in 16 % of simulated periods with today.'], [])
    """
    if not any(chances[name] > 0 for name in (strategy, base)):
        return []
    against = f", against {percent(chances[base])} with {called(base)}" if strategy != base else ""
    years = f"{percent(chances[strategy])} of simulated {periods(months)}"
    return [f"Cash runs out in {years} with {called(strategy)}{against}."]


def _named(names: Sequence[str], called: Called) -> str:
    """Join names; of many, their number says as much."""
    if len(names) <= MOST_NAMED:
        return listed([called(name) for name in names])
    return f"{len(names)} others"


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"
