"""The shop's own look on the pages that clients see: its colour and its logo."""

import asyncio
from dataclasses import replace

from aiohttp import web
from aiohttp.web_request import FileField

from portal_views.staff_access import StaffRequest
from storage.pictures import NotTaken
from storage.shop_logos import MOST_BYTES, logo_of
from storage.shop_settings import COLOR
from storage.shops import Logo

LOOK = "/staff/settings/look"
_AS_IT_COMES = "#0e5f66"
_one_at_a_time = asyncio.Lock()  # a picture takes the processor and up to 200 MB


async def show(asked: StaffRequest, *, problem: str = "", accent: str = "") -> web.StreamResponse:
    """`GET`; and the form once more, with its problem: `color`, `large`, `picture`."""
    return asked.page(
        "staff_settings_look.html",
        status=422 if problem else 200,
        accent=accent or asked.shop.accent or _AS_IT_COMES,
        most=MOST_BYTES // 1024,
        problem=problem,
    )


async def submit(asked: StaffRequest) -> web.StreamResponse:
    """`POST`: the colour, the logo, or `act=remove` for the logo."""
    form = await asked.request.post()
    store, shop = asked.context.store, asked.shop
    if form.get("act") == "remove":
        await _keep(asked, shop.accent, None)
        await store.logos.remove(shop.slug)
        return asked.go(LOOK, "removed")
    own, accent = form.get("own") == "yes", str(form.get("accent", "")).strip().lower()[:20]
    if own and COLOR.fullmatch(accent) is None:
        return await show(asked, problem="color")
    logo, sent = shop.logo, form.get("logo")
    if isinstance(sent, FileField) and (content := sent.file.read(MOST_BYTES + 1)):
        if len(content) > MOST_BYTES:
            return await show(asked, problem="large", accent=accent)
        try:
            async with _one_at_a_time:
                made = await asyncio.to_thread(logo_of, shop.slug, content)
        except NotTaken:
            return await show(asked, problem="picture", accent=accent)
        await store.logos.put(made)
        logo = made.said
    await _keep(asked, accent if own else None, logo)
    return asked.go(LOOK, "saved")


async def _keep(asked: StaffRequest, accent: str | None, logo: Logo | None) -> None:
    """What staff set here holds against imports."""
    store, shop = asked.context.store, asked.shop
    changed = {name for name, was, now in (("accent", shop.accent, accent), ("logo", shop.logo, logo)) if was != now}
    if not changed:
        return
    kept = tuple(sorted({*shop.set_by_staff, *changed}))
    await store.shops.put(
        replace(shop, accent=accent, logo=logo, set_by_staff=kept), mark=await store.shops.mark_of(shop.slug)
    )
    await asked.note("settings.changed", "look", {"changed": ", ".join(sorted(changed))})
