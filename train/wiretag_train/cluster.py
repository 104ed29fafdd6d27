"""Training on a Dask cluster: joblib's tasks (blocks of texts, labels to fit) go to its workers instead of processes here.

joblib gathers blocks into partitions that take a worker a part of a second. A worker needs wiretag with its training extra.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from wiretag.cluster import connected, keep_freed_memory
from wiretag.vectors import Vectoriser
from wiretag_train.svm import Solution, Texts


@contextmanager
def spread(address: str | None, jobs: int) -> Iterator[None]:
    """Within it, joblib works on the cluster at `address` ("local" makes one of so many processes); here, if it is None."""
    if address is None:
        yield
        return
    with connected(address, jobs) as client:
        from dask.sizeof import sizeof
        from joblib import parallel_config

        # joblib sends what Dask knows to be large once and not with each task; of our classes Dask knows nothing.
        sizeof.register(Vectoriser, lambda own: _bytes(own.vocabulary))
        sizeof.register(Texts, lambda own: _bytes(own) + _bytes(own.matrix))
        sizeof.register(Solution, _bytes)
        client.run(keep_freed_memory)
        with parallel_config("dask", client=client):
            yield


def _bytes(holder: object) -> int:
    """Bytes of the arrays that are attributes of an object."""
    names = [*getattr(holder, "__slots__", ()), *getattr(holder, "__dict__", ())]
    return sum(own.nbytes for own in (getattr(holder, name) for name in names) if isinstance(own, np.ndarray))
