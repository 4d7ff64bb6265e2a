"""Links from messages: a short token that signs one client in for one page of one shop.

A token is 72 random bits (12 URL-safe characters: short enough for a text, far too many to guess), kept as a digest. It
is *single-purpose*, not single-use: until it expires it may be spent again, so that the client who opens yesterday's
text once more finds the page and not a wall. What protects it is that it is spent by POST only (scanners and previews
send GET), shows only what it is for, lives for days at most, and ends when staff revoke it or switch access off.
Each use is counted, the first one dated.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from config.clock import utc_now
from storage.codec import Document, encode, from_document
from storage.hashing import Clock, Hasher
from storage.ids import new_id, record_id
from storage.mongo import Database
from storage.proof import LinkScope

LIFETIME = timedelta(days=3)
_KEPT_FOR = timedelta(days=30)  # after its expiry, so that staff still see what was sent
_TOKEN_BYTES = 9
_LONGEST_TOKEN = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLink:
    """A link that was handed out. `purpose` says what led to it: a reply, an invitation, a reminder."""

    id: str
    shop: str
    client_id: str
    scope: LinkScope
    purpose: str
    created_at: datetime
    expires_at: datetime
    spent_at: datetime | None = None  # first use
    uses: int = 0
    revoked_at: datetime | None = None

    def live(self, now: datetime) -> bool:
        """Whether it can be spent; `now` is the system clock."""
        return self.revoked_at is None and self.expires_at > now


INDEXES = [
    IndexModel([("shop", 1), ("digest", 1)], name="link_digest", unique=True),
    IndexModel([("shop", 1), ("client_id", 1), ("created_at", 1)], name="link_client"),
    IndexModel([("gone_at", 1)], name="link_expiry", expireAfterSeconds=0),
]


class Links:
    """The links of all shops."""

    name = "links"

    def __init__(self, database: Database, hasher: Hasher, clock: Clock = utc_now) -> None:
        self._collection = database[self.name]
        self._hasher = hasher
        self._now = clock

    async def mint_once(self, shop: str, client_id: str, scope: LinkScope, purpose: str, press: str) -> str | None:
        """The token of the one link that a press of a button makes; None when the press made it already."""
        try:
            return await self.mint(shop, client_id, scope, purpose, link_id=record_id(shop, "link", press))
        except DuplicateKeyError:
            return None

    async def mint(
        self,
        shop: str,
        client_id: str,
        scope: LinkScope,
        purpose: str,
        ttl: timedelta = LIFETIME,
        *,
        link_id: str | None = None,
    ) -> str:
        """The token of a new link: the only time it is seen. The page is `/s/{shop}/k/{token}`."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        now = self._now()
        document: Document = {
            "_id": link_id or new_id(),
            "shop": shop,
            "digest": self._digest(shop, token),
            "client_id": client_id,
            "scope": encode(scope),
            "purpose": purpose,
            "created_at": now,
            "expires_at": now + ttl,
            "gone_at": now + ttl + _KEPT_FOR,
            "uses": 0,
        }
        await self._collection.insert_one(document)
        return token

    async def find(self, shop: str, token: str) -> AccessLink | None:
        """The link of this token in this shop if it can be spent, or None. Spends nothing: this is for GET."""
        if not 0 < len(token) <= _LONGEST_TOKEN:
            return None
        found = await self._collection.find_one({"shop": shop, "digest": self._digest(shop, token)})
        link = None if found is None else from_document(AccessLink, found)
        return link if link is not None and link.live(self._now()) else None

    async def spend(self, shop: str, token: str) -> AccessLink | None:
        """The link, its use recorded; None when it cannot be spent (any more). This is for POST."""
        link = await self.find(shop, token)
        if link is None:
            return None
        now = self._now()
        update: Document = {"$inc": {"uses": 1}}
        if link.spent_at is None:
            update["$set"] = {"spent_at": now}
        used = await self._collection.update_one(
            {"_id": link.id, "shop": shop, "revoked_at": {"$exists": False}, "expires_at": {"$gt": now}}, update
        )
        return link if used.modified_count == 1 else None

    async def list_for_client(self, shop: str, client_id: str) -> list[AccessLink]:
        """The links a client was sent, oldest first, for staff to see and revoke."""
        found = await self._collection.find({"shop": shop, "client_id": client_id}).sort("created_at", 1).to_list(None)
        return [from_document(AccessLink, document) for document in found]

    async def revoke(self, shop: str, link_id: str) -> bool:
        """End a link. False when there is none, or it was revoked before."""
        result = await self._collection.update_one(
            {"_id": link_id, "shop": shop, "revoked_at": {"$exists": False}}, {"$set": {"revoked_at": self._now()}}
        )
        return result.modified_count == 1

    async def revoke_all_for_client(self, shop: str, client_id: str) -> int:
        """End all links of a client that could still be spent; how many there were."""
        now = self._now()
        open_still = [link for link in await self.list_for_client(shop, client_id) if link.live(now)]
        return sum([await self.revoke(shop, link.id) for link in open_still])

    def _digest(self, shop: str, token: str) -> str:
        return self._hasher.digest("link", shop, token)
