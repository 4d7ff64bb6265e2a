"""Signing in as a client: by login key, or by a one-time code to a number or address on file.

The words are the same whether or not the contact is on file: a code is made either way, and only a contact on file is
sent one.
"""

import math
import time

from aiohttp import web

from config.clock import utc_now
from portal_views.access import ShopRequest, safe_next
from portal_views.signing_in import CONTACT_LIMIT, Choices, clients_with, read_contact, signed_in
from portal_views.texts import texts_for
from storage.attempts import TooManyAttempts
from storage.clients import Client
from storage.codes import LIFETIME
from storage.ids import new_id
from storage.outbox import OutboxRow

_KEY_LIMIT = 100
_REASONS = ("page", "scope")


async def show(asked: ShopRequest) -> web.StreamResponse:
    """The sign-in page."""
    return _page(asked, safe_next(asked, asked.request.query.get("next")))


async def submit_key(asked: ShopRequest) -> web.StreamResponse:
    """Sign in with a login key."""
    form = await asked.request.post()
    next_page = safe_next(asked, str(form.get("next", "")))
    try:
        client = await _client_of_key(asked, str(form.get("key", ""))[:_KEY_LIMIT])
    except TooManyAttempts as refusal:
        return _page(asked, next_page, too_many=refusal)
    if client is None:
        return _page(asked, next_page, problem="key", status=401)
    return await signed_in(asked, client, next_page)


async def submit_contact(asked: ShopRequest) -> web.StreamResponse:
    """Send a one-time code, if the contact is on file; show where to enter it, either way."""
    typed, contact, next_page = await _read_form(asked)
    if contact is None:
        return _page(asked, next_page, problem="contact", contact=typed, status=422)
    try:
        code = await asked.context.store.access.request_code(asked.shop.slug, contact, asked.address)
    except TooManyAttempts as refusal:
        return _page(asked, next_page, contact=typed, too_many=refusal)
    await _send_code(asked, contact, code)
    return _code_page(asked, typed, next_page)


async def submit_code(asked: ShopRequest) -> web.StreamResponse:
    """Sign in with a one-time code; where several clients share the contact, ask who."""
    typed, contact, next_page = await _read_form(asked)
    if contact is None:
        return _page(asked, next_page, problem="contact", contact=typed, status=422)
    code = str((await asked.request.post()).get("code", ""))[:20].replace("-", "")
    try:
        right = await asked.context.store.access.check_code(asked.shop.slug, contact, code, asked.address)
    except TooManyAttempts as refusal:
        return _page(asked, next_page, contact=typed, too_many=refusal)
    clients = await clients_with(asked, contact) if right else []
    if not clients:
        return _code_page(asked, typed, next_page, problem=True)
    if len(clients) == 1:
        return await signed_in(asked, clients[0], next_page)
    tickets = Choices(asked.context.settings, asked.shop).tickets(clients, time.time())
    return asked.page("who.html", current="login", tickets=tickets, next=next_page)


async def submit_who(asked: ShopRequest) -> web.StreamResponse:
    """Sign in as the one of several who share the proven contact."""
    form = await asked.request.post()
    next_page = safe_next(asked, str(form.get("next", "")))
    ticket = str(form.get("ticket", ""))[:200]
    client_id = Choices(asked.context.settings, asked.shop).client_of(ticket, time.time())
    client = await asked.context.store.clients.find(asked.shop.slug, client_id) if client_id else None
    if client is None or not client.portal.enabled:
        return _page(asked, next_page, status=401)
    return await signed_in(asked, client, next_page)


async def _read_form(asked: ShopRequest) -> tuple[str, str | None, str]:
    form = await asked.request.post()
    typed = str(form.get("contact", "")).strip()[:CONTACT_LIMIT]
    return typed, read_contact(asked.shop, typed), safe_next(asked, str(form.get("next", "")))


async def _client_of_key(asked: ShopRequest, key: str) -> Client | None:
    store, slug = asked.context.store, asked.shop.slug
    client_id = await store.access.sign_in_with_key(slug, key, asked.address)
    client = await store.clients.find(slug, client_id) if client_id is not None else None
    return client if client is not None and client.portal.enabled else None


async def _send_code(asked: ShopRequest, contact: str, code: str) -> None:
    clients = await clients_with(asked, contact)
    if not clients:
        return
    texts = texts_for(clients[0].language or asked.language)
    row = OutboxRow(
        shop=asked.shop.slug,
        kind="email" if "@" in contact else "sms",
        to=contact,
        subject=texts("code.subject", shop=asked.shop.name) if "@" in contact else None,
        text=texts("code.message", code=code, shop=asked.shop.name),
        purpose="code",
        dedupe_key=f"code:{new_id()}",
        best_before=utc_now() + LIFETIME,
    )
    await asked.context.store.outbox.add(row)
    asked.context.live.outbox_filled()


def _page(
    asked: ShopRequest,
    next_page: str,
    *,
    problem: str = "",
    contact: str = "",
    status: int = 200,
    too_many: TooManyAttempts | None = None,
) -> web.Response:
    reason = asked.request.query.get("why", "")
    response = asked.page(
        "login.html",
        status=429 if too_many else status,
        current="login",
        contact=contact,
        next=next_page,
        problem="too_many" if too_many else problem,
        minutes=math.ceil(too_many.retry_after / 60) if too_many else 0,
        reason=reason if reason in _REASONS else "",
    )
    if too_many:
        response.headers["Retry-After"] = str(too_many.retry_after)
    return response


def _code_page(asked: ShopRequest, contact: str, next_page: str, *, problem: bool = False) -> web.Response:
    status = 401 if problem else 200
    return asked.page("code.html", status=status, current="login", contact=contact, next=next_page, problem=problem)
