import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from small import with_nothing_in_common

from wiretag.errors import UsageError
from wiretag.tagger import Tag, Tagger
from wiretag_train.export import to_model
from wiretag_train.fit import TrainingSet, fit
from wiretag_train.recipe import Recipe
from wiretag_train.targets import Targets


def test_many_are_tagged_as_one_by_one(tagger: Tagger) -> None:
    texts = ["goal and coach", "the bank", "", "virus 😀", "vaccine\nfor patients"] * 3
    assert [tags.to_dict() for tags in tagger.tag_many(texts)] == [tagger.tag(text).to_dict() for text in texts]


def test_who_tags_one_by_one_for_long_gets_the_fast_table_and_the_same_answers(tagger: Tagger) -> None:
    alone = Tagger(replace(tagger.model))
    assert not alone.model.is_dense
    answers = [alone.tag("goal for the bank, and the coach").to_dict() for _ in range(250)]
    assert alone.model.is_dense
    assert answers == answers[:1] * 250


def test_probabilities_of_an_exclusive_facet_sum_to_one(tagger: Tagger) -> None:
    rows = tagger.probabilities(["goal", "something else entirely"])
    assert rows.shape == (2, 3)
    assert np.allclose(rows.sum(axis=1), 1)


def test_explanation_points_at_the_words_that_decide(tagger: Tagger) -> None:
    text = "Nothing much, but the coach saw a goal"
    spans = tagger.explain(text, "sport")
    assert all(text[span.start : span.end] == span.text for span in spans)
    assert {span.text for span in sorted(spans, key=lambda span: -span.weight)[:2]} == {"coach", "goal"}
    with pytest.raises(UsageError, match="no label 'nope'"):
        tagger.explain(text, "nope")


def test_of_two_labels_of_one_name_the_facet_says_which_is_explained() -> None:
    texts = [f"{sector} {topic}" for sector in ("bank", "farm") for topic in ("grain", "loan") for _ in range(6)]
    facets = [
        Targets(name, ("land", "money"), np.array([[word in text, word not in text] for text in texts], np.int8))
        for name, word in (("sector", "farm"), ("topic", "grain"))
    ]
    tagger = Tagger(to_model(fit(TrainingSet.plain(texts, facets), Recipe(costs=(1.0,)), 1), 10**6, 256))

    def telling(facet: str | None) -> str:
        return max(tagger.explain("the farm has grain", "land", facet), key=lambda span: span.weight).text

    assert (telling("sector"), telling("topic"), telling(None)) == ("farm", "grain", "farm")
    with pytest.raises(UsageError, match="no label 'land' in a facet 'place'"):
        telling("place")


def test_a_label_brings_the_one_that_always_stands_beside_it(tagger: Tagger) -> None:
    facet = replace(tagger.facets[0], exclusive=False, beside={"sport": ("money", "health")})
    model = replace(with_nothing_in_common(tagger.model), facets=(facet,), thresholds=np.full(3, 0.6, np.float32))
    given = Tagger(model).tag("the goal of the coach in the league final").labels("topic")
    assert given[0] == "sport"
    assert len(given) == 2
    assert Tagger(model).tag("words that nobody knows", threshold=0.99).labels("topic") == []


@pytest.mark.parametrize("item", [None, b"goal", ["goal"], 1.5])
def test_an_item_that_is_no_string_is_refused_with_a_sentence(tagger: Tagger, item: object) -> None:
    for ask in (tagger.tag, lambda own: list(tagger.tag_many(["goal", own])), lambda own: tagger.probabilities([own])):
        with pytest.raises(TypeError, match=f"An item is a string, and this one is {type(item).__name__}"):
            ask(item)  # type: ignore[operator]


def test_one_string_is_no_list_of_items(tagger: Tagger) -> None:
    with pytest.raises(TypeError, match="This is one string"):
        list(tagger.tag_many("goal"))


def test_a_tag_is_a_value() -> None:
    tag = Tag("sport", "Sport", 0.5)
    assert tag == pickle.loads(pickle.dumps(tag)) == Tag(label="sport", name="Sport", probability=0.5)  # noqa: S301
    assert {tag, replace(tag, probability=0.6)} == {tag, Tag("sport", "Sport", 0.6)}
    assert repr(tag) == "Tag(label='sport', name='Sport', probability=0.5)"
    with pytest.raises(FrozenInstanceError):
        tag.label = "money"  # type: ignore[misc]


def test_names_are_english_in_a_language_that_has_none(tagger: Tagger) -> None:
    model = replace(tagger.model, names={"topic": {"sport": {"en": ["Sports"], "de": ["Sport"]}, "money": {"de": ["Geld"]}}})
    named = Tagger(model)
    text = "the striker scored a goal"
    names = {language: [tag.name for tag in named.tag(text, names=language)["topic"]] for language in ("de", "en", "xx")}
    assert names == {"de": ["Sport"], "en": ["Sports"], "xx": ["Sports"]}
