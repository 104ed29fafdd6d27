"""`wiretag serve`, asked over HTTP."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from small import WORDS

from wiretag import model as model_file
from wiretag.server.app import create_app
from wiretag.server.live_model import LiveModel
from wiretag.server.run import listening_on
from wiretag.server.settings import Settings
from wiretag.tagger import Tagger

TEXT = "Coach praises striker\nThe striker and the coach of the league final"


@pytest.fixture
def own_model(model_path: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(model_path, tmp_path / "model.safetensors"))


def client(path: Path, settings: Settings | None = None) -> TestClient:
    return TestClient(create_app(LiveModel(path), settings or Settings()), raise_server_exceptions=False)


@pytest.fixture
def ask(model_path: Path) -> Iterator[TestClient]:
    with client(model_path) as found:
        yield found


def test_an_item_is_answered_as_predict_answers(ask: TestClient, tagger: Tagger) -> None:
    assert ask.post("/v1/tag", json={"text": TEXT}).json() == tagger.tag(TEXT).to_dict()


def test_a_batch_is_answered_in_order_with_its_ids(ask: TestClient, tagger: Tagger) -> None:
    texts = [f"{' '.join(words)} {n}" for n, words in enumerate(WORDS.values())]
    found = ask.post("/v1/tag", json={"items": [{"id": n, "text": text} for n, text in enumerate(texts)]}).json()["items"]
    assert found == [{"id": n, **tagger.tag(text).to_dict()} for n, text in enumerate(texts)]
    assert ask.post("/v1/tag", json={"items": []}).json() == {"items": []}


def test_the_model_is_described(ask: TestClient, tagger: Tagger) -> None:
    about = ask.get("/v1/model").json()
    assert [label["label"] for label in about["facets"]["topic"]["labels"]] == tagger.model.label_ids
    assert set(about) == {"version", "wiretag", "languages", "facets", "metrics"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not valid JSON"),
        (b'{"text": "a"', "not valid JSON"),
        (b'{"text": "\xff"}', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b'"a"', "holds no item"),
        (b"{}", "text"),
        (b'{"text": 1}', "text"),
        (b'{"text": " "}', "it is empty"),
        (b'{"text": "a", "texts": "b"}', "texts"),
        (b'{"items": [{"text": "a"}, {"id": 1}]}', "items.1.text"),
    ],
)
def test_what_holds_no_item_is_refused_in_a_sentence(ask: TestClient, data: bytes, said: str) -> None:
    answer = ask.post("/v1/tag", content=data)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert answer.json()["detail"].endswith(".")


def test_markup_stays_text(ask: TestClient) -> None:
    answer = ask.post("/v1/tag", json={"text": "<script>alert(1)</script> striker"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_beyond_each_limit_the_answer_says_so(model_path: Path) -> None:
    with client(model_path, Settings(max_bytes=100, max_items=2)) as ask:
        assert ask.post("/v1/tag", json={"text": "a" * 100}).status_code == 413
        assert ask.post("/v1/tag", content=iter([b"a" * 60, b"b" * 60])).status_code == 413
        assert ask.post("/v1/tag", json={"items": [{"text": "a"}] * 3}).status_code == 413
        assert ask.post("/v1/tag", json={"items": [{"text": "a"}] * 2}).status_code == 200
    with client(model_path, Settings(max_waiting=0)) as ask:
        refused = ask.post("/v1/tag", json={"text": "a"})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    with client(model_path, Settings(seconds=1e-6)) as ask:
        assert ask.post("/v1/tag", json={"text": "a word " * 100_000}).status_code == 408


def test_a_token_guards_all_but_health_and_docs(model_path: Path) -> None:
    with client(model_path, Settings(token="sésame")) as ask:  # noqa: S106
        for path in ("/v1/model", "/metrics", "/model.safetensors"):
            assert ask.get(path).status_code == 401
            assert ask.get(path, headers={"Authorization": "Bearer sesame"}).status_code == 401
            assert ask.get(path, headers={"Authorization": "Bearer sésame".encode()}).status_code == 200
        assert ask.post("/v1/tag", json={"text": TEXT}).headers["www-authenticate"] == "Bearer"
        assert ask.get("/healthz").json() == {"status": "ok"}
        assert ask.get("/docs").status_code == 200


def test_requests_are_counted(ask: TestClient) -> None:
    ask.post("/v1/tag", json={"items": [{"text": TEXT}] * 3})
    ask.post("/v1/tag", json={})
    ask.get("/nowhere")
    lines = ask.get("/metrics").text.splitlines()
    assert 'wiretag_requests_total{route="/v1/tag",status="200"} 1.0' in lines
    assert 'wiretag_requests_total{route="/v1/tag",status="422"} 1.0' in lines
    assert 'wiretag_requests_total{route="other",status="404"} 1.0' in lines
    assert "wiretag_items_total 3.0" in lines


def test_the_docs_need_nothing_from_elsewhere(ask: TestClient) -> None:
    answer = ask.get("/docs")
    assert "POST /v1/tag" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "//" not in answer.text.replace("http://127.0.0.1:8000", "")


def test_the_model_can_be_had_for_the_browser(ask: TestClient, model_path: Path) -> None:
    assert ask.get("/model.safetensors").content == model_path.read_bytes()


def test_a_changed_file_is_taken_and_a_damaged_one_is_not(own_model: Path) -> None:
    live = LiveModel(own_model)
    before = live.current
    assert not live.changed()
    own_model.write_bytes(b"damaged")
    assert live.changed()
    assert not live.reload()
    assert live.current is before
    assert not live.changed()  # it is said once
    model_file.save(model_file.loads(before.data), own_model)
    assert live.reload()
    assert live.current is not before


def test_answers_are_what_the_openapi_document_says(model_path: Path) -> None:
    openapi = schemathesis.openapi.from_asgi("/openapi.json", create_app(LiveModel(model_path), Settings()))
    asked = set()
    for operation in openapi.get_all_operations():

        @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
        @given(operation.ok().as_strategy())
        def holds(case: schemathesis.Case) -> None:
            asked.add(case.path)
            # A string that a schema allows is seldom XML or HTML: refused is right.
            sound = case.media_type in (None, "application/json", "text/plain", "application/ninjs+json")
            case.call_and_validate(excluded_checks=[] if sound else [positive_data_acceptance])

        holds()
    assert asked == {"/v1/tag", "/v1/model", "/healthz", "/metrics"}


def test_ninjs_is_described_as_the_object_that_is_read(ask: TestClient) -> None:
    content = ask.get("/openapi.json").json()["paths"]["/v1/tag"]["post"]["requestBody"]["content"]
    described = content["application/ninjs+json"]["schema"]
    assert described["type"] == "object"
    assert {"uri", "headlines", "bodies", "headline", "body_text", "body_xhtml"} == set(described["properties"])


def test_a_ninjs_name_that_has_no_utf8_is_answered_with_what_of_it_has(ask: TestClient) -> None:
    document = r'{"uri": "urn:a:\ud800", "headline": "Coach praises striker"}'
    answer = ask.post("/v1/tag", content=document, headers={"Content-Type": "application/ninjs+json"})
    assert (answer.status_code, answer.json()["id"]) == (200, "urn:a:?")


def test_half_a_character_spoils_no_batch(ask: TestClient) -> None:
    body = r'{"items": [{"id": "\ud83d", "text": "goal \udc00 coach striker"}, {"text": "\ud83d\ude00 bank profit"}]}'
    answers = ask.post("/v1/tag", content=body, headers={"Content-Type": "application/json"}).json()["items"]
    assert [own["topic"][0]["label"] for own in answers] == ["sport", "money"]
    assert answers[0]["id"] == "?"
    for damaged in (r'{"text": "\ud800"', r'{"text": "\ud8"}', r'{"\ud800": 1, "text": "a"}'):
        assert ask.post("/v1/tag", content=damaged, headers={"Content-Type": "application/json"}).status_code == 422


@pytest.fixture
def server(own_model: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server's address and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("wiretag"), "serve", "--model", own_model, "--port", str(port)]
    work = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "WIRETAG_TOKEN": ""})
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            httpx.get(f"{address}/healthz")
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield address, work
    work.kill()
    work.communicate()


def test_a_swap_drops_no_request(server: tuple[str, subprocess.Popen[str]], own_model: Path) -> None:
    address, work = server
    before = httpx.get(f"{address}/v1/model").json()["version"]

    def ask(_: int) -> tuple[int, str]:
        answer = httpx.post(f"{address}/v1/tag", json={"text": TEXT})
        return answer.status_code, answer.headers["x-wiretag-model"]

    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(ask, n) for n in range(100)]
        model_file.save(replace(model_file.load(own_model), about={"metrics": {"of": "another"}}), own_model)
        work.send_signal(signal.SIGHUP)
        for _ in range(100):
            if ask(0)[1] != before:
                break
            time.sleep(0.1)
        assert {own.result()[0] for own in asked} == {200}
    assert ask(0)[1] != before


def test_told_to_end_it_answers_what_was_asked(server: tuple[str, subprocess.Popen[str]]) -> None:
    address, work = server
    items = {"items": [{"text": TEXT * 50}] * 400}
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(httpx.post, f"{address}/v1/tag", content=json.dumps(items), timeout=60)
        time.sleep(0.3)
        work.send_signal(signal.SIGTERM)
        assert asked.result().status_code == 200
    assert work.wait(30) in (0, -signal.SIGTERM)


def test_without_a_model_it_says_so(tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("wiretag"), "serve", "--model", tmp_path / "none.safetensors"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("wiretag: ")
    assert "Traceback" not in done.stderr


FEED = (
    "<rss><channel><item><guid>urn:a:1</guid><title>Coach praises striker</title></item>"
    "<item><guid>urn:a:2</guid><title>Bank profit</title></item></channel></rss>"
)


@pytest.mark.parametrize(
    ("kind", "document", "text"),
    [
        ("text/plain", "Coach praises striker", "Coach praises striker"),
        ("text/html; charset=utf-8", "<html><nav>Bank</nav><h1>Coach praises striker</h1>", "Coach praises striker"),
        ("application/ninjs+json", '{"headline": "Coach praises striker"}', "Coach praises striker"),
        ("text/xml", "<nitf><hl1>Coach praises striker</hl1></nitf>", "Coach praises striker"),
    ],
)
def test_a_document_is_answered_as_its_story(ask: TestClient, tagger: Tagger, kind: str, document: str, text: str) -> None:
    answer = ask.post("/v1/tag", content=document, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()) == (200, tagger.tag(text).to_dict())


def test_a_feed_is_answered_as_a_batch_however_many_entries_it_has(ask: TestClient) -> None:
    rss = {"Content-Type": "application/rss+xml"}
    found = ask.post("/v1/tag", content=FEED, headers=rss).json()["items"]
    assert [(own["id"], own["topic"][0]["label"]) for own in found] == [("urn:a:1", "sport"), ("urn:a:2", "money")]
    one = ask.post("/v1/tag", content="<rss><item><title>Bank profit</title></item></rss>", headers=rss).json()
    assert len(one["items"]) == 1


@pytest.mark.parametrize(
    ("kind", "document", "said"),
    [
        ("text/plain", b"", "holds no text"),
        ("text/plain", b"\xff\xfe\xfd", "Content-Type"),
        ("text/plain; charset=klingon", b"a", "no encoding"),
        ("application/xml", b"<rss>" + b"<a>" * 100_000, "deep"),
        ("application/xml", b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]><rss>&a;</rss>', "entities"),
        ("text/html", b"<html>" + b"<div>" * 30_000, "elements"),
        ("application/ninjs+json", b"[" * 100_000, ""),
    ],
)
def test_a_hostile_document_is_refused_or_is_text(ask: TestClient, kind: str, document: bytes, said: str) -> None:
    answer = ask.post("/v1/tag", content=document, headers={"Content-Type": kind})
    assert answer.status_code == (422 if said else 200)
    assert said in answer.text
    assert "--encoding" not in answer.text


def test_a_feed_of_too_many_entries_is_refused(model_path: Path) -> None:
    with client(model_path, Settings(max_items=1)) as ask:
        answer = ask.post("/v1/tag", content=FEED, headers={"Content-Type": "application/rss+xml"})
        assert (answer.status_code, "2 items" in answer.json()["detail"]) == (413, True)


def test_a_sender_that_leaves_is_counted_and_no_error(server: tuple[str, subprocess.Popen[str]]) -> None:
    address, work = server
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as leaving:
        leaving.sendall(b'POST /v1/tag HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"text": "a')
    line = 'wiretag_requests_total{route="/v1/tag",status="400"} 1.0'
    for _ in range(100):
        if line in httpx.get(f"{address}/metrics").text:
            break
        time.sleep(0.1)
    else:
        pytest.fail("The request was never counted.")
    work.send_signal(signal.SIGTERM)
    assert "Traceback" not in work.communicate(timeout=30)[1]


def test_a_port_that_is_taken_is_told_in_a_sentence(own_model: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [Path(sys.executable).with_name("wiretag"), "serve", "--model", own_model, "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"wiretag: Nobody can listen on 127.0.0.1, port {port}: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("host", "token", "open_to_all"),
    [("0.0.0.0", "", True), ("0.0.0.0", "secret", False), ("127.0.0.1", "", False)],  # noqa: S104
)
def test_a_server_that_others_can_reach_without_a_token_says_so(
    own_model: Path, host: str, token: str, open_to_all: bool
) -> None:
    command = [Path(sys.executable).with_name("wiretag"), "serve", "--model", own_model, "--host", host, "--port", "0"]
    environment = {**os.environ, "WIRETAG_TOKEN": token}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server:
        lines = [next(server.stderr)]
        while "Ctrl-C ends" not in lines[-1]:
            lines.append(next(server.stderr))  # the end of them all is an error
        server.send_signal(signal.SIGTERM)
    assert any("set WIRETAG_TOKEN" in line for line in lines) == open_to_all


def test_answers_do_not_wait_for_more_to_send() -> None:
    async def delays() -> bool:
        answered = asyncio.get_running_loop().create_future()
        with listening_on("127.0.0.1", 0, 1) as own:
            server = await asyncio.start_server(lambda _, writer: answered.set_result(writer), sock=own)
            async with server:
                _, asking = await asyncio.open_connection(*own.getsockname())
                accepted = (await answered).get_extra_info("socket")
                asking.close()
                return not accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    assert not asyncio.run(delays())
