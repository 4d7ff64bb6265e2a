"""The trained understanding, once for all dialogues."""

from pathlib import Path

import pytest

from bot.catalog import load_catalog
from bot.understanding import Understander


@pytest.fixture(scope="session")
def understander(models: Path) -> Understander:
    return Understander.train_or_load(models, load_catalog().examples)
