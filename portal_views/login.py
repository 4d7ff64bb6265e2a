"""Signing in as a client: by login key, or by a one-time code to a number or address on file.

The words are the same whether or not the contact is on file: a code is made either way, and only a contact on file is
sent one.
"""

import math
import secrets
import time
from dataclasses import dataclass

from aiohttp import web

from config.clock import utc_now
from portal_views.access import ShopRequest, safe_next
from portal_views.signing_in import (
    CONTACT_LIMIT,
    Choices,
    clients_with,
    known_device,
    read_contact,
    signed_in,
)
from portal_views.texts import texts_for
from storage.attempts import TooManyAttempts
from storage.clients import Client
from storage.codes import LIFETIME
from storage.ids import new_id
from storage.outbox import OutboxRow

_KEY_LIMIT = 100
_ASKER_LIMIT = 64
_REASONS = ("page", "scope")


@dataclass(frozen=True, slots=True, kw_only=True)
class _CodeForm:
    """What both forms of a one-time code hold. `asker` is this form's number: a code counts where it was asked for."""

    typed: str
    contact: str | None
    next_page: str
    asker: str


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
    return await signed_in(asked, client, next_page, "key")


async def submit_contact(asked: ShopRequest) -> web.StreamResponse:
    """Send a one-time code, if the contact is on file; show where to enter it, either way."""
    form = await _read_form(asked)
    if form.contact is None:
        return _page(asked, form.next_page, problem="contact", contact=form.typed, status=422)
    clients = await clients_with(asked, form.contact)
    device = await known_device(asked, clients)
    access, slug = asked.context.store.access, asked.shop.slug
    try:
        code = await access.request_code(slug, form.contact, asked.address, form.asker, device)
    except TooManyAttempts as refusal:
        return _page(asked, form.next_page, contact=form.typed, too_many=refusal)
    if clients:
        await _send_code(asked, clients[0], form.contact, code)
    return _code_page(asked, form)


async def submit_code(asked: ShopRequest) -> web.StreamResponse:
    """Sign in with a one-time code; where several clients share the contact, ask who."""
    form = await _read_form(asked)
    if form.contact is None:
        return _page(asked, form.next_page, problem="contact", contact=form.typed, status=422)
    code = str((await asked.request.post()).get("code", ""))[:20].replace("-", "")
    access, slug = asked.context.store.access, asked.shop.slug
    try:
        right = await access.check_code(slug, form.contact, code, asked.address, form.asker)
    except TooManyAttempts as refusal:
        return _page(asked, form.next_page, contact=form.typed, too_many=refusal)
    clients = await clients_with(asked, form.contact) if right else []
    if not clients:
        return _code_page(asked, form, problem=True)
    if len(clients) == 1:
        return await signed_in(asked, clients[0], form.next_page, "code")
    tickets = Choices(asked.context.settings, asked.shop).tickets(clients, time.time())
    return asked.page("who.html", current="login", tickets=tickets, next=form.next_page)


async def submit_who(asked: ShopRequest) -> web.StreamResponse:
    """Sign in as the one of several who share the proven contact."""
    form = await asked.request.post()
    next_page = safe_next(asked, str(form.get("next", "")))
    ticket = str(form.get("ticket", ""))[:200]
    client_id = Choices(asked.context.settings, asked.shop).client_of(ticket, time.time())
    client = await asked.context.store.clients.find(asked.shop.slug, client_id) if client_id else None
    if client is None or not client.portal.enabled:
        return _page(asked, next_page, status=401)
    return await signed_in(asked, client, next_page, "code")


async def _read_form(asked: ShopRequest) -> _CodeForm:
    form = await asked.request.post()
    typed = str(form.get("contact", "")).strip()[:CONTACT_LIMIT]
    return _CodeForm(
        typed=typed,
        contact=read_contact(asked.shop, typed),
        next_page=safe_next(asked, str(form.get("next", ""))),
        asker=str(form.get("asker", ""))[:_ASKER_LIMIT] or secrets.token_urlsafe(16),
    )


async def _client_of_key(asked: ShopRequest, key: str) -> Client | None:
    store, slug = asked.context.store, asked.shop.slug
    client_id = await store.access.sign_in_with_key(slug, key, asked.address)
    client = await store.clients.find(slug, client_id) if client_id is not None else None
    return client if client is not None and client.portal.enabled else None


async def _send_code(asked: ShopRequest, client: Client, contact: str, code: str) -> None:
    texts = texts_for(client.language or asked.language)
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


def _code_page(asked: ShopRequest, form: _CodeForm, *, problem: bool = False) -> web.Response:
    return asked.page(
        "code.html",
        status=401 if problem else 200,
        current="login",
        asker=form.asker,
        contact=form.typed,
        next=form.next_page,
        problem=problem,
    )
