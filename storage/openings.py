"""Openings: the times that can still be booked, and the rules that say whether one may be.

An opening follows from the shop's hours and closed days, its booking rules (step, notice, days ahead), how long the
services take, its bays, and the visits there are. A visit must fit into one stretch of open time: none runs over
lunch. All arithmetic is in UTC between the ends of that stretch, so that a change of clocks moves nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, Protocol

from storage.opening_hours import intervals
from storage.shops import Shop
from storage.visit import EDGE, LONGEST_MINUTES, Visit, quarters_of

Reason = Literal[
    "missing", "unknown_service", "too_long", "past", "too_soon", "too_far", "closed", "off_step", "not_open_to_change"
]
_WORDS: dict[Reason, str] = {
    "missing": "is needed",
    "unknown_service": "is not a service of this shop",
    "too_long": "takes longer than the shop is open at a stretch",
    "past": "is in the past",
    "too_soon": "is too soon: the shop needs more notice",
    "too_far": "is further ahead than the shop takes bookings",
    "closed": "is outside the shop's hours, or the visit would run past them",
    "off_step": "is not one of the shop's starting times",
    "not_open_to_change": "has begun, is over or is cancelled",
}
UNKNOWN_MINUTES = 60
_SPANS = (2, 9)  # days on either side that `nearest` looks at before it looks at all of them


class NotBookable(Exception):
    """What is asked for can never be booked as it is, whoever else books. `field` names the part that is wrong."""

    code = "bad_request"

    def __init__(self, field: str, reason: Reason) -> None:
        super().__init__(f"{field} {_WORDS[reason]}")
        self.field = field
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A time that can be booked: `starts_at` in UTC, `minutes` long, in one of `bays` bays."""

    starts_at: datetime
    minutes: int
    bays: int

    @property
    def ends_at(self) -> datetime:
        """When a visit at this time would end, in UTC."""
        return self.starts_at + timedelta(minutes=self.minutes)


def minutes_for(shop: Shop, service_codes: Sequence[str]) -> int:
    """How long these services take together, each once. Raises `NotBookable` for none, or one not on the list."""
    if not service_codes:
        raise NotBookable("services", "missing")
    minutes = 0
    for code in dict.fromkeys(service_codes):
        service = shop.service(code)
        if service is None:
            raise NotBookable("services", "unknown_service")
        minutes += service.minutes
    if minutes > LONGEST_MINUTES:
        raise NotBookable("services", "too_long")
    return minutes


def known_minutes(shop: Shop, service_codes: Sequence[str]) -> int:
    """How long a visit takes that somebody else agreed on: as far as the list knows its services, else an hour."""
    known = [service.minutes for service in map(shop.service, dict.fromkeys(service_codes)) if service is not None]
    return min(sum(known), LONGEST_MINUTES) or UNKNOWN_MINUTES


def check_bookable(shop: Shop, starts_at: datetime, minutes: int, now: datetime) -> None:
    """Raises `NotBookable` unless a visit of `minutes` may start at `starts_at`, bays aside."""
    starts_at = starts_at.astimezone(UTC)
    if starts_at < now:
        raise NotBookable("starts_at", "past")
    if starts_at < now + timedelta(minutes=shop.booking.notice_minutes):
        raise NotBookable("starts_at", "too_soon")
    if starts_at > now + timedelta(days=shop.booking.days_ahead + 2):  # before any zone: far moments overflow
        raise NotBookable("starts_at", "too_far")
    day = starts_at.astimezone(shop.zone).date()
    if day > last_day(shop, now):
        raise NotBookable("starts_at", "too_far")
    ends_at = starts_at + timedelta(minutes=minutes)
    fitting = [start for start, end in intervals(shop, day) if start <= starts_at and ends_at <= end]
    if not fitting and not _fits_some_day(shop, minutes, now):
        raise NotBookable("services", "too_long")
    if not fitting:
        raise NotBookable("starts_at", "closed")
    step = timedelta(minutes=shop.booking.step_minutes)
    if all((starts_at - start) % step for start in fitting):
        raise NotBookable("starts_at", "off_step")


def last_day(shop: Shop, now: datetime) -> date:
    """The last day, in the shop's zone, that can be booked."""
    return now.astimezone(shop.zone).date() + timedelta(days=shop.booking.days_ahead)


def starts_on(shop: Shop, day: date, minutes: int, now: datetime) -> list[datetime]:
    """When a visit of `minutes` may start on that day, in UTC and in order, bays aside."""
    if not now.astimezone(shop.zone).date() <= day <= last_day(shop, now):
        return []
    earliest = now + timedelta(minutes=shop.booking.notice_minutes)
    step, length = timedelta(minutes=shop.booking.step_minutes), timedelta(minutes=minutes)
    found = set()
    for start, end in intervals(shop, day):
        steps = (end - length - start) // step
        found |= {start + step * number for number in range(steps + 1)}
    return sorted(start for start in found if start >= earliest)


def _fits_some_day(shop: Shop, minutes: int, now: datetime) -> bool:
    today, length = now.astimezone(shop.zone).date(), timedelta(minutes=minutes)
    days = (today + timedelta(days=offset) for offset in range(15))
    return any(end - start >= length for day in days for start, end in intervals(shop, day))


class Occupancy:
    """Which bay is taken when.

    A visit that is to take place without a bay of its own (imported over what the shop has, or in a bay that is gone)
    takes one away from whatever is left at its time.
    """

    def __init__(self, bays: Sequence[str], visits: Iterable[Visit]) -> None:
        self._bays = tuple(bays)
        self._held: dict[int, set[str]] = defaultdict(set)
        self._unplaced: dict[int, int] = defaultdict(int)
        for visit in visits:
            if not visit.active:
                continue
            for quarter in quarters_of(visit.starts_at, visit.minutes):
                if visit.holds_bay and visit.bay in self._bays:
                    self._held[quarter].add(visit.bay)
                else:
                    self._unplaced[quarter] += 1

    def free_bays(self, starts_at: datetime, minutes: int) -> tuple[str, ...]:
        """The bays that a visit may take for all of its time, in the shop's order.

        Where unplaced visits take bays away, those last in order go first: two who ask at once then aim at the same
        bays, and the index lets one of them in.
        """
        quarters = quarters_of(starts_at, minutes)
        taken = set().union(*(self._held.get(quarter, set()) for quarter in quarters))
        left = min(
            len(self._bays) - len(self._held.get(quarter, ())) - self._unplaced.get(quarter, 0) for quarter in quarters
        )
        return tuple(bay for bay in self._bays if bay not in taken)[: max(0, left)]


class VisitsByTime(Protocol):
    """What the openings need of the visits."""

    async def list_between(self, shop: str, start: datetime, end: datetime) -> list[Visit]:
        """Every visit that overlaps the time from `start` up to `end`."""
        ...


@dataclass(frozen=True, slots=True)
class VisitsWithout:
    """The visits but one: that one is to be moved, and may stay where it is."""

    visits: VisitsByTime
    visit_id: str

    async def list_between(self, shop: str, start: datetime, end: datetime) -> list[Visit]:
        """Every other visit that overlaps the time from `start` up to `end`."""
        return [visit for visit in await self.visits.list_between(shop, start, end) if visit.id != self.visit_id]


class Openings:
    """The openings of a shop, with the visits there are at the moment of asking."""

    def __init__(self, visits: VisitsByTime) -> None:
        self._visits = visits

    async def free(self, shop: Shop, day: date, minutes: int, now: datetime) -> tuple[Opening, ...]:
        """The openings of a day (in the shop's zone) for a visit of `minutes`, in order."""
        return await self._among(shop, starts_on(shop, day, minutes, now), minutes)

    async def nearest(
        self, shop: Shop, wanted: datetime, minutes: int, now: datetime, limit: int = 3
    ) -> tuple[Opening, ...]:
        """Up to `limit` openings nearest to `wanted`, in order of time; none at all only if nothing can be booked."""
        latest = now + timedelta(days=shop.booking.days_ahead)
        wanted = min(max(wanted.astimezone(UTC), now.astimezone(UTC)), latest.astimezone(UTC))
        middle = wanted.astimezone(shop.zone).date()
        found: tuple[Opening, ...] = ()
        for span in (*_SPANS, shop.booking.days_ahead + 1):
            days = (middle + timedelta(days=offset) for offset in range(-span, span + 1))
            starts = [start for day in days for start in starts_on(shop, day, minutes, now)]
            found = await self._among(shop, starts, minutes)
            if len(found) >= limit:
                break
        nearest = sorted(found, key=lambda opening: abs(opening.starts_at - wanted))[:limit]
        return tuple(sorted(nearest, key=lambda opening: opening.starts_at))

    async def _among(self, shop: Shop, starts: Sequence[datetime], minutes: int) -> tuple[Opening, ...]:
        if not starts:
            return ()
        end = starts[-1] + timedelta(minutes=minutes)
        visits = await self._visits.list_between(shop.slug, starts[0] - EDGE, end + EDGE)
        occupancy = Occupancy(shop.bays, visits)
        counted = ((start, len(occupancy.free_bays(start, minutes))) for start in starts)
        return tuple(Opening(starts_at=start, minutes=minutes, bays=bays) for start, bays in counted if bays)
