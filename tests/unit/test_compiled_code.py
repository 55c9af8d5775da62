"""What compiled code is handed and made of: groups of arrays by pointer, rules without code of their own."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import pytest

from funnelsim.compiling.arrays import Floats, Integers, Record, Records, record
from funnelsim.compiling.decorators import rare, rule
from funnelsim.compiling.handles import by_pointer

LEAF = record(("weight", "<f8"), ("age", "<i4"), ("count", "<i2"))

pytestmark = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="nothing is compiled")


@by_pointer
class Tree(NamedTuple):
    leaves: Records
    heights: Floats
    counts: Integers
    grid: Floats
    year: int


def tree(leaves: int = 4) -> Tree:
    return Tree(
        leaves=np.array([(number / 2, number, 1) for number in range(leaves)], LEAF),
        heights=np.arange(leaves) / 4,
        counts=np.arange(leaves) * 10,
        grid=np.arange(2.0 * leaves).reshape(2, leaves),
        year=1999,
    )


@rule
def grow(leaf: Record, years: int) -> float:
    leaf["age"] += years
    return float(leaf["weight"])


@rare
def tidy(tree: Tree) -> int:
    """Let the last leaf take the place of the first."""
    tree.leaves[0] = tree.leaves[len(tree.leaves) - 1]
    return len(tree.leaves)


def a_year(tree: Tree) -> float:
    """Read and set every kind of element."""
    total = 0.0
    for number in range(len(tree.leaves)):
        total += grow(tree.leaves[number], 1) + tree.heights[number] + tree.grid[1, number]
        tree.counts[number] += tree.leaves[number]["count"]
        tree.heights[number] = total
        tree.grid[0, number] = tree.year
    return total + tidy(tree) + len(tree.grid)


def test_compiled_code_reads_and_sets_what_plain_python_does() -> None:
    plain, compiled = tree(), tree()
    in_compiled_code = numba.njit(error_model="numpy", _nrt=False)(a_year)
    assert in_compiled_code(compiled) == a_year(plain)
    for ours, theirs in zip(plain[:4], compiled[:4], strict=True):
        assert np.array_equal(ours, theirs)
    assert compiled.leaves[0]["age"] == 4


def test_groups_of_another_shape_are_another_type() -> None:
    in_compiled_code = numba.njit(error_model="numpy", _nrt=False)(a_year)
    in_compiled_code(tree(2))
    in_compiled_code(tree(9))
    assert len(in_compiled_code.signatures) == 1
    in_compiled_code(tree()._replace(heights=np.arange(4)))
    assert len(in_compiled_code.signatures) == 2
    with pytest.raises(
        TypeError, match=r"Tree\.grid: compiled code takes whole numbers and plain arrays, not"
    ):
        in_compiled_code(tree()._replace(grid=np.zeros((2, 2, 2))))
    with pytest.raises(TypeError, match=r"Tree\.heights: compiled code takes"):
        in_compiled_code(tree()._replace(heights=np.arange(8.0)[::2]))


def code_of(function: object) -> str:
    """Return the assembly of a compiled function."""
    [code] = function.inspect_asm().values()  # type: ignore[attr-defined]
    return str(code)


def test_a_rule_is_inlined_and_what_is_rare_is_called() -> None:
    in_compiled_code = numba.njit(error_model="numpy", _nrt=False)(a_year)
    in_compiled_code(tree())
    calls = [line for line in code_of(in_compiled_code).splitlines() if "movabs" in line or "call" in line]
    of_ours = [line for line in calls if "NumbaEnv" not in line]
    assert any("4tidy" in line for line in of_ours)
    assert not any("4grow" in line for line in of_ours)
