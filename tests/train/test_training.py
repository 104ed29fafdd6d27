from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse
from small import WORDS, small_items, with_nothing_in_common

from wiretag import model as model_file
from wiretag.errors import DataError
from wiretag.features import BITS, VIEWS, FeatureConfig
from wiretag.tagger import Tagger
from wiretag_data.item import Item
from wiretag_data.taxonomy import load_taxonomy
from wiretag_train import blocks, svm
from wiretag_train import fit as fit_module
from wiretag_train.card import with_section
from wiretag_train.default_set import training_set
from wiretag_train.evaluate import calibration_error, f1_scores
from wiretag_train.export import scores_of, to_model
from wiretag_train.fit import Fitted, TrainingSet, fit, fit_steps, vectors_of
from wiretag_train.heads import N_FOLDS, Member, fit_heads, folds_of
from wiretag_train.matrix import matrix, named_columns
from wiretag_train.own_data import train_own
from wiretag_train.recipe import MemberRecipe, Recipe
from wiretag_train.report import measure
from wiretag_train.svm import Texts
from wiretag_train.targets import UNKNOWN, Targets, covered_targets, plain_targets
from wiretag_train.thresholds import (
    bagged_threshold,
    bend_of,
    best_floor,
    best_threshold,
    lowest_good_threshold,
    pooled_calibration,
    shrunk_threshold,
    sigmoid_calibration,
    softmax_calibration,
)
from wiretag_train.wordlists import sentences, word_rates

QUICK = Recipe(costs=(1.0,))


def test_two_trainings_give_the_same_bytes(model_path: Path, tmp_path: Path) -> None:
    trained = train_own(small_items(), small_items(12), "topic", QUICK, 2, quiet=True)
    model_file.save(trained.model, tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == model_path.read_bytes()


def test_single_label_data_is_recognised(tagger: Tagger) -> None:
    assert tagger.facets[0].exclusive
    assert len(tagger.tag("words that nobody knows").labels("topic")) == 1


def test_multi_label_data_gives_any_number_of_tags() -> None:
    items = [Item(i.id, i.text, "en", "data", {"topic": i.labels["topic"] if n % 5 else ()})
             for n, i in enumerate(small_items())]  # fmt: skip
    model = train_own(items, [], "topic", QUICK, 1, quiet=True).model
    assert not model.facets[0].exclusive
    assert Tagger(model).tag("goal coach league").labels("topic")[0] == "sport"


def test_too_little_data_is_refused() -> None:
    with pytest.raises(DataError, match="at least 10"):
        train_own(small_items(3), [], "topic", QUICK, 1, quiet=True)


def test_texts_are_let_go_when_their_vectors_are_there() -> None:
    items = small_items()
    train_own(items, [], "topic", QUICK, 1, quiet=True)
    assert items == []


def test_items_of_weight_0_train_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svm, "_GAIN", 1e-9)  # the orders of the texts differ
    X = sparse.random(60, 30, 0.3, "csr", np.float32, random_state=0)
    values, weight = (np.arange(60) % 2).astype(np.int8)[:, None], np.where(np.arange(60) < 40, 1.0, 0.0)
    for naive_bayes in (False, True):

        def fitted(n: int, naive_bayes: bool = naive_bayes) -> NDArray[np.float32]:
            texts, block = Texts.of(X[:n]), blocks.Block(values[:n], [np.array([3])], naive_bayes)
            return texts.in_order(blocks.fit_block(X[:n], texts, block, weight[:n], None, 1.0))

        assert fitted(60) == pytest.approx(fitted(40), abs=0.002)


def test_a_label_that_a_fold_holds_alone_is_fitted_anew_by_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the fold judges, the label never holds: what is said then must not be where the next fit starts."""
    monkeypatch.setattr(svm, "_GAIN", 1e-9)
    X = sparse.random(90, 20, 0.4, "csr", np.float32, random_state=0)
    folds = np.arange(90) % 3
    values = np.zeros((90, 1), np.int8)
    values[np.flatnonzero(folds == 0)[:6]] = 1
    after_folds = fit_heads(X, Targets("topic", ("a",), values), folds, np.ones(90), (1.0,), 1)
    at_once = svm.solve(Texts.of(X), 2 * values - 1, np.ones(90), 1.0)
    assert after_folds.intercepts == pytest.approx(at_once.intercepts, abs=1e-3)


def test_the_number_of_threads_changes_no_bit() -> None:
    items = small_items(90)
    labels = [f"{topic}-{n}" for n in range(9) for topic in WORDS]
    values = np.array([[label.split("-")[0] in item.labels["topic"] for label in labels] for item in items], np.int8)
    training = TrainingSet.plain([item.text for item in items], [Targets("topic", tuple(labels), values)])
    one, two = (fit(training, QUICK, jobs).heads[0] for jobs in (1, 2))
    named = [np.empty(0, np.intp)] * len(labels)
    assert [len(blocks.blocks_of(values.astype(np.int8), named, False, jobs)) for jobs in (1, 2)] == [1, 2]
    assert (one.weights == two.weights).all()
    assert (one.thresholds == two.thresholds).all()


def test_of_many_judging_items_one_fold_chooses_c_and_all_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_module, "_PLENTY", 10)
    items = [Item(i.id, i.text, "en", "data", {"topic": i.labels["topic"] if n % 5 else ()}) for n, i in enumerate(small_items())]
    training = TrainingSet.plain([item.text for item in items], [plain_targets(items, "topic")])
    steps: list[str] = []
    recipe = replace(QUICK, costs=(0.5, 1.0))
    fitted = fit(training, recipe, 1, steps.append)
    assert len(steps) == fit_steps(training, recipe) == 1 + 4 * len(fitted.heads[0].targets.labels)
    assert vectors_of(training, recipe, 1).search_folds == 1


def test_items_take_no_part_in_labels_that_their_source_does_not_cover() -> None:
    items = [Item("1", "x", "en", "a", {"topic": ("sport",)}), Item("2", "y", "en", "b", {"topic": ("trade",)})]
    targets = covered_targets(items, "topic", ["sport", "trade"], {"a": {"topic": ["sport"]}, "b": {"topic": ["trade"]}})
    assert targets.values.tolist() == [[1, UNKNOWN], [UNKNOWN, 1]]


def test_folds_spread_rare_labels_and_keep_groups_whole() -> None:
    items = [Item(str(n), "", "en", "s", {"t": ("rare",) if n < 3 else ("common",)}) for n in range(30)]
    folds = folds_of([str(n) for n in range(30)], [plain_targets(items, "t")], 0)
    assert sorted(folds[:3].tolist()) == list(range(N_FOLDS))
    assert len(set(folds_of(["same"] * 30, [plain_targets(items, "t")], 0).tolist())) == 1


def test_f1_counts_only_what_is_judged() -> None:
    given_, truth = np.array([[1, 1], [0, 1]], bool), np.array([[1, 0], [1, 1]], bool)
    everything = f1_scores(given_, truth, np.ones((2, 2), bool))
    assert everything.micro == pytest.approx(4 / 6)
    assert everything.by_label.tolist() == pytest.approx([2 / 3, 2 / 3])
    assert f1_scores(given_, truth, np.array([[1, 0], [0, 1]], bool)).micro == 1


def test_a_label_with_few_items_is_found_by_its_name() -> None:
    fields = [f"field{n}" for n in range(40)]
    texts = ["rye mill wagon harbour", "rye mill wagon harbour", *(f"{a} {b}" for a, b in zip(fields, fields[1:], strict=False))]

    def weight_of_rye(label: str) -> float:
        targets = Targets("grain", (label,), np.array([[n < 2] for n in range(len(texts))], np.int8), names=(label,))
        fitted = fit(TrainingSet.plain(texts, [targets]), replace(QUICK, min_df=dict.fromkeys(VIEWS, 1)), 1)
        rye, mill = (fitted.heads[0].weights[0, named_columns(fitted.vectoriser, word)].sum() for word in ("rye", "mill"))
        return float(rye / mill)

    assert weight_of_rye("grain-7") == pytest.approx(1, abs=0.01)
    assert weight_of_rye("rye-7") > 3
    assert weight_of_rye("7") == weight_of_rye("grain-7")


def test_a_threshold_divides_where_f1_is_highest() -> None:
    scores, truth = np.array([2.0, 1.0, -1.0, -2.0]), np.array([True, True, False, False])
    assert best_threshold(scores, truth) == 0
    assert best_threshold(scores + 3, truth) == 3
    assert best_threshold(scores, np.zeros(4, bool)) == 0


def test_a_rare_label_follows_the_common_threshold_and_a_frequent_one_its_own() -> None:
    assert shrunk_threshold(1.0, -0.5, positives=0) == -0.5
    assert shrunk_threshold(1.0, -0.5, positives=2) == 0.25
    assert shrunk_threshold(1.0, -0.5, positives=1000) == pytest.approx(1, abs=0.01)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-5, 5), st.booleans()), min_size=2, max_size=50))
def test_calibration_is_finite_and_rising(pairs: list[tuple[float, bool]]) -> None:
    slope, shift = sigmoid_calibration(np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs]))
    assert slope > 0
    assert np.isfinite(shift)


def test_calibration_error_of_perfect_and_of_wrong_probabilities() -> None:
    assert calibration_error(np.array([0.0, 1.0]), np.array([False, True])) == 0
    assert calibration_error(np.array([1.0, 1.0]), np.array([False, False])) == 1


def test_labels_that_a_test_set_does_not_cover_take_no_part_in_its_figures(tagger: Tagger) -> None:
    values = np.array([[1, UNKNOWN, 0], [0, UNKNOWN, 1]], np.int8)
    facet = replace(tagger.facets[0], exclusive=False)
    model = replace(with_nothing_in_common(tagger.model), facets=(facet,), thresholds=np.full(3, 0.5, np.float32))
    texts = [" ".join(WORDS[facet.labels[0]]), " ".join(WORDS[facet.labels[2]])]
    assert measure(Tagger(model), texts, [Targets("topic", facet.labels, values)])["topic"]["macro_f1"] == 1
    nothing = np.full((2, 3), UNKNOWN, np.int8)
    assert measure(Tagger(model), texts, [Targets("topic", facet.labels, nothing)]) == {}


def test_pooled_shifts_follow_base_rates_and_rare_labels_stay_near_the_mean() -> None:
    random = np.random.default_rng(0)
    n = 4000
    scores = random.normal(0, 1, (n, 3))
    truth = random.random((n, 3)) < 1 / (1 + np.exp(-(2 * scores + np.array([1.0, -1.0, 0.0]))))
    judged = np.ones((n, 3), bool)
    judged[3:, 2], truth[:3, 2] = False, True  # the third label is judged on three items, which all have it
    slope, shifts = pooled_calibration(scores, truth, judged)
    assert slope == pytest.approx(2, abs=0.2)
    assert shifts[:2] == pytest.approx([1, -1], abs=0.2)
    assert 0 < shifts[2] < 0.5  # without the penalty it would grow without bound


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    """Heads of three labels of which an item may have several, so that their facet has a common part."""
    items, labels = small_items(90), tuple(WORDS)
    values = np.array([[label in item.labels["topic"] for label in labels] for item in items], np.int8)
    return fit(TrainingSet.plain([item.text for item in items], [Targets("topic", labels, values)]), QUICK, 1)


def test_pruning_keeps_the_mean_score_and_what_labels_have_in_common(fitted: Fitted) -> None:
    models = [to_model(fitted, size, 16) for size in (10**6, 50)]
    whole, pruned = (Tagger(model).scores(model.vectoriser.block(fitted.sample)) for model in models)
    scores = scores_of(fitted, matrix(fitted.vectoriser, fitted.sample))
    assert np.abs(whole - scores).max() < 0.02
    assert np.abs(pruned - scores).max() > 0.01
    assert pruned.mean() == pytest.approx(scores.mean(), abs=1e-5)
    sizes = [len(model.vectoriser.vocabulary) for model in models]
    assert 0 < sizes[1] < sizes[0]  # what no label uses is dropped


def test_members_that_see_all_features_average_to_one_that_does() -> None:
    X = sparse.random(60, 12, 0.5, "csr", random_state=0)
    targets = Targets("topic", ("a", "b"), (X[:, :2].toarray() > 0.3).astype(np.int8))
    folds, weight, everything = np.arange(60) % 3, np.ones(60), np.arange(12)
    one = fit_heads(X, targets, folds, weight, (1.0,), 1)
    two = fit_heads(X, targets, folds, weight, (1.0,), 1, members=[Member(everything, 1.0)] * 2)
    assert two.weights == pytest.approx(one.weights, abs=1e-6)
    assert (two.intercepts == one.intercepts).all()
    assert (two.thresholds == one.thresholds).all()
    assert two.costs == (1.0, 1.0)


def test_members_see_their_own_views_at_norm_one() -> None:
    items, labels = small_items(90), tuple(WORDS)
    values = np.array([[label in item.labels["topic"] for label in labels] for item in items], np.int8)
    training = TrainingSet.plain([item.text for item in items], [Targets("topic", labels, values)])
    members = (MemberRecipe(("words", "title")), MemberRecipe(("chars",)))
    shares = {"words": 1.0, "chars": 1.0, "title": 0.5}
    both = fit(training, Recipe(FeatureConfig(chars=(3, 5)), shares, members=members, costs=(1.0,)), 1)
    X = matrix(both.vectoriser, training.texts)
    words = (both.vectoriser.vocabulary.columns >> BITS) != VIEWS.index("chars")
    alone = fit_heads(
        (X[:, words] * 1.5 / 1.25**0.5).astype(float), training.facets[0], folds_of(training.groups, training.facets, 0),
        training.weight, (1.0,), 1,
    )  # fmt: skip
    assert both.heads[0].weights[:, words] == pytest.approx(alone.weights * 1.5 / 1.25**0.5 / 2, abs=1e-5)


def test_naive_bayes_holds_down_features_that_tell_nothing() -> None:
    random = np.random.default_rng(0)
    truth = np.arange(200) % 2
    chance = np.where(np.arange(21) == 0, np.where(truth, 0.7, 0.3)[:, None], 0.5)
    X = sparse.csr_matrix((random.random((200, 21)) < chance).astype(float))
    targets = Targets("topic", ("a",), truth[:, None].astype(np.int8))

    def share(naive_bayes: bool) -> float:
        member = Member(np.arange(21), 1.0, naive_bayes)
        telling, *silent = fit_heads(X, targets, np.arange(200) % 3, np.ones(200), (1e-3,), 1, members=[member]).weights[0]
        return float(np.abs(silent).mean() / telling)

    assert share(naive_bayes=True) < share(naive_bayes=False) / 2


def test_a_bagged_threshold_follows_the_noise_less_and_is_always_the_same() -> None:
    random = np.random.default_rng(0)
    truth = np.arange(300) % 5 == 0
    draws = [random.normal(np.where(truth, 1.0, -1.0), 1.0) for _ in range(40)]
    assert np.std([bagged_threshold(scores, truth) for scores in draws]) < 0.8 * np.std(
        [best_threshold(scores, truth) for scores in draws]
    )
    assert bagged_threshold(draws[0], truth) == bagged_threshold(draws[0], truth)
    assert bagged_threshold(np.empty(0), np.empty(0, bool)) == 0


def test_softmax_shifts_lift_what_scores_too_low_unless_a_label_cannot_be_judged() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(0, 3, 3000)
    scores = np.eye(3)[truth] * 2 + random.normal(0, 1, (3000, 3)) - np.array([1.0, 0.0, 0.0])
    slope, shifts = softmax_calibration(scores, truth)
    right = (scores.argmax(axis=1) == truth).mean()
    assert ((slope * scores + shifts).argmax(axis=1) == truth).mean() > right + 0.03
    assert softmax_calibration(scores[truth > 0], truth[truth > 0])[1].tolist() == [0, 0, 0]


def test_an_explanation_adds_up_to_the_score(fitted: Fitted) -> None:
    tagger = Tagger(to_model(fitted, 10**6, 16))
    text = small_items()[0].text
    for label, intercept in zip(tagger.model.label_ids, tagger.model.intercepts, strict=True):
        score = tagger.scores(tagger.model.vectoriser.block([text]))[0, tagger.model.label_ids.index(label)]
        assert sum(span.weight for span in tagger.explain(text, label)) + intercept == pytest.approx(score, abs=1e-4)


def test_the_floor_gives_the_best_label_where_that_is_right_often_enough() -> None:
    probability = np.array([[0.9, 0.1], [0.1, 0.8], [0.3, 0.1], [0.1, 0.25], [0.02, 0.01]])
    truth = np.array([[1, 0], [0, 1], [1, 0], [0, 1], [0, 0]], bool)
    assert best_floor(probability, truth, np.array([0.5, 0.5])) == 0.25
    assert best_floor(probability, np.array([[1, 0], [0, 1], [0, 0], [0, 0], [0, 0]], bool), np.array([0.5, 0.5])) == 1.0


def test_bent_logits_come_true_where_straight_ones_do_not() -> None:
    random = np.random.default_rng(0)
    logits = random.normal(0, 3, 100_000)
    truth = random.random(len(logits)) < 1 / (1 + np.exp(-(np.where(logits < 0, 1.5, 0.5) * logits + 0.8)))
    assert bend_of(logits, truth) == pytest.approx((1.5, 0.5, 0.8), abs=0.05)
    assert bend_of(logits[:0], truth[:0]) == pytest.approx((1, 1, 0))


def test_probabilities_of_a_facet_bend_its_logits(tagger: Tagger) -> None:
    facet = replace(tagger.facets[0], exclusive=False, bend=(2.0, 0.5, 1.0))
    logits = np.array([[-1.0, 0.0, 2.0]], np.float32)
    found = Tagger(replace(tagger.model, facets=(facet,))).probabilities_of(logits)
    assert found[0].tolist() == pytest.approx((1 / (1 + np.exp([1.0, -1.0, -2.0]))).tolist(), abs=1e-6)


def test_a_facet_with_a_floor_gives_its_best_label_and_others_none(tagger: Tagger) -> None:
    facet = replace(tagger.facets[0], exclusive=False, floor=0.2)
    model = replace(tagger.model, facets=(facet,), thresholds=np.full(3, 0.5, np.float32))
    given_ = model.given(np.array([[0.1, 0.3, 0.2], [0.1, 0.15, 0.1], [0.6, 0.7, 0.1]], np.float32))
    assert given_.tolist() == [[False, True, False], [False, False, False], [True, True, False]]


def test_of_thresholds_as_good_the_lowest_is_taken() -> None:
    scores = np.concatenate([np.linspace(1, 0.5, 400), [0.4, 0.3], np.linspace(0.2, 0, 400)])
    truth = np.concatenate([np.ones(400, bool), [False, True], np.zeros(400, bool)])
    assert lowest_good_threshold(scores, truth) < 0.3
    assert lowest_good_threshold(scores, truth) > 0.19


def test_word_lists_are_those_of_the_language_itself() -> None:
    assert word_rates("zh-Hant") == {}  # wordfreq would give Simplified Chinese
    assert sentences("zh-Hant", 3, 0) == []
    assert set("".join(sentences("zh-Hant", 3, 0, ["甲", "乙"]))) <= {"甲", "乙"}
    assert word_rates("ms").keys() != word_rates("id").keys()


def test_of_fetched_corpora_a_part_is_read_and_our_own_items_whole() -> None:
    others = [Item(f"bbc/{n}", "x" * 900, "en", "bbc") for n in range(1600)]
    own = [Item("wire/1", "y" * 900, "en", "wire"), Item("lexicon-topic/1", "trade", "en", "lexicon-topic")]
    training = training_set([*others, *own], {name: {} for name in ("bbc", "wire", "lexicon-topic")}, 0)
    read = [text for text in training.texts if set(text) == {"x"}]
    assert (len(read), {len(text) for text in read}) == (1500, {600})
    assert "y" * 900 in training.texts
    assert training.judges.sum() == 1


def test_of_texts_about_nothing_half_decide_of_topics_and_all_train() -> None:
    items = [
        Item("wire/1", "The match ended late", "en", "wire", {"topic": ("sport",)}),
        Item("foreign/tr/1", "Eski köprü onarım için kapatıldı", "und", "foreign"),
        *(Item(f"nothing/en/{n}", "Bread, a lamp and the other shoe", "en", "nothing") for n in range(100)),
    ]
    topics = {"topic": list(load_taxonomy()["topic"])}
    training = training_set(items, dict.fromkeys(("wire", "foreign", "nothing"), topics), 0)
    _, topic, language = training.facets
    assert language.labels == ("en", "und")
    assert training.judges.sum() == 102
    assert topic.decides is not None
    assert topic.decides[:2].all()
    assert 30 < topic.decides[2:102].sum() < 70
    assert language.decides is None
    assert (topic.values[1:102] == 0).all()
    assert training.weight[2] > 0


def test_items_that_do_not_decide_still_train() -> None:
    X = sparse.csr_matrix(np.tile(np.eye(2), (12, 1)))
    targets = Targets("topic", ("a",), np.tile(np.array([[1], [0]], np.int8), (12, 1)))
    folds = np.arange(24) // 2 % 3
    every, one = (
        fit_heads(X, replace(targets, decides=decides), folds, np.ones(24), (1.0,), 1, pooled=True)
        for decides in (None, np.arange(24) < 20)
    )
    assert (every.weights == one.weights).all()
    assert every.shifts != one.shifts


def test_a_card_keeps_one_section_of_a_title(tmp_path: Path) -> None:
    card = tmp_path / "card.md"
    card.write_text("# Card\n\nText.\n")
    with_section(card, "News", "old")
    with_section(card, "News", "new")
    assert card.read_text() == "# Card\n\nText.\n\n## News\n\nnew\n"
