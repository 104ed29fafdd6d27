"""The page in headless Chromium: from a web server, and from disk."""

import importlib.util
import shutil
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from make_page import TARGET, first_line

from wiretag.tagger import Tagger

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAGE = TARGET.parent
TEXT = "Coach praises striker\nThe striker and the coach of the league final <script>document.title = 'hurt'</script>"
needs_browser = pytest.mark.skipif(
    CHROMIUM is None or importlib.util.find_spec("playwright") is None, reason="Chromium or Playwright is not installed."
)


def test_the_bundle_is_of_the_sources_as_they_are() -> None:
    assert TARGET.read_text(encoding="utf-8").splitlines()[0] == first_line(), "run tests/make_page.py"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page whose errors and refused requests fail the test."""
    opened = browser.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    opened.close()
    assert errors == []


@pytest.fixture
def address(model_path: Path, tmp_path: Path) -> Iterator[str]:
    """The folder on some web server, with a model beside it."""
    shutil.copytree(PAGE, tmp_path / "page")
    shutil.copy(model_path, tmp_path / "page" / "model.safetensors")

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(tmp_path / "page")))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def tags(page: Any) -> list[str]:
    return [button.get_attribute("data-label") for button in page.query_selector_all("#facets button")]


@needs_browser
def test_tags_appear_while_one_types_as_python_gives_them(page: Any, address: str, tagger: Tagger) -> None:
    page.goto(address)
    page.get_by_role("textbox").press_sequentially("The striker and the coach")
    page.wait_for_selector("#facets button")
    assert tags(page) == tagger.tag("The striker and the coach").labels("topic")
    page.get_by_role("textbox").fill("")
    page.wait_for_selector("#facets button", state="detached")


@needs_browser
def test_markup_in_an_item_stays_text(page: Any, address: str) -> None:
    page.goto(address)
    page.get_by_role("textbox").fill(TEXT)
    page.click("#facets button")
    assert "<script>" in page.inner_text("#story")
    assert page.query_selector("#story script") is None
    assert page.title() == "wiretag"


@needs_browser
def test_a_label_is_explained_with_the_keyboard_alone(page: Any, address: str, tagger: Tagger) -> None:
    page.goto(address)
    page.get_by_role("textbox").fill(TEXT)
    page.wait_for_selector("#facets button")
    page.get_by_role("textbox").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.get_attribute("#facets button", "aria-pressed") == "true"
    marked = {mark.inner_text() for mark in page.query_selector_all("#story mark:not(.against)")}
    best = max(tagger.explain(TEXT, tags(page)[0]), key=lambda span: span.weight)
    assert best.text in marked
    page.keyboard.press("Enter")
    assert page.is_hidden("#story")


@needs_browser
def test_nothing_is_sent_anywhere(page: Any, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(address)))
    page.goto(address)
    page.get_by_role("textbox").fill(TEXT)
    page.wait_for_selector("#facets button")
    assert set(asked) - {"favicon.ico"} == {"", "wiretag.css", "wiretag.js", "model.safetensors"}


@needs_browser
def test_from_disk_the_model_is_picked(page: Any, model_path: Path, tmp_path: Path) -> None:
    shutil.copytree(PAGE, tmp_path / "page")
    page.goto((tmp_path / "page" / "index.html").as_uri())
    page.wait_for_selector("#file", state="visible")
    spoilt = tmp_path / "spoilt.safetensors"
    spoilt.write_bytes(b"spoilt")
    page.set_input_files("#file", spoilt)
    page.wait_for_selector("#model.bad")
    page.set_input_files("#file", model_path)
    page.get_by_role("textbox").fill(TEXT)
    page.wait_for_selector("#facets button")


@needs_browser
def test_it_fits_a_phone(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 640})
    page.goto(address)
    page.get_by_role("textbox").fill("striker " * 50 + "x" * 200)
    page.click("#facets button")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()
