"""How a rule is marked: plain Python when Python calls it, compiled when compiled code calls it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba.extending import register_jitable

from funnelsim.compiling.linking import RareCompiler, RuleCompiler

_Rule = TypeVar("_Rule", bound=Callable[..., Any])


def rule(function: _Rule) -> _Rule:
    """Mark a pure function that plain Python calls and Numba compiles.

    Inlined and without counting references to arrays (which rules never make): the event loop is
    ten times faster for it.
    """
    marked: _Rule = register_jitable(pipeline_class=RuleCompiler, **_NO_EXTRAS)(function)
    return marked


def rare(function: _Rule) -> _Rule:
    """Mark a rule that is seldom needed: compiled code calls it, so that the usual path stays short."""
    marked: _Rule = register_jitable(pipeline_class=RareCompiler, **_NO_EXTRAS)(function)
    return marked


# Compiled code counts no references, and only compiled code calls the functions compiled for it.
_NO_EXTRAS: Any = {"_nrt": False, "no_cfunc_wrapper": True, "no_cpython_wrapper": True}
