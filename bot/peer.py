"""Who is on the other side of a turn, and the records that many intents need of them, read at most once a turn."""

import asyncio

from storage.clients import Client, sections_for
from storage.estimates import Estimate
from storage.proof import Identity
from storage.shops import Section, Shop
from storage.store import Storage
from storage.vehicles import Vehicle


class Peer:
    """One peer during one turn. `identity` says how well they are known; records are read when first asked for."""

    def __init__(self, store: Storage, shop: Shop, identity: Identity) -> None:
        self.store = store
        self.shop = shop
        self.identity = identity
        self._client: asyncio.Task[Client | None] | None = None
        self._vehicles: asyncio.Task[list[Vehicle]] | None = None
        self._estimates: asyncio.Task[list[Estimate]] | None = None

    @property
    def client_id(self) -> str | None:
        """The one client that is meant, or None."""
        return self.identity.client_id

    def known_client_id(self) -> str:
        """The client's id where the table has let the peer through. Raises `LookupError` for anyone else."""
        if self.client_id is None:
            raise LookupError("this peer is no known client")
        return self.client_id

    async def client(self) -> Client | None:
        """The client's record, None for a visitor or one that is gone."""
        if self.client_id is None:
            return None
        if self._client is None:
            self._client = asyncio.ensure_future(self.store.clients.find(self.shop.slug, self.client_id))
        return await self._client

    async def vehicles(self) -> list[Vehicle]:
        """The client's vehicles; none for a visitor."""
        if self.client_id is None:
            return []
        if self._vehicles is None:
            self._vehicles = asyncio.ensure_future(self.store.vehicles.list_for_client(self.shop.slug, self.client_id))
        return await self._vehicles

    async def estimates(self) -> list[Estimate]:
        """The client's estimates, as they are at the start of the turn; none for a visitor."""
        if self.client_id is None:
            return []
        if self._estimates is None:
            self._estimates = asyncio.ensure_future(
                self.store.estimates.list_for_client(self.shop.slug, self.client_id)
            )
        return await self._estimates

    async def may_read(self, section: Section) -> bool:
        """Whether shop and client show this section."""
        client = await self.client()
        return client is not None and sections_for(self.shop, client)[section]
