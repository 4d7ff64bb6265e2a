"""Browsers in which somebody of the staff has signed in before.

Who guesses at a password from everywhere must not lock its owner out: a known browser has limits of its own
(`storage/attempts.py`). Knowing a browser opens nothing by itself.
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


class StaffDevices:
    """The known browsers of all staff; one may be known for several people, by an entry each."""

    name = "staff_devices"

    def __init__(self, database: Database, hasher: Hasher, clock: Clock = utc_now) -> None:
        self._collection = database[self.name]
        self._hasher = hasher
        self._now = clock

    async def knows(self, token: str, email: str) -> bool:
        """Whether the owner of this address has signed in in this browser."""
        if not 0 < len(token) <= _LONGEST_TOKEN:
            return False
        found = await self._collection.find_one({"_id": self._id(token, email)})
        return found is not None and found["expires_at"] > self._now()

    async def remember(self, token: str, email: str) -> str:
        """The owner of this address has signed in here. The browser's token: the one it has, else a new one."""
        token = token if 20 <= len(token) <= _LONGEST_TOKEN else secrets.token_urlsafe(24)
        change = {"$set": {"expires_at": self._now() + LIFETIME}}
        await self._collection.update_one({"_id": self._id(token, email)}, change, upsert=True)
        return token

    def _id(self, token: str, email: str) -> str:
        return self._hasher.digest("staff-device", token, email.strip().lower())
