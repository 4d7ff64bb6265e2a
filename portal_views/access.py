"""From a request to who asks and what they may see: shop, session, client, page. Every page passes here, once.

A client's session is behind the shop's own cookie. Switched-off access counts as signed out, whatever the cookie says.
What a link session may see is the table in `storage/proof.py`; a page it may not see asks for a code.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from urllib.parse import urlencode

from aiohttp import web

from config import addresses
from portal_views.context import PortalContext
from portal_views.pages import html, keep_language, pick_language, render
from portal_views.urls import language_url, navigation, page_urls, portal_home, shop_url
from storage.clients import Client, sections_for
from storage.proof import VISITOR, Asked, Identity, Proof, Rule, may_see, rule_for
from storage.sessions import Session, client_cookie
from storage.shops import Language, Section, Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Staff look at a client's page as the client sees it: nothing is written down or minted on the client's behalf.

    The portal's pages are below `home` then; `back` leads to the client's file. `said` stands on the bar above the
    page, in the staff's language, which is `language`.
    """

    home: str
    back: str
    said: tuple[str, ...]
    back_said: str
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopRequest:
    """A request for a page of one shop, by a visitor or a client; by staff, where it is a preview."""

    context: PortalContext
    request: web.Request
    shop: Shop
    identity: Identity
    client: Client | None
    language: Language
    now: datetime  # the business clock
    unseen: int = 0  # notifications
    session: Session | None = None  # the client's
    preview: Preview | None = None

    @property
    def known_client(self) -> Client:
        """The client, on a page that only clients reach."""
        assert self.client is not None
        return self.client

    @property
    def sections(self) -> dict[str, bool]:
        """Which sections this client is shown."""
        return sections_for(self.shop, self.client) if self.client is not None else {}

    @property
    def full(self) -> bool:
        """Whether a key or a code proved who this is."""
        return self.client is not None and self.identity.proof is Proof.FULL

    @property
    def address(self) -> str:
        """The peer's network address, for the limits on guessing."""
        return peer_address(self.request, self.context.settings.trusted_proxies)

    @property
    def home(self) -> str:
        """The portal's first page; the others are below it."""
        return portal_home(self.shop) if self.preview is None else self.preview.home

    @property
    def urls(self) -> dict[str, str]:
        """The addresses of pages by name, for templates and redirects."""
        return page_urls(self.shop, self.home)

    def page(self, template: str, *, status: int = 200, private: bool = True, **values: Any) -> web.Response:
        """The response with this template's page."""
        bound = {
            "client": self.client,
            "language_url": lambda language: language_url(
                self.request, language, "lang" if self.preview is None else "as"
            ),
            "nav": navigation(self.urls, self.sections) if self.full else (),
            "notice_link_only": self.identity.proof is Proof.LINK
            and self.request.path.startswith(portal_home(self.shop)),
            "path": self.request.path if self.request.method == "GET" else "",
            "preview": self.preview,
            "sections": self.sections,
            "unseen": self.unseen,
            "urls": self.urls,
        }
        return html(render(template, self.language, self.shop, **(bound | values)), status=status, private=private)


ShopHandler: TypeAlias = Callable[[ShopRequest], Awaitable[web.StreamResponse]]
WebHandler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


def shop_page(context: PortalContext, show: ShopHandler) -> WebHandler:
    """A page of a shop that anybody may see. An unknown shop is not there."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return await _shown(await identify(context, request), show)

    return handle


def client_page(
    context: PortalContext, show: ShopHandler, page: str, section: Section | None = None, asks: Asked = Asked.RECORDS
) -> WebHandler:
    """A page for a signed-in client. `page` is its name in a link's scope, `section` what switches it off.

    `asks` is what it does, for the table of proof, where that is more than to show the page.
    """

    async def handle(request: web.Request) -> web.StreamResponse:
        asked = await identify(context, request)
        record_id = request.match_info.get("id")
        if asked.client is None:
            raise web.HTTPSeeOther(login_url(asked, "page"))
        if not may_see(asked.identity, page, record_id) or rule_for(asks, asked.identity.proof) is Rule.CODE_FIRST:
            raise web.HTTPSeeOther(login_url(asked, "scope"))
        if section is not None and not asked.sections[section]:
            raise web.HTTPNotFound
        response = await _shown(asked, show)
        if request.method == "GET" and asked.session is not None:
            await context.store.looks.note(asked.session, page)
        return response

    return handle


async def identify(context: PortalContext, request: web.Request) -> ShopRequest:
    """Who asks for a page of which shop. Raises 404 for a shop that is not there."""
    shop = await context.store.shops.find(request.match_info["slug"])
    if shop is None:
        raise web.HTTPNotFound
    session, client = await _known(context, request, shop)
    identity = session.identity if session is not None else VISITOR
    full = client is not None and identity.proof is Proof.FULL and request.method == "GET"
    unseen = await context.store.notifications.count_unseen(shop.slug, client.id) if client and full else 0
    return ShopRequest(
        context=context,
        request=request,
        shop=shop,
        identity=identity,
        client=client,
        language=pick_language(request, client.language if client else None, shop.language),
        now=context.clock.now(),
        unseen=unseen,
        session=session,
    )


async def _known(context: PortalContext, request: web.Request, shop: Shop) -> tuple[Session | None, Client | None]:
    token = request.cookies.get(client_cookie(shop.slug), "")
    session = await context.store.sessions.find(token, shop=shop.slug) if token else None
    if session is None or session.client_id is None:
        return None, None
    client = await context.store.clients.find(shop.slug, session.client_id)
    if client is None or not client.portal.enabled:
        await context.store.sessions.end(token)
        return None, None
    return session, client


async def _shown(asked: ShopRequest, show: ShopHandler) -> web.StreamResponse:
    response = await show(asked)
    keep_language(asked.request, response, secure=asked.context.settings.secure)
    return response


def login_url(asked: ShopRequest, reason: str) -> str:
    """The sign-in page that comes back to this one. `reason` (page, scope) is explained there."""
    back = asked.request.path_qs if asked.request.method == "GET" else portal_home(asked.shop)
    return f"{shop_url(asked.shop)}login?{urlencode({'next': back, 'why': reason})}"


def safe_next(asked: ShopRequest, wanted: str | None) -> str:
    """Where to go after signing in: a page of this shop, whatever the request says; else the portal's first page."""
    plain = wanted is not None and all(32 < ord(letter) < 127 for letter in wanted) and "\\" not in wanted
    if plain and wanted is not None and wanted.startswith(shop_url(asked.shop)) and "/../" not in wanted:
        return wanted
    return portal_home(asked.shop)


def peer_address(request: web.Request, trusted_proxies: int) -> str:
    """The address that the outermost trusted proxy saw, or the connection's own."""
    return addresses.peer_address(request.headers.getall("X-Forwarded-For", []), request.remote, trusted_proxies)
