"""Security: whether everybody needs a second factor to sign in."""

from dataclasses import replace

from aiohttp import web

from portal_views.staff_access import StaffRequest

SECURITY = "/staff/settings/security"


async def show(asked: StaffRequest, *, problem: str = "") -> web.StreamResponse:
    """`GET`."""
    settings = await asked.context.store.settings.get(asked.shop.slug)
    status = 409 if problem else 200
    return asked.page(
        "staff_settings_security.html", status=status, required=settings.second_factor_required, problem=problem
    )


async def submit(asked: StaffRequest) -> web.StreamResponse:
    """`POST`. Who asks others for a second factor has one."""
    store = asked.context.store
    required = str((await asked.request.post()).get("required", "")) == "yes"
    settings = await store.settings.get(asked.shop.slug)
    if required and not await store.second_factors.is_on(asked.shop.slug, asked.staff.id):
        return await show(asked, problem="you_first")
    if required != settings.second_factor_required:
        await store.settings.put(replace(settings, second_factor_required=required))
        await asked.note("settings.changed", "security", {"second factor for all": "on" if required else "off"})
    return asked.go(SECURITY, "saved")
