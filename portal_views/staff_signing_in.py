"""What every way of signing in as staff shares: the session and its cookies, who is told of it, and tickets.

A ticket says that the password was right a moment ago. It is a keyed digest over person, purpose and time, good for ten
minutes; it is never stored and in no address.
"""

import time
from typing import Literal, TypeAlias

from aiohttp import hdrs, web

from portal_views.access import peer_address
from portal_views.context import PortalContext
from storage.activity import Actor
from storage.devices import DEVICE_COOKIE, LIFETIME
from storage.hashing import Hasher, same
from storage.sessions import STAFF_COOKIE, STAFF_TTL
from storage.staff import Staff

TicketPurpose: TypeAlias = Literal["second-factor", "set-up"]

_INBOX = "/staff/"
_TICKET_SECONDS = 600


class Tickets:
    """Makes and reads tickets."""

    def __init__(self, context: PortalContext) -> None:
        self._hasher = Hasher(context.settings.secret_key.get_secret_value())

    def make(self, staff: Staff, purpose: TicketPurpose) -> str:
        """A ticket for this person."""
        return self._ticket(staff.shop, staff.id, purpose, int(time.time()))

    def read(self, ticket: str, purpose: TicketPurpose) -> tuple[str, str] | None:
        """The shop and the staff id of a ticket that still counts."""
        shop, _, rest = ticket.partition("~")
        staff_id, _, rest = rest.partition("~")
        made_at = rest.partition("~")[0]
        if not made_at.isdecimal() or len(made_at) > 12 or not 0 <= time.time() - int(made_at) <= _TICKET_SECONDS:
            return None
        right = self._ticket(shop, staff_id, purpose, int(made_at))
        return (shop, staff_id) if same(ticket, right) else None

    def _ticket(self, shop: str, staff_id: str, purpose: TicketPurpose, made_at: int) -> str:
        digest = self._hasher.digest("staff-ticket", purpose, shop, staff_id, str(made_at))
        return f"{shop}~{staff_id}~{made_at}~{digest}"


def safe_next(wanted: str) -> str:
    """Where to go after signing in: one of the staff's pages, whatever the request says; else the inbox."""
    plain = all(32 < ord(letter) < 127 for letter in wanted) and "\\" not in wanted and "/../" not in wanted
    return wanted if plain and wanted.startswith(_INBOX) else _INBOX


def address_of(context: PortalContext, request: web.Request) -> str:
    """The peer's network address."""
    return peer_address(request, context.settings.trusted_proxies)


def device_token(request: web.Request) -> str:
    """What this browser is known by; empty where it is not."""
    return request.cookies.get(DEVICE_COOKIE, "")


async def open_session(
    context: PortalContext, request: web.Request, staff: Staff, response: web.StreamResponse, *, how: str
) -> None:
    """Sign `staff` in with `response`: their session and this browser's mark. `how` is noted in the activity log."""
    store = context.store
    before = request.cookies.get(STAFF_COOKIE)
    if before:
        await store.sessions.end(before)
    agent = request.headers.get(hdrs.USER_AGENT, "")
    token = await store.sessions.open(staff.shop, staff_id=staff.id, agent=agent)
    device = await store.devices.remember(device_token(request), staff.email)
    _set_cookie(context, response, STAFF_COOKIE, token, int(STAFF_TTL.total_seconds()) * 4)
    _set_cookie(context, response, DEVICE_COOKIE, device, int(LIFETIME.total_seconds()))
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
    await store.activity.append(
        staff.shop,
        Actor(kind="staff", id=staff.id, name=staff.name),
        "sign_in.done",
        details={"how": how, "browser": agent[:120]},
        address=address_of(context, request),
    )


async def note_failure(context: PortalContext, request: web.Request, email: str, why: str) -> None:
    """Write down that somebody could not sign in under this address, where a shop knows it."""
    for staff in await context.store.staff.find_by_email(email):
        await context.store.activity.append(
            staff.shop,
            Actor(kind="nobody", name=email),
            "sign_in.failed",
            details={"why": why},
            address=address_of(context, request),
        )


def _set_cookie(context: PortalContext, response: web.StreamResponse, name: str, value: str, max_age: int) -> None:
    response.set_cookie(
        name, value, max_age=max_age, path="/", httponly=True, samesite="Lax", secure=context.settings.secure
    )
