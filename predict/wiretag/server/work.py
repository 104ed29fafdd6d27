"""The threads that tag, and how many requests may wait for them."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from wiretag.server.body import Batch, One
from wiretag.server.live_model import Loaded
from wiretag.server.metrics import Metrics
from wiretag.server.problems import Refused
from wiretag.server.settings import Settings

# Eight items of 2,000 characters together take a third of what they take one by one; larger ones gain little, and others would
# wait for them. Bytes of a body that is tagged with others, and of all that are tagged together.
_SMALL: Final = 1 << 14
_TOGETHER: Final = 1 << 15
# Items that are tagged together, and seconds of reading bodies, after which what still waits is left to other threads.
_MOST_ITEMS: Final = 64
_SECONDS: Final = 0.02
_Content = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A request that waits: what `asked` makes of its body of so many bytes is to be tagged with `loaded`."""

    asked: Callable[[], One | Batch]
    size: int
    loaded: Loaded
    answer: Future[tuple[_Content, int]] = field(default_factory=Future)


class Work:
    """Tags beside the event loop, which goes on answering; small requests that wait at the same time are tagged together."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings, self._metrics = settings, metrics
        self._threads = ThreadPoolExecutor(settings.threads, "tagging")
        self._queue: deque[_Waiting] = deque()
        self._taking = Lock()
        self._waiting = 0

    async def answer(self, asked: Callable[[], One | Batch], size: int, loaded: Loaded) -> _Content:
        """What is answered to the item or items that `asked` makes of a body of so many bytes, which it does in the thread, too.

        Raises
        ------
        Refused
            Too many requests wait, the time is over, or `asked` refuses.
        """
        if self._waiting >= self._settings.max_waiting:
            raise Refused(429, f"{self._waiting} requests are waiting already; try again in a second.", {"Retry-After": "1"})
        loop = asyncio.get_running_loop()
        request = _Waiting(asked, size, loaded)
        self._queue.append(request)
        self._count(1)
        # A thread cannot be stopped: its request counts until it is done, whoever still waits.
        request.answer.add_done_callback(lambda _: loop.call_soon_threadsafe(self._count, -1))
        try:
            self._threads.submit(self._tag_next)
        except RuntimeError:  # there is no thread to be had
            request.answer.cancel()
            raise
        try:
            content, n_items = await asyncio.wait_for(asyncio.wrap_future(request.answer), self._settings.seconds)
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

    def _tag_next(self) -> None:
        """Called once for each request, which another call may have taken by then.

        Requests are taken one by one: whoever gives up while others are read is not taken any more.
        """
        understood: list[tuple[_Waiting, One | Batch]] = []
        loaded: Loaded | None = None
        size = n_items = 0
        until = time.monotonic() + _SECONDS
        while n_items < _MOST_ITEMS and (request := self._taken(size, loaded)) is not None:
            size, loaded = size + request.size, request.loaded
            try:
                found = request.asked()
            except BaseException as error:
                request.answer.set_exception(error)
            else:
                understood.append((request, found))
                n_items += len(found.items) if isinstance(found, Batch) else 1
            if time.monotonic() > until:
                break
        if loaded is not None:
            _tag(understood, loaded)

    def _taken(self, size: int, loaded: Loaded | None) -> _Waiting | None:
        """The request that waits longest, if it can be tagged together with others of so many bytes that `loaded` is to tag."""
        with self._taking:
            while self._queue:
                following = self._queue[0]
                together = following.loaded is loaded and following.size <= _SMALL and size + following.size <= _TOGETHER
                if loaded is not None and not together:
                    break
                self._queue.popleft()
                if following.answer.set_running_or_notify_cancel():  # else its time was over before its turn
                    return following
        return None


def _tag(understood: Sequence[tuple[_Waiting, One | Batch]], loaded: Loaded) -> None:
    """Answer requests, all with the same model."""
    try:
        contents = _answered([found for _, found in understood], loaded)
    except BaseException as error:
        if len(understood) == 1:
            understood[0][0].answer.set_exception(error)
        else:  # the others are not to suffer for the one that it is about
            for one in understood:
                _tag([one], loaded)
        return
    for (request, _), content in zip(understood, contents, strict=True):
        request.answer.set_result(content)


def _answered(found: Sequence[One | Batch], loaded: Loaded) -> list[tuple[_Content, int]]:
    """Each answer's content, and of how many items."""
    lists = [own.items if isinstance(own, Batch) else [own] for own in found]
    tags = loaded.tagger.tag_many(item.text for items in lists for item in items)
    answers = [[({"id": item.id} if item.id is not None else {}) | next(tags).to_dict() for item in items] for items in lists]
    return [({"items": own} if isinstance(one, Batch) else own[0], len(own)) for one, own in zip(found, answers, strict=True)]
