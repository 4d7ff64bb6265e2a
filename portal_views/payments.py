"""The client's payments: what was paid in all and by which means, then each of them, newest first."""

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.paging import page_of


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show one page of the list. Invoices are named only where the client is shown them."""
    account = await asked.context.store.accounts.for_client(asked.shop, asked.known_client.id, asked.now)
    numbers = {view.invoice.id: view.invoice.number for view in account.invoices}
    return asked.page(
        "payments.html",
        current="payments",
        account=account,
        paged=page_of(asked.request, account.payments),
        numbers=numbers if asked.sections["invoices"] else {},
    )
