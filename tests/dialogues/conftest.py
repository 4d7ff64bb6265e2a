"""The trained understanding, once for all dialogues."""

from pathlib import Path

import pytest

from bot.understanding import Understander
from tests.learned import the_understander


@pytest.fixture(scope="session")
def understander(models: Path) -> Understander:
    return the_understander(models)
