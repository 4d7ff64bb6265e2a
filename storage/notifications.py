"""Notifications: what a client is told under the portal's bell, until it was seen. One client's each.

Staff have `storage.notices`. The words stand in both languages as they were made, so that a list of them reads no other
record, and somebody who changes the language reads them in the new one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from storage.codec import from_document, to_document
from storage.ids import record_id
from storage.mongo import Database
from storage.proof import LinkScope
from storage.shops import Language

NotificationKind: TypeAlias = Literal[
    "visit_confirmed",
    "visit_moved",
    "visit_cancelled",
    "visit_tomorrow",
    "estimate_waiting",
    "work_order_moved",
    "car_ready",
    "service_due",
    "invoice_due",
    "invoice_overdue",
    "change_decided",
]

KEPT_FOR = timedelta(days=90)
_NEWEST = 50  # that the bell counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One thing that a client is told. `scope` is the page it leads to; `at` is of the system clock."""

    id: str
    shop: str
    client_id: str
    kind: NotificationKind
    scope: LinkScope
    title: dict[Language, str]
    text: dict[Language, str]
    at: datetime
    seen_at: datetime | None = None
    expires_at: datetime


INDEXES = [
    IndexModel([("shop", ASCENDING), ("client_id", ASCENDING), ("at", DESCENDING)], name="notification_client"),
    IndexModel([("expires_at", ASCENDING)], name="notification_expiry", expireAfterSeconds=0),
]


def notification_id(client_id: str, cause: str) -> str:
    """The id of what one client is told of one cause (`car_ready:<work order>:<moment>`): once, whoever tells it."""
    return record_id(client_id, "notification", cause)


class Notifications:
    """The notifications of all shops' clients."""

    name = "notifications"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def append(self, notification: Notification) -> bool:
        """Write it down. False: they were told already."""
        try:
            await self._collection.insert_one(to_document(notification))
        except DuplicateKeyError:
            return False
        return True

    async def find(self, shop: str, notification: str) -> Notification | None:
        """The one with this id, or None."""
        document = await self._collection.find_one({"_id": notification, "shop": shop})
        return None if document is None else from_document(Notification, document)

    async def list_for_client(
        self, shop: str, client_id: str, limit: int = _NEWEST, skip: int = 0
    ) -> list[Notification]:
        """What a client was told, the newest first."""
        found = self._collection.find({"shop": shop, "client_id": client_id}).sort("at", -1).skip(skip).limit(limit)
        return [from_document(Notification, document) async for document in found]

    async def count_unseen(self, shop: str, client_id: str) -> int:
        """How many of the newest fifty the client has not seen: what the bell shows, on every page."""
        cursor = self._collection.find({"shop": shop, "client_id": client_id}, {"seen_at": 1, "at": 1})
        return sum("seen_at" not in one for one in await cursor.sort("at", -1).limit(_NEWEST).to_list(None))

    async def mark_seen(self, shop: str, client_id: str, at: datetime, until: datetime) -> int:
        """The client saw, at `at`, everything told up to `until`; how many were new to them."""
        told = await self.list_for_client(shop, client_id)
        seen = [one for one in told if one.seen_at is None and one.at <= until]
        for one in seen:  # by id: the embedded engine looks through everything for anything else
            await self._collection.update_one({"_id": one.id, "shop": shop}, {"$set": {"seen_at": at}})
        return len(seen)
