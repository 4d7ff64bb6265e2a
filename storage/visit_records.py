"""Visits in the database: reading, and the one write that changes a visit. Booking and importing build on it."""

import builtins
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pymongo import IndexModel

from storage.codec import Document, to_document
from storage.mongo import insert_new
from storage.records import Records
from storage.visit import LONGEST_MINUTES, Visit, VisitChanged, VisitStatus, booked_id, with_status

BAY_INDEX = "visit_bay"

INDEXES = [
    IndexModel(
        [("shop", 1), ("bay", 1), ("quarters", 1)],
        name=BAY_INDEX,
        unique=True,
        partialFilterExpression={"holds_bay": True},
    ),
    # `external_key` is the `external_id`, or something of the visit's own where it has none: not every engine looks up
    # by a partial index, so this one is whole.
    IndexModel([("shop", 1), ("external_key", 1)], name="visit_external_id", unique=True),
    IndexModel([("shop", 1), ("starts_at", 1)], name="visit_time"),
    IndexModel([("shop", 1), ("client_id", 1), ("starts_at", 1)], name="visit_client"),
    IndexModel([("shop", 1), ("status", 1), ("starts_at", 1)], name="visit_status"),
]


class VisitRecords(Records[Visit]):
    """The visits of all shops, as records."""

    name = "visits"
    kind = "visit"
    model = Visit
    order = ("starts_at",)

    def bound(self, day: date) -> object:
        """Where a day begins, by UTC."""
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

    async def find_by_key(self, shop: str, booking_key: str) -> Visit | None:
        """The visit that was booked under this key, or None."""
        return await self.find(shop, booked_id(shop, booking_key))

    async def find_by_external_id(self, shop: str, external_id: str) -> Visit | None:
        """The visit that the shop's software knows by this id (imported, or claimed), or None."""
        found = await self._collection.find_one({"shop": shop, "external_key": external_id})
        return None if found is None else self.read(found)

    async def list_upcoming(self, shop: str, client_id: str, now: datetime) -> "builtins.list[Visit]":
        """The client's visits that are still to take place, earliest first."""
        query = {"shop": shop, "client_id": client_id, "starts_at": {"$gte": now}}
        return [visit for visit in await self._in_order(query) if visit.active]

    async def list_between(self, shop: str, start: datetime, end: datetime) -> "builtins.list[Visit]":
        """Every visit that overlaps the time from `start` up to `end`, in any status, earliest first."""
        earliest = start - timedelta(minutes=LONGEST_MINUTES)
        found = await self._in_order({"shop": shop, "starts_at": {"$gt": earliest, "$lt": end}})
        return [visit for visit in found if visit.ends_at > start]

    async def list_starting(
        self, shop: str, start: datetime, end: datetime, status: VisitStatus | None = None
    ) -> "builtins.list[Visit]":
        """Every visit that begins from `start` up to `end`, of this status or any, earliest first."""
        query: Document = {"shop": shop, "starts_at": {"$gte": start, "$lt": end}}
        return await self._in_order(query if status is None else {**query, "status": status})

    async def list_waiting(self, shop: str, now: datetime, skip: int, limit: int) -> "builtins.list[Visit]":
        """Some of the visits to come that wait for the shop's word, earliest first."""
        cursor = self._collection.find(_waiting(shop, now)).sort([("starts_at", 1), ("_id", 1)])
        return [self.read(document) async for document in cursor.skip(skip).limit(limit)]

    async def count_waiting(self, shop: str, now: datetime) -> int:
        """How many of them there are."""
        return int(await self._collection.count_documents(_waiting(shop, now)))

    async def cancel(self, shop: str, visit_id: str) -> Visit:
        """Cancel a visit and free its bay; one that is cancelled already is returned as it is.

        Raises `NotFound`, and `VisitConflict` for one that is over.
        """
        return await self.set_status(shop, visit_id, "cancelled")

    async def put(self, record: Visit) -> None:
        """Store the visit over the one with its id, or as a new one. Raises as `insert` and `replace` do."""
        seen = await self.find(record.shop, record.id)
        await (self.insert(record) if seen is None else self.replace(seen, record))

    async def set_status(self, shop: str, visit_id: str, status: VisitStatus) -> Visit:
        """Move a visit to `status`; one that is there already is returned as it is.

        Raises `NotFound`, and `VisitConflict` where there is no way from its status to that one.
        """
        seen = await self.get(shop, visit_id)
        return seen if seen.status == status else await self.replace(seen, with_status(seen, status))

    async def insert(self, visit: Visit, bookkeeping: Document | None = None) -> Visit:
        """Store a new visit. Raises `DuplicateKeyError` naming what refused it: its bay, its id or its external id."""
        await self._collection.insert_one({**_document(visit), **(bookkeeping or {})})
        return visit

    async def insert_new(self, visits: Sequence[tuple[Visit, Document]]) -> set[int]:
        """Store new visits together, each with its bookkeeping; the positions of those that an index refused."""
        documents = [{**_document(visit), **bookkeeping} for visit, bookkeeping in visits]
        return set(await insert_new(self._collection, documents))

    async def replace(self, seen: Visit, changed: Visit, bookkeeping: Document | None = None) -> Visit:
        """Write `changed` over `seen`, unless somebody wrote meanwhile: then `VisitChanged`. Gives what was written.

        Raises `DuplicateKeyError` when another visit holds the bay at that time.
        """
        changed = _in_sequence(seen, changed)
        document = {**_document(changed), **(bookkeeping or {})}
        update: dict[str, Any] = {"$set": {name: value for name, value in document.items() if name != "_id"}}
        gone = _document(seen).keys() - document.keys()
        if gone:
            update["$unset"] = dict.fromkeys(gone, "")
        result = await self._collection.update_one(
            {"_id": seen.id, "shop": seen.shop, "updated_at": seen.updated_at}, update
        )
        if result.matched_count == 0:
            raise VisitChanged("the visit was changed at the same moment")
        return changed

    async def _in_order(self, query: Document) -> "builtins.list[Visit]":
        found = await self._collection.find(query).sort("starts_at", 1).to_list(None)
        return [self.read(document) for document in found]


def _waiting(shop: str, now: datetime) -> Document:
    return {"shop": shop, "status": "requested", "starts_at": {"$gt": now}}


def _in_sequence(seen: Visit, changed: Visit) -> Visit:
    """The visit with its `sequence` raised where its time or status changed, whoever changed it."""
    before, after = ((one.starts_at, one.minutes, one.status) for one in (seen, changed))
    return replace(changed, sequence=seen.sequence + (before != after))


def _document(visit: Visit) -> Document:
    return {**to_document(visit), "external_key": visit.external_id or f"pitline:{visit.id}"}
