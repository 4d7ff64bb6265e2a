"""Pages named in a reply become links that suit the peer.

The portal for who is signed in, by SMS a short link that signs in for what it is for, the sign-in page for a visitor.
"""

import asyncio

from bot.context import Context
from bot.reply import PageName, PageRef, Reply
from storage.clients import sections_for
from storage.messages import Link
from storage.proof import LinkScope, Proof, may_see
from storage.shops import Section, Shop
from storage.store import Storage

_PUBLIC: dict[PageName, str] = {"shop": "", "book": "book", "login": "login"}
_SECTIONS: dict[PageName, Section] = {
    "invoices": "invoices",
    "invoice": "invoices",
    "payments": "payments",
    "estimates": "estimates",
    "estimate": "estimates",
    "inspections": "inspections",
    "inspection": "inspections",
    "visits": "visits",
    "visit": "visits",
    "vehicles": "vehicles",
    "vehicle": "vehicles",
    "work_orders": "work_orders",
    "work_order": "work_orders",
}


class Linker:
    """Makes links under the deployment's public address."""

    def __init__(self, store: Storage, public_url: str) -> None:
        self._store = store
        self._public_url = public_url.rstrip("/")

    async def links(self, context: Context, reply: Reply) -> tuple[Link, ...]:
        """The reply's own links, then one for each page that this peer may be pointed to; no address twice."""
        shown = [page for page in reply.pages if await _is_shown(context, page.page)]
        links = await asyncio.gather(*(self._link(context, page) for page in shown))
        return tuple({link.url: link for link in (*reply.links, *links)}.values())

    async def _link(self, context: Context, page: PageRef) -> Link:
        home = self._home(context.shop)
        identity = context.peer.identity
        if page.page in _PUBLIC:
            return Link(page.title, f"{home}/{_PUBLIC[page.page]}")
        signed_in = identity.proof is Proof.FULL or may_see(identity, page.page, page.record_id)
        if identity.proof is Proof.PHONE and identity.client_id is not None:
            return Link(page.title, f"{home}/k/{await self._mint(context, page, identity.client_id)}")
        if signed_in:
            return Link(page.title, f"{home}/portal/{portal_path(page.page, page.record_id)}")
        return Link(context.say("page_login"), f"{home}/login")

    async def _mint(self, context: Context, page: PageRef, client_id: str) -> str:
        scope = LinkScope(page=page.page, record_id=page.record_id)
        return await self._store.links.mint(context.shop.slug, client_id, scope, "reply")

    def _home(self, shop: Shop) -> str:
        return f"{self._public_url}/s/{shop.slug}"


def portal_path(page: PageName, record_id: str | None = None) -> str:
    """The page's path below `/s/{slug}/portal/`."""
    if page == "dashboard":
        return ""
    if page in ("invoice", "estimate", "inspection", "vehicle", "visit", "work_order"):
        folder = f"{page}s".replace("_", "-")
        return f"{folder}/{record_id}" if record_id else folder
    return page.replace("_", "-")


async def _is_shown(context: Context, page: PageName) -> bool:
    section = _SECTIONS.get(page)
    client = await context.peer.client() if section is not None else None
    return section is None or client is None or sections_for(context.shop, client)[section]
