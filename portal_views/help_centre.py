"""The help centre: common questions, answered from what the shop has set, and the way to its people."""

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.shop_facts import shop_facts


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the questions."""
    return asked.page("help.html", current="help", **shop_facts(asked))
