"""Push subscriptions: the browsers and phones of staff that show notifications, one a device.

A device is known by its endpoint, the secret address that its push service gave it. It is whoever's signed in there
last, and counts as long as that session does: whoever signs out, is signed out or leaves is told nothing more.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from config.clock import utc_now
from storage.codec import from_document, to_document
from storage.mongo import Database

MOST_DEVICES = 20  # of one person; the one that was used longest ago makes room


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSubscription:
    """One device. `p256dh` and `auth` are the browser's keys, base64url; `agent` is what it calls itself."""

    id: str
    shop: str
    staff_id: str
    session_id: str
    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)
    agent: str = ""
    created_at: datetime = field(default_factory=utc_now)
    used_at: datetime = field(default_factory=utc_now)  # when its page was last opened
    expires_at: datetime  # the end of the session, which does not move


INDEXES = [
    IndexModel([("shop", ASCENDING), ("staff_id", ASCENDING)], name="push_staff"),
    IndexModel([("expires_at", ASCENDING)], name="push_expiry", expireAfterSeconds=0),
]


def subscription_id(endpoint: str) -> str:
    """The id of the device with this endpoint: one endpoint is one row, and the id can be shown."""
    return hashlib.blake2b(endpoint.encode(), digest_size=16).hexdigest()


class PushSubscriptions:
    """The devices of all shops' staff."""

    name = "push_subscriptions"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def put(self, subscription: PushSubscription) -> None:
        """Store the device; one that is known moves to who is signed in there now, of whatever shop."""
        known = await self._collection.find_one({"_id": subscription.id})
        if known is not None and known["staff_id"] == subscription.staff_id:
            subscription = replace(subscription, created_at=known["created_at"])
        # By id alone: a person may work for two shops, and an endpoint is only known to its own browser.
        document = to_document(subscription)
        try:
            await self._collection.replace_one({"_id": subscription.id}, document, upsert=True)
        except DuplicateKeyError:  # another tab of the same browser, in this moment
            await self._collection.replace_one({"_id": subscription.id}, document)
        devices = await self.list(subscription.shop, subscription.staff_id)
        for one in devices[MOST_DEVICES:]:
            await self.remove(one.shop, one.id)

    async def find(self, shop: str, subscription: str) -> PushSubscription | None:
        """The device with this id, or None."""
        found = await self._collection.find_one({"_id": subscription, "shop": shop})
        return None if found is None else from_document(PushSubscription, found)

    async def list(self, shop: str, staff_id: str) -> "list[PushSubscription]":
        """A person's devices, the one used last first."""
        cursor = self._collection.find({"shop": shop, "staff_id": staff_id})
        found = [from_document(PushSubscription, document) async for document in cursor]
        now = utc_now()
        return sorted((one for one in found if one.expires_at > now), key=lambda one: one.used_at, reverse=True)

    async def remove(self, shop: str, subscription: str) -> bool:
        """Forget the device. False: there is none."""
        return (await self._collection.delete_one({"_id": subscription, "shop": shop})).deleted_count == 1
