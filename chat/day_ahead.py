"""What the calendar leads clients to be told of: visits that are near, services that fall due by date or by mileage.

Visits are asked for by their day, every few minutes. Services are gone through once a day and shop, in parts of the
clients' ids with a breath after each: a mileage falls due on a day that is nowhere written: it follows from the car.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from config.clock import BusinessClock, utc_now
from storage.announcements import Announcement, planned
from storage.reminders import Reminder, due_service
from storage.shop_settings import TellingSettings
from storage.shops import Shop
from storage.store import Storage
from storage.sweeps import Sweeps
from storage.vehicles import ClientRange, Vehicle
from storage.visit import Visit

_JUST_BOOKED: Final = timedelta(hours=12)  # who booked so lately knows of it
_BREATH_SECONDS = 0.01


class DayAhead:
    """Run by every worker: what is planned twice is planned once."""

    def __init__(self, store: Storage, clock: BusinessClock) -> None:
        self._store = store
        self._clock = clock
        self._sweeps = Sweeps(store.database)

    async def plan(self) -> None:
        """Plan what today leads to, in all shops."""
        for shop in await self._store.shops.list():
            telling = (await self._store.settings.get(shop.slug)).telling
            if "visit_tomorrow" not in telling.off:
                await self.plan_visits(shop, telling)
            if "service_due" not in telling.off:
                await self._plan_services_once(shop, telling)

    async def plan_visits(self, shop: Shop, telling: TellingSettings) -> None:
        """Those on the day that is so many days away, and on the days until then."""
        today = self._clock.now().astimezone(shop.zone).date()
        begin = _start_of(today + timedelta(days=1), shop)
        end = _start_of(today + timedelta(days=telling.visit_days + 1), shop)
        visits = await self._store.visits.list_between(shop.slug, begin, end)
        found = [_of_visit(visit) for visit in visits if visit.starts_at >= begin and _is_to_be_told(visit)]
        await self._store.announcements.plan_many(found)

    async def _plan_services_once(self, shop: Shop, telling: TellingSettings) -> None:
        today = self._clock.now().astimezone(shop.zone).date()
        mark, name = _start_of(today, shop), f"services:{shop.slug}"
        done = await self._sweeps.find_mark(name)
        if done is not None and done >= mark:
            return
        first = await self._sweeps.find_mark(f"{name}:first") is None
        seen = await self.plan_services(shop, telling, today, silent=first)
        if first and seen:
            await self._sweeps.move_mark(mark, f"{name}:first")
        await self._sweeps.move_mark(mark, name)

    async def plan_services(self, shop: Shop, telling: TellingSettings, today: date, *, silent: bool = False) -> bool:
        """Those that fall due within so many days. What is overdue already when we first see it is told by nobody, and
        with `silent`, on a shop's first day, neither is what is near. False: nothing in the shop is to fall due.
        """
        last, seen = today + timedelta(days=telling.service_days), False
        async for clients, reminders in self._store.reminders.open_in_parts(shop.slug, last):
            vehicles = await self._vehicles(shop, clients, reminders)
            due = [due_service(one, vehicles.get(one.vehicle_id), today) for one in reminders]
            near = [one.reminder for one in due if one.on is not None and today <= one.on <= last]
            found = [_of_service(one) for one in near]
            if silent:
                found = [replace(one, state="dropped", outcome="known before") for one in found]
            await self._store.announcements.plan_many(found)
            await asyncio.sleep(_BREATH_SECONDS)
            seen = True
        return seen

    async def _vehicles(self, shop: Shop, clients: ClientRange, reminders: Sequence[Reminder]) -> dict[str, Vehicle]:
        """The vehicles whose mileage tells when something is due."""
        if all(one.due_mileage is None for one in reminders):
            return {}
        return await self._store.vehicles.of_clients(shop.slug, clients)


def _is_to_be_told(visit: Visit) -> bool:
    known = visit.source == "import" or visit.created_at < utc_now() - _JUST_BOOKED
    return visit.active and visit.client_id is not None and known


def _of_visit(visit: Visit) -> Announcement:
    starts = visit.starts_at.isoformat()
    return planned(visit.shop, visit.client_id or "", "visit_tomorrow", visit.id, utc_now(), key=starts, was=starts)


def _of_service(reminder: Reminder) -> Announcement:
    target = f"{reminder.due_on or ''} {reminder.due_mileage or ''}"
    return planned(reminder.shop, reminder.client_id, "service_due", reminder.id, utc_now(), key=target)


def _start_of(day: date, shop: Shop) -> datetime:
    return datetime.combine(day, time(), shop.zone).astimezone(UTC)
