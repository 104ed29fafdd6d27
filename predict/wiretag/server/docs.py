"""The routes as a page, made of the OpenAPI document: without scripts and without anything from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from fastapi.responses import HTMLResponse

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:50em;margin:2em auto;padding:0 1em;color-scheme:light dark}"
    "pre{overflow:auto;padding:.7em;border:1px solid}"
)
_EXAMPLE: Final = (
    """curl -H 'Content-Type: application/json' -d '{"text": "Central bank raises rates"}' http://127.0.0.1:8000/v1/tag"""
)


def page(openapi: Mapping[str, Any]) -> HTMLResponse:
    """Every route, what it answers, and what it takes."""
    title = escape(f"{openapi['info']['title']} {openapi['info']['version']}")
    text = (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1><p>{escape(openapi['info']['description'])}"
        "<p>The <a href=openapi.json>OpenAPI document</a> is for tools that make clients."
        f"<pre>{escape(_EXAMPLE)}</pre>{''.join(_routes(openapi))}</html>"
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return HTMLResponse(text, headers={"Content-Security-Policy": policy})


def _routes(openapi: Mapping[str, Any]) -> Iterator[str]:
    for path, methods in openapi["paths"].items():
        for method, route in methods.items():
            yield f"<h2><code>{escape(method.upper())} {escape(path)}</code></h2><p>{escape(route.get('description', ''))}<ul>"
            for status, answer in route["responses"].items():
                yield f"<li><code>{escape(status)}</code> {escape(answer['description'])}"
            yield "</ul>"
            for kind, content in route.get("requestBody", {}).get("content", {}).items():
                schema = json.dumps(content["schema"], indent=1, ensure_ascii=False)
                yield f"<details><summary>Body, <code>{escape(kind)}</code></summary><pre>{escape(schema)}</pre></details>"
