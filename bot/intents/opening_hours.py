"""When the shop is open: now and next, on a given day, holidays by name, and the week."""

from datetime import date, timedelta

from bot.action import Intent
from bot.context import Context
from bot.reply import Reply
from bot.understanding.special_days import find_special_days
from storage.opening_hours import Interval, closed_name, closes_at, intervals, next_opening


class OpeningHours(Intent):
    """Opening hours."""

    async def answer(self, context: Context) -> Reply:
        """The day that is named, else now and the week."""
        when = context.entities.when
        if when is not None and when.date is not None:
            return Reply(text=_on(context, when.date))
        if named := find_special_days(context.shop, context.turn.text, context.today):
            return Reply(text="\n".join(_on(context, day) for day in named))
        text = f"{_now(context)} {_week(context)}".strip()
        return Reply(text=text, pages=(context.page("shop"),))


def _now(context: Context) -> str:
    closes = closes_at(context.shop, context.now)
    if closes is not None:
        return context.say("open_now", time=context.wording.time(closes))
    opens = next_opening(context.shop, context.now)
    if opens is None:
        return context.say("closed_always", phone=context.shop_phone())
    return context.say("closed_now", when=context.moment(opens))


def _on(context: Context, day: date) -> str:
    hours, name = _hours(context, intervals(context.shop, day)), closed_name(context.shop, day)
    title = context.wording.day(day, context.today)
    capital = f"{title[:1].upper()}{title[1:]}"
    if hours and name:
        return context.say("day_named", day=capital, name=name, hours=hours)
    if hours:
        return context.say("day", day=capital, hours=hours)
    spoken = title if context.language == "en" else capital
    if name:
        return context.say("day_closed_named", day=spoken, name=name)
    return context.say("day_closed", day=spoken)


def _week(context: Context) -> str:
    """The coming seven days' usual hours, days with the same hours together: `Mon-Fri 7:30 AM to 5:30 PM`."""
    monday = context.today - timedelta(days=context.today.weekday())
    runs: list[tuple[int, int, str]] = []
    for weekday in range(7):
        hours = _usual(context, monday + timedelta(days=weekday))
        if runs and runs[-1][2] == hours:
            runs[-1] = (runs[-1][0], weekday, hours)
        else:
            runs.append((weekday, weekday, hours))
    items = [
        context.say("week_item", days=_days(context, monday, first, last), hours=hours)
        for first, last, hours in runs
        if hours
    ]
    return context.say("week", days=", ".join(items)) if items else ""


def _days(context: Context, monday: date, first: int, last: int) -> str:
    names = [context.wording.short_weekday(monday + timedelta(days=day)) for day in (first, last)]
    return names[0] if first == last else "-".join(names)


def _usual(context: Context, day: date) -> str:
    """The hours of a weekday as on any day of its kind: holidays are looked past."""
    while closed_name(context.shop, day) is not None:
        day += timedelta(days=7)
    return _hours(context, intervals(context.shop, day))


def _hours(context: Context, open_times: list[Interval]) -> str:
    spans = [
        context.say("span", start=context.wording.time(start), end=context.wording.time(end))
        for start, end in open_times
    ]
    return context.wording.every(spans)
