"""What `wordfreq` knows: how often words occur in a language, for document frequencies and for telling languages apart.

Speer, "rspeer/wordfreq" (2022). Its lists are read as data; texts are never cut into words by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

import numpy as np
import wordfreq
from numpy.typing import NDArray

from wiretag.features import N_BUCKETS, VIEWS, FeatureConfig, blocks, count_block
from wiretag_train.matrix import Frequencies

# A language's list under another name; Traditional Chinese has none of its own.
_LISTS: Final = {"zh-Hans": "zh"}
_UNSPACED: Final = ("zh-Hans", "zh-Hant", "zh", "ja", "th")
# Words of a typical item, and how many texts the reference collection stands for.
_ITEM_WORDS: Final = 300
_N_TEXTS: Final = 10_000
# In scripts without spaces, this many characters count as a word.
_CHARACTERS_A_WORD: Final = 2.0
_SENTENCE_WORDS: Final = (3, 16)
# A word that is rarer stands in none of the texts; the best lists go down to a tenth of this.
_RAREST: Final = 1e-7


def word_rates(language: str, size: Literal["small", "best"] = "best") -> dict[str, float]:
    """Word -> its share of the words of running text; empty for a language that wordfreq does not have.

    The small list has the words that are at least one in a million, the best one those of the largest list there is.
    """
    name = _LISTS.get(language, language)
    # Asked for what it does not have, wordfreq gives a neighbour: for Traditional Chinese, Simplified.
    if name not in wordfreq.available_languages():
        return {}
    rates = {word: rate for word, rate in wordfreq.get_frequency_dict(name, size).items() if rate >= _RAREST}
    # It keeps every list that it ever read: 1 GB for all of its languages.
    wordfreq.get_frequency_dict.cache_clear()
    wordfreq.get_frequency_list.cache_clear()
    return rates


def other_languages(ours: Iterable[str]) -> list[str]:
    """Languages that wordfreq has and we do not."""
    taken = {_LISTS.get(language, language) for language in ours}
    return sorted(set(wordfreq.available_languages()) - taken)


def reference_frequencies(language: str, running_text: Sequence[str], config: FeatureConfig) -> Frequencies:
    """Expected document frequencies in a collection of items of this language.

    An n-gram that makes up a share r of a text's words stands in an item of n words with probability
    ``1 - exp(-n * r)``. Shares come from wordfreq's list, or from `running_text` where there is none.
    """
    words = word_rates(language)
    rates = _rates(list(words), np.array(list(words.values())), config) if words else _rates_of_text(running_text, config)
    return Frequencies((_N_TEXTS * -np.expm1(-_ITEM_WORDS * rates)).astype(np.float32), {}, _N_TEXTS)


def sentences(language: str, count: int, seed: int, otherwise: Sequence[str] = ()) -> list[str]:
    """`count` strings of words drawn by their frequency: no sense, but the language's commonest forms.

    Where there is no list, the words `otherwise` are drawn, all alike.
    """
    words = word_rates(language, "small") or dict.fromkeys(otherwise, 1.0)
    if not words:
        return []
    random = np.random.default_rng(seed)
    share = np.array(list(words.values()))
    lengths = random.integers(*_SENTENCE_WORDS, count, endpoint=True)
    drawn = iter(random.choice(np.array(list(words)), int(lengths.sum()), p=share / share.sum()))
    joint = "" if language in _UNSPACED else " "
    return [joint.join(next(drawn) for _ in range(length)) for length in lengths]


def _rates(words: list[str], share: NDArray[np.float64], config: FeatureConfig) -> NDArray[np.float64]:
    """Occurrences a word of running text, for each column."""
    rates = np.zeros(len(VIEWS) * N_BUCKETS)
    start = 0
    for block in blocks(words):
        counts = count_block(block, config)
        rows = np.repeat(np.arange(start, start + len(block)), np.diff(counts.text_offsets))
        np.add.at(rates, counts.columns, counts.counts * share[rows])
        start += len(block)
    return rates


def _rates_of_text(texts: Sequence[str], config: FeatureConfig) -> NDArray[np.float64]:
    characters = sum(len(text) for text in texts)
    each = np.full(len(texts), _CHARACTERS_A_WORD / max(characters, 1))
    return _rates(list(texts), each, config)
