"""Requests that nobody means well, for `serve.py`: each is sent over and over, and each answer is counted."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Final

_SECONDS_TO_ANSWER: Final = 60
# Between two of them: they are to disturb, not to be all there is.
_PAUSE: Final = 0.05
NO_ANSWER: Final = "closed"


def post(body: bytes, kind: str = "application/json") -> bytes:
    """A whole request."""
    head = f"POST /v1/tag HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


REQUESTS: Final[Mapping[str, bytes]] = {
    "no JSON": post(b"\xff\xfe{]"),
    "JSON nested 100,000 deep": post(b"[" * 100_000),
    "too large": post(b'{"text": "' + b"a" * (5 << 20) + b'"}'),
    "said to be too large": b"POST /v1/tag HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n",
    "too many items": post(b'{"items": [' + b'{"text": "a"},' * 5000 + b'{"text": "a"}]}'),
    "2 million items that are none": post(b'{"items": [' + b"1," * 2_000_000 + b"1]}"),
    "300,000 unknown keys": post(b'{"text": "a", ' + b", ".join(b'"%d": 1' % n for n in range(300_000)) + b"}"),
    "one word of 3 MB": post(b'{"text": "' + b"a" * (3 << 20) + b'"}'),
    "1,000 items of nothing": post(b'{"items": [' + b'{"text": "."},' * 999 + b'{"text": "."}]}'),
    "lone surrogates": post(b'{"text": "\\ud800\\udfff \\ud800"}'),
    "control characters": post(b"\x01\x02\x7f" * 1000, "text/plain"),
    "HTML nested 9,900 deep": post(b"<html>" + b"<div>" * 9_900, "text/html"),
    "HTML of tags without end": post(b"<html>" + b"<a " * 300_000, "text/html"),
    "XML nested 100,000 deep": post(b"<rss>" + b"<a>" * 100_000, "application/xml"),
    "XML of entities in entities": post(b'<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><rss>&b;</rss>', "application/xml"),
    "XML that names a file": post(b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]><rss>&a;</rss>', "application/xml"),
    "chunks that are none": b"POST /v1/tag HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00" * 100,
    "a header of 1 MB": b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * (1 << 20) + b"\r\n\r\n",
    "half a body": post(b'{"text": "a"}')[:-5],
}
# Of these no answer is waited for: the sender leaves.
LEAVES: Final = frozenset(("half a body",))


async def attack(port: int, seconds: float) -> dict[str, Counter[str]]:
    """Send each in turn, for so many seconds; gives how each was answered, by status."""
    answers: dict[str, Counter[str]] = {name: Counter() for name in REQUESTS}
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        for name, request in REQUESTS.items():
            answers[name][await _sent(port, request, name not in LEAVES)] += 1
            await asyncio.sleep(_PAUSE)
    return answers


async def _sent(port: int, request: bytes, waits: bool) -> str:
    """The status of the answer."""
    status = NO_ANSWER
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return "refused to connect"
    try:
        writer.write(request)
        if waits:
            line = await asyncio.wait_for(reader.readline(), _SECONDS_TO_ANSWER)
            status = line.split()[1].decode() if line.startswith(b"HTTP/1.1 ") else NO_ANSWER
    except TimeoutError:
        status = "no answer"
    except OSError:  # closed while the request was still being sent
        pass
    finally:
        writer.transport.abort()
    return status
