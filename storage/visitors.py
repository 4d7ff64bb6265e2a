"""Visitors: web peers that are nobody but a token we handed them, until a code proves who they are.

In a foreign frame no cookie arrives, so the proof raises the visitor's token itself, here, for a while. A visitor that
was never raised is not stored at all. A link back to a visitor's chat is a token of its own, of a *guest* in that chat:
it opens the chat on another phone and raises nobody; whoever proves something there raises their own token only.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import IndexModel

from config.clock import utc_now
from storage.codec import from_document
from storage.hashing import Clock, Hasher
from storage.mongo import Database
from storage.proof import Identity, Proof

LIFETIME = timedelta(days=1)
LINK_LIFETIME = timedelta(days=3)
GUEST_LIFETIME = timedelta(days=90)
_TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedVisitor:
    """A visitor that proved to be a client."""

    shop: str
    client_id: str
    raised_at: datetime
    expires_at: datetime

    @property
    def identity(self) -> Identity:
        """Who this is, for the table of proof."""
        return Identity(proof=Proof.FULL, client_id=self.client_id)


INDEXES = [
    IndexModel([("shop", 1), ("client_id", 1)], name="visitor_client"),
    IndexModel([("expires_at", 1)], name="visitor_expiry", expireAfterSeconds=0),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A visitor token that leads into another visitor's chat, and proves nothing. `link`: it stands in a message."""

    shop: str
    host: str  # the hash of the visitor whose chat it is
    link: bool
    expires_at: datetime


class Visitors:
    """The raised visitors of all shops. A visitor is known by the hash of its token, made here."""

    name = "visitors"

    def __init__(self, database: Database, hasher: Hasher, clock: Clock = utc_now) -> None:
        self._collection = database[self.name]
        self._hasher = hasher
        self._now = clock

    @staticmethod
    def new_token() -> str:
        """A token for a new visitor: 32 URL-safe characters."""
        return secrets.token_urlsafe(_TOKEN_BYTES)

    @staticmethod
    def is_token(value: str) -> bool:
        """Whether this has the shape of a token: what else a peer sends is not taken for one."""
        return len(value) == 32 and value.isascii() and value.replace("-", "").replace("_", "").isalnum()

    def hash_of(self, shop: str, token: str) -> str:
        """The visitor's hash in this shop, which stands for it in everything that is stored."""
        return self._hasher.digest("visitor", shop, token)

    async def raise_to_client(
        self, shop: str, visitor_hash: str, client_id: str, ttl: timedelta = LIFETIME
    ) -> RaisedVisitor:
        """From now on, for `ttl`, this visitor is that client, with full proof."""
        now = self._now()
        document = {"shop": shop, "client_id": client_id, "raised_at": now, "expires_at": now + ttl}
        await self._collection.replace_one({"_id": visitor_hash}, document, upsert=True)
        return from_document(RaisedVisitor, document)

    async def find(self, shop: str, visitor_hash: str) -> RaisedVisitor | None:
        """Which client the visitor proved to be; None when it did not, or too long ago."""
        found = await self.look_up(shop, visitor_hash)
        return found if isinstance(found, RaisedVisitor) else None

    async def invite(self, shop: str, host: str) -> str:
        """A token for a link in a message: whoever opens it is in this visitor's chat, and nobody more than that."""
        return await self._admit(shop, host, link=True, ttl=LINK_LIFETIME)

    async def admit(self, shop: str, guest: Guest) -> str:
        """A token that a browser keeps, in place of the one in the link that it came by."""
        return await self._admit(shop, guest.host, link=False, ttl=GUEST_LIFETIME)

    async def look_up(self, shop: str, visitor_hash: str) -> RaisedVisitor | Guest | None:
        """Whom a visitor proved to be, or whose chat it was let into; None for most, who are just themselves."""
        found = await self._collection.find_one({"_id": visitor_hash, "shop": shop})
        if found is None or found["expires_at"] <= self._now():
            return None
        return from_document(RaisedVisitor, found) if "client_id" in found else from_document(Guest, found)

    async def _admit(self, shop: str, host: str, *, link: bool, ttl: timedelta) -> str:
        token = self.new_token()
        guest = {"shop": shop, "host": host, "link": link, "expires_at": self._now() + ttl}
        await self._collection.insert_one({"_id": self.hash_of(shop, token), **guest})
        return token

    async def lower(self, shop: str, visitor_hash: str) -> None:
        """The visitor is nobody again."""
        await self._collection.delete_one({"_id": visitor_hash, "shop": shop})

    async def lower_all_for_client(self, shop: str, client_id: str) -> int:
        """Every visitor that proved to be this client is nobody again; how many there were."""
        # Found by index, ended by id: the embedded engine deletes by anything else only after reading all there is.
        found = await self._collection.find({"shop": shop, "client_id": client_id}, {"_id": 1}).to_list(None)
        for document in found:
            await self._collection.delete_one({"_id": document["_id"]})
        return len(found)
