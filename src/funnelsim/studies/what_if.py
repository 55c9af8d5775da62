"""What if: today and one strategy that begins on a day, in more and more of the same worlds.

Up to that day both live the same, so that this is simulated once and kept, or read from a checkpoint. A
change then costs the rest alone, and each larger number of worlds only those that are new (WI4, WI5).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import Any

from funnelsim.engines.compiled.blocks import Replications, Standing
from funnelsim.io.memory import available_memory
from funnelsim.io.progress import Progress, silent
from funnelsim.scenario import TODAY, Problem, Scenario, ScenarioError
from funnelsim.scenario.calendars import calendar_of
from funnelsim.scenario.months import months_later
from funnelsim.studies.checkpoint import Checkpoint, past_of
from funnelsim.studies.pilot import expected_inquiries
from funnelsim.studies.replication import TWINS, Plan, first_worlds, joined, stand
from funnelsim.studies.results import ComparisonResult
from funnelsim.studies.study import Contest, contest_of, ready_to_run, replicated
from funnelsim.studies.trees import trees_of

WHAT_IF = "what_if"
TITLE = "the what-if"  # what sentences call it
MOST_INQUIRIES = 2_000_000  # expected in a world, warm-up and drain included: a second or two
SIZES = (1, 4, 9, 20, 50, 100, 200, 400)  # worlds, one answer after the other
FEWEST_FOR_A_BAND = 9  # worlds, below which only the mean difference is shown (WI6)
_REMEMBERED = 2  # what-ifs whose worlds are kept: the newest, and the one before it
_AT_ONCE = 10  # worlds between two looks at whether anybody still wants them
_SHARE_OF_MEMORY = 0.5  # of what is free: how much may be kept

Cancelled = Callable[[], bool]


class CancelledError(Exception):
    """Nobody wants the answer any more."""


def tried(
    scenario: Scenario,
    changes: Mapping[str, Any],
    *,
    on: date | None = None,
    since: Checkpoint | None = None,
    jobs: int = 0,
    progress: Progress = silent,
) -> Scenario:
    """Add a strategy named `what_if` that makes changes from a day on.

    The months are those of the scenario without it, so that its strategies keep their figures.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    changes : mapping of str to value
        By path, as `Scenario.with_changes` takes them.
    on : date, optional
        When they begin. By default the day of the checkpoint, or else the first day of the period.
    since : Checkpoint, optional
        From which is gone on: the months are its own.
    jobs, progress
        As in `compare`, for the pilot that settles the months.

    Raises
    ------
    ScenarioError
        If there is a strategy of that name, the changes cannot be made, or the day is not in the period.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> made = tried(load("first_steps"), {"teams.sales.people": 3})
    >>> made.strategy("what_if").teams["sales"].people, made.is_settled
    (3, True)
    """
    if WHAT_IF in scenario.strategies:
        wrong = "is there already: its name is that of what is tried"
        raise ScenarioError([Problem(f"strategies.{WHAT_IF}", wrong, "another name")], scenario.source)
    base = ready_to_run(scenario, jobs, (), since, progress)
    return _with_what_if(base, changes, first_day(base, on, since))


def first_day(scenario: Scenario, on: date | None, since: Checkpoint | None) -> date:
    """Return the day on which a what-if begins (WI4).

    Raises
    ------
    ScenarioError
        If it is not a day of the period, or before the checkpoint.
    """
    earliest = scenario.start if since is None else since.day
    day = earliest if on is None else on
    end = months_later(scenario.start, scenario.horizon.period_months)
    if not earliest <= day < end:
        place = "the period" if since is None else "the period, not before the checkpoint"
        wanted = f"a day of {place}: from {earliest} to before {end}"
        raise ScenarioError([Problem("", f"the what-if begins on {day}", wanted)], scenario.source)
    return day


def _with_what_if(scenario: Scenario, changes: Mapping[str, Any], day: date) -> Scenario:
    """Add what is tried to a settled scenario, which keeps its months."""
    starts = {} if day == scenario.start else {"starts": day}
    made = scenario.with_strategies({WHAT_IF: {"title": TITLE, "change": dict(changes)} | starts})
    return made.with_months_of(scenario)


@dataclass
class _Run:
    """The worlds of one strategy, as far as they are simulated."""

    parts: list[Replications] = field(default_factory=list)

    @property
    def worlds(self) -> int:
        return sum(map(len, self.parts))

    def first(self, worlds: int) -> Replications:
        """Return the first worlds, joined."""
        if len(self.parts) > 1:
            self.parts = [joined(self.parts)]
        return first_worlds(self.parts[0], worlds)


class WhatIf:
    """Answers what-if questions about one scenario (WI4 to WI6).

    Not for several threads at once.

    Parameters
    ----------
    scenario : Scenario
        From `load`.
    on : date, optional
        When a what-if begins: as in `tried`.
    since : Checkpoint, optional
        From which is gone on, with its seed and no more than its worlds (WI14).
    seed, jobs : int
        As in `compare`.
    sizes : sequence of int, optional
        Numbers of worlds, rising: there is an answer at each. Default: `SIZES`, or up to all worlds of the
        checkpoint.
    progress : callable
        As in `compare`, for the pilot that settles the months.

    Raises
    ------
    ScenarioError
        If the day is not in the period.
    UnusableError
        If the checkpoint is of another scenario.

    Examples
    --------
    >>> from funnelsim.scenario import load
    >>> what_if = WhatIf(load("first_steps"), sizes=(1, 4))
    >>> [answer.years for answer in what_if.answers({"teams.sales.people": 3})]
    [1, 4]
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        on: date | None = None,
        since: Checkpoint | None = None,
        seed: int = 1,
        jobs: int = 0,
        sizes: Sequence[int] | None = None,
        progress: Progress = silent,
    ) -> None:
        if since is not None:
            since.must_be_of(scenario)
        self.day = first_day(scenario, on, since)
        self.scenario = ready_to_run(scenario, jobs, (), since, progress)
        self.seed = seed if since is None else since.seed
        self.sizes = _sizes_of(sizes, since)
        self.jobs = jobs
        self._lean = _alone(self.scenario)
        self._of_today = contest_of(self._lean, [TODAY])
        self._kept = self._begin() if since is None else since
        self._today = _Run()
        self._tried: OrderedDict[str, tuple[Contest, _Run]] = OrderedDict()

    @property
    def worlds_of_today(self) -> int:
        """Count the worlds of today that are simulated."""
        return self._today.worlds

    def today(self, worlds: int, cancelled: Cancelled = lambda: False) -> None:
        """Simulate today in so many worlds, for answers to come."""
        self._grow(self._of_today, TODAY, self._today, worlds, cancelled)

    def answers(
        self, changes: Mapping[str, Any], cancelled: Cancelled = lambda: False
    ) -> Iterator[ComparisonResult]:
        """Compare today with changes from `day` on, in more and more worlds.

        Each answer is what `compare` gives for today and `what_if` of `tried` with as many replications.

        Parameters
        ----------
        changes : mapping of str to value
            By path.
        cancelled : callable
            Asked again and again whether the answer is not wanted any more.

        Raises
        ------
        ScenarioError
            If the changes cannot be made.
        CancelledError
            If the answer is not wanted any more.
        """
        contest, run = self._contest(changes)
        for worlds in self.possible_sizes():
            self.today(worlds, cancelled)
            self._grow(contest, WHAT_IF, run, worlds, cancelled)
            finished = {TODAY: self._today.first(worlds), WHAT_IF: run.first(worlds)}
            found = contest.results(finished, Plan(worlds, self.seed, jobs=self.jobs))
            yield ComparisonResult(contest.scenario, found)

    def _contest(self, changes: Mapping[str, Any]) -> tuple[Contest, _Run]:
        """Lower what is tried, or remember it."""
        key = repr(sorted(changes.items()))
        if key not in self._tried:
            made = _with_what_if(self._lean, changes, self.day)
            contest = contest_of(made, [TODAY, WHAT_IF])
            self._must_be_quick(contest)
            self._tried[key] = contest, _Run()
            while len(self._tried) > _REMEMBERED:
                self._tried.popitem(last=False)
        self._tried.move_to_end(key)
        return self._tried[key]

    def _must_be_quick(self, contest: Contest) -> None:
        """Refuse more inquiries than can be answered at once: a world that has begun is finished (WI5)."""
        found = {name: expected_inquiries(each.typed[-1].model) for name, each in contest.courses.items()}
        most = max(MOST_INQUIRIES, 2 * found[TODAY])
        if found[WHAT_IF] > most:
            wrong = f"so many inquiries take too long: about {found[WHAT_IF]:,.0f} in a simulated period"
            problem = Problem("", wrong, f"at most {most:,.0f}; `funnelsim compare --try` takes more")
            raise ScenarioError([problem], self.scenario.source)

    def _begin(self) -> Checkpoint:
        """Make an empty checkpoint of the day on which a what-if begins."""
        calendar = calendar_of(self._lean.start, self._lean.months)
        past = past_of(self._lean, self.day)
        return Checkpoint(self.day, calendar.instant(self.day), self.seed, self._lean.months, past, [])

    def _keep(self, worlds: int, cancelled: Cancelled) -> None:
        """Simulate what comes before the what-if in more worlds."""
        (tree,) = trees_of(self._of_today.courses, {TODAY: None})
        for numbers in _chunks(self._kept.replications, worlds):
            plan = Plan(len(numbers), self.seed, first=numbers.start)
            stood, twins = stand(tree, plan, self._kept.instant, _look(cancelled))
            self._kept.worlds.extend(stood)
            self._kept.twins.extend(twins)

    def _grow(self, contest: Contest, name: str, run: _Run, worlds: int, cancelled: Cancelled) -> None:
        """Simulate a strategy in more worlds."""
        for numbers in _chunks(run.worlds, worlds):
            self._keep(numbers.stop, cancelled)
            plan = Plan(len(numbers), self.seed, jobs=self.jobs, first=numbers.start)
            since = replace(
                self._kept,
                worlds=self._kept.worlds[numbers.start : numbers.stop],
                twins=self._kept.twins[numbers.start : min(numbers.stop, TWINS)],
            )
            courses = {name: contest.courses[name]}
            changed = {name: contest.changed[name]}
            run.parts.append(replicated(changed, courses, plan, _look(cancelled), since)[name])

    def possible_sizes(self) -> Iterator[int]:
        """Return the numbers of worlds, as long as what is kept of them fits into memory."""
        for worlds in self.sizes:
            left = available_memory()
            if left is not None and self._kept.worlds:
                one = _bytes_of(self._kept.worlds[0])
                more = max(0, worlds - self._kept.replications)
                if more * one > _SHARE_OF_MEMORY * left:
                    return
            yield worlds


def sizes_up_to(worlds: int) -> tuple[int, ...]:
    """List the numbers of worlds of the answers that end with so many.

    >>> sizes_up_to(30)
    (1, 4, 9, 20, 30)
    """
    return (*(size for size in SIZES if size < worlds), worlds)


def _sizes_of(asked: Sequence[int] | None, since: Checkpoint | None) -> tuple[int, ...]:
    """Choose the numbers of worlds of the answers: no more than the checkpoint has."""
    if since is None:
        return tuple(asked or SIZES)
    if asked is None:
        return sizes_up_to(since.replications)
    return tuple(dict.fromkeys(min(size, since.replications) for size in asked))


def _alone(scenario: Scenario) -> Scenario:
    """Make a settled scenario without choices but today, so that a change is read at once."""
    document = scenario.document
    today = {name: each for name, each in document.get("strategies", {}).items() if name == TODAY}
    for table in ("strategies", "assumptions", "origins"):
        document.pop(table, None)
    if today:
        document["strategies"] = today
    made = scenario.beginning(document)
    return made.with_months_of(scenario)


def _bytes_of(stood: Standing) -> int:
    """Return the bytes of a world: how it stands, and the sums of today and of the what-ifs remembered."""
    state, sums = (sum(array.nbytes for array in each) for each in (stood.state, stood.tally))
    return state + sums * (2 + _REMEMBERED)


def _look(cancelled: Cancelled) -> Callable[[int], None]:
    """Return what stops a simulation that nobody wants any more."""

    def look(_: int) -> None:
        if cancelled():
            raise CancelledError

    return look


def _chunks(done: int, worlds: int) -> Iterator[range]:
    """Divide the worlds that are missing, so that none takes long."""
    ends = [*range(done, worlds, _AT_ONCE), worlds]
    yield from (range(first, end) for first, end in pairwise(ends) if first < end)
