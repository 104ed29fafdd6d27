"""The routes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Final

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wiretag import __version__
from wiretag.server import body, docs, page
from wiretag.server.bearer import bearer_of
from wiretag.server.live_model import LiveModel, Loaded
from wiretag.server.metrics import Metrics
from wiretag.server.problems import Problem, Refused, answer
from wiretag.server.settings import Settings
from wiretag.server.work import Work
from wiretag.tagger import LANGUAGE_FACET

_SECONDS_BETWEEN_LOOKS: Final = 1.0
_PART: Final = 1 << 16
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Problem, "description": meaning}
    for status, meaning in (
        (400, "The body is incomplete."),
        (401, "The bearer token is missing or another."),
        (408, "The body or its items took too long."),
        (413, "The body or the batch is too large."),
        (422, "The body holds no items."),
        (429, "Too many requests are waiting."),
    )
}
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class TagFound(BaseModel):
    """A label, its name in the item's language, and its probability."""

    label: str
    name: str
    probability: float


class Tagged(BaseModel, extra="allow"):
    """What `predict --json` prints of an item; beside these fields each facet of the model has one."""

    __pydantic_extra__: dict[str, list[TagFound]]
    id: str | int | None = None
    language: str
    declared: dict[str, list[str]]


class TaggedBatch(BaseModel):
    """One answer an item, in order."""

    items: list[Tagged]


class Health(BaseModel):
    """That the server answers."""

    status: str


def create_app(live: LiveModel, settings: Settings) -> FastAPI:
    """The application: answers with the live model, within the settings' limits."""
    metrics = Metrics()
    work, room = Work(settings, metrics), body.Room(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watch = asyncio.create_task(_watched(live))
        yield
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        work.close()

    app = FastAPI(
        title="wiretag",
        version=__version__,
        description="Sectors, topics and language of news items.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_exception_handler(Refused, answer)
    app.add_middleware(_Counted, metrics=metrics)

    guarded = [Depends(bearer_of(settings.token))]

    @app.post(
        "/v1/tag",
        dependencies=guarded,
        response_model=Tagged | TaggedBatch,
        responses=_PROBLEMS,
        openapi_extra={"requestBody": {"required": True, "content": body.content()}},
    )
    async def tag(request: Request) -> Response:
        """Tag one item, a batch, or a document: text, HTML, RSS, Atom, NITF, NewsML-G2, ninjs; a feed is answered as a batch is.

        The answer to an item is what `predict --json` prints of it.
        """
        async with room.body(request, settings) as data:
            loaded = live.current
            asked = partial(body.asked, data, request.headers.get("content-type", ""), settings)
            content = await work.answer(asked, len(data), loaded)
        return JSONResponse(content, headers={"X-Wiretag-Model": loaded.version})

    @app.get("/v1/model", dependencies=guarded, responses={401: _PROBLEMS[401]})
    async def model() -> dict[str, Any]:
        """Labels with their names, languages, and what the model scored when it was trained."""
        return about(live.current)

    @app.get("/healthz")
    async def healthz() -> Health:
        """Whether the server answers; open to all."""
        return Health(status="ok")

    @app.get("/metrics", dependencies=guarded, response_class=PlainTextResponse, responses={401: _PROBLEMS[401]})
    async def counts() -> Response:
        """Counters for Prometheus."""
        metrics.use_model(live.current.version)
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/docs", include_in_schema=False)
    async def documentation() -> HTMLResponse:
        return docs.page(app.openapi())

    @app.get("/model.safetensors", include_in_schema=False, dependencies=guarded)
    async def model_data() -> Response:
        data = live.current.data
        headers = {"Content-Length": str(len(data))}
        return StreamingResponse(_in_parts(data), media_type="application/octet-stream", headers=headers)

    page.add(app)
    return app


async def _in_parts(data: bytes) -> AsyncIterator[bytes]:
    """Bytes a part at a time: whoever does not read keeps one part in memory, and not a copy of them all."""
    for start in range(0, len(data), _PART):
        yield data[start : start + _PART]


class _Counted:
    """Middleware that counts requests and adds the headers of all answers.

    Plain ASGI: Starlette's own middleware for functions runs each request in a task beside two more for its streams.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, took = time.perf_counter(), 500, None

        async def sent(message: Message) -> None:
            nonlocal status, took
            if message["type"] == "http.response.start":
                status, took = message["status"], time.perf_counter() - began  # not what a slow reader takes
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.requests.labels(route, str(status)).inc()
            self._metrics.seconds.labels(route).observe(time.perf_counter() - began if took is None else took)


def about(loaded: Loaded) -> dict[str, Any]:
    """A model's labels, languages, metrics and version."""
    model = loaded.tagger.model
    return {
        "version": loaded.version,
        "wiretag": __version__,
        "languages": next((list(facet.labels) for facet in model.facets if facet.name == LANGUAGE_FACET), []),
        "facets": {
            facet.name: {
                "exclusive": facet.exclusive,
                "labels": [{"label": label, "names": _names(model.names, facet.name, label)} for label in facet.labels],
            }
            for facet in model.facets
            if facet.name != LANGUAGE_FACET
        },
        "metrics": model.about.get("metrics", {}),
    }


def _names(names: Any, facet: str, label: str) -> dict[str, str]:
    """Language -> name."""
    return {language: found[0] for language, found in names.get(facet, {}).get(label, {}).items() if found}


async def _watched(live: LiveModel) -> None:
    """Take a model file that has changed; one that is half written is refused, and looked at again."""
    while True:
        await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
        if live.changed():
            await asyncio.to_thread(live.reload)
