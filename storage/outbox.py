"""The outbox: what must still reach a person by SMS, e-mail or push, and how far it has come.

A row is added once (`dedupe_key`), claimed by a sender, and ends as sent or failed; the carrier's word moves it on. A
claim is a lease: `next_at` goes to its end, so a row whose sender died falls due again by itself. All times are of the
system clock. The sender works for all shops at once, so claiming is the one read here without a shop.

    queued -> sent -> delivered -> read        failed: given up on by us, or by the carrier
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from config.clock import utc_now
from storage.codec import Document, from_document, to_document
from storage.ids import new_id
from storage.mongo import Database

OutboxKind = Literal["sms", "email", "push"]
OutboxState = Literal["queued", "sent", "delivered", "read", "failed"]

# A state only moves to one of a higher rank. That it arrived counts for more than an earlier word that it had failed.
RANK: dict[OutboxState, int] = {"queued": 0, "sent": 1, "failed": 2, "delivered": 3, "read": 4}

LEASE = timedelta(seconds=60)
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 20, 60, 300, 900, 1800, 3600))
LATE = "too_late"  # the error of a row whose best-before time passed

_EARLY_FOR = timedelta(days=2)  # how long a carrier's word waits for a row that nobody knows yet


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One text or e-mail to one person, or one push to a device of staff. `to` and `sender` are E.164 or an e-mail
    address; of a push, `to` is the device's id and the text what it shows.
    """

    id: str = field(default_factory=new_id)
    shop: str
    kind: OutboxKind
    to: str
    text: str
    purpose: str  # what it is for: reply, code, link, confirmation ...
    dedupe_key: str  # the same key in the same shop is the same row
    sender: str | None = None  # None: the shop's own number, or the deployment's address
    subject: str | None = None
    media: tuple[str, ...] = ()  # addresses of pictures that go with a text
    conversation: str | None = None
    message_id: str | None = None
    announcement: str | None = None  # what it says to a client unasked: looked at once more before it leaves
    state: OutboxState = "queued"
    attempts: int = 0  # claims so far, this one included
    uncertain: bool = False  # an earlier claim ended without a word: it may have been sent, look before sending again
    next_at: datetime = field(default_factory=utc_now)
    best_before: datetime | None = None
    provider_id: str | None = None
    error: str | None = None
    created_at: datetime = field(default_factory=utc_now)
    expires_at: datetime | None = None  # when the row is of no more use; None: it is kept

    def late(self, now: datetime) -> bool:
        """Whether it is too late to send it."""
        return self.best_before is not None and self.best_before <= now


DEDUPE_INDEX = "outbox_dedupe"

INDEXES = [
    IndexModel([("shop", 1), ("dedupe_key", 1)], name=DEDUPE_INDEX, unique=True),
    IndexModel([("state", 1), ("next_at", 1)], name="outbox_due"),
    IndexModel([("provider_id", 1)], name="outbox_provider"),  # whole: not every engine looks up by a partial index
    IndexModel([("shop", 1), ("to", 1), ("created_at", 1)], name="outbox_to"),
    IndexModel([("expires_at", 1)], name="outbox_expiry", expireAfterSeconds=0),
]
EARLY_INDEXES = [IndexModel([("expires_at", 1)], name="early_status_expiry", expireAfterSeconds=0)]


class Outbox:
    """What is to be delivered, for all shops."""

    name = "outbox"
    early_name = "outbox_early_statuses"

    def __init__(self, database: Database) -> None:
        self._rows = database[self.name]
        self._early = database[self.early_name]

    async def add(self, row: OutboxRow) -> OutboxRow:
        """Queue a row; one with its `dedupe_key` that is there already is returned instead, as it is now."""
        try:
            await self._rows.insert_one(_document(row))
        except DuplicateKeyError:
            found = await self._rows.find_one({"shop": row.shop, "dedupe_key": row.dedupe_key})
            if found is None:
                raise
            return from_document(OutboxRow, found)
        return row

    async def find(self, shop: str, row_id: str) -> OutboxRow | None:
        """The row, or None."""
        return _row(await self._rows.find_one({"_id": row_id, "shop": shop}))

    async def find_by_key(self, shop: str, dedupe_key: str) -> OutboxRow | None:
        """The row with this key, or None."""
        return _row(await self._rows.find_one({"shop": shop, "dedupe_key": dedupe_key}))

    async def find_by_provider_id(self, provider_id: str) -> OutboxRow | None:
        """The row that the carrier knows by this id, or None."""
        return _row(await self._rows.find_one({"provider_id": provider_id}))

    async def list_to(self, shop: str, to: str, since: datetime) -> list[OutboxRow]:
        """What was queued for this number or address since that moment, in order."""
        query = {"shop": shop, "to": to, "created_at": {"$gte": since}}
        found = await self._rows.find(query).sort("created_at", 1).to_list(None)
        return [from_document(OutboxRow, document) for document in found]

    async def claim_due(self, now: datetime, limit: int = 20) -> list[OutboxRow]:
        """Take up to `limit` rows that are due; each is this caller's alone for `LEASE`. Earliest due first.

        End each claim with `mark_sent`, `mark_retry`, `mark_failed` or `put_back`. A row that is too late is failed,
        not taken.
        """
        claimed = []
        for document in await self._due(now, limit):
            row = from_document(OutboxRow, document)
            if row.late(now):
                await self.mark_failed(row, LATE)
            elif await self._claim(row, now):
                claimed.append(replace(row, attempts=row.attempts + 1, next_at=now + LEASE))
        return claimed

    async def fail_late(self, now: datetime, limit: int = 100) -> list[OutboxRow]:
        """Give up on due rows whose best-before time has passed; those given up on, so that somebody can be told."""
        late = [row for row in map(_read, await self._due(now, limit)) if row.late(now)]
        return [await self._reread(row) for row in late if await self._advance(row.id, "failed", LATE)]

    async def mark_sent(self, row: OutboxRow, provider_id: str) -> OutboxRow:
        """The carrier took it under this id. A word of the carrier's that came before this counts now."""
        await self._rows.update_one({"_id": row.id}, {"$set": {"provider_id": provider_id, "uncertain": False}})
        await self._advance(row.id, "sent", None)
        early = await self._early.find_one({"_id": provider_id})
        if early is not None:
            await self._advance(row.id, early["state"], early.get("error"))
        return await self._reread(row)

    async def mark_retry(
        self, row: OutboxRow, error: str, *, uncertain: bool = False, after: timedelta | None = None
    ) -> OutboxRow:
        """It was not sent, or with `uncertain` nobody knows: try again later, not before `after`.

        Fails for good after the last try, or when later is too late. A claim that has meanwhile gone to another sender
        is left alone.
        """
        wait = BACKOFF[min(row.attempts, len(BACKOFF)) - 1]
        next_at = utc_now() + max(wait, after or wait)
        if row.attempts > len(BACKOFF) or row.late(next_at):
            return await self.mark_failed(row, error)
        await self._rows.update_one(
            {"_id": row.id, "state": "queued", "attempts": row.attempts},
            {"$set": {"next_at": next_at, "error": error, "uncertain": uncertain}},
        )
        return await self._reread(row)

    async def put_back(self, row: OutboxRow, until: datetime) -> None:
        """End a claim untried: the row is as it was before, and due again at `until`."""
        await self._rows.update_one(
            {"_id": row.id, "state": "queued", "attempts": row.attempts},
            {"$set": {"next_at": until, "uncertain": row.uncertain}, "$inc": {"attempts": -1}},
        )

    async def mark_failed(self, row: OutboxRow, error: str) -> OutboxRow:
        """It will never arrive. `error` is a short code, or the carrier's."""
        await self._advance(row.id, "failed", error)
        return await self._reread(row)

    async def record_status(self, provider_id: str, state: OutboxState, error: str | None = None) -> OutboxRow | None:
        """What the carrier says of a message. The row as it is then; None when no row has this id (yet).

        The state only moves forward, in whatever order the words come. One that comes before `mark_sent` has written
        the id is kept for it: stored first, then looked for again, so that one of the two sees the other.
        """
        row = await self.find_by_provider_id(provider_id)
        if row is None:
            await self._keep_early(provider_id, state, error)
            row = await self.find_by_provider_id(provider_id)
        if row is None:
            return None
        await self._advance(row.id, state, error)
        return await self._reread(row)

    async def _due(self, now: datetime, limit: int) -> list[Document]:
        query = {"state": "queued", "next_at": {"$lte": now}}
        found = await self._rows.find(query).limit(limit).to_list(limit)
        return sorted(found, key=lambda document: (document["next_at"], document["_id"]))

    async def _claim(self, row: OutboxRow, now: datetime) -> bool:
        result = await self._rows.update_one(
            {"_id": row.id, "state": "queued", "attempts": row.attempts},
            {"$set": {"next_at": now + LEASE, "uncertain": True}, "$inc": {"attempts": 1}},
        )
        return result.modified_count == 1

    async def _advance(self, row_id: str, state: OutboxState, error: str | None) -> bool:
        change: Document = {"state": state, "rank": RANK[state]}
        update: Document = {"$set": change}
        if error is not None:
            change["error"] = error
        else:
            update["$unset"] = {"error": ""}
        result = await self._rows.update_one({"_id": row_id, "rank": {"$lt": RANK[state]}}, update)
        return result.modified_count == 1

    async def _keep_early(self, provider_id: str, state: OutboxState, error: str | None) -> None:
        document = {
            "_id": provider_id,
            "state": state,
            "rank": RANK[state],
            "error": error,
            "expires_at": utc_now() + _EARLY_FOR,
        }
        try:
            await self._early.insert_one(document)
        except DuplicateKeyError:
            await self._early.update_one(
                {"_id": provider_id, "rank": {"$lt": RANK[state]}},
                {"$set": {"state": state, "rank": RANK[state], "error": error}},
            )

    async def _reread(self, row: OutboxRow) -> OutboxRow:
        found = await self._rows.find_one({"_id": row.id})
        assert found is not None  # rows are never deleted while a sender works on them
        return from_document(OutboxRow, found)


def _document(row: OutboxRow) -> Document:
    return {**to_document(row), "rank": RANK[row.state]}


def _read(document: Document) -> OutboxRow:
    return from_document(OutboxRow, document)


def _row(document: Document | None) -> OutboxRow | None:
    return None if document is None else _read(document)
