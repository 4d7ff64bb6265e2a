"""One work order: how far it is, when it is to be ready, and each step on the way with its moment."""

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import own_record, vehicles_named


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the work order. Another client's or another shop's is not there."""
    order = await own_record(asked, asked.context.store.work_orders)
    vehicles = await vehicles_named(asked, [order.vehicle_id])
    return asked.page(
        "work_order.html",
        current="work_orders",
        order=order,
        vehicle=vehicles.get(order.vehicle_id),
        late=order.promised_at is not None and order.promised_at < asked.now,
    )
