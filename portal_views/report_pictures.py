"""Where the marks of a report's pictures are: what the template draws as SVG. Pure geometry.

A picture's marks are in a box of their own, stretched to the space there is; what is written beside them is HTML and
keeps its size. Heights are of 100, from the top.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from storage.report import Figures

_GAP = 0.18  # of a bar's place
_LEVELS = 5
_FEW_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a stack. `says` is its tip; `kind` its class."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A day's bars, and the day."""

    day: date
    x: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Columns side by side, `width` wide; `ticks` are values with their heights; `marks` the days written below."""

    width: int
    columns: tuple[Column, ...]
    ticks: tuple[tuple[float, float], ...]
    marks: tuple[date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Points of a line, broken where a day has none, as SVG paths; one path a stretch."""

    width: int
    paths: tuple[str, ...]
    points: tuple[tuple[float, float, date, float], ...]  # x, y, day, value
    ticks: tuple[tuple[float, float], ...]
    marks: tuple[date, ...]


def stacked(days: Sequence[tuple[date, Figures]]) -> Chart:
    """Conversations of each day: those of the bot alone below, those with a person or still running above."""
    top = nice_top(max((figures.conversations for _, figures in days), default=0))
    columns = []
    for place, (day, figures) in enumerate(days):
        below = _height(figures.bot.alone, top)
        above = _height(figures.conversations, top) - below
        bars = (
            Bar(x=place + _GAP / 2, y=100 - below, width=1 - _GAP, height=below, kind="bot"),
            Bar(x=place + _GAP / 2, y=100 - below - above, width=1 - _GAP, height=above, kind="people"),
        )
        columns.append(Column(day=day, x=place, bars=tuple(bar for bar in bars if bar.height > 0)))
    return Chart(
        width=max(1, len(days)), columns=tuple(columns), ticks=_ticks(top), marks=_marks([day for day, _ in days])
    )


def columns(values: Sequence[tuple[date, int]]) -> Chart:
    """One bar for each day, or for each month by its first day; what is below zero has none."""
    top = nice_top(max((value for _, value in values), default=0))
    found = []
    for place, (day, value) in enumerate(values):
        height = _height(max(value, 0), top)
        bar = Bar(x=place + _GAP / 2, y=100 - height, width=1 - _GAP, height=height, kind="bot")
        found.append(Column(day=day, x=place, bars=(bar,) if height > 0 else ()))
    days = [day for day, _ in values]
    return Chart(width=max(1, len(values)), columns=tuple(found), ticks=_ticks(top), marks=_marks(days))


def line(days: Sequence[tuple[date, float | None]]) -> Line:
    """One value a day, in seconds; days without one are gaps."""
    top = _nice_seconds(max((value for _, value in days if value is not None), default=0.0))
    points: list[tuple[float, float, date, float]] = []
    paths: list[list[str]] = [[]]
    for place, (day, value) in enumerate(days):
        if value is None:
            paths.append([])
            continue
        x, y = place + 0.5, 100 - _height(value, top)
        points.append((x, round(y, 2), day, value))
        paths[-1].append(f"{'L' if paths[-1] else 'M'}{x:g} {y:.2f}")
    return Line(
        width=max(1, len(days)),
        paths=tuple(" ".join(path) for path in paths if len(path) > 1),
        points=tuple(points),
        ticks=_ticks(top),
        marks=_marks([day for day, _ in days]),
    )


def levels(hours: Sequence[Sequence[int]]) -> list[list[int]]:
    """The heat of each hour of the week: 0 for nothing, then 1 to 5."""
    most = max((count for row in hours for count in row), default=0)
    return [[math.ceil(count / most * _LEVELS) if count else 0 for count in row] for row in hours]


def peak(hours: Sequence[Sequence[int]]) -> tuple[int, int]:
    """The weekday and the hour in which most conversations began."""
    return max(((day, hour) for day in range(7) for hour in range(24)), key=lambda at: hours[at[0]][at[1]])


def nice_top(value: float) -> float:
    """The least of 2, 4, 6, 8, 10, 20, 30, 40, 60 ... that is not below the value: half of it is a whole number too."""
    if value <= 10:
        return max(2, 2 * math.ceil(value / 2))
    power: float = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 3, 4, 6, 8, 10) if step * power >= value)


def _nice_seconds(value: float) -> float:
    for top in (60, 120, 600, 1200, 3600, 7200, 14400, 28800, 86400, 172800):
        if value <= top:
            return top
    return nice_top(value / 86400) * 86400


def _ticks(top: float) -> tuple[tuple[float, float], ...]:
    return ((top, 0.0), (top / 2, 50.0), (0, 100.0))


def _marks(days: Sequence[date]) -> tuple[date, ...]:
    """Days to write below: the first, some between, the last."""
    if len(days) <= 2:
        return tuple(days)
    count = 3 if len(days) <= _FEW_DAYS else 5
    return tuple(days[round(place * (len(days) - 1) / (count - 1))] for place in range(count))


def _height(value: float, top: float) -> float:
    return round(100 * value / top, 3)
