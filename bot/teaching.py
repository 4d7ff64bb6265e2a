"""Shops teach the bot: what staff said was meant becomes their shop's examples, from which its own model is trained.

The database says what was taught; every process looks now and again whether that has changed, so that all learn it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.catalog import Catalog
from bot.understanding import OUT_OF_SCOPE
from bot.understanding.shop_models import Key, ShopModels, key_of
from config.clock import utc_now
from storage.mongo import DatabaseError
from storage.store import Storage
from storage.unclear import LearnedMark, UnclearMessage

_LOOK_SECONDS = 60.0
_RETRY_SECONDS = 600.0  # after a training that failed, unless staff teach something more
_NOTHING = LearnedMark(0, None)

_log = logging.getLogger(__name__)


class Teaching:
    """What staff taught, brought into use while it is `open`."""

    def __init__(self, store: Storage, models: ShopModels, catalog: Catalog) -> None:
        self._store = store
        self._models = models
        self._catalog = catalog
        self._bell = asyncio.Event()
        self._idle = asyncio.Event()
        self._in_use: dict[str, LearnedMark] = {}
        self._not_before: dict[str, float] = {}  # shop -> when to try again, on the loop's clock

    def names(self, language: str) -> dict[str, str]:
        """What may be meant: each intent and what people call it, in the order of those names; last, none of them."""
        names = {name: intent.answers["choice"][language] for name, intent in self._catalog.intents.items()}
        return dict(sorted(names.items(), key=lambda pair: (pair[0] == OUT_OF_SCOPE, pair[1].casefold())))

    def taught(self, shop: str) -> None:
        """Staff of this shop have taught something, or taken it back: learn it now."""
        self._not_before.pop(shop, None)
        self._idle.clear()
        self._bell.set()

    async def settled(self) -> None:
        """Returns when all that was taught until now is in use, or could not be learned."""
        await self._idle.wait()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Learn what was taught, here or through another process, as long as the context is open."""
        learning = asyncio.create_task(self._run())
        try:
            yield
        finally:
            learning.cancel()
            await asyncio.gather(learning, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._bell.clear()
            try:
                await self._look()
            except DatabaseError as error:
                _log.warning("what was taught could not be read: %s", error)
            if not self._bell.is_set():
                self._idle.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), _LOOK_SECONDS)

    async def _look(self) -> None:
        for shop in await self._store.shops.list():
            mark = await self._store.unclear.learned_mark(shop.slug)
            due = asyncio.get_running_loop().time() >= self._not_before.get(shop.slug, 0.0)
            if due and mark != self._in_use.get(shop.slug, _NOTHING):
                await self._learn(shop.slug, mark)

    async def _learn(self, slug: str, mark: LearnedMark) -> None:
        rows = [row for row in await self._store.unclear.list_learned(slug) if row.meant in self._catalog.intents]
        if not await self._models.learn(slug, _examples(rows)):
            self._not_before[slug] = asyncio.get_running_loop().time() + _RETRY_SECONDS
            return
        self._in_use[slug] = mark
        _log.info("%s has a model of its own, with %d examples that its staff taught", slug, len(rows))
        for row in rows:
            if row.used_at is None:
                await self._store.unclear.mark_used(slug, row, utc_now())


def _examples(rows: list[UnclearMessage]) -> dict[str, dict[str, list[str]]]:
    """What was taught as examples; of words taught twice over, what was said last."""
    latest: dict[Key, UnclearMessage] = {}
    for row in rows:  # the latest come first
        latest.setdefault(key_of(row.text), row)
    examples: dict[str, dict[str, list[str]]] = {}
    for row in latest.values():
        if row.meant is not None:
            examples.setdefault(row.meant, {}).setdefault(row.language, []).append(row.text)
    return examples
