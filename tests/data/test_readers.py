import json
from pathlib import Path

import pandas as pd
import pytest

from wiretag.errors import DataError
from wiretag_data.readers import read_items

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
