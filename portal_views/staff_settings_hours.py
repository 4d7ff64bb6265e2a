"""The shop's hours: the week, with breaks, and the days that differ. What staff set here holds against imports."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from aiohttp import web

from portal_views.staff_access import StaffRequest
from storage.shops import WEEKDAYS, ClosedDay, Shop, Span

HOURS = "/staff/settings/hours"
_SPAN = re.compile(r"([01]?\d|2[0-4])[:.]?([0-5]\d)?\s*(?:-|–|to|a|until)\s*([01]?\d|2[0-4])[:.]?([0-5]\d)?")
_MOST_DAYS = 200
_LONGEST_NAME = 60


class NoHours(Exception):
    """It cannot be read as hours; `reason` is a key among the texts."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """A day that differs, as typed."""

    date: str
    name: str
    hours: str
    problem: str = ""


def parse_spans(text: str) -> tuple[Span, ...]:
    """`7:30-12:00, 13:00-17:30` as spans, in order; nothing is closed. Raises `NoHours`."""
    spans: list[Span] = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        found = _SPAN.fullmatch(part)
        if found is None:
            raise NoHours("shape")
        begin = f"{int(found[1]):02d}:{found[2] or '00'}"
        end = f"{int(found[3]):02d}:{found[4] or '00'}"
        if begin >= end or end > "24:00":
            raise NoHours("backwards")
        if spans and begin < spans[-1][1]:
            raise NoHours("overlap")
        spans.append((begin, end))
    return tuple(spans)


def spans_text(spans: tuple[Span, ...]) -> str:
    """As it is typed: `07:30-12:00, 13:00-17:30`."""
    return ", ".join(f"{begin}-{end}" for begin, end in spans)


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET`."""
    shop = asked.shop
    week: dict[str, str] = {day: spans_text(tuple(shop.hours.get(day, ()))) for day in WEEKDAYS}
    days = [
        DayRow(date=one.date.isoformat(), name=one.name, hours=spans_text(one.hours))
        for one in sorted(shop.closed, key=lambda one: one.date)
        if one.date >= asked.context.clock.now().astimezone(shop.zone).date()
    ]
    return _page(asked, week, days, {})


async def submit(asked: StaffRequest) -> web.StreamResponse:
    """`POST`: all at once; where something cannot be read nothing is saved, and all that was typed is shown again."""
    form = await asked.request.post()
    week: dict[str, str] = {day: str(form.get(day, ""))[:200] for day in WEEKDAYS}
    rows = _rows(
        [str(value) for value in form.getall("date", [])],
        [str(value) for value in form.getall("name", [])],
        [str(value) for value in form.getall("hours", [])],
    )
    hours, problems = _week(week)
    closed, rows = _days(rows)
    if problems or any(row.problem for row in rows):
        return _page(asked, week, rows, problems)
    today = asked.context.clock.now().astimezone(asked.shop.zone).date()
    past = tuple(one for one in asked.shop.closed if one.date < today)
    await _save(asked, hours, (*past, *closed))
    return asked.go(HOURS, "saved")


async def _save(asked: StaffRequest, hours: dict[str, tuple[Span, ...]], closed: tuple[ClosedDay, ...]) -> None:
    store, before = asked.context.store, asked.shop
    new = {"hours": hours, "closed": closed}
    changed = tuple(name for name, value in new.items() if _plain(getattr(before, name)) != _plain(value))
    if not changed:
        return
    shop: Shop = replace(
        before,
        hours=hours,
        closed=closed,
        set_by_staff=tuple(sorted({*before.set_by_staff, *changed})),
    )
    await store.shops.put(shop, mark=await store.shops.mark_of(before.slug))
    await asked.note("settings.changed", "hours", {"changed": ", ".join(changed)})


def _plain(value: Any) -> Any:
    """Closed days as they are; of a week only the days on which it is open."""
    if isinstance(value, tuple):
        return value
    return {day: tuple(tuple(span) for span in spans) for day, spans in value.items() if spans}


def _week(week: dict[str, str]) -> tuple[dict[str, tuple[Span, ...]], dict[str, str]]:
    hours: dict[str, tuple[Span, ...]] = {}
    problems: dict[str, str] = {}
    for day, text in week.items():
        try:
            hours[day] = parse_spans(text)
        except NoHours as refusal:
            problems[day] = refusal.reason
    return hours, problems


def _rows(dates: list[str], names: list[str], hours: list[str]) -> list[DayRow]:
    """The typed days; rows with nothing in them are none."""
    typed = list(zip(dates, names, hours, strict=False))[:_MOST_DAYS]
    rows = [
        DayRow(date=day.strip()[:20], name=" ".join(name.split())[:_LONGEST_NAME], hours=text.strip()[:200])
        for day, name, text in typed
    ]
    return [row for row in rows if row.date or row.name or row.hours]


def _days(rows: list[DayRow]) -> tuple[tuple[ClosedDay, ...], list[DayRow]]:
    closed: list[ClosedDay] = []
    checked: list[DayRow] = []
    for row in rows:
        problem = ""
        try:
            day = date.fromisoformat(row.date)
            if any(one.date == day for one in closed):
                problem = "twice"
            elif not row.name:
                problem = "name"
            else:
                closed.append(ClosedDay(date=day, name=row.name, hours=parse_spans(row.hours)))
        except NoHours as refusal:
            problem = refusal.reason
        except ValueError:
            problem = "date"
        checked.append(replace(row, problem=problem))
    return tuple(sorted(closed, key=lambda one: one.date)), checked


def _page(asked: StaffRequest, week: dict[str, str], days: list[DayRow], problems: dict[str, str]) -> web.Response:
    wrong = bool(problems) or any(row.problem for row in days)
    return asked.page(
        "staff_settings_hours.html", status=422 if wrong else 200, week=week, days=days, problems=problems
    )
