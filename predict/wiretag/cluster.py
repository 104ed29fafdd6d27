"""A Dask cluster to work on: one that runs, or one made here for a while."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from wiretag.errors import UsageError
from wiretag.reading import printable

if TYPE_CHECKING:
    from distributed import Client

LOCAL: Final = "local"
_SECONDS_TO_ANSWER: Final = 10


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
