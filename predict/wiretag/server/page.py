"""The page at ``/``: a static folder, which tags in the browser with the model that the server sends."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import FileResponse, PlainTextResponse, Response

FOLDER: Final = Path(__file__).parents[1] / "page"
# Nothing but its own files, no inline script or style, and nobody to send anything to but where it came from.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def add(app: FastAPI) -> None:
    """Serve the page's files; where the package has none, say where to look."""
    files = {path.name: path for path in sorted(FOLDER.iterdir()) if path.is_file()} if FOLDER.is_dir() else {}

    @app.get("/", include_in_schema=False)
    async def index() -> Response:
        if "index.html" not in files:
            return PlainTextResponse("wiretag. POST items to /v1/tag; /docs says how.\n")
        return FileResponse(files["index.html"], headers={"Content-Security-Policy": POLICY})

    for name, path in files.items():

        @app.get(f"/{name}", include_in_schema=False)
        async def file(path: Path = path) -> Response:
            return FileResponse(path, headers={"Content-Security-Policy": POLICY})
