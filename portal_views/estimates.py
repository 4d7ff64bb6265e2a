"""The client's estimates, newest first, a page at a time."""

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import vehicles_of
from portal_views.paging import page_of


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show one page of the list."""
    estimates = await asked.context.store.estimates.list_for_client(asked.shop.slug, asked.known_client.id)
    return asked.page(
        "estimates.html",
        current="estimates",
        paged=page_of(asked.request, estimates),
        today=asked.now.astimezone(asked.shop.zone).date(),
        vehicles=await vehicles_of(asked),
    )
