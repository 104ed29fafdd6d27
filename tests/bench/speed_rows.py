"""Features, tagging and starting up, measured against scikit-learn, fastText and bare Python: rows of `make bench-speed`."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from material import (
    N_ITEMS,
    N_LABELS,
    FastText,
    labelled,
    news,
    of_all_languages,
    one_line,
    our_model,
    sklearn_tagger,
    split_texts,
)
from measuring import BIN, ONE_THREAD, ROOT, Measured, cpu_seconds, in_turns, launched
from own_model import write_lines
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.pipeline import FeatureUnion

from wiretag import acceleration, codepoints
from wiretag.codepoints import DIGIT, HANGUL, SPACED
from wiretag.features import BITS, MOST_PER_VIETNAMESE, SYLLABLES, FeatureConfig, blocks, count_block
from wiretag.model import load
from wiretag.origin import find_model
from wiretag.tagger import Tagger
from wiretag_data.taxonomy import corpora_folder
from wiretag_train.fit import TrainingSet, make_vectoriser
from wiretag_train.matrix import matrix
from wiretag_train.recipe import Recipe

# The project's wire items so many times over are some MB.
_TIMES = 5
_ITEM_CHARACTERS, _ITEMS_ALONE = 2000, 200
_START_ROUNDS, _IMPORT_ROUNDS = 20, 40
_MB = 1e6
_PAIRS = FeatureConfig(pairs=True, title=False)
_VIETNAMESE = re.compile("[Ạ-ỹ]")


def word_features(corpus: str) -> Measured:
    """Texts to weighted vectors of words and pairs of words."""
    fitted, texts = split_texts(corpus)
    theirs = TfidfVectorizer(ngram_range=(1, 2)).fit(fitted)
    recipe = Recipe(features=_PAIRS, view_weights={"words": 1.0, "pairs": 1.0}, min_df={})
    ours = make_vectoriser(TrainingSet.plain(fitted, []), recipe, 1)
    rounds = in_turns(cpu_seconds(lambda: matrix(ours, texts)), cpu_seconds(lambda: theirs.transform(texts)))
    return rounds.rate(
        sum(map(len, texts)) / _MB,
        "million characters/s",
        f"`matrix(vectoriser, texts)` and `TfidfVectorizer(ngram_range=(1, 2)).transform(texts)`: {len(texts):,} texts to a "
        f"sparse matrix of weighted, normalised rows, over all words and pairs of {len(fitted):,} other texts "
        f"({len(ours.vocabulary):,} features of ours, {len(theirs.vocabulary_):,} of theirs).",
    )


def counted_words(corpus: str) -> Measured:
    """Texts to counts of words and pairs of words."""
    fitted, texts = split_texts(corpus)
    theirs = TfidfVectorizer(ngram_range=(1, 2)).fit(fitted)
    rounds = in_turns(
        cpu_seconds(lambda: [count_block(block, _PAIRS) for block in blocks(texts)]), cpu_seconds(lambda: theirs.transform(texts))
    )
    return rounds.rate(
        sum(map(len, texts)) / _MB,
        "million characters/s",
        "`count_block` of all blocks: hashed counts without weights, beside the whole of their `transform`.",
    )


def mixed_features() -> Measured:
    """The default model's n-grams in all languages."""
    config = load(find_model(None)).vectoriser.config
    texts = of_all_languages(_TIMES)
    union = _hashing(config)
    rounds = in_turns(
        cpu_seconds(lambda: [count_block(block, config) for block in blocks(texts)]),
        cpu_seconds(lambda: union.transform(texts)),
        5,
    )
    own = sum(int(count_block(block, config).lengths.sum()) for block in blocks(texts))
    return rounds.rate(
        sum(map(len, texts)) / _MB,
        "million characters/s",
        f"`count_block` with the default model's settings and a `FeatureUnion` of {len(union.transformer_list)} "
        f"`HashingVectorizer`s with 2^{BITS} features (words; pairs of words in Vietnamese texts; character n-grams inside "
        "words, as `char_wb` makes them; n-grams of runs of Han and kana, of Thai, and of Hangul), counts without norm on both "
        "sides. Their words are those of a pattern made from our "
        "table of characters, their n-grams list comprehensions, which are faster than scikit-learn's own `char_wb`. The wire "
        f"items of all languages, shuffled, {_TIMES} times: {own:,} n-grams of ours, "
        f"{int(union.transform(texts).sum()):,} of theirs.",
    )


def _hashing(config: FeatureConfig) -> FeatureUnion:
    """scikit-learn's way to the n-grams of `config`."""
    how = {"n_features": 1 << BITS, "norm": None, "alternate_sign": False, "dtype": np.float32}
    words, letters = _runs_of(SPACED, DIGIT, HANGUL), _runs_of(SPACED, DIGIT)
    runs = [(_runs_of(kind), lengths) for kind, lengths in config.runs]
    shortest, longest = config.chars or (0, -1)

    def in_words(text: str) -> list[str]:
        padded = [f" {word} " for word in letters.findall(text.lower())]
        return [
            word[at : at + n]
            for n in range(shortest, longest + 1)
            for word in padded
            if len(word) > n
            for at in range(len(word) - n + 1)
        ]

    def in_runs(text: str) -> list[str]:
        return [
            run[at : at + n]
            for pattern, (low, high) in runs
            for run in pattern.findall(text)
            for n in range(low, high + 1)
            for at in range(len(run) - n + 1)
        ]

    def syllables(text: str) -> list[str]:
        if MOST_PER_VIETNAMESE * len(_VIETNAMESE.findall(text)) < len(text):
            return []
        found = words.findall(text.lower())
        return [f"{one} {other}" for one, other in pairwise(found)]

    together = (1, 2 if config.pairs is True else 1)
    return FeatureUnion(
        [
            ("words", HashingVectorizer(ngram_range=together, token_pattern=words.pattern, **how)),
            ("chars", HashingVectorizer(analyzer=in_words, **how)),
            ("runs", HashingVectorizer(analyzer=in_runs, **how)),
            *([("syllables", HashingVectorizer(analyzer=syllables, **how))] if config.pairs == SYLLABLES else []),
        ]
    )


def _runs_of(*kinds: int) -> re.Pattern[str]:
    """Matches runs of the characters of some classes of ours."""
    # Beyond the first plane `re` has no tables and would be slow; news needs nothing from there.
    inside = np.isin(codepoints.symbols()[: 1 << 16] >> np.uint32(codepoints.CLASS_SHIFT), kinds)
    edges = np.flatnonzero(np.diff(inside, prepend=False, append=False)).reshape(-1, 2)
    return re.compile("[" + "".join(f"\\U{first:08x}-\\U{end - 1:08x}" for first, end in edges.tolist()) + "]+")


def tagging(effort: str) -> Measured:
    """Texts to labels in one warm process."""
    texts, ours, theirs = news(), Tagger.load(our_model(effort)), sklearn_tagger()
    rounds = in_turns(cpu_seconds(lambda: _labels(ours, texts)), cpu_seconds(lambda: theirs.labels(texts)))
    return rounds.rate(
        len(texts),
        "items/s",
        f"Lists of strings to lists of labels in a warm process: `Tagger.tag_many` with a model of `wiretag train --effort "
        f"{effort}` and `Pipeline(TfidfVectorizer(ngram_range=(1, 2)), OneVsRestClassifier(LinearSVC())).predict` of all "
        f"items at once, both trained on the {len(labelled()):,} items of the ModApte split with its {N_LABELS} most frequent "
        f"topics. {N_ITEMS:,} items of Reuters-21578, {sum(map(len, texts)) / len(texts):.0f} characters on average; we give "
        f"{_per_item(_labels(ours, texts))} labels an item, they {_per_item(theirs.labels(texts))}.",
    )


def _labels(tagger: Tagger, texts: Sequence[str]) -> list[list[str]]:
    (facet,) = tagger.facets
    return [tags.labels(facet.name) for tags in tagger.tag_many(texts)]


def _per_item(labels: Sequence[Sequence[str]]) -> str:
    return f"{sum(map(len, labels)) / len(labels):.2f}"


def against_fasttext(effort: str, pairs: bool) -> Measured:
    """Both programs from a file of items to a file of labels."""
    fasttext = FastText.find()
    if fasttext is None:
        raise RuntimeError("fastText's program can neither be found nor had from Debian.")
    program, environment, trained = fasttext.program, fasttext.environment, fasttext.model(pairs)
    model = our_model(effort)
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found"

        def seconds(texts: Sequence[str]) -> tuple[Callable[[], float], Callable[[], float]]:
            items, lines = Path(folder) / f"{len(texts)}.jsonl", Path(folder) / f"{len(texts)}.txt"
            write_lines([(text, []) for text in texts], items)
            lines.write_text("".join(f"{one_line(text)}\n" for text in texts), encoding="utf-8")
            ours: list[str | Path] = [BIN / "predict", "--jsonl", items, "--model", model, "--quiet"]
            theirs: list[str | Path] = [program, "predict", trained, lines, "-1", "0.5"]
            return (
                lambda: launched(ours, found, ONE_THREAD).cpu,
                lambda: launched(theirs, found, environment).cpu,
            )

        rounds = in_turns(*seconds(news()))
        alone = in_turns(*seconds(news()[:1]), 3)
    return rounds.rate(
        N_ITEMS,
        "items/s",
        f"CPU seconds of `predict --jsonl` and of fastText 0.9.2's `fasttext predict MODEL FILE -1 0.5` (Debian's "
        f"build, if none is installed) from start to exit, on the same items; fastText's are lower case and one a line before "
        f"the time counts. Of {min(rounds.ours):.2f} s and {min(rounds.theirs):.2f} s, a single item takes "
        f"{min(alone.ours):.2f} s and {min(alone.theirs):.2f} s: starting and loading models of "
        f"{model.stat().st_size / _MB:.1f} and {trained.stat().st_size / _MB:.0f} "
        f"MB. fastText's is one-vs-all, 25 epochs, {'pairs of words' if pairs else 'words'}.",
    )


def two_processes(effort: str) -> Measured:
    """Two `predict` on a half of the items each, beside one on all."""
    model = our_model(effort)
    with tempfile.TemporaryDirectory() as folder:

        def command(name: str, texts: Sequence[str]) -> list[str]:
            lines = write_lines([(text, []) for text in texts], Path(folder) / name)
            return [str(word) for word in (BIN / "predict", "--jsonl", lines, "--model", model, "--quiet")]

        def together(commands: Sequence[list[str]]) -> None:
            running = [subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL) for words in commands]
            if any(process.wait() for process in running):
                raise RuntimeError("`predict` failed.")

        halves = [command("even", news()[::2]), command("odd", news()[1::2])]
        whole = [command("all", news())]
        rounds = in_turns(
            cpu_seconds(lambda: together(halves), time.perf_counter), cpu_seconds(lambda: together(whole), time.perf_counter)
        )
    return rounds.rate(
        N_ITEMS,
        "items/s",
        "Two `predict --jsonl` at a time, each on a half of the items, beside one on all: on the clock, loading included.",
    )


def two_threads(effort: str) -> Measured:
    """Two threads of one process beside one."""
    tagger, texts = Tagger.load(our_model(effort)), news()
    parts = [texts[at : at + 500] for at in range(0, len(texts), 500)]

    def shared() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda part: _labels(tagger, part), parts))

    rounds = in_turns(
        cpu_seconds(shared, time.perf_counter),
        cpu_seconds(lambda: [_labels(tagger, part) for part in parts], time.perf_counter),
    )
    return rounds.rate(N_ITEMS, "items/s", "Two threads that share a `Tagger`, 500 items at a time, beside one: on the clock.")


def one_item(effort: str | None) -> Measured:
    """Items one by one in a warm process; without an effort, those of the default model."""
    ours, theirs = Tagger.load(our_model(effort) if effort else find_model(None)), sklearn_tagger()
    acceleration.load()  # single texts never load it themselves
    texts = [text[:_ITEM_CHARACTERS] for text in news() if len(text) >= _ITEM_CHARACTERS][:_ITEMS_ALONE]

    def alone() -> None:
        for text in texts:
            ours.tag(text)

    def alone_theirs() -> None:
        for text in texts:
            theirs.labels([text])

    rounds = in_turns(cpu_seconds(alone), cpu_seconds(alone_theirs))
    name = (
        f"a model of {N_LABELS} labels, `--effort {effort}`"
        if effort
        else "the default model, which has more labels than their 40"
    )
    return rounds.faster(
        "ms",
        1000 / len(texts),
        f"{len(texts)} items of {_ITEM_CHARACTERS:,} characters, one call each: `Tagger.tag` with Numba's loops, as in the "
        f"server, and {name}, and the pipeline's "
        "`predict` of a list of one.",
    )


def one_item_alone(effort: str | None) -> Measured:
    """Milliseconds of `one_item`."""
    found = one_item(effort)
    return Measured(found.ours, 0.0, found.unit, found.ours, None, found.details)


def starting() -> Measured:
    """`predict FILE` from start to exit."""
    rounds = in_turns(
        lambda: launched(_predict_file()).cpu, lambda: launched([sys.executable, "-c", "import numpy"]).cpu, _START_ROUNDS
    )
    clock = in_turns(
        lambda: launched(_predict_file()).wall, lambda: launched([sys.executable, "-c", "import numpy"]).wall, _START_ROUNDS
    )
    size = _megabytes(find_model(None))
    return rounds.as_many_times(
        "ms",
        1000,
        f"CPU time of `predict` with the default model ({size:.1f} MB, {_n_labels()} labels) on one wire item, and of `python -c "
        f"'import numpy'` by the same interpreter, files in the system's cache; on the clock {min(clock.ours) * 1000:.0f} and "
        f"{min(clock.theirs) * 1000:.0f} ms, {min(clock.ours) / min(clock.theirs):.2f} times.",
    )


def importing() -> Measured:
    """`import wiretag` and nothing more."""
    rounds = in_turns(
        lambda: launched([sys.executable, "-c", "import wiretag"]).cpu,
        lambda: launched([sys.executable, "-c", "pass"]).cpu,
        _IMPORT_ROUNDS,
    )
    return rounds.as_many_times("ms", 1000, "CPU time of `python -c 'import wiretag'` and `python -c pass`, start to exit.")


def memory() -> Measured:
    """Peak memory of `predict FILE` beyond NumPy's."""
    rounds = in_turns(
        lambda: launched(_predict_file()).peak_mb, lambda: launched([sys.executable, "-c", "import numpy"]).peak_mb, 5
    )
    ours, theirs = min(rounds.ours), min(rounds.theirs)
    details = "Largest resident set of `predict` on one wire item with the default model, and of `python -c 'import numpy'`."
    return Measured(ours, theirs, "MB", ours - theirs, None, details)


def model_size() -> Measured:
    """Size of the default model."""
    megabytes = _megabytes(find_model(None))
    return Measured(
        megabytes,
        0.0,
        "MB",
        megabytes,
        None,
        f"{_n_labels()} labels in all languages. The row below says what it costs in macro-F1.",
    )


def _predict_file() -> list[str | Path]:
    """As most people type it: it finds the model that we have found, and needs no parser of options."""
    return [BIN / "predict", min((corpora_folder() / "wire" / "en").glob("*.txt"))]


def _megabytes(path: str) -> float:
    return Path(path).stat().st_size / _MB


@cache
def _n_labels() -> int:
    return len(load(find_model(None)).label_ids)
