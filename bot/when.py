"""Days and times as clients write them: "tues at 10", "mañana por la tarde", "any time after 2".

Pure: the shop's hours and what day it is are handed in. What cannot be known is asked for, never guessed.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

DayPart: TypeAlias = Literal["morning", "afternoon", "evening"]
Ask: TypeAlias = Literal["date", "time", "which_day", "am_or_pm", "impossible", "past"]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A wanted day and time, in the shop's zone. `asks` names what a good receptionist would ask back.

    `time` is one moment; `time_from` and `time_to` bound a span (either may be open); `range` is a part of the day.
    """

    date: dt.date | None = None
    time: dt.time | None = None
    time_from: dt.time | None = None
    time_to: dt.time | None = None
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

    now: dt.datetime
    hours: Callable[[dt.date], Sequence[tuple[dt.time, dt.time]]]


def _clock(value: dt.time | None) -> str | None:
    return value.strftime("%H:%M") if value else None
