"""The bottleneck: how busy each team is, who waits and goes cold, and the profit that is lost to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.forecast import Forecast, Interval
from funnelsim.io.progress import Progress
from funnelsim.metrics import Unit, labels
from funnelsim.metrics.wording import amount, money, money_range, simulated, spoken
from funnelsim.planning.paired import in_the_period, mean_of, sum_of, total_of
from funnelsim.scenario import TODAY, TOGETHER, Problem, Scenario, ScenarioError
from funnelsim.scenario.schema import MOST_PEOPLE
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.study import compare

if TYPE_CHECKING:
    import pandas as pd

MORE = 10  # times the people of a team whose capacity is taken as unlimited
_UNLIMITED = "unlimited_"
_OF_PEOPLE = ("pay_cost", "training_cost", "turnover_cost")  # that more people cost, and are not counted


class TeamLoss(NamedTuple):
    """A team, and what its limited capacity costs."""

    team: str
    busy: Interval  # share of its hours, mean and range of single years
    wait: Interval  # hours of visits to its stages, until work starts
    lost: Interval  # profit, against the same worlds with ten times the people at no pay
    won: Interval  # contracts lost to it


class Place(NamedTuple):
    """A stage or a segment: who waits there, and who goes cold."""

    name: str
    wait: Interval  # hours, mean and range of single years
    cold: Interval  # of visits to the stage, or of the segment's inquiries


@dataclass(frozen=True)
class BottleneckResult:
    """What limited capacity costs, as `bottleneck` returns it.

    Attributes
    ----------
    strategy : str
        Whose firm it is.
    result : ComparisonResult
        The strategy, and by team the same with unlimited capacity.
    teams : tuple of TeamLoss
        The one that costs most first.
    stages, segments : tuple of Place
        In the order of the scenario.
    """

    strategy: str
    result: ComparisonResult
    teams: tuple[TeamLoss, ...]
    stages: tuple[Place, ...]
    segments: tuple[Place, ...]

    @property
    def table(self) -> pd.DataFrame:
        """Tabulate teams, the one that costs most first.

        `busy` and `wait` (hours) on average; `lost`, the profit lost to its capacity, and `won_less`, the
        contracts, with `_low` and `_high`, their 95 % precision.
        """
        import pandas as pd  # noqa: PLC0415 (a frame is asked for)

        rows = [[each.busy.value, each.wait.value, *each.lost, *each.won] for each in self.teams]
        ends = [f"{of}{end}" for of in ("lost", "won_less") for end in ("", "_low", "_high")]
        index = pd.Index([each.team for each in self.teams], name="team")
        return pd.DataFrame(rows, index=index, columns=["busy", "wait", *ends], dtype=float)

    @property
    def verdict(self) -> str:
        """State in words which team is the bottleneck, and what it costs."""
        first, currency = self.teams[0], self.result.scenario.currency
        ran = simulated(self.result.years, self.result[self.strategy].forecast.months)
        if first.lost.value > 0 and math.isnan(first.lost.low):
            return (
                f"Team {spoken(first.team)} seems to be the bottleneck: its limited capacity costs "
                f"{money(first.lost.value, currency)} of profit on average. {ran} are too few to say how "
                "sure that is: much of it is lost in few years."
            )
        if not first.lost.low > 0:
            return (
                "No team is a bottleneck: more people, even without pay, would not surely bring more profit, "
                f"as far as {ran} can tell."
            )
        cold = max(self.stages, key=lambda each: each.cold.value if np.isfinite(each.cold.value) else 0.0)
        busy = amount(first.busy.value, Unit.SHARE)
        lost = money_range(first.lost.low, first.lost.high, currency)
        said = (
            f"The bottleneck is team {spoken(first.team)}: it is busy {busy} of its time, and "
            f"its limited capacity costs {lost} of profit."
        )
        if cold.cold.value > 0:
            said += f" Most go cold at {spoken(cold.name)}: {amount(cold.cold.value, Unit.SHARE)} of visits."
        if len(self.teams) > 1 and not any(each.lost.low > 0 for each in self.teams[1:]):
            said += " No other team is sure to cost profit."
        return said


def bottleneck(
    scenario: Scenario,
    *,
    strategy: str = TODAY,
    replications: int = 400,
    seed: int = 1,
    engine: str = "compiled",
    jobs: int = 0,
    progress: Progress = lambda _: None,
) -> BottleneckResult:
    """Say how busy each team is, and what profit is lost to its limited capacity (VI8).

    Each team is simulated with ten times the people, in the same worlds. The others of that team are as its
    `people` are, from the first day of the warm-up on. What they cost in pay, seats, training and hiring is
    not counted; commission for what is won besides is.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    strategy : str
        One of the scenario's strategies, or "today".
    replications, seed, engine, jobs, progress
        As in `compare`; each team is one strategy more.

    Raises
    ------
    ScenarioError
        If there is no such strategy, or the scenario has no teams.
    ValueError, KeyboardInterrupt
        As in `compare`.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> document = load("first_steps").document
    >>> document["horizon"] = {"warm_up_months": 1, "period_months": 3, "drain_months": 1}
    >>> found = bottleneck(load("first_steps").beginning(document), replications=30, jobs=1)
    >>> [each.team for each in found.teams], [each.name for each in found.stages]
    (['sales'], ['first_call', 'proposal'])
    """
    made, names = _unlimited(scenario, strategy)
    result = compare(
        made,
        strategies=[strategy, *names.values()],
        replications=replications,
        seed=seed,
        engine=engine,
        jobs=jobs,
        progress=progress,
    )
    return _found(result, strategy, names)


def bottleneck_in(
    result: ComparisonResult, strategy: str, progress: Progress = lambda _: None
) -> BottleneckResult:
    """Say what limited capacity costs a strategy of a comparison, in its worlds (VI8).

    Only the teams with unlimited capacity are simulated, for profit and contracts alone (VI9).

    Raises
    ------
    ScenarioError
        If the scenario has no teams.
    KeyboardInterrupt
        Stopped before all years were finished.
    """
    made, names = _unlimited(result.scenario, strategy)
    ready = made.with_months(result.scenario.months)
    more = in_the_period(ready, [*names.values()], result.plan, progress)
    beside = {strategy: result[strategy]} | more.simulations
    return _found(ComparisonResult(ready, beside), strategy, names)


def _unlimited(scenario: Scenario, strategy: str) -> tuple[Scenario, dict[str, str]]:
    """Make a strategy with unlimited capacity for each team; return the scenario, and their names by team."""
    made, names = scenario, {}
    for team, more in _with_more(scenario, strategy).items():
        name = strategy
        for number, (begins, people) in enumerate(_people(scenario, strategy, team).items()):
            lacks = min(people + more, MOST_PEOPLE) - _people(made, name, team)[begins]
            if not lacks:
                continue
            added = {
                **({"always": True} if begins is None else {"starts": begins}),
                "combines": [] if name == TODAY else name.split(TOGETHER),
                "change": {f"teams.{team}.people +=": lacks},
            }
            name = f"{_UNLIMITED}{number}_{team}"
            made = made.with_strategies({name: added})
        names[team] = name
    return made, names


def _people(scenario: Scenario, strategy: str, team: str) -> dict[date | None, int]:
    """Return the `people` of a team from each day on which something changes; from None on, at first."""
    teams = {each.begins: each.scenario.teams for each in scenario.timeline(strategy)}
    return {begins: there[team].people for begins, there in teams.items() if team in there}


def _found(result: ComparisonResult, strategy: str, names: Mapping[str, str]) -> BottleneckResult:
    """Read off what each team costs; `names` are those with unlimited capacity, by team."""
    forecast = result[strategy].forecast
    busy, waits = (_by(forecast, metric, "team") for metric in ("utilisation", "wait"))
    expected = result.comparison.expected
    before = _before_people(forecast, expected)
    teams = [
        TeamLoss(
            team,
            busy[team],
            waits[team],
            mean_of(_before_people(result[name].forecast, expected) - before),
            mean_of(total_of(result[name].forecast, "won", False) - total_of(forecast, "won", False)),
        )
        for team, name in names.items()
    ]
    return BottleneckResult(
        strategy,
        result,
        tuple(sorted(teams, key=lambda each: each.lost.value, reverse=True)),
        _places(forecast, "stage", "gone_cold_of_visits"),
        _places(forecast, "segment", "gone_cold_share"),
    )


def _with_more(scenario: Scenario, strategy: str) -> dict[str, int]:
    """Return how many people more make ten times those of a team, by team."""
    teams = scenario.strategy(strategy).teams
    if not teams:
        expected = "a team whose capacity could limit profit"
        raise ScenarioError([Problem("teams", "is missing", expected)], scenario.source)
    return {
        name: min((MORE - 1) * (each.people + len(each.reps)), MOST_PEOPLE - each.people)
        for name, each in teams.items()
    }


def _before_people(forecast: Forecast, expected: bool) -> Floats:
    """Return profit before what people cost besides commission: (R,)."""
    return total_of(forecast, "profit", expected) + sum_of(forecast, _OF_PEOPLE, False)


def _by(forecast: Forecast, metric: str, dimension: str) -> dict[str, Interval]:
    """Return a figure of each place, by name: mean and range of single years."""
    return dict(zip(labels(forecast.names, dimension), forecast.outcomes(metric, dimension), strict=True))


def _places(forecast: Forecast, dimension: str, cold: str) -> tuple[Place, ...]:
    waits, gone = (_by(forecast, metric, dimension) for metric in ("wait", cold))
    return tuple(Place(name, waits[name], gone[name]) for name in waits)


def simulations(scenario: Scenario) -> int:
    """Count how many strategies `bottleneck` simulates at most."""
    return 1 + len(scenario.teams)
