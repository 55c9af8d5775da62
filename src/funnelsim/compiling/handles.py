"""How compiled code takes a group of arrays: by one pointer.

Numba hands a named tuple of arrays over as seven words for each array. Passed from function to function,
that makes compilation slow (LLVM takes the tuple apart and puts it together at every call) and calls dear.
A class that is marked `by_pointer` goes as the address of a short list instead: for each array where it
begins and how long it is, for each whole number its value. The list is written when compiled code is
entered, and nothing in it changes until it returns, so that LLVM need not read it twice.

Compiled code can read an attribute of such a group, and of an array (contiguous, of one dimension or two)
its length and an element, which it can also set; and it can add to four elements at once. Nothing else; and
no position is checked: -1 is not the last element. Plain Python sees the named tuple.
"""

from __future__ import annotations

import operator
from itertools import accumulate
from typing import Any, TypeVar

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_global, signature
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)

_Group = TypeVar("_Group", bound=type[tuple[Any, ...]])
_Arrays = TypeVar("_Arrays", bound=Any)  # a named tuple of arrays
_type: Any = types  # numba has no stubs for much of what follows

_WORD = ir.IntType(64)
_WORDS = 3  # of each member in the list: start, length, length of a row; or its value
_LINES = 128  # bytes that a processor may fetch at once: two cache lines


class Run(types.Type):
    """A contiguous array of records or numbers: where it begins, its length and the length of a row."""

    def __init__(self, dtype: Any, dimensions: int) -> None:
        self.dtype = dtype
        self.dimensions = dimensions
        super().__init__(name=f"Run({self.dimensions})")  # short: it becomes part of every symbol

    @property
    def key(self) -> object:
        """Return a key that differs for runs of different elements."""
        return self.dimensions, self.dtype

    def has_position(self, kind: Any) -> bool:
        """Return whether a type is that of one element's position."""
        if self.dimensions == 1:
            return isinstance(kind, _type.Integer)
        return (
            isinstance(kind, _type.BaseTuple)
            and len(kind) == self.dimensions
            and all(isinstance(each, _type.Integer) for each in kind)
        )


class Group(types.Type):
    """A named tuple of arrays and whole numbers, as a pointer to their addresses, lengths and values."""

    def __init__(self, name: str, members: tuple[tuple[str, Any], ...]) -> None:
        self.members = members
        super().__init__(name=name)

    @property
    def key(self) -> object:
        """Return a key that differs for groups of different members."""
        return self.name, self.members

    def member(self, name: str) -> Any:
        """Return the type of a member, None if there is none of that name."""
        return dict(self.members).get(name)

    def first_word(self, name: str) -> int:
        """Return the first of the words that a member has in the list."""
        return _WORDS * [member for member, _ in self.members].index(name)


def by_pointer(group: _Group) -> _Group:
    """Mark a NamedTuple of arrays that compiled code takes by one pointer."""

    def type_of(value: Any, context: Any) -> Group:
        members = zip(value._fields, (typeof_impl(each, context) for each in value), strict=True)
        return Group(group.__name__, tuple((name, _member(group, name, kind)) for name, kind in members))

    typeof_impl.register(group)(type_of)
    return group


def apart(group: _Arrays) -> _Arrays:
    """Copy the arrays of a group to memory of their own; each begins on a new cache line.

    NumPy puts small arrays side by side, for whatever thread. Two threads that write to one
    cache line take it from each other at every write.
    """
    sizes = [-(-array.nbytes // _LINES) * _LINES for array in group]
    memory = np.zeros(_LINES + sum(sizes), np.uint8)
    first = -memory.ctypes.data % _LINES
    copies = [
        memory[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
        for start, array in zip(accumulate(sizes, initial=first), group)  # noqa: B905 (and where the last ends)
    ]
    for copy, array in zip(copies, group, strict=True):
        copy[...] = array
    apart: _Arrays = group._make(copies)
    return apart


def _member(group: type, name: str, kind: Any) -> Any:
    """Return how a member goes into the list."""
    if isinstance(kind, _type.Integer):
        return _type.int64
    if isinstance(kind, _type.Array) and kind.ndim in (1, 2) and kind.layout == "C":
        return Run(kind.dtype, kind.ndim)
    raise TypeError(
        f"{group.__name__}.{name}: compiled code takes whole numbers and plain arrays, not {kind}"
    )


@register_model(Run)
class _RunModel(models.StructModel):
    def __init__(self, manager: Any, kind: Run) -> None:
        super().__init__(manager, kind, [(word, _type.int64) for word in ("start", "length", "width")])


@register_model(Group)
class _GroupModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Group) -> None:
        super().__init__(manager, kind, _WORD.as_pointer())


@unbox(Group)
def _unbox_group(kind: Group, value: Any, compiler: Any) -> NativeValue:
    """Write the list of a group when compiled code is entered."""
    builder = compiler.builder
    listed = cgutils.alloca_once(builder, ir.ArrayType(_WORD, _WORDS * len(kind.members)))
    start = builder.bitcast(listed, _WORD.as_pointer())
    failed = cgutils.false_bit
    for number, (_, member) in enumerate(kind.members):
        item = compiler.pyapi.tuple_getitem(value, number)
        words: tuple[Any, ...]
        if isinstance(member, Run):
            array_type = _type.Array(member.dtype, member.dimensions, "C")
            native = compiler.unbox(array_type, item)
            array = compiler.context.make_array(array_type)(compiler.context, builder, native.value)
            shape = cgutils.unpack_tuple(builder, array.shape, member.dimensions)
            words = builder.ptrtoint(array.data, _WORD), shape[0], shape[-1]
        else:
            native = compiler.unbox(member, item)
            words = (native.value,)
        failed = builder.or_(failed, native.is_error)
        for offset, word in enumerate(words):
            builder.store(word, cgutils.gep_inbounds(builder, start, _WORDS * number + offset))
    return NativeValue(start, is_error=failed)


@infer_getattr
class _MembersOfGroup(AttributeTemplate):
    key = Group

    def generic_resolve(self, kind: Group, name: str) -> Any:  # type: ignore[override]
        return kind.member(name)


@lower_getattr_generic(Group)
def _read_member(context: Any, builder: Any, kind: Group, start: Any, name: str) -> Any:
    def word(offset: int) -> Any:
        read = builder.load(cgutils.gep_inbounds(builder, start, kind.first_word(name) + offset))
        read.set_metadata("invariant.load", builder.module.add_metadata([]))
        return read

    member = kind.member(name)
    if not isinstance(member, Run):
        return word(0)
    run = cgutils.create_struct_proxy(member)(context, builder)
    run.start, run.length, run.width = (word(offset) for offset in range(_WORDS))
    return run._getvalue()


@infer_global(len)
class _LengthOfRun(AbstractTemplate):
    def generic(self, arguments: Any, keywords: Any) -> Any:  # noqa: ARG002
        if isinstance(arguments[0], Run):
            return signature(_type.intp, arguments[0])
        return None


@lower_builtin(len, Run)
def _length(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
    return cgutils.create_struct_proxy(sig.args[0])(context, builder, arguments[0]).length


@infer_global(operator.getitem)
class _ElementOfRun(AbstractTemplate):
    def generic(self, arguments: Any, keywords: Any) -> Any:  # noqa: ARG002
        run, position = arguments
        if isinstance(run, Run) and run.has_position(position):
            return signature(run.dtype, run, position)
        return None


@infer_global(operator.setitem)
class _SetElementOfRun(AbstractTemplate):
    def generic(self, arguments: Any, keywords: Any) -> Any:  # noqa: ARG002
        run, position, _ = arguments
        if isinstance(run, Run) and run.has_position(position):
            return signature(_type.none, run, position, run.dtype)
        return None


def first_element(context: Any, builder: Any, kind: Any, array: Any) -> Any:
    """Point at the first element of an array, a Run or one of Numba's, while code is being built."""
    parts = cgutils.create_struct_proxy(kind)(context, builder, array)
    if isinstance(kind, Run):
        return builder.inttoptr(parts.start, context.get_data_type(kind.dtype).as_pointer())
    return parts.data


def _address(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
    """Compute where an element is."""
    kind, position = sig.args[:2]
    first = first_element(context, builder, kind, arguments[0])
    if kind.dimensions == 1:
        index = context.cast(builder, arguments[1], position, _type.intp)
    else:
        row, column = (
            context.cast(builder, part, of, _type.intp)
            for part, of in zip(cgutils.unpack_tuple(builder, arguments[1]), position, strict=True)
        )
        width = cgutils.create_struct_proxy(kind)(context, builder, arguments[0]).width
        index = builder.add(builder.mul(row, width), column)
    return cgutils.gep_inbounds(builder, first, index)


@lower_builtin(operator.getitem, Run, _type.Any)
def _element(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
    address = _address(context, builder, sig, arguments)
    return context.data_model_manager[sig.args[0].dtype].load_from_data_pointer(builder, address)


@lower_builtin(operator.setitem, Run, _type.Any, _type.Any)
def _set_element(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
    address = _address(context, builder, sig, arguments)
    dtype = sig.args[0].dtype
    if isinstance(dtype, _type.Record):  # in words: copied byte by byte, the next read of a field would wait
        cgutils.raw_memcpy(builder, address, arguments[2], _WORD(dtype.size), 1)
    else:
        context.pack_value(builder, dtype, arguments[2], address)
    return context.get_dummy_value()


# ---- four at once -----------------------------------------------------------------------------

FOUR = 4
Four = tuple[float, float, float, float]


def add_four(array: Any, position: tuple[int, int], amounts: Four) -> None:
    """Add to an element and the three after it; compiled code does this in the time of one addition.

    Examples
    --------
    >>> import numpy as np
    >>> sums = np.zeros((1, 8))
    >>> add_four(sums, (0, 4), (1.0, 2.0, 3.0, 4.0))
    >>> sums.tolist()
    [[0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0]]
    """
    row, first = position
    for place, amount in enumerate(amounts, first):
        array[row, place] += amount


@infer_global(add_four)
class _AddFour(AbstractTemplate):
    def generic(self, arguments: Any, keywords: Any) -> Any:  # noqa: ARG002
        run, position, _ = arguments
        if isinstance(run, Run) and run.has_position(position):
            return signature(_type.none, run, position, _type.UniTuple(run.dtype, FOUR))
        return None


@lower_builtin(add_four, Run, _type.Any, _type.Any)
def _add_four(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
    element = context.get_data_type(sig.args[0].dtype)
    amounts: Any = ir.Constant(ir.VectorType(element, FOUR), ir.Undefined)
    for lane, amount in enumerate(cgutils.unpack_tuple(builder, arguments[2], FOUR)):
        amounts = builder.insert_element(amounts, amount, ir.Constant(ir.IntType(32), lane))
    address = builder.bitcast(_address(context, builder, sig, arguments), amounts.type.as_pointer())
    before = builder.load(address, align=8)
    builder.store(builder.fadd(before, amounts), address, align=8)
    return context.get_dummy_value()
