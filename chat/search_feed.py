"""Makes what is said findable, a little later, in the log's order and as fast as the database takes it beside the chat.

It has a mark of its own: where more is said than can be made findable at once, nothing else waits for it. The first
time it begins with every record and at the log's beginning.
"""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from datetime import timedelta

from config.clock import utc_now
from storage.messages import Entry
from storage.search import Posting
from storage.search_words import all_words, phone_words, words_of
from storage.store import Storage
from storage.sweeps import Sweeps, look_from

_log = logging.getLogger(__name__)
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
        self._taken: OrderedDict[str, None] = OrderedDict()  # times overlap: not all that is read is new

    async def follow(self, patience: timedelta = timedelta(seconds=10)) -> None:
        """Make findable what was said since the last time and is older than `patience`.

        The mark moves on the way: who is killed in the middle of years begins where it was.
        """
        latest = utc_now() - patience
        mark = await self._sweeps.find_mark(_MARK)
        if mark is None:
            await self._take_records()
        batch: list[Entry] = []
        async for entry in self._store.messages.stored_between(look_from(mark), latest):
            batch.append(entry)
            if len(batch) == _AT_ONCE:
                await self._take(batch)
                await self._sweeps.move_mark(batch[-1].at, _MARK)
                batch = []
        await self._take(batch)
        await self._sweeps.move_mark(latest, _MARK)

    async def _take_records(self) -> None:
        for shop in await self._store.shops.list():
            await self._store.make_records_findable(shop.slug)
        _log.info("every record is findable now")

    async def _take(self, entries: Sequence[Entry]) -> None:
        new = [entry for entry in entries if entry.id not in self._taken]
        await self._store.search_index.add(posting_of(entry) for entry in new)
        for entry in new:
            self._taken[entry.id] = None
        while len(self._taken) > _REMEMBERED:
            self._taken.popitem(last=False)
