"""Signing in and out as staff: e-mail and password, then the second factor of those who have one. One person may work
for several shops, and picks one then.
"""

import math
from dataclasses import dataclass

from aiohttp import hdrs, web

from portal_views.access import WebHandler
from portal_views.context import PortalContext
from portal_views.pages import html, keep_language, pick_language, render
from portal_views.staff_second_step import show_code, show_set_up
from portal_views.staff_signing_in import address_of, device_token, note_failure, open_session, safe_next
from portal_views.urls import language_url
from storage.activity import Actor
from storage.attempts import AttemptKind, TooManyAttempts
from storage.sessions import STAFF_COOKIE
from storage.staff import Staff

_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    email: str
    password: str
    shop: str
    next_page: str


def staff_login_page(context: PortalContext) -> WebHandler:
    """`GET /staff/login`."""

    async def show(request: web.Request) -> web.StreamResponse:
        done = request.query.get("done", "")
        said = done if done in ("password", "sent") else ""
        return _page(context, request, next_page=safe_next(request.query.get("next", "")), done=said)

    return show


def staff_login(context: PortalContext) -> WebHandler:
    """`POST /staff/login`."""

    async def submit(request: web.Request) -> web.StreamResponse:
        form = await _read(request)
        try:
            kind, address = await _claim(context, request, form.email)
        except TooManyAttempts as refusal:
            return _page(context, request, next_page=form.next_page, email=form.email, too_many=refusal)
        found = await context.store.staff.verify(form.email, form.password, form.shop or None)
        if not found:
            await note_failure(context, request, form.email, "password")
            return _page(context, request, next_page=form.next_page, email=form.email, problem="wrong")
        await context.store.attempts.forgive("", kind, form.email, address)
        if len(found) > 1:
            shops = {staff.shop: (await context.store.shops.get(staff.shop)).name for staff in found}
            return _page(context, request, next_page=form.next_page, email=form.email, problem="pick", shops=shops)
        return await _next_step(context, request, found[0], form.next_page)

    return submit


def staff_sign_out(context: PortalContext) -> WebHandler:
    """`POST /staff/sign-out`."""

    async def submit(request: web.Request) -> web.StreamResponse:
        token = request.cookies.get(STAFF_COOKIE)
        session = await context.store.sessions.find(token) if token else None
        if token and session is not None:
            await context.store.sessions.end(token)
            await context.live.session_ended(session.shop, session.id)
            staff = await context.store.staff.find(session.shop, session.staff_id or "")
            if staff is not None:
                actor = Actor(kind="staff", id=staff.id, name=staff.name)
                await context.store.activity.append(
                    staff.shop, actor, "sign_in.out", address=address_of(context, request)
                )
        response = web.Response(status=303, headers={hdrs.LOCATION: "/staff/login"})
        response.del_cookie(STAFF_COOKIE, path="/")
        return response

    return submit


async def _read(request: web.Request) -> _Form:
    form = await request.post()
    email, password, shop = (str(form.get(name, ""))[:_LIMIT] for name in ("email", "password", "shop"))
    return _Form(email=email, password=password, shop=shop, next_page=safe_next(str(form.get("next", ""))))


async def _claim(context: PortalContext, request: web.Request, email: str) -> tuple[AttemptKind, str]:
    """Count the try: a browser that this account knows has limits of its own, so nobody is locked out by others."""
    store, device = context.store, device_token(request)
    known = await store.devices.knows(device, email)
    kind: AttemptKind = "password_known" if known else "password"
    address = device if known else address_of(context, request)
    await store.attempts.claim("", kind, email, address)
    return kind, address


async def _next_step(context: PortalContext, request: web.Request, staff: Staff, next_page: str) -> web.StreamResponse:
    store = context.store
    if await store.second_factors.is_on(staff.shop, staff.id):
        return await show_code(context, request, staff, next_page)
    if (await store.settings.get(staff.shop)).second_factor_required:
        return await show_set_up(context, request, staff, next_page)
    response = web.Response(status=303, headers={hdrs.LOCATION: next_page})
    await open_session(context, request, staff, response, how="password")
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
    done: str = "",
) -> web.Response:
    text = render(
        "staff_login.html",
        pick_language(request),
        done=done,
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
