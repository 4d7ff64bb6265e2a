"""What a client spent in a period: by month, by vehicle, by kind of line and by service. Pure sums, in cents."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args

from storage.account_summary import SpendingKind, SpendingRow
from storage.invoices import LineKind

LAST_MONTHS = 12
_MOST_MONTHS = 48  # columns of a picture; of a longer time, each is a year
_SHOWN = 15  # vehicles or services by name; the others are one line
_KINDS: tuple[SpendingKind, ...] = (*get_args(LineKind), "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingPeriod:
    """The period that is asked for. `name` is what the address says: `12`, `year`, `all`, or a year."""

    name: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of what was spent. `key` is the vehicle, kind or service; none for what has none."""

    key: str | None
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts by size, those that are named, and what the others come to."""

    named: tuple[Part, ...]
    others: int = 0  # how many
    others_cents: int = 0

    @property
    def most(self) -> int:
        """The largest amount, to draw the others by."""
        return max([1, *(part.cents for part in self.named), self.others_cents])


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What was spent. `columns`: each month by its first day, or each year where there are many months."""

    total: int
    columns: tuple[tuple[date, int], ...]
    by_year: bool
    vehicles: Parts
    kinds: tuple[Part, ...]
    services: Parts

    @property
    def average(self) -> int:
        """What a column comes to on average."""
        return round(self.total / max(1, len(self.columns)))

    @property
    def largest(self) -> tuple[date, int]:
        """The column in which most was spent."""
        return max(self.columns, key=lambda column: column[1])


def parse_period(query: Mapping[str, str], today: date) -> SpendingPeriod:
    """The period that an address asks for; the last twelve months where it says none that can be."""
    name = query.get("period", "")
    if name == "all":
        return SpendingPeriod(name="all")
    if name == "year":
        return SpendingPeriod(name="year", since=date(today.year, 1, 1), until=date(today.year, 12, 31))
    if len(name) == 4 and name.isascii() and name.isdecimal() and 1900 <= int(name) <= today.year:
        return SpendingPeriod(name=name, since=date(int(name), 1, 1), until=date(int(name), 12, 31))
    first = _month(today.year * 12 + today.month - LAST_MONTHS)
    return SpendingPeriod(name=str(LAST_MONTHS), since=first, until=_last_day(today))


def spending_in(period: SpendingPeriod, rows: Sequence[SpendingRow], today: date) -> Spending:
    """The sums of these rows, which are those of the period."""
    by_month: Counter[str] = Counter()
    vehicles: Counter[str | None] = Counter()
    kinds: Counter[str | None] = Counter()
    services: Counter[str | None] = Counter()
    for row in rows:
        by_month[row.month] += row.cents
        vehicles[row.vehicle_id] += row.cents
        kinds[row.kind] += row.cents
        if row.service is not None:
            services[row.service] += row.cents
    columns, by_year = _columns(period, by_month, today)
    return Spending(
        total=sum(row.cents for row in rows),
        columns=columns,
        by_year=by_year,
        vehicles=_parts(vehicles),
        kinds=tuple(Part(key=kind, cents=kinds[kind]) for kind in _KINDS if kinds[kind]),
        services=_parts(services),
    )


def years_in(months: Iterable[str]) -> list[int]:
    """The years of these months (`2026-03`), the newest first."""
    return sorted({int(month[:4]) for month in months}, reverse=True)


def _columns(
    period: SpendingPeriod, by_month: Mapping[str, int], today: date
) -> tuple[tuple[tuple[date, int], ...], bool]:
    """Every month of the period up to now, those without anything too."""
    found = [date.fromisoformat(f"{month}-01") for month in by_month]
    first = period.since or min(found, default=today)
    last = max([min(period.until or today, today), *found])
    months = [_month(month) for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)]
    if len(months) <= _MOST_MONTHS:
        return tuple((month, by_month.get(f"{month:%Y-%m}", 0)) for month in months), False
    years: Counter[int] = Counter()
    for month, cents in by_month.items():
        years[int(month[:4])] += cents
    return tuple((date(year, 1, 1), years[year]) for year in range(first.year, last.year + 1)), True


def _parts(sums: Mapping[str | None, int]) -> Parts:
    ordered = sorted((Part(key=key, cents=cents) for key, cents in sums.items() if cents), key=_by_size)
    others = ordered[_SHOWN:]
    return Parts(named=tuple(ordered[:_SHOWN]), others=len(others), others_cents=sum(part.cents for part in others))


def _by_size(part: Part) -> tuple[int, str]:
    return -part.cents, part.key or ""


def _month(number: int) -> date:
    """The first day of a month that is counted from the year 0."""
    return date(number // 12, number % 12 + 1, 1)


def _last_day(day: date) -> date:
    """The last day of this day's month."""
    return _month(day.year * 12 + day.month) - timedelta(days=1)
