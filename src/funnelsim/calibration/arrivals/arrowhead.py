"""A symmetric system of equations, of a band with a border."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from funnelsim.compiling.arrays import Floats


class Arrowhead:
    """The matrix [[K, A], [A', F]], positive definite, factored; K has a band, A is narrow.

    Parameters
    ----------
    band : array
        K, its diagonals as `scipy.linalg.cholesky_banded` has them (upper); shape (bandwidth + 1, n).
    side : array
        A; shape (n, border).
    corner : array
        F; shape (border, border).

    Examples
    --------
    >>> system = Arrowhead(np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([[1.0], [0.0]]), np.array([[4.0]]))
    >>> np.round(system.solve(np.array([4.0, 4.0, 5.0])), 12).tolist()
    [1.0, 1.0, 1.0]
    >>> round(float(np.exp(system.log_determinant)), 12)
    17.0
    """

    def __init__(self, band: Floats, side: Floats, corner: Floats) -> None:
        self._factor = linalg.cholesky_banded(band, check_finite=False)
        self._side = side
        self._solved = linalg.cho_solve_banded((self._factor, False), side, check_finite=False)
        self._corner = linalg.cholesky(corner - side.T @ self._solved, check_finite=False)  # upper

    @property
    def log_determinant(self) -> float:
        """Return the logarithm of the determinant."""
        return 2 * float(np.log(self._factor[-1]).sum() + np.log(np.diag(self._corner)).sum())

    def solve(self, right: Floats) -> Floats:
        """Solve for a right side, of shape (n + border,)."""
        n = self._factor.shape[1]
        first = linalg.cho_solve_banded((self._factor, False), right[:n], check_finite=False)
        last = linalg.cho_solve((self._corner, False), right[n:] - self._side.T @ first, check_finite=False)
        return np.concatenate([first - self._solved @ last, last])

    def deviates(self, normal: Floats) -> Floats:
        """Turn standard normal deviates into those whose precision is the matrix; (n + border, draws)."""
        n = self._factor.shape[1]
        bands = (0, len(self._factor) - 1)
        first = linalg.solve_banded(bands, self._factor, normal[:n], check_finite=False)
        last = linalg.solve_triangular(self._corner, normal[n:], check_finite=False)
        return np.concatenate([first - self._solved @ last, last])
