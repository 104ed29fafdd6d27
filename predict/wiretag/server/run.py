"""The server's process: signals, log lines, a graceful end."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from contextlib import suppress
from ipaddress import ip_address

import uvicorn

from wiretag.errors import UsageError
from wiretag.server.app import create_app
from wiretag.server.heads import HeadInTime
from wiretag.server.live_model import LiveModel
from wiretag.server.settings import Settings

# For requests that are being answered when the process is told to end.
_SECONDS_TO_END = 30


def run(live: LiveModel, settings: Settings, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; SIGHUP reads the model again.

    Raises
    ------
    UsageError
        Nobody can listen there: the port is taken, or the address is not this machine's.
    """
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
    listening = listening_on(host, port, config.backlog)

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        if hasattr(signal, "SIGHUP"):
            loop.add_signal_handler(signal.SIGHUP, lambda: loop.run_in_executor(None, live.reload))
        await server.serve(sockets=[listening])

    log = logging.getLogger("wiretag")
    port = listening.getsockname()[1]  # 0 asks for any
    if settings.token is None and not _is_loopback(listening):
        log.warning("Whoever reaches %s may ask: no token is set. To ask for one, set WIRETAG_TOKEN.", host)
    log.info("Model %s on http://%s:%d; Ctrl-C ends.", live.current.version, host, port)
    with listening, suppress(KeyboardInterrupt):
        asyncio.run(serve())


def _is_loopback(listening: socket.socket) -> bool:
    return ip_address(listening.getsockname()[0].partition("%")[0]).is_loopback


def listening_on(host: str, port: int, backlog: int) -> socket.socket:
    """A socket that takes connections; raises `UsageError` if there can be none."""
    # Named as TCP, or asyncio leaves Nagle's algorithm on, and answers wait 40 ms.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(backlog)
        return listening
    except OSError as error:
        listening.close()
        reason = str(error.strerror).partition(" (")[0]  # what follows is the address again
        raise UsageError(f"Nobody can listen on {host}, port {port}: {reason}. Name others with --host and --port.") from None
