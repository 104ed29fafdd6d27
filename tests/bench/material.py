"""Texts and trained models that the speed benchmarks measure on.

Forty topics of Reuters-21578 (the most frequent ones of the ModApte training part) are learnt by wiretag, by scikit-learn's
usual pipeline and by fastText; the models stay under .cache/bench/speed for the next run, ours as long as the code is the same.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import joblib
from measuring import ONE_THREAD, ROOT, code_fingerprint
from own_model import Rows, train
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MultiLabelBinarizer
from sklearn.svm import LinearSVC

from wiretag_data.sources import newsgroups, reuters
from wiretag_data.taxonomy import corpora_folder
from wiretag_data.wire_items import wire_files

N_LABELS = 40
N_ITEMS = 20_000
FOLDER = ROOT / ".cache" / "bench" / "speed"
# An item of the synthetic corpus has so many characters, but for the last sentence's length.
_SYNTHETIC_LENGTHS = (400, 1500)
_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_DIGITS, _PERMUTATIONS = "0123456789", 10_000


@cache
def topics() -> tuple[str, ...]:
    """The most frequent topics of the ModApte training part, the most frequent first."""
    split, texts = reuters.modapte(), reuters.documents()
    counts = Counter(topic for number in split["train"] for topic in texts[number]["topics"] if topic in split["cats"])
    return tuple(sorted(counts, key=lambda topic: (-counts[topic], topic))[:N_LABELS])


@cache
def labelled() -> Rows:
    """The ModApte training part with these topics."""
    texts, known = reuters.documents(), set(topics())
    return [(texts[n]["text"], [t for t in texts[n]["topics"] if t in known]) for n in reuters.modapte()["train"]]


@cache
def news() -> list[str]:
    """`N_ITEMS` texts of Reuters-21578, those that have a body; from the beginning again after the last."""
    with_body = [document["text"] for _, document in sorted(reuters.documents().items()) if "\n" in document["text"]]
    return [with_body[n % len(with_body)] for n in range(N_ITEMS)]


def split_texts(corpus: str) -> tuple[list[str], list[str]]:
    """Texts to fit on and texts to read, of "newsgroups" or "reuters"."""
    if corpus == "newsgroups":
        train, test = ([text for _, text in newsgroups.table(f"20newsgroups-{part}")] for part in ("train", "test"))
        return train, test
    texts, split = reuters.documents(), reuters.modapte()
    fitted = set(split["train"])
    return [texts[n]["text"] for n in sorted(fitted)], [text["text"] for n, text in sorted(texts.items()) if n not in fitted]


def of_all_languages(times: int) -> list[str]:
    """Bodies of the project's wire items, in an order that mixes the languages, so many times."""
    bodies = [file.raw for file in wire_files(corpora_folder() / "wire")]
    random.Random(0).shuffle(bodies)  # noqa: S311
    return bodies * times


def our_model(effort: str) -> Path:
    """A model of the forty topics as `wiretag train --data` makes it."""
    path = FOLDER / f"wiretag-{effort}-{code_fingerprint()}.safetensors"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        for old in FOLDER.glob(f"wiretag-{effort}-*.safetensors"):
            old.unlink()
        train(labelled(), labelled()[:1], path, effort)  # what the tool measures on does not matter here
    return path


@dataclass(frozen=True)
class SklearnTagger:
    """The pipeline and what turns its answers into labels."""

    pipeline: Pipeline
    binarizer: MultiLabelBinarizer

    def labels(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        found: list[tuple[str, ...]] = self.binarizer.inverse_transform(self.pipeline.predict(texts))
        return found


def sklearn_pipeline() -> Pipeline:
    """TF-IDF of words and pairs of words, one linear SVM a label, all else as scikit-learn has it."""
    return Pipeline([("tfidf", TfidfVectorizer(ngram_range=(1, 2))), ("svm", OneVsRestClassifier(LinearSVC()))])


@cache
def sklearn_tagger() -> SklearnTagger:
    """The pipeline, fitted on the forty topics."""
    path = FOLDER / "sklearn.joblib"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        texts, labels = zip(*labelled(), strict=True)
        binarizer = MultiLabelBinarizer(classes=topics()).fit(labels)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            pipeline = sklearn_pipeline().fit(texts, binarizer.transform(labels))
        joblib.dump((pipeline, binarizer), path)
    return SklearnTagger(*joblib.load(path))


@dataclass(frozen=True)
class FastText:
    """fastText's own program, and what it needs in its environment."""

    program: Path
    environment: dict[str, str]

    @classmethod
    def find(cls) -> FastText | None:
        """Installed, or unpacked from Debian's packages into .cache without installing them; None if neither can be had."""
        installed = shutil.which("fasttext")
        if installed:
            return cls(Path(installed), ONE_THREAD)
        folder = FOLDER.with_name("fasttext_debian")
        program = folder / "usr" / "bin" / "fasttext"
        if not program.exists() and shutil.which("apt-get"):
            folder.mkdir(parents=True, exist_ok=True)
            subprocess.run(["apt-get", "download", "fasttext", "libfasttext0"], cwd=folder, capture_output=True, check=False)
            for package in folder.glob("*.deb"):
                subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
        library = next(folder.glob("usr/lib/**/libfasttext.so.0"), None)
        if not program.exists() or library is None:
            return None
        paths = [str(library.parent), os.environ.get("LD_LIBRARY_PATH", "")]
        return cls(program, {**ONE_THREAD, "LD_LIBRARY_PATH": ":".join(filter(None, paths))})

    def model(self, pairs: bool) -> Path:
        """A model of the forty topics, one-vs-all, with the settings of `make bench`; with or without pairs of words."""
        path = FOLDER / f"fasttext-{'pairs' if pairs else 'words'}.bin"
        if not path.exists():
            FOLDER.mkdir(parents=True, exist_ok=True)
            lines = FOLDER / "train.txt"
            marked = (" ".join([*(f"__label__{label}" for label in own), one_line(text)]) for text, own in labelled())
            lines.write_text("\n".join(marked) + "\n", encoding="utf-8")
            how = f"-lr 0.5 -epoch 25 -wordNgrams {2 if pairs else 1} -loss ova -thread 2 -verbose 0".split()
            command = [self.program, "supervised", "-input", lines, "-output", path.with_suffix(""), *how]
            subprocess.run(list(map(str, command)), check=True, env={**os.environ, **self.environment}, capture_output=True)
            path.with_suffix(".vec").unlink()
        return path


def one_line(text: str) -> str:
    """Lower case on one line, as fastText wants its input; made before its seconds count."""
    return " ".join(text.lower().split())


def synthetic(count: int, seed: int = 0) -> Iterator[tuple[str, list[str]]]:
    """News items of about a thousand characters with the topics of real ones; a longer run begins as a shorter one does.

    Sentences of a real item and of others with its first topic, half and half, with fresh numbers: the ten digits of each
    sentence change places. So pairs of words go on growing with the items, and words by their numbers.
    """
    draw = random.Random(seed)  # noqa: S311
    fresh = [str.maketrans(_DIGITS, "".join(draw.sample(_DIGITS, 10))) for _ in range(_PERMUTATIONS)]
    known = set(topics())
    items: list[tuple[list[str], list[str]]] = []
    by_topic: dict[str, list[str]] = {}
    for _, document in sorted(reuters.documents().items()):
        labels = [topic for topic in document["topics"] if topic in known]
        title, _, body = document["text"].partition("\n")
        sentences = _SENTENCES.split(" ".join(body.split()))
        if labels and len(sentences) > 1:
            items.append(([title, *sentences], labels))
            by_topic.setdefault(labels[0], []).extend(sentences)
    for _ in range(count):
        (title, *own), labels = draw.choice(items)
        others, wanted = by_topic[labels[0]], draw.randint(*_SYNTHETIC_LENGTHS)
        story, size = [], 0
        while size < wanted:
            sentence = draw.choice(own if draw.random() < 0.5 else others)
            story.append(sentence.translate(draw.choice(fresh)))
            size += len(sentence) + 1
        yield f"{title}\n{' '.join(story)}", labels


def write_synthetic(count: int) -> Path:
    """`synthetic` items as lines of JSON, written if they are not there."""
    path = FOLDER / f"synthetic-{count}.jsonl"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part")
        with beside.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps({"text": text, "labels": labels}) + "\n" for text, labels in synthetic(count))
        beside.replace(path)
    return path


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Lines of JSON."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
