"""Login keys: what a shop hands a client to sign in with, for good. Shown once, kept as a digest, one per client.

A key is 60 random bits as twelve characters of Crockford's base 32, in groups that can be read aloud: `K7QM-2XTD-9FHP`.
No letter is used that looks like a digit, and what is typed anyway (O for 0, I or L for 1, no hyphens, small letters)
is understood. With 60 bits a keyed digest is enough where a password would need a slow hash: whoever has the database
still needs `SECRET_KEY`, and with that too a search at a million guesses a second takes 18,000 years on average.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from config.clock import utc_now
from storage.codec import Document, from_document
from storage.hashing import Hasher
from storage.mongo import Database

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 12
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginKey:
    """What is known of a client's key: all but the key."""

    shop: str
    client_id: str
    issued_at: datetime
    issued_by: str | None = None  # staff id


INDEXES = [IndexModel([("shop", 1), ("digest", 1)], name="login_key_digest", unique=True)]


class Keys:
    """The login keys of all shops."""

    name = "login_keys"

    def __init__(self, database: Database, hasher: Hasher) -> None:
        self._collection = database[self.name]
        self._hasher = hasher

    async def issue(self, shop: str, client_id: str, issued_by: str | None = None) -> str:
        """A new key for the client, in place of the one before, which ends with it. It is seen this once."""
        key = _new_key()
        document = self._document(shop, client_id, key, issued_by)
        await self._collection.replace_one({"_id": _id(shop, client_id)}, document, upsert=True)
        return key

    async def issue_once(self, shop: str, client_id: str, press: str, issued_by: str) -> str | None:
        """A new key for one press of a button; None when this press made one already, which was shown then."""
        key = _new_key()
        document = self._document(shop, client_id, key, issued_by) | {"press": press}
        of_others = {"_id": _id(shop, client_id), "press": {"$ne": press}}
        try:
            await self._collection.replace_one(of_others, document, upsert=True)
        except DuplicateKeyError:
            return None
        return key

    async def verify(self, shop: str, key: str) -> str | None:
        """The id of the client whose key this is, or None."""
        plain = read_key(key)
        if plain is None:
            return None
        found = await self._collection.find_one({"shop": shop, "digest": self._digest(shop, plain)})
        return None if found is None else str(found["client_id"])

    async def find(self, shop: str, client_id: str) -> LoginKey | None:
        """When the client's key was issued and by whom; None when there is none."""
        found = await self._collection.find_one({"_id": _id(shop, client_id), "shop": shop})
        return None if found is None else from_document(LoginKey, found)

    async def revoke(self, shop: str, client_id: str) -> None:
        """End the client's key."""
        await self._collection.delete_one({"_id": _id(shop, client_id), "shop": shop})

    def _document(self, shop: str, client_id: str, key: str, issued_by: str | None) -> Document:
        return {
            "shop": shop,
            "client_id": client_id,
            "digest": self._digest(shop, key),
            "issued_at": utc_now(),
            "issued_by": issued_by,
        }

    def _digest(self, shop: str, key: str) -> str:
        return self._hasher.digest("key", shop, key.replace("-", ""))


def read_key(typed: str) -> str | None:
    """The twelve characters of a key as somebody typed it, or None if it cannot be one."""
    plain = typed.strip().upper().translate(_READ_AS)
    return plain if len(plain) == _LENGTH and set(plain) <= set(_ALPHABET) else None


def _new_key() -> str:
    plain = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return "-".join(plain[start : start + 4] for start in range(0, _LENGTH, 4))


def _id(shop: str, client_id: str) -> str:
    return f"{shop}:{client_id}"
