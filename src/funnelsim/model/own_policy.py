"""Policies of the user's own: registered by name, asked by both engines.

A model holds the number of a policy. In plain Python (the reference engine) `ask` calls the function that
was registered. In compiled code it calls an address: the compiled engine puts the address of the
compiled function in place of its number, as an integer, so that the event loop's own compiled code is the
same, and stays on disk, whatever is registered.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import numba
import numpy as np
from llvmlite import ir
from numba import carray, types  # type: ignore[attr-defined]
from numba.core import cgutils
from numba.core.errors import NumbaError
from numba.extending import intrinsic, is_jitted, overload

from funnelsim.compiling.arrays import Record, Records
from funnelsim.compiling.handles import first_element
from funnelsim.model.records import PURSUIT, REP, REP_STATE, TEAM
from funnelsim.model.words import Assignment

Policy = Callable[[Record, Records, Records, Record, int, float], int]

BUILT_IN: tuple[str, ...] = tuple(each.name.lower() for each in Assignment if each is not Assignment.OWN)
PARAMETERS = ("team", "reps", "states", "lead", "now", "u")


class PolicyError(ValueError):
    """A policy that cannot be registered, or cannot run on the chosen engine."""


class _Registered(NamedTuple):
    name: str
    function: Policy


_REGISTERED: list[_Registered] = []  # by number; a name registered again has a new number
_COMPILED: dict[int, Any] = {}  # C functions by number, kept because engines hold their addresses


def register_policy(name: str, function: Policy) -> None:
    """Register a policy of your own, for scenarios to use as ``assignment = "name"`` (P14).

    It is registered for this process only. If a name is registered again, it stands for the new function.

    Parameters
    ----------
    name : str
        Not the name of one of the package's own policies.
    function : callable
        Called as ``function(team, reps, states, lead, now, u)`` when a lead is placed. It gets the records of
        the team, of its reps, of what has happened to each of them, and of the lead (``records.TEAM``,
        ``REP``, ``REP_STATE``, ``PURSUIT``), the instant in microseconds, and a uniform number of the lead,
        stage and round. It returns the position in `reps` of the rep who gets the lead, or NOBODY: the lead
        then waits in the team's queue, as it does if the rep has left or is full. It must be pure: it changes
        nothing, keeps nothing and reads no clock. If Numba can compile it, it runs on both engines, to the
        same bits; otherwise it runs on the reference engine only.

    Raises
    ------
    PolicyError
        A name that is taken or not allowed, or a function that cannot be called with six arguments.

    Examples
    --------
    >>> register_policy("last_of_all", lambda team, reps, states, lead, now, u: len(reps) - 1)
    >>> "last_of_all" in policy_names()
    True
    """
    if name in BUILT_IN or name == Assignment.OWN.name.lower():
        raise PolicyError(f'"{name}" is a policy that the package has: give yours another name')
    if not isinstance(name, str) or not name.isidentifier() or len(name) > 60:
        raise PolicyError(
            f"{name!r} cannot name a policy: take 1 to 60 letters, digits and _, no digit first"
        )
    plain = function.py_func if is_jitted(function) else function
    try:
        inspect.signature(plain).bind(*PARAMETERS)
    except (TypeError, ValueError):
        raise PolicyError(
            f'the policy "{name}" cannot be called as function({", ".join(PARAMETERS)})'
        ) from None
    _REGISTERED.append(_Registered(name, function))


def policy_names() -> tuple[str, ...]:
    """List every name that a team's `assignment` can have: the package's, then those registered."""
    return BUILT_IN + tuple(dict.fromkeys(each.name for each in _REGISTERED))


def policy_number(name: str) -> int:
    """Return the number of a registered policy: of the latest function by that name."""
    return max(number for number, each in enumerate(_REGISTERED) if each.name == name)


def ask(policy: int, team: Record, reps: Records, states: Records, lead: Record, now: int, u: float) -> int:
    """Ask a policy of the user's own for a position among the team's reps.

    Raises
    ------
    PolicyError
        Its answer is not a whole number.
    """
    registered = _REGISTERED[policy]
    first = int(team["first_rep"])
    members = slice(first, first + int(team["reps"]))
    instant: Any = np.int64(now)  # 64 bits, as in compiled code
    answer = registered.function(team, reps[members], states[members], lead, instant, u)
    try:
        return int(answer)
    except (TypeError, ValueError):
        raise PolicyError(
            f'the policy "{registered.name}" answered {answer!r}: '
            "it must return the position of a rep, or NOBODY"
        ) from None


@overload(ask)
def _ask_compiled(policy, team, reps, states, lead, now, u):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Compile `ask` into a call of an address."""

    def call(policy, team, reps, states, lead, now, u):  # type: ignore[no-untyped-def]
        return _call(policy, team, reps, states, lead, now, u)  # type: ignore[call-arg]

    return call


_TEAM, _REP, _STATE, _LEAD = (numba.from_dtype(each) for each in (TEAM, REP, REP_STATE, PURSUIT))
_pointer_to: Any = types.CPointer
_SIGNATURE = types.int64(
    *(_pointer_to(each) for each in (_TEAM, _REP, _STATE, _LEAD)), types.int64, types.float64
)


@intrinsic
def _call(typing_context, policy, team, reps, states, lead, now, u):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Call a C function of `_SIGNATURE` by its address; `reps` and `states` are those of all teams."""
    whole, word = types.int64, ir.IntType(64)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        address, team, reps, states, lead, now, u = arguments
        everybody = (
            first_element(context, builder, kind, array)
            for kind, array in zip(signature.args[2:4], (reps, states), strict=True)
        )
        pointers = [builder.bitcast(each, cgutils.voidptr_t) for each in (team, *everybody, lead)]
        kind = ir.FunctionType(word, [cgutils.voidptr_t] * 4 + [word, ir.DoubleType()])
        return builder.call(builder.inttoptr(address, kind.as_pointer()), [*pointers, now, u])

    return whole(whole, team, reps, states, lead, whole, types.float64), generate


def callable_by_compiled_code(policy: int) -> int:
    """Return the address by which compiled code calls a registered policy.

    Raises
    ------
    PolicyError
        Numba cannot compile it.
    """
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        return policy  # the "compiled" engine is plain Python
    if policy not in _COMPILED:
        _COMPILED[policy] = _as_c_function(_REGISTERED[policy])
    return int(_COMPILED[policy].address)


def _as_c_function(registered: _Registered) -> Any:
    """Compile a policy into a C function that sees its arguments as the Python function does."""
    function = registered.function
    function = function if is_jitted(function) else numba.njit(error_model="numpy")(function)

    def choose(team, reps, states, lead, now, u):  # type: ignore[no-untyped-def]
        own = carray(team, 1)[0]
        first, end = own["first_rep"], own["first_rep"] + own["reps"]
        members, happened = carray(reps, end)[first:], carray(states, end)[first:]
        return function(own, members, happened, carray(lead, 1)[0], now, u)

    try:
        return numba.cfunc(_SIGNATURE)(choose)
    except (NumbaError, NotImplementedError) as error:
        first_line = str(error).strip().splitlines()[-1].strip()
        raise PolicyError(
            f'the policy "{registered.name}" cannot be compiled by Numba, so it runs on the reference '
            f'engine only: choose engine="reference" ({first_line})'
        ) from error
