"""Signing in and out as staff: e-mail and password. One person may work for several shops, and picks one then."""

import math

from aiohttp import hdrs, web

from portal_views.access import WebHandler, peer_address
from portal_views.context import PortalContext
from portal_views.pages import html, keep_language, pick_language, render
from portal_views.urls import language_url
from storage.attempts import TooManyAttempts
from storage.sessions import STAFF_COOKIE, STAFF_TTL
from storage.staff import Staff

_INBOX = "/staff/"
_LIMIT = 200


def staff_login_page(context: PortalContext) -> WebHandler:
    """`GET /staff/login`."""

    async def show(request: web.Request) -> web.StreamResponse:
        return _page(context, request, next_page=_safe_next(request.query.get("next", "")))

    return show


def staff_login(context: PortalContext) -> WebHandler:
    """`POST /staff/login`."""

    async def submit(request: web.Request) -> web.StreamResponse:
        form = await request.post()
        email, password, shop = (str(form.get(name, ""))[:_LIMIT] for name in ("email", "password", "shop"))
        next_page = _safe_next(str(form.get("next", "")))
        address = peer_address(request, context.settings.trusted_proxies)
        try:
            await context.store.attempts.claim("", "password", email, address)
        except TooManyAttempts as refusal:
            return _page(context, request, next_page=next_page, email=email, too_many=refusal)
        found = await context.store.staff.verify(email, password, shop or None)
        if not found:
            return _page(context, request, next_page=next_page, email=email, problem="wrong")
        await context.store.attempts.forgive("", "password", email, address)
        if len(found) > 1:
            shops = {staff.shop: (await context.store.shops.get(staff.shop)).name for staff in found}
            return _page(context, request, next_page=next_page, email=email, problem="pick", shops=shops)
        return await _signed_in(context, request, found[0], next_page)

    return submit


def staff_sign_out(context: PortalContext) -> WebHandler:
    """`POST /staff/sign-out`."""

    async def submit(request: web.Request) -> web.StreamResponse:
        token = request.cookies.get(STAFF_COOKIE)
        if token:
            session = await context.store.sessions.find(token)
            await context.store.sessions.end(token)
            if session is not None:
                await context.live.session_ended(session.shop, session.id)
        response = web.Response(status=303, headers={hdrs.LOCATION: "/staff/login"})
        response.del_cookie(STAFF_COOKIE, path="/")
        return response

    return submit


async def _signed_in(context: PortalContext, request: web.Request, staff: Staff, next_page: str) -> web.StreamResponse:
    before = request.cookies.get(STAFF_COOKIE)
    if before:
        await context.store.sessions.end(before)
    agent = request.headers.get(hdrs.USER_AGENT, "")
    token = await context.store.sessions.open(staff.shop, staff_id=staff.id, agent=agent)
    response = web.Response(status=303, headers={hdrs.LOCATION: next_page, hdrs.CACHE_CONTROL: "no-store"})
    response.set_cookie(
        STAFF_COOKIE,
        token,
        max_age=int(STAFF_TTL.total_seconds()),
        path="/",
        httponly=True,
        samesite="Lax",
        secure=context.settings.secure,
    )
    return response


def _page(
    context: PortalContext,
    request: web.Request,
    *,
    next_page: str,
    email: str = "",
    problem: str = "",
    shops: dict[str, str] | None = None,
    too_many: TooManyAttempts | None = None,
) -> web.Response:
    text = render(
        "staff_login.html",
        pick_language(request),
        email=email,
        language_url=lambda language: language_url(request, language),
        minutes=math.ceil(too_many.retry_after / 60) if too_many else 0,
        next=next_page,
        path=request.path if request.method == "GET" else "",
        problem="too_many" if too_many else problem,
        shops=shops or {},
    )
    response = html(text, status=429 if too_many else 401 if problem == "wrong" else 200)
    if too_many:
        response.headers["Retry-After"] = str(too_many.retry_after)
    keep_language(request, response, secure=context.settings.secure)
    return response


def _safe_next(wanted: str) -> str:
    plain = all(32 < ord(letter) < 127 for letter in wanted) and "\\" not in wanted
    return wanted if plain and wanted.startswith(_INBOX) else _INBOX
