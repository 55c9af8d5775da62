"""The simulation says what theory says; loads above 0.8 are `slow` and belong to `make truth`."""

from __future__ import annotations

import pytest

from .truths import QUICK, TRUTHS, Truth


@pytest.mark.parametrize(
    "truth",
    [
        pytest.param(truth, id=truth.system, marks=() if truth.load <= QUICK else pytest.mark.slow)
        for truth in TRUTHS
    ],
)
def test_simulation_meets_theory(truth: Truth) -> None:
    assert [figure.problem() for figure in truth.outcome() if figure.problem()] == []
