"""What Numba has no function for: counting bits, asking for memory ahead, and going to an address."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


def _count_ones(typing_context, bits):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """How many bits of a uint64 are set."""
    return types.uint64(types.uint64), lambda _, builder, __, arguments: builder.ctpop(arguments[0])


def _ask_for(typing_context, array, index):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Begin to bring an element of a vector into the cache; one that is not there does no harm."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        place = builder.bitcast(builder.gep(data, [arguments[1]]), byte)
        prefetch = builder.module.declare_intrinsic(
            "llvm.prefetch", (byte,), ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        )
        builder.call(prefetch, [place, *(ir.Constant(number, value) for value in (0, 3, 1))])  # to read, to keep, data
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


def _point(typing_context, address):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """An address as a pointer."""
    place = ir.IntType(8).as_pointer()
    return types.voidptr(types.int64), lambda _, builder, __, arguments: builder.inttoptr(arguments[0], place)


at: Any = intrinsic(_point)
ones: Any = intrinsic(_count_ones)
fetch: Any = intrinsic(_ask_for)
