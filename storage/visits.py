"""Visits: appointments at a shop. Booking is one insert, and the database decides.

A visit that holds a bay lists the quarter hours (UTC) it touches. A unique multikey index over (shop, bay, quarters)
refuses the second visit that would touch a quarter of the same bay, whoever wrote first. The index knows only visits
with `holds_bay` true: a cancelled visit leaves it, and an imported one for which no bay was free never enters it (shops
do overbook); it counts against the openings all the same, and staff see it as unplaced.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pymongo.errors import DuplicateKeyError

from storage.imported_visits import Announce, ImportedVisit, Outcome, VisitImport
from storage.mongo import violated_index
from storage.openings import NotBookable, Occupancy, check_bookable, minutes_for
from storage.records import NotFound
from storage.shops import Shop
from storage.visit import (
    EDGE,
    ChangedBy,
    Contact,
    Visit,
    VisitChanged,
    VisitConflict,
    VisitSource,
    VisitStatus,
    booked_id,
    later_than,
    placed,
    with_status,
)
from storage.visit_records import BAY_INDEX, INDEXES, VisitRecords

__all__ = [
    "CLIENT",
    "INDEXES",
    "BookingRequest",
    "Contact",
    "Hand",
    "ImportedVisit",
    "NotBookable",
    "OpeningTaken",
    "Visit",
    "VisitChanged",
    "VisitConflict",
    "VisitSource",
    "VisitStatus",
    "Visits",
    "check_cancellable",
]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Whose hand changes a visit. `announce` hears of the change before it is written, and maybe more than once."""

    by: ChangedBy
    announce: Announce | None = None


CLIENT = Hand(by="client")


class Visits(VisitRecords):
    """The visits of all shops: booking, moving, and taking in what the shop's software knows."""

    async def reserve(self, shop: Shop, request: BookingRequest, now: datetime) -> Visit:
        """Book a visit; `now` is the business clock. The same `booking_key` again gives the visit it made.

        Raises `NotBookable` (what is asked for is wrong) and `OpeningTaken` (somebody was faster).
        """
        try:
            return await self._book(shop, request, now)
        except (NotBookable, OpeningTaken):
            # What stands in the way may be the visit that this very request made before, or at this moment.
            before = await self.find_by_key(shop.slug, request.booking_key)
            if before is None:
                raise
            return before

    async def _book(self, shop: Shop, request: BookingRequest, now: datetime) -> Visit:
        visit = _requested(shop, request, now)
        for _ in _attempts(shop):
            bay = await self._free_bay(shop, visit, spread=zlib.crc32(request.booking_key.encode()))
            if bay is None:
                break
            try:
                return await self.insert(placed(visit, bay))
            except DuplicateKeyError as error:
                if violated_index(error) != BAY_INDEX:
                    break
        raise OpeningTaken(f"no bay is free at {visit.starts_at.isoformat()}")

    async def confirm(self, shop: Shop, visit_id: str, now: datetime, told: datetime, hand: Hand) -> Visit:
        """Confirm a visit that was asked for; one that is confirmed already is returned as it is.

        `told` is when it was said to be. Raises `NotFound`, `NotBookable` for one that has begun, and `VisitConflict`
        (also as `VisitChanged`) for one that is cancelled, over, or at another time by now.
        """
        seen = await self.get(shop.slug, visit_id)
        _check_told(seen, told)
        if seen.status == "confirmed":
            return seen
        confirmed = with_status(seen, "confirmed")
        if seen.starts_at <= now:
            raise NotBookable("visit", "not_open_to_change")
        try:
            return await self._write(seen, confirmed, hand)
        except VisitChanged:
            found = await self.get(shop.slug, visit_id)
            if found.status == "confirmed" and found.starts_at == told:  # the same wish, run twice at once
                return found
            raise

    async def move(  # noqa: PLR0917  # a sentence: whose visit, to when, as of when, from when, by whom
        self,
        shop: Shop,
        visit_id: str,
        starts_at: datetime,
        now: datetime,
        told: datetime | None = None,
        hand: Hand = CLIENT,
    ) -> Visit:
        """Move a visit to another time, in one write; it keeps its bay where it can. One that is there already stays.

        Where staff confirm bookings it is `requested` again; one that staff move is confirmed with that. `told` is when
        it was said to be. Raises `NotFound`, `NotBookable`, `OpeningTaken`, and `VisitChanged` when it is at another
        time than that by now, or somebody changed it at the same moment.
        """
        seen = await self.get(shop.slug, visit_id)
        if seen.active and seen.starts_at == starts_at:
            return seen
        if not seen.active or seen.starts_at <= now:
            raise NotBookable("visit", "not_open_to_change")
        _check_told(seen, told)
        check_bookable(shop, starts_at, seen.minutes, now)
        moved = replace(
            seen,
            starts_at=starts_at.astimezone(UTC),
            status=_status_when_moved(shop, seen, hand),
            updated_at=later_than(seen.updated_at),
        )
        for _ in _attempts(shop):
            bay = await self._free_bay(shop, moved, spread=zlib.crc32(seen.id.encode()))
            if bay is None:
                break
            try:
                return await self._write(seen, placed(moved, bay), hand)
            except DuplicateKeyError:
                continue
            except VisitChanged:
                found = await self.get(shop.slug, visit_id)
                if found.active and found.starts_at == starts_at:  # the same wish, run twice at once
                    return found
                raise
        raise OpeningTaken(f"no bay is free at {moved.starts_at.isoformat()}")

    async def call_off(self, shop: Shop, visit_id: str, now: datetime, told: datetime | None = None) -> Visit:
        """Cancel a visit for its client and free its bay; one that is cancelled already is returned as it is.

        `told` is when the client was told that it is. Raises `NotFound`, `NotBookable` when it is too late for that
        (`check_cancellable`), and `VisitChanged` as `move` does.
        """
        seen = await self.get(shop.slug, visit_id)
        if seen.status == "cancelled":
            return seen
        check_cancellable(shop, seen, now)
        _check_told(seen, told)
        return await self._cancel(seen, with_status(seen, "cancelled"), CLIENT)

    async def cancel_for_shop(self, shop: Shop, visit_id: str, told: datetime, hand: Hand, reason: str = "") -> Visit:
        """Cancel a visit for the shop, however near it is; one that is cancelled already is returned as it is.

        `told` is when it was said to be. Raises `NotFound`, and `VisitConflict` (also as `VisitChanged`) for one that
        is over, or at another time by now.
        """
        seen = await self.get(shop.slug, visit_id)
        if seen.status == "cancelled":
            return seen
        _check_told(seen, told)
        return await self._cancel(seen, with_status(replace(seen, cancel_reason=reason), "cancelled"), hand)

    async def _cancel(self, seen: Visit, cancelled: Visit, hand: Hand) -> Visit:
        try:
            return await self._write(seen, cancelled, hand)
        except VisitChanged:
            found = await self.get(seen.shop, seen.id)
            if found.status == "cancelled":
                return found
            raise

    async def _write(self, seen: Visit, changed: Visit, hand: Hand) -> Visit:
        """Raises as `replace` does."""
        changed = replace(changed, changed_by=hand.by)
        if hand.announce is not None:
            await hand.announce(seen, changed)
        return await self.replace(seen, changed)

    async def put_imported(self, shop: Shop, record: ImportedVisit) -> Outcome:
        """Take in a visit that the shop's software knows. Raises `NotFound` and `VisitConflict`: `VisitImport.put`."""
        return await VisitImport(self, shop).put(record)

    async def put_all_imported(
        self, shop: Shop, records: Sequence[ImportedVisit], announce: Announce | None = None
    ) -> list[Outcome | NotFound | VisitConflict]:
        """Take in many: for each, in order, what became of it, or the error that refused it. `announce` hears of each
        change before it is written.
        """
        return await VisitImport(self, shop, announce).put_many(records)

    async def _free_bay(self, shop: Shop, visit: Visit, spread: int) -> str | None:
        """A bay that is free now. `spread` sends those who ask at once to different bays, so that few are refused."""
        around = await self.list_between(shop.slug, visit.starts_at - EDGE, visit.ends_at + EDGE)
        others = [other for other in around if other.id != visit.id]
        free = Occupancy(shop.bays, others).free_bays(visit.starts_at, visit.minutes)
        if visit.bay in free:
            return visit.bay
        return free[spread % len(free)] if free else None


def check_cancellable(shop: Shop, visit: Visit, now: datetime) -> None:
    """Raises `NotBookable` unless a client may still cancel the visit: it has not begun, and the shop has its notice.

    One that is cancelled already passes: it is as it was wished.
    """
    if visit.status == "cancelled":
        return
    if not visit.active or visit.starts_at <= now:
        raise NotBookable("visit", "not_open_to_change")
    if visit.starts_at < now + timedelta(minutes=shop.booking.notice_minutes):
        raise NotBookable("visit", "too_soon")


def _status_when_moved(shop: Shop, visit: Visit, hand: Hand) -> VisitStatus:
    if hand.by != "client":
        return "confirmed"
    return visit.status if shop.booking.confirm == "auto" else "requested"


def _check_told(visit: Visit, told: datetime | None) -> None:
    if told is not None and visit.starts_at != told:
        raise VisitChanged("the visit is at another time by now")


def _requested(shop: Shop, request: BookingRequest, now: datetime) -> Visit:
    minutes = minutes_for(shop, request.services)
    if request.client_id is None and request.contact is None:
        raise NotBookable("contact", "missing")
    check_bookable(shop, request.starts_at, minutes, now)
    sure = request.client_id is not None and shop.booking.confirm == "auto"
    return Visit(
        id=booked_id(shop.slug, request.booking_key),
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
