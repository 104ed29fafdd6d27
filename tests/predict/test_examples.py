"""Each of predict/examples runs as it says, here with the small model in place of the default one."""

import ast
import json
import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from wiretag.tagger import Tagger

EXAMPLES = Path(__file__).parents[2] / "predict/examples"
ITEMS = [
    {"id": "a", "text": "The coach praised the striker after the final"},
    {"id": "b", "text": "Doctors and nurses of the clinic treat patients"},
    {"id": "c", "text": "The bank – profit, bonds and dividend"},
]
TOPICS = {"a": ["sport"], "b": ["health"], "c": ["money"]}


@pytest.fixture(autouse=True)
def folder(model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that an example runs in, with a model where it looks for one."""
    (tmp_path / "models").mkdir()
    shutil.copy(model_path, tmp_path / "models/wiretag.safetensors")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def imported(name: str) -> ModuleType:
    spec = spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(name: str, *arguments: str, given: str = "") -> str:
    command = [sys.executable, str(EXAMPLES / f"{name}.py"), *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, encoding="utf-8", check=True).stdout


def lines_of(items: list[dict[str, str]]) -> str:
    return "".join(json.dumps(item) + "\n" for item in items)


def topics_in(lines: str) -> dict[str, list[str]]:
    return {answer["id"]: [tag["label"] for tag in answer["topic"]] for answer in map(json.loads, lines.splitlines())}


def test_flask_view_answers_as_the_tagger(tagger: Tagger) -> None:
    pytest.importorskip("flask", reason="Flask is not installed")
    client = imported("flask_view").app.test_client()
    for item in ITEMS:
        answer = client.post("/tag", data=item["text"].encode())
        assert (answer.status_code, answer.json) == (200, tagger.tag(item["text"]).to_dict())


def test_flask_view_says_what_is_wrong_with_a_text() -> None:
    pytest.importorskip("flask", reason="Flask is not installed")
    client = imported("flask_view").app.test_client()
    answer = client.post("/tag", data=b"\xff\xfe")
    assert (answer.status_code, answer.json) == (400, {"error": "The text is not UTF-8."})
    assert client.post("/tag", data=b"x" * 1_000_001).status_code == 413


def test_worker_answers_every_job() -> None:
    assert topics_in(run("worker", given=lines_of(ITEMS * 2))) == TOPICS


def test_worker_goes_on_after_a_job_that_fails() -> None:
    first, *others = map(json.loads, run("worker", given=lines_of([{"id": "bad", "text": None}, *ITEMS])).splitlines())
    answers = {answer["id"]: answer for answer in (first, *others)}
    assert "error" in answers.pop("bad")
    assert topics_in(lines_of(list(answers.values()))) == TOPICS


def test_pandas_column_has_the_topics_of_each_row(tagger: Tagger, folder: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    table = pandas.DataFrame([*ITEMS, {"id": "d", "text": None}], index=[7, 5, 3, 1])
    found = imported("pandas_column").with_tags(table, tagger)
    assert list(found.index) == [7, 5, 3, 1]
    assert list(found["topic"])[:3] == list(TOPICS.values())
    assert found["topic"][1] == tagger.tag("").labels("topic")
    table.to_csv(folder / "items.csv")
    assert "[sport]" in run("pandas_column", "items.csv")


def test_dask_map_tags_every_line_of_every_file(folder: Path) -> None:
    pytest.importorskip("dask.bag", reason="Dask is not installed")
    (folder / "archive").mkdir()
    for item in ITEMS:
        (folder / "archive" / f"{item['id']}.jsonl").write_text(lines_of([item]), encoding="utf-8")
    run("dask_map", "archive/*.jsonl", "tagged")
    written = sorted((folder / "tagged").iterdir())
    assert len(written) == len(ITEMS)
    assert topics_in("\n".join(file.read_text(encoding="utf-8").strip() for file in written)) == TOPICS


def test_notebook_runs_from_its_first_cell_to_its_last() -> None:
    notebook = json.loads((EXAMPLES / "notebook.ipynb").read_text(encoding="utf-8"))
    names: dict[str, object] = {}
    shown = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            *statements, last = ast.parse("".join(cell["source"])).body
            exec(compile(ast.Module(statements, []), "cell", "exec"), names)  # noqa: S102 - the project's own
            assert isinstance(last, ast.Expr)
            shown.append(eval(compile(ast.Expression(last.value), "cell", "eval"), names))  # noqa: S307
    tags, words = shown
    assert [tag["label"] for tag in tags["topic"]] == ["sport"]
    assert {word for word, _ in words[:4]} == {"striker", "goal", "league", "final"}


@pytest.mark.parametrize("example", sorted([*EXAMPLES.glob("*.py"), *EXAMPLES.glob("*.ipynb")]), ids=lambda path: path.name)
def test_an_example_fits_on_a_page(example: Path) -> None:
    text = example.read_text(encoding="utf-8")
    cells = json.loads(text)["cells"] if example.suffix == ".ipynb" else [{"source": text.splitlines()}]
    assert sum(len(cell["source"]) for cell in cells) < 40
