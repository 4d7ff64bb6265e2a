"""When a shop is open: its week, its closed days and its zone, across clock changes. Pure; `at` is aware."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from storage.shops import WEEKDAYS, Shop, Span

_LOOK_AHEAD_DAYS = 400

Interval = tuple[datetime, datetime]
ClosedFor: TypeAlias = Literal["break", "holiday", "hours"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Why a shop is closed, and the moment (UTC) when it opens; None: never. A holiday has a name: `Thanksgiving`."""

    reason: ClosedFor
    name: str | None = None
    opens: datetime | None = None


def spans_on(shop: Shop, day: date) -> tuple[Span, ...]:
    """The hours of that day as the shop's clock shows them, `("07:30", "12:00")` and so on, in order."""
    special = [closed for closed in shop.closed if closed.date == day]
    spans = special[0].hours if special else shop.hours.get(WEEKDAYS[day.weekday()], ())
    return tuple(sorted(spans))


def closed_name(shop: Shop, day: date) -> str | None:
    """What the day is called where it has hours of its own or none: `Thanksgiving`."""
    return next((closed.name for closed in shop.closed if closed.date == day), None)


def intervals(shop: Shop, day: date) -> list[Interval]:
    """The hours of that day in UTC, `(start, end)` in order. An hour that the clock skips is not there."""
    zone = shop.zone
    found = [(_moment(day, start, zone), _moment(day, end, zone)) for start, end in spans_on(shop, day)]
    return [(start, end) for start, end in found if start < end]


def is_open(shop: Shop, at: datetime) -> bool:
    """Whether the shop is open at that moment. The closing minute itself is closed."""
    return any(start <= at < end for start, end in intervals(shop, at.astimezone(shop.zone).date()))


def closes_at(shop: Shop, at: datetime) -> datetime | None:
    """When the shop closes next (for lunch too), if it is open at that moment."""
    day = at.astimezone(shop.zone).date()
    return next((end for start, end in intervals(shop, day) if start <= at < end), None)


def next_opening(shop: Shop, at: datetime) -> datetime | None:
    """The first moment after `at` when the shop opens, in UTC; None when it is never open."""
    day = at.astimezone(shop.zone).date()
    for offset in range(_LOOK_AHEAD_DAYS):
        for start, _ in intervals(shop, day + timedelta(days=offset)):
            if start > at:
                return start
    return None


def find_closure(shop: Shop, at: datetime) -> Closure | None:
    """Why the shop is closed at that moment; None while it is open."""
    if is_open(shop, at):
        return None
    day, opens = at.astimezone(shop.zone).date(), next_opening(shop, at)
    today = intervals(shop, day)
    if any(end <= at for _, end in today) and any(start > at for start, _ in today):
        return Closure(reason="break", opens=opens)
    name = closed_name(shop, day)
    return Closure(reason="hours" if name is None else "holiday", name=name, opens=opens)


def open_time(shop: Shop, start: datetime, end: datetime) -> timedelta:
    """How much of the time between two moments the shop was open; of at most the last two weeks of it."""
    start = max(start, end - timedelta(days=14))
    day, last = start.astimezone(shop.zone).date(), end.astimezone(shop.zone).date()
    found = timedelta(0)
    while day <= last:
        for opened, closed in intervals(shop, day):
            found += max(min(closed, end) - max(opened, start), timedelta(0))
        day += timedelta(days=1)
    return found


def _moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    hour, minute = (int(part) for part in clock.split(":"))
    if hour == 24:
        day, hour = day + timedelta(days=1), 0
    local = datetime.combine(day, time(hour, minute), zone)
    return local.astimezone(UTC)
