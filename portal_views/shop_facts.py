"""What anybody may know of a shop, as pages show it: whether it is open, its week, days that differ, where it is."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from portal_views.access import ShopRequest
from portal_views.formats import Formats, formats_for
from portal_views.texts import Texts, texts_for
from storage.opening_hours import closes_at, is_open, next_opening, spans_on
from storage.shops import WEEKDAYS, Shop, Span

_SPECIAL_DAYS_AHEAD = 45


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekday:
    """One line of the opening hours."""

    name: str
    spans: tuple[Span, ...]
    today: bool


def shop_facts(asked: ShopRequest) -> dict[str, Any]:
    """The values that `shop_parts.html` shows."""
    shop, texts = asked.shop, texts_for(asked.language)
    formats = formats_for(shop, texts)
    today = asked.now.astimezone(shop.zone).date()
    return {
        "open_now": is_open(shop, asked.now),
        "closes_at": closes_at(shop, asked.now),
        "opens_text": _opens_text(shop, asked.now, formats),
        "week": _week(shop, today, formats),
        "special_days": _special_days(shop, today, formats),
        "map_url": shop.address.map_url,
        "website": shop.website if shop.website and shop.website.startswith(("https://", "http://")) else None,
        "website_text": urlsplit(shop.website).netloc if shop.website else "",
        "methods": [_method(texts, name) for name in shop.payment_methods],
    }


def _opens_text(shop: Shop, now: datetime, formats: Formats) -> str | None:
    opens = next_opening(shop, now)
    if opens is None:
        return None
    days_away = (formats.local(opens).date() - formats.local(now).date()).days
    if days_away in (0, 1):
        return formats.texts("shop.tomorrow" if days_away else "shop.today", time=formats.time(opens))
    return formats.moment(opens)


def _week(shop: Shop, today: date, formats: Formats) -> list[Weekday]:
    names = formats.weekdays()
    return [
        Weekday(name=names[index], spans=spans_on(shop, today), today=True)  # whatever is different today
        if index == today.weekday()
        else Weekday(name=names[index], spans=tuple(shop.hours.get(day, ())), today=False)
        for index, day in enumerate(WEEKDAYS)
    ]


def _special_days(shop: Shop, today: date, formats: Formats) -> list[str]:
    last = today + timedelta(days=_SPECIAL_DAYS_AHEAD)
    coming = sorted((day for day in shop.closed if today <= day.date <= last), key=lambda day: day.date)
    lines = []
    for day in coming:
        hours = ", ".join(f"{formats.clock(start)} – {formats.clock(end)}" for start, end in spans_on(shop, day.date))
        key = "shop.other_hours_on" if hours else "shop.closed_on"
        lines.append(formats.texts(key, day=formats.short_day(day.date), name=day.name, hours=hours))
    return lines


def _method(texts: Texts, name: str) -> str:
    return texts(f"method.{name}") if f"method.{name}" in texts else name.replace("_", " ")
