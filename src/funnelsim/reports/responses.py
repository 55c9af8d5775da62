"""Pictures of the channels' responses to spending."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from funnelsim.metrics.wording import money, number
from funnelsim.reports.names import drawable, in_lines, legend_of, styles
from funnelsim.scenario import Curve, Scenario, curve_of

_POINTS = 400
_MOST_INSIDE = 4  # channels whose legend leaves room for the curves
_BESIDE = 44  # characters of a line of the legend


def plot_response(scenario: Scenario) -> tuple[Axes, Axes]:
    """Draw inquiries, and the cost of one more, against a channel's cost per month.

    There is a line for each channel with a response; a dot marks the scenario's spending. The curves are for
    constant spending, after carry-over from day to day has settled.

    Parameters
    ----------
    scenario : Scenario
        With at least one `[channels.NAME.response]`.

    Returns
    -------
    tuple of Axes
        Inquiries per month above, marginal cost per inquiry below.

    Raises
    ------
    ValueError
        If no channel has a response.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> response = {"at_cost_per_month": 3000, "ceiling": 90}
    >>> scenario = load("first_steps").with_changes({"channels.website.response": response})
    >>> above, below = plot_response(scenario)
    >>> above.get_ylabel()
    'Inquiries per month'
    >>> plt.close(above.figure)
    """
    curves = {name: curve_of(scenario, name) for name in scenario.channels}
    known = {name: curve for name, curve in curves.items() if curve is not None}
    if not known:
        raise ValueError("no channel has a response to its cost; give one a table [channels.NAME.response]")
    _, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(9, 7), layout="constrained")
    costs = np.linspace(0.0, 2.5 * max(_landmark(scenario, name) for name in known), _POINTS)
    dearest, labels = 0.0, []
    for (name, curve), style in zip(known.items(), styles(), strict=False):
        today = np.array([scenario.channels[name].cost_per_month])
        brings, one_more = curve.inquiries(today), curve.marginal_cost(today)
        labels.append(_told(scenario, name, curve))
        above.plot(costs, curve.inquiries(costs), label=f"channel {len(labels)}", **style)
        below.plot(costs, curve.marginal_cost(costs), **style)
        above.plot(today, brings, "o", color=style["color"], markersize=9)
        if np.isfinite(one_more[0]):
            below.plot(today, one_more, "o", color=style["color"], markersize=9)
            dearest = max(dearest, float(one_more[0]))
    _label(above, below, scenario.currency, len(known))
    legend_of(above, labels)
    if dearest > 0:
        below.set_ylim(0, 4 * dearest)
    return above, below


def _landmark(scenario: Scenario, name: str) -> float:
    """Return the larger of a channel's cost and its reference cost."""
    channel = scenario.channels[name]
    reference = channel.response.at_cost_per_month if channel.response else 0.0
    return max(channel.cost_per_month, reference)


def _told(scenario: Scenario, name: str, curve: Curve) -> str:
    """State how many inquiries a channel's cost brings today, and the cost of one more."""
    cost = np.array([scenario.channels[name].cost_per_month])
    brings, one_more = float(curve.inquiries(cost)[0]), float(curve.marginal_cost(cost)[0])
    more = (
        f"one more for {money(one_more, scenario.currency)}"
        if np.isfinite(one_more)
        else "no more at any cost"
    )
    return in_lines(
        f"{name}: {number(brings)} for {money(float(cost[0]), scenario.currency)}, {more}", _BESIDE
    )


def _label(above: Axes, below: Axes, currency: str, channels: int) -> None:
    unit = f", {drawable(currency)}" if currency else ""
    above.set_title("What money brings, spent month after month\ndots: what the scenario spends")
    above.set_ylabel("Inquiries per month")
    above.set_ylim(0)
    if channels > _MOST_INSIDE:
        above.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=3.5)
    else:
        above.legend(frameon=False, loc="lower right", handlelength=3.5)
    below.set_ylabel(f"Cost of one more inquiry{unit}")
    below.set_xlabel(f"Cost per month{unit}")
    below.set_xlim(0)
    for ax in (above, below):
        ax.spines[["top", "right"]].set_visible(False)
        ax.xaxis.set_major_formatter("{x:,.0f}")
        ax.yaxis.set_major_formatter("{x:,.0f}")
