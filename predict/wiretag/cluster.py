"""A Dask cluster to work on: one that runs, or one made here for a while."""

from __future__ import annotations

import ctypes
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from wiretag.errors import UsageError
from wiretag.reading import printable

if TYPE_CHECKING:
    from distributed import Client

LOCAL: Final = "local"
_SECONDS_TO_ANSWER: Final = 10
# glibc's names for its settings, and from what size on freed memory goes back to the system at once.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_TRIM_BYTES, _MMAP_BYTES = 64 << 20, 32 << 20


@contextmanager
def connected(address: str, jobs: int) -> Iterator[Client]:
    """A client of the scheduler at `address`; for "local" of one that is started here, with so many worker processes.

    Raises
    ------
    UsageError
        Dask is not installed, or nothing answers at the address.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise UsageError("--dask needs Dask: pip install 'wiretag[dask]'.") from None
    if address == LOCAL:
        cluster = LocalCluster(
            n_workers=jobs, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL, memory_limit=0
        )
        with cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(address, timeout=_SECONDS_TO_ANSWER)
    except (OSError, ValueError):
        raise UsageError(
            f"No Dask scheduler answers at {printable(address)}; give its address (tcp://HOST:8786), or {LOCAL}."
        ) from None
    with client:
        yield client


def keep_freed_memory() -> None:
    """For a worker: keep freed memory for the next arrays.

    Dask starts workers with MALLOC_TRIM_THRESHOLD_=65536, so that each block of texts has its arrays paged in anew: tagging
    took 2.6 times the CPU seconds. glibc alone has this setting, and these are the limits that it comes to without the variable.
    """
    if os.name == "posix":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, _MMAP_BYTES)
            mallopt(_M_TRIM_THRESHOLD, _TRIM_BYTES)
