"""The trained understanding, once for all dialogues."""

from pathlib import Path

import pytest

from bot.catalog import load_catalog
from bot.understanding import Understander


@pytest.fixture(scope="session")
def understander(request: pytest.FixtureRequest) -> Understander:
    """Trained once and kept between runs: its cache knows when the examples or the code have changed."""
    folder: Path = request.config.cache.mkdir("understanding")
    return Understander.train_or_load(folder, load_catalog().examples)
