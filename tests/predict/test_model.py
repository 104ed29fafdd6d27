import contextlib
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wiretag import model as model_file
from wiretag.errors import ModelError
from wiretag.tagger import Tagger


def with_metadata(data: bytes, **changes: object) -> bytes:
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"].update({key: json.dumps(value) for key, value in changes.items()})
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


def test_a_saved_model_answers_as_before(model_path: Path, tagger: Tagger, tmp_path: Path) -> None:
    copy = tmp_path / "copy.safetensors"
    model_file.save(tagger.model, copy)
    assert copy.read_bytes() == model_path.read_bytes()
    texts = ["The goal and the coach", "profit of the bank", ""]
    assert np.array_equal(Tagger.load(copy).probabilities(texts), tagger.probabilities(texts))


def test_a_newer_format_is_refused_with_a_sentence(model_path: Path) -> None:
    with pytest.raises(ModelError, match="format 4; this wiretag reads formats 1 to 1"):
        model_file.loads(with_metadata(model_path.read_bytes(), format=4))


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


def test_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="make train"):
        model_file.load(tmp_path / "none")
