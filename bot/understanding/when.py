"""Days and times as clients write them: "tues at 10", "mañana por la tarde", "any time after 2".

Pure: the shop's hours and what day it is are handed in. What cannot be known is asked for, never guessed.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from bot.understanding.when_days import Day, find_days
from bot.understanding.when_times import DayPart, Hours, Said, decide, find_times, find_wait
from bot.understanding.when_words import normalize

Ask: TypeAlias = Literal["date", "time", "which_day", "am_or_pm", "impossible", "past"]

_USUAL = (dt.time(8), dt.time(17))  # hours of a shop that has none on file
_PART_ENDS = {"morning": dt.time(12), "afternoon": dt.time(18), "evening": dt.time(23, 59)}


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
    """What a phrase is read against: now in the shop's zone (aware), and the shop's hours of a day (local times)."""

    now: dt.datetime
    hours: Callable[[dt.date], Sequence[tuple[dt.time, dt.time]]]


def find_when(text: str, context: WhenContext) -> When | None:
    """The day and time that a message speaks of, None where it speaks of none. Never raises on any text."""
    today = context.now.date()
    line = normalize(text)
    days, line = find_days(line, today)
    wait = find_wait(line)
    if wait and not days:
        return _in_a_while(context.now, wait)
    said = find_times(line)
    if not days and said.empty:
        return None
    day, asks = _one_day(days)
    if said.impossible:
        return When(date=day, asks=("impossible",))
    when, more = _clocks(said, _hours(day, context))
    if "impossible" in asks or "impossible" in more or (day and _is_skipped(day, when, context.now)):
        return replace(when, date=day, asks=("impossible",))
    if day is None and "which_day" in asks:
        more = [ask for ask in more if ask != "time"]  # the day first
    if day is None and not asks:
        asks = ["date"]
    asks += [ask for ask in more if ask not in asks]
    if day and "past" not in asks and _is_past(when, day, context):
        later = _next_week(days, day)
        if later:
            day = later
        else:
            asks = ["past"]
    if "past" in asks:
        asks = ["past"]
    return replace(when, date=day, asks=tuple(asks))


def _in_a_while(now: dt.datetime, wait: dt.timedelta) -> When:
    """So long from now, by the clock that really runs: an hour is an hour on the night the clocks change too."""
    moment = (now.astimezone(dt.UTC) + wait).astimezone(now.tzinfo)
    time = moment.time().replace(second=0, microsecond=0)
    return When(date=moment.date(), time=time.replace(minute=time.minute // 5 * 5))


def _one_day(days: list[Day]) -> tuple[dt.date | None, list[Ask]]:
    """The day meant, and what is unclear about it: one of several is not for us to pick."""
    if not days:
        return None, []
    dates = {day.date for day in days}
    if len(dates) > 1 and all(day.doubt is None for day in days):
        return None, ["which_day"]
    first = next((day for day in days if day.doubt is None), days[0])
    doubt = first.doubt
    return first.date, [doubt] if doubt and doubt != "unwanted" else []


def _hours(day: dt.date | None, context: WhenContext) -> Hours:
    """The hours of the day; of the whole week where the day is unknown or closed."""
    today = context.now.date()
    spans = list(context.hours(day)) if day else []
    if not spans:
        spans = [span for offset in range(7) for span in context.hours(today + dt.timedelta(days=offset))]
    opens = min((start for start, _ in spans), default=_USUAL[0])
    closes = max((end for _, end in spans), default=_USUAL[1])
    return Hours(opens, closes, context.now.time() if day == today else None)


def _clocks(said: Said, hours: Hours) -> tuple[When, list[Ask]]:
    """The times of a `Said` decided by the hours, and what must be asked."""
    if said.start or said.end:
        return _span(said, hours)
    times = [decide(clock, hours, said.part) for clock in dict.fromkeys(said.at)]
    if not times:
        return When(range=said.part), ["time"]
    if len(times) > 1:
        return When(range=said.part), ["time"]
    return (When(time=times[0]), []) if times[0] else (When(), ["am_or_pm"])


def _span(said: Said, hours: Hours) -> tuple[When, list[Ask]]:
    start = decide(said.start, hours, said.part) if said.start else None
    end = decide(said.end, hours, said.part, closing=True) if said.end else None
    if said.end and start and (end is None or end <= start):
        end = next((time for time in said.end.readings() if time > start), end)
    if start and end and end <= start:
        return When(), ["impossible"]
    unclear = (said.start and start is None) or (said.end and end is None)
    return When(time_from=start, time_to=end), ["am_or_pm"] if unclear else []


def _is_skipped(day: dt.date, when: When, now: dt.datetime) -> bool:
    """Whether the clocks jump over the time that night: it does not exist. One there is twice is the first."""
    if when.time is None:
        return False
    moment = dt.datetime.combine(day, when.time, now.tzinfo)
    return moment.astimezone(dt.UTC).astimezone(now.tzinfo).time() != when.time


def _is_past(when: When, day: dt.date, context: WhenContext) -> bool:
    if day != context.now.date():
        return day < context.now.date()
    last = when.time or when.time_to or (_PART_ENDS[when.range] if when.range else None)
    return last is not None and last <= context.now.time()


def _next_week(days: list[Day], day: dt.date) -> dt.date | None:
    """A week later, when today was named by its weekday alone: "wed at 9" on a Wednesday at half past ten."""
    return day + dt.timedelta(days=7) if any(named.date == day and named.weekday for named in days) else None


def _clock(value: dt.time | None) -> str | None:
    return value.strftime("%H:%M") if value else None
