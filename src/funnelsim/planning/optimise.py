"""Optimise: the best values of several levers together, within limits, and never worse than today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.decisions.any_time import must_be_a_margin
from funnelsim.forecast import Interval
from funnelsim.io.writing import UnusableError
from funnelsim.metrics.figure import Parts
from funnelsim.metrics.wording import listed, number, simulated
from funnelsim.planning.limits import Measured, at_or_below, lowest
from funnelsim.planning.paired import mean_of, profits_of
from funnelsim.planning.search import FIRST_LOOK, Search, search_of
from funnelsim.planning.select import MOST, SelectionResult, select
from funnelsim.scenario import TODAY, Scenario, ScenarioError
from funnelsim.scenario.changes import is_number, split_key
from funnelsim.scenario.errors import in_words
from funnelsim.scenario.paths import value_at
from funnelsim.studies.designed.levers import Lever, Point
from funnelsim.studies.designed.study import POINT
from funnelsim.studies.designed.sums import end_to_end
from funnelsim.studies.pilot import settled
from funnelsim.studies.replication import Plan
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.study import Progress, compare_over

if TYPE_CHECKING:
    import optuna

FINALISTS = 4  # that race against each other and today
SEARCHED_FROM = 2 * MOST  # the number of the first world of trials, beyond those of a selection
ASKED = 4  # times as many points may be proposed as are tried, because some are proposed again
_CLOSE = 0.01  # share of a range, or of a total, within which a limit is said to bind


class Tried(NamedTuple):
    """A point that was tried, in as many worlds as it took to see whether it is hopeless."""

    number: int
    point: Point
    profits: Floats  # (worlds,)
    gain: float  # on today, on average over these worlds
    lacks: tuple[float, ...]  # by how much each of these limits is missed

    @property
    def is_kept(self) -> bool:
        """Return whether it keeps to all limits, as far as these worlds tell."""
        return all(lack <= 0 for lack in self.lacks)


@dataclass(frozen=True, eq=False)
class OptimiseResult:
    """The best point found, as `optimise` returns it.

    Attributes
    ----------
    search : Search
    scenario : Scenario
        With the points that reached the final as strategies, months settled.
    tried : tuple of Tried
        All different points, in the order in which they were tried.
    selection : SelectionResult or None
        The race of the finalists and today; None if there were not two of them.
    confirmed : ComparisonResult
        Today and the finalist that was selected, in worlds that had no part in the search.
    finalist : str or None
        The strategy that was selected, as the scenario calls it; None if no point keeps to the limits.
    chosen : str
        The same if it is surely better than today, or if today breaks a limit; else "today".
    refused : tuple of str
        Those that were ahead, but broke a limit in the fresh worlds.
    today_keeps : bool
        Whether today keeps to the limits.
    now : dict
        What levers stand at today, where that is one of their values.
    """

    search: Search
    scenario: Scenario
    tried: tuple[Tried, ...]
    selection: SelectionResult | None
    confirmed: ComparisonResult
    finalist: str | None
    chosen: str
    refused: tuple[str, ...]
    today_keeps: bool
    now: Point

    @property
    def point(self) -> Point:
        """Return the values of the levers to choose; empty if nothing is to change."""
        return {} if self.chosen == TODAY else self.point_of(self.chosen)

    def point_of(self, name: str) -> Point:
        """Return the values of the levers in a strategy."""
        return next(each.point for each in self.tried if f"{POINT}{each.number}" == name)

    @cached_property
    def gain(self) -> Interval:
        """Return what the choice brings more than today, in the fresh worlds."""
        return Interval(0.0, 0.0, 0.0) if self.chosen == TODAY else _gain(self.confirmed, self.chosen)

    @property
    def years(self) -> int:
        """Count the simulated years of all trials."""
        return sum(len(each.profits) for each in self.tried)

    @property
    def sentences(self) -> tuple[str, ...]:
        """State in words what to choose, what it brings, which limits bind, and what is left unspent."""
        said = [self._choice(), *self._refusals()]
        if self.finalist is not None:
            said += [self.confirmed.verdict, *self._bounds(), *self._totals(), *self._measured()]
        return (*said, self._effort())

    # ---- words --------------------------------------------------------------------------------

    def _choice(self) -> str:
        if self.finalist is None:
            how = "" if self.today_keeps else "; today does not keep to them either"
            return (
                f"None of {len(self.tried):,} points that were tried keeps to all constraints{how}: loosen "
                "one of them, or let levers go further."
            )
        values = f"{self.scenario.title_of(self.finalist)}, {_values(self.point_of(self.finalist))}"
        if self.chosen == TODAY:
            return f"Stay with today: the best point found ({values}) is not surely better."
        if not self.today_keeps:
            return f"Choose {values}: today does not keep to the constraints."
        return f"Choose {values}."

    def _refusals(self) -> list[str]:
        return [
            f"Ahead in the search was {_values(self.point_of(name))}; in fresh worlds it broke a constraint."
            for name in self.refused
        ]

    def _bounds(self) -> list[str]:
        """Name the levers that stand at an end of their range."""
        assert self.finalist is not None
        point = self.point_of(self.finalist)
        return [
            f"{lever.key} stands at the {end} end of its range: going further might bring more."
            for lever in self.search.study.levers
            if (end := _end_of(lever, point[lever.key]))
        ]

    def _totals(self) -> list[str]:
        assert self.finalist is not None
        point = self.point_of(self.finalist)
        return [
            f"Of {total.words}, {number(total.at_most)} at most, {number(left, 4)} is left unspent: "
            + ("it binds." if left <= _CLOSE * abs(total.at_most) else "it does not bind.")
            for total, left in zip(self.search.limits.totals, self.search.limits.unspent(point), strict=True)
        ]

    def _measured(self) -> list[str]:
        """State where the figures and goals with limits stand in the fresh worlds."""
        assert self.finalist is not None
        forecast, currency = self.confirmed[self.finalist].forecast, self.scenario.currency
        return [_stands(each, each.parts(forecast), currency) for each in self.search.limits.measured]

    def _effort(self) -> str:
        short = sum(len(each.profits) < self.search.study.replications for each in self.tried)
        ran = simulated(self.years, self.scenario.months.period)
        said = f"That took {len(self.tried):,} trials, {short:,} of them ended early, in {ran}"
        if self.selection is None:
            return f"{said}."
        return f"{said}; the race of the best took {int(self.selection.worlds.sum()):,} more."


def _values(point: Point) -> str:
    return listed([f"{key} = {in_words(value)}" for key, value in point.items()])


def _end_of(lever: Lever, value: Any) -> str:
    """Name the end of its range at which a lever stands, if it does."""
    if lever.values:
        return ""
    close = 0 if lever.is_whole else _CLOSE * (lever.high - lever.low)
    return "low" if value <= lever.low + close else "high" if value >= lever.high - close else ""


def _stands(each: Measured, parts: Parts, currency: str) -> str:
    found = each.estimate(parts)
    binds = found.low <= each.limit <= found.high
    ends = f"{each.told(found.low, currency)} to {each.told(found.high, currency)}"
    told = f"it is {each.told(found.value, currency)} ({ends})"
    words = each.words(currency)
    return f"{words[0].upper()}{words[1:]}: {told}, so that it {'binds' if binds else 'does not bind'}."


def _gain(confirmed: ComparisonResult, name: str) -> Interval:
    profits = profits_of(confirmed.comparison, confirmed.comparison.expected)
    return mean_of(profits[name] - profits[TODAY])


def optimise(
    scenario: Scenario,
    *,
    levers: Mapping[str, Any],
    margin: float,
    constraints: Mapping[str, Any] | None = None,
    jobs: int = 0,
    progress: Progress = lambda _: None,
    **others: Any,
) -> OptimiseResult:
    """Find the values of levers with the highest mean profit within constraints, or stay with today (OP5).

    Points are proposed by Optuna's tree-structured Parzen estimator and simulated in the same worlds; who is
    surely behind the best so far is given up early. The best few and today are raced in other worlds, and
    the winner is compared with today in worlds that are new again.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    levers : mapping
        As in a study: by path, a list of values or `{"low": ..., "high": ...}`.
    margin : float
        The least difference in profit that matters, in the scenario's money.
    constraints : mapping, optional
        `totals`, a list of `{"of": [levers] or {lever: weight}, "at_most": amount}`; `means`, by figure
        `{"at_least": ...}` or `{"at_most": ...}`, over the period on average; `chances`, by goal the least
        share of simulated years that reach it.
    jobs : int
        Years that are simulated at the same time; 0 takes every processor.
    progress : callable
        Called with the number of years that have just been simulated.
    **others
        `trials` (100, or 20 for each lever), `replications` (200, years of a trial), `at_most` (2,000, years
        of a finalist), `fresh` (400), `seed`, `starts`, `always`: as in a file.

    Raises
    ------
    ScenarioError
        If a lever or a constraint is not valid, no strategy can change a lever, or constraints contradict.
    UnusableError
        If Optuna is not installed.
    KeyboardInterrupt
        Stopped before the search was over.

    References
    ----------
    Bergstra, J., Bardenet, R., Bengio, Y. and Kegl, B. (2011), Algorithms for hyper-parameter optimization,
    NeurIPS 24. Akiba, T., Sano, S., Yanase, T., Ohta, T. and Koyama, M. (2019), Optuna, KDD.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> document = load("first_steps").document
    >>> document["horizon"] = {"warm_up_months": 1, "period_months": 3, "drain_months": 1}
    >>> found = optimise(
    ...     load("first_steps").beginning(document),
    ...     levers={"channels.website.inquiries_per_month": {"low": 20, "high": 60}},
    ...     margin=5_000, trials=10, replications=25, fresh=50, jobs=1,
    ... )
    >>> found.point["channels.website.inquiries_per_month"] > 40, found.gain.low > 0
    (True, True)
    """
    given = {} if constraints is None else {"constraints": constraints}
    document = {"scenario": scenario, "levers": levers, "margin": margin, **given, **others}
    return optimised(search_of(document), jobs, progress)


# ---- trials -------------------------------------------------------------------------------------


def most_years(search: Search) -> int:
    """Count the simulated years that a search takes at most, of all points together, but for refusals."""
    trials = (search.trials + 1) * search.study.replications
    return trials + (FINALISTS + 1) * search.at_most + 2 * search.fresh


def optimised(search: Search, jobs: int = 0, progress: Progress = lambda _: None) -> OptimiseResult:
    """Carry out a search, as `optimise` does."""
    must_be_a_margin(search.margin)
    proposals = _proposals(search)
    trials = _Trials(search, settled(search.study.scenario, jobs), jobs, progress)
    for _ in range(ASKED * search.trials):
        if len(trials.tried) < search.trials:
            _propose(proposals, trials)
    if not trials.tried and trials.refused is not None:
        raise trials.refused
    return _selected(trials)


def _proposals(search: Search) -> optuna.Study:
    """Begin to make proposals: today, the low ends and the middles come first (OP3)."""
    try:
        module = import_module("optuna")
    except ImportError:
        raise UnusableError(
            'optimising takes Optuna, which is not installed: pip install "funnelsim[optimise]"'
        ) from None
    module.logging.set_verbosity(module.logging.WARNING)
    sampler = module.samplers.TPESampler(seed=search.study.seed, multivariate=True)
    proposals: optuna.Study = module.create_study(direction="maximize", sampler=sampler)
    levers = search.study.levers
    halves = {lever.key: lever.at(np.array([0.5]))[0] for lever in levers}
    for start in (_today(search), {lever.key: lowest(lever) for lever in levers}, halves):
        known = {lever.key: _as_asked(lever, start[lever.key]) for lever in levers if lever.key in start}
        proposals.enqueue_trial(known)
    return proposals


def _today(search: Search) -> Point:
    """Return what levers stand at today, as far as that is one of their values."""
    scenario = search.study.scenario
    found = {}
    for lever in search.study.levers:
        path, operation = split_key(lever.key)
        value = {"*=": 1.0, "+=": 0}.get(operation, value_at(scenario, path))
        inside = value in lever.values if lever.values else _is_within(lever, value)
        if inside:
            found[lever.key] = value
    return found


def _is_within(lever: Lever, value: object) -> bool:
    return is_number(value) and lever.low <= value <= lever.high


def _suggested(trial: optuna.Trial, lever: Lever) -> Any:
    """Ask for a value of a lever: of a list, for its place."""
    if not lever.values:
        ask: Any = trial.suggest_int if lever.is_whole else trial.suggest_float
        return at_or_below(lever, ask(lever.key, lever.low, lever.high))
    places = range(len(lever.values))
    if all(map(is_number, lever.values)):
        return sorted(lever.values)[trial.suggest_int(lever.key, 0, places[-1])]
    return lever.values[trial.suggest_categorical(lever.key, list(places))]


def _as_asked(lever: Lever, value: Any) -> Any:
    """Return the answer that stands for a value in `_suggested`."""
    if not lever.values:
        return value
    in_order = all(map(is_number, lever.values))
    return (sorted(lever.values) if in_order else list(lever.values)).index(value)


def _propose(proposals: optuna.Study, trials: _Trials) -> None:
    """Try what is proposed next, and tell what came of it (OP3)."""
    study = trials.search.study
    trial = proposals.ask()
    point = {lever.key: _suggested(trial, lever) for lever in study.levers}
    found = trials.of(trials.search.limits.fitted(point, study.levers))
    if found is None:
        proposals.tell(trial, state=import_module("optuna").trial.TrialState.FAIL)
        return
    for place, lack in enumerate(found.lacks):
        trial.set_constraint(str(place), lack)
    proposals.tell(trial, found.gain)


@dataclass
class _Trials:
    """Simulates points in the same worlds, each until it is seen to be hopeless (OP1, OP4)."""

    search: Search
    scenario: Scenario  # settled
    jobs: int
    progress: Progress
    tried: list[Tried] = field(default_factory=list)
    refused: ScenarioError | None = None

    @cached_property
    def today(self) -> Tried:
        """Today, in all worlds."""
        blocks = [self._block(self.scenario, TODAY, first, last) for first, last in self._looks()]
        return self._tried(0, {}, blocks, None)

    @property
    def today_keeps(self) -> bool:
        """Return whether today keeps to all limits, totals included."""
        now, levers = _today(self.search), self.search.study.levers
        totals = self.search.limits.totals
        known = len(now) == len(levers) and all(left >= 0 for left in self.search.limits.unspent(now))
        return self.today.is_kept and (known or not totals)

    def of(self, point: Point) -> Tried | None:
        """Try a point, if it has not been tried before; None if it cannot be chosen."""
        for each in self.tried:
            if each.point == point:
                return each
        number = len(self.tried) + 1
        try:
            scenario = self.with_points({number: point})
            blocks: list[_Block] = []
            for first, last in self._looks():
                blocks.append(self._block(scenario, f"{POINT}{number}", first, last))
                if self._is_hopeless(blocks):
                    break
        except ScenarioError as error:
            self.refused = error
            return None
        self.tried.append(self._tried(number, point, blocks, self.today))
        return self.tried[-1]

    def with_points(self, points: Mapping[int, Point]) -> Scenario:
        """Return the scenario with points as strategies."""
        return self.search.study.trying(points).with_months(self.scenario.months)

    @property
    def best(self) -> Tried | None:
        """The best so far that keeps to all limits and was simulated in all worlds; today at first."""
        kept = [self.today] if self.today_keeps else []
        return max((*kept, *self.whole), key=lambda each: each.gain, default=None)

    @property
    def whole(self) -> list[Tried]:
        """Those that keep to all limits, and were not given up."""
        worlds = self.search.study.replications
        return [each for each in self.tried if each.is_kept and len(each.profits) == worlds]

    def _looks(self) -> Iterator[tuple[int, int]]:
        """List the first and the last world of what is simulated between two looks."""
        first, last = 0, FIRST_LOOK
        while first < self.search.study.replications:
            last = min(last, self.search.study.replications)
            yield first, last
            first, last = last, 2 * last

    def _block(self, scenario: Scenario, name: str, first: int, last: int) -> _Block:
        plan = Plan(
            last - first, self.search.study.seed, jobs=self.jobs, first=SEARCHED_FROM + first, twins=False
        )
        result = compare_over(scenario, [name], plan, self.progress)
        if result.stopped:
            raise KeyboardInterrupt
        forecast = result[name].forecast
        profits = profits_of(result.comparison, result.comparison.expected)[name]
        return _Block(profits, [each.parts(forecast) for each in self.search.limits.measured])

    def _is_hopeless(self, blocks: Sequence[_Block]) -> bool:
        """Return whether a point surely misses a limit, or is surely behind the best so far (OP4)."""
        parts = _parts(blocks)
        if any(each.is_missed(of) for each, of in zip(self.search.limits.measured, parts, strict=True)):
            return True
        best = self.best
        if best is None:
            return False
        profits = np.concatenate([each.profits for each in blocks])
        return mean_of(profits - best.profits[: len(profits)]).high < 0

    def _tried(self, number: int, point: Point, blocks: Sequence[_Block], today: Tried | None) -> Tried:
        profits = np.concatenate([each.profits for each in blocks])
        gain = 0.0 if today is None else float(np.mean(profits - today.profits[: len(profits)]))
        return Tried(number, point, profits, gain, tuple(self.search.limits.lacks(_parts(blocks))))


class _Block(NamedTuple):
    """What consecutive worlds of a point bring."""

    profits: Floats  # (worlds,)
    parts: list[Parts]  # of what the limits on figures and goals are about


def _parts(blocks: Sequence[_Block]) -> list[Parts]:
    return [end_to_end(each) for each in zip(*(block.parts for block in blocks), strict=True)]


# ---- the final ----------------------------------------------------------------------------------


def _selected(trials: _Trials) -> OptimiseResult:
    """Race the best points and today, and confirm the winner, which must keep to the limits (OP5)."""
    ranked = sorted(trials.whole, key=lambda each: each.gain, reverse=True)[:FINALISTS]
    refused: list[str] = []
    while True:
        left = {each.number: each.point for each in ranked if f"{POINT}{each.number}" not in refused}
        final = _final(trials, left)
        forecast = final.confirmed[final.name].forecast if final.name else None
        limits = trials.search.limits
        if forecast is None or max(limits.lacks_in(forecast), default=0.0) <= 0:
            break
        refused.append(str(final.name))
    sure = final.name is not None and _gain(final.confirmed, final.name).low > 0
    chosen = final.name if final.name and (sure or not trials.today_keeps) else TODAY
    return OptimiseResult(
        search=trials.search,
        scenario=final.confirmed.scenario,
        tried=tuple(trials.tried),
        selection=final.selection,
        confirmed=final.confirmed,
        finalist=final.name,
        chosen=chosen,
        refused=tuple(refused),
        today_keeps=trials.today_keeps,
        now=_today(trials.search),
    )


class _Final(NamedTuple):
    """How a final ended: who won it, today aside, and what fresh worlds say of it."""

    selection: SelectionResult | None
    confirmed: ComparisonResult
    name: str | None


def _final(trials: _Trials, points: Mapping[int, Point]) -> _Final:
    """Race points, and today if it keeps to the limits."""
    search, scenario = trials.search, trials.with_points(points)
    names = [f"{POINT}{number}" for number in points]
    racing = [TODAY, *names] if trials.today_keeps else names
    selection, best = None, names[0] if names else None
    if names and len(racing) > 1:
        selection = select(
            scenario,
            margin=search.margin,
            strategies=racing,
            at_most=search.at_most,
            fresh=search.fresh,
            seed=search.study.seed,
            jobs=trials.jobs,
            progress=trials.progress,
        )
        if selection.stopped:
            raise KeyboardInterrupt
        if selection.chosen in names and selection.confirmed is not None:
            return _Final(selection, selection.confirmed, selection.chosen)
        best = str(selection.table["mean"].drop(TODAY, errors="ignore").idxmax())
    first = 0 if selection is None else selection.done
    plan = Plan(search.fresh, search.study.seed, jobs=trials.jobs, first=first, twins=False)
    confirmed = compare_over(scenario, [TODAY, *([best] if best else [])], plan, trials.progress)
    if confirmed.stopped:
        raise KeyboardInterrupt
    return _Final(selection, confirmed, best)
