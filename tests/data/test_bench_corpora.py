"""The corpus of `make bench` that only scikit-learn's own source has, read from a small cache of the same form."""

import codecs
import pickle
from pathlib import Path

import pytest
from bench import corpora
from sklearn.utils import Bunch

from wiretag_data.fetch import SourceUnavailable

POST = """From: ann@example.org
Subject: Re: A goal

Bob writes:
> Was it a goal?

It was the goal of the season.

--
Ann, Example Town
"""


def test_newsgroups_come_without_headers_footers_and_quotes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRETAG_CACHE", str(tmp_path))
    posts = Bunch(
        data=[POST, POST.replace("goal", "orbit")], filenames=["1", "2"], target_names=["sport", "space"], target=[0, 1]
    )
    content = codecs.encode(pickle.dumps({"train": posts, "test": posts}), "zlib_codec")
    (tmp_path / "20news-bydate_py3.pkz").write_bytes(content)
    corpus = corpora.CORPORA["20ng-stripped"]()
    assert corpus.exclusive
    assert corpus.labels == ["space", "sport"]
    assert [text.strip() for text, _ in corpus.train] == ["It was the goal of the season.", "It was the orbit of the season."]
    assert [labels for _, labels in corpus.train] == [["sport"], ["space"]]


def test_without_a_network_the_corpus_is_said_to_be_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(**_: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(corpora, "fetch_20newsgroups", unreachable)
    with pytest.raises(SourceUnavailable, match="no network"):
        corpora.CORPORA["20ng-stripped"]()
