"""Who a web peer is: by its session cookie, else by a visitor token that a code has raised, else nobody."""

from storage.proof import VISITOR, Identity
from storage.shops import Shop
from storage.store import Storage
from storage.visitors import Guest, RaisedVisitor


async def identify(store: Storage, shop: Shop, cookie: str | None, visitor: str | None) -> Identity:
    """The peer of this shop. A client whose access is switched off is a visitor."""
    return (await recognise(store, shop, cookie, visitor))[0]


async def recognise(
    store: Storage, shop: Shop, cookie: str | None, visitor: str | None, *, used: bool = True
) -> tuple[Identity, Guest | None]:
    """The same, and as whose guest a visitor comes that was let into another's chat. Not `used`: the peer did nothing,
    and a session that is only looked at does not slide on.
    """
    if cookie:
        session = await store.sessions.find(cookie, shop=shop.slug, used=used)
        if session is not None and await _may_come_in(store, shop, session.identity):
            return session.identity, None
    if visitor:
        known = await store.visitors.look_up(shop.slug, store.visitors.hash_of(shop.slug, visitor))
        if isinstance(known, RaisedVisitor) and await _may_come_in(store, shop, known.identity):
            return known.identity, None
        if isinstance(known, Guest) and not known.link:  # the link's own token is for coming in, not for staying
            return VISITOR, known
    return VISITOR, None


async def _may_come_in(store: Storage, shop: Shop, identity: Identity) -> bool:
    if identity.client_id is None:
        return False
    client = await store.clients.find(shop.slug, identity.client_id)
    return client is not None and client.portal.enabled
