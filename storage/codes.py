"""One-time codes: six digits to a phone or an e-mail address, good for ten minutes, five tries and one use.

A code belongs to a contact, not to a client: who that is, is asked after it proved right. It counts only where it was
asked for, in that form or that conversation: tries made elsewhere spend none of its five, and asking elsewhere does not
end it. It is made and stored for a contact that nobody has on file too (and then sent to nobody), so that nothing, not
even the time taken, tells who is known. How often codes are asked for is limited by `storage.attempts`.
"""

import secrets
from datetime import timedelta

from pymongo import IndexModel

from config.clock import utc_now
from storage.hashing import Clock, Hasher, same
from storage.mongo import Database

LIFETIME = timedelta(minutes=10)
TRIES = 5

INDEXES = [IndexModel([("expires_at", 1)], name="code_expiry", expireAfterSeconds=0)]


class Codes:
    """The one-time codes of all shops. `contact` is a number in E.164 or an e-mail address, `asker` who asked."""

    name = "codes"

    def __init__(self, database: Database, hasher: Hasher, clock: Clock = utc_now) -> None:
        self._collection = database[self.name]
        self._hasher = hasher
        self._now = clock

    async def issue(self, shop: str, contact: str, asker: str) -> str:
        """A new code, in place of any that this asker had for the contact. Only what is on file is sent it."""
        code = f"{secrets.randbelow(10**6):06d}"
        document = {
            "shop": shop,
            "digest": self._digest(shop, contact, code),
            "tries": 0,
            "expires_at": self._now() + LIFETIME,
        }
        await self._collection.replace_one({"_id": self._id(shop, contact, asker)}, document, upsert=True)
        return code

    async def verify(self, shop: str, contact: str, code: str, asker: str) -> bool:
        """Whether this is the contact's code; one that was right is spent, and never right again.

        The try is counted before the code is looked at: whoever sends a thousand guesses at once has five.
        """
        code_id = self._id(shop, contact, asker)
        counted = await self._collection.update_one(
            {"_id": code_id, "tries": {"$lt": TRIES}, "expires_at": {"$gt": self._now()}}, {"$inc": {"tries": 1}}
        )
        if counted.modified_count == 0:
            return False
        found = await self._collection.find_one({"_id": code_id})
        given = self._digest(shop, contact, "".join(code.split()))
        if found is None or not same(found["digest"], given):
            return False
        spent = await self._collection.delete_one({"_id": code_id, "digest": given})
        return spent.deleted_count == 1

    async def is_live(self, shop: str, contact: str, asker: str) -> bool:
        """Whether the contact has a code that can still be tried."""
        found = await self._collection.find_one({"_id": self._id(shop, contact, asker)})
        return found is not None and found["tries"] < TRIES and found["expires_at"] > self._now()

    def _id(self, shop: str, contact: str, asker: str) -> str:
        return self._hasher.digest("code-contact", shop, _plain(contact), asker)

    def _digest(self, shop: str, contact: str, code: str) -> str:
        return self._hasher.digest("code", shop, _plain(contact), code)


def _plain(contact: str) -> str:
    return contact.strip().lower()
