"""Clients who left before they read an answer: who is to be told of it by text or mail, and whether that was done.

A row is one absence: a conversation, and how far its client had read when they went. So whatever is said meanwhile,
they are told once; after they have read, the next absence is another one. Whoever looks for rows that are due works
for all shops, so that is the one read here without a shop.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from config.clock import utc_now
from storage.codec import Document, from_document, to_document
from storage.ids import record_id
from storage.mongo import Database

AbsenceState: TypeAlias = Literal["open", "told", "over"]

_KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """One absence. `due_at` (system clock) is when its client is to be told, unless they came back until then."""

    id: str
    shop: str
    conversation: str
    read_seq: int
    due_at: datetime
    state: AbsenceState = "open"


INDEXES = [
    IndexModel([("state", 1), ("due_at", 1)], name="absence_due"),
    IndexModel([("gone_at", 1)], name="absence_expiry", expireAfterSeconds=0),
]


class Absences:
    """The absences of all shops."""

    name = "absences"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def open(self, shop: str, conversation: str, read_seq: int, due_at: datetime) -> None:
        """Something is unread: tell them then. One that is known stays as it is, but one that was over begins anew."""
        absence = Absence(
            id=record_id(conversation, "absence", str(read_seq)),
            shop=shop,
            conversation=conversation,
            read_seq=read_seq,
            due_at=due_at,
        )
        document: Document = to_document(absence) | {"gone_at": due_at + _KEPT_FOR}
        try:
            await self._collection.insert_one(document)
        except DuplicateKeyError:
            await self._collection.update_one(
                {"_id": absence.id, "shop": shop, "state": "over"}, {"$set": {"state": "open", "due_at": due_at}}
            )

    async def list_due(self, by: datetime, limit: int = 100) -> list[Absence]:
        """Absences that are due by then."""
        found = self._collection.find({"state": "open", "due_at": {"$lte": by}}).limit(limit)
        return [from_document(Absence, document) async for document in found]

    async def put_off(self, absence: Absence, until: datetime) -> bool:
        """Not before then; also how one process takes it up. False: somebody else has it."""
        result = await self._collection.update_one(
            {"_id": absence.id, "shop": absence.shop, "state": "open", "due_at": absence.due_at},
            {"$set": {"due_at": until}},
        )
        return result.modified_count == 1

    async def close(self, absence: Absence, state: Literal["told", "over"]) -> None:
        """They were told, or there is nothing to tell."""
        await self._collection.update_one(
            {"_id": absence.id, "shop": absence.shop, "state": "open"},
            {"$set": {"state": state, "gone_at": utc_now() + _KEPT_FOR}},
        )
