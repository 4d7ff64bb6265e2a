"""The two clocks.

The *business clock* says what day it is for a shop: opening hours, due dates, openings, "tomorrow". It is a value
handed down from `server.py`, and a setting may freeze it. The *system clock* (`utc_now`) times what must be real:
leases, retries, expiry, signatures, and when a message was stored.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def utc_now() -> datetime:
    """The system clock: now, aware UTC, cut to the millisecond (what MongoDB keeps)."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


@dataclass(frozen=True, slots=True)
class BusinessClock:
    """What time it is for the shop's business; `frozen` holds it still (tests, demos, replayed conversations)."""

    frozen: datetime | None = None
    system: Callable[[], datetime] = utc_now

    def now(self) -> datetime:
        """Now for the shop's business, aware UTC."""
        return self.frozen.astimezone(UTC) if self.frozen is not None else self.system()
