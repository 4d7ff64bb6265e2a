"""Visits: appointments at a shop. Booking is one insert, and the database decides.

A visit that holds a bay lists the quarter hours (UTC) it touches. A unique multikey index over (shop, bay, quarters)
refuses the second visit that would touch a quarter of the same bay, whoever wrote first. The index knows only visits
with `holds_bay` true: a cancelled visit leaves it, and an imported one for which no bay was free never enters it (shops
do overbook); it counts against the openings all the same, and staff see it as unplaced.
"""

import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from storage.codec import Document, from_document, to_document
from storage.mongo import Database, violated_index
from storage.openings import NotBookable, Occupancy, check_bookable, minutes_for
from storage.records import NotFound
from storage.shops import Shop
from storage.visit import (
    LONGEST_MINUTES,
    Contact,
    Visit,
    VisitConflict,
    VisitSource,
    VisitStatus,
    later_than,
    placed,
    with_status,
)

__all__ = [
    "INDEXES",
    "BookingRequest",
    "Contact",
    "NotBookable",
    "OpeningTaken",
    "Visit",
    "VisitConflict",
    "VisitSource",
    "VisitStatus",
    "Visits",
]

BAY_INDEX = "visit_bay"
KEY_INDEX = "visit_booking_key"
EXTERNAL_INDEX = "visit_external_id"

INDEXES = [
    IndexModel(
        [("shop", 1), ("bay", 1), ("quarters", 1)],
        name=BAY_INDEX,
        unique=True,
        partialFilterExpression={"holds_bay": True},
    ),
    IndexModel(
        [("shop", 1), ("booking_key", 1)],
        name=KEY_INDEX,
        unique=True,
        partialFilterExpression={"booking_key": {"$exists": True}},
    ),
    IndexModel(
        [("shop", 1), ("external_id", 1)],
        name=EXTERNAL_INDEX,
        unique=True,
        partialFilterExpression={"external_id": {"$exists": True}},
    ),
    IndexModel([("shop", 1), ("starts_at", 1)], name="visit_time"),
    IndexModel([("shop", 1), ("client_id", 1), ("starts_at", 1)], name="visit_client"),
]

_EDGE = timedelta(minutes=15)  # quarters reach a little beyond the visit itself


class OpeningTaken(Exception):
    """Every bay is taken at that time, perhaps since a moment ago: offer the nearest openings."""

    code = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRequest:
    """What somebody wants to book. Without `client_id` (nobody proven) `contact` is needed and staff confirm.

    `booking_key` is the id of what asked for it (a message, a form's own number): the same key books once.
    """

    services: tuple[str, ...]
    starts_at: datetime
    booking_key: str
    source: VisitSource
    client_id: str | None = None
    vehicle_id: str | None = None
    contact: Contact | None = None
    note: str = ""


class Visits:
    """The visits of all shops."""

    name = "visits"
    kind = "visit"

    def __init__(self, database: Database) -> None:
        self.collection = database[self.name]

    async def find(self, shop: str, visit_id: str) -> Visit | None:
        """The visit, or None."""
        return _visit(await self.collection.find_one({"_id": visit_id, "shop": shop}))

    async def get(self, shop: str, visit_id: str) -> Visit:
        """The visit. Raises `NotFound`."""
        visit = await self.find(shop, visit_id)
        if visit is None:
            raise NotFound("visit", visit_id)
        return visit

    async def find_by_key(self, shop: str, booking_key: str) -> Visit | None:
        """The visit that was booked under this key, or None."""
        return _visit(await self.collection.find_one({"shop": shop, "booking_key": booking_key}))

    async def list_for_client(self, shop: str, client_id: str) -> list[Visit]:
        """All visits of a client, earliest first."""
        return await self._list({"shop": shop, "client_id": client_id})

    async def list_upcoming(self, shop: str, client_id: str, now: datetime) -> list[Visit]:
        """The client's visits that are still to take place, earliest first."""
        found = await self._list({"shop": shop, "client_id": client_id, "starts_at": {"$gte": now}})
        return [visit for visit in found if visit.active]

    async def list_between(self, shop: str, start: datetime, end: datetime) -> list[Visit]:
        """Every visit that overlaps the time from `start` up to `end`, in any status, earliest first."""
        earliest = start - timedelta(minutes=LONGEST_MINUTES)
        found = await self._list({"shop": shop, "starts_at": {"$gt": earliest, "$lt": end}})
        return [visit for visit in found if visit.ends_at > start]

    async def reserve(self, shop: Shop, request: BookingRequest, now: datetime) -> Visit:
        """Book a visit; `now` is the business clock. The same `booking_key` again gives the visit it made.

        Raises `NotBookable` (what is asked for is wrong) and `OpeningTaken` (somebody was faster).
        """
        before = await self.find_by_key(shop.slug, request.booking_key)
        if before is not None:
            return before
        visit = _requested(shop, request, now)
        for _ in _attempts(shop):
            bay = await self._free_bay(shop, visit, spread=zlib.crc32(request.booking_key.encode()))
            if bay is None:
                break
            try:
                return await self.insert(placed(visit, bay))
            except DuplicateKeyError as error:
                if violated_index(error) == KEY_INDEX:
                    break
        # The opening may have gone to this very request, sent twice at once.
        before = await self.find_by_key(shop.slug, request.booking_key)
        if before is not None:
            return before
        raise OpeningTaken(f"no bay is free at {visit.starts_at.isoformat()}")

    async def move(self, shop: Shop, visit_id: str, starts_at: datetime, now: datetime) -> Visit:
        """Move a visit to another time, in one write; it keeps its bay where it can. One that is there already stays.

        Where staff confirm bookings it is `requested` again. Raises `NotFound`, `NotBookable`, `OpeningTaken`, and
        `VisitConflict` when somebody changed the visit at the same moment.
        """
        seen = await self.get(shop.slug, visit_id)
        if seen.active and seen.starts_at == starts_at:
            return seen
        if not seen.active or seen.starts_at <= now:
            raise NotBookable("visit", "not_open_to_change")
        check_bookable(shop, starts_at, seen.minutes, now)
        status: VisitStatus = seen.status if shop.booking.confirm == "auto" else "requested"
        moved = replace(
            seen, starts_at=starts_at.astimezone(UTC), status=status, updated_at=later_than(seen.updated_at)
        )
        for _ in _attempts(shop):
            bay = await self._free_bay(shop, moved, spread=zlib.crc32(seen.id.encode()))
            if bay is None:
                break
            try:
                return await self.replace(seen, placed(moved, bay))
            except DuplicateKeyError:
                continue
        raise OpeningTaken(f"no bay is free at {moved.starts_at.isoformat()}")

    async def cancel(self, shop: str, visit_id: str) -> Visit:
        """Cancel a visit and free its bay; one that is cancelled already is returned as it is.

        Raises `NotFound`, and `VisitConflict` for one that is over.
        """
        return await self.set_status(shop, visit_id, "cancelled")

    async def set_status(self, shop: str, visit_id: str, status: VisitStatus) -> Visit:
        """Move a visit to `status`; one that is there already is returned as it is.

        Raises `NotFound`, and `VisitConflict` where there is no way from its status to that one.
        """
        seen = await self.get(shop, visit_id)
        return seen if seen.status == status else await self.replace(seen, with_status(seen, status))

    async def insert(self, visit: Visit, bookkeeping: Document | None = None) -> Visit:
        """Store a new visit. Raises `DuplicateKeyError` naming one of this file's indexes."""
        await self.collection.insert_one({**to_document(visit), **(bookkeeping or {})})
        return visit

    async def replace(self, seen: Visit, changed: Visit, bookkeeping: Document | None = None) -> Visit:
        """Write `changed` over `seen`, unless somebody wrote meanwhile: then `VisitConflict`.

        Raises `DuplicateKeyError` when another visit holds the bay at that time.
        """
        document = {**to_document(changed), **(bookkeeping or {})}
        update: dict[str, Any] = {"$set": {name: value for name, value in document.items() if name != "_id"}}
        gone = to_document(seen).keys() - document.keys()
        if gone:
            update["$unset"] = dict.fromkeys(gone, "")
        result = await self.collection.update_one(
            {"_id": seen.id, "shop": seen.shop, "updated_at": seen.updated_at}, update
        )
        if result.matched_count == 0:
            raise VisitConflict("the visit was changed at the same moment")
        return changed

    async def _free_bay(self, shop: Shop, visit: Visit, spread: int) -> str | None:
        """A bay that is free now. `spread` sends those who ask at once to different bays, so that few are refused."""
        around = await self.list_between(shop.slug, visit.starts_at - _EDGE, visit.ends_at + _EDGE)
        others = [other for other in around if other.id != visit.id]
        free = Occupancy(shop.bays, others).free_bays(visit.starts_at, visit.minutes)
        if visit.bay in free:
            return visit.bay
        return free[spread % len(free)] if free else None

    async def _list(self, query: Document) -> list[Visit]:
        found = await self.collection.find(query).sort("starts_at", 1).to_list(None)
        return [from_document(Visit, document) for document in found]


def _requested(shop: Shop, request: BookingRequest, now: datetime) -> Visit:
    minutes = minutes_for(shop, request.services)
    if request.client_id is None and request.contact is None:
        raise NotBookable("contact", "missing")
    check_bookable(shop, request.starts_at, minutes, now)
    sure = request.client_id is not None and shop.booking.confirm == "auto"
    return Visit(
        shop=shop.slug,
        client_id=request.client_id,
        vehicle_id=request.vehicle_id,
        services=tuple(dict.fromkeys(request.services)),
        starts_at=request.starts_at.astimezone(UTC),
        minutes=minutes,
        status="confirmed" if sure else "requested",
        source=request.source,
        note=request.note,
        contact=request.contact,
        booking_key=request.booking_key,
    )


def _attempts(shop: Shop) -> range:
    # Each refusal means that somebody else got a bay, so there are as many as bays; twice, as one may be cancelled.
    return range(2 * len(shop.bays) + 2)


def _visit(document: Document | None) -> Visit | None:
    return None if document is None else from_document(Visit, document)
