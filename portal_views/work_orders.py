"""The client's work orders: what is being done, how far it is, how it went."""

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import vehicles_of

_SHOWN = 30


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the work orders, those still in the shop's hands first."""
    orders = await asked.context.store.work_orders.list_for_client(asked.shop.slug, asked.known_client.id)
    vehicles = await vehicles_of(asked)
    return asked.page("work_orders.html", current="work_orders", orders=orders[:_SHOWN], vehicles=vehicles)
