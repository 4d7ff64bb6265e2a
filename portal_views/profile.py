"""The client's own page: what the shop holds on them, what they asked to change, what they want to hear, where they
are signed in. The shop's note on them is not in it.

Only who proved themselves by key or code sees more than what is held: a link's session may have been passed on.
"""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.browsers import browser_name
from portal_views.client_records import FEW_VEHICLES, shown_vehicles
from storage.change_requests import ChangeRequest
from storage.consents import PURPOSES, Purpose
from storage.sessions import Session

DONE = frozenset({"asked", "nothing", "withdrawn", "ended", "consent", "language"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What the client agreed to hear, and which of their numbers said STOP."""

    allowed: frozenset[Purpose]
    stopped: tuple[str, ...]


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the profile."""
    done = asked.request.query.get("done", "")
    waiting, vehicles = await asyncio.gather(list_waiting(asked), shown_vehicles(asked))
    sessions, hearing = (await asyncio.gather(_sessions(asked), _hearing(asked))) if asked.full else ([], None)
    return asked.page(
        "profile.html",
        current="profile",
        full=asked.full,
        waiting=waiting if asked.full else [],
        vehicles=vehicles,
        few=len(vehicles) <= FEW_VEHICLES,
        sessions=sessions,
        session_id=asked.identity.session_id,
        browser=browser_name,
        hearing=hearing,
        purposes=PURPOSES,
        done=done if done in DONE else "",
    )


async def list_waiting(asked: ShopRequest) -> list[ChangeRequest]:
    """What the client asked to change and staff have not decided."""
    found = await asked.context.store.change_requests.list_for_client(asked.shop.slug, asked.known_client.id)
    return [request for request in found if request.state == "waiting"]


def to_profile(asked: ShopRequest, done: str) -> web.HTTPSeeOther:
    """To the profile, which says what was done; a reload of it sends nothing."""
    return web.HTTPSeeOther(f"{asked.urls['profile']}?done={done}")


async def _sessions(asked: ShopRequest) -> list[Session]:
    sessions = await asked.context.store.sessions.list_for_client(asked.shop.slug, asked.known_client.id)
    return sorted(sessions, key=lambda one: (one.id != asked.identity.session_id, -one.seen_at.timestamp()))


async def _hearing(asked: ShopRequest) -> Hearing:
    consents, client = asked.context.store.consents, asked.known_client
    allowed = await consents.allowed(asked.shop.slug, client)
    stops = await asyncio.gather(*(consents.is_stopped(asked.shop.slug, phone) for phone in client.phones))
    stopped = tuple(phone for phone, is_stopped in zip(client.phones, stops, strict=True) if is_stopped)
    return Hearing(allowed=allowed, stopped=stopped)
