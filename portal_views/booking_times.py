"""The days and free times that the booking page offers: one week at a time, in the shop's zone."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from storage.opening_hours import intervals
from storage.openings import Opening, Openings, last_day
from storage.shops import Shop

NEAREST = 6  # free times that are offered in place of one that was taken

_DAYS = 7
_NOON = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOffer:
    """One day of the week shown, and its free times."""

    day: date
    open: bool  # whether the shop is; then none free means full
    openings: tuple[Opening, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekOffer:
    """A week from which to pick. `picked` is None where nothing is free; `earlier` and `later` begin other weeks."""

    days: tuple[DayOffer, ...]
    picked: DayOffer | None
    morning: tuple[Opening, ...]
    afternoon: tuple[Opening, ...]
    earlier: date | None
    later: date | None


async def offer_week(openings: Openings, shop: Shop, minutes: int, wanted: date | None, now: datetime) -> WeekOffer:
    """The week with the wanted day (or the first day that has a free time), that day picked."""
    today, last = now.astimezone(shop.zone).date(), last_day(shop, now)
    if wanted is None:
        nearest = await openings.nearest(shop, now, minutes, now, limit=1)
        wanted = nearest[0].starts_at.astimezone(shop.zone).date() if nearest else today
    wanted = min(max(wanted, today), last)
    first = today + timedelta(days=(wanted - today).days // _DAYS * _DAYS)
    days = [first + timedelta(days=offset) for offset in range(_DAYS) if first + timedelta(days=offset) <= last]
    free = await asyncio.gather(*(openings.free(shop, day, minutes, now) for day in days))
    offers = tuple(
        DayOffer(day=day, open=bool(intervals(shop, day)), openings=found)
        for day, found in zip(days, free, strict=True)
    )
    picked = next((offer for offer in offers if offer.day == wanted), None)
    times = picked.openings if picked is not None else ()
    return WeekOffer(
        days=offers,
        picked=picked,
        morning=tuple(opening for opening in times if opening.starts_at.astimezone(shop.zone).hour < _NOON),
        afternoon=tuple(opening for opening in times if opening.starts_at.astimezone(shop.zone).hour >= _NOON),
        earlier=first - timedelta(days=_DAYS) if first > today else None,
        later=first + timedelta(days=_DAYS) if first + timedelta(days=_DAYS) <= last else None,
    )
