"""One cut through many tallies: by month, channel, segment, stage, rep or team, or in all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.engines.fold import (
    CONTACT_BY_CLOCK,
    DIMENSIONS,
    EARNED_MARGIN,
    EARNED_REVENUE,
    EVENTS,
    EXPECTED_BACK,
    WON_BACK,
    Basis,
    Ended,
    Measure,
    Tally,
    line_bounds,
)
from funnelsim.metrics.balances import Balances, balances, no_balances
from funnelsim.metrics.balances import one_contract as cash_of_one
from funnelsim.model.model import Model, Names, pays_in_tiers
from funnelsim.model.words import DAY, Assignment, Due, Event, Phase
from funnelsim.rules.contracts import DAYS_A_YEAR

# The row with what is expected of a contract, for each with what was drawn for it (M7).
EXPECTED: dict[int, int] = {
    Event.WON: Event.EXPECTED,
    Event.MARGIN: Event.EXPECTED_MARGIN,
    Event.COMMISSION: Event.EXPECTED_COMMISSION,
    WON_BACK: EXPECTED_BACK,
}

CUTS = (*DIMENSIONS, "team")


@dataclass(frozen=True)
class Cut:
    """The sums of R replications for the n months, channels, ... of one dimension.

    Arrays that the dimension does not have are NaN. Where `expected` is set, contracts count with what is
    expected of them: every figure of money then has the same mean as with what was drawn, and varies less.
    """

    sums: Floats  # (R, n, events, 2 bases, 4 measures)
    queue: Floats  # (R, n) leads in the queue on average over the period, or over each month (F2)
    held: Floats  # (R, n) leads held before a hand-over on average, as the queue (F5)
    busy: Floats  # (R, n) working time in the period, µs
    available: Floats  # (R, n) working time on staff in the period, less absences, µs
    staff: Floats  # (R, n) people on staff, on average
    companies: Floats  # (R, n) of the markets
    untaken: Floats  # (R, n) of these, available on average over the period, or over each month (F6)
    untaken_at_end: Floats  # (R, n) ... at its end
    absent: Floats  # (R, n) working time of absences in the period, µs
    pay_of_work: Floats  # (R, n, phases) pay of the hours worked for each phase of a customer's life (F18)
    ages: Floats  # (R, n, 3 ways to end, bins) of the cohort's inquiries; no bins but in all
    lengths: Floats  # (n,) of the period, or of each month, µs
    cash: Balances  # of the period, or of each month; as drawn
    expected: bool = False

    def period(self, event: int, measure: int = Measure.COUNT) -> Floats:
        """Add up rows of an event in the period: (R, n)."""
        return self._sums(event, Basis.PERIOD, measure)

    def cohort(self, event: int, measure: int = Measure.COUNT) -> Floats:
        """Add up rows of an event for inquiries that arrived in the period: (R, n)."""
        return self._sums(event, Basis.COHORT, measure)

    def _sums(self, event: int, basis: int, measure: int) -> Floats:
        counted = EXPECTED.get(event, event) if self.expected and measure == Measure.MONEY else event
        return self.sums[:, :, counted, basis, measure]


def reads_values(model: Model) -> bool:
    """Return whether anything that happens in a model depends on the values drawn for contracts.

    Then those that are won are no mean contracts (the best half of a lognormal of sigma 1.5 is worth 1.87
    times the mean), and figures keep what was drawn. So do they where commission is in tiers, which pays more
    for large contracts. Whatever else comes to read a contract's value belongs here.
    """
    by_worth = np.isin(model.teams["assignment"], (Assignment.PRIORITY_QUEUE, Assignment.CHERRY_PICK))
    return bool(by_worth.any()) or pays_in_tiers(model)


def labels(names: Names, dimension: str) -> tuple[str, ...]:
    """Name the n places of a cut, in the order of its arrays.

    Examples
    --------
    >>> names = Names((), (), (), ("sales",), ("sales 1",), (), (), ("2026-01",), "USD", "2025-10-01")
    >>> labels(names, "month"), labels(names, "team"), labels(names, "all")
    (('2026-01',), ('sales',), ('all',))
    """
    return ("all",) if dimension == "all" else tuple(getattr(names, f"{dimension}s"))


def cut(model: Model, tallies: Tally, dimension: str, expected: bool = False) -> Cut:
    """Cut stacked tallies along a dimension.

    Parameters
    ----------
    model : Model
        The strategy that the tallies are of.
    tallies : Tally
        Stacked: a leading axis of R replications.
    dimension : str
        One of CUTS.
    expected : bool
        Whether contracts count with what is expected of them.
    """
    return replace(_drawn(model, tallies, dimension), expected=expected)


def _drawn(model: Model, tallies: Tally, dimension: str) -> Cut:
    """Cut stacked tallies; contracts count with what was drawn for them."""
    bounds = line_bounds(model)
    number = DIMENSIONS.index("rep" if dimension == "team" else dimension)
    first, end = bounds[number], bounds[number + 1]
    if dimension in ("all", "month"):  # of the sale, the first process
        end = first + (end - first) // len(model.processes)
    lengths = np.diff(model.months)
    period = lengths if dimension == "month" else lengths.sum(keepdims=True)
    found = _bare(tallies.sums[:, first:end], period.astype(np.float64))
    queue = queueing(model, tallies)
    held = average_number(model, tallies.held, tallies.holding)
    in_period, held_in_period = (
        np.asarray(np.average(each, axis=1, weights=lengths)) for each in (queue, held)
    )  # (R, S, B)
    if dimension == "stage":
        return replace(found, queue=in_period.sum(axis=2), held=held_in_period.sum(axis=2))
    if dimension in ("all", "month"):
        found = replace(found, cash=balances(model, tallies, dimension))
    if dimension in ("all", "month", "segment"):
        found = _with_market(model, tallies, found, dimension)
    if dimension == "segment":
        return replace(found, queue=in_period.sum(axis=1), held=held_in_period.sum(axis=1))
    if dimension == "channel":
        return found
    if dimension == "month":
        return replace(
            found,
            queue=queue.sum(axis=(2, 3)),
            held=held.sum(axis=(2, 3)),
            busy=tallies.busy.sum(axis=2),
            available=tallies.available.sum(axis=2),
            staff=tallies.staff.sum(axis=2),
            absent=tallies.absent.sum(axis=2),
            pay_of_work=pay_of_work(tallies),
        )
    people = np.average(tallies.staff, axis=1, weights=lengths)
    if dimension == "all":
        return replace(
            found,
            queue=in_period.sum(axis=(1, 2))[:, None],
            held=held_in_period.sum(axis=(1, 2))[:, None],
            busy=tallies.busy.sum(axis=(1, 2))[:, None],
            available=tallies.available.sum(axis=(1, 2))[:, None],
            staff=people.sum(axis=1)[:, None],
            absent=tallies.absent.sum(axis=(1, 2))[:, None],
            pay_of_work=pay_of_work(tallies).sum(axis=1)[:, None],
            ages=tallies.ages[:, None].astype(np.float64),
        )
    reps = replace(
        found,
        busy=tallies.busy.sum(axis=1),
        available=tallies.available.sum(axis=1),
        staff=people,
        absent=tallies.absent.sum(axis=1),
    )
    return _by_team(model, reps, in_period, tallies.asking) if dimension == "team" else reps


def pay_of_work(tallies: Tally) -> Floats:
    """Return what the hours cost that reps work for each phase of a customer's life: (R, M, phases) (F18).

    A rep's pay of a month is for the hours of the calendar on staff, each the same. Hours without work, and
    those of absences, belong to no phase.

    Parameters
    ----------
    tallies : Tally
        Stacked.
    """
    later = tallies.later_work
    first = tallies.busy - later.sum(axis=1)
    hours = np.maximum(tallies.available + tallies.absent, tallies.busy)
    an_hour = np.divide(tallies.paid, hours, out=np.zeros_like(tallies.paid), where=hours > 0)
    worked = np.concatenate([first[:, None], later], axis=1)
    return np.asarray(np.einsum("rpmk,rmk->rmp", worked, an_hour))


def _with_market(model: Model, tallies: Tally, found: Cut, dimension: str) -> Cut:
    """Add how much of the market there is, and is left; NaN where there is none."""
    companies = np.where(model.segments["companies"] > 0, model.segments["companies"], np.nan)
    on_average, at_end = untaken(model, tallies)  # (R, M, B)
    if dimension != "month":
        on_average = np.average(on_average, axis=1, weights=np.diff(model.months))[:, None]
        at_end = at_end[:, -1:]
    if dimension == "segment":
        on_average, at_end = on_average[:, 0], at_end[:, 0]
    else:
        companies = np.array(np.nan if np.isnan(companies).all() else np.nansum(companies))
        on_average, at_end = on_average.sum(axis=2), at_end.sum(axis=2)
    return replace(
        found,
        companies=np.broadcast_to(companies, on_average.shape),
        untaken=on_average,
        untaken_at_end=at_end,
    )


def queueing(model: Model, tallies: Tally) -> Floats:
    """Return how many leads of each segment queue in each stage, on average over each month: (R, M, S, B).

    (F2)

    Parameters
    ----------
    model : Model
        The strategy that the tallies are of.
    tallies : Tally
        Stacked.
    """
    return average_number(model, tallies.queue, tallies.queueing)


def average_number(model: Model, changes: Floats, integrals: Floats) -> Floats:
    """Return the average over each month of a number that changes, from its tallies: (R, M, S, B) (F2).

    Parameters
    ----------
    model : Model
        The strategy that the tallies are of.
    changes, integrals : array of float
        (R, M + 1, S, B): by how much it changes before the period and in each month, and the time from each
        change to the end of its month, µs.
    """
    at_start = changes.cumsum(axis=1)[:, :-1]
    return np.asarray(at_start + integrals[:, 1:] / np.diff(model.months)[:, None, None])


def untaken(model: Model, tallies: Tally) -> tuple[Floats, Floats]:
    """Return how many companies of each segment's market are available: (R, M, B), twice (F6).

    On average over each month, and at its end; 0 where a segment has no market.

    Parameters
    ----------
    model : Model
        The strategy that the tallies are of.
    tallies : Tally
        Stacked.
    """
    cool_at_first = model.open_deals["segment"][model.open_deals["phase"] == Due.COOLS_OFF]
    customers = model.segments["customers"] + np.bincount(cool_at_first, minlength=len(model.segments))
    most = (model.segments["companies"] - customers).astype(np.float64)
    at_end = tallies.taken.cumsum(axis=1)
    on_average = at_end[:, :-1] + tallies.taking[:, 1:] / np.diff(model.months)[:, None]
    finite = model.segments["companies"] > 0
    return most - on_average * finite, most - at_end[:, 1:] * finite


def teams_of_stages(model: Model) -> Floats:
    """Return 1 where a team works on the leads of a segment in a stage, else 0: (S, B, T) (S3).

    Examples
    --------
    >>> from funnelsim.scenario import Months, load, lower
    >>> teams_of_stages(lower(load("first_steps").with_months(Months(6, 12, 4))).model).tolist()
    [[[1.0]], [[1.0]]]
    """
    segments = len(model.segments)
    team = np.repeat(model.stages["team"][:, None], segments, axis=1)
    for stage in np.flatnonzero(model.stages["variants"]):
        first = int(model.stages["first_variant"][stage])
        team[stage] = model.variants["team"][first : first + segments]
    return np.asarray(team[:, :, None] == np.arange(len(model.teams)), np.float64)


def one_contract(model: Model, expected: bool) -> Cut:
    """Make the sums of a replication with nothing but a contract, for each segment: arrays (1, segments).

    The contract has the mean value of its segment, at full price and without commission, and is signed as the
    period begins.
    """
    worth, margins, years = _mean_contract(model)
    sums = np.zeros((1, len(worth), EVENTS, len(Basis), len(Measure)))
    sums[0, :, Event.WON, :, Measure.COUNT] = 1.0
    sums[0, :, (Event.WON, Event.EXPECTED), :, Measure.MONEY] = worth[:, None]
    margin = worth * margins
    sums[0, :, (Event.MARGIN, Event.EXPECTED_MARGIN), :, Measure.MONEY] = margin[:, None]
    period = float(model.months[-1] - model.months[0]) / (DAYS_A_YEAR * DAY)
    earned = np.minimum(period / np.maximum(years, period), 1.0)
    sums[0, :, EARNED_REVENUE, Basis.PERIOD, Measure.MONEY] = worth * earned
    sums[0, :, EARNED_MARGIN, Basis.PERIOD, Measure.MONEY] = margin * earned
    nothing = np.zeros((1, len(worth)))
    bare = replace(
        _bare(sums, np.array([period])),
        queue=nothing,
        held=nothing,
        busy=nothing,
        available=nothing,
        staff=nothing,
        absent=nothing,
        pay_of_work=np.zeros((1, len(worth), len(Phase))),
        cash=cash_of_one(worth, margin),
    )
    return replace(bare, expected=expected)


def _mean_contract(model: Model) -> tuple[Floats, Floats, Floats]:
    """Return what a contract of each segment is worth on average, its margin, its term in years: (B,) each.

    Where there are products, those of a segment are taken in their shares.
    """
    segments = model.segments
    own = segments["mean_value"] * segments["years"]
    if len(model.products) == 0:
        return own, segments["margin"], segments["years"]
    worth, gross, lasting = np.zeros(len(segments)), np.zeros(len(segments)), np.zeros(len(segments))
    prices = model.prices.reshape(len(model.products), len(segments))
    for number, segment in enumerate(segments):
        if segment["products"] == 0:
            worth[number], gross[number] = own[number], own[number] * segment["margin"]
            lasting[number] = own[number] * segment["years"]
        routes = model.routes[segment["first_product"] : segment["first_product"] + segment["products"]]
        for share, product in zip(np.diff(routes["up_to"], prepend=0.0), routes["target"], strict=True):
            months = max(int(model.products["months"][product]), 1)
            value = share * prices["mean"][product, number] * months
            worth[number] += value
            gross[number] += value * prices["margin"][product, number]
            lasting[number] += value * months / 12
    some = worth > 0
    margins = np.divide(gross, worth, out=np.array(segments["margin"]), where=some)
    return worth, margins, np.divide(lasting, worth, out=np.array(segments["years"]), where=some)


def _bare(sums: Floats, lengths: Floats) -> Cut:
    """Make a cut that has its sums and nothing else."""
    replications, size = sums.shape[:2]
    nothing = np.full((replications, size), np.nan)
    no_ages = np.zeros((replications, size, len(Ended), 0))
    return Cut(
        sums,
        queue=nothing,
        held=nothing,
        busy=nothing,
        available=nothing,
        staff=nothing,
        absent=nothing,
        pay_of_work=np.full((replications, size, len(Phase)), np.nan),
        companies=nothing,
        untaken=nothing,
        untaken_at_end=nothing,
        ages=no_ages,
        lengths=lengths,
        cash=no_balances(nothing),
    )


def _by_team(model: Model, reps: Cut, queue: Floats, asking: Floats) -> Cut:
    """Add up the reps of each team, the queues for it, and the inquiries that ask it for a first contact."""
    membership = (model.reps["team"][:, None] == np.arange(len(model.teams))).astype(np.float64)
    sums = np.einsum("rnebm,nt->rtebm", reps.sums, membership)
    works = teams_of_stages(model)
    sums[:, :, CONTACT_BY_CLOCK, Basis.COHORT, Measure.ASKING] = np.einsum("rsb,sbt->rt", asking, works)
    return replace(
        _bare(sums, reps.lengths),
        queue=np.einsum("rsb,sbt->rt", queue, works),
        busy=reps.busy @ membership,
        available=reps.available @ membership,
        staff=reps.staff @ membership,
        absent=reps.absent @ membership,
    )
