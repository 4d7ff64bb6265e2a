"""Looks: which pages of the portal a client opened, when first and when last, for the shop's staff to see.

One document per session and page, written at most once an hour; it goes 90 days after the last look. Staff who preview
the portal are no clients, and leave none.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pymongo import ASCENDING, DESCENDING, IndexModel

from config.clock import utc_now
from storage.codec import from_document
from storage.hashing import Clock
from storage.ids import record_id
from storage.mongo import Database
from storage.sessions import Session, SignInWay

KEPT_FOR: Final = timedelta(days=90)
_EVERY: Final = timedelta(hours=1)
_KNOWN: Final = 20_000  # looks that this process remembers to have written


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """That a client opened a page, in one session: `how` they had come in, and what their browser calls itself."""

    id: str
    shop: str
    client_id: str
    session_id: str
    page: str
    how: SignInWay | None = None
    agent: str = ""
    first_at: datetime
    last_at: datetime
    expires_at: datetime


INDEXES = [
    IndexModel([("shop", ASCENDING), ("client_id", ASCENDING), ("last_at", DESCENDING)], name="look_client"),
    IndexModel([("expires_at", ASCENDING)], name="look_expiry", expireAfterSeconds=0),
]


class Looks:
    """The looks of all shops' clients."""

    name = "looks"

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._collection = database[self.name]
        self._now = clock
        self._written: OrderedDict[str, datetime] = OrderedDict()

    async def note(self, session: Session, page: str) -> None:
        """The client whose session this is opened this page."""
        if session.client_id is None:
            return
        now, key = self._now(), record_id(session.shop, "look", f"{session.id}:{page}")
        before = self._written.get(key)
        if before is not None and now - before < _EVERY:
            return
        self._written[key] = now
        self._written.move_to_end(key)
        while len(self._written) > _KNOWN:
            self._written.popitem(last=False)
        first = {
            "client_id": session.client_id,
            "session_id": session.id,
            "page": page,
            "agent": session.agent,
            "first_at": now,
        } | ({"how": session.how} if session.how is not None else {})
        change = {"$set": {"last_at": now, "expires_at": now + KEPT_FOR}, "$setOnInsert": first}
        await self._collection.update_one({"_id": key, "shop": session.shop}, change, upsert=True)

    async def list_for_client(self, shop: str, client_id: str, limit: int = 50) -> list[Look]:
        """The client's looks, the latest first."""
        found = self._collection.find({"shop": shop, "client_id": client_id}).sort("last_at", -1).limit(limit)
        return [from_document(Look, document) async for document in found]
