"""The second step of signing in: the code of those who have a second factor, or setting one up where the shop asks for
it. Who is here holds a ticket, which the right password gave them.
"""

from typing import Any

import segno
from aiohttp import hdrs, web

from portal_views.access import WebHandler
from portal_views.context import PortalContext
from portal_views.pages import html, pick_language, render
from portal_views.staff_signing_in import Tickets, address_of, device_token, note_failure, open_session, safe_next
from storage.activity import Actor
from storage.attempts import AttemptKind, TooManyAttempts
from storage.staff import Staff

_LONGEST = 300


async def show_code(
    context: PortalContext, request: web.Request, staff: Staff, next_page: str, problem: str = ""
) -> web.Response:
    """The page that asks for the code."""
    ticket = Tickets(context).make(staff, "second-factor")
    values: dict[str, Any] = {"ticket": ticket, "next": next_page, "problem": problem}
    status = {"wrong": 401, "too_many": 429}.get(problem, 200)
    return html(render("staff_code.html", pick_language(request), **values), status=status)


async def show_set_up(
    context: PortalContext, request: web.Request, staff: Staff, next_page: str, problem: str = ""
) -> web.Response:
    """The page on which one who must have a second factor sets it up."""
    shop = await context.store.shops.get(staff.shop)
    begun = await context.store.second_factors.begin(staff.shop, staff.id, staff.email, shop.name)
    values: dict[str, Any] = {
        "ticket": Tickets(context).make(staff, "set-up"),
        "next": next_page,
        "problem": problem,
        "qr": qr_of(begun.uri),
        "secret": begun.secret,
    }
    return html(render("staff_set_up.html", pick_language(request), **values), status=401 if problem else 200)


def qr_of(text: str) -> str:
    """A QR code as an image's address, for the page alone: nothing of it is fetched."""
    return str(segno.make(text, error="m").svg_data_uri(scale=5, border=4, light="#fff"))


def submit_code(context: PortalContext) -> WebHandler:
    """`POST /staff/login/code`."""

    async def submit(request: web.Request) -> web.StreamResponse:
        form = await request.post()
        code, next_page = str(form.get("code", ""))[:20], safe_next(str(form.get("next", "")))
        staff = await _who(context, str(form.get("ticket", ""))[:_LONGEST], "second-factor")
        if staff is None:
            raise web.HTTPSeeOther("/staff/login")
        store, device = context.store, device_token(request)
        known = await store.devices.knows(device, staff.email)
        kind: AttemptKind = "second_factor_known" if known else "second_factor"
        address = device if known else address_of(context, request)
        try:
            await store.attempts.claim(staff.shop, kind, staff.id, address)
        except TooManyAttempts:
            return await show_code(context, request, staff, next_page, "too_many")
        if not await store.second_factors.verify(staff.shop, staff.id, code):
            await note_failure(context, request, staff.email, "code")
            return await show_code(context, request, staff, next_page, "wrong")
        await store.attempts.forgive(staff.shop, kind, staff.id, address)
        response = web.Response(status=303, headers={hdrs.LOCATION: next_page})
        await open_session(context, request, staff, response, how="password and code")
        return response

    return submit


def submit_set_up(context: PortalContext) -> WebHandler:
    """`POST /staff/login/set-up`."""

    async def submit(request: web.Request) -> web.StreamResponse:
        form = await request.post()
        code, next_page = str(form.get("code", ""))[:20], safe_next(str(form.get("next", "")))
        staff = await _who(context, str(form.get("ticket", ""))[:_LONGEST], "set-up")
        if staff is None or await context.store.second_factors.is_on(staff.shop, staff.id):
            raise web.HTTPSeeOther("/staff/login")
        codes = await context.store.second_factors.confirm(staff.shop, staff.id, code)
        if codes is None:
            return await show_set_up(context, request, staff, next_page, "wrong")
        await note_set_up(context, staff, address_of(context, request))
        response = html(render("staff_recovery.html", pick_language(request), codes=codes, next=next_page))
        await open_session(context, request, staff, response, how="second factor set up")
        return response

    return submit


async def note_set_up(context: PortalContext, staff: Staff, address: str) -> None:
    """Write down that somebody has a second factor now."""
    actor = Actor(kind="staff", id=staff.id, name=staff.name)
    await context.store.activity.append(
        staff.shop, actor, "people.second_factor_on", subject=staff.name, address=address
    )


async def _who(context: PortalContext, ticket: str, purpose: str) -> Staff | None:
    assert purpose in ("second-factor", "set-up")
    read = Tickets(context).read(ticket, "second-factor" if purpose == "second-factor" else "set-up")
    staff = await context.store.staff.find(*read) if read else None
    return staff if staff is not None and staff.active else None
