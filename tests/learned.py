"""What a service learns at its start, learned once a test process: the intents, and who understands them."""

import functools
from pathlib import Path

from bot.catalog import Catalog, load_catalog
from bot.understanding import Understander


@functools.cache
def the_catalog() -> Catalog:
    """The intents."""
    return load_catalog()


@functools.cache
def the_understander(models: Path) -> Understander:
    """The understanding that is kept in this folder."""
    return Understander.train_or_load(models, the_catalog().examples)
