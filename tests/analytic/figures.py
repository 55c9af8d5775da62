"""A figure of theory beside its simulation, and when the two may be called equal."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from funnelsim.compiling.arrays import Floats

from .observation import Worlds

FEWEST = 30  # replications
FARTHEST = 4.0  # standard errors between simulation and theory
COARSEST = 0.01  # a standard error, as a share of theory


@dataclass(frozen=True)
class Figure:
    """What theory says and what each replication came to.

    Parameters
    ----------
    name : str
        What is measured.
    theory : float
        From a textbook.
    values : array of float, shape (replications,)
        One value for each world.
    yardstick : float, optional
        What the standard error is compared with where theory says 0. Default: theory.
    """

    name: str
    theory: float
    values: Floats
    yardstick: float | None = None

    @property
    def mean(self) -> float:
        """The simulated mean."""
        return float(self.values.mean())

    @property
    def error(self) -> float:
        """The standard error of the mean, taken between replications."""
        return float(self.values.std(ddof=1) / math.sqrt(len(self.values)))

    @property
    def z(self) -> float:
        """How many standard errors lie between simulation and theory."""
        return (self.mean - self.theory) / self.error

    def problem(self) -> str:
        """Explain why simulation and theory cannot be called equal; empty where they can."""
        finest = COARSEST * abs(self.theory if self.yardstick is None else self.yardstick)
        if len(self.values) < FEWEST:
            return f"{self.name}: {len(self.values)} replications are too few to know the error"
        if not self.error <= finest:
            return f"{self.name}: a standard error of {self.error:.3g} proves nothing, above {finest:.3g}"
        if not abs(self.z) <= FARTHEST:
            return f"{self.name}: {self.mean:.6g} is {self.z:+.1f} standard errors from {self.theory:.6g}"
        return ""


@dataclass(frozen=True)
class Count:
    """An exact comparison: how many were compared, and how many differ.

    Parameters
    ----------
    name : str
        What is compared.
    compared : int
        How many were.
    differing : int
        How many of them differ; 0 is right.
    at_least : int
        How many must be compared for the comparison to mean something.
    """

    name: str
    compared: int
    differing: int
    at_least: int

    def problem(self) -> str:
        """State what is wrong; empty where nothing is."""
        if self.compared < self.at_least:
            return f"{self.name}: {self.compared:,} compared, fewer than {self.at_least:,}"
        if self.differing:
            return f"{self.name}: {self.differing:,} of {self.compared:,} differ"
        return ""


Outcome = Sequence[Figure | Count]


@dataclass(frozen=True)
class Truth:
    """A system, its load, and how to compare it with theory in so many worlds."""

    system: str
    load: float
    replications: int
    compare: Callable[[Worlds], Outcome]

    def outcome(self) -> Outcome:
        """Simulate and compare."""
        return self.compare(Worlds(self.system, self.replications))
