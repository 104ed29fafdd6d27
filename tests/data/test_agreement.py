import pytest

from wiretag_data.agreement import annotated_twice, krippendorff_alpha, masi_distance, micro_f1

A, B, AB, CD = frozenset("a"), frozenset("b"), frozenset("ab"), frozenset("cd")


def test_a_subset_is_nearer_than_an_overlap() -> None:
    assert masi_distance(AB, AB) == 0
    assert masi_distance(A, AB) == pytest.approx(2 / 3)
    assert masi_distance(frozenset("abc"), frozenset("bcd")) == pytest.approx(1 - 1 / 3 * 2 / 4)
    assert masi_distance(AB, CD) == 1


def test_alpha_is_one_for_equals_and_about_zero_for_chance() -> None:
    assert krippendorff_alpha([(A, A), (B, B)]) == 1
    assert krippendorff_alpha([(A, A), (A, B), (B, A), (B, B)]) == pytest.approx(0.125)  # nominal alpha by hand


def test_f1_counts_common_labels() -> None:
    assert micro_f1([(A, AB), (B, B)]) == pytest.approx(2 * 2 / 5)


def test_the_items_annotated_twice_agree_more_than_chance() -> None:
    pairs = annotated_twice()
    assert len(pairs["topic"]) == len(pairs["sector"]) == 60
    assert all(krippendorff_alpha(own) > 0.5 for own in pairs.values())
