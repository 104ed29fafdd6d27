"""A request's body: read within the limits, and understood."""

from __future__ import annotations

import asyncio
from email.message import Message
from typing import Annotated, Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect

from wiretag.errors import InputError
from wiretag.formats import reader
from wiretag.formats.document import Document
from wiretag.reading import NAME_ENCODING, printable
from wiretag.server.problems import Refused
from wiretag.server.settings import Settings


class One(BaseModel):
    """One item."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(min_length=1, pattern=r"\S")]
    id: str | int | None = None


class Batch(BaseModel):
    """Several items, answered in their order."""

    model_config = ConfigDict(extra="forbid")
    items: list[One]


_KINDS: TypeAdapter[One | Batch] = TypeAdapter(One | Batch)
# A larger part of a name or a value tells nobody more.
_SHOWN = 80


_NOT_BINARY = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
_DOCUMENTS = (
    "text/plain",
    "text/html",
    "application/xml",
    "application/rss+xml",
    "application/atom+xml",
    "application/ninjs+json",
)


def content() -> dict[str, Any]:
    """Media types of a body, for OpenAPI."""
    return {"application/json": {"schema": schema()}} | {
        kind: {"schema": {"type": "string", "pattern": _NOT_BINARY}} for kind in _DOCUMENTS
    }


def schema() -> dict[str, Any]:
    """JSON Schema of a body, without references, which OpenAPI would look for elsewhere."""
    one, batch = One.model_json_schema(), Batch.model_json_schema()
    del batch["$defs"]
    batch["properties"]["items"]["items"] = one
    return {"anyOf": [one, batch]}


async def read(request: Request, settings: Settings) -> bytes:
    """The body.

    Raises
    ------
    Refused
        It is too large, too slow, or incomplete.
    """
    too_large = Refused(413, f"The body is over {settings.max_bytes:,} bytes; send the items in several requests.")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > settings.max_bytes:
        raise too_large
    data = bytearray()
    try:
        async with asyncio.timeout(settings.seconds):
            async for part in request.stream():
                data += part
                if len(data) > settings.max_bytes:
                    raise too_large
    except ClientDisconnect:  # nobody reads the answer, but it is counted
        raise Refused(400, "The body is incomplete: the sender left.") from None
    except TimeoutError:
        raise Refused(408, f"The body did not arrive within {settings.seconds:g} seconds.") from None
    return bytes(data)


def is_document(content_type: str) -> bool:
    """Whether a body of this type is a document of a newsroom; what else comes is taken for JSON, which curl calls a form."""
    kind = _header(content_type).get_content_type() if content_type else ""
    return kind in _DOCUMENTS or kind == "text/xml" or kind.endswith("+xml") or "ninjs" in kind


def of_document(data: bytes, content_type: str, settings: Settings) -> One | Batch:
    """The item of a document, or the items of a feed, in their order.

    Raises
    ------
    Refused
        It cannot be read, holds no text, or too many items.
    """
    try:
        found = reader.read(data, "The body", _header(content_type).get_content_charset())
    except InputError as error:
        raise Refused(422, str(error).replace(NAME_ENCODING, "name its charset in the Content-Type")) from None
    return _items(found, settings)


def _items(found: Document, settings: Settings) -> One | Batch:
    # Not validated: an entry of a feed that holds nothing has an answer too, for there is one each.
    items = [One.model_construct(text=own.text, id=own.id) for own in found.stories]
    return _not_too_many(Batch(items=items), settings) if found.several else items[0]


def _header(content_type: str) -> Message:
    header = Message()
    header["Content-Type"] = content_type
    return header


def understood(data: bytes, settings: Settings) -> One | Batch:
    """The item or items of a JSON body.

    Raises
    ------
    Refused
        It holds none, or too many.
    """
    try:
        found = _KINDS.validate_json(data)
    except ValidationError as error:
        raise Refused(422, _sentence(error, data)) from None
    return _not_too_many(found, settings) if isinstance(found, Batch) else found


def _not_too_many(batch: Batch, settings: Settings) -> Batch:
    if len(batch.items) > settings.max_items:
        many = f"{len(batch.items):,} items, {settings.max_items:,} are allowed"
        raise Refused(413, f"The body holds {many}; send several requests.")
    return batch


def _sentence(error: ValidationError, data: bytes) -> str:
    """The first thing that is wrong, in the shape that the sender seems to have meant."""
    problems = error.errors(include_url=False, include_input=False)
    if problems[0]["type"] == "json_invalid":
        return f"The body is not valid JSON: {printable(problems[0]['msg'].removeprefix('Invalid JSON: '))}."
    meant = "Batch" if b'"items"' in data else "One"
    first = next((own for own in problems if own["loc"][:1] == (meant,)), problems[0])
    where = ".".join(str(part) for part in first["loc"][1:])[:_SHOWN]
    shape = 'Send {"text": "..."}, or {"items": [{"id": "...", "text": "..."}]}.'
    if not where:
        return f"The body holds no item. {shape}"
    what = "it is empty" if first["type"] in ("string_pattern_mismatch", "string_too_short") else first["msg"]
    return f"The body's {printable(where)} cannot be used: {printable(what)}. {shape}"
