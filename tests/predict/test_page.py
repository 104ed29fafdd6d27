"""The page tags in the browser, from a web server and from the disk."""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import make_page
import pytest
import uvicorn

from wiretag.server.app import create_app
from wiretag.server.live_model import LiveModel
from wiretag.server.settings import Settings
from wiretag.tagger import Tagger

api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

PAGE = Path(__file__).parents[2] / "predict" / "wiretag" / "page"
ITEM = "The goal\nThe coach and the striker of the league met the bank on penalty & <b>final</b> day."


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with api.sync_playwright() as playwright:
        # Chromium's own sandbox does not start for root, as whom containers run.
        arguments = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page that may say nothing on the console but that there is no model to fetch."""
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.location['url']} {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert [text for text in said if "model.safetensors" not in text] == []


@pytest.fixture(scope="module")
def served(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the page on a web server, with the model beside it."""
    folder = tmp_path_factory.mktemp("served") / "page"
    shutil.copytree(PAGE, folder)
    shutil.copy(model_path, folder / "model.safetensors")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="module")
def guarded(model_path: Path) -> Iterator[str]:
    """Address of `wiretag serve` with a token."""
    app = create_app(LiveModel(model_path), Settings(token="sésame öffne"))  # noqa: S106 - a test's token
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        server.should_exit = True
        thread.join()


def test_the_script_is_what_its_sources_make() -> None:
    assert make_page.TARGET.read_text(encoding="utf-8") == make_page.bundle(make_page.JS / "page" / "page.js")


def test_typing_shows_the_tags_that_python_gives_and_nothing_is_sent(page: Any, served: str, tagger: Tagger) -> None:
    page.goto(served)
    api.expect(page.locator("#notice")).to_have_text("")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.get_by_role("textbox", name="Item").fill(ITEM)
    (expected,) = tagger.tag(ITEM)["topic"]
    button = page.get_by_role("button", name=expected.name)
    api.expect(button).to_contain_text(f"{expected.probability:.0%}".replace("%", " %"))
    api.expect(page.locator("#spoken")).to_contain_text(expected.name)
    assert requests == []


def test_a_label_explains_itself_by_keyboard(page: Any, served: str) -> None:
    page.goto(served)
    page.get_by_role("textbox", name="Item").fill(ITEM)
    button = page.get_by_role("button", name="sport")
    api.expect(button).to_have_attribute("aria-pressed", "false")
    button.focus()
    page.keyboard.press("Enter")
    api.expect(button).to_have_attribute("aria-pressed", "true")
    api.expect(button).to_be_focused()
    marks = page.locator("#story mark").all_text_contents()
    assert {"goal", "coach", "striker", "league"} <= set(marks)
    assert "bank" not in marks
    api.expect(page.locator("#why-words")).to_contain_text("league")
    api.expect(page.locator("#story")).to_have_text(ITEM)
    page.keyboard.press("Enter")
    api.expect(page.locator("#why")).to_be_hidden()


def test_markup_in_an_item_stays_text(page: Any, served: str) -> None:
    page.goto(served)
    page.get_by_role("textbox", name="Item").fill(
        "goal <img src=x onerror=alert(1)> <script>alert(1)</script> coach striker league"
    )
    page.get_by_role("button", name="sport").click()
    api.expect(page.locator("#story")).to_contain_text("<img src=x")
    assert page.locator("main img, main script").count() == 0


def test_from_the_disk_a_model_and_a_text_are_chosen(page: Any, model_path: Path, tmp_path: Path) -> None:
    page.goto((PAGE / "index.html").as_uri())
    api.expect(page.locator("#notice")).to_contain_text("Choose one to begin")
    text, picture = tmp_path / "item.txt", tmp_path / "broken.safetensors"
    text.write_text(ITEM, encoding="utf-16")
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    page.locator("#model-file").set_input_files(str(picture))
    api.expect(page.locator("#notice")).to_contain_text("is not a wiretag model")
    page.locator("#model-file").set_input_files(str(model_path))
    api.expect(page.locator("#model-picker")).to_be_hidden()
    page.locator("#text-file").set_input_files(str(text))
    api.expect(page.get_by_role("button", name="sport")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    api.expect(page.get_by_role("button", name="sport")).to_have_count(0)
    text.write_bytes("Strafzölle".encode("latin-1"))
    page.locator("#text-file").set_input_files(str(text))
    api.expect(page.locator("#notice")).to_have_text("item.txt is not UTF-8 text; save it as UTF-8.")


def test_a_dropped_text_is_tagged_and_markup_in_its_name_stays_text(page: Any, served: str) -> None:
    page.goto(served)
    for content, name in (("The coach of the league and the striker", "item.txt"), ("a\0b", "<b>x</b>.txt")):
        dropped = page.evaluate_handle(
            "([content, name]) => { const data = new DataTransfer(); data.items.add(new File([content], name)); return data; }",
            [content, name],
        )
        page.dispatch_event("#text", "drop", {"dataTransfer": dropped})
        api.expect(page.get_by_role("button", name="sport")).to_be_visible()
    api.expect(page.locator("#notice")).to_have_text("<b>x</b>.txt is a binary file, not text.")


def test_right_to_left_items_and_small_screens_are_laid_out_for(page: Any, served: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(served)
    field = page.get_by_role("textbox", name="Item")
    field.fill("هدف goal coach league striker " + "x" * 300)
    page.get_by_role("button", name="sport").click()
    assert field.evaluate("field => getComputedStyle(field).direction") == "rtl"
    assert page.evaluate("() => document.documentElement.scrollWidth") == 320


def test_of_a_text_longer_than_any_item_the_beginning_is_read(page: Any, served: str) -> None:
    page.goto(served)
    page.get_by_role("textbox", name="Item").fill("goal coach league striker\n" + "bank profit shares " * 12_000)
    api.expect(page.locator("#notice")).to_have_text("Only the first 200,000 characters are read.")


def test_of_a_file_without_end_the_beginning_comes_into_the_field(page: Any, served: str, tmp_path: Path) -> None:
    page.goto(served)
    file = tmp_path / "line.txt"
    file.write_text("goal coach league striker " * 20_000, encoding="utf-8")
    page.locator("#text-file").set_input_files(str(file))
    api.expect(page.locator("#notice")).to_have_text("Only the first 200,000 characters are read.")
    assert len(page.get_by_role("textbox", name="Item").input_value()) == 200_001


def test_a_wrong_token_is_told_and_the_right_one_fetches_the_model_and_is_forgotten(page: Any, guarded: str) -> None:
    page.goto(guarded)
    field, notice = page.get_by_label("Token"), page.locator("#notice")
    api.expect(notice).to_have_text("The server's model needs a token. Type it, or choose a model.")
    api.expect(field).to_have_attribute("aria-invalid", "false")
    field.fill("sesame")
    page.keyboard.press("Enter")
    api.expect(notice).to_have_text("That is not the server's token. Try again, or choose a model.")
    api.expect(field).to_have_attribute("aria-invalid", "true")
    api.expect(field).to_be_focused()
    api.expect(page.locator("#model-picker")).to_be_visible()
    page.keyboard.type("sésame öffne")  # in place of the wrong one, which is selected
    page.keyboard.press("Enter")
    api.expect(field).to_be_hidden()
    api.expect(page.get_by_role("textbox", name="Item")).to_be_focused()
    api.expect(notice).to_have_text("")
    page.keyboard.type(ITEM)
    api.expect(page.get_by_role("button", name="sport")).to_be_visible()
    assert page.url == guarded
    assert field.input_value() == ""
    assert page.evaluate("() => [localStorage.length, sessionStorage.length, document.cookie, history.state]") == [0, 0, "", None]


def test_where_a_token_is_wanted_a_model_can_be_chosen_instead(page: Any, guarded: str, model_path: Path) -> None:
    page.goto(guarded)
    page.get_by_label("Token").fill("sesame")
    page.locator("#model-file").set_input_files(str(model_path))
    api.expect(page.get_by_label("Token")).to_be_hidden()
    assert page.get_by_label("Token").input_value() == ""
    page.get_by_role("textbox", name="Item").fill(ITEM)
    api.expect(page.get_by_role("button", name="sport")).to_be_visible()
