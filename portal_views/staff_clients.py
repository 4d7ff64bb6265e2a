"""`/staff/clients`: everybody on file, by name or by what is looked for; `/staff/clients/{client}`: a file in short.

A list without words goes on after the last name of the page before, namesakes by their ids; what is looked for comes in
one page.
"""

import asyncio

from aiohttp import web

from portal_views.staff_access import StaffRequest
from storage.clients import Client
from storage.conversations import Conversation
from storage.staff_rights import may

CLIENTS = "/staff/clients"
_SHOWN = 25
_FOUND = 50
_LONGEST = 120
_ROWS = 5


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET /staff/clients`."""
    query = asked.request.query
    words, name = query.get("q", "").strip()[:_LONGEST], query.get("after", "")
    clients, slug = asked.context.store.clients, asked.shop.slug
    if words:
        found = await clients.search(slug, words, _FOUND + 1)
        return asked.page(
            "staff_clients.html", clients=found[:_FOUND], q=words, after="", more=None, many=len(found) > _FOUND
        )
    found = await clients.list_named(slug, (name, query.get("id", "")) if name else None, _SHOWN + 1)
    more = found[_SHOWN - 1] if len(found) > _SHOWN else None
    return asked.page("staff_clients.html", clients=found[:_SHOWN], q="", after=name, more=more, many=False)


async def show_one(asked: StaffRequest) -> web.StreamResponse:
    """`GET /staff/clients/{client}`."""
    client = await client_of(asked)
    store, slug, now = asked.context.store, asked.shop.slug, asked.context.clock.now()
    today = now.astimezone(asked.shop.zone).date()
    (vehicles, summary, estimates, orders), (visits, changes, consents, conversation) = await asyncio.gather(
        asyncio.gather(
            store.vehicles.list_for_client(slug, client.id),
            store.account_summaries.of(slug, client.id),
            store.estimates.list_for_client(slug, client.id),
            store.work_orders.list_for_client(slug, client.id),
        ),
        asyncio.gather(
            store.visits.list_upcoming(slug, client.id, now),
            store.change_requests.list_for_client(slug, client.id),
            store.consents.allowed(slug, client),
            store.conversations.find_by_key(slug, f"client:{client.id}"),
        ),
    )
    stopped = [phone for phone in client.phones if await store.consents.is_stopped(slug, phone)]
    return asked.page(
        "staff_client.html",
        client=client,
        vehicles={vehicle.id: vehicle for vehicle in vehicles},
        summary=summary,
        balance=summary.balance_due,
        estimates=[one for one in estimates if one.open_on(today)],
        orders=[one for one in orders if not one.finished],
        visits=visits[:_ROWS],
        changes=[one for one in changes if one.is_due],
        consents=consents,
        stopped=stopped,
        conversation=_written_in(conversation),
        may_open_portal=may(asked.staff.role, "client_portal"),
        tab="file",
    )


async def client_of(asked: StaffRequest) -> Client:
    """The client that the address names. Raises 404, for another shop's too."""
    client = await asked.context.store.clients.find(asked.shop.slug, asked.request.match_info["client"])
    if client is None:
        raise web.HTTPNotFound
    return client


def _written_in(conversation: Conversation | None) -> Conversation | None:
    return conversation if conversation is not None and conversation.last_seq else None
