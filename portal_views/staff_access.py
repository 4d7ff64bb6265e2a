"""From a request to who of the staff asks. Every page for staff passes here; the inbox itself is the chat's."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote

from aiohttp import hdrs, web

from portal_views.access import WebHandler, peer_address
from portal_views.context import PortalContext
from portal_views.pages import html, keep_language, pick_language, render
from portal_views.staff_menu import menu_for, settings_menu_for
from portal_views.texts import texts_for
from portal_views.urls import language_url
from storage.activity import Actor
from storage.sessions import STAFF_COOKIE, Session
from storage.shops import Language, Shop
from storage.staff import Staff
from storage.staff_rights import Right, may


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRequest:
    """A request for a page of one shop by somebody who works there."""

    context: PortalContext
    request: web.Request
    shop: Shop
    staff: Staff
    session: Session
    language: Language

    @property
    def address(self) -> str:
        """The peer's network address, for the activity log."""
        return peer_address(self.request, self.context.settings.trusted_proxies)

    async def note(
        self,
        action: str,
        subject: str | None = None,
        details: Mapping[str, str] | None = None,
        *,
        ref: str | None = None,
    ) -> None:
        """Write into the activity log what this person did; with a `ref`, once however often it is done."""
        actor = Actor(kind="staff", id=self.staff.id, name=self.staff.name)
        await self.context.store.activity.append(
            self.shop.slug, actor, action, subject, details, address=self.address, ref=ref
        )

    def go(self, path: str, done: str = "") -> web.Response:
        """After something was done: to that page, which says so."""
        location = f"{path}{'&' if '?' in path else '?'}done={done}" if done else path
        return web.Response(status=303, headers={hdrs.LOCATION: location, hdrs.CACHE_CONTROL: "no-store"})

    def page(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """The response with this template's page."""
        done = self.request.query.get("done", "")
        bound = {
            "language_url": lambda language: language_url(self.request, language),
            "path": self.request.path if self.request.method == "GET" else "",
            "staff": self.staff,
            "menu": menu_for(self.staff.role),
            "settings_menu": settings_menu_for(self.staff.role),
            "place": self.request.path,
            "done": done if f"staff_done.{done}" in texts_for(self.language) else "",
        }
        return html(render(template, self.language, self.shop, **(bound | values)), status=status)


StaffHandler: TypeAlias = Callable[[StaffRequest], Awaitable[web.StreamResponse]]


def staff_page(context: PortalContext, show: StaffHandler, right: Right) -> WebHandler:
    """A page for signed-in staff with this right; others are refused, and who is not signed in signs in first."""

    async def handle(request: web.Request) -> web.StreamResponse:
        staff, session = await _find_staff(context, request)
        if staff is None or session is None:
            back = request.path_qs if request.method == "GET" else request.path
            raise web.HTTPSeeOther(f"/staff/login?next={quote(back, safe='')}")
        if not may(staff.role, right):
            raise web.HTTPForbidden
        shop = await context.store.shops.get(staff.shop)
        language = pick_language(request, shop.language)
        asked = StaffRequest(
            context=context, request=request, shop=shop, staff=staff, session=session, language=language
        )
        response = await show(asked)
        keep_language(request, response, secure=context.settings.secure)
        return response

    return handle


async def _find_staff(context: PortalContext, request: web.Request) -> tuple[Staff | None, Session | None]:
    token = request.cookies.get(STAFF_COOKIE, "")
    session = await context.store.sessions.find(token) if token else None
    if session is None or session.staff_id is None:
        return None, None
    staff = await context.store.staff.find(session.shop, session.staff_id)
    return (staff, session) if staff is not None and staff.active else (None, None)
