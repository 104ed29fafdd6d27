"""`wiretag serve` under load: `make bench-serve` measures it beside the bare framework's empty endpoint and writes SERVE.md.

``SECONDS=600`` for the long run; the load with hostile requests beside it takes them all, each other row a sixth.
Needs wrk (Debian's package of this name), which sends good requests; `hostile.py` sends the others at the same time.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hostile import NO_ANSWER, attack
from measuring import HERE, ROOT, machine
from tables import table

from wiretag.files import written_beside

REPORT: Final = HERE / "SERVE.md"
MODEL: Final = Path(os.environ.get("WIRETAG_MODEL", "models/wiretag.safetensors"))
SECONDS: Final = int(os.environ.get("SECONDS", "60"))
CONNECTIONS: Final = 8
# What a server answers that says "no" and goes on; else it is to close the connection.
_FINE: Final = frozenset(("200", "400", "408", "413", "422", "429", "431", NO_ANSWER))
_ITEM: Final = "Central bank raises rates\nThe central bank raised its key rate on Tuesday, citing inflation and wages. " + (
    "Lenders said that mortgages would follow, and shares of builders fell in early trading. " * 22
)
_BARE_APP: Final = """
import sys, uvicorn
from fastapi import FastAPI, Response
app = FastAPI()
@app.post("/")
async def empty() -> Response:
    return Response()
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
"""
_SCRIPT: Final = """
local file = io.open(os.getenv("BODY"), "rb")
wrk.method, wrk.body = "POST", file:read("*a")
wrk.headers["Content-Type"] = "application/json"
function done(summary, latency)
  local wrong = summary.errors
  local failed = wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout
  io.write(string.format('{"requests": %d, "us": %d, "failed": %d, "p50": %d, "p99": %d}\\n',
    summary.requests, summary.duration, failed, latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk measured: requests a second, those that failed, and milliseconds."""

    rate: float
    failed: int
    p50: float
    p99: float


def main() -> None:
    if shutil.which("wrk") is None:
        sys.exit("This needs wrk: apt-get install wrk.")
    if not MODEL.exists():
        sys.exit(f"There is no model at {MODEL}; `make train` makes it, and WIRETAG_MODEL names another.")
    short = max(SECONDS // 6, 1)
    one = json.dumps({"text": _ITEM}).encode()
    batch = json.dumps({"items": [{"id": n, "text": _ITEM} for n in range(100)]}).encode()
    with started([sys.executable, "-c", _BARE_APP]) as (port, _):
        bare = load(f"http://127.0.0.1:{port}/", one, short)
    command = [sys.executable, "-c", "from wiretag_train.cli import main; main()", "serve", "--model", str(MODEL), "--port"]
    with started(command, "/healthz") as (port, process):
        address = f"http://127.0.0.1:{port}/v1/tag"
        rows = {"one item of 2,000 characters": load(address, one, short), "a batch of 100 of them": load(address, batch, short)}
        before = memory(process)
        with ThreadPoolExecutor(1) as beside:
            answers = beside.submit(lambda: asyncio.run(attack(port, SECONDS)))
            rows["one item, hostile requests beside it"] = load(address, one, SECONDS)
        rows["one item, afterwards"] = load(address, one, short)
        after = memory(process)
        alive = process.poll() is None
    text = report(bare, rows, answers.result(), (before, after), alive)
    print(text)
    with written_beside(REPORT) as beside_report:
        beside_report.write_text(text, encoding="utf-8")
    wrong = {name: found for name, found in answers.result().items() if not set(found) <= _FINE}
    if wrong or not alive or any(row.failed for row in rows.values()):
        sys.exit(f"The server did not hold: {wrong or rows}.")


@contextmanager
def started(command: list[str], path: str = "/docs") -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A server, once it answers: its port and process. Ended at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen([*command, str(port)], cwd=ROOT)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}")
                break
            except OSError:
                time.sleep(0.1)
        yield port, process
    finally:
        process.terminate()
        process.wait(60)


def load(address: str, body: bytes, seconds: int) -> Load:
    """Post the body over and over."""
    with tempfile.TemporaryDirectory() as folder:
        script, posted = Path(folder, "load.lua"), Path(folder, "body")
        script.write_text(_SCRIPT)
        posted.write_bytes(body)
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "60s", "-s", str(script), address]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "BODY": str(posted)})
    found = json.loads(done.stdout.splitlines()[-1])
    return Load(found["requests"] / found["us"] * 1e6, found["failed"], found["p50"] / 1000, found["p99"] / 1000)


def memory(process: subprocess.Popen[bytes]) -> float:
    """What a process holds in memory, in MB (2**20 bytes)."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def report(
    bare: Load, rows: Mapping[str, Load], answers: Mapping[str, Counter[str]], held: tuple[float, float], alive: bool
) -> str:
    """The tables, in Markdown."""
    head = ("requests", "a second", "of the empty endpoint's", "p50, ms", "times", "p99, ms", "times", "failed")
    measured = [
        ("the framework's empty endpoint", *_cells(bare, bare)),
        *((name, *_cells(row, bare)) for name, row in rows.items()),
    ]
    given = [(name, ", ".join(f"{status}: {n:,}" for status, n in sorted(found.items()))) for name, found in answers.items()]
    return f"""# `wiretag serve` under load

Made by `make bench-serve` on {machine()}. One process, {CONNECTIONS} connections, {SECONDS} s with hostile requests, on the
machine that also sends the requests. Its load at the end was {os.getloadavg()[0]:.1f}: where that is above 3, others were at
work beside it.

{table(head, measured)}

Memory of the server before the hostile requests {held[0]:.0f} MB, after them {held[1]:.0f} MB; it
{"was still there" if alive else "HAD ENDED"}.

## Hostile requests

By the status of the answer; "{NO_ANSWER}" is a connection that the server closed, or that the sender left.

{table(("request", "answers"), given)}
"""


def _cells(row: Load, bare: Load) -> tuple[object, ...]:
    return (
        f"{row.rate:,.0f}",
        row.rate / bare.rate,
        f"{row.p50:,.1f}",
        f"{row.p50 / bare.p50:.1f}",
        f"{row.p99:,.1f}",
        f"{row.p99 / bare.p99:.1f}",
        row.failed,
    )


if __name__ == "__main__":
    main()
