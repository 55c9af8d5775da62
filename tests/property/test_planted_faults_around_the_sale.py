"""Faults planted in what is around the sale (people, markets, customers, deliveries, engines) are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from .test_planted_faults import AROUND_THE_SALE, FAULTS, copy, is_found

__all__ = ["copy"]  # a fixture


@pytest.mark.parametrize("name", AROUND_THE_SALE)
def test_a_fault_is_found(copy: Path, name: str) -> None:
    is_found(copy, FAULTS[name])
