"""A small model, trained in seconds on texts made here, that the tests of all floors share."""

from pathlib import Path

import pytest
from small import small_items

from wiretag import acceleration
from wiretag import model as model_file
from wiretag.tagger import Tagger
from wiretag_train.own_data import train_own
from wiretag_train.recipe import Recipe


@pytest.fixture(autouse=True)
def not_accelerated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with NumPy alone, whatever the tests before it have loaded."""
    monkeypatch.setattr(acceleration, "_state", acceleration.State())


@pytest.fixture(scope="session")
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    trained = train_own(small_items(), small_items(12), "topic", Recipe(costs=(1.0,)), 1, quiet=True)
    model_file.save(trained.model, path)
    return path


@pytest.fixture(scope="session")
def tagger(model_path: Path) -> Tagger:
    return Tagger.load(model_path)
