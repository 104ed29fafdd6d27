import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def predict(*arguments: str, model: Path, text: bytes = b"") -> tuple[int, list[str], str]:
    environment = {**os.environ, "WIRETAG_MODEL": str(model)}
    command = [sys.executable, "-m", "wiretag.cli", *arguments]
    done = subprocess.run(command, input=text, capture_output=True, env=environment, check=False)
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode().splitlines(), done.stderr.decode()


def test_files_for_people_and_as_json(model_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("The goal of the coach in the league final")
    code, lines, _ = predict(str(file), model=model_path)
    assert code == 0
    assert lines[0] == str(file)
    assert any("sport" in line for line in lines)
    code, lines, _ = predict(str(file), "--json", model=model_path)
    tags = json.loads(lines[0])
    assert code == 0
    assert tags["file"] == str(file)
    assert tags["topic"][0]["label"] == "sport"
    assert tags["declared"] == {}


def test_all_gives_every_label(model_path: Path) -> None:
    _, lines, _ = predict("-", "--json", "--all", model=model_path, text=b"goal")
    assert {tag["label"] for tag in json.loads(lines[0])["topic"]} == {"sport", "money", "health"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\x00\x01\x02\xff\xfe", "binary"),
        ("Zölle".encode("cp1252"), "--encoding"),
        (b"x" * (11 << 20), "over 10 MB"),
    ],
)
def test_bad_files_get_a_sentence(model_path: Path, tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "bad.txt"
    file.write_bytes(content)
    code, lines, errors = predict(str(file), model=model_path)
    assert (code, lines) == (1, [])
    assert sentence in errors


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_encodings_are_read(model_path: Path, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "good.txt"
    file.write_text("The virus and the hospital – patients", encoding=encoding)
    code, lines, _ = predict(str(file), "--json", model=model_path)
    assert code == 0
    assert json.loads(lines[0])["topic"][0]["label"] == "health"


def test_a_missing_file_and_a_folder_among_good_ones(model_path: Path, tmp_path: Path) -> None:
    good = tmp_path / "good.txt"
    good.write_text("bank profit")
    code, lines, errors = predict(str(tmp_path / "none"), str(good), str(tmp_path), "--json", model=model_path)
    assert code == 1
    assert len(lines) == 1
    assert "does not exist" in errors
    assert "is a directory" in errors


def test_a_bad_line_is_named_and_the_others_are_tagged(model_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    rows = [json.dumps({"id": n, "text": "bank profit"}) for n in range(100)]
    rows[41] = '{"id": 41, "text": '
    file.write_text("\n".join(rows) + "\n")
    code, lines, errors = predict("--jsonl", str(file), model=model_path)
    assert code == 1
    assert [json.loads(line)["id"] for line in lines] == [n for n in range(100) if n != 41]
    assert set(json.loads(lines[0])) == {"id", "language", "topic"}
    assert "Line 42" in errors


def test_one_emoji_is_tagged_without_complaint(model_path: Path) -> None:
    code, lines, errors = predict("-", "--json", model=model_path, text="😀".encode())
    assert (code, len(lines), errors) == (0, 1, "")


def test_wrong_usage_and_missing_model_exit_with_2(model_path: Path, tmp_path: Path) -> None:
    assert predict(model=model_path)[0] == 2
    assert predict("--nonsense", model=model_path)[0] == 2
    code, _, errors = predict("-", model=tmp_path / "none.safetensors", text=b"x")
    assert code == 2
    assert "make train" in errors
    assert predict("-", "--quiet", model=tmp_path / "none.safetensors", text=b"x")[2] == ""


def test_import_loads_no_heavy_library() -> None:
    code = "import wiretag, sys; print(sorted({'numpy','sklearn','datasets','pandas','typer','rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_prediction_loads_no_training_library(model_path: Path) -> None:
    code = (
        "import sys; from wiretag import Tagger; Tagger.load(sys.argv[1]).tag('goal');"
        "print(sorted({'sklearn','scipy','datasets','pandas','joblib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, model_path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
