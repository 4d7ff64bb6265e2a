"""`GET /`: the shops' front door. Where there is one shop, its page is the door."""

from aiohttp import web

from portal_views.access import WebHandler
from portal_views.context import PortalContext
from portal_views.pages import html, keep_language, pick_language, render
from portal_views.urls import language_url, shop_url


def front_door(context: PortalContext) -> WebHandler:
    """The page that lists the shops."""

    async def show(request: web.Request) -> web.StreamResponse:
        shops = await context.store.shops.list()
        if len(shops) == 1:
            raise web.HTTPFound(shop_url(shops[0]))
        text = render(
            "shops.html",
            pick_language(request),
            shops=shops,
            path=request.path,
            language_url=lambda language: language_url(request, language),
        )
        response = html(text, private=False)
        keep_language(request, response, secure=context.settings.secure)
        return response

    return show
