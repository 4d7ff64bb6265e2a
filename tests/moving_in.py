"""Moving in quickly: what a cast leaves in an empty database is remembered, and put into the next one at once.

The first time in a process it is written as the service writes it, in many calls; then by one insert a collection.
"""

import functools
from collections.abc import Awaitable, Callable

from storage.codec import Document
from storage.store import Storage

MoveIn = Callable[[Storage], Awaitable[None]]


def remembered(move_in: MoveIn) -> MoveIn:
    """`move_in`, for stores with nothing in them yet."""
    kept: dict[str, list[Document]] = {}

    @functools.wraps(move_in)
    async def again(store: Storage) -> None:
        if not kept:
            assert not await _everything(store), "somebody was there before the cast"
            await move_in(store)
            kept.update(await _everything(store))
        else:
            for name, documents in kept.items():
                await store.database[name].insert_many(documents)

    return again


async def _everything(store: Storage) -> dict[str, list[Document]]:
    names = await store.database._database.list_collection_names()
    found = {name: await store.database[name].find({}).to_list(None) for name in sorted(names)}
    return {name: documents for name, documents in found.items() if documents}
