"""The threads that tag, and how many requests may wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from wiretag.server.body import One
from wiretag.server.live_model import Loaded
from wiretag.server.metrics import Metrics
from wiretag.server.problems import Refused
from wiretag.server.settings import Settings

_T = TypeVar("_T")


class Work:
    """Tags beside the event loop, which goes on answering."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings, self._metrics = settings, metrics
        self._threads = ThreadPoolExecutor(settings.threads, "tagging")
        self._waiting = 0

    async def tags(self, items: list[One], loaded: Loaded) -> list[dict[str, Any]]:
        """Each item's answer, as `predict --json` prints it; raises as `done` does."""
        found = await self.done(partial(_tagged, items, loaded))
        self._metrics.items.inc(len(found))
        return found

    async def done(self, work: Callable[[], _T]) -> _T:
        """What the work gives, done by a thread.

        Raises
        ------
        Refused
            Too many requests wait, or the time is over.
        """
        if self._waiting >= self._settings.max_waiting:
            raise Refused(429, f"{self._waiting} requests are waiting already; try again in a second.", {"Retry-After": "1"})
        task = asyncio.get_running_loop().run_in_executor(self._threads, work)
        self._count(1)
        task.add_done_callback(lambda _: self._count(-1))  # a thread cannot be stopped: its request counts until it is done
        try:
            return await asyncio.wait_for(asyncio.shield(task), self._settings.seconds)
        except TimeoutError:
            task.cancel()
            raise Refused(408, f"Tagging took over {self._settings.seconds:g} seconds; send fewer or shorter items.") from None

    def close(self) -> None:
        """Let the threads finish what they are at."""
        self._threads.shutdown()

    def _count(self, by: int) -> None:
        self._waiting += by
        self._metrics.waiting.set(self._waiting)


def _tagged(items: list[One], loaded: Loaded) -> list[dict[str, Any]]:
    tags = loaded.tagger.tag_many(item.text for item in items)
    return [({"id": item.id} if item.id is not None else {}) | own.to_dict() for item, own in zip(items, tags, strict=True)]
