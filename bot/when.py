"""Days and times as clients write them: "tues at 10", "mañana por la tarde", "any time after 2".

Pure: the shop's hours and what day it is are handed in. What cannot be known is asked for, never guessed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

type DayPart = Literal["morning", "afternoon", "evening"]
type Ask = Literal["date", "time", "which_day", "am_or_pm", "impossible", "past"]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A wanted day and time, in the shop's zone. `asks` names what a good receptionist would ask back.

    `time` is one moment; `time_from` and `time_to` bound a span (either may be open); `range` is a part of the day.
    """

    date: date | None = None
    time: time | None = None
    time_from: time | None = None
    time_to: time | None = None
    range: DayPart | None = None
    asks: tuple[Ask, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As `understanding.md` writes it: ISO date, "HH:MM" times."""
        return {
            "date": self.date.isoformat() if self.date else None,
            "time": _clock(self.time),
            "time_from": _clock(self.time_from),
            "time_to": _clock(self.time_to),
            "range": self.range,
            "asks": list(self.asks),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WhenContext:
    """What a phrase is read against: now in the shop's zone (aware) and the shop's open hours of a day (local times)."""

    now: datetime
    hours: Callable[[date], Sequence[tuple[time, time]]]


def _clock(value: time | None) -> str | None:
    return value.strftime("%H:%M") if value else None
