"""`wiretag tag`: whole archives."""

import csv
import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from small import heeds_ctrl_c

from wiretag.archive.partial import begun, folder_of
from wiretag.archive.rows import Counts
from wiretag.archive.tagging import tag_archive
from wiretag.errors import InputError, UsageError

TEXTS = ["The goal of the coach in the final", "bank profit and rates", "virus, hospital, vaccine"]
KINDS = (".jsonl", ".jsonl.gz", ".csv", ".csv.gz", ".parquet")


def wiretag(*arguments: object, model: Path) -> tuple[int, str]:
    command = [sys.executable, "-c", "from wiretag_train.cli import main; main()", *map(str, arguments), "--model", str(model)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """An archive of whatever kind its name says."""
    if path.name.endswith(".parquet"):
        parquet.write_table(pa.Table.from_pylist(rows), path, row_group_size=1500)
        return path
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        if ".csv" in path.name:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        else:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return path


def read(path: Path) -> list[dict[str, Any]]:
    """Its rows again, those of CSV with lists of labels as the others have them."""
    if path.name.endswith(".parquet"):
        rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
        return rows
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)) if ".csv" in path.name else [json.loads(line) for line in file]


def many(n: int) -> list[dict[str, Any]]:
    return [{"id": f"n{n}", "text": f"{TEXTS[n % 3]}, number {n}\nSecond “line”", "source": "wire"} for n in range(n)]


def labels(row: dict[str, Any]) -> list[str]:
    given = row["topic"]
    return given.split("|") if isinstance(given, str) else [tag["label"] for tag in given]


def tag(
    source: Path, target: Path, model: Path, jobs: int = 1, tell: Callable[[float, Counts], None] = lambda *_: None
) -> Counts:
    return tag_archive(source, target, model.read_bytes(), "text", jobs, tell)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_keeps_its_columns_and_order_and_gains_tags(model_path: Path, tmp_path: Path, kind: str) -> None:
    source, target = write(tmp_path / f"in{kind}", many(10)), tmp_path / f"out{kind}"
    code, said = wiretag("tag", source, target, "--jobs", 2, model=model_path)
    assert (code, "10 items tagged" in said) == (0, True)
    rows = read(target)
    assert [row["id"] for row in rows] == [f"n{n}" for n in range(10)]
    assert {row["source"] for row in rows} == {"wire"}
    assert [labels(row) for row in rows] == [[("sport", "money", "health")[n % 3]] for n in range(10)]
    assert "text" not in rows[0]
    assert not folder_of(target).exists()


def test_json_lines_are_those_of_predict(model_path: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", [{key: row[key] for key in ("id", "text")} for row in many(3000)])
    command = [sys.executable, "-m", "wiretag.cli", "--jsonl", source, "--model", model_path]
    predicted = subprocess.run(command, capture_output=True, check=True).stdout
    for jobs in (1, 2):
        tag(source, tmp_path / f"out{jobs}.jsonl", model_path, jobs)
        assert (tmp_path / f"out{jobs}.jsonl").read_bytes() == predicted


@pytest.mark.parametrize("kind", [".csv", ".parquet"])
def test_other_kinds_answer_as_json_lines_do(model_path: Path, tmp_path: Path, kind: str) -> None:
    for name in (kind, ".jsonl"):
        tag(write(tmp_path / f"in{name}", many(3000)), tmp_path / f"out{name}", model_path)
    ours, theirs = read(tmp_path / f"out{kind}"), read(tmp_path / "out.jsonl")
    assert len(ours) == 3000
    assert [labels(row) for row in ours] == [labels(row) for row in theirs]
    if kind == ".csv":
        probabilities = [row["topic_probability"].split("|") for row in ours]
        assert probabilities == [[str(tag["probability"]) for tag in row["topic"]] for row in theirs]
    else:
        assert [row["topic"] for row in ours] == [row["topic"] for row in theirs]


def test_rows_of_json_that_fail_stand_in_their_place_with_the_reason(model_path: Path, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    good = json.dumps({"id": 1, "text": TEXTS[0]}).encode()
    long = json.dumps({"id": 9, "text": "goal " * (3 << 20)}).encode()
    bad = [
        b'{"id": 2, "text": ',
        b"[1]",
        b'{"id": 3}',
        b'{"id": 4, "text": " "}',
        b'{"id": 5, "text": "Z\xf6lle"}',
        b"[" * 99999,
        long,
    ]
    source.write_bytes(b"\n".join([good, *bad, b"", good]))
    code, said = wiretag("tag", source, tmp_path / "out.jsonl", model=model_path)
    assert code == 1
    assert "2 items tagged, 7 failed" in said
    rows = read(tmp_path / "out.jsonl")
    assert [row["id"] for row in rows] == [1, None, None, 3, 4, None, None, None, 1]
    reasons = ["not valid JSON", "no JSON object", "no text", "is empty", "not UTF-8", "nested too deeply", "over 10 MB"]
    for number, (row, reason) in enumerate(zip(rows[1:-1], reasons, strict=True), start=2):
        assert f"line {number}: " in row["error"]
        assert reason in row["error"]
        assert "topic" not in row
    assert "error" not in rows[0]


def test_rows_nested_almost_too_deeply_stop_nothing(model_path: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    deep = [f'{{"id": {n}, "text": "goal", "deep": {"[" * n}{"]" * n}}}' for n in range(900, 1100)]
    source.write_text("\n".join(deep))
    counts = tag(source, target, model_path)
    assert counts.tagged + counts.failed == 200
    assert sum("error" in row for row in read(target)) == counts.failed


def test_an_empty_archive_has_an_empty_output(model_path: Path, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").touch()
    (tmp_path / "in.csv").write_text("id,text\n")
    parquet.write_table(pa.table({"id": pa.array([], pa.int64()), "text": pa.array([], pa.string())}), tmp_path / "in.parquet")
    for kind in (".jsonl", ".csv", ".parquet"):
        assert tag(tmp_path / f"in{kind}", tmp_path / f"out{kind}", model_path, jobs=2) == Counts(0, 0)
        assert read(tmp_path / f"out{kind}") == []


def test_columns_of_parquet_keep_their_types(model_path: Path, tmp_path: Path) -> None:
    columns = {
        "source": pa.array(["a", "b"] * 1500).dictionary_encode(),
        "sent": pa.array(range(3000), pa.timestamp("us")),
        "text": pa.array(TEXTS * 1000).dictionary_encode(),
        "codes": pa.array([[n] for n in range(3000)], pa.list_(pa.int16())),
    }
    parquet.write_table(pa.table(columns), tmp_path / "in.parquet", row_group_size=700)
    tag(tmp_path / "in.parquet", tmp_path / "out.parquet", model_path)
    table = parquet.read_table(tmp_path / "out.parquet")
    for name in ("source", "sent", "codes"):
        assert table.schema.field(name).type == columns[name].type
        assert table.column(name).to_pylist() == columns[name].to_pylist()
    assert [labels(row) for row in table.to_pylist()[:3]] == [["sport"], ["money"], ["health"]]


def test_rows_of_csv_that_fail_stand_in_their_place_with_the_reason(model_path: Path, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    lines = [
        "\ufeffid,text,source",
        "1,bank profit,a",
        "2,,b",
        "3,too,many,fields",
        "4,Zölle,c",
        '5,"x"y,d',
        '6,"bank\nprofit",e',
        '7,"open',
    ]
    source.write_bytes(b"\r\n".join(line.encode("cp1252" if "Zölle" in line else "utf-8") for line in lines))
    counts = tag(source, tmp_path / "out.csv", model_path)
    rows = read(tmp_path / "out.csv")
    assert counts == Counts(2, 5)
    assert [row["id"] for row in rows] == ["1", "2", "3", "4", "", "6", ""]
    assert [labels(row) for row in (rows[0], rows[5])] == [["money"], ["money"]]
    reasons = ["is empty", "4 fields", "not UTF-8", "not valid CSV", "not valid CSV"]
    for row, reason in zip([*rows[1:5], rows[6]], reasons, strict=True):
        assert reason in row["error"]


def test_rows_of_parquet_that_fail_stand_in_their_place_with_the_reason(model_path: Path, tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    broken = pa.StringArray.from_buffers(1, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"Z\xf6"))
    text = pa.concat_arrays([pa.array(["bank profit", None, " "]), broken])
    parquet.write_table(pa.table({"id": [1, 2, 3, 4], "text": text}), source)
    assert tag(source, tmp_path / "out.parquet", model_path) == Counts(1, 3)
    rows = read(tmp_path / "out.parquet")
    assert labels(rows[0]) == ["money"]
    assert [row["error"] for row in rows] == [
        None,
        "row 2: it has no text",
        "row 3: its text is empty",
        "row 4: it is not UTF-8 text",
    ]


@pytest.mark.parametrize("kind", [".jsonl", ".csv", ".parquet"])
def test_columns_called_like_ours_are_kept_under_another_name(model_path: Path, tmp_path: Path, kind: str) -> None:
    rows = [{"id": "1", "body": "bank profit", "language": "de", "topic": "x", "input_topic": "y"}]
    code, _ = wiretag("tag", write(tmp_path / f"in{kind}", rows), tmp_path / f"out{kind}", "--text", "body", model=model_path)
    (row,) = read(tmp_path / f"out{kind}")
    assert code == 0
    assert labels(row) == ["money"]
    assert [row["input_language"], row["input_input_topic"], row["input_topic"]] == ["de", "x", "y"]


class Stopped(Exception):
    pass


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(
    model_path: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wiretag.archive.partial._SECONDS_BETWEEN_NOTES", 0)
    source, target, whole = write(tmp_path / f"in{kind}", many(20_000)), tmp_path / f"out{kind}", tmp_path / f"whole{kind}"
    tag(source, whole, model_path)
    done: list[int] = []

    def stop_at_third(share: float, counts: Counts) -> None:
        done.append(counts.tagged)
        if len(done) % 3 == 0:
            raise Stopped

    runs = 0
    while not target.exists():
        runs += 1
        try:
            tag(source, target, model_path, tell=stop_at_third)
        except Stopped:
            with (folder_of(target) / "rows").open("ab") as rows:
                rows.write(b"half of a row that was being writ")
    assert runs > 1
    assert done == sorted(set(done))  # nothing is done twice
    assert target.read_bytes() == whole.read_bytes()


def test_a_run_that_was_killed_goes_on_to_the_same_bytes(model_path: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", many(40_000))
    target, whole = tmp_path / "out.jsonl", tmp_path / "whole.jsonl"
    command = [sys.executable, "-c", "from wiretag_train.cli import main; main()", "tag", source, target, "--model", model_path]
    work = subprocess.Popen([*command, "--jobs", "2"], stderr=subprocess.DEVNULL)
    while not (folder_of(target) / "note.json").exists():
        assert work.poll() is None
        time.sleep(0.005)
    work.kill()
    work.wait()
    assert not target.exists()
    assert json.loads((folder_of(target) / "note.json").read_bytes())["counts"]["tagged"] > 0
    tag(source, target, model_path)
    tag(source, whole, model_path)
    assert target.read_bytes() == whole.read_bytes()


def test_processes_end_with_the_one_that_started_them(model_path: Path, tmp_path: Path) -> None:
    source, target = write(tmp_path / "in.jsonl", many(40_000)), tmp_path / "out.jsonl"
    command = [sys.executable, "-c", "from wiretag_train.cli import main; main()", "tag", source, target, "--model", model_path]
    # The pipe is at its end once nobody holds it, none of the processes either.
    work = subprocess.Popen([*command, "--jobs", "2"], stderr=subprocess.PIPE)
    while not (folder_of(target) / "note.json").exists():
        time.sleep(0.005)
    os.kill(work.pid, signal.SIGKILL)
    work.communicate(timeout=30)


def test_ctrl_c_stops_all_processes_and_says_so(model_path: Path, tmp_path: Path) -> None:
    source, target = write(tmp_path / "in.jsonl", many(40_000)), tmp_path / "out.jsonl"
    command = [sys.executable, "-c", "from wiretag_train.cli import main; main()", "tag", source, target, "--model", model_path]
    # A session of its own, all processes of which get the signal, as on a terminal.
    command += ["--jobs", "2"]
    work = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=heeds_ctrl_c)
    while not (folder_of(target) / "note.json").exists():
        time.sleep(0.005)
    os.killpg(work.pid, signal.SIGINT)
    _, errors = work.communicate(timeout=30)
    assert work.returncode == 130
    assert "Stopped." in errors
    assert "Traceback" not in errors
    assert tag(source, target, model_path) == Counts(40_000, 0)


def test_a_full_disk_loses_nothing(model_path: Path, tmp_path: Path) -> None:
    source, target = write(tmp_path / "in.jsonl", many(20_000)), tmp_path / "out.jsonl"
    target.write_text("old")

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    command = [sys.executable, "-c", "from wiretag_train.cli import main; main()", "tag", source, target, "--model", model_path]
    done = subprocess.run([*command, "--quiet"], capture_output=True, text=True, preexec_fn=little_room, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("wiretag: The work stopped")
    assert target.read_text() == "old"
    assert tag(source, target, model_path) == Counts(20_000, 0)
    assert [row["id"] for row in read(target)] == [f"n{n}" for n in range(20_000)]


def test_another_input_model_or_column_does_not_continue(model_path: Path, tmp_path: Path) -> None:
    source, target = write(tmp_path / "in.jsonl", many(5000)), tmp_path / "out.jsonl"
    target.write_text("old")

    def stop(share: float, counts: Counts) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        tag(source, target, model_path, tell=stop)
    folder = folder_of(target)
    with pytest.raises(UsageError, match="another --text") as refused:
        tag_archive(source, target, model_path.read_bytes(), "body", 1, lambda *_: None)
    assert f"delete the folder {folder}" in str(refused.value)
    write(source, many(5001))
    with pytest.raises(UsageError, match="another input"):
        tag(source, target, model_path)
    assert target.read_text() == "old"
    for file in folder.iterdir():
        file.unlink()
    assert tag(source, target, model_path) == Counts(5001, 0)


def test_two_runs_do_not_write_one_output(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from wiretag.archive.partial import begun\n"
        "from wiretag.errors import UsageError\n"
        "try:\n  begun(Path(sys.argv[1]), {}).__enter__()\n"
        "except UsageError as error:\n  print(error)"
    )
    with begun(tmp_path / "out.jsonl", {}):
        done = subprocess.run([sys.executable, "-c", program, tmp_path / "out.jsonl"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Another run is writing")


@pytest.mark.parametrize(
    ("name", "content", "target", "code", "sentence"),
    [
        ("none.jsonl", None, "out.jsonl", 2, "does not exist"),
        ("in.txt", b"x", "out.jsonl", 2, "unknown kind"),
        ("in.jsonl", b"{}", "out.csv", 2, "end its name in .jsonl"),
        ("in.jsonl", b"{}", "in.jsonl", 2, "take the place of the input"),
        ("in.jsonl", b"{}", "folder.jsonl", 2, "is a folder"),
        ("folder.jsonl", None, "out.jsonl", 2, "is a folder"),
        ("in.csv", b"id;text\n1;x\n", "out.csv", 2, "no column 'text' (it has: id;text); name it with --text"),
        ("in.csv", b"", "out.csv", 1, "no CSV file with a header"),
        ("in.parquet", b"PAR1 not at all PAR1", "out.parquet", 1, "no sound Parquet file"),
        ("in.jsonl.gz", gzip.compress(b'{"text": "goal"}\n' * 99999)[:300], "out.jsonl", 1, "no sound gzip file"),
        ("in.jsonl.gz", b"no gzip", "out.jsonl", 1, "no sound gzip file"),
    ],
)
def test_archives_that_cannot_be_tagged_get_a_sentence(
    model_path: Path, tmp_path: Path, name: str, content: bytes | None, target: str, code: int, sentence: str
) -> None:
    (tmp_path / "folder.jsonl").mkdir()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    found, said = wiretag("tag", tmp_path / name, tmp_path / target, model=model_path)
    assert sentence in said
    assert found == code


def test_damage_in_the_midst_of_parquet_gets_a_sentence(model_path: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "in.parquet", many(5000))
    data = bytearray(source.read_bytes())
    data[len(data) // 3 : len(data) // 3 + 2000] = bytes(2000)
    source.write_bytes(data)
    with pytest.raises(InputError, match="no sound Parquet file"):
        tag(source, tmp_path / "out.parquet", model_path)
    assert not (tmp_path / "out.parquet").exists()


def test_quiet_says_nothing_and_no_model_exits_with_2(model_path: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", many(3))
    assert wiretag("tag", source, tmp_path / "out.jsonl", "--quiet", model=model_path) == (0, "")
    code, said = wiretag("tag", source, tmp_path / "out.jsonl", model=tmp_path / "none.safetensors")
    assert (code, "make train" in said) == (2, True)


def test_pyarrow_is_loaded_for_parquet_alone(model_path: Path, tmp_path: Path) -> None:
    write(tmp_path / "in.jsonl", many(3))
    program = (
        "import sys; from pathlib import Path; from wiretag.archive.tagging import tag_archive\n"
        "model, folder = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2])\n"
        "tag_archive(folder / 'in.jsonl', folder / 'out.jsonl', model, 'text', 1, print)\n"
        "print(sorted({'pyarrow', 'scipy', 'sklearn', 'typer', 'dask'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program, model_path, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
