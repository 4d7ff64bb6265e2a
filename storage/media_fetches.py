"""Pictures that a carrier has for us and that are still to be fetched: a row each, gone once that is over.

A row is written before the message that it belongs to, so that no stored message waits for a file that nobody
fetches. A claim is a lease, as the outbox's are: a row whose worker died falls due again by itself. The worker works
for all shops at once, so claiming is the one read here without a shop.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from config.clock import utc_now
from storage.codec import from_document, to_document
from storage.ids import record_id
from storage.mongo import Database

LEASE = timedelta(seconds=120)  # longer than a fetch may take
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600))


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFetch:
    """One file of one message. `file` is its id as an attachment and as a stored file, `ref` its sender's for it."""

    id: str
    shop: str
    conversation: str
    entry: str
    file: str
    uploader: str
    ref: str
    name: str
    url: str
    attempts: int = 0  # claims so far, this one included
    next_at: datetime = field(default_factory=utc_now)

    @property
    def is_last_try(self) -> bool:
        """Whether there is none after the one that is claimed now."""
        return self.attempts > len(BACKOFF)

    @property
    def is_spent(self) -> bool:
        """Whether the last try ended without a word: whatever it is about the file, it is not tried for ever."""
        return self.attempts > len(BACKOFF) + 1


INDEXES = [IndexModel([("next_at", 1)], name="media_due")]


def fetch_id(shop: str, entry: str, index: int) -> str:
    """The id of the row for a message's file number `index`: the webhook told twice is the same row."""
    return record_id(shop, "media", f"{entry}\x1f{index}")


class MediaFetches:
    """What is to be fetched, for all shops."""

    name = "media_fetches"

    def __init__(self, database: Database) -> None:
        self._rows = database[self.name]

    async def add(self, row: MediaFetch) -> None:
        """Write it down; what is there already stays."""
        try:
            await self._rows.insert_one(to_document(row))
        except DuplicateKeyError:
            return

    async def claim_due(self, now: datetime, limit: int) -> list[MediaFetch]:
        """Up to `limit` rows that are due; each is this caller's alone for `LEASE`. End each with `put_off` or
        `remove`.
        """
        found = await self._rows.find({"next_at": {"$lte": now}}).sort("next_at", 1).limit(limit).to_list(limit)
        claimed = []
        for row in (from_document(MediaFetch, document) for document in found):
            mine = {"_id": row.id, "shop": row.shop, "attempts": row.attempts}
            change = {"$set": {"next_at": now + LEASE}, "$inc": {"attempts": 1}}
            if (await self._rows.update_one(mine, change)).modified_count == 1:
                claimed.append(replace(row, attempts=row.attempts + 1, next_at=now + LEASE))
        return claimed

    async def put_off(self, row: MediaFetch, now: datetime) -> None:
        """It did not work: once more, later. A claim that has meanwhile gone to another worker is left alone."""
        wait = BACKOFF[min(row.attempts, len(BACKOFF)) - 1]
        mine = {"_id": row.id, "shop": row.shop, "attempts": row.attempts}
        await self._rows.update_one(mine, {"$set": {"next_at": now + wait}})

    async def remove(self, row: MediaFetch) -> None:
        """It is over."""
        await self._rows.delete_one({"_id": row.id, "shop": row.shop})
