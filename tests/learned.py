"""What a service learns at its start, learned once a test process: the intents, and who understands them."""

import functools
from dataclasses import replace
from pathlib import Path

from bot.catalog import Catalog, load_catalog
from bot.understanding import Understander

Learned = tuple[Catalog, Understander]
_FEW = 12  # examples an intent and language: enough to tell the intents apart


@functools.cache
def the_catalog() -> Catalog:
    """The intents."""
    return load_catalog()


@functools.cache
def the_understander(models: Path) -> Understander:
    """The understanding that is kept in this folder."""
    return Understander.train_or_load(models, the_catalog().examples)


def a_quick_learner(models: Path) -> Learned:
    """Who understands everything, beside few examples of it: a shop's own model is trained from those in a moment."""
    whole = the_catalog()
    intents = {
        name: replace(intent, examples={language: texts[:_FEW] for language, texts in intent.examples.items()})
        for name, intent in whole.intents.items()
    }
    return replace(whole, intents=intents), the_understander(models)
