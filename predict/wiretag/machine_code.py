"""The compiled loops: fetched from where an earlier process kept them, or compiled and kept; and linked.

Fetching and linking need LLVM (`llvmlite`, which Numba brings along) but not Numba, whose import takes ten times as long.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import llvmlite
import llvmlite.binding as llvm

from wiretag.files import written_beside
from wiretag.frames import FRAMES

# All that machine code depends on.
_SOURCES: Final = ("kernels", "loops", "sums", "intrinsics", "frames", "features", "codepoints")
_DIGEST: Final = hashlib.sha256
_Function = Callable[[Sequence[int]], int]


@dataclass(frozen=True, slots=True)
class Functions:
    """Those of `wiretag.kernels`: from what a frame holds to the result. They let other Python threads run."""

    look_up: _Function
    count: _Function
    add: _Function


def kept() -> bytes | None:
    """The object file that an earlier process has kept for this kind of processor and these sources, if one has."""
    sources = _sources()
    for folder in _folders():
        with suppress(OSError):
            data = (folder / _name()).read_bytes()
            head, code = data[: 2 * sources.digest_size], data[2 * sources.digest_size :]
            if head == sources.digest() + _DIGEST(code).digest():  # a damaged object file would end the process
                return code
    return None


def made() -> bytes:
    """An object file compiled now, and kept.

    Raises
    ------
    ImportError
        Numba is not installed.
    OSError
        There is no folder to keep it in.
    """
    from wiretag.kernels import object_code

    code = object_code()
    _keep(_sources().digest() + _DIGEST(code).digest() + code)
    return code


def linked(code: bytes) -> Functions:
    """The functions of `kernels.object_code`, ready to run."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    compiler = llvm.create_lljit_compiler()
    library = llvm.JITLibraryBuilder().add_object_img(code).add_current_process()
    for name in FRAMES:
        library.export_symbol(name)
    addresses = library.link(compiler, "wiretag")
    return Functions(**{name: _function(addresses, name, len(fields)) for name, fields in FRAMES.items()})


def _function(library: Any, name: str, n_fields: int) -> _Function:
    """A function of a library, which stays in memory with it."""
    run = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)(library[name])
    pack = struct.Struct(f"{n_fields}q").pack  # a fifth of what an array of ctypes takes

    def call(fields: Sequence[int], library: Any = library) -> int:  # noqa: ARG001
        result = ctypes.c_int64()
        if run(ctypes.addressof(result), None, pack(*fields)):
            raise RuntimeError(f"Compiled code of {name} failed.")
        return result.value

    return call


def _folders() -> list[Path]:
    """Where machine code is kept: beside the byte code of this package, or with what else is cached for the user."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return [Path(__file__).with_name("__pycache__"), Path(cache, "wiretag")]


def _name() -> str:
    """File of what this processor runs, as this LLVM links it."""
    host = (
        f"{llvmlite.__version__} {llvm.get_process_triple()} {llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
    )
    return f"kernels-{_DIGEST(host.encode()).hexdigest()[:16]}.o"


def _sources() -> Any:
    """Digest of the sources."""
    digest = _DIGEST()
    for name in _SOURCES:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest


def _keep(data: bytes) -> None:
    """Write to the first folder that takes it, beside and then in place of what may be there."""
    failed: OSError | None = None
    for folder in _folders():
        try:
            with written_beside(folder / _name()) as file:
                file.write_bytes(data)
        except OSError as error:
            failed = error
        else:
            return
    raise failed or OSError("There is no folder to keep machine code in.")
