import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiretag.varint import pack_ascending, unpack_ascending


@given(st.sets(st.integers(0, 2**32 - 1)))
def test_ascending_numbers_come_back(numbers: set[int]) -> None:
    ascending = np.array(sorted(numbers), np.uint32)
    assert unpack_ascending(pack_ascending(ascending)).tolist() == sorted(numbers)


def test_a_distance_under_128_takes_one_byte() -> None:
    assert pack_ascending(np.array([0, 1, 128, 257], np.uint32)).tolist() == [0, 0, 126, 0x80, 0x01]


@given(st.binary())
def test_any_bytes_are_ascending_numbers_or_refused(data: bytes) -> None:
    try:
        numbers = unpack_ascending(np.frombuffer(data, np.uint8))
    except ValueError:
        return
    assert (np.diff(numbers.astype(np.int64)) > 0).all()


def test_a_list_that_breaks_off_is_refused() -> None:
    with pytest.raises(ValueError, match="broken"):
        unpack_ascending(np.array([3, 0x80], np.uint8))
