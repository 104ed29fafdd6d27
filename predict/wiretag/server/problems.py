"""Refusals: a status code and a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel


class Problem(BaseModel):
    """What every answer other than 200 holds."""

    detail: str


class Refused(Exception):
    """A request that is not served."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status, self.headers = status, dict(headers or {})


async def answer(_: Request, refused: Exception) -> JSONResponse:
    """The answer to a refused request."""
    assert isinstance(refused, Refused)  # noqa: S101 - it is registered for nothing else
    return JSONResponse({"detail": str(refused)}, refused.status, refused.headers)
