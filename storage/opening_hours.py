"""When a shop is open: its week, its closed days and its zone, across clock changes. Pure; `at` is aware."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.shops import WEEKDAYS, Shop, Span

_LOOK_AHEAD_DAYS = 400

Interval = tuple[datetime, datetime]


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


def _moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    hour, minute = (int(part) for part in clock.split(":"))
    if hour == 24:
        day, hour = day + timedelta(days=1), 0
    local = datetime.combine(day, time(hour, minute), zone)
    return local.astimezone(UTC)
