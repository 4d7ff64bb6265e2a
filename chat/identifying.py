"""Who a web peer is: by its session cookie, else by a visitor token that a code has raised, else nobody."""

from storage.proof import VISITOR, Identity
from storage.shops import Shop
from storage.store import Storage


async def identify(store: Storage, shop: Shop, cookie: str | None, visitor: str | None) -> Identity:
    """The peer of this shop. A client whose access is switched off is a visitor."""
    if cookie:
        session = await store.sessions.find(cookie, shop=shop.slug)
        if session is not None and await _may_come_in(store, shop, session.identity):
            return session.identity
    if visitor:
        raised = await store.visitors.find(shop.slug, store.visitors.hash_of(shop.slug, visitor))
        if raised is not None and await _may_come_in(store, shop, raised.identity):
            return raised.identity
    return VISITOR


async def _may_come_in(store: Storage, shop: Shop, identity: Identity) -> bool:
    if identity.client_id is None:
        return False
    client = await store.clients.find(shop.slug, identity.client_id)
    return client is not None and client.portal.enabled
