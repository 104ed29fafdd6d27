"""The loops as functions of one address, compiled to machine code that needs neither Numba nor Python to run.

Each makes arrays of what its frame holds (`wiretag.frames`) and calls its loop. Loading Numba to fetch what an earlier process
compiled takes longer than tagging ten thousand items; linking this takes milliseconds (`wiretag.machine_code`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import llvmlite.binding as llvm
import numpy as np
from numba import carray, from_dtype, njit, types  # type: ignore[attr-defined]

from wiretag import loops, sums
from wiretag.codepoints import N_CLASSES
from wiretag.features import VIEWS
from wiretag.frames import FRAMES
from wiretag.intrinsics import at
from wiretag.loops import Grams, Known, Room

_N_VIEWS: Final = len(VIEWS)
# What loops need that is not in them: the end of arrays that own memory, of which there are none here, and an instruction.
_SUPPORT: Final = """
define void @NRT_MemInfo_call_dtor(ptr %info) { unreachable }
declare double @llvm.sqrt.f64(double)
define double @sqrt(double %square) alwaysinline {
  %root = call double @llvm.sqrt.f64(double %square)
  ret double %root
}
"""
# What Numba calls the exceptions that something may raise.
_ERROR: Final = ".const.pickle"
# What an object file may ask of the C library.
_FROM_C: Final = {"memset", "memcpy", "memmove"}


def look_up(frames):  # type: ignore[no-untyped-def]
    f = carray(frames, 1)[0]
    table, symbols = carray(at(f.table), f.n_table, np.uint32), carray(at(f.symbols), f.n_codes, np.uint32)
    if f.width == 1:
        return loops.look_up(carray(at(f.codes), f.n_codes, np.uint8), table, symbols)
    return loops.look_up(carray(at(f.codes), f.n_codes, np.uint32), table, symbols)


def count(frames):  # type: ignore[no-untyped-def]
    f = carray(frames, 1)[0]
    grams = Grams(
        f.pairs != 0,
        f.title != 0,
        f.syllables != 0,
        f.chars != 0,
        f.bits,
        carray(at(f.gram_lengths), (N_CLASSES, 2), np.int64),
        carray(at(f.gram_views), (N_CLASSES, f.longest + 1), np.uint8),
    )
    known = Known(
        carray(at(f.ranks), (f.n_ranks, 2), np.uint64),
        carray(at(f.idf), f.n_known, np.float32),
        carray(at(f.how), (_N_VIEWS, 4), np.float64),
    )
    room = Room(
        carray(at(f.keys), f.n_grams, np.uint32),
        carray(at(f.others), f.n_grams, np.uint32),
        carray(at(f.entries), f.n_grams, np.uint32),
        carray(at(f.counts), f.n_grams, np.uint32),
        carray(at(f.values), f.n_grams, np.float32),
        carray(at(f.views), f.n_grams, np.uint8),
        carray(at(f.kinds), f.n_symbols_of_text, np.uint8),
        carray(at(f.parts), f.n_symbols_of_text, np.uint8),
        carray(at(f.strangers), f.n_symbols_of_text, np.uint8),
        carray(at(f.fits), f.n_symbols_of_text, np.uint8),
        carray(at(f.prefix), f.n_symbols_of_text, np.uint32),
        carray(at(f.edges), f.n_symbols_of_text, np.int32),
        carray(at(f.digits), 1 << 11, np.uint32),
        carray(at(f.letters), 1 << 7, np.uint8),
        carray(at(f.squares), _N_VIEWS, np.float64),
    )
    n_texts, n_lengths = f.n_texts, f.n_texts * _N_VIEWS
    places = carray(at(f.places), 2 * (n_texts + n_lengths + 1), np.int64)
    return loops.count(
        carray(at(f.codes), f.n_codes, np.uint8),
        carray(at(f.table), f.n_table, np.uint32),
        carray(at(f.symbols), f.n_symbols, np.uint32),
        carray(at(f.powers), f.n_powers, np.uint32),
        carray(at(f.inverse), f.n_powers, np.uint32),
        places[: n_texts + 1],
        places[n_texts + 1 : 2 * n_texts + 1],
        grams,
        known,
        room,
        places[2 * n_texts + 1 : 2 * n_texts + 2 + n_lengths],
        carray(at(f.places + 8 * (2 * n_texts + 2 + n_lengths)), (n_texts, _N_VIEWS), np.int64),
    )


def add(frames):  # type: ignore[no-untyped-def]
    f = carray(frames, 1)[0]
    sums.add(
        carray(at(f.offsets), f.n_texts + 1, np.int64),
        carray(at(f.features), f.n_entries, np.int32),
        carray(at(f.values), f.n_entries, np.float32),
        carray(at(f.place), f.n_features, np.int32),
        carray(at(f.rows), (f.n_dense, f.n_rows), np.int16),
        carray(at(f.cells), f.n_cells, np.int32),
        carray(at(f.sums), (f.n_texts, f.n_rows), np.float64),
    )
    return 0


def object_code(functions: Sequence[Callable[..., int]] = (look_up, count, add)) -> bytes:
    """An object file of this machine's format with the functions, named as here, for `machine_code.linked`.

    Each takes the addresses of its result, of what Numba would say of an error, and of its frame, and gives 0.

    Raises
    ------
    RuntimeError
        The loops need more than each other: something in them makes an array or may fail.
    """
    module = llvm.parse_assembly(_SUPPORT)
    for function in functions:
        module.link_in(_module(function))
    for part in module.functions:
        if not part.is_declaration and part.name not in FRAMES:
            part.linkage = "internal"
    machine = llvm.Target.from_triple(module.triple).create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3, reloc="pic"
    )
    _strip(module, machine)
    needed = {part.name for part in module.functions if part.is_declaration and not part.name.startswith("llvm.")} - _FROM_C
    needed |= {part.name for part in module.global_variables if part.name.startswith(_ERROR)}
    if needed:
        raise RuntimeError(f"Compiled loops need {', '.join(sorted(needed))}.")
    code: bytes = machine.emit_object(module)
    return code


def _module(function: Any) -> Any:
    """What Numba makes of a function and all it calls, optimised."""
    name = function.__name__
    frame = from_dtype(np.dtype([(field, np.int64) for field in FRAMES[name]]))
    takes_one: Any = types.int64(types.CPointer(frame))  # type: ignore[no-untyped-call]
    compiled: Any = njit(takes_one, error_model="numpy")(function)
    (signature,) = compiled.signatures
    module = llvm.parse_assembly(compiled.inspect_llvm(signature))
    module.get_function(compiled.overloads[signature].fndesc.llvm_func_name).name = name
    return module


def _strip(module: Any, machine: Any) -> None:
    """Drop what is for Python's sake: wrappers, counting of references to arrays, and handling of errors that cannot be."""
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    for _ in range(2):
        passes.add_ipsccp_pass()
        passes.add_dead_arg_elimination_pass()
        passes.add_simplify_cfg_pass()
        passes.add_instruction_combine_pass()
    passes.add_always_inliner_pass()
    passes.add_post_order_function_attributes_pass()
    passes.add_rpo_function_attrs_pass()
    passes.add_dead_code_elimination_pass()
    passes.add_instruction_combine_pass()
    passes.add_global_dead_code_eliminate_pass()
    passes.add_strip_dead_prototype_pass()
    passes.run(module, llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=3)))
