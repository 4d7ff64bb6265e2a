"""The shop's card in the portal: e-mail, phone, address, hours."""

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.shop_facts import shop_facts


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the card."""
    return asked.page("shop_card.html", current="shop_card", **shop_facts(asked))
