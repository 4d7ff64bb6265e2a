"""What is stored of a client's account is not to be trusted while the records that it follows from are being written.

Whoever writes invoices or payments opens a writing, and marks each client before the first of their records: the
client's summary carries the writing's id from then on. A writing that is over has no document any more; one whose
process died has one that nobody renews. Readers look (`storage.account_summaries`): while a writing is under way they
derive the account anew and keep nothing; once it is over, or given up, what they derive is kept and the mark is gone.
So nothing is lost by a crash, wherever it comes, and a bulk import costs one small write a client.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pymongo import IndexModel, UpdateOne

from config.clock import utc_now
from storage.codec import Document
from storage.ids import new_id
from storage.mongo import Database, in_chunks

SUMMARIES = "account_summaries"
_WRITINGS = "account_writings"
_GIVEN_UP = timedelta(minutes=10)  # a writing that marks nobody for so long is taken for dead
_RENEWED = timedelta(minutes=1)

INDEXES: dict[str, Sequence[IndexModel]] = {
    _WRITINGS: [IndexModel([("renewed_at", 1)], name="writing_forgotten", expireAfterSeconds=24 * 3600)],
}

ClientKey = tuple[str, str]  # shop, client


def summary_id(shop: str, client_id: str) -> str:
    """The id of what is stored of this client's account."""
    return f"{shop}:{client_id}"


@dataclass(slots=True)
class Writing:
    """Records being written, one after the other; `clients` are those marked so far."""

    marks: "AccountMarks"
    id: str = field(default_factory=new_id)
    clients: set[ClientKey] = field(default_factory=set)
    renewed_at: datetime | None = None

    async def mark(self, clients: Iterable[ClientKey]) -> None:
        """Mark these clients. To be called before their records are written, the old client's of one that moves too."""
        await self.marks.renew(self)
        new = set(clients) - self.clients
        await self.marks.put(self.id, new)
        self.clients |= new


# The writing that is under way in this task: an import marks a client once, however many records of theirs it writes.
_under_way: ContextVar[Writing | None] = ContextVar("account_writing", default=None)


class AccountMarks:
    """The marks of all shops' clients, and the writings that they name."""

    def __init__(self, database: Database) -> None:
        self._summaries = database[SUMMARIES]
        self._writings = database[_WRITINGS]

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Writing]:
        """A writing, from before its first record until after its last; inside another it is that one.

        One that fails stays open until it is given up: what it sent last may still arrive.
        """
        outer = _under_way.get()
        if outer is not None:
            yield outer
            return
        writing = Writing(self)
        token = _under_way.set(writing)
        try:
            yield writing
        finally:
            _under_way.reset(token)
        if writing.renewed_at is not None:
            await self._writings.delete_one({"_id": writing.id})

    async def renew(self, writing: Writing) -> None:
        """Say that the writing goes on. One that may have been given up meanwhile marks everybody again."""
        now = utc_now()
        silent = None if writing.renewed_at is None else now - writing.renewed_at
        if silent is not None and silent < _RENEWED:
            return
        if silent is not None and silent > _GIVEN_UP / 2:
            writing.id = new_id()
            writing.clients.clear()
        await self._writings.replace_one({"_id": writing.id}, {"_id": writing.id, "renewed_at": now}, upsert=True)
        writing.renewed_at = now

    async def put(self, writing_id: str, clients: Iterable[ClientKey]) -> None:
        """Mark what is stored of these clients, or the place where it will be."""
        for chunk in in_chunks(sorted(clients)):
            writes: list[UpdateOne] = [
                UpdateOne(
                    {"_id": summary_id(shop, client_id)},
                    {
                        "$addToSet": {"writings": writing_id},
                        "$inc": {"turn": 1},
                        "$setOnInsert": {"shop": shop, "client_id": client_id},
                    },
                    upsert=True,
                )
                for shop, client_id in chunk
            ]
            await self._summaries.bulk_write(writes, ordered=False)

    async def any_under_way(self, writing_ids: Sequence[str]) -> bool:
        """Whether one of these writings may still write."""
        living_since = utc_now() - _GIVEN_UP
        for writing_id in writing_ids:
            document: Document | None = await self._writings.find_one({"_id": writing_id})
            if document is not None and document["renewed_at"] > living_since:
                return True
        return False
