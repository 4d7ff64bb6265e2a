"""Links by which staff set a password: an invitation, or because it was forgotten. Kept as digests, good for one use.

A new one ends those of the same purpose before it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pymongo import IndexModel

from config.clock import utc_now
from storage.codec import Document
from storage.hashing import Clock, Hasher
from storage.ids import new_id
from storage.mongo import Database

StaffLinkPurpose: TypeAlias = Literal["invitation", "reset"]

LIFETIMES: dict[StaffLinkPurpose, timedelta] = {"invitation": timedelta(days=7), "reset": timedelta(hours=1)}
_LONGEST_TOKEN = 100

INDEXES = [
    IndexModel([("digest", 1)], name="staff_link_digest", unique=True),
    IndexModel([("shop", 1), ("staff_id", 1)], name="staff_link_staff"),
    IndexModel([("expires_at", 1)], name="staff_link_expiry", expireAfterSeconds=0),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLink:
    """One link that still counts."""

    id: str
    shop: str
    staff_id: str
    purpose: StaffLinkPurpose
    expires_at: datetime


class StaffLinks:
    """The links of the staff of all shops."""

    name = "staff_links"

    def __init__(self, database: Database, hasher: Hasher, clock: Clock = utc_now) -> None:
        self._collection = database[self.name]
        self._hasher = hasher
        self._now = clock

    async def mint(self, shop: str, staff_id: str, purpose: StaffLinkPurpose) -> str:
        """The token of a new link: the only time it is seen. The page is `/staff/password/{token}`."""
        await self.end_all(shop, staff_id, purpose)
        token = secrets.token_urlsafe(24)
        document: Document = {
            "_id": new_id(),
            "shop": shop,
            "staff_id": staff_id,
            "purpose": purpose,
            "digest": self._digest(token),
            "expires_at": self._now() + LIFETIMES[purpose],
        }
        await self._collection.insert_one(document)
        return token

    async def find(self, token: str) -> StaffLink | None:
        """The link of this token if it still counts. Spends nothing: this is for GET."""
        if not 0 < len(token) <= _LONGEST_TOKEN:
            return None
        found = await self._collection.find_one({"digest": self._digest(token)})
        if found is None or found["expires_at"] <= self._now():
            return None
        return StaffLink(
            id=found["_id"],
            shop=found["shop"],
            staff_id=found["staff_id"],
            purpose=found["purpose"],
            expires_at=found["expires_at"],
        )

    async def spend(self, token: str) -> StaffLink | None:
        """The link, used up; None when somebody was first, or it counts no more. This is for POST."""
        link = await self.find(token)
        if link is None:
            return None
        gone = await self._collection.delete_one({"_id": link.id})
        return link if gone.deleted_count == 1 else None

    async def end_all(self, shop: str, staff_id: str, purpose: StaffLinkPurpose | None = None) -> None:
        """End the links of somebody, of one purpose or of all."""
        found = await self._collection.find({"shop": shop, "staff_id": staff_id}).to_list(None)
        for document in found:
            if purpose in (None, document["purpose"]):
                await self._collection.delete_one({"_id": document["_id"]})

    def _digest(self, token: str) -> str:
        return self._hasher.digest("staff-link", token)
