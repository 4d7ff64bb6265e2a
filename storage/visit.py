"""A visit, as a value: what it is, which quarter hours it touches, and which status may follow which."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from config.clock import utc_now
from storage.ids import new_id, record_id

VisitStatus = Literal["requested", "confirmed", "cancelled", "done", "no_show"]
VisitSource = Literal["import", "chat", "sms", "portal", "page", "staff"]
ChangedBy = Literal["client", "staff", "shop"]  # the shop: its own software, by an import

ACTIVE: frozenset[str] = frozenset({"requested", "confirmed"})
QUARTER_SECONDS = 15 * 60
LONGEST_MINUTES = 24 * 60  # of one visit; reading by time range relies on it
EDGE = timedelta(minutes=15)  # quarters reach at most this far beyond the visit itself

_NEXT: dict[str, frozenset[str]] = {
    "requested": frozenset({"confirmed", "cancelled", "done", "no_show"}),
    "confirmed": frozenset({"cancelled", "done", "no_show"}),
    "cancelled": frozenset(),
    "done": frozenset({"no_show"}),
    "no_show": frozenset({"done"}),
}


class VisitConflict(Exception):
    """The visit is not in a state that allows this."""

    code = "conflict"


class VisitChanged(VisitConflict):
    """Somebody changed the visit at the same moment: look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who asked for a visit without being known. `phone` is E.164."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One appointment. `starts_at` is aware UTC; `client_id` is None and `contact` set for someone not yet known."""

    id: str = field(default_factory=new_id)
    shop: str
    client_id: str | None = None
    vehicle_id: str | None = None
    services: tuple[str, ...] = ()  # codes
    starts_at: datetime
    minutes: int
    status: VisitStatus
    source: VisitSource
    bay: str | None = None
    holds_bay: bool = False
    quarters: tuple[int, ...] = ()  # those it keeps its bay for; empty unless it holds one
    note: str = ""
    cancel_reason: str = ""  # of staff who cancelled it; the client reads it
    contact: Contact | None = None
    external_id: str | None = None
    booking_key: str | None = None
    sequence: int = 0  # how often its time or status changed: what calendars tell an older copy by
    changed_by: ChangedBy | None = None  # whose hand the last change is; None: it is as it was booked or imported
    created_at: datetime = field(default_factory=utc_now)
    updated_at: datetime = field(default_factory=utc_now)  # system clock

    @property
    def ends_at(self) -> datetime:
        """When it ends, aware UTC."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def active(self) -> bool:
        """Whether it is to take place: requested or confirmed."""
        return self.status in ACTIVE

    @property
    def unplaced(self) -> bool:
        """Whether it is to take place and no bay was free for it: staff must look."""
        return self.active and not self.holds_bay


def booked_id(shop: str, booking_key: str) -> str:
    """The id of the visit booked under this key: always the same, so the same key can never book twice."""
    return record_id(shop, "booking", booking_key)


def quarters_of(starts_at: datetime, minutes: int) -> tuple[int, ...]:
    """The quarter hours that a visit touches, each counted in whole quarters since 1970 in UTC."""
    first = int(starts_at.timestamp()) // QUARTER_SECONDS
    end = int((starts_at + timedelta(minutes=minutes)).timestamp())
    return tuple(range(first, max(first + 1, -(-end // QUARTER_SECONDS))))


def placed(visit: Visit, bay: str) -> Visit:
    """The visit holding this bay for its time."""
    return replace(visit, bay=bay, holds_bay=True, quarters=quarters_of(visit.starts_at, visit.minutes))


def not_placed(visit: Visit) -> Visit:
    """The visit holding no bay."""
    return replace(visit, bay=None, holds_bay=False, quarters=())


def with_status(visit: Visit, status: VisitStatus) -> Visit:
    """The visit in another status, touched now; one that is no longer to take place leaves its bay free.

    Raises `VisitConflict` where there is no way from its status to that one.
    """
    if status not in _NEXT[visit.status]:
        raise VisitConflict(f"a {visit.status} visit cannot become {status}")
    changed = replace(visit, status=status, updated_at=later_than(visit.updated_at))
    return changed if changed.active else replace(changed, holds_bay=False, quarters=())


def find_clash(
    visits: Iterable[Visit], vehicle_id: str | None, starts_at: datetime, minutes: int, but: str = ""
) -> Visit | None:
    """Among a client's visits one that this very car has at that time already, other than that with the id `but`."""
    if vehicle_id is None:
        return None
    ends_at = starts_at + timedelta(minutes=minutes)
    return next(
        (
            visit
            for visit in visits
            if visit.id != but
            and visit.active
            and visit.vehicle_id == vehicle_id
            and visit.starts_at < ends_at
            and starts_at < visit.ends_at
        ),
        None,
    )


def later_than(moment: datetime) -> datetime:
    """Now by the system clock, or just after `moment`: two changes within one millisecond still differ."""
    return max(utc_now(), moment.astimezone(UTC) + timedelta(milliseconds=1))
