"""What textbooks say: formulas of queues, counts and odds, which know nothing of the package.

Rates are per unit of time, times in that unit. Names as in the textbooks: `arrival` is lambda,
`service` is mu, `servers` is c, `giving_up` is theta.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy import sparse, special, stats
from scipy.integrate import quad
from scipy.sparse.linalg import expm_multiply

from funnelsim.compiling.arrays import Floats


def relaxation_time(arrival: float, service: float, servers: int, giving_up: float = 0.0) -> float:
    """Return the time in which a queue forgets its start: 1 / (sqrt(c mu) - sqrt(lambda))^2.

    Where customers give up, two copies of the queue draw together at min(mu, theta) at least, since every
    customer that only one of them has leaves at one of these rates (coupling), however high the load.

    Source: P. Morse (1955), Stochastic properties of waiting lines, Operations Research 3.

    Examples
    --------
    >>> round(relaxation_time(0.8, 1.0, 1), 1)
    89.7
    >>> relaxation_time(20, 1, 5, giving_up=0.5)
    2.0
    """
    if giving_up > 0:
        return 1.0 / min(service, giving_up)
    return 1.0 / (math.sqrt(servers * service) - math.sqrt(arrival)) ** 2


class Waiting(NamedTuple):
    """How customers wait."""

    chance: float  # that one waits at all
    mean: float  # time in the queue, of all


def erlang_c(arrival: float, service: float, servers: int) -> Waiting:
    """Return the waiting in M/M/c, from Erlang B by its recursion.

    Source: R. Cooper (1981), Introduction to Queueing Theory, 2nd edition, chapter 3.

    Examples
    --------
    >>> [round(figure, 9) for figure in erlang_c(0.8, 1.0, 1)]  # the load, and load / (mu - lambda)
    [0.8, 4.0]
    """
    offered = arrival / service
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = offered * blocked / (number + offered * blocked)
    chance = blocked / (1.0 - offered / servers * (1.0 - blocked))
    return Waiting(chance, chance / (servers * service - arrival))


def queue_length(arrival: float, service: float, servers: int) -> float:
    """Return the mean number in the queue of M/M/c: C rho / (1 - rho).

    Source: Cooper, chapter 3.

    Examples
    --------
    >>> round(queue_length(0.8, 1.0, 1), 9)  # rho^2 / (1 - rho)
    3.2
    """
    load = arrival / (servers * service)
    return erlang_c(arrival, service, servers).chance * load / (1.0 - load)


def served_within(time: float, arrival: float, service: float, servers: int) -> float:
    """Return the share of customers who wait no longer than a time in M/M/c: 1 - C exp(-(c mu - lambda) t).

    Source: Cooper, chapter 3.

    Examples
    --------
    >>> round(served_within(0.0, 0.8, 1.0, 1), 9)  # who do not wait at all
    0.2
    """
    chance = erlang_c(arrival, service, servers).chance
    return 1.0 - chance * math.exp(-(servers * service - arrival) * time)


def takes_longer(time: float, arrival: float, service: float, servers: int) -> float:
    """Return the share of customers who stay for longer than a time in M/M/c, service included.

    exp(-mu t) (1 + C (1 - exp(-mu t (c - 1 - a))) / (c - 1 - a)), where a = lambda / mu.

    Source: D. Gross and C. Harris (1998), Fundamentals of Queueing Theory, 3rd edition, section 2.3.

    Examples
    --------
    >>> [round(takes_longer(time, 4.5, 1.0, 5), 5) for time in (2, 5)]
    [0.48996, 0.12164]
    >>> math.isclose(takes_longer(4, 0.5, 1.0, 1), math.exp(-0.5 * 4))  # one server: exponential
    True
    """
    free = servers - 1 - arrival / service
    waits = erlang_c(arrival, service, servers).chance
    longer = 1.0 + waits * -math.expm1(-service * time * free) / free
    return math.exp(-service * time) * longer


class Impatience(NamedTuple):
    """How customers fare who give up."""

    abandon: float  # share of customers
    chance: float  # that one waits at all


def erlang_a(arrival: float, service: float, servers: int, giving_up: float) -> Impatience:
    """Return what comes of customers in M/M/c+M, exactly, from the balance of its birth-death chain.

    Source: C. Palm (1957), Research on telephone traffic carried by full availability groups; O. Garnett,
    A. Mandelbaum and M. Reiman (2002), Manufacturing & Service Operations Management 4.

    Examples
    --------
    >>> round(erlang_a(4.5, 1, 5, 0.5).abandon, 4)
    0.1099
    """
    weights = [1.0]
    while weights[-1] > 1e-18 * max(weights) or len(weights) <= servers + arrival / service:
        present = len(weights)
        deaths = min(present, servers) * service + max(present - servers, 0) * giving_up
        weights.append(weights[-1] * arrival / deaths)
    total = math.fsum(weights)
    queue = (
        math.fsum((present - servers) * w for present, w in enumerate(weights) if present > servers) / total
    )
    return Impatience(giving_up * queue / arrival, math.fsum(weights[servers:]) / total)


class Limited(NamedTuple):
    """How customers fare where only so many are let in."""

    held: float  # outside, on average
    lost: float  # share of customers who give up outside
    in_team: float  # waiting or served inside, on average
    busy: float  # share of the servers


def limited(arrival: float, service: float, servers: int, limit: int, giving_up: float) -> Limited:
    """Return what comes of customers who may give up only while they are held outside.

    A birth-death chain with deaths at rate min(n, c) mu + max(n - K, 0) theta: who is inside is served in any
    case (D. Gross and C. Harris, Fundamentals of Queueing Theory, chapter 2).

    Examples
    --------
    Where nobody gives up, all of the load is served:

    >>> round(limited(4.5, 1, 5, 8, 0.0).busy, 6)
    0.9
    >>> [round(figure, 5) for figure in limited(6, 1, 5, 8, 0.5)]
    [2.36033, 0.19669, 7.14036, 0.96397]
    """
    weights = [1.0]
    while weights[-1] > 1e-18 * max(weights) or len(weights) <= limit + arrival / service:
        present = len(weights)
        deaths = min(present, servers) * service + max(present - limit, 0) * giving_up
        weights.append(weights[-1] * arrival / deaths)
    total = math.fsum(weights)

    def mean(count: Callable[[int], int]) -> float:
        return math.fsum(count(present) * weight for present, weight in enumerate(weights)) / total

    held = mean(lambda present: max(present - limit, 0))
    in_team, served = mean(lambda present: min(present, limit)), mean(lambda present: min(present, servers))
    return Limited(held, giving_up * held / arrival, in_team, served / servers)


def loss(arrival: float, service: float, servers: int, limit: int) -> float:
    """Return the share of customers who find M/M/c/K full and go away (Gross and Harris, chapter 2).

    Examples
    --------
    >>> round(loss(6, 1, 5, 8), 5), round(loss(6, 1, 5, 5), 5)  # the second is Erlang B
    (0.24193, 0.3604)
    """
    weights = [1.0]
    for present in range(1, limit + 1):
        weights.append(weights[-1] * arrival / (min(present, servers) * service))
    return weights[-1] / math.fsum(weights)


class Neglected(NamedTuple):
    """How customers fare where more of them are ignored the more of them there are already."""

    share: float  # of customers
    lying: float  # how many lie about, on average


def neglected(
    arrival: float, giving_up: float, odds: float, loads: Sequence[tuple[float, float]]
) -> Neglected:
    """Return how many are ignored where all others are served at once.

    Those ignored are a birth-death chain: births at lambda p(n), deaths at n theta. The odds of p(n) are
    `odds` times the ratio at n: a straight line between the points of `loads`, and flat outside.

    Examples
    --------
    Where the ratio is 1 throughout, they are as many as in M/M/infinity:

    >>> [round(figure, 9) for figure in neglected(2.0, 0.25, 0.25, [(0, 1)])]
    [0.2, 1.6]
    """
    counts, ratios = zip(*loads, strict=True)
    weights = [1.0]
    while weights[-1] > 1e-18 * max(weights):
        of_rep = odds * float(np.interp(len(weights) - 1, counts, ratios))
        weights.append(weights[-1] * arrival * of_rep / (1.0 + of_rep) / (len(weights) * giving_up))
    lying = math.fsum(number * weight for number, weight in enumerate(weights)) / math.fsum(weights)
    return Neglected(giving_up * lying / arrival, lying)


def priority_waits(arrivals: Sequence[float], service: float) -> list[float]:
    """Return the mean wait of each class in M/M/1 whose classes go first in their order, work unbroken.

    W_k = W_0 / ((1 - s_(k-1)) (1 - s_k)), with s_k the load of the first k classes and W_0 = rho / mu.

    Source: A. Cobham (1954), Priority assignment in waiting line problems, Operations Research 2.

    Examples
    --------
    >>> [round(wait, 4) for wait in priority_waits([0.8], 1.0)]
    [4.0]
    """
    in_hand = sum(arrivals) / service**2
    waits = []
    before = 0.0
    for arrival in arrivals:
        through = before + arrival / service
        waits.append(in_hand / ((1.0 - before) * (1.0 - through)))
        before = through
    return waits


def priority_waits_of_a_pool(arrivals: Sequence[float], service: float, servers: int) -> list[float]:
    """Return the mean wait of each class in M/M/c whose classes go first in their order, work unbroken.

    W_k = C / (c mu) / ((1 - s_(k-1)) (1 - s_k)), with s_k the load of the first k classes and C the chance to
    wait in M/M/c.

    Source: Cobham (1954).

    Examples
    --------
    >>> [round(wait, 5) for wait in priority_waits_of_a_pool([1.0, 1.4], 1.0, 3)]
    [0.3236, 1.61798]
    """
    of_all = erlang_c(sum(arrivals), service, servers).chance / (servers * service)
    waits = []
    before = 0.0
    for arrival in arrivals:
        through = before + arrival / (servers * service)
        waits.append(of_all / ((1.0 - before) * (1.0 - through)))
        before = through
    return waits


def preemptive_waits(arrivals: Sequence[float], service: float) -> list[float]:
    """Return the mean time in the queue of each class in M/M/1 whose classes interrupt those after them.

    Work that was interrupted is resumed; the time until then counts. The time in the system is T_k =
    1 / mu / (1 - s_(k-1)) + R_k / ((1 - s_(k-1)) (1 - s_k)), with s_k the load of the first k classes and
    R_k = s_k / mu.

    Source: H. White and L. Christie (1958), Queuing with preemptive priorities or with breakdown, Operations
    Research 6; L. Kleinrock (1976), Queueing Systems II, section 3.5.

    Examples
    --------
    >>> [round(wait, 4) for wait in preemptive_waits([0.8], 1.0)]
    [4.0]
    """
    waits = []
    before = 0.0
    for arrival in arrivals:
        through = before + arrival / service
        system = 1 / service / (1.0 - before) + through / service / ((1.0 - before) * (1.0 - through))
        waits.append(system - 1 / service)
        before = through
    return waits


def single_server_wait(arrival: float, mean: float, second_moment: float) -> float:
    """Return the mean wait in M/G/1: lambda E[S^2] / (2 (1 - rho)).

    Source: F. Pollaczek (1930), A. Khinchine (1932); Cooper, chapter 5.

    Examples
    --------
    >>> round(single_server_wait(0.8, 1.0, 2.0), 9), round(single_server_wait(0.8, 1.0, 1.0), 9)
    (4.0, 2.0)
    """
    return arrival * second_moment / (2.0 * (1.0 - arrival * mean))


def good_served(good: float, junk: float, service: float, servers: int, giving_up: float) -> float:
    """Return the good leads served per unit of time where junk waits in the same line: exact Erlang A.

    >>> round(good_served(4, 16, 1, 5, 0.5), 3)
    1.0
    """
    return good * (1.0 - erlang_a(good + junk, service, servers, giving_up).abandon)


def good_served_by_fluid(good: float, junk: float, service: float, servers: int) -> float:
    """Return the same in the fluid limit, where chance plays no part: g min(1, c mu / (g + j)).

    >>> good_served_by_fluid(4, 16, 1, 5)
    1.0
    """
    return good * min(1.0, servers * service / (good + junk))


class Pair(NamedTuple):
    """Wins of one hot and one cold lead that two reps share."""

    hot_to_best: float
    random: float


def wins_of_a_pair(base: float) -> Pair:
    """Return the expected wins of a pair where heat and skill each shift the log-odds by -1 or +1.

    Examples
    --------
    >>> [round(wins, 3) for wins in wins_of_a_pair(-2)]
    [0.518, 0.378]
    """
    matched = logistic(base + 2) + logistic(base - 2)
    return Pair(matched, (matched + 2 * logistic(base)) / 2)


def logistic(log_odds: float) -> float:
    """Return the probability of some log-odds.

    >>> logistic(0)
    0.5
    """
    return 1.0 / (1.0 + math.exp(-log_odds))


class Months(NamedTuple):
    """Moments of the counts of a month and of the one that follows."""

    variance: float
    covariance: float


def monthly_counts(mean: float, variance: float, covariance: float) -> Months:
    """Return the moments of Poisson counts whose means have lognormal factors of mean 1.

    Var N = mean + mean^2 (exp(v) - 1) and Cov(N, N') = mean^2 (exp(c) - 1), where v and c are the variance
    of the factors' logarithm and its covariance with that of the other month.

    Source: J. Aitchison and C. Ho (1989), The multivariate Poisson-log normal distribution, Biometrika 76.

    Examples
    --------
    >>> monthly_counts(100, 0, 0)  # no factors
    Months(variance=100.0, covariance=0.0)
    """
    return Months(mean + mean**2 * math.expm1(variance), mean**2 * math.expm1(covariance))


class Wins(NamedTuple):
    """How the chance to win differs from month to month."""

    mean: float
    variance: float
    covariance: float  # with the month that follows


def monthly_chances(chance: float, deviation: float, persistence: float) -> Wins:
    """Return the moments of a chance whose log-odds are normal about those of `chance`, by Gauss-Hermite.

    Source: M. Abramowitz and I. Stegun (1964), Handbook of Mathematical Functions, 25.4.46.

    Examples
    --------
    >>> monthly_chances(0.5, 1.0, 0.0).mean  # as often better as worse
    0.5
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()

    def won(z: Floats) -> Floats:
        return np.asarray(1 / (1 + (1 - chance) / chance * np.exp(-deviation * z)))

    following = persistence * nodes[:, None] + math.sqrt(1 - persistence**2) * nodes
    mean = float(weights @ won(nodes))
    both = float(weights @ (won(nodes) * (won(following) @ weights)))
    return Wins(round(mean, 12), float(weights @ won(nodes) ** 2) - mean**2, both - mean**2)


class Rhythm(NamedTuple):
    """When inquiries are typed to come."""

    start: date  # growth counts from here
    per_month: float
    by_month: Sequence[float]  # weights of January to December
    by_weekday: Sequence[float]  # weights of Monday to Sunday
    growth_per_year: float


def typed_volume(rhythm: Rhythm, year: int, month: int) -> float:
    """Return the inquiries typed for a calendar month.

    >>> flat = Rhythm(date(2026, 1, 1), 100, [1] * 12, [1] * 7, 0.21)
    >>> round(typed_volume(flat, 2026, 7), 9)  # half a year of growth
    110.0
    """
    seasonal = rhythm.by_month[month - 1] / (sum(rhythm.by_month) / 12)
    years = year - rhythm.start.year + (month - rhythm.start.month) / 12
    return float(rhythm.per_month * seasonal * (1 + rhythm.growth_per_year) ** years)


def typed_by_day(rhythm: Rhythm, first: date, days: int) -> list[float]:
    """Return the inquiries typed for each day: its month's volume, shared by the weights of weekdays.

    >>> flat = Rhythm(date(2026, 1, 1), 100, [1] * 12, [1] * 7, 0.0)
    >>> round(typed_by_day(flat, date(2026, 2, 1), 1)[0] * 28, 9)
    100.0
    """
    volumes = []
    for day in (first + timedelta(days=number) for number in range(days)):
        length = calendar.monthrange(day.year, day.month)[1]
        month = [rhythm.by_weekday[day.replace(day=number + 1).weekday()] for number in range(length)]
        share = rhythm.by_weekday[day.weekday()] / sum(month)
        volumes.append(typed_volume(rhythm, day.year, day.month) * share)
    return volumes


# ---- markets --------------------------------------------------------------------------------------


def share_there(companies: float, rate: float, away: float) -> float:
    """Return the share of a market that is not away: those there ask at `rate` in all where nobody is away.

    Each of them asks at rate / companies and is then away for so long on average: alternating renewal.
    """
    return 1 / (1 + rate * away / companies)


class Repair(NamedTuple):
    """How machines fare that few repair."""

    down: float  # waiting or worked on, on average
    waiting: float  # on average
    busy: float  # share of the repairmen


def repair(machines: int, rate: float, service: float, repairmen: int) -> Repair:
    """Return how machines fare in M/M/c//N: each fails at `rate` while it runs.

    Source: Cooper, section 3.8.

    Examples
    --------
    >>> [round(figure, 5) for figure in repair(1, 1.0, 1.0, 1)]  # up as long as down
    [0.5, 0.0, 0.5]
    """
    weights = [1.0]
    for down in range(machines):
        up = (machines - down) * rate
        weights.append(weights[-1] * up / (min(down + 1, repairmen) * service))
    total = math.fsum(weights)
    down = math.fsum(number * weight for number, weight in enumerate(weights)) / total
    worked = math.fsum(min(number, repairmen) * weight for number, weight in enumerate(weights)) / total
    return Repair(down, down - worked, worked / repairmen)


def at_least(needed: int, chances: Sequence[float]) -> float:
    """Return the chance that at least so many of independent events occur (Poisson binomial).

    Adding them one by one: Wang 1993, On the number of successes in independent trials, Statistica Sinica 3.
    """
    counts = np.array([1.0])
    for chance in chances:
        counts = np.convolve(counts, [1 - chance, chance])
    return float(counts[needed:].sum())


def passing(prevalence: float, if_so: float, if_not: float) -> float:
    """Return the chance to pass a test, of who has what it looks for with a chance."""
    return prevalence * if_so + (1 - prevalence) * if_not


def posterior(prevalence: float, if_so: float, if_not: float) -> float:
    """Return the chance of whoever has passed to have it: Bayes' rule."""
    return prevalence * if_so / passing(prevalence, if_so, if_not)


class Junk(NamedTuple):
    """Of first contacts, the share rejected and the share that is truly junk; of rejected, the wrong ones."""

    rate: float
    true_share: float
    false_share: float


def junk(have: float, theorists: float, reference: float, lacks: float, learns: float) -> Junk:
    """Add up four kinds of leads: with what is needed or not, theorists or not.

    Each is rejected at the odds of the reference, times a ratio if it lacks it, times another if it learns.
    """
    odds = reference / (1 - reference)
    rejected = {}
    for lacking, learning in product((False, True), repeat=2):
        share = ((1 - have) if lacking else have) * (theorists if learning else 1 - theorists)
        ratio = odds * (lacks if lacking else 1) * (learns if learning else 1)
        rejected[lacking, learning] = share * ratio / (1 + ratio)
    rate = sum(rejected.values())
    return Junk(rate, 1 - have * (1 - theorists), rejected[False, False] / rate)


def ripe_in_time(unripe: float, back: float) -> float:
    """Return the chance that who asks, comes back again and again with a chance each, has ripened by then.

    Unripe at first, it stays so from one time to the next with the chance given: the sum over k from 1 on of
    back^k unripe^(k - 1) (1 - unripe).
    """
    return back * (1 - unripe) / (1 - back * unripe)


def won_by_memory(first: int, typed: float, most: float, half: float, heard: float) -> float:
    """Return the expected wins of the first inquiries, each won by typed + most n / (n + half).

    The n heard before the i-th one are binomial (i, heard).
    """
    total = 0.0
    for before in range(first):
        heard_of = np.arange(before + 1)
        logs = [math.lgamma(before + 1) - math.lgamma(n + 1) - math.lgamma(before - n + 1) for n in heard_of]
        if heard < 1:
            weights = np.exp(
                np.array(logs) + heard_of * math.log(heard) + (before - heard_of) * math.log1p(-heard)
            )
        else:
            weights = (heard_of == before).astype(float)
        total += float(weights @ (typed + most * heard_of / (heard_of + half)))
    return total


# ---- customers --------------------------------------------------------------------------------------


def shifted_beta_geometric(alpha: float, beta: float, terms: int) -> float:
    """Return the share of customers left after so many terms: B(alpha, beta + t) / B(alpha, beta).

    Each has a chance of its own to leave after a term, drawn from a beta distribution.

    Source: P. Fader and B. Hardie (2007), How to project customer retention, Journal of Interactive
    Marketing 21.

    Examples
    --------
    >>> [round(shifted_beta_geometric(*of, 1), 3) for of in ((0.668, 3.806), (0.704, 1.182))]
    [0.851, 0.627]
    """
    return math.prod((beta + term) / (alpha + beta + term) for term in range(terms))


def share_born(companies: int, own: float, by_referral: float, time: float) -> float:
    """Return the mean share of a market that has been won by a time, by itself and by referral.

    A pure birth process: with n won, the next comes at the rate (own + by_referral n / companies)
    (companies - n). Its forward equations are solved by the exponential of their matrix.

    Sources: F. Bass (1969), A new product growth for model consumer durables, Management Science 15, which is
    its limit; S. Niu (2002), A stochastic formulation of the Bass model, Mathematical Problems in Engineering
    8; A. Al-Mohy and N. Higham (2011), SIAM Journal on Scientific Computing 33.

    Examples
    --------
    >>> [round(share_born(companies, 0.03, 0.38, 6.1926), 4) for companies in (50, 100, 1000)]
    [0.4357, 0.4476, 0.4592]
    """
    won = np.arange(companies + 1)
    rate = (own + by_referral * won / companies) * (companies - won)
    forward = sparse.diags([-rate, rate[:-1]], [0, -1], format="csc")
    chances = expm_multiply(forward * time, np.eye(1, companies + 1)[0])
    return float(chances @ won / companies)


def repeat_purchases(r: float, alpha: float, a: float, b: float, time: float) -> float:
    """Return the mean number of repeat purchases of a customer by a time, under the BG/NBD.

    E[X(t)] = (a + b - 1) / (a - 1) (1 - (alpha / (alpha + t))^r 2F1(r, b; a + b - 1; t / (alpha + t))).

    Source: P. Fader, B. Hardie and K. Lee (2005), "Counting your customers" the easy way: an alternative to
    the Pareto/NBD model, Marketing Science 24, equation 9.

    Examples
    --------
    >>> round(repeat_purchases(0.243, 4.414, 0.793, 2.426, 39.0), 4)
    1.1967
    """
    none = (alpha / (alpha + time)) ** r
    later = none * special.hyp2f1(r, b, a + b - 1, time / (alpha + time))
    return float((a + b - 1) / (a - 1) * (1 - later))


def share_with_repeats(r: float, alpha: float, a: float, b: float, time: float, number: int) -> float:
    """Return the share of customers with so many repeat purchases by a time, under the BG/NBD.

    Source: the same, equation 8.

    Examples
    --------
    >>> of_cdnow = 0.243, 4.414, 0.793, 2.426, 39.0
    >>> round(sum(share_with_repeats(*of_cdnow, number) for number in range(200)), 3)
    1.0
    """

    def at_random(count: int) -> float:
        return float(stats.nbinom.pmf(count, r, alpha / (alpha + time)))

    stays = special.beta(a, b + number) / special.beta(a, b) * at_random(number)
    if number == 0:
        return float(stays)
    drops_out = special.beta(a + 1, b + number - 1) / special.beta(a, b)
    return float(stays + drops_out * (1 - sum(at_random(count) for count in range(number))))


def loyal(alpha: float, beta: float, odds: float, terms: int) -> float:
    """Return the same where the odds to stay of each customer are multiplied, by quadrature over the beta.

    Source: R. Piessens et al. (1983), QUADPACK: the algebraic weight of QAWS.

    Examples
    --------
    >>> round(loyal(0.668, 3.806, 1.0, 5) / shifted_beta_geometric(0.668, 3.806, 5), 9)
    1.0
    >>> round(loyal(1.0, 1.0, 2.0, 1), 4), round(2 - 2 * math.log(2), 4)  # the mean of 2 p / (1 + p)
    (0.6137, 0.6137)
    """

    def left(leaves: float) -> float:
        return ((1 - leaves) * odds / (leaves + (1 - leaves) * odds)) ** terms

    found, _ = quad(left, 0, 1, weight="alg", wvar=(alpha - 1, beta - 1))
    return float(found / special.beta(alpha, beta))


def lifetime_value(margin: float, renewal: float, discount: float, terms: int) -> float:
    """Return what a customer brings in so many terms, the first at once.

    m (1 - x^n) / (1 - x), with x = r / (1 + d).

    Source: S. Gupta and D. Lehmann (2003), Customers as assets, Journal of Interactive Marketing 17.

    Examples
    --------
    >>> lifetime_value(100.0, 0.55, 0.1, 3)  # 100 + 50 + 25
    175.0
    """
    kept = renewal / (1 + discount)
    return margin * (1 - kept**terms) / (1 - kept)


def left_at(time: float, churn: float) -> float:
    """Return the share of customers left after so many months, each of whom is asked once a month.

    Where they are in their months is uniform: with n whole months over and a part f of another, it is
    (1 - c)^n (1 - f c).

    Examples
    --------
    >>> left_at(1.0, 0.25), left_at(1.5, 0.25)
    (0.75, 0.65625)
    """
    part, whole = math.modf(time)
    return (1 - churn) ** whole * (1 - part * churn)


def shares_of_chain(chances: Sequence[Sequence[float]], months: int) -> list[float]:
    """Return where those who begin in the first state of a Markov chain are after some steps.

    Examples
    --------
    >>> shares_of_chain([[0.5, 0.25], [0.0, 0.5]], 2)
    [0.25, 0.25]
    """
    return [float(share) for share in np.linalg.matrix_power(np.array(chances), months)[0]]
