"""The client's first page: what is owed, what is being done, what comes next."""

import asyncio

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import due_of, vehicles_of
from storage.accounts import ClientAccount
from storage.visit import Visit
from storage.work_orders import WorkOrder

_VISITS_SHOWN = 3
_DUE_SHOWN = 4


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the dashboard, without the sections that are switched off."""
    account, vehicles, visits, orders = await asyncio.gather(
        _account(asked), vehicles_of(asked), _visits(asked), _orders(asked)
    )
    due = await due_of(asked, list(vehicles.values())) if asked.sections["vehicles"] else []
    return asked.page(
        "dashboard.html",
        current="dashboard",
        account=account,
        due=due[:_DUE_SHOWN],
        orders=orders,
        pay_url=asked.shop.pay_url,
        vehicles=vehicles if asked.sections["vehicles"] else {},
        visits=visits[:_VISITS_SHOWN],
    )


async def _account(asked: ShopRequest) -> ClientAccount | None:
    if not asked.sections["invoices"]:
        return None
    return await asked.context.store.accounts.for_client(asked.shop, asked.known_client.id, asked.now)


async def _visits(asked: ShopRequest) -> list[Visit]:
    if not asked.sections["visits"]:
        return []
    return await asked.context.store.visits.list_upcoming(asked.shop.slug, asked.known_client.id, asked.now)


async def _orders(asked: ShopRequest) -> list[WorkOrder]:
    if not asked.sections["work_orders"]:
        return []
    orders = await asked.context.store.work_orders.list_for_client(asked.shop.slug, asked.known_client.id)
    return [order for order in orders if not order.finished]
