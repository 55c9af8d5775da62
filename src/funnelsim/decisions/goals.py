"""Goals in words: which strategy makes each likeliest or comes nearest, and what cannot be told apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from funnelsim.decisions.significance import SIGNIFICANT, Years, holm, mcnemar
from funnelsim.forecast import Goal
from funnelsim.metrics.wording import Called, listed, percent, simulated, spoken

RARELY = 0.05  # of simulated years: a goal reached in no more of them is not likely to be reached
MOST_NAMED = 3  # strategies of which the same is said; of more, their number says as much
_STANDS = {
    "period": "on average",
    "average_month": "in an average month",
    "every_month": "in the worst month",
}


def of_a_goal(
    goal: Goal,
    reached: Mapping[str, Years],
    means: Mapping[str, float],
    base: str,
    months: int,
    called: Called = spoken,
) -> str:
    """State which strategies make a goal likeliest or, where it is out of reach, which come nearest.

    Parameters
    ----------
    goal : Goal
        The goal.
    reached : mapping of str to array (R,)
        In which simulated years, by strategy; years are paired.
    means : mapping of str to float
        Where its figure stands, by strategy: `Chance.mean`.
    base : str
        What the others are compared with.
    months : int
        Of the period.
    called : callable
        From the name of a strategy to its title.

    Examples
    --------
    >>> import numpy as np
    >>> goal, years = Goal("clients", "won", at_least=2, each="average_month"), np.arange(400)
    >>> reached = {"today": years < 100, "more_ads": years < 200, "both": years < 202}
    >>> means = {"today": 1.7, "more_ads": 1.9, "both": 2.0}
    >>> for clause in of_a_goal(goal, reached, means, "today", 12).split("; "):
    ...     print(clause)
    The goal clients (at least 2 in an average month) is likeliest with both: 50 %, against 25 % with today
    the difference from more ads is not significant.
    >>> rarely = {"today": years < 0, "more_ads": years < 4}
    >>> for clause in of_a_goal(goal, rarely, {"today": 0.9, "more_ads": 1.1}, "today", 12).split("; "):
    ...     print(clause)
    No strategy is likely to reach the goal clients (at least 2 in an average month): at best in 1 % of 400 simulated years
    more ads comes nearest, with 1.1 in an average month, against 0.9 with today.
    """  # noqa: E501 (a sentence)
    years = len(reached[base])
    told = f"the goal {spoken(goal.name)} ({goal.words()})"
    counts = {name: int(each.sum()) for name, each in reached.items()}
    fewest, most = min(counts.values()), max(counts.values())
    alone = None if len(counts) > 1 else _capital(called(base))
    if most <= RARELY * years:
        who = f"{alone} is not" if alone else "No strategy is"
        best = f"at best in {percent(most / years)}" if most else "in none"
        stands = _nearest(goal, means, base, called)
        return f"{who} likely to reach {told}: {best} of {simulated(years, months)}{stands}."
    if fewest >= (1 - RARELY) * years:
        who = f"{alone} is" if alone else "Every strategy is"
        least = f"in at least {percent(fewest / years)}" if fewest < years else "in each"
        return f"{who} likely to reach {told}: {least} of {simulated(years, months)}."
    leaders = [name for name, count in counts.items() if count == most]
    likeliest = _named([called(name) for name in leaders])
    text = f"{_capital(told)} is likeliest with {likeliest}: {percent(most / years)}"
    if base not in leaders:
        text += f", against {percent(counts[base] / years)} with {called(base)}"
    close = [called(name) for name in _close(reached, leaders)]
    if close:
        others = len(counts) - len(leaders)
        many = f"the other {others}" if len(close) == others else f"{len(close)} of the other {others}"
        who = listed(close) if len(close) <= MOST_NAMED else many
        text += f"; the difference from {who} is not significant"
    return f"{text}."


def _nearest(goal: Goal, means: Mapping[str, float], base: str, called: Called) -> str:
    """State which strategies come nearest to a goal, as far as the numbers printed tell; or nothing."""
    known = {name: goal.lacks(mean) for name, mean in means.items() if math.isfinite(mean)}
    if not known:
        return ""
    best = goal.told(means[min(known, key=known.__getitem__)])
    nearest = [name for name in known if goal.told(means[name]) == best]
    stands = f"{best} {_STANDS[goal.each]}"
    if len(nearest) == len(means):
        return f"; it stands at {stands}"
    come = "comes" if len(nearest) == 1 else "come"
    text = f"; {_named([called(name) for name in nearest])} {come} nearest, with {stands}"
    against = goal.told(means[base])
    return text if base in nearest else f"{text}, against {against} with {called(base)}"


def _named(names: Sequence[str]) -> str:
    """Join names; of many, the first stands for all."""
    return listed([*names] if len(names) <= MOST_NAMED else [names[0], f"{len(names) - 1} others"])


def _close(reached: Mapping[str, Years], leaders: list[str]) -> list[str]:
    """List the strategies that are not surely less likely to reach a goal than the first of the leaders."""
    others = [name for name in reached if name not in leaders]
    p_values = holm([mcnemar(reached[leaders[0]], reached[name]) for name in others])
    return [name for name, p in zip(others, p_values, strict=True) if p >= SIGNIFICANT]


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"
