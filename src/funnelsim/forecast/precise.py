"""How sure we are of a figure in n places: the months of a strategy, or the period under n strategies."""

from __future__ import annotations

import numpy as np

from funnelsim.compiling.arrays import Floats
from funnelsim.engines.fold import Basis
from funnelsim.forecast.resampling import UNSEEN, Precision, Rare, at_most_where_unseen, bootstrap_t
from funnelsim.metrics.cut import one_contract
from funnelsim.metrics.figure import Figure, Parts
from funnelsim.model.model import Model

_CHANCES = ("leads", "won", "won_of_inquiries", "ran_out_of_cash")  # what may yet happen where it never did
_ANYWHERE = ("all", "month", "channel", "segment")  # cuts in each place of which it can


def precise(
    figure: Figure,
    parts: Parts,
    dimension: str = "all",
    contracts: Floats | None = None,
    added: Parts = (),
) -> Precision:
    """Estimate a figure with the 95 % precision of its mean, within the bounds that it can have.

    Parameters
    ----------
    figure : Figure
    parts : tuple of arrays (R, n) or (R, n, ...)
        Its sums in each simulated year and place.
    dimension : str
        Of what the places are; "all" for the period.
    contracts : array (R, n, S), optional
        Of each year, place and segment, in case they are rare.
    added : tuple of arrays (n, S)
        What one contract of a segment adds to the parts.

    Returns
    -------
    Precision
        Arrays (n,).

    Examples
    --------
    >>> from funnelsim.metrics import FIGURES
    >>> never = precise(FIGURES["won"], (np.zeros((400, 1)),))
    >>> float(never.low[0]), float(never.high[0])
    (0.0, 0.0075)
    """
    rare = None
    if contracts is not None:
        seen = np.maximum((contracts > 0).sum(axis=0), UNSEEN)
        rare = Rare(seen, size_of_contracts(figure, parts, added, seen.shape))
    found = bootstrap_t(parts, figure.formula, rare=rare)
    if len(parts[0]) > 1 and figure.name in _CHANCES and dimension in _ANYWHERE:
        found = at_most_where_unseen(found, len(parts[0]))
    least, most = figure.bounds
    return found._replace(low=np.maximum(found.low, least), high=np.minimum(found.high, most))


def size_of_contracts(figure: Figure, parts: Parts, added: Parts, shape: tuple[int, ...]) -> Floats:
    """Compute by how much one more contract in a single year would move a figure, times the years.

    Parameters
    ----------
    figure, parts, added
        As `precise` takes them.
    shape : (n, S)
        Of what is returned.

    Returns
    -------
    array (n, S)
        0 for figures of the cohort.
    """
    if figure.basis is Basis.COHORT:
        return np.zeros(shape)
    years = len(parts[0])
    means = [part.mean(axis=0)[:, None] for part in parts]
    with np.errstate(invalid="ignore"):
        moved = figure.formula(*(mean + more / years for mean, more in zip(means, added, strict=True)))
        return np.asarray(years * (moved - figure.formula(*means)))


def added_by_a_contract(figure: Figure, model: Model, expected: bool) -> Parts:
    """Return what one contract adds to the parts of a figure over the period: each (1, S).

    Nothing for figures of the cohort.
    """
    return () if figure.basis is Basis.COHORT else figure.parts(one_contract(model, expected))
