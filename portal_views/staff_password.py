"""A password by e-mail: forgotten, or a first one for somebody who was invited.

The words are the same whether the address is known or not. The link's page spends nothing; its button does. A new
password ends all sessions that are open.
"""

from typing import Any

from aiohttp import hdrs, web

from portal_views.access import WebHandler
from portal_views.context import PortalContext
from portal_views.pages import html, pick_language, render
from portal_views.staff_signing_in import address_of
from portal_views.texts import texts_for
from storage.activity import Actor
from storage.attempts import TooManyAttempts
from storage.ids import new_id
from storage.outbox import OutboxRow
from storage.staff import Staff
from storage.staff_links import LIFETIMES, StaffLink, StaffLinkPurpose

SHORTEST_PASSWORD = 10
_LONGEST = 200


async def show_forgotten(request: web.Request) -> web.StreamResponse:
    """`GET /staff/forgotten`."""
    return html(render("staff_forgotten.html", pick_language(request), problem=""))


def submit_forgotten(context: PortalContext) -> WebHandler:
    """`POST /staff/forgotten`."""

    async def submit(request: web.Request) -> web.StreamResponse:
        email = str((await request.post()).get("email", "")).strip()[:_LONGEST]
        try:
            await context.store.attempts.claim("", "password_reset", email, address_of(context, request))
        except TooManyAttempts:
            text = render("staff_forgotten.html", pick_language(request), problem="too_many")
            return html(text, status=429)
        for staff in await context.store.staff.find_by_email(email):
            if staff.active:
                await send_link(context, staff, "reset")
        raise web.HTTPSeeOther("/staff/login?done=sent")

    return submit


def show_password(context: PortalContext) -> WebHandler:
    """`GET /staff/password/{token}`: spends nothing."""

    async def show(request: web.Request) -> web.StreamResponse:
        link = await context.store.staff_links.find(request.match_info["token"])
        return await _page(context, request, link)

    return show


def submit_password(context: PortalContext) -> WebHandler:
    """`POST /staff/password/{token}`."""

    async def submit(request: web.Request) -> web.StreamResponse:
        store, token = context.store, request.match_info["token"]
        link = await store.staff_links.find(token)
        form = await request.post()
        password, again = (str(form.get(name, ""))[:_LONGEST] for name in ("password", "again"))
        problem = password_problem(password, again)
        if link is None or problem:
            return await _page(context, request, link, problem)
        link = await store.staff_links.spend(token)
        if link is None:
            return await _page(context, request, None)
        await store.staff.set_password(link.shop, link.staff_id, password)
        await store.staff_links.end_all(link.shop, link.staff_id)
        await end_sessions(context, link.shop, link.staff_id)
        staff = await store.staff.get(link.shop, link.staff_id)
        await store.activity.append(
            link.shop,
            Actor(kind="staff", id=staff.id, name=staff.name),
            "sign_in.password_set",
            details={"by": link.purpose},
            address=address_of(context, request),
        )
        return web.Response(status=303, headers={hdrs.LOCATION: "/staff/login?done=password"})

    return submit


def password_problem(password: str, again: str) -> str:
    """What is wrong with a new password: "short", "unlike"; empty where nothing is."""
    if len(password) < SHORTEST_PASSWORD:
        return "short"
    return "" if password == again else "unlike"


async def end_sessions(context: PortalContext, shop: str, staff_id: str, *, but: str | None = None) -> None:
    """End the sessions of somebody, and their sockets at once; `but` this one."""
    for session in await context.store.sessions.list_for_staff(shop, staff_id):
        if session.id != but:
            await context.store.sessions.end_by_id(shop, session.id)
            await context.live.session_ended(shop, session.id)


async def send_link(context: PortalContext, staff: Staff, purpose: StaffLinkPurpose) -> None:
    """Mail somebody a link to set a password by."""
    store = context.store
    shop = await store.shops.get(staff.shop)
    texts = texts_for(shop.language)
    token = await store.staff_links.mint(staff.shop, staff.id, purpose)
    url = f"{context.settings.public_url}/staff/password/{token}"
    hours = int(LIFETIMES[purpose].total_seconds() // 3600)
    values = {"name": staff.name, "shop": shop.name, "url": url, "hours": hours, "days": hours // 24}
    row = OutboxRow(
        shop=staff.shop,
        kind="email",
        to=staff.email,
        subject=texts(f"staff_mail.{purpose}_subject", shop=shop.name),
        text=texts(f"staff_mail.{purpose}", **values),
        purpose="code",
        dedupe_key=f"staff-link:{new_id()}",
    )
    await store.outbox.add(row)
    context.live.outbox_filled()


async def _page(
    context: PortalContext, request: web.Request, link: StaffLink | None, problem: str = ""
) -> web.Response:
    staff = await context.store.staff.find(link.shop, link.staff_id) if link else None
    known = staff if staff is not None and staff.active else None
    values: dict[str, Any] = {"staff": known, "problem": problem, "shortest": SHORTEST_PASSWORD, "path": ""}
    text = render("staff_password.html", pick_language(request), **values)
    response = html(text, status=410 if known is None else 422 if problem else 200)
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is the secret
    return response
