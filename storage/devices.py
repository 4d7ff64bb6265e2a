"""Browsers in which somebody has signed in before: staff, or a client.

Who guesses at a password, or asks for codes, from everywhere must not lock its owner out: a known browser has limits of
its own (`storage/attempts.py`). Knowing a browser opens nothing by itself.
"""

import secrets
from datetime import timedelta

from pymongo import IndexModel

from config.clock import utc_now
from storage.hashing import Clock, Hasher
from storage.mongo import Database

DEVICE_COOKIE = "pitline_device"
LIFETIME = timedelta(days=365)
_LONGEST_TOKEN = 100

INDEXES = [IndexModel([("expires_at", 1)], name="device_expiry", expireAfterSeconds=0)]


class Devices:
    """The known browsers; one may be known for several accounts, by an entry each.

    An account is a member of staff's e-mail address, or a client (`client_account`).
    """

    name = "devices"

    def __init__(self, database: Database, hasher: Hasher, clock: Clock = utc_now) -> None:
        self._collection = database[self.name]
        self._hasher = hasher
        self._now = clock

    async def knows(self, token: str, account: str) -> bool:
        """Whether the owner of this account has signed in in this browser."""
        if not 0 < len(token) <= _LONGEST_TOKEN:
            return False
        found = await self._collection.find_one({"_id": self._id(token, account)})
        return found is not None and found["expires_at"] > self._now()

    async def remember(self, token: str, account: str) -> str:
        """The owner of this account has signed in here. The browser's token: the one it has, else a new one."""
        token = token if 20 <= len(token) <= _LONGEST_TOKEN else secrets.token_urlsafe(24)
        change = {"$set": {"expires_at": self._now() + LIFETIME}}
        await self._collection.update_one({"_id": self._id(token, account)}, change, upsert=True)
        return token

    def _id(self, token: str, account: str) -> str:
        return self._hasher.digest("device", token, account.strip().lower())


def client_account(shop: str, client_id: str) -> str:
    """What a client's browsers are known for. An e-mail address never looks like it."""
    return f"client:{shop}:{client_id}"
