"""Goals in words: which strategy makes each likeliest, and what cannot be told apart from it."""

from __future__ import annotations

from collections.abc import Mapping

from funnelsim.decisions.significance import SIGNIFICANT, Years, holm, mcnemar
from funnelsim.forecast import Goal
from funnelsim.metrics.wording import Called, listed, number, simulated, spoken


def of_a_goal(
    goal: Goal, reached: Mapping[str, Years], base: str, months: int, called: Called = spoken
) -> str:
    """State which strategies make a goal likeliest.

    Parameters
    ----------
    goal : Goal
        The goal.
    reached : mapping of str to array (R,)
        In which simulated years, by strategy; years are paired.
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
    >>> print(of_a_goal(goal, {"today": years < 0, "one_more_rep": years < 0}, "today", 12))
    No strategy reaches the goal clients (at least 2 in an average month) in any of 400 simulated years.
    >>> reached = {"today": years < 100, "more_ads": years < 200, "both": years < 202}
    >>> for clause in of_a_goal(goal, reached, "today", 12).split("; "):
    ...     print(clause)
    The goal clients (at least 2 in an average month) is likeliest with both: 50.5 %, against 25 % with today
    more ads cannot be told apart from both.
    """
    years = len(reached[base])
    told = f"the goal {spoken(goal.name)} ({goal.words()})"
    counts = {name: int(each.sum()) for name, each in reached.items()}
    whole = simulated(years, months)
    if not any(counts.values()):
        who = "No strategy reaches" if len(counts) > 1 else f"{_capital(called(base))} does not reach"
        return f"{who} {told} in any of {whole}."
    if min(counts.values()) == years:
        who = "Every strategy reaches" if len(counts) > 1 else f"{_capital(called(base))} reaches"
        return f"{who} {told} in each of {whole}."
    most = max(counts.values())
    leaders = [name for name, count in counts.items() if count == most]
    likeliest = listed([called(name) for name in leaders])
    text = f"{_capital(told)} is likeliest with {likeliest}: {number(100 * most / years)} %"
    if base not in leaders:
        text += f", against {number(100 * counts[base] / years)} % with {called(base)}"
    close = _close(reached, leaders)
    if close:
        text += f"; {listed([called(name) for name in close])} cannot be told apart from {likeliest}"
    return f"{text}."


def _close(reached: Mapping[str, Years], leaders: list[str]) -> list[str]:
    """List the strategies that are not surely less likely to reach a goal than the first of the leaders."""
    others = [name for name in reached if name not in leaders]
    p_values = holm([mcnemar(reached[leaders[0]], reached[name]) for name in others])
    return [name for name, p in zip(others, p_values, strict=True) if p >= SIGNIFICANT]


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"
