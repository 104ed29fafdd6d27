"""Texts without labels teach what a model of the labelled ones is sure of, and nothing else."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from small import WORDS, small_items
from typer.testing import CliRunner

from wiretag.model import to_bytes
from wiretag.tagger import Tagger
from wiretag_train.cli import app
from wiretag_train.heads import Heads
from wiretag_train.own_data import train_own
from wiretag_train.recipe import Recipe
from wiretag_train.self_training import taught
from wiretag_train.targets import UNKNOWN, Targets

QUICK = Recipe(costs=(1.0,))


def heads(targets: Targets) -> Heads:
    """Two labels whose scores are the two features."""
    ones, zeros = np.ones(2), np.zeros(2)
    return Heads(targets, np.eye(2, dtype=np.float32), zeros, ones, zeros, zeros, (1.0,))


def test_where_one_label_holds_a_text_is_taken_whole_or_not_at_all() -> None:
    values = np.array([[0, 1], [-1, -1], [-1, -1]], np.int8)
    X = sparse.csr_matrix(np.array([[9, 0], [9, 0], [1, 0]], np.float32))
    found, n_sure = taught(X, heads(Targets("topic", ("a", "b"), values, exclusive=True)))
    assert found.values.tolist() == [[0, 1], [1, 0], [UNKNOWN, UNKNOWN]]
    assert n_sure == 1


def test_elsewhere_each_label_is_for_itself() -> None:
    values = np.array([[0, 1], [-1, -1], [-1, -1]], np.int8)
    X = sparse.csr_matrix(np.array([[9, 0], [9, 0], [-9, -9]], np.float32))
    found, n_sure = taught(X, heads(Targets("topic", ("a", "b"), values)))
    assert found.values.tolist() == [[0, 1], [1, UNKNOWN], [0, 0]]
    assert n_sure == 1


@pytest.mark.parametrize("exclusive", [True, False])
def test_too_few_sure_texts_teach_nothing(exclusive: bool) -> None:
    # Two labelled items, one text that a label is sure of, and many that none is.
    values = np.full((23, 2), UNKNOWN, np.int8)
    values[:2] = [[1, 0], [0, 1]]
    X = np.full((23, 2), 0.1, np.float32)
    X[2] = [9, -9]
    targets = Targets("topic", ("a", "b"), values, exclusive=exclusive)
    found, n_sure = taught(sparse.csr_matrix(X), heads(targets))
    assert found is targets
    assert n_sure == 0
    found, n_sure = taught(sparse.csr_matrix(X[:12]), heads(targets.rows(np.arange(12))))
    assert found.values[2].tolist() == [1, 0]
    assert n_sure == 1


def test_in_a_large_archive_a_small_part_is_enough() -> None:
    # Ten sure texts an item with labels, and thirty times as many that are of something else.
    values = np.full((332, 2), UNKNOWN, np.int8)
    values[0] = [1, 0]
    X = np.full((332, 2), 0.1, np.float32)
    X[1:11] = [9, -9]
    found, n_sure = taught(sparse.csr_matrix(X), heads(Targets("topic", ("a", "b"), values, exclusive=True)))
    assert n_sure == 10
    assert found.values[1].tolist() == [1, 0]


def test_of_a_text_without_any_feature_nothing_is_known() -> None:
    values = np.array([[0, 1], [-1, -1], [-1, -1]], np.int8)
    known = heads(Targets("topic", ("a", "b"), values, exclusive=True))
    X = sparse.csr_matrix(np.array([[9, 0], [0, 0], [9, 0]], np.float32))
    found, n_sure = taught(X, replace(known, intercepts=np.array([9.0, -9.0])))
    assert found.values.tolist() == [[0, 1], [UNKNOWN, UNKNOWN], [1, 0]]
    assert n_sure == 1


def test_labels_of_items_that_judge_do_not_come_back_to_them_through_unlabelled_texts() -> None:
    # Half of the items tell their label, the other half is learned by heart; the texts without labels are those again.
    random = np.random.default_rng(0)
    items = small_items(240)
    for n in range(0, len(items), 2):
        by_heart = " ".join("".join(random.choice(list("bcdfgh"), 6)) for _ in range(6))
        items[n] = replace(items[n], text=by_heart, labels={"topic": (random.choice(list(WORDS)),)})
    again = [f"{item.text} again" for item in items]
    taught_so, plain = (train_own(list(items), [], "topic", QUICK, 1, quiet=True, unlabelled=texts) for texts in (again, None))
    assert taught_so.n_sure >= 60
    # The slope that makes scores probabilities: the surer the model seems to be out of fold, the steeper.
    assert taught_so.model.slopes[0] < 1.5 * plain.model.slopes[0]


def test_words_that_only_unlabelled_texts_hold_are_learned() -> None:
    # Each label's invented word stands beside words that the labelled items teach.
    invented = {"sport": "zorblax", "money": "quintle", "health": "vexomir"}
    unlabelled = [
        f"The {' and '.join(WORDS[label][n % 8] for n in range(start, start + 5))} {word}"
        for label, word in invented.items()
        for start in range(8)
    ]
    items = small_items()

    def found(texts: list[str]) -> list[str]:
        tagger = Tagger(train_own(list(items), [], "topic", QUICK, 1, quiet=True, unlabelled=texts).model)
        return [tagger.tag(word).labels("topic")[0] for word in invented.values()]

    assert found(unlabelled) == list(invented)
    assert found([]) != list(invented)


def test_the_record_tells_models_with_and_without_such_texts_apart() -> None:
    models = [train_own(small_items(), [], "topic", QUICK, 1, quiet=True, unlabelled=texts).model for texts in ([], ["goal"])]
    records = [model.about["training"] for model in models]
    assert [record["unlabelled"]["texts"] for record in records] == [0, 1]
    assert [record["items"] for record in records] == [60, 60]
    assert records[0]["corpus_sha256"] != records[1]["corpus_sha256"]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_the_command_takes_a_file_or_a_folder(tmp_path: Path, kind: str) -> None:
    data, model = tmp_path / "my.jsonl", tmp_path / "my.safetensors"
    data.write_text("".join(json.dumps({"text": i.text, "labels": i.labels["topic"]}) + "\n" for i in small_items()))
    if kind == "file":
        more = tmp_path / "archive.jsonl"
        more.write_text('{"text": "goal coach league"}\n{"text": "bank rates"}\n')
    else:
        more = tmp_path / "archive"
        (more / "deep").mkdir(parents=True)
        (more / "1.txt").write_text("goal coach league")
        (more / "deep" / "2.txt").write_text("bank rates")
        (more / ".hidden").write_text("no text")
    options = ["--data", str(data), "--unlabelled", str(more), "-o", str(model), "--effort", "quick", "--jobs", "1"]
    done = CliRunner().invoke(app, ["train", *options])
    assert done.exit_code == 0, done.output
    assert "and on 2 of 2 texts without labels" in done.output
    assert Tagger.load(model).model.about["training"]["unlabelled"] == {"texts": 2, "sure": 2}


def test_texts_of_the_items_themselves_are_left_out() -> None:
    items, test = small_items(), [replace(item, text=f"{item.text} to test") for item in small_items(12)]
    texts = [items[3].text, test[5].text, "goal coach league", "bank rates"]
    trained = train_own(items, test, "topic", QUICK, 1, quiet=True, unlabelled=texts)
    assert trained.n_unlabelled == 2
    assert texts == []


def test_texts_that_teach_nothing_change_nothing() -> None:
    texts = ["entirely other words here", "nothing of the kind at all"]
    with_them, without = (train_own(small_items(), [], "topic", QUICK, 1, quiet=True, unlabelled=more) for more in (texts, None))
    assert (with_them.n_unlabelled, with_them.n_sure) == (2, 0)
    assert to_bytes(replace(with_them.model, about={})) == to_bytes(replace(without.model, about={}))
