"""`GET look.css` and `GET logo`: a shop's own look, kept by browsers under the address that has its mark."""

from aiohttp import hdrs, web

from portal_views.access import WebHandler
from portal_views.context import PortalContext
from portal_views.look_urls import look_css, mark_of

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


def serve_css(context: PortalContext) -> WebHandler:
    """`GET look.css`."""

    async def handle(request: web.Request) -> web.Response:
        shop = await context.store.shops.find(request.match_info["slug"])
        if shop is None or not shop.accent:
            raise web.HTTPNotFound
        text = look_css(shop.accent)
        return _kept(request, text.encode(), "text/css; charset=utf-8", mark_of(text))

    return handle


def serve_logo(context: PortalContext) -> WebHandler:
    """`GET logo`."""

    async def handle(request: web.Request) -> web.Response:
        logo = await context.store.logos.find(request.match_info["slug"])
        if logo is None:
            raise web.HTTPNotFound
        return _kept(request, logo.content, logo.type, logo.mark)

    return handle


def _kept(request: web.Request, content: bytes, kind: str, mark: str) -> web.Response:
    headers = {
        hdrs.CACHE_CONTROL: _FOR_EVER if request.query.get("v") == mark else _ASK_AGAIN,
        hdrs.CONTENT_TYPE: kind,
        hdrs.ETAG: f'"{mark}"',
    }
    if request.headers.get(hdrs.IF_NONE_MATCH) == headers[hdrs.ETAG]:
        return web.Response(status=304, headers=headers)
    return web.Response(body=content, headers=headers)
