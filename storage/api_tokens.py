"""API tokens: what a program signs in to the inbox with, as a person of the shop. Shown once, kept as a digest.

A token is `pitline_` and 34 letters and digits, 202 random bits. By how it begins, whoever looks for secrets in code
and logs finds one; what has another form is refused without a look. It is no sign-in of a person's own: it ends when it
is revoked, when its time is over or when the person goes, and it outlives sessions and passwords.
"""

import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from config.clock import utc_now
from storage.codec import Document, from_document, to_document
from storage.hashing import Clock, Hasher
from storage.ids import new_id, record_id
from storage.mongo import Database

TOKEN_PREFIX = "pitline_"  # noqa: S105  # what every token begins with
LONGEST_TOKEN_LABEL = 60
_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 34
_SHAPE = re.compile(rf"{TOKEN_PREFIX}[A-Za-z0-9]{{{_LENGTH}}}")
_USE = timedelta(hours=1)  # how exactly a use is kept, and how often one is written at most


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """What is known of a token: all but the token. `used_at` is the beginning of the hour of its last use."""

    id: str
    shop: str
    staff_id: str  # as whom it acts
    label: str
    created_at: datetime
    created_by: str | None = None  # staff id; None: by the command line
    expires_at: datetime | None = None
    used_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Whether it is not over."""
        return self.expires_at is None or self.expires_at > now


def token_details(token: ApiToken, person: str) -> dict[str, str]:
    """What the activity log says of a token beside its label: the name as whom it acts, and until when."""
    until = {} if token.expires_at is None else {"until": token.expires_at.isoformat()}
    return {"acts as": person} | until


INDEXES = [
    IndexModel([("digest", 1)], name="api_token_digest", unique=True),
    IndexModel([("shop", 1), ("staff_id", 1)], name="api_token_staff"),
]


class ApiTokens:
    """The tokens of all shops. One that is over stays in the list until it is revoked."""

    name = "api_tokens"

    def __init__(self, database: Database, hasher: Hasher, clock: Clock = utc_now) -> None:
        self._collection = database[self.name]
        self._hasher = hasher
        self._now = clock

    async def make(
        self,
        shop: str,
        staff_id: str,
        label: str,
        *,
        created_by: str | None = None,
        lifetime: timedelta | None = None,
        press: str | None = None,
    ) -> tuple[ApiToken, str] | None:
        """A new token that acts as this person, and its text: the only time it is seen. Without a `lifetime` it does
        not end by itself. None when this `press` of a button made one already, which was shown then.
        """
        text, now = _new_token(), self._now()
        token = ApiToken(
            id=new_id() if press is None else record_id(shop, "api_token", press),
            shop=shop,
            staff_id=staff_id,
            label=" ".join(label.split())[:LONGEST_TOKEN_LABEL],
            created_at=now,
            created_by=created_by,
            expires_at=None if lifetime is None else now + lifetime,
        )
        try:
            await self._collection.insert_one(to_document(token) | {"digest": self._digest(text)})
        except DuplicateKeyError:
            return None
        return token, text

    async def verify(self, text: str) -> ApiToken | None:
        """The token that this is if it counts, or None."""
        if not _SHAPE.fullmatch(text):
            return None
        found = await self._collection.find_one({"digest": self._digest(text)})
        token = None if found is None else from_document(ApiToken, found)
        return token if token is not None and token.counts(self._now()) else None

    async def find(self, shop: str, token_id: str) -> ApiToken | None:
        """The token with this id if it counts, or None."""
        found = await self._collection.find_one({"_id": token_id, "shop": shop})
        token = None if found is None else from_document(ApiToken, found)
        return token if token is not None and token.counts(self._now()) else None

    async def note_use(self, token: ApiToken) -> None:
        """It is used now: written once an hour."""
        hour = self._now().replace(minute=0, second=0, microsecond=0)
        if token.used_at is None or hour - token.used_at >= _USE:
            await self._collection.update_one({"_id": token.id, "shop": token.shop}, {"$set": {"used_at": hour}})

    async def list(self, shop: str) -> Sequence[ApiToken]:
        """The shop's tokens, those that are over too, the newest first."""
        return await self._listed({"shop": shop})

    async def list_for_staff(self, shop: str, staff_id: str) -> Sequence[ApiToken]:
        """Those that act as this person and count, the newest first."""
        now = self._now()
        return [token for token in await self._listed({"shop": shop, "staff_id": staff_id}) if token.counts(now)]

    async def revoke(self, shop: str, token_id: str) -> ApiToken | None:
        """End a token; the one that was ended now, or None."""
        found = await self._collection.find_one({"_id": token_id, "shop": shop})
        gone = await self._collection.delete_one({"_id": token_id, "shop": shop})
        return from_document(ApiToken, found) if found is not None and gone.deleted_count == 1 else None

    async def revoke_all_for_staff(self, shop: str, staff_id: str) -> Sequence[ApiToken]:
        """End every token that acts as this person; those that were ended."""
        found = await self._collection.find({"shop": shop, "staff_id": staff_id}, {"_id": 1}).to_list(None)
        ended = [await self.revoke(shop, document["_id"]) for document in found]
        return [token for token in ended if token is not None]

    async def _listed(self, query: Document) -> Sequence[ApiToken]:
        found = [from_document(ApiToken, document) async for document in self._collection.find(query)]
        return sorted(found, key=lambda token: (token.created_at, token.id), reverse=True)

    def _digest(self, text: str) -> str:
        return self._hasher.digest("api-token", text)


def _new_token() -> str:
    return TOKEN_PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
