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
    for folder in _folders():
        with suppress(OSError):
            data = (folder / _name()).read_bytes()
            head, code = data[: _DIGEST().digest_size], data[_DIGEST().digest_size :]
            if head == _DIGEST(code).digest():  # a damaged object file would end the process
                return code
    return None


def made() -> bytes:
    """An object file compiled now, and kept.

    Raises
    ------
    ImportError
        Numba is not installed.
    RuntimeError
        This Numba does not compile the loops.
    OSError
        There is no folder to keep it in; each process would compile anew.
    """
    folder = _folder_to_write()
    from wiretag.kernels import object_code

    try:
        code = object_code()
    except Exception as error:  # any of Numba's own, or of an interface of it that is not what it was
        raise RuntimeError(f"Numba does not compile the loops: {error}") from error
    with written_beside(folder / _name()) as file:
        file.write_bytes(_DIGEST(code).digest() + code)
    return code


def linked(code: bytes) -> Functions:
    """The functions of `kernels.object_code`, ready to run."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    compiler = llvm.create_lljit_compiler(suppress_errors=True)  # who may not run code goes on without
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
        result, error = ctypes.c_int64(), ctypes.c_void_p()
        if run(ctypes.addressof(result), ctypes.addressof(error), pack(*fields)):
            raise RuntimeError(f"Compiled code of {name} failed.")
        return result.value

    return call


def _folders() -> list[Path]:
    """Where machine code is kept: beside the byte code of this package, or with what else is cached for the user.

    Never in a folder named by where the process happens to run: what lies there may be anybody's.
    """
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folders = Path(__file__).with_name("__pycache__"), Path(cache, "wiretag")
    return [folder for folder in folders if folder.is_absolute()]


def _folder_to_write() -> Path:
    """The first folder that takes a file."""
    from tempfile import TemporaryFile

    failed = OSError("There is no folder to keep machine code in.")
    for folder in _folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=folder):
                return folder
        except OSError as error:
            failed = error
    raise failed


def _name() -> str:
    """File of what these sources are to this processor, this LLVM, and Numba as it is set up."""
    settings = sorted((name, value) for name, value in os.environ.items() if name.startswith("NUMBA_"))
    host = llvm.get_process_triple(), llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    digest = _DIGEST(repr((llvmlite.__version__, host, settings)).encode())
    for name in _SOURCES:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return f"kernels-{digest.hexdigest()[:32]}.o"
