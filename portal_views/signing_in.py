"""What every way of signing in shares: reading a contact, choosing among clients who share it, opening the session."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import hdrs, web

from config.settings import Settings
from portal_views.access import ShopRequest
from storage.clients import Client
from storage.devices import DEVICE_COOKIE, client_account
from storage.devices import LIFETIME as DEVICE_LIFETIME
from storage.hashing import Hasher, same
from storage.phones import NotAPhone, parse_phone
from storage.proof import LinkScope, Proof
from storage.sessions import CLIENT_TTL, LINK_TTL, SignInWay, client_cookie
from storage.shops import Shop

CONTACT_LIMIT = 200
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}")
_TICKET_SECONDS = 600


def read_contact(shop: Shop, typed: str) -> str | None:
    """The e-mail address (lower case) or the number (E.164) that was typed; None if it can be neither."""
    if _EMAIL.fullmatch(typed):
        return typed.lower()
    try:
        return parse_phone(typed, shop.address.country or "US")
    except NotAPhone:
        return None


async def clients_with(asked: ShopRequest, contact: str) -> list[Client]:
    """The clients of the shop who have this contact on file and may use the portal."""
    clients, slug = asked.context.store.clients, asked.shop.slug
    found = await (clients.find_by_email if "@" in contact else clients.find_by_phone)(slug, contact)
    return [client for client in found if client.portal.enabled]


async def signed_in(
    asked: ShopRequest, client: Client, next_page: str, how: SignInWay, *, scope: LinkScope | None = None
) -> web.StreamResponse:
    """Open the client's session (a link's, where there is a scope), end the browser's old one, go to the page."""
    sessions, slug = asked.context.store.sessions, asked.shop.slug
    before = asked.request.cookies.get(client_cookie(slug))
    if before:
        await sessions.end(before)
    token = await sessions.open(
        slug,
        client_id=client.id,
        proof=Proof.FULL if scope is None else Proof.LINK,
        scope=scope,
        agent=asked.request.headers.get(hdrs.USER_AGENT, ""),
        how=how,
    )
    response = web.Response(status=303, headers={hdrs.LOCATION: next_page, hdrs.CACHE_CONTROL: "no-store"})
    lifetime = CLIENT_TTL if scope is None else LINK_TTL
    _set_cookie(asked, response, client_cookie(slug), token, lifetime)
    if scope is None:  # a link may have been forwarded
        device = await asked.context.store.devices.remember(_device(asked), client_account(slug, client.id))
        _set_cookie(asked, response, DEVICE_COOKIE, device, DEVICE_LIFETIME)
    return response


async def known_device(asked: ShopRequest, clients: Sequence[Client]) -> str | None:
    """This browser's token where one of these clients has signed in in it before; else None."""
    token, devices = _device(asked), asked.context.store.devices
    accounts = [client_account(asked.shop.slug, client.id) for client in clients]
    return token if any([await devices.knows(token, account) for account in accounts]) else None


def _device(asked: ShopRequest) -> str:
    return asked.request.cookies.get(DEVICE_COOKIE, "")


def _set_cookie(asked: ShopRequest, response: web.Response, name: str, value: str, lifetime: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(lifetime.total_seconds()),
        path="/",
        httponly=True,
        samesite="Lax",
        secure=asked.context.settings.secure,
    )


@dataclass(frozen=True, slots=True)
class Choices:
    """Which of the clients who share a contact it is. A ticket says that the contact was proven a moment ago.

    A ticket is a keyed digest over shop, client and time, good for ten minutes; it is never stored and in no address.
    """

    settings: Settings
    shop: Shop

    def tickets(self, clients: Sequence[Client], now: float) -> Mapping[str, str]:
        """A ticket for each client, with the name to show on its button."""
        return {self._ticket(client.id, int(now)): client.name for client in clients}

    def client_of(self, ticket: str, now: float) -> str | None:
        """The id of the client whose ticket this is, if it still counts."""
        client_id, _, rest = ticket.partition(".")
        made_at = rest.partition(".")[0]
        if not made_at.isdecimal() or len(made_at) > 12 or not 0 <= now - int(made_at) <= _TICKET_SECONDS:
            return None
        return client_id if same(ticket, self._ticket(client_id, int(made_at))) else None

    def _ticket(self, client_id: str, made_at: int) -> str:
        hasher = Hasher(self.settings.secret_key.get_secret_value())
        return f"{client_id}.{made_at}.{hasher.digest('sign-in-ticket', self.shop.slug, client_id, str(made_at))}"
