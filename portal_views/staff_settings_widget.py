"""The chat on the shop's own site: greeting, colour, corner, which sites may show it, and the tag to copy."""

import re
from dataclasses import dataclass, replace

from aiohttp import web

from portal_views.staff_access import StaffRequest
from storage.shop_settings import COLOR, LONGEST_GREETING, WidgetSettings, is_readable

WIDGET = "/staff/settings/widget"
_ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?")
_MOST_ORIGINS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    greeting: dict[str, str]
    accent: str
    side: str
    origins: str


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET`."""
    widget = (await asked.context.store.settings.get(asked.shop.slug)).widget
    form = _Form(
        greeting=dict(widget.greeting),
        accent=widget.accent or "",
        side=widget.side,
        origins="\n".join(asked.shop.origins),
    )
    return _page(asked, form, {})


async def submit(asked: StaffRequest) -> web.StreamResponse:
    """`POST`."""
    given = await asked.request.post()
    form = _Form(
        greeting={
            language: " ".join(str(given.get(f"greeting_{language}", "")).split())[: LONGEST_GREETING + 1]
            for language in ("en", "es")
        },
        accent=str(given.get("accent", "")).strip().lower()[:20],
        side="left" if str(given.get("side", "")) == "left" else "right",
        origins=str(given.get("origins", ""))[:5000],
    )
    lines = [line.strip().rstrip("/").lower() for line in form.origins.splitlines()]
    origins = tuple(dict.fromkeys(line for line in lines if line))
    problems = _problems(form, origins)
    if problems:
        return _page(asked, form, problems)
    await _save(asked, form, origins)
    return asked.go(WIDGET, "saved")


def _problems(form: _Form, origins: tuple[str, ...]) -> dict[str, str]:
    problems: dict[str, str] = {}
    if any(len(text) > LONGEST_GREETING for text in form.greeting.values()):
        problems["greeting"] = "long"
    if form.accent and COLOR.fullmatch(form.accent) is None:
        problems["accent"] = "shape"
    elif form.accent and not is_readable(form.accent):
        problems["accent"] = "contrast"
    if len(origins) > _MOST_ORIGINS or any(_ORIGIN.fullmatch(origin) is None for origin in origins):
        problems["origins"] = "shape"
    return problems


async def _save(asked: StaffRequest, form: _Form, origins: tuple[str, ...]) -> None:
    store, shop = asked.context.store, asked.shop
    settings = await store.settings.get(shop.slug)
    widget = WidgetSettings(
        greeting={language: text for language, text in form.greeting.items() if text},
        accent=form.accent or None,
        side="left" if form.side == "left" else "right",
    )
    await store.settings.put(replace(settings, widget=widget))
    if origins != shop.origins:
        kept = tuple(sorted({*shop.set_by_staff, "origins"}))
        changed = replace(shop, origins=origins, set_by_staff=kept)
        await store.shops.put(changed, mark=await store.shops.mark_of(shop.slug))
    await asked.note("settings.changed", "widget", {"sites": ", ".join(origins)})


def _page(asked: StaffRequest, form: _Form, problems: dict[str, str]) -> web.Response:
    extras = ' data-side="left"' if form.side == "left" else ""
    if COLOR.fullmatch(form.accent):
        extras += f' data-color="{form.accent}"'
    src = f"{asked.context.settings.public_url}/widget.js"
    tag = f'<script src="{src}" data-shop="{asked.shop.slug}"{extras} async></script>'
    return asked.page(
        "staff_settings_widget.html", status=422 if problems else 200, form=form, problems=problems, tag=tag
    )
