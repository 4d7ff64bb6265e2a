"""Presence: which staff are connected, and which conversation each connection looks at.

Kept here so that every process knows of the others' connections. A row is a lease that its process renews: the rows of
one that died run out by themselves, so "online" is never older than `LEASE`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel

from config.clock import utc_now
from storage.codec import from_document, to_document
from storage.mongo import Database

LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """One connection of a member of staff; `id` is its socket's."""

    id: str
    shop: str
    staff_id: str
    name: str
    conversation: str | None = None  # the one it looks at
    expires_at: datetime


INDEXES = [
    IndexModel([("shop", ASCENDING)], name="presence_shop"),
    IndexModel([("expires_at", ASCENDING)], name="presence_expiry", expireAfterSeconds=0),
]


class Presences:
    """The connections of all shops' staff."""

    name = "presence"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def put(self, presence: Presence) -> None:
        """It is there, and looks at what it says."""
        await self._collection.replace_one({"_id": presence.id}, to_document(presence), upsert=True)

    async def renew(self, connection_id: str) -> None:
        """It is still there."""
        await self._collection.update_one({"_id": connection_id}, {"$set": {"expires_at": utc_now() + LEASE}})

    async def remove(self, connection_id: str) -> None:
        """It is gone."""
        await self._collection.delete_one({"_id": connection_id})

    async def list(self, shop: str) -> "list[Presence]":
        """The connections of the shop's staff, by name."""
        now = utc_now()
        found = [from_document(Presence, document) async for document in self._collection.find({"shop": shop})]
        return sorted((one for one in found if one.expires_at > now), key=lambda one: (one.name, one.staff_id))
