"""A request's body: read within the limits, and understood."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from email.message import Message
from typing import Annotated, Any, Final

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json
from starlette.requests import ClientDisconnect

from wiretag.errors import InputError
from wiretag.formats import reader
from wiretag.formats.document import Document
from wiretag.reading import NAME_ENCODING, declared, printable
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


_SHAPE: Final = 'Send {"text": "..."}, or {"items": [{"id": "...", "text": "..."}]}.'
# Bodies of the largest size that may be in memory at once: 128 MB by default.
_LARGEST_BODIES_HELD: Final = 32
# Reading a header's parameters takes the square of its length: 60,000 characters, three seconds.
_LONGEST_TYPE: Final = 256
# A larger part of a name or a value tells nobody more.
_SHOWN: Final = 80


_NOT_BINARY = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
_TEXTS = ("text/plain", "text/html", "application/xml", "application/rss+xml", "application/atom+xml")
_NINJS = "application/ninjs+json"


def content() -> dict[str, Any]:
    """Media types of a body, for OpenAPI."""
    texts = {kind: {"schema": {"type": "string", "pattern": _NOT_BINARY}} for kind in _TEXTS}
    return {"application/json": {"schema": schema()}, **texts, _NINJS: {"schema": ninjs_schema()}}


def schema() -> dict[str, Any]:
    """JSON Schema of a body, without references, which OpenAPI would look for elsewhere."""
    one, batch = One.model_json_schema(), Batch.model_json_schema()
    del batch["$defs"]
    batch["properties"]["items"]["items"] = one
    return {"anyOf": [one, batch]}


def ninjs_schema() -> dict[str, Any]:
    """JSON Schema of a ninjs object: what is read of it. One headline or body that is not blank has to be there."""
    text = {"type": "string"}
    part = {
        "type": "object",
        "properties": {"role": text, "contentType": text, "contenttype": text, "value": text},
        "required": ["value"],
    }
    parts = {"type": "array", "items": part}
    filled = {"pattern": r"\S"}
    a_filled_part = {"contains": {"properties": {"value": filled}, "required": ["value"]}}
    names_of_parts, names_of_texts = ("headlines", "bodies"), ("headline", "body_text", "body_xhtml")
    return {
        "title": "ninjs",
        "description": "An IPTC news item, 1.x to 3.x. The main headline and body are read, else the first ones that hold text.",
        "type": "object",
        "properties": {"uri": text, **dict.fromkeys(names_of_parts, parts), **dict.fromkeys(names_of_texts, text)},
        "patternProperties": {"^(headline|body)_": text},
        "anyOf": [
            {"required": [name], "properties": {name: wanted}}
            for names, wanted in ((names_of_parts, a_filled_part), (names_of_texts, filled))
            for name in names
        ],
    }


class Room:
    """How many bytes of bodies are in memory at a time, whoever sends them."""

    def __init__(self, settings: Settings) -> None:
        self._free = settings.max_bytes * _LARGEST_BODIES_HELD

    @asynccontextmanager
    async def body(self, request: Request, settings: Settings) -> AsyncIterator[bytes]:
        """The body, which has its room until the end of the block.

        Raises
        ------
        Refused
            It is too large, too slow, or incomplete, or there is no room.
        """
        too_large = Refused(413, f"The body is over {settings.max_bytes:,} bytes; send the items in several requests.")
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > settings.max_bytes:
            raise too_large
        data = bytearray()
        try:
            try:
                async with asyncio.timeout(settings.seconds):
                    async for part in request.stream():
                        if len(data) + len(part) > settings.max_bytes:
                            raise too_large
                        if len(part) > self._free:
                            raise Refused(429, "Too many bodies arrive at once; try again in a second.", {"Retry-After": "1"})
                        self._free -= len(part)
                        data += part
            except ClientDisconnect:  # nobody reads the answer, but it is counted
                raise Refused(400, "The body is incomplete: the sender left.") from None
            except TimeoutError:
                raise Refused(408, f"The body did not arrive within {settings.seconds:g} seconds.") from None
            yield bytes(data)
        finally:
            self._free += len(data)


def asked(data: bytes, content_type: str, settings: Settings) -> One | Batch:
    """The item or items of a body.

    Raises
    ------
    Refused
        As `of_document` and `understood` do, or the Content-Type is too long to be one.
    """
    if len(content_type) > _LONGEST_TYPE:
        raise Refused(422, f"The Content-Type is over {_LONGEST_TYPE} characters.")
    return of_document(data, content_type, settings) if is_document(content_type) else understood(data, settings)


def is_document(content_type: str) -> bool:
    """Whether a body of this type is a document of a newsroom; what else comes is taken for JSON, which curl calls a form."""
    kind = _header(content_type).get_content_type() if content_type else ""
    return kind in _TEXTS or kind == "text/xml" or kind.endswith("+xml") or "ninjs" in kind


def of_document(data: bytes, content_type: str, settings: Settings) -> One | Batch:
    """The item of a document, or the items of a feed, in their order.

    Raises
    ------
    Refused
        It cannot be read, holds no text, or too many items.
    """
    try:
        found = reader.read(data, "The body", declared(_header(content_type).get_content_charset()))
    except InputError as error:
        raise Refused(422, str(error).replace(NAME_ENCODING, "name its charset in the Content-Type")) from None
    return _items(found, settings)


def _items(found: Document, settings: Settings) -> One | Batch:
    # Not validated: an entry of a feed that holds nothing has an answer too, for there is one each.
    items = [One.model_construct(text=own.text, id=own.id) for own in found.stories]
    _not_too_many(len(items), settings)
    return Batch.model_construct(items=items) if found.several else items[0]


def _header(content_type: str) -> Message:
    header = Message()
    header["Content-Type"] = content_type
    return header


def understood(data: bytes, settings: Settings) -> One | Batch:
    """The item or items of a JSON body.

    Looked at one by one up to the first that is wrong: a list of all that is wrong with millions of them takes gigabytes.

    Raises
    ------
    Refused
        It holds none, or too many.
    """
    found = _loaded(data)
    if not isinstance(found, dict) or not found:
        raise Refused(422, f"The body holds no item. {_SHAPE}")
    if "items" not in found:
        return _one(found, "")
    _known(found, Batch, "")
    if not isinstance(found["items"], list):
        raise _unusable("items", "Input should be a list")
    _not_too_many(len(found["items"]), settings)
    return Batch.model_construct(items=[_one(own, f"items.{place}") for place, own in enumerate(found["items"])])


def _loaded(data: bytes) -> object:
    try:
        return from_json(data)
    except ValueError as error:
        # Half a character, "\ud800", is JSON (RFC 8259), and other programs write it; this reader alone refuses it.
        if b"\\ud" in data.lower():
            with suppress(ValueError, RecursionError):
                return json.loads(json.dumps(json.loads(data), ensure_ascii=False).encode("utf-8", "replace"))
        raise Refused(422, f"The body is not valid JSON: {printable(str(error))}.") from None


def _one(found: object, where: str) -> One:
    """An item of what JSON holds; `where` is its place in the body."""
    if not isinstance(found, dict):
        raise _unusable(where, "Input should be an object")
    _known(found, One, where)
    if isinstance(found.get("id"), bool):  # which pydantic would take for 0 or 1
        raise _unusable(_joined(where, "id"), "Input should be a string or a whole number")
    try:
        return One.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        empty = first["type"] in ("string_pattern_mismatch", "string_too_short")
        raise _unusable(_joined(where, str(first["loc"][0])), "it is empty" if empty else first["msg"]) from None


def _known(found: Mapping[str, object], kind: type[BaseModel], where: str) -> None:
    """Refuse an object that has a key too many."""
    for key in found:
        if key not in kind.model_fields:
            raise _unusable(_joined(where, key), "There is no such key")


def _joined(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _unusable(where: str, what: str) -> Refused:
    return Refused(422, f"The body's {printable(where[:_SHOWN])} cannot be used: {printable(what)}. {_SHAPE}")


def _not_too_many(n_items: int, settings: Settings) -> None:
    if n_items > settings.max_items:
        many = f"{n_items:,} items, {settings.max_items:,} are allowed"
        raise Refused(413, f"The body holds {many}; send several requests.")
