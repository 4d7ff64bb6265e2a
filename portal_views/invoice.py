"""One invoice: its lines, its payments, what is left to pay. It prints well."""

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import vehicles_of


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the invoice. Another client's, another shop's or a draft is not there."""
    account = await asked.context.store.accounts.for_client(asked.shop, asked.known_client.id, asked.now)
    view = account.find(asked.request.match_info["id"])
    if view is None:
        raise web.HTTPNotFound
    vehicles = await vehicles_of(asked)
    return asked.page(
        "invoice.html",
        current="invoices",
        view=view,
        vehicle=vehicles.get(view.invoice.vehicle_id or ""),
        pay_url=view.invoice.pay_url or asked.shop.pay_url,
        show_payments=asked.sections["payments"],
    )
