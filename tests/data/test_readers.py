import json
from pathlib import Path

import pandas as pd
import pytest

from wiretag.errors import DataError
from wiretag_data.readers import read_items, read_texts

ROWS = [{"text": "one", "labels": ["a", "b"]}, {"text": "two", "labels": []}]


def test_json_lines_csv_parquet_and_folders_read_the_same(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "x.csv").write_text("text,labels\none,a|b\ntwo,\n")
    pd.DataFrame(ROWS).to_parquet(tmp_path / "x.parquet")
    for name in ("x.jsonl", "x.csv", "x.parquet"):
        items = read_items(tmp_path / name, "text", "labels")
        assert [(item.text, item.labels["labels"]) for item in items] == [("one", ("a", "b")), ("two", ())]
    (tmp_path / "f" / "a").mkdir(parents=True)
    (tmp_path / "f" / "a" / "1.txt").write_text("one")
    assert read_items(tmp_path / "f", "text", "labels")[0].labels == {"labels": ("a",)}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"text": "a", "labels": "x"}\n{"text"', "Line 2"),
        ('{"text": "a"}', "no column 'labels'"),
        ('{"text": 3, "labels": "x"}', "is not text"),
        ("[1]", "no JSON object"),
        ("", "holds no items"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(content)
    with pytest.raises(DataError, match=sentence):
        read_items(path, "text", "labels")


def test_texts_without_labels_are_read_from_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("text,other\none,1\ntwo,2\n")
    assert read_texts(tmp_path / "x.csv", "text") == ["one", "two"]
    (tmp_path / "f" / "deep").mkdir(parents=True)
    (tmp_path / "f" / "deep" / "1.txt").write_text("one")
    (tmp_path / "f" / "2.txt").write_text("two")
    (tmp_path / "f" / ".git").mkdir()
    (tmp_path / "f" / ".git" / "config").write_text("not a text of theirs")
    (tmp_path / "f" / "empty.txt").touch()
    assert sorted(read_texts(tmp_path / "f", "text")) == ["one", "two"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.jsonl", '{"body": "a"}', "no column 'text'"),
        ("x.jsonl", "", "holds no texts"),
        ("x.txt", "a", "unknown kind"),
    ],
)
def test_texts_that_cannot_be_read_are_named(tmp_path: Path, name: str, content: str, sentence: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=sentence):
        read_texts(tmp_path / name, "text")


def test_a_folder_of_data_files_is_not_taken_for_texts(tmp_path: Path) -> None:
    (tmp_path / "january.jsonl").write_text('{"text": "one"}')
    with pytest.raises(DataError, match=r"january\.jsonl, which is no text file"):
        read_texts(tmp_path, "text")


def test_a_label_may_begin_with_a_dot(tmp_path: Path) -> None:
    for label in (".net", "sport"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.txt").write_text("a text")
    assert [item.labels["labels"] for item in read_items(tmp_path, "text", "labels")] == [(".net",), ("sport",)]
