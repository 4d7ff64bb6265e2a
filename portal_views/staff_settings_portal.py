"""Which sections of the portal clients see, where nothing else was chosen for one of them. The bot keeps to it too."""

from dataclasses import replace

from aiohttp import web

from portal_views.staff_access import StaffRequest
from storage.shops import SECTIONS

PORTAL_SETTINGS = "/staff/settings/portal"


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET`."""
    shown = [(section, asked.shop.sections.get(section, True)) for section in SECTIONS]
    return asked.page("staff_settings_portal.html", shown=shown)


async def submit(asked: StaffRequest) -> web.StreamResponse:
    """`POST`. From now on it holds against imports."""
    form, shops, before = await asked.request.post(), asked.context.store.shops, asked.shop
    chosen: dict[str, bool] = {section: form.get(section) == "yes" for section in SECTIONS}
    if any(chosen[section] != before.sections.get(section, True) for section in SECTIONS):
        kept = tuple(sorted({*before.set_by_staff, "sections"}))
        await shops.put(replace(before, sections=chosen, set_by_staff=kept), mark=await shops.mark_of(before.slug))
        await asked.note(
            "settings.changed", "portal", {name: "shown" if on else "hidden" for name, on in chosen.items()}
        )
    return asked.go(PORTAL_SETTINGS, "saved")
