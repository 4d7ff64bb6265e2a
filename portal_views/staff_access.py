"""From a request to who of the staff asks. Every page for staff passes here; the inbox itself is the chat's."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote

from aiohttp import web

from portal_views.access import WebHandler, peer_address
from portal_views.context import PortalContext
from portal_views.pages import html, keep_language, pick_language, render
from portal_views.urls import language_url
from storage.sessions import STAFF_COOKIE
from storage.shops import Language, Shop
from storage.staff import Role, Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRequest:
    """A request for a page of one shop by somebody who works there."""

    context: PortalContext
    request: web.Request
    shop: Shop
    staff: Staff
    language: Language

    @property
    def address(self) -> str:
        """The peer's network address, for the activity log."""
        return peer_address(self.request, self.context.settings.trusted_proxies)

    def page(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """The response with this template's page."""
        bound = {
            "language_url": lambda language: language_url(self.request, language),
            "path": self.request.path if self.request.method == "GET" else "",
            "staff": self.staff,
        }
        return html(render(template, self.language, self.shop, **(bound | values)), status=status)


StaffHandler: TypeAlias = Callable[[StaffRequest], Awaitable[web.StreamResponse]]


def staff_page(context: PortalContext, show: StaffHandler, *roles: Role) -> WebHandler:
    """A page for signed-in staff of these roles; others are refused, and who is not signed in signs in first."""

    async def handle(request: web.Request) -> web.StreamResponse:
        staff = await _find_staff(context, request)
        if staff is None:
            back = request.path_qs if request.method == "GET" else request.path
            raise web.HTTPSeeOther(f"/staff/login?next={quote(back, safe='')}")
        if staff.role not in roles:
            raise web.HTTPForbidden
        shop = await context.store.shops.get(staff.shop)
        language = pick_language(request, shop.language)
        asked = StaffRequest(context=context, request=request, shop=shop, staff=staff, language=language)
        response = await show(asked)
        keep_language(request, response, secure=context.settings.secure)
        return response

    return handle


async def _find_staff(context: PortalContext, request: web.Request) -> Staff | None:
    token = request.cookies.get(STAFF_COOKIE, "")
    session = await context.store.sessions.find(token) if token else None
    if session is None or session.staff_id is None:
        return None
    return await context.store.staff.find(session.shop, session.staff_id)
