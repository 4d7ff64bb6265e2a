"""How often something was tried: the limit on guessing, by account and by address together.

Tries are counted in fixed windows of the system clock, by one upserted counter each for (account, address), the account
and the address. A try is counted *before* the guess is looked at, so that guesses made at once cannot slip through, and
taken back when it was right.

- The pair is the tight limit: one address guessing at one account.
- The address is a loose one, for guessing at many accounts: a waiting room on one wi-fi stays far below it.
- The account's limit counts guesses from everywhere. Past it, an address that has itself guessed wrong at this account
  before is refused, but the owner, at an address that has not, still comes in: nobody is locked out by others.
  Where being refused is what protects the account's owner (texts sent to it), the limit is hard.

Accounts and addresses are stored as digests only.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from config.clock import utc_now
from storage.hashing import Clock, Hasher
from storage.mongo import Database

AttemptKind = Literal[
    "key",
    "code",
    "code_request",
    "code_request_known",
    "password",
    "password_known",
    "password_reset",
    "second_factor",
    "second_factor_known",
    "booking",
    "message",
    "upload",
    "reach",
    "transcript",
    "api_token",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many tries a window takes. `hard`: past the account's limit everybody is refused."""

    window: timedelta
    pair: int
    account: int
    address: int
    hard: bool = False


LIMITS: Mapping[AttemptKind, Limits] = {
    "key": Limits(window=timedelta(minutes=15), pair=30, account=10**9, address=60),
    "code": Limits(window=timedelta(minutes=15), pair=10, account=25, address=100),
    "code_request": Limits(window=timedelta(hours=6), pair=6, account=6, address=60, hard=True),
    # from a browser in which the client has signed in before; the browser counts as the address
    "code_request_known": Limits(window=timedelta(hours=6), pair=6, account=10**9, address=12),
    # visits asked for by people not yet known: without a limit one of them could fill every bay
    "booking": Limits(window=timedelta(hours=1), pair=6, account=6, address=300, hard=True),
    # messages by the contact page's form, from people who have signed in
    "message": Limits(window=timedelta(minutes=10), pair=10, account=10, address=200, hard=True),
    # files of 10 MB: a client sends a few photos at a time, and a shop's own people share one address
    "upload": Limits(window=timedelta(minutes=10), pair=60, account=60, address=300, hard=True),
    # where a visitor asks to be reached, and mails of what was said: what goes to people who may not have asked for it
    "reach": Limits(window=timedelta(hours=6), pair=5, account=5, address=60, hard=True),
    "transcript": Limits(window=timedelta(hours=1), pair=3, account=3, address=60, hard=True),
    # wrong API tokens, whose shop nobody knows: the account is all of them. One that counts is never tried here
    "api_token": Limits(window=timedelta(minutes=15), pair=30, account=1000, address=30, hard=True),
    "password": Limits(window=timedelta(minutes=15), pair=10, account=50, address=100),
    # from a browser in which this account has signed in before; the browser counts as the address
    "password_known": Limits(window=timedelta(minutes=15), pair=15, account=10**9, address=30),
    # guesses at six digits by somebody who has the password already
    "second_factor": Limits(window=timedelta(minutes=15), pair=8, account=20, address=100, hard=True),
    "second_factor_known": Limits(window=timedelta(minutes=15), pair=8, account=10**9, address=16),
    "password_reset": Limits(window=timedelta(hours=1), pair=3, account=3, address=30, hard=True),
}


class TooManyAttempts(Exception):
    """Too many tries: the next one counts after `retry_after` seconds."""

    code = "rate_limited"

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many tries: wait a while")
        self.retry_after = retry_after


INDEXES = [IndexModel([("expires_at", 1)], name="attempt_expiry", expireAfterSeconds=0)]


class Attempts:
    """The counters of all shops. `address` is the peer's network address as the edge knows it."""

    name = "attempts"

    def __init__(self, database: Database, hasher: Hasher, clock: Clock = utc_now) -> None:
        self._collection = database[self.name]
        self._hasher = hasher
        self._now = clock

    async def claim(self, shop: str, kind: AttemptKind, account: str, address: str) -> None:
        """Count one try, before it is made. Raises `TooManyAttempts` when it may not be made."""
        limits, now = LIMITS[kind], self._now()
        ids = self._ids(shop, kind, account, address, now)
        expires_at = _window_end(limits.window, now)
        await asyncio.gather(*(self._count(counter, expires_at) for counter in ids))
        found = await asyncio.gather(*(self._collection.find_one({"_id": counter}) for counter in ids))
        pair, of_account, of_address = (0 if document is None else int(document["count"]) for document in found)
        over_account = of_account > limits.account and (limits.hard or pair > 1)
        if pair > limits.pair or of_address > limits.address or over_account:
            raise TooManyAttempts(max(1, int((expires_at - now).total_seconds())))

    async def forgive(self, shop: str, kind: AttemptKind, account: str, address: str) -> None:
        """The try was right: it does not count, nor do the slips of the same address at the same account before it."""
        pair, *others = self._ids(shop, kind, account, address, self._now())
        await self._collection.delete_one({"_id": pair})
        for counter in others:
            await self._collection.update_one({"_id": counter}, {"$inc": {"count": -1}})

    def _ids(self, shop: str, kind: AttemptKind, account: str, address: str, now: datetime) -> tuple[str, str, str]:
        window = str(int(now.timestamp() // LIMITS[kind].window.total_seconds()))
        digest, known = self._hasher.digest, account.strip().lower()
        return (
            digest("attempt", shop, kind, window, "pair", known, address),
            digest("attempt", shop, kind, window, "account", known),
            digest("attempt", shop, kind, window, "address", address),
        )

    async def _count(self, counter: str, expires_at: datetime) -> None:
        update = {"$inc": {"count": 1}, "$setOnInsert": {"expires_at": expires_at}}
        try:
            await self._collection.update_one({"_id": counter}, update, upsert=True)
        except DuplicateKeyError:  # two made it at once; now it is there
            await self._collection.update_one({"_id": counter}, update)


def _window_end(window: timedelta, now: datetime) -> datetime:
    seconds = window.total_seconds()
    return datetime.fromtimestamp((now.timestamp() // seconds + 1) * seconds, UTC)
