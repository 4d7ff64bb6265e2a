"""Announcements: what a client is to be told of by the shop, from when on, and what became of it.

Written by whoever learns of the cause (an import, a look at the calendar, one of the staff), at a key of its own, so
that the same cause is planned once; taken up by the chat's worker (`chat/announcing.py`). What is said is made of the
records as they stand then: a work order that moved three times within minutes is told of as it is in the end. Times are
of the system clock. Whoever looks for rows that are due works for all shops, so that is the one read without a shop.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from config.clock import utc_now
from storage.codec import from_document, to_document
from storage.ids import new_id, record_id
from storage.mongo import Database, in_chunks, insert_new

About: TypeAlias = Literal[
    "visit",  # it was confirmed, moved or cancelled by the shop
    "visit_tomorrow",
    "estimate",
    "work_order",
    "service_due",
    "invoice_due",
    "invoice_overdue",
    "message",  # what one of the staff wrote, to be sent later
]
AnnouncementState: TypeAlias = Literal["planned", "told", "dropped", "cancelled"]

_KEPT_FOR = timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One thing to tell one client. `record` is what it is about, `was` what was known of that when it was planned.

    `by` is the staff id of who planned it: then it is said at that hour, whatever the shop's hours for telling. `text`
    is the words of a `message`. `outcome` is the way it went (`sms`, `email`, `bell`), or why it was not said.
    """

    id: str
    shop: str
    client_id: str
    about: About
    record: str = ""
    was: str = ""
    by: str | None = None
    text: str = ""
    due_at: datetime
    state: AnnouncementState = "planned"
    outcome: str = ""
    planned_at: datetime = field(default_factory=utc_now)
    expires_at: datetime = field(default_factory=lambda: utc_now() + _KEPT_FOR)


INDEXES = [
    IndexModel([("state", 1), ("due_at", 1)], name="announcement_due"),
    IndexModel([("shop", 1), ("client_id", 1)], name="announcement_client"),
    IndexModel([("expires_at", 1)], name="announcement_expiry", expireAfterSeconds=0),
]


def planned(
    shop: str, client_id: str, about: About, record: str, due_at: datetime, *, key: str = "", was: str = ""
) -> Announcement:
    """What is to be told of a record; the same `key` of the same record is the same announcement."""
    return Announcement(
        id=record_id(shop, f"announcement-{about}", f"{client_id}:{record}:{key}"),
        shop=shop,
        client_id=client_id,
        about=about,
        record=record,
        was=was,
        due_at=due_at,
        expires_at=max(due_at, utc_now()) + _KEPT_FOR,
    )


def asked_for(
    shop: str, client_id: str, about: About, record: str, due_at: datetime, *, by: str, text: str = ""
) -> Announcement:
    """What one of the staff wants a client to be told: as often as they ask for it."""
    return Announcement(
        id=new_id(),
        shop=shop,
        client_id=client_id,
        about=about,
        record=record,
        by=by,
        text=text,
        due_at=due_at,
        expires_at=max(due_at, utc_now()) + _KEPT_FOR,
    )


class Announcements:
    """The announcements of all shops."""

    name = "announcements"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def plan(self, announcement: Announcement) -> bool:
        """Write it down. False: it was planned already, whatever has become of it."""
        try:
            await self._collection.insert_one(to_document(announcement))
        except DuplicateKeyError:
            return False
        return True

    async def plan_many(self, announcements: Sequence[Announcement]) -> None:
        """Write them down; what was planned already stays."""
        for chunk in in_chunks(announcements):
            await insert_new(self._collection, [to_document(one) for one in chunk])

    async def find(self, shop: str, announcement_id: str) -> Announcement | None:
        """The announcement with this id, or None."""
        found = await self._collection.find_one({"_id": announcement_id, "shop": shop})
        return None if found is None else from_document(Announcement, found)

    async def list_due(self, by: datetime, limit: int = 100) -> list[Announcement]:
        """What is due by then."""
        query = {"state": "planned", "due_at": {"$lte": by}}
        found = await self._collection.find(query).limit(limit).to_list(limit)
        return sorted((from_document(Announcement, one) for one in found), key=lambda one: (one.due_at, one.id))

    async def list_for_client(self, shop: str, client_id: str) -> list[Announcement]:
        """All that is kept of what this client was or is to be told, the earliest first."""
        found = await self._collection.find({"shop": shop, "client_id": client_id}).to_list(None)
        return sorted((from_document(Announcement, one) for one in found), key=lambda one: (one.due_at, one.id))

    async def put_off(self, announcement: Announcement, until: datetime) -> bool:
        """Not before then; also how one process takes it up. False: somebody else has it, or it is over."""
        result = await self._collection.update_one(
            {
                "_id": announcement.id,
                "shop": announcement.shop,
                "state": "planned",
                "due_at": announcement.due_at,
            },
            {"$set": {"due_at": until}},
        )
        return result.modified_count == 1

    async def close(self, announcement: Announcement, state: Literal["told", "dropped"], outcome: str) -> None:
        """It was told, or there is nothing to tell; what somebody cancelled meanwhile stays cancelled."""
        await self._collection.update_one(
            {"_id": announcement.id, "shop": announcement.shop, "state": "planned"},
            {"$set": {"state": state, "outcome": outcome}},
        )

    async def cancel(self, shop: str, client_id: str, announcement_id: str) -> bool:
        """Do not tell it. False: it is told already, or there is none."""
        result = await self._collection.update_one(
            {"_id": announcement_id, "shop": shop, "client_id": client_id, "state": "planned"},
            {"$set": {"state": "cancelled"}},
        )
        return result.modified_count == 1
