"""How long clients waited for a person: one row for each conversation that somebody took up while it waited.

From the last of them comes what the next client is told; where there are too few, nothing is.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from config.clock import utc_now
from storage.codec import Document, to_document
from storage.ids import record_id
from storage.mongo import Database

KEPT_FOR = timedelta(days=14)  # older ones say nothing about today
_LAST = 20
_ENOUGH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One wait that is over. `seconds` are those in which the shop was open; `entry` is what ended it."""

    shop: str
    conversation: str
    entry: str
    seconds: int
    at: datetime = field(default_factory=utc_now)


INDEXES = [
    IndexModel([("shop", 1), ("at", -1)], name="wait_at"),
    IndexModel([("gone_at", 1)], name="wait_expiry", expireAfterSeconds=0),
]


class Waits:
    """The waits of all shops."""

    name = "waits"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def add(self, wait: Wait) -> None:
        """Keep it for two weeks; the same again is kept once."""
        document: Document = to_document(wait) | {
            "_id": record_id(wait.shop, "wait", wait.entry),
            "gone_at": wait.at + KEPT_FOR,
        }
        try:
            await self._collection.insert_one(document)
        except DuplicateKeyError:
            return

    async def typical(self, shop: str) -> timedelta | None:
        """How long three in four of the last twenty waited at most; None where fewer than five are known."""
        for reach in (timedelta(days=1), KEPT_FOR):  # a short stretch first: mostly it is enough
            query = {"shop": shop, "at": {"$gte": utc_now() - reach}}
            found = await self._collection.find(query, {"seconds": 1}).sort("at", -1).limit(_LAST).to_list(_LAST)
            if len(found) >= _ENOUGH:
                waited = sorted(int(one["seconds"]) for one in found)
                return timedelta(seconds=waited[len(waited) * 3 // 4])
        return None
