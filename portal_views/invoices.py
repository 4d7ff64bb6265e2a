"""The client's invoices, newest first, a page at a time."""

import math

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import vehicles_of

PAGE_SIZE = 25


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show one page of the list; a page number that cannot be is the nearest that can."""
    account = await asked.context.store.accounts.for_client(asked.shop, asked.known_client.id, asked.now)
    pages = max(1, math.ceil(len(account.invoices) / PAGE_SIZE))
    wanted = asked.request.query.get("page", "1")
    page = min(max(1, int(wanted)), pages) if wanted.isdecimal() and len(wanted) < 7 else 1
    return asked.page(
        "invoices.html",
        current="invoices",
        account=account,
        page=page,
        pages=pages,
        shown=account.invoices[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        vehicles=await vehicles_of(asked),
    )
