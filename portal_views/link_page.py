"""`/k/{token}`: a link from a message. Showing it spends nothing (scanners and previews open it); its button signs in.

Its address is a secret: no cache keeps the page, no search engine lists it, and no request tells where it came from.
"""

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.signing_in import signed_in
from portal_views.texts import texts_for
from portal_views.urls import scope_url
from storage.clients import Client
from storage.links import AccessLink

# The last policy that a browser knows counts. `strict-origin` hides the path as well, and lets the button's POST say
# that it comes from us, where `no-referrer` would make its origin "null".
_REFERRER_POLICY = "no-referrer, strict-origin"


async def show(asked: ShopRequest) -> web.StreamResponse:
    """The page with the one button, or what to do when the link is gone."""
    link = await asked.context.store.links.find(asked.shop.slug, asked.request.match_info["token"])
    if link is None or await _client_of(asked, link) is None:
        return _gone(asked)
    named = f"link.page.{link.scope.page}" in texts_for(asked.language)
    return _guarded(asked.page("link.html", page=link.scope.page if named else "other"))


async def submit(asked: ShopRequest) -> web.StreamResponse:
    """Sign in for what the link is for, and go there. Who has proven more already keeps that."""
    link = await asked.context.store.links.spend(asked.shop.slug, asked.request.match_info["token"])
    client = await _client_of(asked, link) if link is not None else None
    if link is None or client is None:
        return _gone(asked)
    goal = scope_url(asked.shop, link.scope)
    if asked.full and asked.identity.client_id == client.id:
        return web.Response(status=303, headers={"Location": goal, "Referrer-Policy": _REFERRER_POLICY})
    return _guarded(await signed_in(asked, client, goal, "link", scope=link.scope))


async def _client_of(asked: ShopRequest, link: AccessLink) -> Client | None:
    client = await asked.context.store.clients.find(asked.shop.slug, link.client_id)
    return client if client is not None and client.portal.enabled else None


def _gone(asked: ShopRequest) -> web.StreamResponse:
    return _guarded(asked.page("link_gone.html", status=410))


def _guarded(response: web.StreamResponse) -> web.StreamResponse:
    response.headers["Referrer-Policy"] = _REFERRER_POLICY
    response.headers["X-Robots-Tag"] = "noindex"
    return response
