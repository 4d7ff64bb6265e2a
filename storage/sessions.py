"""Sessions: who a browser is, behind a cookie. A client's counts for one shop; staff have theirs in the same place.

The cookie holds 192 random bits, the database their digest. A session slides: used, it lives on, up to an end that does
not move. One that came by a link does not slide. The database deletes what has expired; reading never relies on it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pymongo import IndexModel

from config.clock import utc_now
from storage.codec import Document, encode, from_document
from storage.hashing import Clock, Hasher
from storage.ids import new_id
from storage.mongo import Database
from storage.proof import Identity, LinkScope, Proof

CLIENT_TTL = timedelta(days=7)
LINK_TTL = timedelta(hours=2)
STAFF_TTL = timedelta(hours=12)
STAFF_COOKIE = "pitline_staff"
_AT_MOST = 4  # times its ttl a sliding session lives
_TOUCH_AFTER = timedelta(minutes=10)  # a page view writes at most this often
_TOKEN_BYTES = 24
_LONGEST_TOKEN = 128


SignInWay: TypeAlias = Literal["key", "code", "link"]


def client_cookie(slug: str) -> str:
    """The name of the cookie that holds a client's session at this shop."""
    return f"pitline_{slug}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One signed-in browser: a client's (`client_id`) or a member of staff's (`staff_id`), never both."""

    id: str
    shop: str
    client_id: str | None = None
    staff_id: str | None = None
    proof: Proof
    scope: LinkScope | None = None  # for Proof.LINK
    agent: str = ""  # the browser, as it calls itself
    how: SignInWay | None = None  # a client's way in
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ends_at: datetime  # the end that does not move

    @property
    def identity(self) -> Identity:
        """Who this is, for the table of proof. Staff are nobody to it."""
        if self.client_id is None:
            return Identity(proof=Proof.VISITOR, session_id=self.id)
        return Identity(proof=self.proof, client_id=self.client_id, scope=self.scope, session_id=self.id)


INDEXES = [
    IndexModel([("digest", 1)], name="session_digest", unique=True),
    IndexModel([("shop", 1), ("client_id", 1)], name="session_client"),
    IndexModel([("shop", 1), ("staff_id", 1)], name="session_staff"),
    IndexModel([("expires_at", 1)], name="session_expiry", expireAfterSeconds=0),
]


class Sessions:
    """The sessions of all shops."""

    name = "sessions"

    def __init__(self, database: Database, hasher: Hasher, clock: Clock = utc_now) -> None:
        self._collection = database[self.name]
        self._hasher = hasher
        self._now = clock

    async def open(
        self,
        shop: str,
        *,
        client_id: str | None = None,
        staff_id: str | None = None,
        proof: Proof = Proof.FULL,
        scope: LinkScope | None = None,
        ttl: timedelta | None = None,
        agent: str = "",
        how: SignInWay | None = None,
    ) -> str:
        """The token of a new session, for the cookie: the only time it is seen. `ttl` is by default what suits it.

        Raises `ValueError` unless exactly one of client and staff is given, and a scope just where a link is the proof.
        """
        if (client_id is None) == (staff_id is None):
            raise ValueError("a session is a client's or a member of staff's")
        if (proof is Proof.LINK) != (scope is not None):
            raise ValueError("a link session has a scope, and no other has")
        if ttl is None:
            ttl = STAFF_TTL if staff_id is not None else LINK_TTL if proof is Proof.LINK else CLIENT_TTL
        token, now = secrets.token_urlsafe(_TOKEN_BYTES), self._now()
        fields: Mapping[str, object] = {
            "_id": new_id(),
            "shop": shop,
            "digest": self._digest(token),
            "client_id": client_id,
            "staff_id": staff_id,
            "proof": proof.value,
            "scope": None if scope is None else encode(scope),
            "agent": agent[:200],
            "how": how,
            "created_at": now,
            "seen_at": now,
            "expires_at": now + ttl,
            "ends_at": now + (ttl if proof is Proof.LINK else ttl * _AT_MOST),
            "ttl": ttl.total_seconds(),
        }
        await self._collection.insert_one({name: value for name, value in fields.items() if value is not None})
        return token

    async def find(self, token: str, *, shop: str | None = None, used: bool = True) -> Session | None:
        """The session behind a cookie, or None; a client's page names its `shop`, and another shop's is none there.

        A session that is used slides on; one that is only looked at, by a page that was left open, does not.
        """
        if not 0 < len(token) <= _LONGEST_TOKEN:
            return None
        now = self._now()
        found = await self._collection.find_one({"digest": self._digest(token)})
        if found is None or found["expires_at"] <= now or shop not in (None, found["shop"]):
            return None
        if used and now - found["seen_at"] >= _TOUCH_AFTER:
            found |= await self._slide(found, now)
        return from_document(Session, found)

    async def find_by_id(self, shop: str, session_id: str) -> Session | None:
        """The session with this id if it still counts, or None."""
        found = await self._collection.find_one({"_id": session_id, "shop": shop})
        return from_document(Session, found) if found is not None and found["expires_at"] > self._now() else None

    async def list_for_client(self, shop: str, client_id: str) -> list[Session]:
        """The client's sessions that still count, oldest first."""
        found = await self._collection.find({"shop": shop, "client_id": client_id}).to_list(None)
        now = self._now()
        sessions = [from_document(Session, document) for document in found if document["expires_at"] > now]
        return sorted(sessions, key=lambda session: session.created_at)

    async def list_for_staff(self, shop: str, staff_id: str) -> list[Session]:
        """The sessions of a member of staff that still count, the last used first."""
        found = await self._collection.find({"shop": shop, "staff_id": staff_id}).to_list(None)
        now = self._now()
        sessions = [from_document(Session, document) for document in found if document["expires_at"] > now]
        return sorted(sessions, key=lambda session: session.seen_at, reverse=True)

    async def end_by_id(self, shop: str, session_id: str) -> None:
        """End one session."""
        await self._end({"_id": session_id, "shop": shop})

    async def end(self, token: str) -> None:
        """Sign this browser out."""
        await self._end({"digest": self._digest(token)})

    async def end_all_for_client(self, shop: str, client_id: str) -> int:
        """End every session of a client; how many there were."""
        return await self._end({"shop": shop, "client_id": client_id})

    async def end_all_for_staff(self, shop: str, staff_id: str) -> int:
        """End every session of a member of staff; how many there were."""
        return await self._end({"shop": shop, "staff_id": staff_id})

    async def _end(self, query: Document) -> int:
        # Found by index, ended by id: the embedded engine deletes by anything else only after reading all there is.
        found = await self._collection.find(query, {"_id": 1}).to_list(None)
        for document in found:
            await self._collection.delete_one({"_id": document["_id"]})
        return len(found)

    async def _slide(self, found: Document, now: datetime) -> Document:
        expires_at = min(now + timedelta(seconds=found["ttl"]), found["ends_at"])
        change = {"seen_at": now, "expires_at": max(expires_at, found["expires_at"])}
        await self._collection.update_one({"_id": found["_id"]}, {"$set": change})
        return change

    def _digest(self, token: str) -> str:
        return self._hasher.digest("session", token)
