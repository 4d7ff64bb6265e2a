"""The client's work orders: what is being done, how far it is, how it went. By state and number, a page at a time."""

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import vehicles_named
from portal_views.list_query import read_query
from portal_views.paging import one_of, page_of
from portal_views.texts import texts_for
from storage.account_lists import has_number

_STATES = ("open", "finished")


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show one page of the work orders, those still in the shop's hands first."""
    query = read_query(asked.request, {"state": _STATES}, text="number")
    orders = await asked.context.store.work_orders.list_for_client(asked.shop.slug, asked.known_client.id)
    found = [
        order
        for order in orders
        if query["state"] in ("", "finished" if order.finished else "open")
        and has_number(query["number"], order.number)
    ]
    paged = page_of(found, query.page)
    t = texts_for(asked.language)
    named = [(state, t(f"work_orders.state.{state}")) for state in _STATES]
    return asked.page(
        "work_orders.html",
        current="work_orders",
        choices=[one_of(asked, "state", t("invoices.status"), named)],
        paged=paged,
        query=query,
        there=len(orders),
        vehicles=await vehicles_named(asked, [order.vehicle_id for order in paged.items]),
    )
