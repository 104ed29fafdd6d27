import unicodedata
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wiretag import codepoints, compiled
from wiretag.features import BITS, VIEWS, Counts, FeatureConfig, blocks, count_block, count_by_arrays, nfkc, normalise
from wiretag.occurrences import occurrences

CONFIGS = [
    FeatureConfig(),
    FeatureConfig(pairs=True, chars=(3, 5), ideographs=(1, 2), syllables=(2, 4), hangul=(2, 3)),
    FeatureConfig(chars=(4, 6), title=False),
    FeatureConfig(pairs="syllables", chars=(5, 5), hangul=(1, 3), title=False),
]
SCRIPTS = "abc XYZ äß İ ǅ 北京東京カタかな ประเทศไทย العربيةُ أإ дом Ёж 한국어 ở १२ ๑๒ １２ ½ ﬁ \n\n-'’\u200d\u00ad😀é e\u0301"
texts = st.lists(st.text(st.one_of(st.sampled_from(SCRIPTS), st.characters()), max_size=90), min_size=1, max_size=5)


def rows(counts: Counts) -> list[Counter[int]]:
    """Columns of each text."""
    return [
        Counter(dict(zip(counts.columns[a:b].tolist(), counts.counts[a:b].tolist(), strict=True)))
        for a, b in pairwise(counts.text_offsets)
    ]


@pytest.mark.parametrize("counting", [count_by_arrays, compiled.count_block], ids=["arrays", "compiled"])
@pytest.mark.parametrize("config", CONFIGS)
@settings(max_examples=150, deadline=None)
@given(texts=texts)
def test_blocks_count_what_the_plain_reading_counts(
    config: FeatureConfig, counting: Callable[[list[str], FeatureConfig], Counts], texts: list[str]
) -> None:
    counts = counting(texts, config)
    for number, text in enumerate(texts):
        expected = Counter(found.column for found in occurrences(text, config))
        assert rows(counts)[number] == expected
        of_view = Counter(column >> BITS for column in expected.elements())
        assert counts.lengths[number].tolist() == [of_view[n] for n in range(len(VIEWS))]
        assert {VIEWS[n] for n in of_view} <= set(config.views)


@settings(max_examples=50, deadline=None)
@given(texts=texts)
def test_a_text_has_the_same_features_alone_and_among_others(texts: list[str]) -> None:
    config = CONFIGS[1]
    together = count_block(texts, config)
    for number, text in enumerate(texts):
        alone = count_block([text], config)
        assert rows(alone)[0] == rows(together)[number]


@settings(max_examples=50)
@given(texts=texts)
def test_blocks_keep_every_text_in_order(texts: list[str]) -> None:
    assert [text for block in blocks(texts) for text in block] == texts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("TRADE", "trade"),  # case
        ("ＴＯＫＹＯ　１２", "tokyo 12"),  # full-width forms
        ("٢٠٢٦", "2026"),  # digits of every script
        ("๒๕๖๙", "2569"),
        ("مُحَمَّد", "محمد"),  # Arabic vowel marks
        ("أسواق", "اسواق"),  # alef with hamza
        ("الحكومـة", "الحكومه"),  # lengthening stroke and teh marbuta
        ("ещё", "еще"),  # Russian yo
        ("Wirt\u00adschaft", "wirtschaft"),  # soft hyphen
        ("cafe\u0301", "café"),  # composition
    ],
)
def test_spellings_of_one_word_are_one_feature(one: str, other: str) -> None:
    config = FeatureConfig(title=False)
    assert rows(count_block([one], config)) == rows(count_block([other], config))


def test_columns_of_a_text_are_sorted_view_by_view() -> None:
    counts = count_block(["b a c a", "", "x"], FeatureConfig(pairs=True))
    assert counts.lengths.tolist() == [[4, 3, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]
    assert np.diff(counts.offsets).tolist() == [3, 3, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
    first = counts.columns[: counts.text_offsets[1]]
    assert np.all(np.diff(first.astype(np.int64)) > 0)
    assert (first >> BITS).tolist() == [0, 0, 0, 1, 1, 1]


@given(st.text(st.one_of(st.sampled_from(SCRIPTS + "，：；（）！？％～．＋－／＆\u3000…ำุ่ั"), st.characters())))
def test_replacing_decompositions_first_changes_no_normal_form(text: str) -> None:
    assert nfkc(text) == unicodedata.normalize("NFKC", text)


@settings(max_examples=300)
@given(
    texts=st.lists(st.text(st.one_of(st.sampled_from(SCRIPTS + "，…ำ゙́"), st.characters()), max_size=20), min_size=1, max_size=4)
)
def test_texts_that_are_not_normalised_have_the_words_of_those_that_are(texts: list[str]) -> None:
    config = CONFIGS[1]
    found, expected = count_by_arrays(texts, config), count_by_arrays([normalise(text) for text in texts], config)
    assert rows(found) == rows(expected)


def test_ordinary_text_is_steady_but_for_thai() -> None:
    for text in (
        "Größe, «œuvre» —…",
        "数据，报告：（新）……",
        "ニュース「速報」。",
        "뉴스·속보",
        "Đường phố Việt Nam",
        "الأخبار؟",
    ):
        assert codepoints.is_steady()[list(map(ord, text))].all(), text
    assert not codepoints.is_steady()[ord("ำ")]


def test_the_table_of_unassigned_code_points_is_that_of_the_pattern() -> None:
    every = "".join(chr(code) for code in range(0, 0x110000, 7))
    expected = {match.start() * 7 for match in codepoints.unassigned().finditer(every)}
    assert set(np.flatnonzero(codepoints.is_unassigned()[::7]) * 7) == expected


def test_tables_of_the_first_code_points_are_those_of_all() -> None:
    for table in (codepoints.symbols, codepoints.is_unassigned, codepoints.is_steady):
        assert len(table(0xFFFF)) == 0x10000
        assert len(table(0x10000)) == 0x110000
        assert np.array_equal(table(0x20), table()[:0x10000])


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("rates rise\nThe bank said so.", ["rates", "rise"]),
        ("\n  rates rise \n\n The bank", ["rates", "rise"]),
        ("rates rise again", []),
        ("  " + "rise " * 12 + "\n ", []),
        ("  " + "rise " * 12 + "fall it does", ["rise"] * 12),
        ("rise " * 11 + "afterwards nothing", ["rise"] * 11 + ["afterwards"]),
    ],
)
def test_the_title_is_the_first_line_or_the_beginning_of_a_long_one(text: str, title: list[str]) -> None:
    config = FeatureConfig()
    counts = count_block([text], config)
    assert counts.lengths[0, VIEWS.index("title")] == len(title)
    found = {int(column) & ((1 << BITS) - 1) for column in counts.columns if column >> BITS == VIEWS.index("title")}
    expected = count_block([" ".join(title)], FeatureConfig(title=False)).columns
    assert found == {int(column) for column in expected}


@pytest.mark.parametrize("counting", [count_by_arrays, compiled.count_block], ids=["arrays", "compiled"])
def test_syllables_are_paired_in_vietnamese_texts_alone(counting: Callable[[list[str], FeatureConfig], Counts]) -> None:
    texts = ["Giá vàng hôm nay tăng mạnh", "The price of gold rises on the day", "", "金価格が上昇", f"Huế {'and a' * 20}"]
    pairs = VIEWS.index("pairs")
    alone = counting(texts, FeatureConfig(pairs="syllables")).lengths[:, pairs].tolist()
    assert alone == [5, 0, 0, 4, 0]  # Japanese has its longest n-grams there
    assert counting(texts, FeatureConfig(pairs=True)).lengths[:, pairs].tolist() == [5, 7, 0, 4, 21]
    assert not counting(texts, FeatureConfig()).lengths[:, pairs].any()


@pytest.mark.parametrize("counting", [count_by_arrays, compiled.count_block], ids=["arrays", "compiled"])
@pytest.mark.parametrize("text", ["ạ" + " ab" * 15 + " a…", "ạ" + " ab" * 15 + " ab…", "Ạ" + "… ab" * 15])
def test_separators_do_not_make_a_text_less_vietnamese(counting: Callable[[list[str], FeatureConfig], Counts], text: str) -> None:
    config = FeatureConfig(pairs="syllables", title=False)  # NFKC makes three of the ellipsis, which needs no NFKC to be read
    assert rows(counting([text], config))[0] == Counter(found.column for found in occurrences(text, config))


def test_ascii_needs_no_normalising_and_nothing_in_it_is_ignored() -> None:
    symbols = codepoints.symbols_with_marks()[:128]
    assert np.array_equal(symbols, codepoints.symbols()[:128])
    assert codepoints.IGNORABLE not in symbols >> codepoints.CLASS_SHIFT
