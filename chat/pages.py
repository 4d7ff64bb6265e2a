"""The pages of the chat over HTTP: the script for a shop's own site, the frame that it opens, the staff inbox.

The frame is the one page that other sites may show: which ones is the shop's `origins`, said by `frame-ancestors`. Both
pages load files of ours only; nothing is inline.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chat.push_pages import PushPages, push_routes
from chat.statics import ChatStatics
from config.settings import Settings
from storage.sessions import STAFF_COOKIE
from storage.shops import Shop
from storage.staff import Staff
from storage.store import Storage

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)
_TOKENS = Path(__file__).parent.parent / "config" / "static" / "tokens.css"
_SOCKET_IO = "socket.io.esm.min.js"
_THIS_MACHINE = ("http://localhost:*", "http://127.0.0.1:*")  # where one tries the script tag while developing
_ORIGIN = re.compile(r"https?://(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPages:
    """What the chat's pages need. `node_modules` is the folder of what npm brought."""

    settings: Settings
    store: Storage
    node_modules: Path


def chat_routes(context: ChatPages) -> list[web.AbstractRouteDef]:
    """Every address of the chat's pages. Raises `VendorFileMissing` when npm has not been run."""
    statics = ChatStatics(context.node_modules)
    pages = _Pages(context, statics)
    return [
        web.get("/widget.js", statics.on_loader),
        web.get("/widget/{slug}", pages.show_frame),
        web.get("/staff", pages.go_to_inbox),
        web.get("/staff/", pages.show_inbox),
        web.get("/static/chat/{name}", statics.on_own),
        web.get("/static/chat/{mark}/{name}", statics.on_own),
        web.get("/vendor/{name}", statics.on_vendor),
        *push_routes(PushPages(settings=context.settings, store=context.store, statics=statics)),
    ]


class _Pages:
    def __init__(self, context: ChatPages, statics: ChatStatics) -> None:
        self._store = context.store
        self._also = _THIS_MACHINE if context.settings.env == "development" else ()
        self._statics = statics
        self._tokens = f"/static/tokens.css?v={hashlib.sha256(_TOKENS.read_bytes()).hexdigest()[:12]}"

    async def show_frame(self, request: web.Request) -> web.Response:
        """The chat of one shop, for a frame on the shop's site or on the portal (`?in=portal`), or on its own."""
        shop = await self._store.shops.find(request.match_info["slug"])
        if shop is None:
            raise web.HTTPNotFound
        place = "portal" if request.query.get("in") == "portal" else "site"
        language = "es" if request.query.get("lang", shop.language).lower().startswith("es") else "en"
        look = (await self._store.settings.get(shop.slug)).widget
        response = self._page("frame.html", "frame.js", shop=shop, place=place, language=language, look=look)
        response.headers["Content-Security-Policy"] = frame_policy(shop, request.host, self._also)
        return response

    async def show_inbox(self, request: web.Request) -> web.Response:
        """The inbox of the shop that the signed-in person works for."""
        staff = await self._find_staff(request)
        if staff is None:
            raise web.HTTPFound(f"/staff/login?next={quote(request.path_qs, safe='')}")
        shop = await self._store.shops.get(staff.shop)
        return self._page("inbox.html", "inbox.js", shop=shop, staff=staff)

    async def go_to_inbox(self, _request: web.Request) -> web.Response:
        """`/staff` without its slash."""
        raise web.HTTPFound("/staff/")

    async def _find_staff(self, request: web.Request) -> Staff | None:
        session = await self._store.sessions.find(request.cookies.get(STAFF_COOKIE, ""))
        if session is None or session.staff_id is None:
            return None
        return await self._store.staff.find(session.shop, session.staff_id)

    def _page(self, template: str, script: str, **values: object) -> web.Response:
        socket_io = self._statics.vendor_url(_SOCKET_IO)
        preloaded = [socket_io, *(f"{self._statics.base}/{name}" for name in self._statics.modules_of(script))]
        text = _TEMPLATES.get_template(template).render(
            values, tokens=self._tokens, static=self._statics.base, socket_io=socket_io, modules=preloaded
        )
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})


def frame_policy(shop: Shop, host: str, also: tuple[str, ...] = ()) -> str:
    """The frame's content security policy: our own files only, framed by the shop's origins, ourselves and `also`.

    An origin that is not one (it could end the directive) is left out.
    """
    origins = [origin.rstrip("/") for origin in shop.origins if _ORIGIN.fullmatch(origin.rstrip("/"))]
    sockets = f" ws://{host} wss://{host}" if re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", host) else ""
    return "; ".join(
        (
            "default-src 'self'",
            "img-src 'self' data: blob:",
            f"connect-src 'self'{sockets}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            " ".join(("frame-ancestors 'self'", *origins, *also)),
        )
    )
