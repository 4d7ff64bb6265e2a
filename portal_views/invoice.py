"""One invoice: its lines, its payments, what is left to pay. It prints well."""

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import vehicles_named
from storage.accounts import InvoiceView


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the invoice. Another client's, another shop's or a draft is not there."""
    view = await own_invoice(asked)
    vehicles = await vehicles_named(asked, [view.invoice.vehicle_id])
    return asked.page(
        "invoice.html",
        current="invoices",
        view=view,
        vehicle=vehicles.get(view.invoice.vehicle_id or ""),
        pay_url=view.invoice.pay_link(asked.shop),
        show_payments=asked.sections["payments"],
    )


async def own_invoice(asked: ShopRequest) -> InvoiceView:
    """The client's own invoice that the address names, as it stands today. Raises 404."""
    view = await asked.context.store.accounts.find_invoice(
        asked.shop, asked.known_client.id, asked.request.match_info["id"], asked.now
    )
    if view is None:
        raise web.HTTPNotFound
    return view
