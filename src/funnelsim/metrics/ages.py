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
    its last value, so that it is of those won. With nothing open it is the plain distribution.

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
    on censored observations. Scandinavian Journal of Statistics 5, 141-150.

    Examples
    --------
    One of four is won, one left open, one lost, and the last is won:

    >>> won_by(np.array([[1, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0]])).tolist()
    [0.0, 0.4, 0.4, 0.4, 1.0]
    """
    leaving = ages.sum(axis=-2)
    at_risk = np.flip(np.flip(leaving, axis=-1).cumsum(axis=-1), axis=-1)
    someone = np.where(at_risk > 0, at_risk, 1.0)
    ended = (ages[..., Ended.WON, :] + ages[..., Ended.OTHERWISE, :]) / someone
    survive = np.cumprod(1 - ended, axis=-1)
    before = np.concatenate([np.ones_like(survive[..., :1]), survive[..., :-1]], axis=-1)
    won = np.cumsum(before * ages[..., Ended.WON, :] / someone, axis=-1)
    from_nothing = np.concatenate([np.zeros_like(won[..., :1]), won], axis=-1)
    return ratio(from_nothing, won[..., -1:])


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
