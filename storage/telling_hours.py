"""The hours in which clients may be told something unasked, by the shop's clock. Pure; moments are aware.

A span that the clock's change touches is the wall clock's: "08:00" is eight in the morning on that day, too.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.shops import Span


def is_span(begin: str, end: str) -> bool:
    """Whether these are hours of one day, `HH:MM` and `HH:MM`, an hour apart at least."""
    try:
        first, last = _minutes(begin), _minutes(end)
    except ValueError:
        return False
    return first >= 0 and first + 60 <= last <= 24 * 60


def wait_until(hours: Span, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The moment (UTC) from which on it may be said; None: now."""
    today = now.astimezone(zone).date()
    begin, end = _moment(today, hours[0], zone), _moment(today, hours[1], zone)
    if begin <= now < end:
        return None
    return begin if now < begin else _moment(today + timedelta(days=1), hours[0], zone)


def _moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    minutes = _minutes(clock)
    if minutes == 24 * 60:
        day, minutes = day + timedelta(days=1), 0
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone).astimezone(UTC)


def _minutes(clock: str) -> int:
    hour, colon, minute = clock.partition(":")
    if not colon or len(hour) != 2 or len(minute) != 2:
        raise ValueError(clock)
    minutes = int(hour) * 60 + int(minute)
    if int(minute) > 59 or minutes > 24 * 60:
        raise ValueError(clock)
    return minutes
