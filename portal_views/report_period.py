"""Which days a report is about: the last so many, or from one day to another; and as many days before, to compare."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PRESETS = (7, 30, 90)
MOST_DAYS = 366

_USUAL = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days from `first` to `last`, both in it, on the shop's clock. `preset`: the last so many days."""

    first: date
    last: date
    preset: int | None = None

    @property
    def length(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """As many days just before."""
        return Period(first=self.first - timedelta(days=self.length), last=self.first - timedelta(days=1))

    @property
    def query(self) -> str:
        """The period as an address names it."""
        return f"days={self.preset}" if self.preset else f"from={self.first}&to={self.last}"

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its first moment, and the first after it."""
        return midnight(self.first, zone), midnight(self.last + timedelta(days=1), zone)


def parse_period(query: Mapping[str, str], today: date) -> Period:
    """The period that an address asks for; what it cannot mean is the last 30 days, what is too long is cut."""
    first, last = parse_day(query.get("from")), parse_day(query.get("to"))
    if first is not None or last is not None:
        last = min(last or today, today)
        first = min(first or last, today)
        first, last = min(first, last), max(first, last)
        return Period(first=max(first, last - timedelta(days=MOST_DAYS - 1)), last=last)
    days = next((preset for preset in PRESETS if str(preset) == query.get("days")), _USUAL)
    return Period(first=today - timedelta(days=days - 1), last=today, preset=days)


def parse_day(text: str | None) -> date | None:
    """A day written as `2026-03-11`; None for what is none."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The day's first moment on the zone's clock, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
