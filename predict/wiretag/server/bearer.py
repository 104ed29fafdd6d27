"""The token that requests have to bear."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from fastapi import Request

from wiretag.server.problems import Refused


def bearer_of(token: str | None) -> Callable[[Request], Awaitable[None]]:
    """A dependency that refuses requests without the token; none, if there is no token."""

    async def allowed(request: Request) -> None:
        if token is None:
            return
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        # Headers are read as Latin-1. Compared as bytes, in a time that does not tell how much of it is right.
        if scheme.lower() != "bearer" or not secrets.compare_digest(given.strip().encode("latin-1"), token.encode()):
            raise Refused(401, "Send the header Authorization: Bearer TOKEN.", {"WWW-Authenticate": "Bearer"})

    return allowed
