"""The second factor of staff: six digits of an authenticator app (TOTP, RFC 6238), or a recovery code.

The app's secret is kept sealed, recovery codes as digests. A code counts once: the step that it belongs to is written
down, and only a later one counts from then on. One step of drift either way is allowed (RFC 6238, 5.2).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp

from config.clock import utc_now
from storage.codec import Document
from storage.hashing import Clock, Hasher, same
from storage.mongo import Database
from storage.sealing import Sealer, Unreadable

STEP_SECONDS = 30
_DRIFT = 1  # steps
_RECOVERY_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is read as something else
_WAITS_FOR = timedelta(hours=1)  # how long a set-up may stay begun


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the app is told: the secret, and the address that a QR code holds."""

    secret: str
    uri: str


class SecondFactors:
    """The second factors of the staff of all shops."""

    name = "second_factors"

    def __init__(self, database: Database, secret_key: str, clock: Clock = utc_now) -> None:
        self._collection = database[self.name]
        self._hasher = Hasher(secret_key)
        self._sealer = Sealer(secret_key)
        self._now = clock

    async def is_on(self, shop: str, staff_id: str) -> bool:
        """Whether they sign in with a second factor."""
        found = await self._find(shop, staff_id)
        return found is not None and found.get("confirmed_at") is not None

    async def begin(self, shop: str, staff_id: str, account: str, issuer: str) -> SetUp:
        """The secret to put into an app: a new one, or the one that was begun with within the hour. Counts for nothing
        until `confirm`. `account` and `issuer` are what the app shows.
        """
        found = await self._find(shop, staff_id)
        secret = self._begun(found)
        if secret is None:
            secret = pyotp.random_base32()
            fields: Document = {"begun": self._sealer.seal(secret), "begun_at": self._now()}
            await self._collection.update_one({"_id": staff_id, "shop": shop}, {"$set": fields}, upsert=True)
        return SetUp(secret, pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer))

    async def confirm(self, shop: str, staff_id: str, code: str) -> Sequence[str] | None:
        """Switch it on with a first right code: the recovery codes, shown this once. None: the code is wrong."""
        secret = self._begun(await self._find(shop, staff_id))
        step = None if secret is None else _step_of(secret, code, self._now())
        if secret is None or step is None:
            return None
        codes = [_new_recovery_code() for _ in range(_RECOVERY_CODES)]
        change: Document = {
            "$set": {
                "sealed": self._sealer.seal(secret),
                "confirmed_at": self._now(),
                "last_step": step,
                "recovery": [self._digest(staff_id, one) for one in codes],
            },
            "$unset": {"begun": "", "begun_at": ""},
        }
        await self._collection.update_one({"_id": staff_id, "shop": shop}, change)
        return codes

    async def verify(self, shop: str, staff_id: str, code: str) -> bool:
        """Whether this is a right code that was not used before; it is used then. A recovery code counts, too."""
        found = await self._find(shop, staff_id)
        if found is None or found.get("confirmed_at") is None:
            return False
        try:
            secret = self._sealer.open(found["sealed"])
        except Unreadable:
            secret = None
        step = None if secret is None else _step_of(secret, code, self._now())
        if step is not None:
            where = {"_id": staff_id, "shop": shop, "last_step": {"$lt": step}}
            used = await self._collection.update_one(where, {"$set": {"last_step": step}})
            return bool(used.modified_count == 1)
        digest = self._digest(staff_id, code)
        if not any(same(digest, one) for one in found.get("recovery", ())):
            return False
        where = {"_id": staff_id, "shop": shop, "recovery": digest}
        used = await self._collection.update_one(where, {"$pull": {"recovery": digest}})
        return bool(used.modified_count == 1)

    async def recovery_codes_left(self, shop: str, staff_id: str) -> int:
        """How many recovery codes were not used."""
        found = await self._find(shop, staff_id)
        return len(found.get("recovery", ())) if found else 0

    async def switch_off(self, shop: str, staff_id: str) -> bool:
        """Forget it. False: there was none."""
        return (await self._collection.delete_one({"_id": staff_id, "shop": shop})).deleted_count == 1

    async def _find(self, shop: str, staff_id: str) -> Document | None:
        return await self._collection.find_one({"_id": staff_id, "shop": shop})

    def _begun(self, found: Document | None) -> str | None:
        if found is None or "begun" not in found or self._now() - found["begun_at"] > _WAITS_FOR:
            return None
        try:
            return self._sealer.open(found["begun"])
        except Unreadable:
            return None

    def _digest(self, staff_id: str, code: str) -> str:
        plain = "".join(letter for letter in code.lower() if letter.isalnum())
        return self._hasher.digest("recovery-code", staff_id, plain)


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step of time that this code belongs to; None where it belongs to none that counts now."""
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isdecimal() or not digits.isascii():
        return None
    totp, step = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    for near in range(step - _DRIFT, step + _DRIFT + 1):
        if same(totp.generate_otp(near), digits):
            return near
    return None


def _new_recovery_code() -> str:
    """Fifty bits, as two groups of five."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"
