"""The uncertain numbers of a world: one draw each."""

from __future__ import annotations

from funnelsim.chance.distributions import quantile
from funnelsim.chance.keys import UNCERTAINTY, uniforms
from funnelsim.compiling.arrays import Floats, Integers, Records
from funnelsim.compiling.on_disk import compiled


@compiled
def draw_unknowns(
    worlds: Records,
    owners: Integers,
    distributions: Records,
    knots: Floats,
    levels: Floats,
    numbers: Floats,
) -> None:
    """Draw every uncertain number of a world in one call, because every world needs it (U1).

    Parameters
    ----------
    worlds : WORLD records
        One world.
    owners : array of int
        The entity of each number's draw; shape (K,).
    distributions, knots
        Of the numbers, as in a model.
    levels, numbers : array of float
        Filled in place: the probability of each, and its distribution's value there.

    Examples
    --------
    >>> import numpy as np
    >>> from funnelsim.chance.distributions import Quantiles, Tables
    >>> from funnelsim.chance.keys import WORLD
    >>> tables, owners = Tables(), np.array([3 << 56], np.int64)
    >>> number = tables.add(Quantiles(levels=(0, 1), values=(0, 10)))
    >>> level, drawn = np.zeros(1), np.zeros(1)
    >>> draw_unknowns(np.array([(1, 0)], WORLD), owners, *tables.records(), level, drawn)
    >>> bool(0 < level < 1), bool(drawn == 10 * level)
    (True, True)
    """
    for number in range(len(owners)):
        levels[number] = uniforms(worlds[0], owners[number], UNCERTAINTY, 0)[0]
        numbers[number] = quantile(distributions[number], knots, levels[number])
