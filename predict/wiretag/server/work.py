"""The threads that tag, and how many requests may wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from wiretag.server.body import Batch, One
from wiretag.server.live_model import Loaded
from wiretag.server.metrics import Metrics
from wiretag.server.problems import Refused
from wiretag.server.settings import Settings


class Work:
    """Tags beside the event loop, which goes on answering."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings, self._metrics = settings, metrics
        self._threads = ThreadPoolExecutor(settings.threads, "tagging")
        self._waiting = 0

    async def answer(self, asked: Callable[[], One | Batch], loaded: Loaded) -> dict[str, Any]:
        """What is answered to the item or items that `asked` makes of a body, which it does in the thread, too.

        Raises
        ------
        Refused
            Too many requests wait, the time is over, or `asked` refuses.
        """
        if self._waiting >= self._settings.max_waiting:
            raise Refused(429, f"{self._waiting} requests are waiting already; try again in a second.", {"Retry-After": "1"})
        loop = asyncio.get_running_loop()
        task = self._threads.submit(_answered, asked, loaded)
        self._count(1)
        # A thread cannot be stopped: its request counts until it is done, whoever still waits.
        task.add_done_callback(lambda _: loop.call_soon_threadsafe(self._count, -1))
        try:
            content, n_items = await asyncio.wait_for(asyncio.wrap_future(task), self._settings.seconds)
        except TimeoutError:
            raise Refused(408, f"Tagging took over {self._settings.seconds:g} seconds; send fewer or shorter items.") from None
        self._metrics.items.inc(n_items)
        return content

    def close(self) -> None:
        """Let the threads finish what they are at."""
        self._threads.shutdown()

    def _count(self, by: int) -> None:
        self._waiting += by
        self._metrics.waiting.set(self._waiting)


def _answered(asked: Callable[[], One | Batch], loaded: Loaded) -> tuple[dict[str, Any], int]:
    """The answer's content, and of how many items."""
    found = asked()
    if isinstance(found, Batch):
        return {"items": _tagged(found.items, loaded)}, len(found.items)
    return _tagged([found], loaded)[0], 1


def _tagged(items: list[One], loaded: Loaded) -> list[dict[str, Any]]:
    tags = loaded.tagger.tag_many(item.text for item in items)
    return [({"id": item.id} if item.id is not None else {}) | own.to_dict() for item, own in zip(items, tags, strict=True)]
