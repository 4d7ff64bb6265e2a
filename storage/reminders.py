"""Reminders: services that fall due, by date or by mileage."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import ClassVar, Literal

from storage.codec import Document
from storage.records import BY_VEHICLE, Records
from storage.vehicles import ClientRange, Vehicle

SOON_DAYS = 30  # from here on a service counts as due soon
_FAR_AWAY = 3650
_MANY = 200  # reminders of a part
_PARTS = ["", *(f"{number:02x}" for number in range(256)), "\U0010ffff"]  # ids are hexadecimal, evenly spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """A service that falls due on a date, or at a mileage, or at whichever comes first."""

    id: str
    shop: str
    external_id: str
    client_id: str
    vehicle_id: str
    service: str
    status: Literal["due", "done", "dismissed"]
    due_on: date | None = None
    due_mileage: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueService:
    """A reminder seen on a day. `on` is None where neither a date nor a mileage tells; `estimated`: by mileage."""

    reminder: Reminder
    on: date | None
    estimated: bool
    state: Literal["overdue", "soon", "later", "unknown"]


INDEXES = [BY_VEHICLE]


class Reminders(Records[Reminder]):
    """The reminders of all shops."""

    kind: ClassVar[str] = "reminder"
    name: ClassVar[str] = "reminders"
    model: ClassVar[type[Reminder]] = Reminder
    order: ClassVar[tuple[str, ...]] = ("due_on",)

    async def list_due(self, shop: str, client_id: str) -> list[Reminder]:
        """The client's reminders of what is still to be done."""
        # Not asked for by status as well: the embedded engine would read every shop's (decision 0002).
        return [one for one in await self.list_for_client(shop, client_id) if one.status == "due"]

    async def set_status(self, shop: str, reminder_id: str, status: Literal["due", "done", "dismissed"]) -> bool:
        """Mark it. False: no such reminder."""
        result = await self._collection.update_one({"_id": reminder_id, "shop": shop}, {"$set": {"status": status}})
        return result.matched_count == 1

    async def open_in_parts(self, shop: str, until: date) -> AsyncIterator[tuple[ClientRange, list[Reminder]]]:
        """Those of the shop that may be due until then: by their date, or by a mileage. In parts, each with the range
        of clients that the index finds: an engine that looks through a range serves nobody else meanwhile. In a large
        shop they are smaller.
        """
        read = 0
        for part in pairwise(_PARTS):
            large, read = read > _MANY, 0
            for begin, end in _smaller(part) if large else (part,):
                query = {"shop": shop, "client_id": {"$gte": begin, "$lt": end}}
                found = await self._collection.find(query, batch_size=1000).to_list(None)
                read += len(found)
                near = [one for one in found if one["status"] == "due" and _may_be_due(one, until.isoformat())]
                if near:
                    yield (begin, end), [self.read(one) for one in near]


def _smaller(part: ClientRange) -> Iterator[ClientRange]:
    """Four parts of a part."""
    begin, end = part
    return pairwise([begin, *(begin + digit for digit in "48c"), end])


def _may_be_due(document: Document, until: str) -> bool:
    return document.get("due_mileage") is not None or "" < document.get("due_on", "") <= until


def estimate_date(due_mileage: int, vehicle: Vehicle) -> date | None:
    """The day on which the vehicle reaches that mileage, if it goes on as it does; None where too little is known."""
    if vehicle.mileage is None or vehicle.mileage_on is None or not vehicle.miles_per_year:
        return None
    days = round((due_mileage - vehicle.mileage) * 365 / vehicle.miles_per_year)
    if abs(days) > _FAR_AWAY:
        return None
    return vehicle.mileage_on + timedelta(days=days)


def due_service(reminder: Reminder, vehicle: Vehicle | None, today: date) -> DueService:
    """The reminder as it stands today: by its date or its estimated date, whichever comes first."""
    by_mileage = None
    if reminder.due_mileage is not None and vehicle is not None:
        by_mileage = estimate_date(reminder.due_mileage, vehicle)
    days = [day for day in (reminder.due_on, by_mileage) if day is not None]
    on = min(days, default=None)
    estimated = on is not None and on != reminder.due_on
    if on is None:
        return DueService(reminder=reminder, on=None, estimated=False, state="unknown")
    if on < today:
        return DueService(reminder=reminder, on=on, estimated=estimated, state="overdue")
    soon = on <= today + timedelta(days=SOON_DAYS)
    return DueService(reminder=reminder, on=on, estimated=estimated, state="soon" if soon else "later")


def due_services(reminders: list[Reminder], vehicles: list[Vehicle], today: date) -> list[DueService]:
    """What is due, soonest first, those without a day last; done and dismissed ones left out."""
    by_id = {vehicle.id: vehicle for vehicle in vehicles}
    due = [
        due_service(reminder, by_id.get(reminder.vehicle_id), today)
        for reminder in reminders
        if reminder.status == "due"
    ]
    return sorted(due, key=lambda item: (item.on is None, item.on or today, item.reminder.id))
