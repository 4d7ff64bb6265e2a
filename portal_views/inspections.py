"""The inspections of the client's vehicles, newest first, with what each found in short."""

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import vehicles_of
from portal_views.paging import page_of


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show one page of the list."""
    inspections = await asked.context.store.inspections.list_for_client(asked.shop.slug, asked.known_client.id)
    return asked.page(
        "inspections.html",
        current="inspections",
        paged=page_of(asked.request, inspections),
        vehicles=await vehicles_of(asked),
    )
