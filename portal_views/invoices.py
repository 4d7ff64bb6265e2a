"""The client's invoices, newest first, a page at a time."""

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import vehicles_of
from portal_views.paging import page_of


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show one page of the list."""
    account = await asked.context.store.accounts.for_client(asked.shop, asked.known_client.id, asked.now)
    return asked.page(
        "invoices.html",
        current="invoices",
        account=account,
        paged=page_of(asked.request, account.invoices),
        vehicles=await vehicles_of(asked),
    )
