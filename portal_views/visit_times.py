"""To when a visit may be moved: the same rules for the client who moves it and for staff."""

from datetime import datetime

from storage.openings import NotBookable, Openings, VisitsWithout, check_bookable
from storage.shops import Shop
from storage.store import Storage
from storage.visit import Visit, find_clash


def openings_for(store: Storage, visit: Visit) -> Openings:
    """The openings, with the visit's own time among them."""
    return Openings(VisitsWithout(store.visits, visit.id))


async def find_hindrance(store: Storage, shop: Shop, visit: Visit, wanted: datetime, now: datetime) -> str:
    """The text that says why it cannot be then, bays aside; empty where nothing is in the way."""
    if wanted == visit.starts_at:
        return "visit.there_already"
    try:
        check_bookable(shop, wanted, visit.minutes, now)
    except NotBookable:
        return "book.not_bookable"
    if visit.client_id is None:
        return ""
    upcoming = await store.visits.list_upcoming(shop.slug, visit.client_id, now)
    return "book.clash" if find_clash(upcoming, visit.vehicle_id, wanted, visit.minutes, visit.id) else ""


def is_movable(visit: Visit, now: datetime) -> bool:
    """Whether it may still be moved."""
    return visit.active and visit.starts_at > now
