"""Optimise: the best values of several levers together, within limits, and never worse than today."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.decisions.any_time import must_be_a_margin
from funnelsim.forecast import Interval
from funnelsim.io.progress import Progress
from funnelsim.io.writing import UnusableError
from funnelsim.metrics.figure import Parts
from funnelsim.metrics.wording import listed, money_range, number, simulated
from funnelsim.planning.kept import Box, kept, key_of, simulating
from funnelsim.planning.limits import Measured, at_or_below, lowest
from funnelsim.planning.paired import mean_of, profits_of
from funnelsim.planning.search import FIRST_LOOK, Search, search_of
from funnelsim.planning.select import MOST, Asked, SelectionResult, select_over
from funnelsim.scenario import TODAY, Scenario, ScenarioError, courses_of
from funnelsim.scenario.changes import is_number, split_key
from funnelsim.scenario.errors import in_words
from funnelsim.scenario.paths import value_at
from funnelsim.studies.designed.levers import Lever, Point
from funnelsim.studies.designed.study import POINT
from funnelsim.studies.designed.sums import end_to_end
from funnelsim.studies.pilot import settled
from funnelsim.studies.replication import Plan
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.store import Arrays, Key, Store
from funnelsim.studies.study import compare_over

if TYPE_CHECKING:
    import optuna
    import pandas as pd

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
    confirmed : ComparisonResult or None
        Today and the finalist that was selected, in worlds that had no part in the search; None if the
        search was stopped.
    finalist : str or None
        The strategy that was selected, as the scenario calls it; None if no point keeps to the limits. Of a
        search that was stopped, the best so far.
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
    confirmed: ComparisonResult | None
    finalist: str | None
    chosen: str
    refused: tuple[str, ...]
    today_keeps: bool
    now: Point
    so_far: Interval | None = None  # gain of the finalist in the worlds of the trials, if it was stopped

    @property
    def stopped(self) -> bool:
        """Return whether the search was stopped by Ctrl-C, so that this is the best so far."""
        return self.confirmed is None

    @property
    def point(self) -> Point:
        """Return the values of the levers to choose; empty if nothing is to change."""
        return {} if self.chosen == TODAY else self.point_of(self.chosen)

    @property
    def best_is_today(self) -> bool:
        """Return whether the best point has the values that levers stand at today."""
        return self.finalist is not None and self.point_of(self.finalist) == self.now

    def point_of(self, name: str) -> Point:
        """Return the values of the levers in a strategy."""
        return next(each.point for each in self.tried if f"{POINT}{each.number}" == name)

    @cached_property
    def gain(self) -> Interval:
        """Return what the choice brings more than today, in the fresh worlds; if stopped, in the trials."""
        if self.chosen == TODAY:
            return Interval(0.0, 0.0, 0.0)
        found = self.so_far if self.confirmed is None else _gain(self.confirmed, self.chosen)
        assert found is not None  # a point was chosen by its gain
        return found

    @property
    def table(self) -> pd.DataFrame:
        """Tabulate the points that were tried: a row for each.

        The values of the levers; `years` simulated; `gain` on today, on average over them; whether the point
        `keeps` to the constraints in them.
        """
        import pandas as pd  # noqa: PLC0415 (a frame is asked for)

        rows = [
            {**each.point, "years": len(each.profits), "gain": each.gain, "keeps": each.is_kept}
            for each in self.tried
        ]
        return pd.DataFrame(rows, index=pd.Index([each.number for each in self.tried], name="point"))

    @property
    def years(self) -> int:
        """Count the simulated years of all trials."""
        return sum(len(each.profits) for each in self.tried)

    @property
    def sentences(self) -> tuple[str, ...]:
        """State in words what to choose, what it brings, which limits bind, and what is left unspent."""
        said = [*self._stopped(), self._choice(), *self._refusals()]
        if self.finalist is not None:
            told = [] if self.confirmed is None or self.best_is_today else [self.confirmed.verdict]
            said += [*told, *self._bounds(), *self._totals(), *self._measured()]
        return (*said, self._effort())

    # ---- words --------------------------------------------------------------------------------

    def _stopped(self) -> list[str]:
        """State what an answer is worth that was stopped."""
        if not self.stopped:
            return []
        said = (
            f"Stopped after {len(self.tried):,} of {self.search.trials:,} trials: this is the best so far. "
            "It was not raced against the others, nor looked at in fresh worlds, so that it looks better "
            "than it is."
        )
        if self.so_far is None:
            return [said]
        ends = money_range(self.so_far.low, self.so_far.high, self.scenario.currency)
        return [f"{said} In the worlds of the trials it brings on average {ends} more than today."]

    def _choice(self) -> str:
        if self.finalist is None:
            how = "" if self.today_keeps else "; today does not keep to them either"
            return (
                f"None of {len(self.tried):,} points that were tried keeps to all constraints{how}: loosen "
                "one of them, or let levers go further."
            )
        values = f"{self.scenario.title_of(self.finalist)}, {_values(self.point_of(self.finalist))}"
        if self.chosen == TODAY:
            return self._staying(values)
        begins = "Best so far:" if self.stopped else "Choose"
        how = "" if self.today_keeps else "; today does not keep to the constraints"
        return f"{begins} {values}{how}."

    def _staying(self, values: str) -> str:
        so_far = " so far" if self.stopped else ""
        if self.best_is_today:
            return f"Stay with today{so_far}: no plan that was tried beats it."
        return f"Stay with today{so_far}: the best point found ({values}) is not surely better."

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
            + f"{_holds(left <= _CLOSE * abs(total.at_most))}."
            for total, left in zip(self.search.limits.totals, self.search.limits.unspent(point), strict=True)
        ]

    def _measured(self) -> list[str]:
        """State where the figures and goals with limits stand in the fresh worlds."""
        assert self.finalist is not None
        if self.confirmed is None:
            return []
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


def _holds(binds: bool) -> str:
    """State whether a limit may keep the plan from something better."""
    return f"this limit {'holds' if binds else 'does not hold'} the plan back"


def _stands(each: Measured, parts: Parts, currency: str) -> str:
    found = each.estimate(parts)
    binds = found.low <= each.limit <= found.high
    ends = f"{each.told(found.low, currency)} to {each.told(found.high, currency)}"
    told = f"it is {each.told(found.value, currency)} ({ends})"
    words = each.words(currency)
    return f"{words[0].upper()}{words[1:]}: {told}; {_holds(binds)}."


def _gain(confirmed: ComparisonResult, name: str) -> Interval:
    profits = profits_of(confirmed.comparison, confirmed.comparison.expected)
    return mean_of(profits[name] - profits[TODAY])


def optimise(
    scenario: Scenario,
    *,
    levers: Mapping[str, Any],
    margin: float,
    constraints: Mapping[str, Any] | None = None,
    store: str | os.PathLike[str] | None = None,
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
    store : str or path, optional
        The folder of a store, or a new one: a search that was stopped or killed goes on where it was.
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
        Stopped before there was any point beside today. Later, the best so far is returned (OP9).

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
    return optimised(search_of(document), jobs, progress, None if store is None else Store.open(Path(store)))


# ---- trials -------------------------------------------------------------------------------------


def most_years(search: Search) -> int:
    """Count the simulated years that a search takes at most, of all points together, but for refusals."""
    trials = (search.trials + 1) * search.study.replications
    return trials + (FINALISTS + 1) * search.at_most + 2 * search.fresh


def optimised(
    search: Search, jobs: int = 0, progress: Progress = lambda _: None, box: Box | None = None
) -> OptimiseResult:
    """Carry out a search, as `optimise` does; what is in the box is not simulated again (OP10)."""
    must_be_a_margin(search.margin)
    proposals = _proposals(search)
    ready = settled(search.study.scenario, jobs, progress=progress)
    trials = _Trials(search, ready, jobs, progress, box)
    try:
        for _ in range(ASKED * search.trials):
            if len(trials.tried) < search.trials:
                _propose(proposals, trials)
        if not trials.tried and trials.refused is not None:
            raise trials.refused
        return _selected(trials)
    except KeyboardInterrupt:
        if not trials.tried:
            raise
        return _best_so_far(trials)


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
    box: Box | None = None
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

        def key() -> Key:
            limits = [(each.name, each.is_chance, scenario.goals.get(each.name)) for each in self._measured]
            course = courses_of(scenario, [name])[name]
            return key_of(scenario, name, course, plan, {"limits": limits})

        found = kept(self.box, key, lambda: self._simulated(scenario, name, plan))
        parts = [_parts_in(found, f"{place}.") for place in range(len(self._measured))]
        return _Block(found["profit"], parts)

    @property
    def _measured(self) -> tuple[Measured, ...]:
        return self.search.limits.measured

    def _simulated(self, scenario: Scenario, name: str, plan: Plan) -> Arrays:
        """Simulate a point; return its profits, and the parts of what limits are about, by its place."""
        result = compare_over(scenario, [name], plan, self.progress)
        if result.stopped:
            raise KeyboardInterrupt
        forecast = result[name].forecast
        found = {"profit": profits_of(result.comparison, result.comparison.expected)[name]}
        for place, each in enumerate(self._measured):
            found |= {f"{place}.{number}": part for number, part in enumerate(each.parts(forecast))}
        return found

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


def _parts_in(found: Arrays, begin: str) -> Parts:
    """Return the parts of one limit, in their order."""
    return tuple(found[name] for name in found if name.startswith(begin))


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


def _best_so_far(trials: _Trials) -> OptimiseResult:
    """Answer with what the trials have shown so far: never with what is not surely better there (OP9)."""
    ranked = sorted(trials.whole, key=lambda each: each.gain)
    best, gain = (ranked[-1] if ranked else None), None
    if best is not None:
        gain = mean_of(best.profits - trials.today.profits)
    name = None if best is None else f"{POINT}{best.number}"
    sure = gain is not None and gain.low > 0
    return OptimiseResult(
        search=trials.search,
        scenario=trials.with_points({} if best is None else {best.number: best.point}),
        tried=tuple(trials.tried),
        selection=None,
        confirmed=None,
        finalist=name,
        chosen=name if name and (sure or not trials.today_keeps) else TODAY,
        refused=(),
        today_keeps=trials.today_keeps,
        now=_today(trials.search),
        so_far=gain,
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
        asked = Asked(
            search.margin,
            at_most=search.at_most,
            fresh=search.fresh,
            seed=search.study.seed,
            jobs=trials.jobs,
        )
        selection = select_over(scenario, racing, asked, trials.progress, trials.box)
        if selection.stopped:
            raise KeyboardInterrupt
        if selection.chosen in names and selection.confirmed is not None:
            return _Final(selection, selection.confirmed, selection.chosen)
        best = str(selection.table["mean"].drop(TODAY, errors="ignore").idxmax())
    first = 0 if selection is None else selection.done
    plan = Plan(search.fresh, search.study.seed, jobs=trials.jobs, first=first, twins=False)
    confirming = [TODAY, *([best] if best else [])]
    run = simulating(trials.box, scenario)
    confirmed = compare_over(scenario, confirming, plan, trials.progress, simulate=run)
    if confirmed.stopped:
        raise KeyboardInterrupt
    return _Final(selection, confirmed, best)
