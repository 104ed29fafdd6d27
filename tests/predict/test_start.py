"""What a start loads and allocates: counts that every machine gives alike, where times would not."""

import json
import os
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wiretag import model as model_file
from wiretag.model import Facet
from wiretag.tagger import Tagger
from wiretag.vectors import Vocabulary
from wiretag.weights import Weights

TEXT = "The bank – and its profit\nShares rose."
HEAVY = {"asyncio", "click", "datasets", "joblib", "pandas", "pydantic", "rich", "safetensors", "scipy", "sklearn", "typer"}
# Each of them takes as long to import as a twentieth of NumPy or more; none is needed to tag a file.
SLOW = {"importlib.resources", "pathlib", "tempfile", "urllib.parse", "zipfile", "wiretag.occurrences", "wiretag.options"}


def modules_of(code: str, *arguments: object, model: Path | None = None) -> tuple[list[str], set[str]]:
    """What a program prints, and the modules that it has loaded at its end beside those of `import numpy`."""
    program = f"import sys\ndef run():\n    {code}\ntry:\n    run()\nfinally:\n    print(*sys.modules)"
    lines = []
    for source, given in ((program, arguments), ("import numpy, sys; print(*sys.modules)", ())):
        command = [sys.executable, "-c", source, *map(str, given)]
        environment = {**os.environ, "WIRETAG_MODEL": str(model)}
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=True)
        lines.append(done.stdout.splitlines())
    return lines[0][:-1], set(lines[0][-1].split()) - set(lines[1][-1].split())


@pytest.fixture
def item(tmp_path: Path) -> Path:
    path = tmp_path / "item.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_import_of_wiretag_loads_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import wiretag; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["wiretag"]


def test_names_are_there_when_asked_for() -> None:
    code = "import wiretag; print(*(name for name in wiretag.__all__ if name in dir(wiretag) and getattr(wiretag, name)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["Span", "Tag", "Tagger", "Tags", "__version__"]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_tagging_a_file_loads_little_beside_numpy(model_path: Path, item: Path, options: list[str]) -> None:
    printed, loaded = modules_of("from wiretag.cli import main; main()", item, *options, model=model_path)
    assert printed
    assert not loaded & (HEAVY | SLOW)
    assert len(loaded) <= 35


def test_options_load_no_rich(model_path: Path, item: Path) -> None:
    _, loaded = modules_of("from wiretag.cli import main; main()", item, "--all", model=model_path)
    assert "typer" in loaded
    assert not loaded & (HEAVY - {"pydantic", "typer"})


def test_with_and_without_a_parser_the_same_is_said(model_path: Path, item: Path) -> None:
    code = "from wiretag.cli import main; main()"
    plain, _ = modules_of(code, item, item, model=model_path)
    parsed, _ = modules_of(code, "--names", "item", item, item, model=model_path)
    assert plain == parsed
    plain, _ = modules_of(code, "--json", item, item, model=model_path)
    parsed, _ = modules_of(code, item, "--json", item, "--names", "item", model=model_path)
    assert plain == parsed
    assert [json.loads(line)["file"] for line in plain] == [str(item)] * 2


def test_a_reader_that_leaves_is_no_error(model_path: Path, item: Path) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    environment = {**os.environ, "WIRETAG_MODEL": str(model_path)}
    command = [sys.executable, "-m", "wiretag.cli", str(item)]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, env=environment, check=False)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_large_model_is_not_copied_for_one_item(tagger: Tagger, tmp_path: Path) -> None:
    n_features, n_labels = 300_000, 240
    model, rng = tagger.model, np.random.default_rng(1)
    columns = np.sort(rng.choice(1 << 20, n_features, replace=False)).astype(np.uint32)
    vocabulary = Vocabulary(columns, np.ones(n_features, np.float32))
    large = replace(
        model,
        vectoriser=replace(model.vectoriser, vocabulary=vocabulary),
        facets=(Facet("topic", tuple(map(str, range(n_labels))), exclusive=True),),
        weights=Weights(
            counts=np.full(n_features, n_labels, np.uint8),
            labels=np.empty(0, np.uint8),
            masks=np.full(n_features * n_labels // 8, 255, np.uint8),
            levels=np.zeros(n_features * n_labels // 2, np.uint8),
            common=np.empty(0, np.uint8),
            values=np.ones(n_labels * 16, np.int16),
            n_rows=n_labels,
        ),
        **{name: np.ones(n_labels, np.float32) for name in ("scales", "intercepts", "slopes", "shifts", "thresholds")},
    )
    path = tmp_path / "large.safetensors"
    model_file.save(large, path)
    tracemalloc.start()
    Tagger.load(path).tag(TEXT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Column, weighting and places of every feature are 20 bytes, bits of masks are counted; tables of code points are 3 MB while
    # they are made. The levels of the weights are what would be large.
    assert peak < 32 * n_features + 2 * n_features * n_labels // 8 + (4 << 20) < path.stat().st_size
