"""Makes what is said findable, a little later: the sweep hands over what it reads of the log.

What was said before there was a search, and every record, is taken in once, when a worker first starts.
"""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime

from config.clock import utc_now
from storage.messages import Entry
from storage.search import Posting
from storage.search_words import all_words, phone_words, words_of
from storage.store import Storage
from storage.sweeps import Sweeps

_log = logging.getLogger(__name__)
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_AT_ONCE = 200
_REMEMBERED = 20_000
_MARK = "search"


def posting_of(entry: Entry) -> Posting:
    """What an entry of the log is found by. Acts say nothing that is looked for."""
    phone = entry.identity.phone if entry.identity else None
    words = all_words(words_of(entry.text), phone_words(phone) if phone else ()) if entry.kind != "act" else []
    return Posting(
        id=entry.id, shop=entry.shop, words=words, at=entry.at, conversation=entry.conversation, seq=entry.seq
    )


class SearchFeed:
    """One per worker; two that take in the same do no harm."""

    def __init__(self, store: Storage) -> None:
        self._store = store
        self._sweeps = Sweeps(store.database)
        self._taken: OrderedDict[str, None] = OrderedDict()  # sweeps overlap: not all of it is new

    async def take(self, entries: Sequence[Entry]) -> None:
        """Make these entries findable."""
        new = [entry for entry in entries if entry.id not in self._taken]
        await self._store.search_index.add(posting_of(entry) for entry in new)
        for entry in new:
            self._taken[entry.id] = None
        while len(self._taken) > _REMEMBERED:
            self._taken.popitem(last=False)

    async def take_in_the_past(self) -> None:
        """Once per deployment: all that was said before, and every record."""
        if await self._sweeps.find_mark(_MARK) is not None:
            return
        began = utc_now()
        batch: list[Entry] = []
        async for entry in self._store.messages.stored_between(_BEGINNING, began):
            batch.append(entry)
            if len(batch) == _AT_ONCE:
                await self.take(batch)
                batch = []
        await self.take(batch)
        for shop in await self._store.shops.list():
            await self._store.make_records_findable(shop.slug)
        await self._sweeps.move_mark(began, _MARK)
        _log.info("what was said and kept before is findable now")
