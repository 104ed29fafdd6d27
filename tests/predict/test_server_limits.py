"""What one sender, or many at once, can ask of `wiretag serve` without harm to the others."""

import asyncio
import json
import socket
import threading
import tracemalloc
from collections.abc import AsyncIterator, Iterable, Iterator, MutableMapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import uvicorn
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, assume, given, settings

from wiretag import model as model_file
from wiretag.server import body
from wiretag.server.app import create_app
from wiretag.server.body import Batch, One
from wiretag.server.heads import HeadInTime
from wiretag.server.live_model import LiveModel, Loaded
from wiretag.server.metrics import Metrics
from wiretag.server.problems import Refused
from wiretag.server.settings import Settings
from wiretag.server.work import Work
from wiretag.tagger import Tags

N = 200_000


def request_of(*parts: bytes) -> Request:
    """A request whose body arrives in parts."""
    waiting = [{"type": "http.request", "body": part, "more_body": True} for part in parts]

    async def receive() -> dict[str, object]:
        return waiting.pop(0) if waiting else {"type": "http.request", "body": b"", "more_body": False}

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


@pytest.mark.parametrize(
    "data",
    [
        b'{"items": [' + b"1," * N + b"1]}",
        b'{"items": [' + b"{}," * N + b"{}]}",
        b'{"text": "a", ' + b", ".join(b'"%d": 1' % n for n in range(N)) + b"}",
    ],
    ids=["numbers", "empty objects", "unknown keys"],
)
def test_of_many_faults_the_first_is_told_and_none_is_kept(data: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(Refused) as refused:
        body.understood(data, Settings(max_items=10 * N))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.status == 422
    # What JSON itself takes is a list's place and an empty dict, or a dict's entry and a key; a fault is a kilobyte.
    assert peak < 250 * N


def test_a_batch_is_counted_before_it_is_looked_at() -> None:
    with pytest.raises(Refused) as refused:
        body.understood(b'{"items": [1, 1, 1]}', Settings(max_items=2))
    assert refused.value.status == 413


def test_bodies_that_arrive_at_once_have_a_common_limit_and_give_their_room_back() -> None:
    settings = Settings(max_bytes=10)
    room = body.Room(settings)

    async def held(*parts: bytes) -> bytes:
        async with room.body(request_of(*parts), settings) as data:
            return data

    async def many() -> None:
        async with AsyncExitStack() as stack:
            for _ in range(32):
                await stack.enter_async_context(room.body(request_of(b"01234", b"56789"), settings))
            for _ in range(2):  # one that is refused gives back what it had
                with pytest.raises(Refused) as refused:
                    await held(b"0")
                assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})
        for _ in range(100):
            with pytest.raises(Refused):
                await held(b"01234", b"567890")
        assert await held(b"01234", b"56789") == b"0123456789"

    asyncio.run(many())


def test_bodies_are_understood_beside_the_event_loop(model_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = []

    def asked(*_: object) -> One:
        names.append(threading.current_thread().name)
        return One(text="a")

    monkeypatch.setattr(body, "asked", asked)
    with TestClient(create_app(LiveModel(model_path), Settings())) as ask:
        assert ask.post("/v1/tag", json={"text": "a"}).status_code == 200
    assert names[0].startswith("tagging")


def test_a_request_whose_time_is_over_counts_until_its_thread_is_done(model_path: Path) -> None:
    loaded, goes_on = LiveModel(model_path).current, threading.Event()
    work = Work(Settings(seconds=0.05, max_waiting=1, threads=1), Metrics())

    def slow() -> One:
        goes_on.wait(30)
        return One(text="a")

    async def statuses() -> AsyncIterator[int]:
        for _ in range(2):
            with pytest.raises(Refused) as refused:
                await work.answer(slow, 1, loaded)
            yield refused.value.status
        goes_on.set()
        while True:
            try:
                await work.answer(lambda: One(text="a"), 1, loaded)
                yield 200
                return
            except Refused:
                await asyncio.sleep(0.01)

    async def listed() -> list[int]:
        return [status async for status in statuses()]

    assert asyncio.run(listed()) == [408, 429, 200]
    work.close()


def texts_tagged_together(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Lists of the texts that each call of the tagger is given from now on."""
    calls: list[list[str]] = []
    tag_many = loaded.tagger.tag_many

    def noted(texts: Iterable[str]) -> Iterator[Tags]:
        calls.append(list(texts))
        if "a fault" in calls[-1]:
            raise RuntimeError("a fault")
        return tag_many(calls[-1])

    monkeypatch.setattr(loaded.tagger, "tag_many", noted)
    return calls


def answered_together(work: Work, loaded: Loaded, found: Sequence[tuple[One | Batch | Refused, int]]) -> list[Any]:
    """Answers, or what is raised instead, to what all came while the only thread was at work."""
    goes_on = threading.Event()

    def first() -> One:
        goes_on.wait(30)
        return One(text="first")

    def asked(one: One | Batch | Refused) -> One | Batch:
        if isinstance(one, Refused):
            raise one
        return one

    async def all_answers() -> list[Any]:
        waiting = [asyncio.create_task(work.answer(first, 1, loaded))]
        await asyncio.sleep(0.05)
        waiting += [asyncio.create_task(work.answer(partial(asked, one), size, loaded)) for one, size in found]
        await asyncio.sleep(0.05)
        goes_on.set()
        return await asyncio.gather(*waiting, return_exceptions=True)

    answers = asyncio.run(all_answers())
    work.close()
    return answers[1:]


def test_small_requests_that_wait_together_are_tagged_together_and_each_has_its_answer(
    model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = LiveModel(model_path).current
    texts = ["The striker scored a goal", "Patients leave the hospital", "The bank raised rates", "A tariff on steel"]
    alone = [tags.to_dict() for tags in loaded.tagger.tag_many(texts)]
    calls = texts_tagged_together(loaded, monkeypatch)
    batch = Batch(items=[One(text=texts[1], id=1), One(text=texts[2])])
    found: list[tuple[One | Batch | Refused, int]] = [
        (One(text=texts[0], id="a"), 40),
        (batch, 80),
        (One(text=texts[3]), 1 << 20),  # others would wait for it
        (One(text=texts[3]), 20),
    ]
    answers = answered_together(Work(Settings(threads=1), Metrics()), loaded, found)
    assert calls == [["first"], texts[:3], texts[3:], texts[3:]]
    assert answers == [{"id": "a"} | alone[0], {"items": [{"id": 1} | alone[1], alone[2]]}, alone[3], alone[3]]


def test_what_is_wrong_with_one_request_harms_none_that_waits_with_it(model_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = LiveModel(model_path).current
    texts_tagged_together(loaded, monkeypatch)
    found: list[tuple[One | Batch | Refused, int]] = [
        (One(text="a"), 1),
        (Refused(422, "No."), 1),
        (One(text="a fault"), 1),
        (One(text="b"), 1),
    ]
    metrics = Metrics()
    a, refused, fault, b = answered_together(Work(Settings(threads=1), metrics), loaded, found)
    assert [set(answer) for answer in (a, b)] == [{"language", "topic", "declared"}] * 2
    assert isinstance(refused, Refused)
    assert str(fault) == "a fault"
    assert metrics.registry.get_sample_value("wiretag_items_total") == 3  # "first", "a" and "b"
    assert metrics.registry.get_sample_value("wiretag_requests_waiting") == 0


def test_who_gives_up_while_another_is_read_is_not_read_any_more(model_path: Path) -> None:
    loaded, both_wait, goes_on = LiveModel(model_path).current, threading.Event(), threading.Event()
    work, read = Work(Settings(seconds=0.5, threads=1), Metrics()), []

    def asked(text: str, until: threading.Event) -> One:
        read.append(text)
        until.wait(30)
        return One(text=text)

    async def answers() -> list[Any]:
        first = asyncio.create_task(work.answer(partial(asked, "first", both_wait), 1, loaded))
        await asyncio.sleep(0.05)
        slow, late = (asyncio.create_task(work.answer(partial(asked, text, goes_on), 1, loaded)) for text in ("slow", "late"))
        await asyncio.sleep(0.05)
        both_wait.set()  # and could be taken together
        found = await asyncio.gather(first, slow, late, return_exceptions=True)
        goes_on.set()
        return found[1:]

    assert [answer.status for answer in asyncio.run(answers())] == [408, 408]
    work.close()
    assert read == ["first", "slow"]


def test_a_content_type_that_is_none_is_refused_before_it_is_read(model_path: Path) -> None:
    hostile = 'text/plain; a="' + ";" * 60_000
    with TestClient(create_app(LiveModel(model_path), Settings())) as ask:
        answer = ask.post("/v1/tag", content=b"A goal", headers={"Content-Type": hostile})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "The Content-Type is over 256 characters."


def test_the_time_of_an_answer_is_not_that_of_a_slow_reader(model_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("wiretag.server.app.time.perf_counter", lambda: now[0])
    app = create_app(LiveModel(model_path), Settings())

    async def reads_slowly(message: MutableMapping[str, Any]) -> None:
        now[0] += message["type"] == "http.response.body"

    async def nothing() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": "/healthz", "query_string": b"", "headers": []}
    asyncio.run(app(scope, nothing, reads_slowly))
    with TestClient(app) as ask:
        said = ask.get("/metrics").text
    assert 'wiretag_request_seconds_sum{route="/healthz"} 0.0' in said


def test_metrics_name_the_model_however_it_came(model_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(model_path.read_bytes())
    live = LiveModel(path)
    with TestClient(create_app(live, Settings())) as ask:
        model_file.save(replace(model_file.load(path), about={"metrics": {"of": "another"}}), path)
        live.reload()
        said = [line for line in ask.get("/metrics").text.splitlines() if line.startswith("wiretag_model_info{")]
    assert said == [f'wiretag_model_info{{version="{live.current.version}"}} 1.0']


@pytest.mark.parametrize("key", ["features", "wire"])
def test_a_model_that_cannot_tag_does_not_take_the_place_of_one_that_can(
    model_path: Path, tmp_path: Path, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(model_path.read_bytes())
    live = LiveModel(path)
    before = live.current
    data = model_path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    features = json.loads(header["__metadata__"]["features"])
    # The first raises something else than ModelError when it is loaded, the second only when it tags.
    bad = {"features": {**features, "hangul": [float("inf"), 2]}, "wire": {"en": 1}}
    header["__metadata__"][key] = json.dumps(bad[key])
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data[8 + size :])
    assert not live.reload()
    assert live.current is before
    assert "The model was not changed." in caplog.text


@pytest.mark.parametrize("value", ["false", "1.5", "[]"])
def test_an_id_that_could_not_come_back_as_it_was_sent_is_refused(value: str) -> None:
    with pytest.raises(Refused, match=r"The body's items\.0\.id cannot be used"):
        body.understood(b'{"items": [{"text": "a", "id": %s}]}' % value.encode(), Settings())


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where a server listens that waits half a second for a head, and takes longer than that to answer."""
    monkeypatch.setattr(HeadInTime, "seconds", 0.5)
    app = FastAPI()

    @app.get("/")
    async def slow() -> str:
        await asyncio.sleep(1)
        return "answered"

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, http=HeadInTime, log_level="warning"))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield int(listening.getsockname()[1])
        server.should_exit = True
        thread.join()


def received(connection: socket.socket) -> bytes:
    """All that comes until the connection is closed, which fails if it never is."""
    connection.settimeout(30)
    data = b""
    try:
        while part := connection.recv(1 << 16):
            data += part
    except ConnectionResetError:
        pass
    return data


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost"], ids=["nothing", "half a head"])
def test_a_head_that_does_not_arrive_costs_the_connection(port: int, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(sent)
        assert received(connection) == b""


def test_a_request_may_take_longer_than_its_head_and_a_second_head_has_no_more_time(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        connection.sendall(b"GET /")
        assert received(connection).count(b"answered") == 2


def test_whoever_does_not_read_the_model_keeps_a_part_of_it_in_memory(model_path: Path) -> None:
    live = LiveModel(model_path)
    large = replace(live.current, data=bytes(4 << 20))
    live.current = large
    sizes = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sizes.append(len(message.get("body", b"")))

    async def receive() -> MutableMapping[str, Any]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": "/model.safetensors", "query_string": b"", "headers": [], "root_path": ""}
    asyncio.run(create_app(live, Settings())(scope, receive, send))
    assert sum(sizes) == len(large.data)
    assert max(sizes) <= 1 << 16


def test_what_the_openapi_document_forbids_is_refused(model_path: Path) -> None:
    openapi = schemathesis.openapi.from_asgi("/openapi.json", create_app(LiveModel(model_path), Settings()))
    tag = openapi["/v1/tag"]["POST"]
    statuses = set()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(tag.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
    def holds(case: schemathesis.Case) -> None:
        # Documents are no JSON: what a schema forbids of a string is text all the same.
        assume(case.media_type == "application/json")
        statuses.add(case.call_and_validate().status_code)

    holds()
    assert 422 in statuses
    assert 200 not in statuses
