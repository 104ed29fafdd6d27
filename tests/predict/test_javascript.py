"""The JavaScript runtime, held to what Python says of the same texts."""

import json
import random
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wiretag import model as model_file
from wiretag.codepoints import symbols
from wiretag.features import FeatureConfig, count_block
from wiretag.tagger import Tagger
from wiretag.wire import spelling_key
from wiretag_data.item import Item
from wiretag_data.lexicon import load_lexicons
from wiretag_data.sources import wire
from wiretag_data.taxonomy import load_taxonomy
from wiretag_train.export import to_model
from wiretag_train.fit import TrainingSet, fit
from wiretag_train.recipe import EFFORTS, Recipe
from wiretag_train.targets import plain_targets

AS_DEFAULT = FeatureConfig(pairs=True, chars=(5, 5), title=False)
SHARES = {"words": 0.8, "pairs": 0.8, "chars": 1.0}
NODE = shutil.which("node")
HERE = Path(__file__).parent
RUNTIME = HERE.parents[1] / "predict" / "js"
pytestmark = pytest.mark.skipif(NODE is None, reason="Node is not installed.")
ALPHABETS = [range(0x20, 0x7F), range(0x110000), range(0xD800, 0xE000), range(0x20), range(0x4E00, 0x9FFF), range(0xAC00, 0xD7A3)]
ALPHABETS += [range(0x600, 0x700), range(0xE00, 0xE80), range(0x400, 0x500), range(0x3040, 0x3100), range(0x1F300, 0x1F700)]
ALPHABETS += [range(0xC0, 0x250), range(0x300, 0x370), range(0x1100, 0x1200), range(0xFB00, 0xFFFF), range(0x2000, 0x2070)]


@pytest.fixture(scope="module")
def items() -> list[Item]:
    """Wire items of every language."""
    return list(next(source for source in wire.SOURCES if source.name == "wire").items())[::15]


@pytest.fixture(scope="module", params=["views of all kinds", "as the default model"])
def model(request: pytest.FixtureRequest, items: list[Item], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with the wire's words and label names of all languages."""
    recipe = EFFORTS["default"] if request.param == "views of all kinds" else Recipe(features=AS_DEFAULT, view_weights=SHARES)
    return made(items, recipe, tmp_path_factory.mktemp("js") / "model.safetensors")


def test_wire_items_get_the_same_answers(model: Path, items: list[Item]) -> None:
    agree(model, [item.text for item in items])


def test_any_text_gets_the_same_answers(model: Path) -> None:
    draw = random.Random(0)  # noqa: S311

    def text() -> str:
        alphabets = draw.choices(ALPHABETS, k=draw.randint(1, 3))
        return "".join(draw.choice((*"  \n", chr(draw.choice(draw.choice(alphabets))))) for _ in range(draw.randint(0, 60)))

    # Pairs of halves are one code point to JavaScript, and to Python once they have been through JSON.
    agree(model, [json.loads(json.dumps(text())) for _ in range(1000)])


def test_every_code_point_has_the_class_and_form_of_the_table() -> None:
    program = """
        import { symbolOf } from "./src/codepoints.js";
        process.stdout.write(Buffer.from(Uint32Array.from({ length: 0x110000 }, (_, code) => symbolOf(code)).buffer));
    """
    done = subprocess.run([str(NODE), "--input-type=module", "-e", program], cwd=RUNTIME, capture_output=True, check=True)
    assert np.array_equal(np.frombuffer(done.stdout, np.uint32), symbols())


def test_spellings_are_folded_alike() -> None:
    program = """
        import { spellingKey } from "./src/wire.js";
        const keys = Array.from({ length: 0x110000 }, (_, code) => spellingKey(`a${String.fromCodePoint(code)}`));
        process.stdout.write(JSON.stringify(keys));
    """
    done = subprocess.run([str(NODE), "--input-type=module", "-e", program], cwd=RUNTIME, capture_output=True, check=True)
    unlike = [
        code
        for code, key in enumerate(json.loads(done.stdout))
        if key != spelling_key(f"a{chr(code)}") and unicodedata.category(chr(code)) not in ("Cn", "Cs")
    ]
    assert [f"{code:x}" for code in unlike] == []


@pytest.mark.parametrize("spoilt", [b"", b"{}", b"\xff" * 100, None])
def test_a_file_that_is_no_sound_model_is_refused_in_a_sentence(model_path: Path, tmp_path: Path, spoilt: bytes | None) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(model_path.read_bytes()[:-1] if spoilt is None else spoilt)
    done = run_cli("--model", path, HERE / "answers.mjs")
    assert done.returncode == 2
    assert done.stderr.startswith("wiretag: ")
    assert " at " not in done.stderr


def test_the_command_prints_what_predict_prints(model: Path, items: list[Item], tmp_path: Path) -> None:
    paths = []
    for n, item in enumerate(items[:20]):
        paths.append(tmp_path / f"{n}.txt")
        paths[-1].write_text(item.text, encoding="utf-8")
    paths.append(tmp_path / "none.txt")
    for options in ([], ["--json"]):
        own = run_cli("--model", model, *options, *paths)
        python = subprocess.run(
            [Path(sys.executable).with_name("predict"), "--model", model, *options, *paths], capture_output=True, text=True
        )
        assert own.stdout == python.stdout
        assert own.returncode == python.returncode == 1
        assert own.stderr.removeprefix("wiretag: ") == python.stderr.removeprefix("predict: ")


def run_cli(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(NODE), str(RUNTIME / "cli.js"), *map(str, arguments)], capture_output=True, text=True)


def agree(model: Path, texts: Sequence[str]) -> None:
    """The same features, stories and tags, and nearly the same numbers."""
    tagger = Tagger.load(model)
    label = tagger.model.label_ids[0]
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    command = [str(NODE), str(HERE / "answers.mjs"), str(model), label]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    for text, line in zip(texts, done.stdout.splitlines(), strict=True):
        answer = json.loads(line)
        assert answer["features"] == features_of(text, tagger), text
        assert answer["story"] == tagger.parse(text).text
        probabilities = tagger.probabilities([text])[0]
        assert answer["probabilities"] == pytest.approx(probabilities, abs=1e-6)
        assert known(answer["tags"]) == known(tagger.tag(text).to_dict())
        spans = tagger.explain(text, label)
        assert [(span["text"], span["weight"]) for span in answer["explained"]] == [
            (span.text, pytest.approx(span.weight, abs=1e-6)) for span in spans
        ]


def features_of(text: str, tagger: Tagger) -> dict[str, Any]:
    counted = count_block([text], tagger.model.vectoriser.config)
    return {
        view: {"buckets": own.buckets.tolist(), "counts": own.counts.tolist(), "length": int(own.lengths[0])}
        for view, own in counted.items()
    }


def known(tags: dict[str, Any]) -> dict[str, Any]:
    """Tags whose probabilities may differ in the last figure."""
    return {
        key: [(tag["label"], tag["name"], pytest.approx(tag["probability"], abs=1.1e-4)) for tag in own]
        if isinstance(own, list)
        else own
        for key, own in tags.items()
    }


def made(items: list[Item], recipe: Recipe, path: Path) -> Path:
    """A model trained on items, with all that the wire parser needs."""
    items = [replace(item, labels={**item.labels, "language": (item.language,)}) for item in items]
    targets = [plain_targets(items, facet) for facet in ("sector", "topic", "language")]
    fitted = fit(TrainingSet.plain([item.text for item in items], targets), replace(recipe, costs=(1.0,)), 1)
    lexicons = load_lexicons()
    names = {
        facet: {
            label: {language: own.names[facet][label] for language, own in lexicons.items() if label in own.names[facet]}
            for label in labels
        }
        for facet, labels in load_taxonomy().items()
    }
    wire = {language: dict(own.wire) for language, own in lexicons.items()}
    model_file.save(to_model(fitted, 10**6, names=names, wire=wire), path)
    return path
