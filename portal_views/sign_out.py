"""Signing out as a client: the session ends, the cookie goes, and so do the sockets of this browser."""

from aiohttp import hdrs, web

from portal_views.access import ShopRequest
from portal_views.urls import shop_url
from storage.sessions import client_cookie


async def submit(asked: ShopRequest) -> web.StreamResponse:
    """Sign out and go to the shop's page."""
    token = asked.request.cookies.get(client_cookie(asked.shop.slug))
    if token:
        await asked.context.store.sessions.end(token)
    if asked.identity.session_id is not None:
        await asked.context.live.session_ended(asked.shop.slug, asked.identity.session_id)
    response = web.Response(status=303, headers={hdrs.LOCATION: shop_url(asked.shop)})
    response.del_cookie(client_cookie(asked.shop.slug), path="/")
    return response
