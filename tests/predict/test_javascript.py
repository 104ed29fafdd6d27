"""The JavaScript runtime answers as Python's does."""

import json
import random
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small import small_items

from wiretag import codepoints
from wiretag import model as model_file
from wiretag.features import FeatureConfig, count_block
from wiretag.tagger import Tagger
from wiretag.wire import spelling_key
from wiretag_data.item import Item
from wiretag_data.lexicon import load_lexicons
from wiretag_train.own_data import train_own
from wiretag_train.recipe import Recipe

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

ROOT = Path(__file__).parents[2]
JS = ROOT / "predict" / "js"
CONFIGS = [
    FeatureConfig(),
    FeatureConfig(pairs=True, chars=(3, 5), ideographs=(1, 2), syllables=(2, 4), hangul=(2, 3)),
    FeatureConfig(pairs="syllables", chars=(5, 5), hangul=(1, 3), title=False),
    FeatureConfig(pairs=True, ideographs=(1, 1)),
]
# Where scripts, marks, punctuation, digits, spaces and letters beyond the first 2^16 are dense.
RANGES = [
    (0x00, 0x24F), (0x2B0, 0x52F), (0x590, 0x77F), (0x900, 0xDFF), (0xE00, 0x109F), (0x10A0, 0x17FF), (0x1E00, 0x206F),
    (0x2070, 0x2BFF), (0x2E80, 0x33FF), (0x4E00, 0x9FFF), (0xA640, 0xABFF), (0xAC00, 0xD7FF), (0xD800, 0xDFFF),
    (0xF900, 0xFFFF), (0x10000, 0x10FFF), (0x16A00, 0x1BFFF), (0x1D400, 0x1DFFF), (0x1E000, 0x1FBFF), (0x20000, 0x2FA1F),
    (0xE0000, 0xE01FF), (0x0, 0x10FFFF),
]  # fmt: skip
# The measure of the modules' sizes: all that `import … from "wiretag"` brings, minified and not compressed.
ESBUILD = ["npx", "--yes", "--offline", "esbuild@0.28.2"]
MINIFIED = ["--bundle", "--minify", "--format=esm", "--charset=utf8"]
# Symbols of all code points; none for the unknown ones, and all ones for those that NFKC replaces before they are looked up.
SYMBOLS = """
import { UNASSIGNED, symbol } from %s;
const own = Uint32Array.from({ length: 0x110000 }, (_, code) => {
  const char = String.fromCodePoint(code);
  return char.replace(UNASSIGNED, "") ? (char.normalize("NFKC") === char ? symbol(code) : -1) : 0;
});
process.stdout.write(new Uint8Array(own.buffer));
"""
PIECES = ["\n", " ", "Giá vàng ở Huế ", "(", ")", "goal", "bank", "한국어", "北京市", "\u0301", "Σ", "İ"]

Answer = dict[str, Any]


@pytest.fixture(scope="module")
def wire_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with several labels an item, all rules for giving them, and the words and names of all lexicons."""
    both = Item(
        "both",
        "The bank and the coach\nBank shares of the league, a goal for profit",
        "en",
        "data",
        {"topic": ("sport", "money")},
    )
    trained = train_own([*small_items(), *[both] * 6], small_items(12), "topic", Recipe(costs=(1.0,)), 1, quiet=True).model
    (topic,) = trained.facets
    assert not topic.exclusive
    topic = replace(topic, floor=0.1, bend=(1.3, 0.6, 0.2), beside={"sport": ("health", "money")})
    thresholds = np.full_like(trained.thresholds, 0.5)
    lexicons = load_lexicons(ROOT / "data" / "corpora")
    names: dict[str, dict[str, dict[str, list[str]]]] = {}
    for language, lexicon in lexicons.items():
        for facet, labels in lexicon.names.items():
            for label, own in labels.items():
                names.setdefault(facet, {}).setdefault(label, {})[language] = list(own)
    wire = {language: dict(lexicon.wire) for language, lexicon in lexicons.items()}
    path = tmp_path_factory.mktemp("wire") / "wire.safetensors"
    model_file.save(replace(trained, facets=(topic,), thresholds=thresholds, names=names, wire=wire), path)
    return path


def random_texts(number: int) -> list[str]:
    chance = random.Random(7)  # noqa: S311 - a test's examples, not a secret
    texts = []
    for _ in range(number):
        parts = chance.choices(RANGES, k=chance.randint(1, 4))
        chars = [chr(chance.randint(*chance.choice(parts))) for _ in range(chance.randint(0, 90))]
        chars += chance.choices(
            ["\n", " ", "(", ")", "goal", "bank", "한국어", "北京市", "\u0301", "Σ", "İ"], k=chance.randint(0, 12)
        )
        chance.shuffle(chars)
        texts.append("".join(chars))
    # A pair of lone surrogates is one character in JavaScript, as it is after JSON.
    return [json.loads(json.dumps(text)) for text in texts]


def javascript(model: Path, texts: Sequence[str], configs: Sequence[FeatureConfig] = (), explain: str = "") -> list[Answer]:
    job = {"model": str(model), "texts": texts, "configs": [asdict(config) for config in configs], "explain": explain}
    script = Path(__file__).with_name("javascript.mjs")
    done = subprocess.run(["node", str(script)], input=json.dumps(job).encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    answers: list[Answer] = json.loads(done.stdout)
    return answers


def columns(text: str, config: FeatureConfig) -> list[int]:
    counts = count_block([text], config)
    found: list[int] = np.repeat(counts.columns, counts.counts).tolist()
    return found


def units(text: str, at: int) -> int:
    """Where a character of a text stands in JavaScript."""
    return len(text[:at].encode("utf-16-le", "surrogatepass")) // 2


def assert_same(model: Path, texts: Sequence[str], configs: Sequence[FeatureConfig], label: str) -> None:
    tagger = Tagger.load(model)
    answers = javascript(model, texts, configs, label)
    probabilities = tagger.probabilities(texts)
    for text, answer, probability in zip(texts, answers, probabilities, strict=True):
        story = tagger.parse(text).text
        assert answer["story"] == story
        assert answer["columns"] == [columns(story, config) for config in configs], text
        assert np.abs(np.array(answer["probabilities"]) - probability).max() < 1e-6
        tags = tagger.tag(text)
        assert answer["language"] == tags.language
        assert answer["declared"] == {facet: list(labels) for facet, labels in tags.declared.items()}
        assert {facet: [tag["label"] for tag in own] for facet, own in answer["facets"].items()} == {
            facet: tags.labels(facet) for facet in tags.facets
        }
        assert [tag["name"] for own in answer["facets"].values() for tag in own] == [
            tag.name for own in tags.facets.values() for tag in own
        ]
        spans = tagger.explain(text, label)
        assert [(start, end) for start, end, _ in answer["explained"]] == [
            (units(story, span.start), units(story, span.end)) for span in spans
        ]
        assert [weight for _, _, weight in answer["explained"]] == pytest.approx([span.weight for span in spans], abs=1e-6)


def test_a_thousand_random_strings_get_the_same_answers(model_path: Path) -> None:
    assert_same(model_path, random_texts(1000), CONFIGS, "sport")


def test_random_strings_are_read_as_wire_items_the_same_way(wire_model: Path) -> None:
    assert_same(wire_model, random_texts(300), (), "sport")


def test_items_of_every_language_get_the_same_answers(wire_model: Path) -> None:
    folders = sorted((ROOT / "data" / "corpora").glob("*/*/"))
    files = [file for folder in folders for file in sorted(folder.glob("*.txt"))[:3]]
    assert len(files) > 90
    assert_same(wire_model, [file.read_text() for file in files], CONFIGS[1:2], "money")


def test_wire_marks_in_awkward_places_are_read_the_same_way(wire_model: Path) -> None:
    marks = [
        "(Agency) – CITY – Body", "(Agency) CITY – Body", "(CITY=Agency) Body", "BERLIN, 12 May (Agency) - Body",
        "【Agency】 Body", "CITY, May 12 /Wire/ -- Body", "About Agency", "Über die Agency:", "Media contact: none",
        "Pressekontakt", "Follow Agency on", "Branchen: Top-Story, Tagesnachrichten; Unbekannt.", "Agency is a wire.",
        "Sectors： Top-Story / Daily News", "\x1c\x85", "Story.", "行业: 每日新闻、头条", "Branchen: Mode, Luxus & Beauty",
        "BRANCHEN: TOP-STORY", "Branchen: Unbekannt", "About Agency and its many friends in the whole world",
        "About Agency and its many friends in the whole world and in all the countries that there are, today and tomorrow",
        "The coach of the league and the goal", "bank profit", "Dieser Inhalt stammt von einem Dritten.",
    ]  # fmt: skip
    chance = random.Random(3)  # noqa: S311 - a test's examples, not a secret
    ends = ["\n", "\r\n", "\u2028", "\x0b"]
    texts = [chance.choice(ends).join(chance.choices(marks, k=chance.randint(1, 8))) for _ in range(400)]
    assert_same(wire_model, texts, (), "sport")


def test_every_code_point_has_the_same_class_and_folded_form(model_path: Path) -> None:
    planes = (range(0xD800), range(0xE000, 0x32000), range(0xE0000, 0xE1000))  # nothing is assigned between and behind
    codes = [code for plane in planes for code in plane]
    texts = ["a".join(map(chr, codes[at : at + 4096])) for at in range(0, len(codes), 4096)]
    for text, answer in zip(texts, javascript(model_path, texts, CONFIGS[1:2]), strict=True):
        assert answer["columns"] == [columns(text, CONFIGS[1])]


def test_the_table_holds_the_symbol_of_every_code_point_that_can_be_looked_up() -> None:
    script = SYMBOLS % json.dumps((JS / "src" / "codepoints.js").as_uri())
    done = subprocess.run(["node", "--input-type=module", "--eval", script], capture_output=True, check=True)
    theirs = np.frombuffer(done.stdout, np.uint32)
    unknown = codepoints.is_unassigned()
    replaced = theirs == 0xFFFFFFFF
    ignorable = codepoints.symbols() >> codepoints.CLASS_SHIFT == codepoints.IGNORABLE
    assert np.array_equal(theirs == 0, unknown)
    assert [code for code in np.flatnonzero(replaced).tolist() if unicodedata.normalize("NFKC", chr(code)) == chr(code)] == []
    compared = ~unknown & ~replaced & ~ignorable
    assert np.array_equal(theirs[compared], codepoints.symbols()[compared])
    assert (theirs[ignorable & ~replaced] >> codepoints.CLASS_SHIFT == codepoints.IGNORABLE).all()


@pytest.mark.parametrize(
    ("entry", "most"), [(["index.js"], 15_000), (["node.js", "--platform=node"], 15_400)], ids=["module", "with files"]
)
def test_the_minified_module_is_small(entry: list[str], most: int) -> None:
    if shutil.which("npx") is None or subprocess.run([*ESBUILD, "--version"], capture_output=True, check=False).returncode:
        pytest.skip("esbuild is not in npm's cache; `npx --yes esbuild@0.28.2 --version` puts it there")
    command = [*ESBUILD, str(JS / "src" / entry[0]), *entry[1:], *MINIFIED]
    assert len(subprocess.run(command, capture_output=True, check=True).stdout) < most


def test_spellings_are_keyed_alike_where_python_knows_the_letters(model_path: Path) -> None:
    known = [chr(code) for code in range(0x20000) if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")]
    cherokee = [char for char in known if "CHEROKEE" in unicodedata.name(char, "")]
    texts = [f"x{char} Σσς {char.upper()}" for char in known if char not in cherokee]
    answers = javascript(model_path, ["\n".join(texts)])
    assert answers[0]["key"] == spelling_key("\n".join(texts))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packed package, unpacked where an installation puts it."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("npm")
    subprocess.run(["npm", "pack", "--silent", "--pack-destination", str(folder), str(JS)], check=True, capture_output=True)
    (tarball,) = folder.glob("*.tgz")
    command = ["npm", "install", "--silent", "--offline", "--no-audit", "--no-fund", "--prefix", str(folder), str(tarball)]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "node_modules" / ".bin" / "wiretag"


def both(installed: Path, *arguments: str, text: bytes = b"") -> list[tuple[int, bytes]]:
    commands = ([str(installed)], [sys.executable, "-m", "wiretag.cli"])
    done = [subprocess.run([*command, *arguments], input=text, capture_output=True, check=False) for command in commands]
    for own in done:
        assert b"Traceback" not in own.stderr
        assert b"    at " not in own.stderr
        assert bool(own.stderr) == bool(own.returncode)
    return [(own.returncode, own.stdout) for own in done]


def test_the_packed_command_prints_what_predict_prints(installed: Path, wire_model: Path, tmp_path: Path) -> None:
    good, empty, binary = (tmp_path / name for name in ("good.txt", "empty.txt", "binary.txt"))
    good.write_text(
        "(Agency) – Bank\nThe bank and the profit\n„Zölle“\nBranchen: Top-Story, Tagesnachrichten\n", encoding="utf-16"
    )
    empty.write_bytes(b"\n \n")
    binary.write_bytes(b"\0\1\xff")
    lines = tmp_path / "in.jsonl"
    rows = [
        '{"id": 12345678901234567890, "text": "bank 5 \\" 7"}',
        '{"text": ',
        "",
        '{"id": [1.0, {"": 7, "a": "7"}], "text": "goal"}',
        "[1]",
    ]
    lines.write_text("\n".join(rows))
    model = ("--model", str(wire_model))
    for arguments in (
        [str(good), *model],
        [str(good), "--json", *model],
        [str(good), str(empty), str(binary), str(tmp_path), str(tmp_path / "none"), "--json", "--all", *model],
        ["-", "--json", "--names", "de", *model],
        ["--jsonl", str(lines), *model],
        ["--jsonl", str(lines), "--threshold", "0.3", *model],
        [str(good), "--threshold", "7", *model],
        [str(good), "--model", str(good)],
        [str(good), "--model", str(tmp_path / "none")],
        [*model],
        [str(good), "--unknown", *model],
    ):
        ours, theirs = both(installed, *arguments, text=b"The coach of the league")
        assert ours == theirs, arguments


def damaged(content: bytes) -> list[bytes]:
    (length,) = np.frombuffer(content[:8], "<u8").tolist()
    header = json.loads(content[8 : 8 + length])

    def with_header(header: dict[str, Any], body: bytes = content[8 + length :]) -> bytes:
        text = json.dumps(header).encode()
        return len(text).to_bytes(8, "little") + text + body

    def with_metadata(**changed: str) -> bytes:
        return with_header({**header, "__metadata__": {**header["__metadata__"], **changed}})

    def with_rule(rule: dict[str, list[str]]) -> bytes:
        (facet,) = json.loads(header["__metadata__"]["facets"])
        return with_metadata(facets=json.dumps([{**facet, "beside": rule}]))

    swapped = {**header, "levels": header["masks"]}
    return [
        b"", b"\x89PNG\r\n", content[:100], content[:-1], content + b"x", with_metadata(format="1"), with_metadata(format='"x"'),
        with_metadata(features="{}"), with_metadata(facets="[]"), with_metadata(names="3"), with_metadata(weighting="{}"),
        with_header({key: value for key, value in header.items() if key != "__metadata__"}), with_header(swapped),
        with_rule({"sport": []}), with_rule({"sport": ["unknown"]}), with_rule({"unknown": ["sport"]}),
        with_header(header, bytes(len(content) - 8 - length)), with_header(header, b"\xff" * (len(content) - 8 - length)),
    ]  # fmt: skip


def test_unsound_model_files_are_refused_with_a_sentence(model_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.safetensors"
    for content in damaged(model_path.read_bytes()):
        path.write_bytes(content)
        command = ["node", str(JS / "src" / "cli.js"), "-", "--model", str(path)]
        done = subprocess.run(command, input=b"goal", capture_output=True, check=False)
        with pytest.raises(model_file.ModelError) as error:
            model_file.load(path)
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.decode().startswith(f"wiretag: {path} ")
        assert str(error.value).split(" (")[0].split(":")[0] in done.stderr.decode()
