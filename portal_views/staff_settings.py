"""The settings' first page: what there is to set, for this role."""

from aiohttp import web

from portal_views.staff_access import StaffRequest


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET`."""
    return asked.page("staff_settings.html")
