import contextlib
import json
import os
import struct
import threading
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from wiretag import model as model_file
from wiretag.errors import ModelError
from wiretag.tagger import Tagger


def with_metadata(data: bytes, **changes: object) -> bytes:
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"].update({key: json.dumps(value) for key, value in changes.items()})
    return with_header(data, header)


def with_header(data: bytes, header: object) -> bytes:
    (length,) = struct.unpack("<Q", data[:8])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


def test_a_saved_model_answers_as_before(model_path: Path, tagger: Tagger, tmp_path: Path) -> None:
    copy = tmp_path / "copy.safetensors"
    model_file.save(tagger.model, copy)
    assert copy.read_bytes() == model_path.read_bytes()
    texts = ["The goal and the coach", "profit of the bank", ""]
    assert np.array_equal(Tagger.load(copy).probabilities(texts), tagger.probabilities(texts))


@pytest.mark.parametrize("version", [1, 4])
def test_another_format_is_refused_with_a_sentence(model_path: Path, version: int) -> None:
    with pytest.raises(ModelError, match=rf"no wiretag model of format 2 \(it names {version}\)"):
        model_file.loads(with_metadata(model_path.read_bytes(), format=version))


@pytest.mark.parametrize("rule", [{"sport": []}, {"sport": ["unknown"]}, {"unknown": ["sport"]}])
def test_a_rule_that_cannot_be_kept_is_refused_with_a_sentence(
    model_path: Path, tagger: Tagger, rule: dict[str, list[str]]
) -> None:
    facets = [{**asdict(facet), "beside": rule} for facet in tagger.model.facets]
    with pytest.raises(ModelError, match=r"a rule names (an unknown|no) label"):
        model_file.loads(with_metadata(model_path.read_bytes(), facets=facets))


@pytest.mark.parametrize("pairs", ["words", None, 1])
def test_pairs_of_a_kind_that_does_not_exist_are_refused_with_a_sentence(model_path: Path, tagger: Tagger, pairs: object) -> None:
    features = {**asdict(tagger.model.vectoriser.config), "pairs": pairs}
    with pytest.raises(ModelError, match="the pairs are not known"):
        model_file.loads(with_metadata(model_path.read_bytes(), features=features))


@pytest.mark.parametrize("data", [b"", b"hello", b"\x00" * 40, b"PK\x03\x04" + b"x" * 100])
def test_foreign_files_are_refused(data: bytes) -> None:
    with pytest.raises(ModelError):
        model_file.loads(data)


@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 0.999))
def test_a_truncated_model_is_refused(model_path: Path, share: float) -> None:
    data = model_path.read_bytes()
    with pytest.raises(ModelError):
        model_file.loads(data[: int(len(data) * share)])


@settings(max_examples=100, deadline=None)
@given(at=st.integers(0, 3000), value=st.integers(0, 255))
def test_a_changed_byte_gives_a_model_or_a_sentence(model_path: Path, at: int, value: int) -> None:
    data = bytearray(model_path.read_bytes())
    data[at % len(data)] = value
    with contextlib.suppress(ModelError):
        Tagger(model_file.loads(bytes(data))).tag("a goal in the final")


OF_WEIGHTS = ("counts", "labels", "masks", "levels", "common", "values")
OF_LABELS = ("intercepts", "scales", "shifts", "slopes", "thresholds")
TENSORS = ("columns", "idf", *OF_WEIGHTS, *OF_LABELS)
NUMBERS = st.integers(-2, 40) | st.sampled_from([1.0, True, None, "1", [], {}, 2**63, 2**70])


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(TENSORS), key=st.sampled_from(("data_offsets", "shape", "dtype", "gone")), data=st.data())
def test_what_safetensors_refuses_is_refused(model_path: Path, name: str, key: str, data: st.DataObject) -> None:
    sound = model_path.read_bytes()
    (length,) = struct.unpack("<Q", sound[:8])
    header = json.loads(sound[8 : 8 + length])
    entry = header[name]
    if key == "gone":
        del header[name]
    elif key == "dtype":
        entry[key] = data.draw(st.sampled_from(["U8", "I8", "F32", "U16", "I16", "F64", "F8_E4M3", "BOOL", "u8", 3, None]))
    elif data.draw(st.booleans()):
        entry[key] = [value + data.draw(st.integers(-9, 9)) for value in entry[key]]
    else:
        entry[key] = data.draw(st.lists(NUMBERS, max_size=3) | NUMBERS)
    changed = with_header(sound, header)
    try:
        theirs = safetensors.numpy.load(changed)
    except Exception:  # whatever it is called, it is a refusal
        with pytest.raises(ModelError):
            model_file.loads(changed)
        return
    try:
        model = model_file.loads(changed)
    except ModelError:
        return
    assert all(np.array_equal(getattr(model.weights, part), theirs[part]) for part in OF_WEIGHTS)
    assert all(np.array_equal(getattr(model, part), theirs[part]) for part in OF_LABELS)


def test_a_file_is_checked_like_its_bytes(model_path: Path, tmp_path: Path) -> None:
    data, copy = model_path.read_bytes(), tmp_path / "copy.safetensors"
    for bad in (b"", b"hello", data[:100], data[:-1], data + b"x", data[: len(data) // 2]):
        copy.write_bytes(bad)
        with pytest.raises(ModelError):
            model_file.load(copy)
    with pytest.raises(ModelError, match="cannot be read"):
        model_file.load(tmp_path)


def test_a_model_comes_through_a_pipe(model_path: Path, tagger: Tagger, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=[model_path.read_bytes()])
    writer.start()
    model = model_file.load(pipe)
    writer.join()
    assert model.label_ids == tagger.model.label_ids


def test_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="make train"):
        model_file.load(tmp_path / "none")
