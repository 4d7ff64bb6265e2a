"""The shop's public page: where it is, when it is open, what it does; chat, book, sign in."""

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.shop_facts import shop_facts


async def show(asked: ShopRequest) -> web.Response:
    """Show the shop's page."""
    return asked.page("shop.html", private=asked.client is not None, **shop_facts(asked))
