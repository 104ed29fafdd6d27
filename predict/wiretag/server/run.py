"""The server's process: signals, log lines, a graceful end."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress

import uvicorn

from wiretag.server.app import create_app
from wiretag.server.heads import HeadInTime
from wiretag.server.live_model import LiveModel
from wiretag.server.settings import Settings

# For requests that are being answered when the process is told to end.
_SECONDS_TO_END = 30


def run(live: LiveModel, settings: Settings, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; SIGHUP reads the model again."""
    logging.basicConfig(level=logging.INFO, format="wiretag: %(message)s")
    config = uvicorn.Config(
        create_app(live, settings),
        host=host,
        port=port,
        http=HeadInTime,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=_SECONDS_TO_END,
    )
    server = uvicorn.Server(config)

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        if hasattr(signal, "SIGHUP"):
            loop.add_signal_handler(signal.SIGHUP, lambda: loop.run_in_executor(None, live.reload))
        await server.serve()

    logging.getLogger("wiretag").info("Model %s on http://%s:%d; Ctrl-C ends.", live.current.version, host, port)
    with suppress(KeyboardInterrupt):
        asyncio.run(serve())
