"""Notices: what a member of staff was told of under the bell, until it was seen. One person's each.

A message of a client makes none: conversations have their own unread marks.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from storage.codec import from_document, to_document
from storage.ids import record_id
from storage.mongo import Database

NoticeKind: TypeAlias = Literal["message", "mention", "assigned", "change_request", "estimate", "visit"]

KEPT_FOR = timedelta(days=30)
_MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing that one person was told. `at` and the rest are of the system clock."""

    id: str
    shop: str
    staff_id: str
    kind: NoticeKind
    conversation: str
    title: str
    text: str
    at: datetime
    seen_at: datetime | None = None
    expires_at: datetime


INDEXES = [
    IndexModel([("shop", ASCENDING), ("staff_id", ASCENDING), ("at", DESCENDING)], name="notice_staff"),
    IndexModel([("expires_at", ASCENDING)], name="notice_expiry", expireAfterSeconds=0),
]


def notice_id(staff_id: str, cause: str) -> str:
    """The id of what one person is told of one cause (an entry, a change request): once, whoever tells it."""
    return record_id(staff_id, "notice", cause)


class Notices:
    """The notices of all shops' staff."""

    name = "notices"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def append(self, notice: Notice) -> bool:
        """Write it down. False: they were told already."""
        try:
            await self._collection.insert_one(to_document(notice))
        except DuplicateKeyError:
            return False
        return True

    async def find(self, shop: str, notice: str) -> Notice | None:
        """The notice with this id, or None."""
        found = await self._collection.find_one({"_id": notice, "shop": shop})
        return None if found is None else from_document(Notice, found)

    async def list(self, shop: str, staff_id: str) -> "list[Notice]":
        """A person's newest notices, the newest first."""
        cursor = self._collection.find({"shop": shop, "staff_id": staff_id}).sort("at", -1).limit(_MOST)
        return [from_document(Notice, document) async for document in cursor]

    async def mark_seen(
        self, shop: str, staff_id: str, at: datetime, *, conversation: str | None = None, ids: Collection[str] = ()
    ) -> int:
        """They have seen those of a conversation, or these, or (neither given) all; how many were new to them."""
        seen = [
            one
            for one in await self.list(shop, staff_id)
            if one.seen_at is None
            and (conversation is None or one.conversation == conversation)
            and (not ids or one.id in ids)
        ]
        for one in seen:  # by id: the embedded engine looks through everything for anything else
            await self._collection.update_one({"_id": one.id, "shop": shop}, {"$set": {"seen_at": at}})
        return len(seen)
