"""How long it takes to win if some leads are still open, from the table of the cohort's ages."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.engines.fold import Ended, age_edges
from funnelsim.metrics.figure import ratio
from funnelsim.model.words import DAY


def won_by(ages: Floats) -> Floats:
    """Compute the share of contracts won by each bound of the bins of ages.

    Leads still open may yet be won, so this is the Aalen-Johansen estimate: the sum over bins of (share that
    has not ended before) x (won / at risk), the share being Kaplan and Meier's over all endings; divided by
    its last value, so that it is of those won. With nothing open it is the plain distribution. Whoever is
    left open in a bin is at risk for half of it.

    Parameters
    ----------
    ages : array (..., 3 ways to end, n)
        Inquiries by their age when they ended or were left open.

    Returns
    -------
    array (..., n + 1)
        0 to 1; NaN if nothing was won.

    References
    ----------
    Aalen, O. and Johansen, S. (1978), An empirical transition matrix for non-homogeneous Markov chains based
    on censored observations. Scandinavian Journal of Statistics 5, 141-150. Cutler, S. and Ederer, F.
    (1958), Maximum utilization of the life table method in analyzing survival. Journal of Chronic Diseases 8.

    Examples
    --------
    One of four is won, one left open, one lost, and the last is won:

    >>> won_by(np.array([[1, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0]])).tolist()
    [0.0, 0.4, 0.4, 0.4, 1.0]
    """
    won = _won(ages, _exposed(ages))
    return ratio(won, won[..., -1:])


def won_at_least(ages: Floats) -> Floats:
    """Compute the share of contracts won by each bound if all who are open at the highest age are won.

    The same estimate as in `won_by`, divided by its last value and the share that has not ended by then; NaN
    if nothing was won.

    Examples
    --------
    >>> won_at_least(np.array([[1, 1, 0], [0, 0, 0], [0, 0, 2]])).tolist()  # two won, two open
    [0.0, 0.25, 0.5, 0.5]
    """
    exposed = _exposed(ages)
    won = _won(ages, exposed)
    most = won[..., -1:] + _not_ended(ages, exposed)[..., -1:]
    return ratio(won, np.where(won[..., -1:] > 0, most, 0.0))


def open_after(ages: Floats) -> Floats:
    """Compute the share of inquiries that have not ended by each bound of the bins (Kaplan and Meier 1958).

    Examples
    --------
    One of four is won, one left open, one lost, and the last is won:

    >>> open_after(np.array([[1, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0]])).tolist()
    [1.0, 0.75, 0.75, 0.375, 0.0]
    """
    return _not_ended(ages, _at_risk(ages))


def wins_to_come(ages: Floats) -> Floats:
    """Compute the share of contracts that has not been won by each bound of the bins, at most.

    Whoever is still open at the highest age counts as one who will be won.

    Examples
    --------
    >>> wins_to_come(np.array([[1, 1, 0], [0, 0, 0], [0, 0, 2]])).tolist()
    [1.0, 0.75, 0.5, 0.5]
    >>> wins_to_come(np.array([[0, 0], [2, 2], [0, 0]])).tolist()  # nobody is won
    [0.0, 0.0, 0.0]
    """
    won = _won(ages, _at_risk(ages))
    most = won[..., -1:] + open_after(ages)[..., -1:]
    return np.asarray((most - won) / np.where(most > 0, most, 1.0))


def _not_ended(ages: Floats, at_risk: Floats) -> Floats:
    """Compute the share of inquiries that have not ended by each bound of the bins."""
    survive = np.cumprod(1 - ages[..., : Ended.OPEN, :].sum(axis=-2) / at_risk, axis=-1)
    return np.concatenate([np.ones_like(survive[..., :1]), survive], axis=-1)


def _won(ages: Floats, at_risk: Floats) -> Floats:
    """Compute the share of inquiries won by each bound of the bins."""
    won = np.cumsum(_not_ended(ages, at_risk)[..., :-1] * ages[..., Ended.WON, :] / at_risk, axis=-1)
    return np.concatenate([np.zeros_like(won[..., :1]), won], axis=-1)


def _exposed(ages: Floats) -> Floats:
    """Count the inquiries at risk in each bin, those left open in it as halves; 1 where there is none."""
    exposed = _at_risk(ages) - ages[..., Ended.OPEN, :] / 2
    return np.where(exposed > 0, exposed, 1.0)


def _at_risk(ages: Floats) -> Floats:
    """Count the inquiries that reach each bin, 1 at least."""
    leaving = ages.sum(axis=-2)
    at_risk = np.flip(np.flip(leaving, axis=-1).cumsum(axis=-1), axis=-1)
    return np.where(at_risk > 0, at_risk, 1.0)


def mean_cycle(days: Floats, contracts: Floats, ages: Floats) -> Floats:
    """Compute the mean cycle of contracts, in days, corrected for the leads still open.

    Parameters
    ----------
    days, contracts : arrays (...)
        The sum of the cycles of those won, and their number.
    ages : array (..., 3 ways to end, n)
        As in `won_by`; without bins if the ages are not known: then the mean is not corrected.

    Examples
    --------
    >>> from funnelsim.engines.fold import AGE_BINS
    >>> float(mean_cycle(np.array(30.0), np.array(2.0), np.ones((3, AGE_BINS)))) > 15
    True
    """
    plain = ratio(days, contracts)
    if ages.shape[-1] == 0:
        return plain
    edges = age_edges() / DAY
    middles = (edges[1:] + edges[:-1]) / 2
    won = ages[..., Ended.WON, :]
    rough = ratio(won @ middles, won.sum(axis=-1))
    # The bins give the mean only roughly, but their errors cancel: with nothing open the correction is 1.
    return plain * ratio(np.diff(won_by(ages), axis=-1) @ middles, rough)
