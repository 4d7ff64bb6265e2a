"""Every address of the portal, on one page."""

from aiohttp import web

from portal_views import bell, book, link_page, login, look, shop_page, sign_out, statics
from portal_views.access import shop_page as public
from portal_views.client_pages import PORTAL, PREVIEW, client_routes
from portal_views.context import PortalContext
from portal_views.front_door import front_door
from portal_views.staff_routes import staff_routes

SHOP = "/s/{slug}"


def portal_routes(context: PortalContext) -> list[web.AbstractRouteDef]:
    """The routes."""
    return [
        web.get("/", front_door(context)),
        web.get("/static/tokens.css", statics.serve),
        web.get("/static/portal/{name}", statics.serve),
        # anybody
        web.get(SHOP, _with_slash),
        web.get(f"{SHOP}/", public(context, shop_page.show)),
        web.get(f"{SHOP}/look.css", look.serve_css(context)),
        web.get(f"{SHOP}/logo", look.serve_logo(context)),
        web.get(f"{SHOP}/book", public(context, book.show)),
        web.post(f"{SHOP}/book/check", public(context, book.submit_details)),
        web.post(f"{SHOP}/book", public(context, book.submit)),
        web.get(f"{SHOP}/book/done/{{key:[0-9a-f]{{32}}}}", public(context, book.show_done)),
        web.get(f"{SHOP}/book/done/{{key:[0-9a-f]{{32}}}}/visit.ics", public(context, book.show_calendar)),
        # signing in and out
        web.get(f"{SHOP}/login", public(context, login.show)),
        web.post(f"{SHOP}/login", public(context, login.submit_key)),
        web.post(f"{SHOP}/login/code", public(context, login.submit_contact)),
        web.post(f"{SHOP}/login/check", public(context, login.submit_code)),
        web.post(f"{SHOP}/login/who", public(context, login.submit_who)),
        web.post(f"{SHOP}/sign-out", public(context, sign_out.submit)),
        web.get(f"{SHOP}/k/{{token}}", public(context, link_page.show)),
        web.post(f"{SHOP}/k/{{token}}", public(context, link_page.submit)),
        # signed in
        web.get(PORTAL, _with_slash),
        web.get(PREVIEW, _with_slash),
        web.get(f"{SHOP}/bell", bell.count_unseen(context)),
        *client_routes(context),
        *staff_routes(context),
    ]


async def _with_slash(request: web.Request) -> web.StreamResponse:
    raise web.HTTPMovedPermanently(str(request.rel_url.with_path(request.path + "/", keep_query=True)))
